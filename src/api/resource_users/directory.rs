//! The directory: which resources and roles there are, and whom a set of files speaks of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ROLES;
use super::lookup::by_ids;
use super::wire::Role;
use crate::api::answers::DirectoryAnswer;
use crate::api::http::{Error, Http};
use crate::api::waldur::{List, OfOffering, People, by_id, by_offering, resources, unlisted, users_of};
use crate::binding::{ResourceId, RoleId};
use crate::directory::{self, Directory, Lookups};
use crate::snapshot::Snapshot;

/// Lists all resources and all roles, and looks up the users that are asked for and hold no link.
///
/// What a link or `lookups` names and no list shows is asked for by itself: a list may show less than there is.
pub(in crate::api) async fn directory(
    http: &Arc<Http>,
    lookups: &Lookups,
    snapshot: &Snapshot,
) -> Result<DirectoryAnswer, Error> {
    let all_roles = List::new(ROLES);
    let (listed, roles, People { users, aliases }) =
        tokio::try_join!(resources::all(http), all_roles.read::<Role>(http), users_of(http, lookups, snapshot))?;
    let offerings = listed.items.values().map(OfOffering::offering);
    let offerings: BTreeSet<_> = offerings.chain(roles.items.values().map(OfOffering::offering)).collect();
    // A resource that no list shows might bear a name that seems to be unique. A role cannot do harm: it would belong to
    // an offering without resources.
    let (listed, hidden) = resources::settle(http, listed, &offerings).await?;
    let roles = by_offering(http, &all_roles, roles, &offerings).await?;
    if !roles.settled {
        return Err(all_roles.moving(http));
    }
    let mut found_resources: BTreeMap<ResourceId, directory::Resource> = by_id(listed);
    let mut roles: BTreeMap<RoleId, directory::Role> = by_id(roles.items.into_values());

    let (unlisted_resources, unlisted_roles) = unlisted(lookups, snapshot, &found_resources, &roles);
    let (unlisted_resources, unlisted_roles) =
        tokio::try_join!(resources::one_by_one(http, unlisted_resources), by_ids(http, unlisted_roles))?;
    found_resources.extend(unlisted_resources);
    roles.extend(unlisted_roles);
    Ok(DirectoryAnswer { directory: Directory { resources: found_resources, roles, users, aliases }, hidden })
}
