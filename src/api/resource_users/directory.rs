//! The directory: which resources and roles there are, and whom a set of files speaks of.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use super::object;
use super::pages::{List, Reading};
use super::users::users;
use super::wire::{Item, OfOffering, Resource, Role};
use crate::api::Method;
use crate::api::each::each;
use crate::api::error::{Error, Kind};
use crate::api::http::Http;
use crate::binding::{ResourceId, RoleId};
use crate::directory::{self, Directory, Lookups, User};
use crate::snapshot::Snapshot;

/// In this view resources have the name that a new link must call them by.
const RESOURCES: &str = "marketplace-resources/";
/// Answering with these only is seven times as fast.
const FIELDS_OF_RESOURCES: &[&str] = &["uuid", "name", "state", "offering_uuid", "offering_name"];
const ROLES: &str = "marketplace-offering-user-roles/";

/// Lists all resources and all roles, and looks up the users that are asked for and hold no link.
///
/// What a link or `lookups` names and no list shows is asked for by itself: a list may show less than there is.
pub(in crate::api) async fn directory(
    http: &Arc<Http>,
    lookups: &Lookups,
    snapshot: &Snapshot,
) -> Result<Directory, Error> {
    let Snapshot { links, users: holders, observation: _ } = snapshot;
    let holders: BTreeMap<_, _> =
        holders.iter().map(|(id, name)| (*id, User { username: name.clone(), active: None })).collect();
    let names: BTreeSet<&str> = holders.values().map(|user| user.username.as_str()).collect();
    let strangers = lookups.users.iter().filter(|id| !holders.contains_key(id)).copied().collect();
    let usernames = lookups.usernames.iter().filter(|name| !names.contains(name.as_str())).cloned().collect();
    let (mut resources, mut roles, found) =
        tokio::try_join!(resources(http), roles(http), users(http, strangers, usernames))?;

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

/// Lists all resources.
pub(super) async fn resources(http: &Arc<Http>) -> Result<BTreeMap<ResourceId, directory::Resource>, Error> {
    let list = FIELDS_OF_RESOURCES.iter().fold(List::new(RESOURCES), |list, field| list.with("field", *field));
    Ok(by_id(all::<Resource>(http, &list).await?.into_values()))
}

/// Lists all roles.
async fn roles(http: &Arc<Http>) -> Result<BTreeMap<RoleId, directory::Role>, Error> {
    Ok(by_id(all::<Role>(http, &List::new(ROLES)).await?.into_values()))
}

/// Reads a whole list, offering by offering if pages lose something.
async fn all<T: OfOffering>(http: &Arc<Http>, list: &List) -> Result<HashMap<Uuid, T>, Error> {
    let Reading { mut items, settled, .. } = list.read::<T>(http).await?;
    if settled {
        return Ok(items);
    }
    let offerings: BTreeSet<Uuid> = items.values().map(OfOffering::offering).collect();
    let mut settled = true;
    let parts = each(http.parallelism, offerings, |offering| {
        let (list, http) = (list.clone().with("offering_uuid", offering.simple().to_string()), Arc::clone(http));
        async move { list.read::<T>(&http).await }
    });
    items.clear();
    for part in parts.await? {
        settled &= part.settled;
        items.extend(part.items);
    }
    if settled && list.count(http).await? == items.len() as u64 {
        return Ok(items);
    }
    let help = "something else is changing it: try again when it is done";
    let request = list.request(http, Method::Get).name();
    Err(Error::new(request, Kind::Unreadable, "kept changing while it was read").help(help))
}

fn by_id<I: From<Uuid> + Ord, D: From<T>, T: Item>(items: impl Iterator<Item = T>) -> BTreeMap<I, D> {
    items.map(|item| (item.id().into(), item.into())).collect()
}
