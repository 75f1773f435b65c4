//! Who joins a group or leaves it, where that affects access.

use std::collections::{BTreeMap, BTreeSet};

use super::{Access, AccessChange, FileSet};
use crate::binding::{ResourceId, RoleId, UserId};
use crate::desired::{Desired, Document, Origin, Reference};
use crate::diagnostic::Span;
use crate::directory::Directory;

/// A user who joins or leaves a group, and the grants that change by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupChange {
    /// The group in which the user is written.
    pub group: Box<str>,
    /// Who.
    pub user: UserId,
    /// Which of the two.
    pub membership: Membership,
    /// The roles, each with the resources it is on.
    pub grants: BTreeMap<RoleId, BTreeSet<ResourceId>>,
    /// Where the user is written in the group, or was.
    pub at: Option<Span>,
}

/// What happens to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Membership {
    /// A user is in the group who was not.
    Joins,
    /// A user was in the group who is not.
    Leaves,
}

type Members<'a> = BTreeSet<(&'a str, UserId)>;

/// Everybody who joins a group that there was, or leaves one that there still is.
pub(super) fn compare(
    before: FileSet<'_>,
    after: FileSet<'_>,
    access: &[(AccessChange, Access)],
    directory: &Directory,
) -> Vec<GroupChange> {
    let (were, are) = (members(before.desired), members(after.desired));
    let groups = |of: &Members<'_>| of.iter().map(|(group, _)| (*group).to_owned()).collect::<BTreeSet<_>>();
    let (there, still) = (groups(&were), groups(&are));
    let mut changes: BTreeMap<_, BTreeMap<RoleId, BTreeSet<ResourceId>>> = BTreeMap::new();
    for (_, it) in access {
        let user = it.binding.user;
        let mut add = |group: &str, membership| {
            let grants = changes.entry((group.to_owned(), user, membership)).or_default();
            grants.entry(it.binding.role).or_default().insert(it.binding.resource);
        };
        for group in it.lines.iter().filter_map(innermost) {
            if there.contains(group) && !were.contains(&(group, user)) {
                add(group, Membership::Joins);
            }
        }
        for group in it.was.iter().filter_map(innermost) {
            if still.contains(group) && !are.contains(&(group, user)) {
                add(group, Membership::Leaves);
            }
        }
    }
    let change = |((group, user, membership), grants): ((String, _, _), _)| {
        let document = if membership == Membership::Joins { after.document } else { before.document };
        let at = written(document, &group, user, directory);
        GroupChange { group: group.into(), user, membership, grants, at }
    };
    changes.into_iter().map(change).collect()
}

fn innermost(Origin { groups, .. }: &Origin) -> Option<&str> {
    groups.last().map(|it| &**it)
}

fn members(desired: &Desired) -> Members<'_> {
    let lines = desired.bindings.iter().flat_map(|it| it.origins.iter().map(|line| (it.binding.user, line)));
    lines.filter_map(|(user, line)| Some((innermost(line)?, user))).collect()
}

/// Where a group names a user.
fn written(document: &Document, group: &str, user: UserId, directory: &Directory) -> Option<Span> {
    let username = directory.users.get(&user).map(|it| &*it.username);
    let is_it = |Reference { id, name, .. }: &Reference| {
        id.map_or_else(|| name.as_deref() == username, |id| UserId::from(id) == user)
    };
    let members = document.entries.iter().flat_map(|it| &it.users);
    let mut there = members.filter(|it| it.groups.last().is_some_and(|it| **it == *group) && is_it(&it.user));
    there.next().map(|it| it.user.span.clone())
}
