//! What a change to the files comes to: how much it does, how much was different before it, and how much it fixes.

use super::review::beside;
use super::rows::{Change, Row};
use super::{Naming, counted, grouped};
use crate::policy::{Cause, Causes};
use crate::review::Review;

/// What is said of a change that does nothing, at any time.
const NOTHING: &str = "this change needs no steps";
/// What is said of a change that does nothing now.
const NOT_NOW: &str = "this change needs no steps now";

/// What is said of a change without a step, and what else it does.
pub(super) fn nothing(review: &Review, naming: &Naming<'_>) -> Vec<String> {
    let beside = beside(review, naming);
    let first = if beside.is_empty() { NOTHING } else { NOT_NOW };
    [vec![first.to_owned()], beside].concat()
}

/// How much comes from where. A role change is one, and so is a grant with several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    /// Because of the change, and sent.
    change: usize,
    /// Removals because of the change that something holds.
    held: usize,
    /// Different before the change, and not sent because of it.
    stopped: usize,
    /// Different before the change, and sent.
    drift: usize,
    /// Different before the change, and the same after it.
    fixed: usize,
}

impl Tally {
    pub(super) fn of(rows: &[Row<'_>], causes: &Causes) -> Self {
        let sent = |cause| rows.iter().filter(|it| it.cause == Some(cause) && it.is_sent() && !it.again).count();
        let held = rows.iter().filter(|it| it.cause == Some(Cause::Change) && matches!(it.change, Change::Hold(_)));
        Self {
            change: sent(Cause::Change),
            held: held.count(),
            stopped: causes.stopped(),
            drift: sent(Cause::Drift),
            fixed: causes.fixed.len(),
        }
    }

    /// What the change brings about and does not send, and what it keeps from being sent.
    pub(super) fn held(self) -> impl Iterator<Item = String> {
        let Self { held, stopped, .. } = self;
        let are = if held == 1 { "is" } else { "are" };
        let removals = counted(held, ["removal", "removals"]);
        let held = (held > 0).then(|| format!("{removals} in this change {are} held"));
        let stopped = (stopped > 0).then(|| format!("{} stopped by this change", counted(stopped, ["step", "steps"])));
        held.into_iter().chain(stopped)
    }

    /// What was different already.
    pub(super) fn drift(self) -> Option<String> {
        (self.drift > 0).then(|| format!("{} already different before it", grouped(self.drift)))
    }

    /// All of it in one line.
    pub(super) fn verdict(self, review: &Review, naming: &Naming<'_>) -> String {
        let change = match self {
            Self { change: 0, held: 0, stopped: 0, .. } => nothing(review, naming),
            Self { change: 0, .. } => beside(review, naming),
            Self { change, .. } => {
                let now = format!("{} in this change", counted(change, ["difference", "differences"]));
                [vec![now], beside(review, naming)].concat()
            }
        };
        let fixed = (self.fixed > 0).then(|| format!("{} fixed by this change", grouped(self.fixed)));
        let parts = change.into_iter().chain(self.held()).chain(self.drift()).chain(fixed);
        parts.collect::<Vec<_>>().join(" · ")
    }
}
