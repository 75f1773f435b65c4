//! A change of a role where the server lets a user have one role on a resource: there, the old role has to go first.
//!
//! That leaves a moment without access, so it is done only where the files ask for it, the creation comes at once, and the
//! old role is put back if the new one does not come.

use std::collections::BTreeMap;

use super::record::Write;
use super::sending::Sending;
use super::{create, remove};
use crate::api::{self, ErrorKind};
use crate::binding::Link;
use crate::desired::Replace;
use crate::plan::{Creation, Hold, Removal, Why};
use crate::policy::Approved;
use crate::report::{Failure, Outcome, Step};

/// Goes through the creations that the server refused because of another role, and replaces that role where the files ask
/// for it. Says what became of the removals that were sent, by their place.
pub(super) async fn all(
    sending: &Sending<'_>,
    approved: &Approved,
    outcomes: &mut [Outcome],
) -> BTreeMap<usize, Outcome> {
    let mut removed = BTreeMap::new();
    for (creation, outcome) in approved.creations().iter().zip(outcomes) {
        if *outcome != Outcome::Held(Hold::OneRole) {
            continue;
        }
        if sending.view.desired.replace == Replace::RemoveFirst
            && sending.stopped().is_none()
            && let Some((at, removal)) = replaced(sending, approved, creation)
        {
            let gone;
            (*outcome, gone) = replace(sending, creation, removal).await;
            removed.insert(at, gone);
        }
        sending.told(&Step::Create(creation.clone()), outcome.clone());
    }
    removed
}

/// The removal that makes room for a creation, and its place: of the only role that the user has there, for the only one
/// that they are to get.
fn replaced<'a>(sending: &Sending<'_>, approved: &'a Approved, creation: &Creation) -> Option<(usize, &'a Removal)> {
    let pair = creation.binding.pair();
    let live = sending.view.snapshot.links.iter().filter(|it| it.binding.pair() == pair).count();
    let wanted = approved.creations().iter().filter(|it| it.binding.pair() == pair).count();
    let goes = |it: &Removal| it.link.binding.pair() == pair && it.end_change().is_none() && it.why != Why::Duplicate;
    let mut removals = approved.removals().iter().enumerate().filter(|(_, it)| goes(it));
    removals.next().filter(|_| live == 1 && wanted == 1)
}

/// Removes, and creates at once; what became of the creation and of the removal.
async fn replace(sending: &Sending<'_>, creation: &Creation, removal: &Removal) -> (Outcome, Outcome) {
    let step = Step::Remove(removal.clone());
    let gone = remove::send(sending, removal).await;
    let gone = sending.told(&step, gone);
    if !gone.is_done() {
        return (Outcome::Held(Hold::OneRole), gone);
    }
    let mut made = create::send(sending, creation).await;
    if matches!(made, Outcome::Unknown(_)) {
        tokio::time::sleep(sending.write_options.settle).await;
        made = create::found(sending, creation).await.unwrap_or(made);
    }
    if made.is_done() {
        return (made, gone);
    }
    tracing::warn!(step = %step, "putting it back: what was to take its place could not be created");
    match sending.recorded(Write::PutBack(&removal.link), Box::pin(put_back(sending, &removal.link))).await {
        Outcome::Failed(error) => match create::found(sending, creation).await {
            Some(found) => (found, gone),
            None => (lost_both(&made, &error), gone),
        },
        _ => (made, sending.told(&step, Outcome::Held(Hold::Replacement))),
    }
}

/// Creates a link that was removed once more, with the end that it had; patiently, since somebody waits without access.
async fn put_back(sending: &Sending<'_>, link: &Link) -> Outcome {
    const TRIES: u32 = 4;
    let mut tries = 0;
    loop {
        tries += 1;
        let error = match sending.client.create(&link.binding, link.ends).await {
            Ok(api::Created::New(link)) => return Outcome::Created(link),
            Ok(api::Created::Exists) => return Outcome::Adopted(*link),
            Ok(api::Created::OneRole) => {
                let message = "the server says that the user has another role".to_owned();
                return Outcome::Failed(Failure { message, help: None });
            }
            Err(error) => error,
        };
        if !matches!(error.kind, ErrorKind::Lost | ErrorKind::Repeatable | ErrorKind::Unreachable | ErrorKind::Busy) {
            return Outcome::Failed(error.into());
        }
        tokio::time::sleep(sending.write_options.settle).await;
        match sending.rows(&link.binding).await.as_deref() {
            Ok([first, ..]) => return Outcome::Adopted(*first),
            _ if tries < TRIES => {}
            _ => return Outcome::Failed(error.into()),
        }
    }
}

/// The user has neither role now.
fn lost_both(made: &Outcome, error: &Failure) -> Outcome {
    let why = match made {
        Outcome::Failed(failure) | Outcome::Unknown(failure) => failure.message.clone(),
        other => other.to_string(),
    };
    let message = format!("{why}; and the old role was removed before and could not be put back: {error}");
    Outcome::Failed(Failure { message, help: Some("give the user their role by hand, or run it again".to_owned()) })
}
