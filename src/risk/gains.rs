//! What somebody gets, now or later: what several rules look at.

use std::collections::{BTreeMap, BTreeSet};

use super::{Facts, Finding};
use crate::binding::Binding;
use crate::desired::{Origin, Phase};
use crate::diagnostic::Span;
use crate::plan::Creation;
use crate::policy::Cause;
use crate::review::AccessChange;

pub(super) type Found = (Finding, Option<Span>);

/// Grants that somebody gets by the change, now or later, each with the lines that ask for it. Without a change: what is
/// created, and what begins later and is not live.
pub(super) fn gains<'a>(facts: &Facts<'a>) -> BTreeMap<Binding, &'a [Origin]> {
    let mut gains: BTreeMap<_, &[Origin]> = coming(facts).map(|it| (it.binding, &*it.origins)).collect();
    if facts.before.is_some() {
        let changed = AccessChange::ALL.into_iter().flat_map(|it| facts.review.access(it));
        gains.extend(changed.filter(|it| it.gains()).map(|it| (it.binding, &*it.lines)));
    } else {
        let live: BTreeSet<_> = live(facts).collect();
        let later = facts.desired.bindings.iter().filter(|it| it.phase(facts.plan.now) == Phase::NotBegun);
        gains.extend(later.filter(|it| !live.contains(&it.binding)).map(|it| (it.binding, &*it.origins)));
    }
    gains
}

fn live<'a>(facts: &Facts<'a>) -> impl Iterator<Item = Binding> + use<'a> {
    let plan = facts.plan;
    let removed = plan.removals.iter().chain(plan.held.iter().map(|it| &it.removal)).map(|it| it.link.binding);
    let kept = plan.kept.iter().map(|it| it.link.binding);
    removed.chain(kept).chain(plan.outside.iter().map(|it| it.binding))
}

/// What the change creates, or the plan where there is no change; nothing that is withheld.
fn coming<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Creation> {
    let before = facts.before;
    let ours = move |it: &&Creation| before.is_none_or(|before| before.causes.of_creation(it) == Cause::Change);
    created(facts).filter(ours)
}

pub(super) fn created<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Creation> + use<'a> {
    let withheld: BTreeSet<_> = facts.withheld.creations.iter().map(|it| it.binding).collect();
    let new = facts.plan.creations.iter().filter(|it| it.row.is_none());
    new.filter(move |it| !withheld.contains(&it.binding))
}

pub(super) fn place(origins: &[Origin]) -> Option<Span> {
    origins.first().map(|it| it.span.clone())
}
