//! Makes and removes links.

use jiff::Timestamp;

use super::rows::PATH;
use super::wire::{Linked as _, NewRow, Row};
use crate::api::answers::{Created, Deleted};
use crate::api::http::{Error, ErrorKind, Http, Method};
use crate::binding::{Binding, Link};

/// Makes a link. The server makes a second one of the same binding without a word.
///
/// It does each request in one transaction, so that one which it answers with 500 was undone.
pub(in crate::api) async fn create(http: &Http, binding: &Binding, ends: Option<Timestamp>) -> Result<Created, Error> {
    if ends.is_some() {
        return Err(keeps_no_ends(binding));
    }
    let row = NewRow {
        resource: http.address.reference("marketplace-resources", binding.resource),
        role: http.address.reference("marketplace-offering-user-roles", binding.role),
        user: http.address.reference("users", binding.user),
    };
    let answer = http.post(PATH, &row).await.map_err(|mut error| {
        if error.status == Some(500) {
            error.kind = ErrorKind::Repeatable;
        }
        error
    })?;
    match answer.json::<Row>()?.link() {
        Some(link) if link.binding == *binding => Ok(Created::New(link)),
        Some(link) => Err(answer.unreadable(&format!("answered with another link: {}", link.binding))),
        None => Err(answer.unreadable("answered with a link that is going away")),
    }
}

/// No request can say when a link ends: made without, it would be there for ever.
pub(in crate::api) fn keeps_no_ends(binding: &Binding) -> Error {
    Error::new(format!("end of {binding}"), ErrorKind::Settings, "this Waldur keeps no ends")
}

/// Removes a link.
pub(in crate::api) async fn delete(http: &Http, link: &Link) -> Result<Deleted, Error> {
    match http.call(&http.request(Method::Delete, &format!("{PATH}{}/", link.id))).await {
        Ok(answer) if answer.status.as_u16() == 204 => Ok(Deleted::Done),
        Ok(answer) => Err(answer.unreadable(&format!("answered {}: {}", answer.status, answer.excerpt()))),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(Deleted::NotFound),
        Err(error) => Err(error),
    }
}
