//! Sends approved steps, creations first, and says what became of each. It decides nothing.

use tokio::sync::watch;

use super::create::{self, Created};
use super::pace::Pace;
use super::sending::Sending;
use super::{Tell, View, remove};
use crate::api::Client;
use crate::policy::Approved;
use crate::report::{Replacements, Report, Step};

/// Sends creations, then removals.
pub(super) async fn apply(
    client: &Client,
    view: &View,
    approved: &Approved,
    pace: Pace,
    tell: Tell<'_>,
    interrupted: watch::Receiver<bool>,
) -> Report {
    let sending = Sending::new(client, view, pace, tell, interrupted);
    let Created { outcomes, unseen, stale } = create::all(&sending, approved.creations()).await;
    let replacements = Replacements::new(approved.creations().iter().zip(&outcomes)).without(unseen);
    let removed = remove::all(&sending, approved.removals(), &replacements).await;
    let creations = approved.creations().iter().cloned().map(Step::Create).zip(outcomes);
    let removals = approved.removals().iter().cloned().map(Step::Remove).zip(removed);
    Report { steps: creations.chain(removals).collect(), stopped: sending.stopped().or(stale), ..Report::default() }
}
