//! The rules, one function each.

use std::collections::{BTreeMap, BTreeSet};

use super::accounts::{grant_to_inactive_account, may_deactivate_account};
use super::gains::{Found, created, gains, place};
use super::names::{identity_changed, look_alike};
use super::over_time::{end_extended, enforcement_weakened, leaves_management};
use super::{Before, Facts, Finding};
use crate::binding::{Binding, ResourceId, RoleId, UserId};
use crate::desired::{Origin, Phase, risks};
use crate::plan::{Removal, Why};
use crate::policy::{self, Cause};

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Files silence it by this name.
    pub name: &'static str,
    /// Finds it; the order does not depend on that of files or rows.
    pub(super) find: fn(&Facts<'_>) -> Vec<Found>,
}

/// All rules, the gravest first.
pub const RULES: &[Rule] = &[
    Rule { name: risks::ENFORCEMENT_WEAKENED, find: enforcement_weakened },
    Rule { name: risks::LEAVES_MANAGEMENT, find: leaves_management },
    Rule { name: risks::AUTHOR_GRANTS_TO_THEMSELF, find: author_grants_to_themself },
    Rule { name: risks::PROTECTED_USER_TOUCHED, find: protected_user_touched },
    Rule { name: risks::RESOURCE_EMPTIED, find: resource_emptied },
    Rule { name: risks::LAST_HOLDER_LEAVES, find: last_holder_leaves },
    Rule { name: risks::MAY_DEACTIVATE_ACCOUNT, find: may_deactivate_account },
    Rule { name: risks::GRANT_TO_INACTIVE_ACCOUNT, find: grant_to_inactive_account },
    Rule { name: risks::LOOK_ALIKE, find: look_alike },
    Rule { name: risks::IDENTITY_CHANGED, find: identity_changed },
    Rule { name: risks::END_EXTENDED, find: end_extended },
    Rule { name: risks::REMOVAL_SHARE, find: removal_share },
    Rule { name: risks::GRANT_WITHOUT_END, find: grant_without_end },
];

fn author_grants_to_themself(facts: &Facts<'_>) -> Vec<Found> {
    let username = |id| facts.directory.users.get(&id).map(|it| it.username.as_str());
    let own = gains(facts).into_iter();
    let own = own.filter(|(it, _)| facts.author.is_some() && username(it.user) == facts.author);
    own.map(|(binding, lines)| (Finding::SelfGrant(binding), place(lines))).collect()
}

fn protected_user_touched(facts: &Facts<'_>) -> Vec<Found> {
    let protected = &facts.desired.protected;
    let gains = gains(facts).into_iter().filter(|(it, lines)| protected.contains(&it.user) && !lines.is_empty());
    let mut found: Vec<_> = gains.map(|(it, lines)| (Finding::ProtectedGains(it), place(lines))).collect();
    if let Some(Before { desired: Some(before), .. }) = facts.before {
        found.extend(before.protected.difference(protected).map(|it| (Finding::Unprotected(*it), None)));
    }
    found
}

fn resource_emptied(facts: &Facts<'_>) -> Vec<Found> {
    let emptied = emptied(facts).into_iter();
    emptied.map(|(resource, users)| (Finding::Emptied { resource, users }, None)).collect()
}

fn last_holder_leaves(facts: &Facts<'_>) -> Vec<Found> {
    let staying: BTreeSet<_> = staying(facts).map(|it| (it.resource, it.role)).collect();
    let emptied = emptied(facts);
    let mut leaving: BTreeMap<(ResourceId, RoleId), BTreeSet<UserId>> = BTreeMap::new();
    for Binding { resource, role, user } in going(facts).map(|it| it.link.binding) {
        leaving.entry((resource, role)).or_default().insert(user);
    }
    let last = leaving.into_iter().filter(|(at, _)| !staying.contains(at) && !emptied.contains_key(&at.0));
    last.map(|((resource, role), users)| (Finding::LastHolder { resource, role, users }, None)).collect()
}

