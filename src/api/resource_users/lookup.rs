//! Looking up just what somebody asks for, where to list everything would take long.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::directory::{FIELDS_OF_RESOURCES, RESOURCES, ROLES, by_id, list_of_resources};
use super::object;
use super::pages::{List, SIZE};
use super::users::{self, users};
use super::wire;
use crate::api::each::each;
use crate::api::error::Error;
use crate::api::http::Http;
use crate::binding::{OfferingId, ResourceId, RoleId, UserId};
use crate::directory::{self, Directory, Lookups};

/// Looks up resources, roles and users by id, users by username, and all resources of some names.
pub(in crate::api) async fn look_up(
    http: &Arc<Http>,
    lookups: &Lookups,
    resource_names: &BTreeSet<String>,
) -> Result<Directory, Error> {
    let Lookups { resources, roles, users: ids, usernames } = lookups;
    let by_name = each(http.parallelism, resource_names.iter().cloned(), |name| {
        let http = Arc::clone(http);
        async move { called(&http, &name).await }
    });
    let roles = each(http.parallelism, roles.clone(), |id| {
        let http = Arc::clone(http);
        async move { object::<wire::Role>(&http, ROLES, id, &[]).await }
    });
    let (mut resources, by_name, roles, users) = tokio::try_join!(
        one_by_one(http, resources.clone()),
        by_name,
        roles,
        users(http, ids.clone(), usernames.clone())
    )?;
    resources.extend(by_name.into_iter().flatten());
    Ok(Directory { resources, roles: by_id(roles.into_iter().flatten()), users })
}

/// Looks resources up by id: each by itself, or all of them where that is quicker.
pub(in crate::api) async fn resources(
    http: &Arc<Http>,
    mut ids: BTreeSet<ResourceId>,
) -> Result<BTreeMap<ResourceId, directory::Resource>, Error> {
    /// A page of resources takes the server about as long as so many by themselves.
    const PAGE_IN_SINGLES: u64 = 20;
    let mut found = BTreeMap::new();
    if ids.len() as u64 > PAGE_IN_SINGLES
        && List::new(RESOURCES).count(http).await?.div_ceil(SIZE) * PAGE_IN_SINGLES < ids.len() as u64
    {
        found = by_id(list_of_resources().read::<wire::Resource>(http).await?.items.into_values());
        found.retain(|id, _| ids.contains(id));
        ids.retain(|id| !found.contains_key(id));
    }
    found.extend(one_by_one(http, ids).await?);
    Ok(found)
}

/// Lists all users, unless there are more than `most`.
pub(in crate::api) async fn usernames(http: &Arc<Http>, most: u64) -> Result<BTreeMap<UserId, directory::User>, Error> {
    if users::list().count(http).await? > most { Ok(BTreeMap::new()) } else { users::everybody(http).await }
}

/// Lists the roles of one offering.
pub(in crate::api) async fn roles_of(
    http: &Arc<Http>,
    offering: OfferingId,
) -> Result<BTreeMap<RoleId, directory::Role>, Error> {
    let list = List::new(ROLES).with("offering_uuid", offering.to_string());
    let reading = list.read::<wire::Role>(http).await?;
    if !reading.settled {
        return Err(list.moving(http));
    }
    let found: BTreeMap<_, directory::Role> = by_id(reading.items.into_values());
    if found.values().any(|it| it.offering != offering) {
        return Err(list.filter_ignored(http, "a role of another offering"));
    }
    Ok(found)
}

async fn one_by_one(
    http: &Arc<Http>,
    ids: BTreeSet<ResourceId>,
) -> Result<BTreeMap<ResourceId, directory::Resource>, Error> {
    let found = each(http.parallelism, ids, |id| {
        let http = Arc::clone(http);
        async move { object::<wire::Resource>(&http, RESOURCES, id, FIELDS_OF_RESOURCES).await }
    });
    Ok(by_id(found.await?.into_iter().flatten()))
}

/// Lists the resources of this name. The server trims spaces around it, so that it may not find such a name.
pub(in crate::api) async fn called(
    http: &Arc<Http>,
    name: &str,
) -> Result<BTreeMap<ResourceId, directory::Resource>, Error> {
    let list = list_of_resources().with("name_exact", name);
    let reading = list.read::<wire::Resource>(http).await?;
    if !reading.settled {
        return Err(list.moving(http));
    }
    let found: BTreeMap<_, directory::Resource> = by_id(reading.items.into_values());
    if found.values().any(|it| it.name != name) {
        return Err(list.filter_ignored(http, "a resource of another name"));
    }
    Ok(found)
}
