//! What other files would do in the same world.

use super::{Error, PassRequest, Prepared, View, decide};
use crate::api::{self, Client};
use crate::desired::Document;
use crate::directory::{Directory, Lookups};
use crate::plan::Plan;

/// What would be decided by these files about what was seen, were the same asked for; only an approval is for one set of
/// files and no other. With a client, names are looked up that only they use; without, who is not known stays unresolved.
/// The directory knows all that the one of `seen` does.
pub async fn decided_by(
    document: &Document,
    Prepared { view: seen, decision: _ }: &Prepared,
    request: &PassRequest<'_>,
    client: Option<&Client>,
) -> Result<Prepared, Error> {
    let view = view_of(document, seen, client).await?;
    let decision = decide(&view, &PassRequest { document, ..request.clone() }, None)?;
    Ok(Prepared { view, decision })
}

async fn view_of(document: &Document, view: &View, client: Option<&Client>) -> Result<View, api::Error> {
    let View { directory, snapshot, desired: _, plan: Plan { now, .. }, presences: _ } = view;
    let mut directory = directory.clone();
    if let Some(client) = client
        && let lookups = document.lookups()
        && !knows(&directory, &lookups)
    {
        let Directory { resources, roles, users, aliases } = client.directory(&lookups, snapshot).await?;
        directory.resources.extend(resources);
        directory.roles.extend(roles);
        directory.aliases.extend(aliases);
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
