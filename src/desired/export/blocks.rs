//! Links put together: by offering, by resource, and on a resource those users who have the same roles.

use std::collections::{BTreeMap, BTreeSet};

use crate::binding::{Binding, OfferingId, ResourceId, RoleId, UserId};
use crate::desired::scalar::scalar;
use crate::directory::Directory;

/// All of one offering.
pub(super) struct BlockGroup<'a> {
    /// Its id and name; absent for resources that cannot be looked up.
    pub(super) offering: Option<(OfferingId, &'a str)>,
    /// Its resources, in the order of their names.
    pub(super) blocks: Vec<Block<'a>>,
}

/// All of one resource.
pub(super) struct Block<'a> {
    pub(super) resource: ResourceId,
    /// Its name, if it is known.
    pub(super) name: Option<&'a str>,
    /// How many bindings there are on it.
    pub(super) bindings: usize,
    /// Every user is in one of them.
    pub(super) entries: Vec<BlockEntry>,
}

/// Users who have the same roles on one resource.
pub(super) struct BlockEntry {
    /// In the order of their names.
    pub(super) roles: Vec<RoleId>,
    /// In the order of their names.
    pub(super) users: Vec<UserId>,
}

impl BlockGroup<'_> {
    /// What a comment may call it.
    pub(super) fn title(&self) -> String {
        self.offering.map_or_else(|| "Resources that cannot be looked up".to_owned(), |(_, name)| scalar(name))
    }
}

/// Puts bindings together. Everything is in the order of names, then of ids; what has no name comes last.
pub(super) fn sections(bindings: Vec<Binding>, directory: &Directory) -> Vec<BlockGroup<'_>> {
    let mut resources: BTreeMap<ResourceId, Vec<Binding>> = BTreeMap::new();
    for binding in bindings {
        resources.entry(binding.resource).or_default().push(binding);
    }
    let mut offerings: BTreeMap<Option<OfferingId>, BlockGroup<'_>> = BTreeMap::new();
    for (id, bindings) in resources {
        let resource = directory.resources.get(&id);
        let offering = resource.map(|it| (it.offering, it.offering_name.as_str()));
        let new = || BlockGroup { offering, blocks: Vec::new() };
        let section = offerings.entry(offering.map(|(id, _)| id)).or_insert_with(new);
        let name = resource.map(|it| it.name.as_str());
        let entries = entries(&bindings, directory);
        section.blocks.push(Block { resource: id, name, bindings: bindings.len(), entries });
    }
    let mut sections: Vec<_> = offerings.into_values().collect();
    for section in &mut sections {
        section.blocks.sort_by_key(|it| order(it.name, it.resource));
    }
    sections.sort_by_key(|it| order(it.offering.map(|(_, name)| name), it.offering.map(|(id, _)| id)));
    sections
}

fn entries(bindings: &[Binding], directory: &Directory) -> Vec<BlockEntry> {
    let role = |id: RoleId| order(directory.roles.get(&id).map(|it| it.name.as_str()), id);
    let user = |id: UserId| order(directory.users.get(&id).map(|it| it.username.as_str()), id);
    let mut roles: BTreeMap<Ordered<'_, UserId>, BTreeSet<Ordered<'_, RoleId>>> = BTreeMap::new();
    for binding in bindings {
        roles.entry(user(binding.user)).or_default().insert(role(binding.role));
    }
    let mut users: BTreeMap<Vec<Ordered<'_, RoleId>>, Vec<UserId>> = BTreeMap::new();
    for ((.., user), roles) in roles {
        users.entry(roles.into_iter().collect()).or_default().push(user);
    }
    let ids = |roles: Vec<Ordered<'_, RoleId>>| roles.into_iter().map(|(.., id)| id).collect();
    users.into_iter().map(|(roles, users)| BlockEntry { roles: ids(roles), users }).collect()
}

/// An id to be put in order.
type Ordered<'a, Id> = (bool, Option<&'a str>, Id);

/// By name, then by id; what has no name last.
fn order<Id>(name: Option<&str>, id: Id) -> Ordered<'_, Id> {
    (name.is_none(), name, id)
}
