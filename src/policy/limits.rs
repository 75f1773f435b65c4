//! How much may go at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{LastSeen, StepKind};
use crate::binding::{Binding, ResourceId};
use crate::desired::Limits;
use crate::plan::{Plan, Removal, Skip};

/// From this many on, the share counts; below it, nearly every removal would be a large share.
const SHARE_COUNTS_FROM: u64 = 4;

/// A limit that a plan goes beyond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exceeded {
    /// More bindings would go than `removals` allows.
    Removals {
        /// Bindings that would lose their last row.
        planned: u64,
        /// Those that went in earlier passes of the last 24 hours.
        lately: u32,
        /// At most so many went before, counted from the server's log.
        logged: u32,
        /// What is allowed.
        allowed: u32,
    },
    /// A larger share would go than `removal_percent` allows.
    Percent {
        /// Bindings that would lose their last row.
        planned: u64,
        /// Those that went in earlier passes of the last 24 hours. They count, and are in `of` no more.
        lately: u32,
        /// Bindings in scope that are live or wanted.
        of: u64,
        /// What is allowed.
        allowed: u32,
    },
    /// More bindings would be created than `creations` allows.
    Creations {
        /// Bindings that would be created.
        planned: u64,
        /// What is allowed.
        allowed: u32,
    },
    /// No link would be left in scope.
    ScopeEmptied,
    /// Several people would go, and no link would be left on a resource.
    ResourceEmptied {
        /// Where.
        resource: ResourceId,
        /// People who would go.
        users: usize,
    },
}

/// What went in the last 24 hours.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lately {
    /// Counted by this process.
    pub(super) counted: u32,
    /// Before it began, by the server's log: an upper bound.
    pub(super) logged: u32,
}

/// Steps that limits hold together: each set has limits, a count and a digest of its own, and holds no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Set {
    /// Removals of what is not declared or has not begun.
    Removals,
    /// Removals of what ended longer ago than anybody expects: a wrong year looks like that.
    Ended,
    /// Creations.
    Creations,
}

/// Which limits the removals of one set go beyond, and those they hold, as indices into `plan.removals`, in order.
pub(super) fn removals(
    plan: &Plan,
    counted: Vec<usize>,
    limits: Limits,
    lately: Lately,
) -> (Vec<Exceeded>, Vec<usize>) {
    let going: BTreeSet<Binding> = counted.iter().map(|at| plan.removals[*at].link.binding).collect();
    if going.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let Limits { removals, removal_percent, creations: _ } = limits;
    let planned = u64::try_from(going.len()).unwrap_or(u64::MAX);
    let Lately { counted: lately, logged } = lately;
    let n = planned + u64::from(lately);
    let of = base(plan);
    let mut exceeded = Vec::new();
    if n + u64::from(logged) > u64::from(removals) {
        exceeded.push(Exceeded::Removals { planned, lately, logged, allowed: removals });
    }
    // In the agent, what went earlier is in `n` and in `of` no more, so that even more than all may seem to go.
    let share = || removal_percent < 100 && n >= SHARE_COUNTS_FROM && 100 * n > u64::from(removal_percent) * of;
    if removal_percent == 0 || share() {
        exceeded.push(Exceeded::Percent { planned, lately, of, allowed: removal_percent });
    }
    if left(plan).next().is_none() {
        exceeded.push(Exceeded::ScopeEmptied);
    }
    if !exceeded.is_empty() {
        return (exceeded, counted);
    }
    let emptied = emptied(plan, &going);
    let held = counted.into_iter().filter(|at| emptied.contains_key(&plan.removals[*at].link.binding.resource));
    let held = held.collect();
    let exceeded = emptied.into_iter().map(|(resource, users)| Exceeded::ResourceEmptied { resource, users });
    (exceeded.collect(), held)
}

