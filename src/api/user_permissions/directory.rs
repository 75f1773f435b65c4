//! The directory: which resources and roles there are, and whom a set of files speaks of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::wire::{Availability, Role};
use super::{AVAILABILITIES, OFFERING_ROLES, ROLES};
use crate::api::answers::DirectoryAnswer;
use crate::api::http::{Error, ErrorKind, Http, bounded_map};
use crate::api::waldur::{self, List, OfOffering, People, by_id, object, resources, unlisted, users_of};
use crate::binding::{OfferingId, ResourceId, RoleId};
use crate::directory::{self, Directory, Lookups};
use crate::snapshot::Snapshot;

type Roles = BTreeMap<RoleId, directory::Role>;

/// Lists all resources and all roles, and looks up the users that are asked for or hold a link without showing a name.
///
/// What a link or `lookups` names and no list shows is asked for by itself: a list may show less than there is.
pub(in crate::api) async fn directory(
    http: &Arc<Http>,
    lookups: &Lookups,
    snapshot: &Snapshot,
) -> Result<DirectoryAnswer, Error> {
    let (listed, mut roles, People { users, aliases }) =
        tokio::try_join!(resources::all(http), unbound(http), users_of(http, lookups, snapshot))?;
    let offerings: BTreeSet<Uuid> = listed.items.values().map(OfOffering::offering).collect();
    let (listed, hidden) = resources::settle(http, listed, &offerings).await?;
    let mut found_resources: BTreeMap<ResourceId, directory::Resource> = by_id(listed);
    let offerings: BTreeSet<OfferingId> = found_resources.values().map(|it| it.offering).collect();
    if !available(http, &mut roles).await? {
        let parts = bounded_map(http.parallelism, offerings, |offering| of_offering(Arc::clone(http), offering));
        parts.await?.into_iter().for_each(|part| merge(&mut roles, part));
    }

    let (unlisted_resources, unlisted_roles) = unlisted(lookups, snapshot, &found_resources, &roles);
    let (unlisted_resources, unlisted_roles) =
        tokio::try_join!(resources::one_by_one(http, unlisted_resources), by_ids(http, unlisted_roles))?;
    found_resources.extend(unlisted_resources);
    merge(&mut roles, unlisted_roles);
    Ok(DirectoryAnswer { directory: Directory { resources: found_resources, roles, users, aliases }, hidden })
}

/// Looks up resources, roles and users by id, users by username, and all resources of some names.
pub(in crate::api) async fn look_up(
    http: &Arc<Http>,
    lookups: &Lookups,
    resource_names: &BTreeSet<String>,
) -> Result<Directory, Error> {
    waldur::look_up(http, lookups, resource_names, by_ids(http, lookups.roles.clone())).await
}

/// Lists the roles that can be given on the resources of one offering: its own, and those that no offering has.
pub(in crate::api) async fn roles_of(http: &Arc<Http>, offering: OfferingId) -> Result<Roles, Error> {
    let (mut roles, own) = tokio::try_join!(unbound(http), of_offering(Arc::clone(http), offering))?;
    merge(&mut roles, own);
    roles.retain(|_, it| it.fits(offering));
    Ok(roles)
}

/// Learns which offerings roles belong to from the one list of that, which only staff is shown.
///
/// It is enough where it was read in one piece and knows each role that belongs to an offering by the list of those.
async fn available(http: &Arc<Http>, roles: &mut Roles) -> Result<bool, Error> {
    let reading = match List::new(AVAILABILITIES).read::<Availability>(http).await {
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(false),
        reading => reading?,
    };
    let pairs: BTreeSet<(RoleId, OfferingId)> = reading.items.values().filter_map(Availability::pair).collect();
    let told = |(id, role): (&RoleId, &directory::Role)| role.offerings.iter().all(|it| pairs.contains(&(*id, *it)));
    if !reading.settled || !roles.iter().all(told) {
        return Ok(false);
    }
    for (role, offering) in pairs {
        if let Some(role) = roles.get_mut(&role) {
            role.offerings.insert(offering);
        }
    }
    Ok(true)
}

/// The roles of one offering.
pub(super) async fn of_offering(http: Arc<Http>, offering: OfferingId) -> Result<Roles, Error> {
    let list = List::new(OFFERING_ROLES).with("offering_uuid", offering.to_string()).with("content_type", "resource");
    let reading = list.read::<Role>(&http).await?;
    if !reading.settled {
        return Err(list.moving(&http));
    }
    Ok(entered(reading.items.into_values(), Some(offering)))
}

/// All roles for resources, each with one of its offerings, if it has any.
///
/// What is missing here, of more than a page of roles, is a role that no offering has or one of an offering without
/// resources.
async fn unbound(http: &Arc<Http>) -> Result<Roles, Error> {
    let all = ["uuid", "name", "content_type"].into_iter().fold(List::new(ROLES), |list, it| list.with("field", it));
    let all = all.with("content_type", "resource");
    let bound = List::new(OFFERING_ROLES).with("content_type", "resource");
    let (all, bound) = tokio::try_join!(all.read::<Role>(http), bound.read::<Role>(http))?;
    let mut roles = entered(all.items.into_values(), None);
    merge(&mut roles, entered(bound.items.into_values(), None));
    Ok(roles)
}

async fn by_ids(http: &Arc<Http>, ids: BTreeSet<RoleId>) -> Result<Roles, Error> {
    let found = bounded_map(http.parallelism, ids, |id| {
        let http = Arc::clone(http);
        async move {
            match object::<Role>(&http, OFFERING_ROLES, id, &[]).await? {
                None => object::<Role>(&http, ROLES, id, &[]).await,
                found => Ok(found),
            }
        }
    });
    Ok(entered(found.await?.into_iter().flatten(), None))
}

fn entered(listed: impl Iterator<Item = Role>, offering: Option<OfferingId>) -> Roles {
    listed.filter(Role::is_for_resources).fold(Roles::new(), |mut roles, role| {
        role.enter(&mut roles, offering);
        roles
    })
}

/// A role that several lists show belongs to all the offerings that they name.
fn merge(roles: &mut Roles, others: Roles) {
    for (id, directory::Role { name, offerings }) in others {
        let role = roles.entry(id).or_insert_with(|| directory::Role { name, offerings: BTreeSet::new() });
        role.offerings.extend(offerings);
    }
}
