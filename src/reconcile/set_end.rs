//! Changes of ends: only of the one row that was seen, and only done once the list shows it.

use super::record::Write;
use super::sending::Sending;
use crate::api::{Error, ErrorKind};
use crate::binding::Link;
use crate::plan::{End, EndChange, Hold};
use crate::report::{Failure, Outcome, STALE_LIST, Step};

/// Changes all, and says what became of each, in their order.
pub(super) async fn all(sending: &Sending<'_>, steps: &[Step]) -> Vec<Outcome> {
    sending.send_concurrently(steps, async |it| sending.told(it, set_end(sending, it).await)).await
}

async fn set_end(sending: &Sending<'_>, step: &Step) -> Outcome {
    let Some(change) = step.end_change() else { return Outcome::Unsent };
    // A request names the binding, not the row, and acts on whatever row there is.
    let seen = match sending.seen(&change.link.binding).await {
        Ok(seen) => seen,
        Err(error) => return sending.failed(error).await,
    };
    match seen.links[..] {
        _ if !seen.incomplete.is_empty() => Outcome::Held(Hold::Incomplete),
        [row] if is_done(&row, change) => Outcome::EndSet,
        [row] if row == change.link => {
            tracing::info!(step = %step, "sending");
            send(sending, change).await
        }
        _ => Outcome::Held(Hold::Row),
    }
}

/// Sends one, and looks at what became of it, however it was answered: some errors leave that open.
pub(super) async fn send(sending: &Sending<'_>, change: EndChange<'_>) -> Outcome {
    sending.recorded(Write::SetEnd(change), Box::pin(update(sending, change))).await
}

async fn update(sending: &Sending<'_>, change: EndChange<'_>) -> Outcome {
    let answer = sending.client.set_end(&change.link, change.ends.at()).await;
    match &answer {
        Err(error) if !matches!(error.kind, ErrorKind::Lost | ErrorKind::Repeatable) => {
            return sending.failed(error.clone()).await;
        }
        _ => {}
    }
    match (is_shown(sending, change).await, answer) {
        (Ok(true), _) => Outcome::EndSet,
        (_, Err(error)) => sending.lost(error).await,
        (Err(error), _) => {
            sending.turned_away(&error);
            sending.lost(error).await
        }
        (Ok(false), Ok(())) => Outcome::Unknown(Failure {
            message: format!(
                "the end of the link {} was changed, but the list of links does not show it",
                change.link.id
            ),
            help: Some(STALE_LIST.to_owned()),
        }),
    }
}

/// Whether the list shows it, patiently: a replica may lag behind.
async fn is_shown(sending: &Sending<'_>, change: EndChange<'_>) -> Result<bool, Error> {
    let mut waits = sending.write_options.waits();
    loop {
        let rows = sending.rows(&change.link.binding).await?;
        if rows.iter().any(|it| is_done(it, change)) {
            return Ok(true);
        }
        let Some(wait) = waits.next().filter(|_| sending.stopped().is_none()) else { return Ok(false) };
        tokio::time::sleep(wait).await;
    }
}

fn is_done(row: &Link, change: EndChange<'_>) -> bool {
    row.is_same_row(&change.link) && End::new(row.ends) == change.ends
}
