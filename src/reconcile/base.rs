//! What other files would do in the same world.

use super::View;
use crate::api::{self, Client};
use crate::desired::Document;
use crate::directory::{Directory, Lookups};
use crate::plan::Plan;

/// What follows from these files and from what `view` has seen. With a client, names are looked up that only they use;
/// without, who is not known stays unresolved. The directory knows all that the one of `view` does.
pub async fn view_of(document: &Document, view: &View, client: Option<&Client>) -> Result<View, api::Error> {
    let View { directory, snapshot, desired: _, plan: Plan { now, .. } } = view;
    let mut directory = directory.clone();
    if let Some(client) = client
        && let lookups = document.lookups()
        && !knows(&directory, &lookups)
    {
        let Directory { resources, roles, users } = client.directory(&lookups, snapshot).await?;
        directory.resources.extend(resources);
        directory.roles.extend(roles);
        for (id, user) in users {
            directory.users.entry(id).or_insert(user);
        }
    }
    Ok(View::new(directory, snapshot.clone(), document, *now))
}

fn knows(directory: &Directory, Lookups { resources, roles, users, usernames }: &Lookups) -> bool {
    let names: std::collections::BTreeSet<_> = directory.users.values().map(|it| it.username.as_str()).collect();
    resources.iter().all(|it| directory.resources.contains_key(it))
        && roles.iter().all(|it| directory.roles.contains_key(it))
        && users.iter().all(|it| directory.users.contains_key(it))
        && usernames.iter().all(|it| names.contains(it.as_str()))
}
