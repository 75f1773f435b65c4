//! A decision as people read it: by resource, with the two halves of a role change together.

use std::collections::BTreeMap;

use super::Naming;
use crate::binding::{ResourceId, UserId};
use crate::plan::{Creation, Held, Hold, Removal, Skipped, Why};
use crate::policy::Decision;

/// What happens on one resource.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// Where.
    pub resource: ResourceId,
    /// What, in the order it is read: removals first.
    pub changes: Vec<Change<'a>>,
}

/// One thing that a decision does, or does not do.
#[derive(Debug, Clone)]
pub enum Change<'a> {
    /// A link goes.
    Remove(&'a Removal),
    /// Roles of one user give way to others.
    Replace(UserId, Vec<&'a Removal>, Vec<&'a Creation>),
    /// A link comes.
    Create(&'a Creation),
    /// A link would go.
    Hold(&'a Held),
    /// A link would come.
    Skip(&'a Skipped),
    /// A link would go, and the caller asked for less.
    WithholdRemoval(&'a Removal),
    /// A link would come, and the caller asked for less.
    WithholdCreation(&'a Creation),
}

/// What a decision does, by resource, in the order of names.
pub fn changes<'a>(decision: &'a Decision, naming: &Naming<'_>) -> Vec<Group<'a>> {
    let Decision { plan, approved, withheld, limited: _ } = decision;
    let mut pairs: BTreeMap<(ResourceId, UserId), Pair<'_>> = BTreeMap::new();
    for removal in approved.removals() {
        pairs.entry(removal.link.binding.pair()).or_default().removals.push(removal);
    }
    for creation in approved.creations() {
        pairs.entry(creation.binding.pair()).or_default().creations.push(creation);
    }
    let mut groups: BTreeMap<ResourceId, Vec<Change<'_>>> = BTreeMap::new();
    for ((resource, user), pair) in pairs {
        groups.entry(resource).or_default().extend(pair.changes(user));
    }
    let held = plan.held.iter().map(|it| (it.removal.link.binding.resource, Change::Hold(it)));
    let skipped = plan.skipped.iter().map(|it| (it.creation.binding.resource, Change::Skip(it)));
    let stays = withheld.removals.iter().map(|it| (it.link.binding.resource, Change::WithholdRemoval(it)));
    let missing = withheld.creations.iter().map(|it| (it.binding.resource, Change::WithholdCreation(it)));
    for (resource, change) in held.chain(skipped).chain(stays).chain(missing) {
        groups.entry(resource).or_default().push(change);
    }

    let sorted = |mut changes: Vec<Change<'a>>| {
        changes.sort_by_cached_key(|it| (it.rank(), naming.user(it.user())));
        changes
    };
    let groups = groups.into_iter().map(|(resource, changes)| Group { resource, changes: sorted(changes) });
    let mut groups: Vec<_> = groups.collect();
    groups.sort_by_cached_key(|it| (naming.offering(it.resource), naming.resource(it.resource), it.resource));
    groups
}

/// What happens to one user on one resource.
#[derive(Default)]
struct Pair<'a> {
    removals: Vec<&'a Removal>,
    creations: Vec<&'a Creation>,
}

impl<'a> Pair<'a> {
    fn changes(self, user: UserId) -> Vec<Change<'a>> {
        let Self { removals, creations } = self;
        // Where a duplicate goes, the role stays: nothing takes its place.
        let (duplicates, removals): (Vec<_>, Vec<_>) = removals.into_iter().partition(|it| it.why == Why::Duplicate);
        let mut changes: Vec<_> = duplicates.into_iter().map(Change::Remove).collect();
        match (removals.is_empty(), creations.is_empty()) {
            (false, false) => changes.push(Change::Replace(user, removals, creations)),
            (_, true) => changes.extend(removals.into_iter().map(Change::Remove)),
            (true, _) => changes.extend(creations.into_iter().map(Change::Create)),
        }
        changes
    }
}

impl Change<'_> {
    /// Whom it is about.
    pub fn user(&self) -> UserId {
        match self {
            Self::Remove(removal) | Self::WithholdRemoval(removal) => removal.link.binding.user,
            Self::Replace(user, ..) => *user,
            Self::Create(creation) | Self::WithholdCreation(creation) => creation.binding.user,
            Self::Hold(held) => held.removal.link.binding.user,
            Self::Skip(skipped) => skipped.creation.binding.user,
        }
    }

    /// Whether it is a removal held because the files have no scope and don't name the resource.
    pub(super) fn is_unnamed(&self) -> bool {
        matches!(self, Self::Hold(held) if held.hold == Hold::NotNamed)
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Remove(_) => 0,
            Self::Replace(..) => 1,
            Self::Create(_) => 2,
            Self::Hold(_) => 3,
            Self::Skip(_) => 4,
            Self::WithholdRemoval(_) => 5,
            Self::WithholdCreation(_) => 6,
        }
    }
}