/// Which limits the creations go beyond.
pub(super) fn creations(plan: &Plan, limits: Limits) -> Option<Exceeded> {
    let planned = u64::try_from(plan.creations.len()).unwrap_or(u64::MAX);
    let allowed = limits.creations?;
    (planned > u64::from(allowed)).then_some(Exceeded::Creations { planned, allowed })
}

/// Distinct bindings in scope that are live or wanted: creating what is wanted does not change it.
fn base(plan: &Plan) -> u64 {
    let skipped = plan.skipped.iter().filter(|it| it.why != Skip::OutsideScope).map(|it| it.creation.binding);
    let going = plan.removals.iter().map(|it| it.link.binding);
    let all: BTreeSet<_> = left(plan).chain(skipped).chain(going).collect();
    u64::try_from(all.len()).unwrap_or(u64::MAX)
}

/// Bindings that are live after the whole plan, in scope, and on named resources where there is no scope.
fn left(plan: &Plan) -> impl Iterator<Item = Binding> {
    // What ends soon is as good as gone.
    let ends_soon = |it: &Removal| StepKind::of(it, plan.now, &LastSeen::default()) == StepKind::EndsSoon;
    let ending: BTreeSet<_> = plan.removals.iter().filter(|it| ends_soon(it)).map(|it| it.link.binding).collect();
    let in_sync = plan.in_sync.iter().map(|it| it.binding).filter(move |it| !ending.contains(it));
    let kept = plan.kept.iter().map(|it| it.link.binding);
    let held = plan.held.iter().map(|it| it.removal.link.binding);
    let created = plan.creations.iter().map(|it| it.binding);
    let counted = plan.counted.as_ref();
    let all = in_sync.chain(kept).chain(held).chain(created);
    all.filter(move |it| counted.is_none_or(|named| named.contains(&it.resource)))
}

/// Resources that would lose two or more people and have no link left, with the number of those people.
fn emptied(plan: &Plan, going: &BTreeSet<Binding>) -> BTreeMap<ResourceId, usize> {
    let mut users: BTreeMap<ResourceId, BTreeSet<_>> = BTreeMap::new();
    for binding in going {
        users.entry(binding.resource).or_default().insert(binding.user);
    }
    let outside = plan.outside.iter().map(|it| it.binding);
    let populated: BTreeSet<_> = left(plan).chain(outside).map(|it| it.resource).collect();
    let users = users.into_iter().map(|(resource, users)| (resource, users.len()));
    users.filter(|(resource, users)| *users >= 2 && !populated.contains(resource)).collect()
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Removals { planned, lately, logged, allowed } => {
                write!(f, "{planned} {} would go{}", bindings(*planned), after(*lately, *logged))?;
                write!(f, "more than the {allowed} that `limits.removals` allows")
            }
            Self::Percent { planned, lately, of, allowed } => {
                write!(f, "{planned} of {of} {} would go{}", bindings(*of), after(*lately, 0))?;
                write!(f, "more than the {allowed} % that `limits.removal_percent` allows")
            }
            Self::Creations { planned, allowed } => {
                write!(f, "{planned} {} would be created, ", bindings(*planned))?;
                write!(f, "more than the {allowed} that `limits.creations` allows")
            }
            Self::ScopeEmptied => f.write_str("no link would be left in scope"),
            Self::ResourceEmptied { resource, users } => {
                write!(f, "{users} people would go from the resource {resource}, and no link would be left there")
            }
        }
    }
}

const fn bindings(count: u64) -> &'static str {
    if count == 1 { "binding" } else { "bindings" }
}

/// What counts besides: the limit is one for all passes of a day.
fn after(lately: u32, logged: u32) -> String {
    match (lately, logged) {
        (0, 0) => ", ".to_owned(),
        (_, 0) => format!(" after {lately} in the last 24 hours, together "),
        _ => {
            let all = lately.saturating_add(logged);
            format!(" after up to {all} in the last 24 hours ({logged} counted from the server's log), together ")
        }
    }
}
