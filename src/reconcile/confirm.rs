//! Whether the list shows what was just created. Decisions rest on the list, so that is what has to show it.

use super::sending::Sending;
use crate::api::Error;
use crate::binding::Link;
use crate::report::{Failure, STALE_LIST, Stop};

/// What is known of a link that was just created.
#[derive(Debug)]
pub(super) enum Proof {
    /// The list shows it.
    Listed,
    /// The list does not show it, and the caller would see it if it did.
    Stale {
        /// What was seen.
        failure: Failure,
        /// Whether it can be read by its id.
        there: bool,
    },
    /// The pass is stopped.
    Stopped,
}

/// Looks for a link in the list, patiently: a replica may lag behind. Errors are errors, and say nothing about the link.
pub(super) async fn confirm(sending: &Sending<'_>, link: &Link) -> Proof {
    match look(sending, link).await {
        Ok(proof) => proof,
        Err(error) => {
            // If the token is rejected, or the server is gone, that is the reason, and it is kept.
            sending.turned_away(&error);
            sending.unanswered(&error).await;
            sending.stop(Stop::Down(error.into()));
            Proof::Stopped
        }
    }
}

async fn look(sending: &Sending<'_>, link: &Link) -> Result<Proof, Error> {
    let mut waits = sending.write_options.waits();
    while !sending.client.links_of(&link.binding).await?.links.iter().any(|it| it.is_same_row(link)) {
        if sending.stopped().is_some() {
            return Ok(Proof::Stopped);
        }
        let Some(wait) = waits.next() else { return missing(sending, link).await };
        tracing::info!(link = %link.id, "created, and not in the list yet; looking again in {} ms", wait.as_millis());
        tokio::time::sleep(wait).await;
    }
    Ok(Proof::Listed)
}

async fn missing(sending: &Sending<'_>, link: &Link) -> Result<Proof, Error> {
    let there = sending.client.link(link).await?.is_some_and(|it| it.binding == link.binding);
    let id = link.id;
    if there {
        let message = format!("the link {id} was created and exists, but the list of links does not show it");
        return Ok(Proof::Stale { failure: Failure { message, help: Some(STALE_LIST.to_owned()) }, there });
    }
    let message = format!("the link {id} was created, but neither the list of links nor its id shows it");
    if sending.client.caller().await?.is_staff {
        return Ok(Proof::Stale { failure: Failure { message, help: Some(STALE_LIST.to_owned()) }, there });
    }
    let help = Some("this token can create links that it cannot see: use a staff token".to_owned());
    sending.stop(Stop::Blind(Failure { message, help }));
    Ok(Proof::Stopped)
}
