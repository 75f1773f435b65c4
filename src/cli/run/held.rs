//! What is not done although it is due, in the words of the daemon's status.

use std::collections::BTreeSet;

use super::pass::Agent;
use super::words::{count, what};
use crate::daemon::{Held, Limited, Release};
use crate::desired::Mode;
use crate::plan::{Hold, Removal};
use crate::policy::{self, Aside, Decision, SetAside};
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

/// `missed` of the removals wait because files have vanished, and are told of as held. Those of `waiting` wait because the
/// files have just changed.
pub(super) fn withheld(
    decision: &Decision,
    request: &Request<'_>,
    waiting: &BTreeSet<Aside>,
    missed: usize,
) -> Vec<String> {
    let Decision { withheld: policy::Withheld { creations, removals }, .. } = decision;
    let (aside, waiting) = (SetAside::new(&request.aside), SetAside::new(waiting));
    let left = |by: &SetAside<'_>| {
        creations.iter().map(|it| by.creation(it)).chain(removals.iter().map(|it| by.removal(it))).collect::<Vec<_>>()
    };
    let (aside, waiting) = (left(&aside), left(&waiting));
    let again = aside.iter().filter(|it| **it).count();
    let soon = aside.iter().zip(&waiting).filter(|(aside, waiting)| !**aside && **waiting).count();
    let rest = aside.len() - again - soon;
    let said = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 step {one}")),
        _ => Some(format!("{count} steps {many}")),
    };
    let asked = ["is withheld by `mode` or the command line", "are withheld by `mode` or the command line"];
    let rest = said(rest.saturating_sub(missed), asked[0], asked[1]);
    let once = "is set aside because it comes back again and again";
    let aside = said(again, once, "are set aside because they come back again and again");
    let quiet = "waits until the files have not changed for a while";
    let soon = said(soon, quiet, "wait until the files have not changed for a while");
    aside.into_iter().chain(soon).chain(rest).collect()
}
