//! What the directories of both generations have in common: users, and what no list shows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::aliases::{Aliases, aliases};
use super::resources;
use super::users::users;
use crate::api::http::{Error, Http, bounded_map};
use crate::binding::{ResourceId, RoleId, UserId};
use crate::directory::{Directory, Lookups, Role, User};
use crate::snapshot::Snapshot;

/// Users, and who is meant by what is no username.
#[derive(Debug, Default)]
pub(in crate::api) struct People {
    pub(in crate::api) users: BTreeMap<UserId, User>,
    pub(in crate::api) aliases: BTreeMap<String, BTreeSet<UserId>>,
}

/// The users who hold a link or are named in `lookups`. Only those whose name no row shows are looked up, with `active`.
pub(in crate::api) async fn users_of(
    http: &Arc<Http>,
    lookups: &Lookups,
    snapshot: &Snapshot,
) -> Result<People, Error> {
    let Snapshot { links, incomplete: _, users: holders, observation: _ } = snapshot;
    let names: BTreeSet<&str> = holders.values().map(|it| it.username.as_str()).collect();
    let asked = lookups.users.iter().copied().chain(links.iter().map(|it| it.binding.user));
    let strangers = asked.filter(|id| !holders.contains_key(id)).collect();
    let usernames = lookups.usernames.iter().filter(|name| !names.contains(name.as_str())).cloned().collect();
    let People { users, aliases } = people(http, strangers, usernames).await?;
    let users = holders.clone().into_iter().chain(users).collect();
    Ok(People { users, aliases })
}

/// Looks users up by id and by username. Of a username that nobody has it is asked whose e-mail address or full name it
/// is: people write those, and have to be told.
async fn people(http: &Arc<Http>, ids: BTreeSet<UserId>, usernames: BTreeSet<String>) -> Result<People, Error> {
    let mut users = users(http, ids, usernames.clone()).await?;
    let known: BTreeSet<&str> = users.values().map(|it| it.username.as_str()).collect();
    let unknown = usernames.iter().filter(|it| !known.contains(it.as_str()));
    // No pass fails because nobody can be told what else was meant.
    let found = aliases(http, unknown).await.unwrap_or_else(|error| {
        tracing::debug!("cannot ask whose e-mail addresses and full names these are: {error}");
        Aliases::new()
    });
    let aliases = found.iter().map(|(word, whose)| (word.clone(), whose.keys().copied().collect())).collect();
    users.extend(found.into_values().flatten());
    Ok(People { users, aliases })
}
/// Resources and roles that a link or `lookups` names and that are not among those that were listed: a list may show less
/// than there is.
pub(in crate::api) fn unlisted<R, P>(
    lookups: &Lookups,
    snapshot: &Snapshot,
    resources: &BTreeMap<ResourceId, R>,
    roles: &BTreeMap<RoleId, P>,
) -> (BTreeSet<ResourceId>, BTreeSet<RoleId>) {
    let bindings = || snapshot.links.iter().map(|it| it.binding);
    let named = bindings().map(|it| it.resource).chain(lookups.resources.iter().copied());
    let missing_resources = named.filter(|id| !resources.contains_key(id)).collect();
    let named = bindings().map(|it| it.role).chain(lookups.roles.iter().copied());
    (missing_resources, named.filter(|id| !roles.contains_key(id)).collect())
}

/// Looks up resources and users by id, users by username, and all resources of some names, beside the roles.
pub(in crate::api) async fn look_up(
    http: &Arc<Http>,
    lookups: &Lookups,
    resource_names: &BTreeSet<String>,
    roles: impl Future<Output = Result<BTreeMap<RoleId, Role>, Error>>,
) -> Result<Directory, Error> {
    let Lookups { resources: ids, roles: _, users: user_ids, usernames } = lookups;
    let by_name = bounded_map(http.parallelism, resource_names.iter().cloned(), |name| {
        let http = Arc::clone(http);
        async move { resources::called(&http, &name).await }
    });
    let (mut resources, by_name, roles, People { users, aliases }) = tokio::try_join!(
        resources::one_by_one(http, ids.clone()),
        by_name,
        roles,
        people(http, user_ids.clone(), usernames.clone())
    )?;
    resources.extend(by_name.into_iter().flatten());
    Ok(Directory { resources, roles, users, aliases })
}
