//! The snapshot: every link that the caller can see.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use super::rows::{Filter, Sorted, sorted};
use super::wire::{Linked, Row};
use crate::api::http::{Error, Http, bounded_map};
use crate::api::waldur::{Bare, Reading, caller, resources};
use crate::binding::ResourceId;
use crate::snapshot::{Observation, Snapshot};

/// Reads all links, and who reads them. What was not in agreement is told by `changing`.
pub(in crate::api) async fn snapshot(http: &Arc<Http>) -> Result<Snapshot, Error> {
    let (caller, clock_offset) = caller(http).await?;
    let Reading { items, pages, settled } = rows::<Row>(http, &Filter::default()).await?;
    let Sorted { whole, incomplete } = sorted(http, items.into_values()).await?;
    let mut users = BTreeMap::new();
    let mut links = Vec::with_capacity(whole.len());
    for (link, row) in whole {
        if let Entry::Vacant(new) = users.entry(link.binding.user) {
            row.user().map(|it| new.insert(it));
        }
        links.push(link);
    }
    let server = http.address.to_string();
    let observation = Observation { pages, changing: !settled, clock_offset, ..Observation::new(server, caller) };
    Ok(Snapshot { links, incomplete, users, observation })
}

/// Reads all rows that pass a filter.
///
/// When the list keeps moving, or its order is such that pages lose rows, each resource is read by itself: that has no
/// edges of pages.
pub(super) async fn rows<R: Linked>(http: &Arc<Http>, filter: &Filter) -> Result<Reading<R>, Error> {
    let reading = filter.read(http).await?;
    if reading.settled || filter.resource.is_some() {
        return Ok(reading);
    }
    tracing::info!("links changed while they were listed: reading them resource by resource");
    by_resource(http, filter, reading).await
}

/// Reads the rows of every resource that is listed or was seen in `paged`, each judged by its own count, and all by the
/// count of the whole.
async fn by_resource<R: Linked>(http: &Arc<Http>, filter: &Filter, paged: Reading<R>) -> Result<Reading<R>, Error> {
    // Should this list move, too, then the count of the whole tells whether a resource is missing.
    let listed = resources::bare().read::<Bare>(http).await?;
    let seen = paged.items.values().filter_map(R::resource);
    let ids: BTreeSet<ResourceId> = listed.items.into_keys().chain(seen).map(ResourceId::from).collect();
    let work = |resource| {
        let http = Arc::clone(http);
        let filter = Filter { resource: Some(resource), ..filter.clone() };
        async move { filter.read::<R>(&http).await }
    };
    let mut items = HashMap::<Uuid, R>::new();
    let (mut pages, mut settled) = (paged.pages, true);
    for part in bounded_map(http.parallelism, ids, work).await? {
        pages += part.pages;
        settled &= part.settled;
        items.extend(part.items);
    }
    settled &= filter.count(http).await? == items.len() as u64;
    Ok(Reading { items, pages, settled })
}