fn removal_share(facts: &Facts<'_>) -> Vec<Found> {
    if removed(facts).next().is_none() {
        return Vec::new();
    }
    let exceeded = policy::exceeded(facts.plan, facts.limits).into_iter();
    // That a resource is emptied is a rule of its own.
    let share = exceeded.filter(|it| !matches!(it, policy::Exceeded::ResourceEmptied { .. }));
    share.map(|it| (Finding::Share(it), None)).collect()
}

fn grant_without_end(facts: &Facts<'_>) -> Vec<Found> {
    let ends = |origins: &[Origin]| origins.iter().all(|it| it.life.until.is_some());
    let now = facts.plan.now;
    let mut there: BTreeMap<ResourceId, (usize, usize)> = BTreeMap::new();
    for wanted in facts.desired.bindings.iter().filter(|it| it.phase(now) == Phase::Alive) {
        let (ending, all) = there.entry(wanted.binding.resource).or_default();
        *ending += usize::from(ends(&wanted.origins));
        *all += 1;
    }
    let endless = gains(facts).into_iter().filter(|(_, lines)| !ends(lines)).filter_map(|(binding, lines)| {
        let (ending, all) = there.get(&binding.resource)?;
        // What begins later is none of those that are there.
        let others = all.checked_sub(usize::from(lines.iter().any(|it| it.life.phase(now) == Phase::Alive)))?;
        (2 * ending > others).then(|| (Finding::Endless { binding, ending: *ending, others }, place(lines)))
    });
    endless.collect()
}

/// Resources that somebody leaves and where nobody stays, with those who leave.
fn emptied(facts: &Facts<'_>) -> BTreeMap<ResourceId, BTreeSet<UserId>> {
    let staying: BTreeSet<_> = staying(facts).map(|it| it.resource).collect();
    let mut emptied: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for binding in going(facts).map(|it| it.link.binding).filter(|it| !staying.contains(&it.resource)) {
        emptied.entry(binding.resource).or_default().insert(binding.user);
    }
    emptied
}

/// What the change removes, even if a limit holds it, but nothing that is withheld. What only ends earlier does not go now.
pub(super) fn going<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Removal> {
    removed(facts).filter(|it| it.end_change().is_none())
}

/// The same, and what ends earlier. Where a duplicate goes, nobody loses anything.
fn removed<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Removal> {
    let before = facts.before;
    let ours = move |it: &&Removal| before.is_none_or(|before| before.causes.of_removal(it) == Cause::Change);
    let withheld: BTreeSet<_> = facts.withheld.removals.iter().map(|it| it.link.id).collect();
    let removed = facts.plan.removals.iter().filter(move |it| !withheld.contains(&it.link.id));
    removed.filter(|it| it.why != Why::Duplicate && is_active(facts, it.link.binding.user)).filter(ours)
}

/// Everything that is live once the plan is done, in scope or not, of users whose accounts are not deactivated.
pub(super) fn staying<'a>(facts: &Facts<'a>) -> impl Iterator<Item = Binding> + use<'a> {
    let plan = facts.plan;
    let live = plan.in_sync.iter().chain(&plan.outside).map(|it| it.binding);
    let kept = plan.kept.iter().map(|it| it.link.binding);
    let held = plan.held.iter().map(|it| it.removal.link.binding);
    let withheld = facts.withheld.removals.iter().map(|it| it.link.binding);
    let all = live.chain(kept).chain(held).chain(withheld).chain(created(facts).map(|it| it.binding));
    let facts = *facts;
    all.filter(move |it| is_active(&facts, it.user))
}

/// Whether an account is not known to be deactivated.
fn is_active(facts: &Facts<'_>, user: UserId) -> bool {
    facts.directory.users.get(&user).is_none_or(|it| it.active != Some(false))
}
