//! Looking up just what somebody asks for, where to list everything would take long.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ROLES;
use super::wire::Role;
use crate::api::http::{Error, Http, bounded_map};
use crate::api::waldur::{self, List, by_id, object, resources};
use crate::binding::{OfferingId, RoleId};
use crate::directory::{self, Directory, Lookups};

/// Looks up resources, roles and users by id, users by username, and all resources of some names.
pub(in crate::api) async fn look_up(
    http: &Arc<Http>,
    lookups: &Lookups,
    resource_names: &BTreeSet<String>,
) -> Result<Directory, Error> {
    let Lookups { resources, roles, users: ids, usernames } = lookups;
    let by_name = bounded_map(http.parallelism, resource_names.iter().cloned(), |name| {
        let http = Arc::clone(http);
        async move { resources::called(&http, &name).await }
    });
    let roles = bounded_map(http.parallelism, roles.clone(), |id| {
        let http = Arc::clone(http);
        async move { object::<Role>(&http, ROLES, id, &[]).await }
    });
    let (mut resources, by_name, roles, users) = tokio::try_join!(
        resources::one_by_one(http, resources.clone()),
        by_name,
        roles,
        waldur::users(http, ids.clone(), usernames.clone())
    )?;
    resources.extend(by_name.into_iter().flatten());
    Ok(Directory { resources, roles: by_id(roles.into_iter().flatten()), users })
}

/// Lists the roles of one offering.
pub(in crate::api) async fn roles_of(
    http: &Arc<Http>,
    offering: OfferingId,
) -> Result<BTreeMap<RoleId, directory::Role>, Error> {
    let list = List::new(ROLES).with("offering_uuid", offering.to_string());
    let reading = list.read::<Role>(http).await?;
    if !reading.settled {
        return Err(list.moving(http));
    }
    let found: BTreeMap<_, directory::Role> = by_id(reading.items.into_values());
    if found.values().any(|it| !it.offerings.contains(&offering)) {
        return Err(list.filter_ignored(http, "a role of another offering"));
    }
    Ok(found)
}
