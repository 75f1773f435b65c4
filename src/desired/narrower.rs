//! Two scopes compared: where they differ, and where the second one contains less.

use std::collections::BTreeSet;

use super::resolved_scope::{Ids, ResolvedScope};
use crate::binding::ResourceId;
use crate::directory::Directory;

/// A part of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopePart {
    /// What is in.
    Include,
    /// What is out all the same.
    Exclude,
}

/// A kind of thing that a scope names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopeKind {
    /// `offerings`.
    Offerings,
    /// `resources`.
    Resources,
    /// `roles`.
    Roles,
    /// `users`.
    Users,
}

/// Whether a part of a scope contains less than another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrower {
    /// Something that was in scope may be out of it.
    Yes,
    /// Everything that was in scope still is.
    No,
}

impl ScopeKind {
    /// All of them, in the order of files.
    pub const ALL: [Self; 4] = [Self::Offerings, Self::Resources, Self::Roles, Self::Users];
}

impl ResolvedScope {
    /// How a part of `after` differs from the same part of this scope; `None` if it does not.
    pub fn changed(&self, after: &Self, part: ScopePart, kind: ScopeKind) -> Option<Narrower> {
        let (before, after) = match part {
            ScopePart::Include => (&self.include, &after.include),
            ScopePart::Exclude => (&self.exclude, &after.exclude),
        };
        let Ids { offerings, resources, roles, users } = before;
        match kind {
            ScopeKind::Offerings => differ(offerings.as_ref(), after.offerings.as_ref(), part),
            ScopeKind::Resources => differ(resources.as_ref(), after.resources.as_ref(), part),
            ScopeKind::Roles => differ(roles.as_ref(), after.roles.as_ref(), part),
            ScopeKind::Users => differ(users.as_ref(), after.users.as_ref(), part),
        }
    }

    /// Whether it contains every role of every user on these resources.
    pub fn covers(&self, resources: &BTreeSet<ResourceId>, directory: &Directory) -> bool {
        let Self { include, exclude } = self;
        let nobody = |it: &Ids| {
            it.roles.as_ref().is_none_or(BTreeSet::is_empty) && it.users.as_ref().is_none_or(BTreeSet::is_empty)
        };
        let inside = |resource: &ResourceId| {
            let offering = directory.resources.get(resource).map(|it| it.offering);
            let is_in = |it: &Ids, absent: bool| {
                let of_offering =
                    it.offerings.as_ref().map_or(absent, |it| offering.is_some_and(|id| it.contains(&id)));
                (of_offering, it.resources.as_ref().map_or(absent, |it| it.contains(resource)))
            };
            is_in(include, true) == (true, true) && is_in(exclude, false) == (false, false)
        };
        include.roles.is_none() && include.users.is_none() && nobody(exclude) && resources.iter().all(inside)
    }
}

/// An absent kind includes everything, and excludes nothing.
fn differ<Id: Ord>(before: Option<&BTreeSet<Id>>, after: Option<&BTreeSet<Id>>, part: ScopePart) -> Option<Narrower> {
    let less = match (part, before, after) {
        (ScopePart::Include, None, None) => return None,
        (ScopePart::Include, _, None) => false,
        (ScopePart::Include, None, Some(_)) => true,
        (ScopePart::Include, Some(before), Some(after)) if before == after => return None,
        (ScopePart::Include, Some(before), Some(after)) => !before.is_subset(after),
        (ScopePart::Exclude, before, after) => {
            let nothing = BTreeSet::new();
            let (before, after) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
            if before == after {
                return None;
            }
            !after.is_subset(before)
        }
    };
    Some(if less { Narrower::Yes } else { Narrower::No })
}
