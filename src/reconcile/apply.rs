//! Sends approved steps, creations first, and says what became of each. It decides nothing.

use std::time::Duration;

use tokio::sync::watch;

use super::create::{self, Created};
use super::sending::Sending;
use super::{Tell, View, remove};
use crate::api::Client;
use crate::policy::Approved;
use crate::report::{Replacements, Report, Step};

/// How fast writes follow each other.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Writes under way at once; at least one is.
    pub parallelism: usize,
    /// How long to wait before looking for a link whose creation was not answered: it may still be on its way.
    pub settle: Duration,
    /// How long the list may take to show the first link of a pass, and those that were made last.
    pub patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { parallelism: 4, settle: Duration::from_secs(2), patience: Duration::from_secs(10) }
    }
}

impl Pace {
    /// Waits between looks for something that may be late: doubling, all of them together within the patience.
    pub(super) fn waits(self) -> impl Iterator<Item = Duration> {
        const LOOKS: u32 = 5;
        (0..LOOKS).map(move |it| self.patience / (1 << (LOOKS - it)))
    }
}

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
