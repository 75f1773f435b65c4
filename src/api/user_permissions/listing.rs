//! The snapshot: every grant on a resource.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::grants::{Rows, Sorted, all, on_resource, sorted};
use super::own_rows;
use super::searched::Searched;
use super::wire::Grant;
use crate::api::http::{Error, Http, bounded_map};
use crate::api::waldur::{Bare, Reading, caller, resources};
use crate::binding::ResourceId;
use crate::snapshot::{Observation, Snapshot};

/// Reads all grants, and who reads them. What was not in agreement is told by `changing`.
///
/// A caller who is shown their own grants only gets an error: that looks like a server without any.
pub(in crate::api) async fn snapshot(http: &Arc<Http>, searched: &Arc<Searched>) -> Result<Snapshot, Error> {
    let (caller, clock_offset) = caller(http).await?;
    if let Some(refused) = own_rows(&caller) {
        return Err(refused);
    }
    let Reading { items, pages, settled } = grants(http, searched).await?;
    let Sorted { whole, incomplete, of_deleted } = sorted(http, items.into_values()).await?;
    searched.remember(whole.iter().map(|(link, _)| link.binding.resource));
    let mut users = BTreeMap::new();
    let mut links = Vec::with_capacity(whole.len());
    for (link, row) in whole {
        if let Entry::Vacant(new) = users.entry(link.binding.user) {
            row.holder().map(|it| new.insert(it));
        }
        links.push(link);
    }
    let observation = Observation {
        pages,
        changing: !settled,
        clock_offset,
        keeps_ends: true,
        of_deleted_resources: of_deleted,
        ..Observation::new(http.address.to_string(), caller)
    };
    Ok(Snapshot { links, incomplete, users, observation })
}

/// Reads all rows. When the list keeps moving, or its order is such that pages lose rows, each resource is read by itself.
pub(super) async fn grants(http: &Arc<Http>, searched: &Arc<Searched>) -> Result<Reading<Grant>, Error> {
    let reading = all().read::<Grant>(http).await?;
    if reading.settled {
        return Ok(reading);
    }
    tracing::info!("links changed while they were listed: reading them resource by resource");
    resource_by_resource(http, searched, reading).await
}

async fn resource_by_resource(
    http: &Arc<Http>,
    searched: &Arc<Searched>,
    paged: Reading<Grant>,
) -> Result<Reading<Grant>, Error> {
    // Should this list move, too, then the count of the whole tells whether a resource is missing.
    let listed = resources::bare().read::<Bare>(http).await?;
    let seen: BTreeSet<ResourceId> = paged.items.values().filter_map(Grant::resource).collect();
    searched.remember(seen.iter().copied());
    let ids: BTreeSet<ResourceId> = listed.items.into_keys().map(ResourceId::from).chain(seen).collect();
    let work = |resource| {
        let (http, searched) = (Arc::clone(http), Arc::clone(searched));
        async move { on_resource(&http, &searched, resource).await }
    };
    // Rows of deleted resources are on no resource: those that the pages showed are all that is known of them.
    let mut items: Rows = paged.items.into_iter().filter(|(_, it)| it.is_of_deleted()).collect();
    let (mut pages, mut settled) = (paged.pages, true);
    for part in bounded_map(http.parallelism, ids, work).await? {
        pages += part.pages;
        settled &= part.settled;
        items.extend(part.items);
    }
    settled &= all().count(http).await? == items.len() as u64;
    Ok(Reading { items, pages, settled })
}
