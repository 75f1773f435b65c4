//! A decision by cause: what a change does, what was different before it, and what it mends.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::changes::{Change, changes};
use super::plan::{Detail, changing, foot, unchanged, written};
use super::style::{PLAIN, QUIET, STRONG, styled};
use super::{Naming, grouped, plural, table};
use crate::plan::Why;
use crate::policy::{Cause, Causes, Decision, Fixed, Intent};

/// The whole decision, by cause; then, as without causes, what limits hold and the summary.
pub fn by_cause(decision: &Decision, causes: &Causes, naming: &Naming<'_>, detail: Detail) -> String {
    let mut out = String::new();
    for cause in [Cause::Change, Cause::Drift] {
        let part = written(&changing(&decision.part(causes, cause), Some(causes), naming, detail));
        if !part.is_empty() {
            title(&mut out, &cause.to_string());
            out.push_str(&part);
        }
    }
    if !causes.fixed.is_empty() {
        title(&mut out, "fixed by this change");
        let lines: Vec<_> = causes.fixed.iter().map(|it| line(it, naming)).collect();
        table::write(&mut out, "  ", &lines);
        out.push('\n');
    }
    if detail == Detail::Everything {
        title(&mut out, "unchanged");
        out.push_str(&written(&unchanged(&decision.plan, naming)));
    }
    out.push_str(&foot(decision, naming, detail));
    let _ = writeln!(out, "{}", verdict(decision, causes, naming));
    out
}

/// What is said of a change that does nothing.
pub(super) const NOTHING: &str = "nothing changes because of this change";

/// How much comes from where. A role change is one, and so is a grant with several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    /// Because of the change, and sent.
    pub(super) change: usize,
    /// Removals because of the change that something holds.
    pub(super) held: usize,
    /// Different before the change, and not sent because of it.
    pub(super) stopped: usize,
    /// Different before the change, and sent.
    pub(super) drift: usize,
}

impl Tally {
    pub(super) fn of(decision: &Decision, causes: &Causes, naming: &Naming<'_>) -> Self {
        let [change, drift] = [Cause::Change, Cause::Drift].map(|cause| decision.part(causes, cause));
        Self {
            change: sent(&change, naming),
            held: change.plan.held.len(),
            stopped: causes.stopped(),
            drift: sent(&drift, naming),
        }
    }

    /// What the change brings about and what it does not, in words: nothing of what there is none of.
    pub(super) fn held(self) -> Option<String> {
        let Self { held, .. } = self;
        let are = if held == 1 { "is" } else { "are" };
        (held > 0).then(|| format!("{} {} because of this change {are} held", grouped(held), plural(held, "removal")))
    }

    /// What the change keeps from being sent.
    pub(super) fn stopped(self) -> Option<String> {
        let Self { stopped, .. } = self;
        (stopped > 0).then(|| format!("{} {} stopped by this change", grouped(stopped), plural(stopped, "step")))
    }

    /// What was different already.
    pub(super) fn drift(self) -> Option<String> {
        (self.drift > 0).then(|| format!("{} already different before it", grouped(self.drift)))
    }
}

/// What a change comes to, in one line.
pub(super) fn verdict(decision: &Decision, causes: &Causes, naming: &Naming<'_>) -> String {
    let (tally, fixed) = (Tally::of(decision, causes, naming), causes.fixed.len());
    let change = match tally {
        Tally { change: 0, held: 0, stopped: 0, .. } => Some(NOTHING.to_owned()),
        Tally { change: 0, .. } => None,
        Tally { change, .. } => {
            Some(format!("{} {} because of this change", grouped(change), plural(change, "difference")))
        }
    };
    let fixed = (fixed > 0).then(|| format!("{} fixed by this change", grouped(fixed)));
    let parts = change.into_iter().chain(tally.held()).chain(tally.stopped()).chain(tally.drift()).chain(fixed);
    parts.collect::<Vec<_>>().join(" · ")
}

/// What is said of something that only the change keeps from being sent.
pub(super) const STOPPED: &str = " · stopped by this change";

fn sent(decision: &Decision, naming: &Naming<'_>) -> usize {
    let groups = changes(decision, naming);
    let mut gone = BTreeSet::new();
    let sent = groups.iter().flat_map(|it| &it.changes).filter(|it| match it {
        Change::Remove(removal) => removal.why == Why::Duplicate || gone.insert(removal.link.binding),
        Change::Replace(..) | Change::Create(_) => true,
        Change::Hold(_) | Change::Skip(_) | Change::WithholdRemoval(_) | Change::WithholdCreation(_) => false,
    });
    sent.count()
}

/// What would have kept a step from being sent without the change, or that only the change does.
pub(super) fn before(change: &Change<'_>, causes: &Causes) -> &'static str {
    let stopped = match change {
        Change::Hold(held) => causes.stop_removal(&held.removal),
        Change::WithholdRemoval(removal) => causes.stop_removal(removal),
        Change::WithholdCreation(creation) => causes.stop_creation(creation),
        Change::Remove(_) | Change::Replace(..) | Change::Create(_) | Change::Skip(_) => false,
    };
    if stopped {
        return STOPPED;
    }
    let without = match change {
        Change::Remove(removal) => causes.without_removal(removal),
        Change::Replace(_, removals, _) => removals.iter().find_map(|it| causes.without_removal(it)),
        Change::Create(creation) => causes.without(creation),
        Change::Hold(_) | Change::Skip(_) | Change::WithholdRemoval(_) | Change::WithholdCreation(_) => None,
    };
    match without {
        Some(Intent::Hold | Intent::Limit) => " · held before this change",
        Some(Intent::Withhold) => " · withheld before this change",
        Some(Intent::Create | Intent::Skip | Intent::Remove) | None => "",
    }
}

fn title(out: &mut String, text: &str) {
    let _ = writeln!(out, "{}\n", styled(STRONG, format!("── {text} ──")));
}

fn line(Fixed { binding, link, intent }: &Fixed, naming: &Naming<'_>) -> table::Line<4> {
    let note = match intent {
        Intent::Create => "would be created without it",
        Intent::Skip => "could not be created without it",
        Intent::Remove => "would be removed without it",
        Intent::Hold | Intent::Limit => "would be held without it",
        Intent::Withhold => "would be withheld without it",
    };
    let note = match link.and_then(|id| naming.link(id)) {
        Some(link) => format!("{note} · {link}"),
        None => note.to_owned(),
    };
    let (resource, role) = (naming.resource_in_line(binding.resource), naming.role(binding.role));
    [(PLAIN, resource), (PLAIN, role), (PLAIN, naming.user(binding.user)), (QUIET, note)]
}
