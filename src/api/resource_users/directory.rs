//! The directory: which resources and roles there are, and whom a set of files speaks of.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use super::object;
use super::pages::{List, Reading};
use super::users::users;
use super::wire::{Item, OfOffering, Resource, Role};
use crate::api::each::each;
use crate::api::error::Error;
use crate::api::http::Http;
use crate::binding::{ResourceId, RoleId};
use crate::directory::{self, Directory, Lookups, User};
use crate::snapshot::Snapshot;

/// In this view resources have the name that a new link must call them by.
pub(super) const RESOURCES: &str = "marketplace-resources/";
/// Answering with these only is seven times as fast.
pub(super) const FIELDS_OF_RESOURCES: &[&str] = &["uuid", "name", "state", "offering_uuid", "offering_name"];
pub(super) const ROLES: &str = "marketplace-offering-user-roles/";

/// Lists all resources and all roles, and looks up the users that are asked for and hold no link.
///
/// What a link or `lookups` names and no list shows is asked for by itself: a list may show less than there is.
pub(in crate::api) async fn directory(
    http: &Arc<Http>,
    lookups: &Lookups,
    snapshot: &Snapshot,
) -> Result<Directory, Error> {
    let Snapshot { links, incomplete: _, users: holders, observation: _ } = snapshot;
    let holders: BTreeMap<_, _> =
        holders.iter().map(|(id, name)| (*id, User { username: name.clone(), active: None })).collect();
    let names: BTreeSet<&str> = holders.values().map(|user| user.username.as_str()).collect();
    let strangers = lookups.users.iter().filter(|id| !holders.contains_key(id)).copied().collect();
    let usernames = lookups.usernames.iter().filter(|name| !names.contains(name.as_str())).cloned().collect();
    let all_resources = list_of_resources();
    let all_roles = List::new(ROLES);
    let (resources, roles, found) = tokio::try_join!(
        all_resources.read::<Resource>(http),
        all_roles.read::<Role>(http),
        users(http, strangers, usernames)
    )?;
    let offerings = resources.items.values().map(OfOffering::offering);
    let offerings: BTreeSet<_> = offerings.chain(roles.items.values().map(OfOffering::offering)).collect();
    let resources = whole(http, &all_resources, resources, &offerings).await?;
    // A resource that no list shows might bear a name that seems to be unique. A role cannot do harm: it would belong to
    // an offering without resources.
    if !resources.settled && all_resources.count(http).await? != resources.items.len() as u64 {
        return Err(all_resources.moving(http));
    }
    let roles = whole(http, &all_roles, roles, &offerings).await?;
    let mut resources: BTreeMap<ResourceId, directory::Resource> = by_id(resources.items.into_values());
    let mut roles: BTreeMap<RoleId, directory::Role> = by_id(roles.items.into_values());

    let named = links.iter().map(|link| link.binding.resource).chain(lookups.resources.iter().copied());
    let named: BTreeSet<_> = named.filter(|id| !resources.contains_key(id)).collect();
    let unlisted_resources = each(http.parallelism, named, |id| {
        let http = Arc::clone(http);
        async move { object::<Resource>(&http, RESOURCES, id, FIELDS_OF_RESOURCES).await }
    });
    let named = links.iter().map(|link| link.binding.role).chain(lookups.roles.iter().copied());
    let named: BTreeSet<_> = named.filter(|id| !roles.contains_key(id)).collect();
    let unlisted_roles = each(http.parallelism, named, |id| {
        let http = Arc::clone(http);
        async move { object::<Role>(&http, ROLES, id, &[]).await }
    });
    let (unlisted_resources, unlisted_roles) = tokio::try_join!(unlisted_resources, unlisted_roles)?;
    resources.extend(by_id(unlisted_resources.into_iter().flatten()));
    roles.extend(by_id(unlisted_roles.into_iter().flatten()));

    let mut users = holders;
    users.extend(found);
    Ok(Directory { resources, roles, users })
}

/// All resources, with the fields that matter.
pub(super) fn list_of_resources() -> List {
    FIELDS_OF_RESOURCES.iter().fold(List::new(RESOURCES), |list, field| list.with("field", *field))
}

/// Reads a list offering by offering, if by pages it was unsettled. It stays unsettled: it has no count of its own.
async fn whole<T: OfOffering>(
    http: &Arc<Http>,
    list: &List,
    paged: Reading<T>,
    offerings: &BTreeSet<Uuid>,
) -> Result<Reading<T>, Error> {
    if paged.settled {
        return Ok(paged);
    }
    let parts = each(http.parallelism, offerings.iter().copied(), |offering| {
        let (list, http) = (list.clone().with("offering_uuid", offering.simple().to_string()), Arc::clone(http));
        async move {
            let part = list.read::<T>(&http).await?;
            if part.items.values().any(|item| item.offering() != offering) {
                return Err(list.filter_ignored(&http, "an object of another offering"));
            }
            if part.settled { Ok(part) } else { Err(list.moving(&http)) }
        }
    });
    let mut items = HashMap::new();
    for part in parts.await? {
        items.extend(part.items);
    }
    Ok(Reading { items, ..paged })
}

pub(super) fn by_id<I: From<Uuid> + Ord, D: From<T>, T: Item>(items: impl Iterator<Item = T>) -> BTreeMap<I, D> {
    items.map(|item| (item.id().into(), item.into())).collect()
}
