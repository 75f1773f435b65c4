//! The directory: which resources and roles there are, and whom a set of files speaks of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ROLES;
use super::wire::Role;
use crate::api::answers::Names;
use crate::api::http::{Error, Http, bounded_map};
use crate::api::waldur::{List, OfOffering, by_id, by_offering, object, resources, users};
use crate::binding::{ResourceId, RoleId};
use crate::directory::{self, Directory, Lookups, User};
use crate::snapshot::Snapshot;

/// Lists all resources and all roles, and looks up the users that are asked for and hold no link.
///
/// What a link or `lookups` names and no list shows is asked for by itself: a list may show less than there is.
pub(in crate::api) async fn directory(
    http: &Arc<Http>,
    lookups: &Lookups,
    snapshot: &Snapshot,
) -> Result<Names, Error> {
    let Snapshot { links, incomplete: _, users: holders, observation: _ } = snapshot;
    let holders: BTreeMap<_, _> =
        holders.iter().map(|(id, name)| (*id, User { username: name.clone(), active: None })).collect();
    let names: BTreeSet<&str> = holders.values().map(|user| user.username.as_str()).collect();
    let strangers = lookups.users.iter().filter(|id| !holders.contains_key(id)).copied().collect();
    let usernames = lookups.usernames.iter().filter(|name| !names.contains(name.as_str())).cloned().collect();
    let all_roles = List::new(ROLES);
    let (listed, roles, found) =
        tokio::try_join!(resources::all(http), all_roles.read::<Role>(http), users(http, strangers, usernames))?;
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

    let named = links.iter().map(|link| link.binding.resource).chain(lookups.resources.iter().copied());
    let named: BTreeSet<_> = named.filter(|id| !found_resources.contains_key(id)).collect();
    let unlisted_resources = resources::one_by_one(http, named);
    let named = links.iter().map(|link| link.binding.role).chain(lookups.roles.iter().copied());
    let named: BTreeSet<_> = named.filter(|id| !roles.contains_key(id)).collect();
    let unlisted_roles = bounded_map(http.parallelism, named, |id| {
        let http = Arc::clone(http);
        async move { object::<Role>(&http, ROLES, id, &[]).await }
    });
    let (unlisted_resources, unlisted_roles) = tokio::try_join!(unlisted_resources, unlisted_roles)?;
    found_resources.extend(unlisted_resources);
    roles.extend(by_id(unlisted_roles.into_iter().flatten()));

    let mut users = holders;
    users.extend(found);
    Ok(Names { directory: Directory { resources: found_resources, roles, users }, hidden })
}
