//! What is not done although it is due, in the words of the daemon's status.

use super::pass::Agent;
use super::words::{count, what};
use crate::daemon::{Held, Limited, Release};
use crate::desired::Mode;
use crate::plan::{Hold, Removal};
use crate::policy::{self, Decision, SetAside};
use crate::reconcile::{Prepared, Request};
use crate::render::{self, Naming, visible};

pub(super) fn held(removal: &Removal, hold: &Hold, naming: &Naming<'_>) -> Held {
    let why = format!("{} · {}", visible(&hold.to_string()), render::why(removal));
    Held { what: what(&removal.link.binding, naming), why }
}

/// Removals that wait only because files have vanished.
pub(super) fn missed<'a>(prepared: &'a Prepared, request: &Request<'_>, agent: &Agent) -> Vec<&'a Removal> {
    let Prepared { view, decision } = prepared;
    if agent.asked.mode.max(view.desired.mode) >= Mode::AddOnly {
        return Vec::new();
    }
    let (only, aside) = (request.only.resolve(&view.directory).unwrap_or_default(), SetAside::new(&request.aside));
    let waits = |it: &&Removal| only.contains(&it.link.binding) && !aside.removal(it);
    decision.withheld.removals.iter().filter(waits).collect()
}

pub(super) fn missing(removal: &Removal, naming: &Naming<'_>) -> Held {
    let why = format!("files have vanished · {}", render::why(removal));
    Held { what: what(&removal.link.binding, naming), why }
}

pub(super) fn limited(
    limited: &policy::Limited,
    release: Release,
    room_for: Option<u32>,
    naming: &Naming<'_>,
) -> Limited {
    let policy::Limited { digest, exceeded, links } = limited;
    Limited {
        digest: digest.to_string(),
        exceeded: exceeded.iter().map(|it| render::exceeded(it, naming)).collect(),
        links: count(*links),
        release,
        room_for,
    }
}

/// `missed` of the removals wait because files have vanished, and are told of as held.
pub(super) fn withheld(decision: &Decision, request: &Request<'_>, missed: usize) -> Vec<String> {
    let Decision { withheld: policy::Withheld { creations, removals }, .. } = decision;
    let aside = SetAside::new(&request.aside);
    let later = creations.iter().map(|it| aside.creation(it)).chain(removals.iter().map(|it| aside.removal(it)));
    let (aside, rest): (Vec<_>, Vec<_>) = later.partition(|it| *it);
    let said = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 step {one}")),
        _ => Some(format!("{count} steps {many}")),
    };
    let asked = ["is withheld by `mode` or the command line", "are withheld by `mode` or the command line"];
    let rest = said(rest.len().saturating_sub(missed), asked[0], asked[1]);
    let once = "is set aside because it comes back again and again";
    let aside = said(aside.len(), once, "are set aside because they come back again and again");
    aside.into_iter().chain(rest).collect()
}
