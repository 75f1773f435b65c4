//! What a plan comes to, in the same numbers and words in every format.

use schemars::JsonSchema;
use serde::Serialize;

use super::review::beside;
use super::{Compared, Counts, Naming, ShownPass, counted, grouped};
use crate::plan::Skip;
use crate::policy::{Cause, Causes, Decision};

/// What is said of a change that does nothing, at any time.
const NOTHING: &str = "this change needs no steps";
/// What is said of a change that does nothing now.
const NOT_NOW: &str = "this change needs no steps now";

/// How many steps have one cause. They add up to those of the whole plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct StepCounts {
    /// Links that may be created.
    pub(super) create: usize,
    /// Links that may be removed.
    pub(super) remove: usize,
    /// Links that may get another end.
    pub(super) set_end: usize,
    /// Removals, and earlier ends, that something holds.
    pub(super) held: usize,
    /// Steps that the caller did not want sent.
    pub(super) withheld: usize,
    /// Wanted bindings that are not created, and links that do not last longer.
    pub(super) skipped: usize,
}

/// What a change to the files comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Tally {
    /// In this change.
    pub(super) change: StepCounts,
    /// Already different before it.
    pub(super) before: StepCounts,
    /// Steps that were due before, and are not sent because of the change.
    pub(super) stopped: usize,
    /// Steps that were due before, and are not needed because of the change.
    pub(super) fixed: usize,
}

impl StepCounts {
    fn of(decision: &Decision, causes: &Causes, cause: Cause) -> Self {
        let Decision { plan, approved, withheld, limited: _ } = decision;
        let created = |it: &&_| causes.of_creation(it) == cause;
        let removed = |it: &&_| causes.of_removal(it) == cause;
        let later = approved.lengthenings().iter().filter(created).count();
        let earlier = approved.shortenings().iter().filter(removed).count();
        let skipped = plan.skipped.iter().filter(|it| it.why != Skip::OutsideScope);
        Self {
            create: approved.creations().iter().filter(created).count(),
            remove: approved.removals().iter().filter(removed).count(),
            set_end: later + earlier,
            held: plan.held.iter().filter(|it| causes.of_held(it) == cause).count(),
            withheld: withheld.creations.iter().filter(created).count()
                + withheld.removals.iter().filter(removed).count(),
            skipped: skipped.filter(|it| causes.of_skipped(it) == cause).count(),
        }
    }

    /// `2 to create, 1 held`; empty if there is nothing.
    pub(super) fn words(self) -> String {
        let Self { create, remove, set_end, held, withheld, skipped } = self;
        let counts = Counts { create, remove, set_end, held, withheld, skipped, ..Counts::default() };
        counts.due().join(", ")
    }
}

impl Tally {
    pub(super) fn of(decision: &Decision, causes: &Causes) -> Self {
        let of = |cause| StepCounts::of(decision, causes, cause);
        let (stopped, fixed) = (causes.stopped(), causes.fixed.len());
        Self { change: of(Cause::Change), before: of(Cause::Drift), stopped, fixed }
    }

    /// What the change does now, then what else it does, what was different already, and what it makes needless.
    pub(super) fn parts(self, compared: Compared<'_>, naming: &Naming<'_>) -> Vec<String> {
        let Self { change, before, stopped, fixed } = self;
        let beside = beside(compared.review, naming);
        let now = match change.words() {
            none if none.is_empty() && stopped > 0 => None,
            none if none.is_empty() => Some(if beside.is_empty() { NOTHING } else { NOT_NOW }.to_owned()),
            words => Some(format!("{words} in this change")),
        };
        let stopped = (stopped > 0).then(|| format!("{} stopped by this change", counted(stopped, ["step", "steps"])));
        let before = Some(before.words()).filter(|it| !it.is_empty());
        let before = before.map(|words| format!("already different before it: {words}"));
        let fixed = (fixed > 0).then(|| format!("{} fixed by this change", grouped(fixed)));
        now.into_iter().chain(stopped).chain(beside).chain(before).chain(fixed).collect()
    }
}

/// What a plan comes to, in parts: the first one says what is done now.
pub(super) fn verdict(pass: &ShownPass<'_>) -> Vec<String> {
    if let Some(compared) = pass.compared() {
        return Tally::of(pass.decision, compared.causes).parts(compared, pass.naming);
    }
    let due = Counts::of(pass.decision).due();
    vec![if due.is_empty() { "no changes".to_owned() } else { due.join(", ") }]
}
