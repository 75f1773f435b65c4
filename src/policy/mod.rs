//! The last look before anything is written: limits, where the mode lets anything go, then mode.
//!
//! [`Approved`] can be made nowhere else, and nothing else can be applied.

mod approvals;
mod cause;
mod changes;
mod deferred;
pub mod gates;
mod last_seen;
mod limits;
mod log;
mod readings;
mod unsettled;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::binding::Binding;
use crate::desired::{Approval, Limits, Mode, ResolvedPassFilter};
pub use crate::digest::Digest;
use crate::plan::{Creation, EndChange, Held, Hold, Plan, Removal, Removed, Skip, Skipped, Why};
pub use approvals::{ENDED, WITHOUT_MATCH, approval_of};
pub use cause::{Cause, Causes, Fixed, Intent};
pub use changes::{ChangeSet, Difference, PlannedAction};
pub use deferred::{Deferred, DeferredSteps};
use gates::Gate;
pub use gates::StepKind;
pub use last_seen::LastSeen;
use limits::Lately;
pub use limits::{Exceeded, Set};
pub use log::Earlier;
pub use readings::Readings;
pub use unsettled::{NewRemovals, Unsettled};

/// What the caller asks of a pass, beyond what the files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyInput {
    /// How much may be taken away.
    pub limits: Limits,
    /// What may be written.
    pub mode: Mode,
    /// Whom and what the pass is narrowed to; everything, if empty.
    pub only: ResolvedPassFilter,
    /// The digest of the held set that may go in spite of the limits.
    pub approval: Option<Digest>,
    /// The approvals of the files; those alive at the instant of the plan count.
    pub approvals: Vec<Approval>,
    /// Triples already taken away under these limits by earlier passes of the last 24 hours.
    pub removed_lately: u32,
    /// At most so many triples were taken away before this process began, by the server's log. The percent limit does not
    /// apply to them.
    pub removed_before: u32,
    /// The same of what ended longer ago than anybody expects.
    pub ended_lately: u32,
    /// What earlier passes saw live and wanted.
    pub last_seen: Arc<LastSeen>,
    /// Steps that are left for later.
    pub deferred: BTreeSet<Deferred>,
}

/// Steps that may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    creations: Vec<Creation>,
    lengthenings: Vec<Creation>,
    shortenings: Vec<Removal>,
    removals: Vec<Removal>,
}

/// What became of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The plan, with what limits hold moved from `removals` to `held`.
    pub plan: Plan,
    /// What of it may be sent.
    pub approved: Approved,
    /// Steps that mode or narrowing withholds, or that are set aside.
    pub withheld: Withheld,
    /// What limits hold: the sets that are held, removals first.
    pub limited: Vec<Limited>,
}

/// Steps that are planned and not sent, because the caller asked for less.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withheld {
    /// Creations, and links that last longer.
    pub creations: Vec<Creation>,
    /// Removals, and links that end earlier.
    pub removals: Vec<Removal>,
}

/// What limits hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limited {
    /// What is held.
    pub set: Set,
    /// Approves exactly what is held.
    pub digest: Digest,
    /// Which limits, and by how much.
    pub exceeded: Vec<Exceeded>,
    /// Links, or bindings to create, that are held.
    pub links: usize,
}

/// The approval given is not for what is held now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Stale {
    /// What was given.
    pub given: Digest,
    /// What is held now: each set by its digest.
    pub current: Vec<Digest>,
}

