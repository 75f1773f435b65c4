//! What is not done although it is due, in the words of the daemon's status.

use std::collections::{BTreeMap, BTreeSet};

use super::agent::Agent;
use super::words::{count, what};
use crate::binding::Binding;
use crate::daemon::{HeldRemoval, HeldSet, Release};
use crate::desired::Mode;
use crate::plan::{Hold, Removal, Skip};
use crate::policy::{self, Decision, Deferred, DeferredSteps};
use crate::reconcile::{CreationDelay, PassRequest, Prepared};
use crate::render::{self, Naming, visible};

pub(super) fn held(removal: &Removal, hold: &Hold, naming: &Naming<'_>) -> HeldRemoval {
    let why = format!("{} · {}", visible(&hold.to_string()), render::why(removal));
    HeldRemoval { what: what(&removal.link.binding, naming), why }
}

/// Removals that wait only because files have vanished.
pub(super) fn missed<'a>(prepared: &'a Prepared, request: &PassRequest<'_>, agent: &Agent) -> Vec<&'a Removal> {
    let Prepared { view, decision } = prepared;
    if agent.asked.mode.max(view.desired.mode) >= Mode::AddOnly {
        return Vec::new();
    }
    let (only, deferred) =
        (request.only.resolve(&view.directory).unwrap_or_default(), DeferredSteps::new(&request.deferred));
    let waits = |it: &&Removal| only.contains(&it.link.binding) && !deferred.removal(it);
    decision.withheld.removals.iter().filter(waits).collect()
}

pub(super) fn missing(removal: &Removal, naming: &Naming<'_>) -> HeldRemoval {
    let why = format!("files have vanished · {}", render::why(removal));
    HeldRemoval { what: what(&removal.link.binding, naming), why }
}

pub(super) fn limited(
    limited: &policy::Limited,
    release: Release,
    room_for: Option<u32>,
    naming: &Naming<'_>,
) -> HeldSet {
    let policy::Limited { set: _, digest, exceeded, links } = limited;
    HeldSet {
        digest: digest.to_string(),
        exceeded: exceeded.iter().map(|it| render::exceeded(it, naming)).collect(),
        links: count(*links),
        release,
        room_for,
    }
}

/// `missed` of the removals wait because files have vanished, and are reported as held. Those of `waiting` wait because the
/// files have just changed, and those of `unlisted` for the server's list.
pub(super) fn withheld(
    decision: &Decision,
    request: &PassRequest<'_>,
    waiting: &BTreeSet<Deferred>,
    unlisted: &BTreeMap<Binding, CreationDelay>,
    missed: usize,
) -> Vec<String> {
    let Decision { withheld: policy::Withheld { creations, removals }, plan, .. } = decision;
    let limited = plan.skipped.iter().filter(|it| it.why == Skip::Limit).count();
    let limited = said(limited, "creation is held by `limits.creations`", "creations are held by `limits.creations`");
    let (deferred, waiting) = (DeferredSteps::new(&request.deferred), DeferredSteps::new(waiting));
    let creations: Vec<_> = creations.iter().filter(|it| !unlisted.contains_key(&it.binding)).collect();
    let left = |by: &DeferredSteps<'_>| {
        creations.iter().map(|it| by.creation(it)).chain(removals.iter().map(|it| by.removal(it))).collect::<Vec<_>>()
    };
    let (deferred, waiting) = (left(&deferred), left(&waiting));
    let again = deferred.iter().filter(|it| **it).count();
    let soon = deferred.iter().zip(&waiting).filter(|(deferred, waiting)| !**deferred && **waiting).count();
    let rest = deferred.len() - again - soon;
    let asked = ["step is withheld by `mode` or the command line", "steps are withheld by `mode` or the command line"];
    let rest = said(rest.saturating_sub(missed), asked[0], asked[1]);
    let once = "step is set aside because it comes back again and again";
    let deferred = said(again, once, "steps are set aside because they come back again and again");
    let quiet = "step waits until the files have not changed for a while";
    let soon = said(soon, quiet, "steps wait until the files have not changed for a while");
    limited.into_iter().chain(for_the_list(unlisted)).chain(deferred).chain(soon).chain(rest).collect()
}

/// What is not created because of what earlier passes know, each kind in words.
fn for_the_list(unlisted: &BTreeMap<Binding, CreationDelay>) -> Vec<String> {
    let stale = "the server's list";
    let kinds = [
        (
            CreationDelay::Listed,
            format!(
                "binding is not created: its link exists, and {stale} does not show it (cache or replica in front?)"
            ),
            format!(
                "bindings are not created: their links exist, and {stale} does not show them (cache or replica in front?)"
            ),
        ),
        (
            CreationDelay::ListAgrees,
            format!("binding is not created while {stale} is stale"),
            format!("bindings are not created while {stale} is stale"),
        ),
        (
            CreationDelay::Shown,
            "binding is not created yet: its link was created a few minutes ago and is not shown".to_owned(),
            "bindings are not created yet: their links were created a few minutes ago and are not shown".to_owned(),
        ),
        (
            CreationDelay::Answered,
            "binding is not created yet: the answer to its last creation was lost a minute ago".to_owned(),
            "bindings are not created yet: the answers to their last creations were lost a minute ago".to_owned(),
        ),
    ];
    let counted = |why| unlisted.values().filter(|it| **it == why).count();
    kinds.iter().filter_map(|(why, one, many)| said(counted(*why), one, many)).collect()
}

fn said(count: usize, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    }
}
