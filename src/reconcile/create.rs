//! Creations: never twice, and never blindly.

use super::apply::Sending;
use crate::api::{Created, Kind};
use crate::binding::Link;
use crate::plan::Creation;
use crate::report::{Failure, Outcome, Step, Stop};

/// Creates all, and says what became of each, in their order.
///
/// They go out one at a time until one has been read back: a token that can't see what it creates would create it again
/// in every pass. After that they go out side by side.
pub(super) async fn all(sending: &Sending<'_>, creations: &[Creation]) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(creations.len());
    for creation in creations {
        if sending.stopped().is_some() {
            break;
        }
        let outcome = create(sending, creation).await;
        let proof = if let Outcome::Created(link) = &outcome { read_back(sending, link).await } else { None };
        outcomes.push(outcome);
        if proof.is_some() {
            break;
        }
    }
    let rest = sending.each(&creations[outcomes.len()..], async |it| create(sending, it).await).await;
    outcomes.extend(rest);
    look_for_lost(sending, creations, &mut outcomes).await;
    outcomes
}

/// Sends one. A lost answer is not told yet: what became of it is found out at the end.
async fn create(sending: &Sending<'_>, creation: &Creation) -> Outcome {
    let step = Step::Create(creation.clone());
    tracing::info!(step = %step, "sending");
    let outcome = match sending.client.create(&creation.binding).await {
        Ok(Created::New(link)) => Outcome::Created(link),
        Ok(Created::Exists) => exists(sending, creation).await,
        Err(error) if matches!(error.kind, Kind::Lost | Kind::Repeatable) => return sending.lost(error).await,
        Err(error) => sending.failed(error).await,
    };
    sending.told(&step, outcome)
}

/// The server says that it exists: then it must be listed.
async fn exists(sending: &Sending<'_>, creation: &Creation) -> Outcome {
    match sending.rows(&creation.binding).await.as_deref() {
        Ok([first, ..]) => Outcome::Adopted(*first),
        Ok([]) => Outcome::Failed(Failure {
            message: format!("the server says that {} exists, and does not list it", creation.binding),
            help: Some("run `grantsync doctor` with this token".to_owned()),
        }),
        Err(error) => sending.failed(error.clone()).await,
    }
}

/// Whether a link that was just created can be seen; if not, the pass is stopped.
async fn read_back(sending: &Sending<'_>, link: &Link) -> Option<()> {
    let failure = match sending.client.link(link).await {
        Ok(Some(found)) if found.binding == link.binding => return Some(()),
        Ok(_) => Failure {
            message: format!("the link {} was created and can't be read back", link.id),
            help: Some("this token may create what it can't see: use a staff token".to_owned()),
        },
        Err(error) => {
            sending.turned_away(&error);
            sending.unanswered(&error).await;
            error.into()
        }
    };
    // If the token was turned away, or the server is gone, that is the reason, and it is kept.
    sending.stop(Stop::Blind(failure));
    None
}

/// Looks, once, for links whose creation was not answered. Those that are not there are not sent again: the request may
/// still be on its way, and the next pass will see.
async fn look_for_lost(sending: &Sending<'_>, creations: &[Creation], outcomes: &mut [Outcome]) {
    if !outcomes.iter().any(|it| matches!(it, Outcome::Unknown(_))) {
        return;
    }
    tokio::time::sleep(sending.pace.settle).await;
    for (creation, outcome) in creations.iter().zip(outcomes) {
        if !matches!(outcome, Outcome::Unknown(_)) {
            continue;
        }
        if !matches!(sending.stopped(), Some(Stop::Down(_)))
            && let Ok(rows) = sending.rows(&creation.binding).await
            && let [first, ..] = rows[..]
        {
            *outcome = Outcome::Adopted(first);
        }
        sending.told(&Step::Create(creation.clone()), outcome.clone());
    }
}