/// Says what of a plan may be sent.
///
/// # Errors
/// If an approval was given that is not for exactly what limits hold: then nothing may be sent, and what is held has to
/// be looked at again.
pub fn approve(mut plan: Plan, input: &PolicyInput) -> Result<Decision, Stale> {
    let PolicyInput { mode, only, approval, approvals, deferred, .. } = input;
    let mut limited = Vec::new();
    // What cannot be sent at all is nothing that limits would have to hold.
    if gates::lets_go(*mode, StepKind::Create) {
        limited.extend(hold_creations(&mut plan, input));
    }
    let removes = gates::lets_go(*mode, StepKind::NotDeclared);
    if removes {
        limited.extend(hold_removals(&mut plan, input));
    }
    limited.sort_by_key(|(it, _)| it.set);
    let digests: Vec<_> = limited.iter().map(|(it, _)| it.digest.clone()).collect();
    if let Some(given) = approval
        && !digests.contains(given)
    {
        return Err(Stale { given: given.clone(), current: digests });
    }
    // Nor is there anything to say of approvals: what they are for may be held again under another mode.
    let approvals = if removes { &approvals[..] } else { &[] };
    plan.warnings.extend(approvals::notes(approvals, &digests, plan.now));
    let meant = |it: &Binding| only.contains(it);
    let deferred = DeferredSteps::new(deferred);
    let removed = |it: &Removal| removes && meant(&it.link.binding) && !deferred.removal(it);
    let (removals, not_removed) = split(&plan.removals, removed);
    // As long as a duplicate stays, no end can be changed.
    let doubled = not_removed.iter().filter(|it| it.why == Why::Duplicate).map(|it| it.link.binding);
    let doubled: BTreeSet<_> = doubled.collect();
    let created = |it: &Creation| {
        let alone = it.row.is_none() || !doubled.contains(&it.binding);
        gates::lets_go(*mode, StepKind::of_creation(it)) && meant(&it.binding) && alone && !deferred.creation(it)
    };
    let (creations, not_created) = split(&plan.creations, created);
    let (lengthenings, creations) = creations.into_iter().partition(|it| it.end_change().is_some());
    let (shortenings, removals) = removals.into_iter().partition(|it| it.end_change().is_some());
    Ok(Decision {
        plan,
        approved: Approved { creations, lengthenings, shortenings, removals },
        withheld: Withheld { creations: not_created, removals: not_removed },
        limited: limited.into_iter().filter(|(_, released)| !released).map(|(it, _)| it).collect(),
    })
}

/// Which limits the removals of a plan go beyond that nobody expects, whatever is approved.
pub fn exceeded(plan: &Plan, limits: Limits) -> Vec<Exceeded> {
    let input = PolicyInput { limits, ..PolicyInput::default() };
    limits::removals(plan, of_set(plan, Set::Removals, &input), limits, Lately::default()).0
}

/// The digest of what this hold is for, if it is a limit.
pub fn digest_of<'a>(limited: &'a [Limited], hold: &Hold) -> Option<&'a Digest> {
    let set = match hold {
        Hold::Limit => Set::Removals,
        Hold::LimitEnded => Set::Ended,
        _ => return None,
    };
    limited.iter().find(|it| it.set == set).map(|it| &it.digest)
}

/// Whether somebody approved this set.
fn released(digest: &Digest, plan: &Plan, input: &PolicyInput) -> bool {
    input.approval.as_ref() == Some(digest) || approval_of(&input.approvals, digest, plan.now).is_some()
}

/// Holds the creations if there are too many of them, and with them what they are to replace; says whether they are
/// released.
fn hold_creations(plan: &mut Plan, input: &PolicyInput) -> Option<(Limited, bool)> {
    let exceeded = limits::creations(plan, input.limits)?;
    let new = plan.creations.iter().filter(|it| it.row.is_none()).map(|it| &it.binding);
    let lasting = plan.creations.iter().filter_map(Creation::end_change);
    let digest = Digest::of_creations(&plan.server, new, lasting.map(|it| (it.link, it.ends.at())));
    let limited = Limited { set: Set::Creations, digest, exceeded: vec![exceeded], links: plan.creations.len() };
    let released = released(&limited.digest, plan, input);
    if !released {
        let creations = std::mem::take(&mut plan.creations);
        let missing = creations.iter().filter(|it| it.row.is_none()).map(|it| it.binding.pair());
        let missing: BTreeSet<_> = missing.collect();
        plan.skipped.extend(creations.into_iter().map(|creation| Skipped { creation, why: Skip::Limit }));
        plan.skipped.sort_by_key(|it| it.creation.binding);
        let waits = |it: &Removal| gates::waits_for_replacement(it) && missing.contains(&it.link.binding.pair());
        let over: Vec<_> = (0..plan.removals.len()).filter(|at| waits(&plan.removals[*at])).collect();
        hold(plan, &over, &Hold::Replacement);
    }
    Some((limited, released))
}

