//! Accounts that a server deactivates together with their last role. Nobody can read whether a server is set to do so, and
//! roles on organisations and projects are not visible here, so these rules say what might happen.

use std::collections::BTreeSet;

use super::gains::Found;
use super::rules::{going, staying};
use super::{Facts, Finding};
use crate::binding::UserId;
use crate::desired::Phase;
use crate::plan::{Skip, Skipped};

/// Users whose last visible link is removed.
pub(super) fn may_deactivate_account(facts: &Facts<'_>) -> Vec<Found> {
    let staying: BTreeSet<_> = staying(facts).map(|it| it.user).collect();
    let leaving: BTreeSet<_> = going(facts).map(|it| it.link.binding.user).collect();
    of_users(facts, &leaving - &staying, Finding::LastLinks)
}

/// Users for whom nothing is created because their accounts are inactive.
pub(super) fn grant_to_inactive_account(facts: &Facts<'_>) -> Vec<Found> {
    let now = facts.plan.now;
    let before = facts.before.and_then(|it| it.desired);
    let old = |of: &&Skipped| {
        before.and_then(|it| it.get(&of.creation.binding)).is_some_and(|it| it.phase(now) == Phase::Alive)
    };
    let new = facts.plan.skipped.iter().filter(|it| it.why == Skip::Inactive && !old(it)).map(|it| it.creation.binding);
    of_users(facts, new.map(|it| it.user).collect(), Finding::InactiveAccounts)
}

/// One risk for all users, as most servers do not deactivate anybody.
fn of_users(facts: &Facts<'_>, users: BTreeSet<UserId>, finding: fn(BTreeSet<UserId>) -> Finding) -> Vec<Found> {
    let told = facts.keeps_ends && !users.is_empty();
    told.then(|| (finding(users), None)).into_iter().collect()
}
