//! What differs between a plan somebody said yes to and the one that would be made now.

use super::dates::until;
use super::style::{CHANGE, CREATE, HOLD, PLAIN, QUIET, REMOVE};
use super::{Naming, table};
use crate::policy::{Difference, PlannedAction};

/// One line for each difference, in their order; empty if there is none.
pub fn differences(differences: &[Difference], naming: &Naming<'_>) -> String {
    let line = |it: &Difference| {
        let Difference { binding, link, end: _, then: _, now } = it;
        let (style, words) = (style(*now), words(it));
        let words = match link.and_then(|id| naming.link(id)) {
            Some(link) => format!("{words} · {link}"),
            None => words,
        };
        let (resource, role) = (naming.resource_in_line(binding.resource), naming.role(binding.role));
        [(PLAIN, resource), (PLAIN, role), (PLAIN, naming.user(binding.user)), (style, words)]
    };
    let mut out = String::new();
    table::write(&mut out, "  ", &differences.iter().map(line).collect::<Vec<_>>());
    out
}

fn style(now: PlannedAction) -> anstyle::Style {
    match now {
        PlannedAction::Nothing => QUIET,
        PlannedAction::Created => CREATE,
        PlannedAction::Removed => REMOVE,
        PlannedAction::EndSet => CHANGE,
        PlannedAction::Held => HOLD,
    }
}

/// What became of it between the plan and now.
pub(super) fn words(Difference { end, then, now, .. }: &Difference) -> String {
    let to = end.map_or(String::new(), |end| format!(" ({})", until(end)));
    let then = match then {
        PlannedAction::Nothing => "not in the plan",
        PlannedAction::Created => "to be created in the plan",
        PlannedAction::Removed => "to be removed in the plan",
        PlannedAction::EndSet => "to end at another time in the plan",
        PlannedAction::Held => "held by limits in the plan",
    };
    let now = match now {
        PlannedAction::Nothing => "nothing to do now",
        PlannedAction::Created => "to be created now",
        PlannedAction::Removed => "to be removed now",
        PlannedAction::EndSet => "to end at another time now",
        PlannedAction::Held => "held by limits now",
    };
    format!("{then}, {now}{to}")
}
