//! Makes, changes and removes grants. A 200 alone proves little here: what matters is read again.

use std::sync::Arc;

use jiff::{Timestamp, Unit};

use super::grants::{link, links_of};
use super::wire::{Granted, NewGrant, OldGrant, Reason};
use super::{GRANTS, RESOURCES};
use crate::api::answers::{Created, Deleted};
use crate::api::http::{Answer, Error, ErrorKind, Http};
use crate::binding::{Binding, Link, LinkId};

/// What the server says where a user has the role already.
const SAME_ROLE: &str = "already the same role in this scope";
/// What it says where a user has another role, and may have one only.
const ONE_ROLE: &str = "already has role within this scope";
/// How often a removal is sent whose answer was lost, if the grant is still there.
const TRIES: u32 = 3;

/// Makes a grant. The server tells no id: the link has one of ours until it is read.
pub(in crate::api) async fn create(http: &Http, binding: &Binding, ends: Option<Timestamp>) -> Result<Created, Error> {
    let &Binding { resource, role, user } = binding;
    let sent = http.post(&action(binding, "add_user"), &NewGrant { role, user, expiration_time: ends }).await;
    let answer = match sent {
        Err(error) if error.kind == ErrorKind::Rejected && error.detail.contains(SAME_ROLE) => {
            return Ok(Created::Exists);
        }
        Err(error) if error.kind == ErrorKind::Rejected && error.detail.contains(ONE_ROLE) => {
            return Ok(Created::OneRole);
        }
        sent => sent?,
    };
    ended_as_asked(&answer, ends)?;
    let id = LinkId::derived(&Binding { resource, role, user });
    Ok(Created::New(Link { ends, ..Link::plain(id, *binding) }))
}

/// Gives the only grant of a binding another end, or none. With two of them the server fails, and changes none.
pub(in crate::api) async fn set_end(http: &Http, link: &Link, ends: Option<Timestamp>) -> Result<(), Error> {
    let Binding { resource: _, role, user } = link.binding;
    let body = NewGrant { role, user, expiration_time: ends };
    ended_as_asked(&http.post(&action(&link.binding, "update_user"), &body).await?, ends)
}

/// Removes exactly this grant, with a reason that the server keeps.
pub(in crate::api) async fn delete(http: &Arc<Http>, link: &Link, reason: &str) -> Result<Deleted, Error> {
    if link.id.is_derived() { delete_user(http, link).await } else { revoke(http, link, reason).await }
}

/// A grant that is revoked stays so: where the answer is lost, a look tells, and asking again does no harm.
async fn revoke(http: &Arc<Http>, grant: &Link, reason: &str) -> Result<Deleted, Error> {
    let path = format!("{GRANTS}{}/revoke/", grant.id);
    let mut tries = 0;
    loop {
        tries += 1;
        let error = match http.post(&path, &Reason { reason }).await {
            Ok(answer) if answer.body.is_empty() => return Ok(Deleted::Done),
            Ok(answer) => answer.unreadable(&format!("answered {}: {}", answer.status, answer.excerpt())),
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Deleted::NotFound),
            Err(error) => error,
        };
        match error.kind {
            // Revoked by somebody else meanwhile is gone, too.
            ErrorKind::Rejected if link(http, grant).await?.is_none() => return Ok(Deleted::NotFound),
            ErrorKind::Lost | ErrorKind::Repeatable if error.is_throttled() => return Err(error),
            ErrorKind::Lost | ErrorKind::Repeatable => match link(http, grant).await {
                Ok(None) => return Ok(Deleted::Done),
                Ok(Some(_)) if tries < TRIES => {}
                _ => return Err(error.lost()),
            },
            _ => return Err(error),
        }
    }
}

/// Removes the only grant of a binding, where grants have no ids. The server says yes to removing nothing, so that what is
/// there is read before and after.
async fn delete_user(http: &Arc<Http>, grant: &Link) -> Result<Deleted, Error> {
    let Binding { resource: _, role, user } = grant.binding;
    let path = action(&grant.binding, "delete_user");
    match links_of(http, &grant.binding).await?[..] {
        // A list can hide it; the resource lists its users itself.
        [] if link(http, grant).await?.is_none() => return Ok(Deleted::NotFound),
        [] => {}
        [only] if only == *grant => {}
        [_] => {
            return Err(Error::new(format!("POST /api/{path}"), ErrorKind::Rejected, "the grant is another one now"));
        }
        _ => {
            let detail = "there are several grants of the same, and this Waldur can remove none of them";
            return Err(Error::new(format!("POST /api/{path}"), ErrorKind::Rejected, detail)
                .help("Waldur 8.1.2 and later can: ask for an update, or for a removal in its database"));
        }
    }
    let sent = http.post(&path, &OldGrant { role, user }).await;
    let unsure = match sent {
        Ok(answer) if answer.body.is_empty() => None,
        Ok(answer) => Some(answer.unreadable(&format!("answered {}: {}", answer.status, answer.excerpt()))),
        Err(error) if matches!(error.kind, ErrorKind::Lost | ErrorKind::Repeatable) => Some(error),
        Err(error) => return Err(error),
    };
    match (link(http, grant).await, unsure) {
        (Ok(None), _) => Ok(Deleted::Done),
        // It was removed, and the list is old; or nothing was removed. Nothing shows which.
        (Ok(_), None) => {
            let detail = "answered 200, but the list still shows the link";
            Err(Error::new(format!("POST /api/{path}"), ErrorKind::Lost, detail).lost())
        }
        (_, Some(error)) | (Err(error), None) => Err(error.lost()),
    }
}

fn action(binding: &Binding, verb: &str) -> String {
    format!("{RESOURCES}{}/{verb}/", binding.resource)
}

/// Whether a grant has the end that was asked for; the server keeps millionths of a second.
fn ended_as_asked(answer: &Answer, asked: Option<Timestamp>) -> Result<(), Error> {
    let Granted { expiration_time } = answer.json()?;
    let micros = |it: Option<Timestamp>| it.and_then(|it| it.round(Unit::Microsecond).ok());
    if micros(expiration_time) == micros(asked) {
        return Ok(());
    }
    let told = |it: Option<Timestamp>| it.map_or_else(|| "no end".to_owned(), |it| it.to_string());
    Err(answer.unreadable(&format!("answered with {}, and {} was asked for", told(expiration_time), told(asked))))
}