/// Holds the sets of removals that are too large; says of each whether it is released.
fn hold_removals(plan: &mut Plan, input: &PolicyInput) -> Vec<(Limited, bool)> {
    let removed = Lately { counted: input.removed_lately, logged: input.removed_before };
    let ended = Lately { counted: input.ended_lately, logged: 0 };
    let sets = [(Set::Removals, removed, Hold::Limit), (Set::Ended, ended, Hold::LimitEnded)];
    // Each is judged by the whole plan, before anything is held: no set makes room for another one.
    let judged = sets.map(|(set, lately, hold)| {
        let (exceeded, over) = limits::removals(plan, of_set(plan, set, input), input.limits, lately);
        let removed: BTreeSet<Removed> = over.iter().map(|it| plan.removals[*it].removed()).collect();
        let digest = Digest::of(&plan.server, removed.iter().copied());
        (Limited { set, digest, exceeded, links: removed.len() }, removed, hold)
    });
    let mut limited = Vec::new();
    for (it, removed, why) in judged.into_iter().filter(|(it, ..)| it.links > 0) {
        let released = released(&it.digest, plan, input);
        if !released {
            let over = |at: &usize| removed.contains(&plan.removals[*at].removed());
            let over: Vec<_> = (0..plan.removals.len()).filter(over).collect();
            hold(plan, &over, &why);
        }
        limited.push((it, released));
    }
    limited
}

/// The removals of a set, as indices in order.
fn of_set(plan: &Plan, set: Set, input: &PolicyInput) -> Vec<usize> {
    let kind = |at: &usize| StepKind::of(&plan.removals[*at], plan.now, &input.last_seen);
    (0..plan.removals.len()).filter(|at| Gate::Limits.set(kind(at)) == Some(set)).collect()
}

/// Moves removals to what is held; `over` is in order.
fn hold(plan: &mut Plan, over: &[usize], why: &Hold) {
    let mut over = over.iter().copied().peekable();
    for (at, removal) in std::mem::take(&mut plan.removals).into_iter().enumerate() {
        if over.next_if_eq(&at).is_some() {
            plan.held.push(Held { removal, hold: why.clone() });
        } else {
            plan.removals.push(removal);
        }
    }
    plan.held.sort_by_key(|it| (it.removal.link.binding, it.removal.link.id));
}

fn split<Step: Clone>(steps: &[Step], goes: impl Fn(&Step) -> bool) -> (Vec<Step>, Vec<Step>) {
    steps.iter().cloned().partition(goes)
}

impl Approved {
    /// What to create, in order.
    pub fn creations(&self) -> &[Creation] {
        &self.creations
    }

    /// Links that are to last longer, once the creations were tried, in order.
    pub fn lengthenings(&self) -> &[Creation] {
        &self.lengthenings
    }

    /// Links that are to end earlier, after that, in order.
    pub fn shortenings(&self) -> &[Removal] {
        &self.shortenings
    }

    /// What to remove at last, in order.
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }

    /// Ends that are changed, the later ones first.
    pub fn end_changes(&self) -> impl Iterator<Item = EndChange<'_>> {
        let later = self.lengthenings.iter().filter_map(Creation::end_change);
        later.chain(self.shortenings.iter().filter_map(Removal::end_change))
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        let Self { creations, lengthenings, shortenings, removals } = self;
        creations.len() + lengthenings.len() + shortenings.len() + removals.len()
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Withheld {
    /// Whether nothing is withheld.
    pub fn is_empty(&self) -> bool {
        self.creations.is_empty() && self.removals.is_empty()
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { given, current } = self;
        let current: Vec<_> = current.iter().map(|it| format!("`{it}`")).collect();
        if current.is_empty() {
            write!(f, "the approval `{given}` is for a held set, and nothing is held")
        } else {
            write!(f, "the approval `{given}` is not for what is held now, which is {}", current.join(" and "))
        }
    }
}
