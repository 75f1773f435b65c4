//! Removals: only what is sure to be superfluous, and only done when it is sure to be gone.

use super::reason::reason;
use super::record::Write;
use super::sending::Sending;
use crate::api::{Deleted, Error, ErrorKind};
use crate::binding::Link;
use crate::plan::{Hold, Removal, Why};
use crate::report::{Failure, Outcome, Replacements, Step};

/// Removes all, and says what became of each, in their order.
pub(super) async fn all(sending: &Sending<'_>, removals: &[Removal], replacements: &Replacements) -> Vec<Outcome> {
    sending.send_concurrently(removals, async |it| remove(sending, it, replacements).await).await
}

async fn remove(sending: &Sending<'_>, removal: &Removal, replacements: &Replacements) -> Outcome {
    let step = Step::Remove(removal.clone());
    let outcome = match hold(sending, removal, replacements).await {
        Ok(Some(hold)) => Outcome::Held(hold),
        Ok(None) => send(sending, removal).await,
        Err(error) => sending.failed(error).await,
    };
    sending.told(&step, outcome)
}

/// Sends one that nothing holds.
pub(super) async fn send(sending: &Sending<'_>, removal: &Removal) -> Outcome {
    sending.recorded(Write::Remove(removal), Box::pin(delete(sending, removal))).await
}

async fn delete(sending: &Sending<'_>, removal: &Removal) -> Outcome {
    tracing::info!(step = %Step::Remove(removal.clone()), "sending");
    match sending.client.delete(&removal.link, &reason(removal, sending.commit)).await {
        Ok(Deleted::Done) => Outcome::Removed,
        Ok(Deleted::NotFound) => match not_found(sending, removal.link).await {
            Ok(outcome) => outcome,
            Err(error) => sending.failed(error).await,
        },
        Err(error) if error.kind == ErrorKind::Lost => sending.lost(error).await,
        Err(error) => sending.failed(error).await,
    }
}

/// What holds it at the last moment: a replacement that is not there, or a duplicate whose keeper is gone or not shown in
/// full.
async fn hold(sending: &Sending<'_>, removal: &Removal, replacements: &Replacements) -> Result<Option<Hold>, Error> {
    if let Some(hold) = replacements.hold(removal) {
        return Ok(Some(hold));
    }
    if removal.why != Why::Duplicate {
        return Ok(None);
    }
    // Another duplicate is no keeper: it may be on its way out, too.
    let keeper = sending.view.plan.keeper(&removal.link.binding);
    let rows = sending.seen(&removal.link.binding).await?;
    if !rows.incomplete.is_empty() {
        return Ok(Some(Hold::Incomplete));
    }
    let there = keeper.is_some_and(|keeper| rows.links.contains(&keeper));
    Ok((!there).then_some(Hold::Keeper))
}

/// 404 means gone, or not visible to us. Only for a staff token, and only if the resource does not list the row, it is
/// gone. Of the resource its binding is enough, and is read in one piece, however many links the resource has.
async fn not_found(sending: &Sending<'_>, link: Link) -> Result<Outcome, Error> {
    let listed = sending.seen(&link.binding).await?;
    // Asked afterwards, and every time: a token may have become less since the last time it was asked for.
    let staff = sending.client.caller().await?.is_staff;
    let why = if !staff {
        "and the token is not a staff token, so that the link may be there all the same"
    } else if listed.links.iter().any(|it| it.is_same_row(&link)) || listed.incomplete.iter().any(|it| it.id == link.id)
    {
        "and lists the link all the same"
    } else {
        return Ok(Outcome::AlreadyGone);
    };
    let message = format!("the server says that there is no link {}, {why}", link.id);
    Ok(Outcome::Failed(Failure { message, help: Some("run `grantsync doctor` with this token".to_owned()) }))
}
