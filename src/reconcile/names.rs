//! Names that creations rest on are asked for a second time, directly: one short answer of a long list must not make a name
//! unique.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::api::{Client, Error};
use crate::binding::{Binding, OfferingId};
use crate::directory::Directory;

/// How many questions are under way.
const AHEAD: usize = 8;

/// Names to ask for.
#[derive(Debug, Clone, Default)]
pub(super) struct NamesToLookUp {
    resources: BTreeSet<String>,
    usernames: BTreeSet<String>,
    /// All of whose roles are asked for.
    offerings: BTreeSet<OfferingId>,
}

impl NamesToLookUp {
    /// What these bindings rest on.
    pub(super) fn of(bindings: impl IntoIterator<Item = Binding>, directory: &Directory) -> Self {
        let mut names = Self::default();
        for Binding { resource, role: _, user } in bindings {
            if let Some(resource) = directory.resources.get(&resource) {
                names.resources.insert(resource.name.clone());
                names.offerings.insert(resource.offering);
            }
            names.usernames.extend(directory.users.get(&user).map(|it| it.username.clone()));
        }
        names.resources.retain(|it| can_be_asked_for(it));
        names
    }

    /// What resources are called.
    pub(super) fn of_resources<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let resources = names.into_iter().filter(|it| can_be_asked_for(it)).map(str::to_owned).collect();
        Self { resources, ..Self::default() }
    }

    /// Those that nobody has asked for yet; from now on somebody has.
    pub(super) fn new_to(mut self, asked: &mut Self) -> Self {
        let Self { resources, usernames, offerings } = asked;
        self.resources.retain(|it| resources.insert(it.clone()));
        self.usernames.retain(|it| usernames.insert(it.clone()));
        self.offerings.retain(|it| offerings.insert(*it));
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        let Self { resources, usernames, offerings } = self;
        resources.is_empty() && usernames.is_empty() && offerings.is_empty()
    }

    /// Asks for them, and puts the answers into the directory.
    ///
    /// What had one of these names and is not in the answer is asked for by its id: it has another name now, or is gone.
    pub(super) async fn ask(self, client: &Client, directory: &mut Directory) -> Result<(), Error> {
        let Self { resources, usernames, mut offerings } = self;
        offerings.extend(ask_resources(client, directory, &resources).await?);
        let roles = stream::iter(&offerings).map(async |offering| client.roles_of(*offering).await);
        let roles = roles.buffer_unordered(AHEAD).try_collect::<Vec<_>>();
        let ((), roles) = tokio::try_join!(ask_users(client, directory, usernames), roles)?;
        for (id, role) in roles.into_iter().flatten() {
            let known = directory.roles.entry(id).or_insert_with(|| role.clone());
            known.name = role.name;
            known.offerings.extend(role.offerings);
        }
        Ok(())
    }
}

/// The server trims spaces around a name, and would find another one.
fn can_be_asked_for(name: &str) -> bool {
    !name.is_empty() && name.trim() == name
}

/// Asks for resources, and says which offerings nobody knew of.
async fn ask_resources(
    client: &Client,
    directory: &mut Directory,
    names: &BTreeSet<String>,
) -> Result<BTreeSet<OfferingId>, Error> {
    let found = stream::iter(names).map(async |name| client.resources_called(name).await);
    let found: Vec<_> = found.buffer_unordered(AHEAD).try_collect().await?;
    let found: BTreeMap<_, _> = found.into_iter().flatten().collect();
    let known = &mut directory.resources;
    let offerings: BTreeSet<_> = known.values().map(|it| it.offering).collect();
    let others = known.iter().filter(|(id, it)| names.contains(&it.name) && !found.contains_key(id));
    let others: BTreeSet<_> = others.map(|(id, _)| *id).collect();
    known.retain(|id, _| !others.contains(id));
    known.extend(client.resources(others).await?);
    let new = found.values().map(|it| it.offering).filter(|it| !offerings.contains(it)).collect();
    known.extend(found);
    Ok(new)
}

async fn ask_users(client: &Client, directory: &mut Directory, usernames: BTreeSet<String>) -> Result<(), Error> {
    let found = client.users_called(usernames.clone()).await?;
    let known = &mut directory.users;
    let others = known.iter().filter(|(id, it)| usernames.contains(&it.username) && !found.contains_key(id));
    let others: BTreeSet<_> = others.map(|(id, _)| *id).collect();
    known.retain(|id, _| !others.contains(id));
    let taken: BTreeSet<_> = found.values().map(|it| &it.username).collect();
    let others = client.users(others).await?.into_iter();
    // A username has one account. If the server says two, only the one it names when asked is meant.
    known.extend(others.filter(|(_, it)| !taken.contains(&it.username)).collect::<Vec<_>>());
    known.extend(found);
    Ok(())
}
