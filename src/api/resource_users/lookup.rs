//! Looking up just what somebody asks for, where to list everything would take long.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ROLES;
use super::wire::Role;
use crate::api::http::{Error, Http, bounded_map};
use crate::api::waldur::{self, List, by_id, object};
use crate::binding::{OfferingId, RoleId};
use crate::directory::{self, Directory, Lookups};

/// Looks up resources, roles and users by id, users by username, and all resources of some names.
pub(in crate::api) async fn look_up(
    http: &Arc<Http>,
    lookups: &Lookups,
    resource_names: &BTreeSet<String>,
) -> Result<Directory, Error> {
    waldur::look_up(http, lookups, resource_names, by_ids(http, lookups.roles.clone())).await
}

/// Looks roles up, each by itself.
pub(super) async fn by_ids(
    http: &Arc<Http>,
    ids: BTreeSet<RoleId>,
) -> Result<BTreeMap<RoleId, directory::Role>, Error> {
    let found = bounded_map(http.parallelism, ids, |id| {
        let http = Arc::clone(http);
        async move { object::<Role>(&http, ROLES, id, &[]).await }
    });
    Ok(by_id(found.await?.into_iter().flatten()))
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
