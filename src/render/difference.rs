//! What differs between a plan somebody said yes to and the one that would be made now.

use super::dates::until;
use super::style::{CHANGE, CREATE, HOLD, PLAIN, QUIET, REMOVE};
use super::{Naming, table};
use crate::policy::{Difference, Fate};

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

fn style(now: Fate) -> anstyle::Style {
    match now {
        Fate::Nothing => QUIET,
        Fate::Created => CREATE,
        Fate::Removed => REMOVE,
        Fate::EndSet => CHANGE,
        Fate::Held => HOLD,
    }
}

/// What became of it between the plan and now.
pub(super) fn words(Difference { end, then, now, .. }: &Difference) -> String {
    let to = end.map_or(String::new(), |end| format!(" ({})", until(end)));
    let then = match then {
        Fate::Nothing => "not in the plan",
        Fate::Created => "to be created in the plan",
        Fate::Removed => "to be removed in the plan",
        Fate::EndSet => "to end at another time in the plan",
        Fate::Held => "held by limits in the plan",
    };
    let now = match now {
        Fate::Nothing => "nothing to do now",
        Fate::Created => "to be created now",
        Fate::Removed => "to be removed now",
        Fate::EndSet => "to end at another time now",
        Fate::Held => "held by limits now",
    };
    format!("{then}, {now}{to}")
}
