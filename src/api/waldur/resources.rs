//! Resources, by id or by name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::pages::{List, Reading, SIZE};
use super::wire::{Bare, Item as _, Resource};
use super::{by_id, by_offering, object};
use crate::api::http::{Error, Http, Method, bounded_map};
use crate::binding::ResourceId;
use crate::directory;

/// In this view resources have the name that a new link must call them by.
const PATH: &str = "marketplace-resources/";
/// Answering with these only is seven times as fast.
const FIELDS: &[&str] =
    &["uuid", "name", "state", "offering_uuid", "offering_name", "project_uuid", "project_name", "customer_name"];

/// All resources, with the fields that matter.
pub(in crate::api) fn list() -> List {
    FIELDS.iter().fold(List::new(PATH), |list, field| list.with("field", *field))
}

/// All resources, with nothing but their ids.
pub(in crate::api) fn bare() -> List {
    List::new(PATH).with("field", "uuid")
}

/// Reads all resources.
pub(in crate::api) async fn all(http: &Arc<Http>) -> Result<Reading<Resource>, Error> {
    list().read(http).await
}

/// What of the list of resources could be read, if by pages it was unsettled, and the reason why something may be missing:
/// many resources that were made in the same instant have no order, and pages lose some.
pub(in crate::api) async fn settle(
    http: &Arc<Http>,
    listed: Reading<Resource>,
    offerings: &BTreeSet<Uuid>,
) -> Result<(impl Iterator<Item = Resource> + use<>, Option<Error>), Error> {
    let list = list();
    let settled = listed.settled;
    let listed = by_offering(http, &list, listed, offerings).await?;
    let whole = settled || (listed.settled && list.count(http).await? == listed.items.len() as u64);
    Ok((listed.items.into_values(), (!whole).then(|| list.moving(http))))
}

/// The first resource of all.
pub(in crate::api) async fn any(http: &Http) -> Result<Option<ResourceId>, Error> {
    let request = bare().request(http, Method::Get).with("page_size", "1");
    let first: Vec<Bare> = http.call(&request).await?.json()?;
    Ok(first.first().map(|it| it.id().into()))
}

/// Looks resources up by id: each by itself, or all of them where that is quicker.
pub(in crate::api) async fn resources(
    http: &Arc<Http>,
    mut ids: BTreeSet<ResourceId>,
) -> Result<BTreeMap<ResourceId, directory::Resource>, Error> {
    /// A page of resources takes the server about as long as so many by themselves.
    const PAGE_IN_SINGLES: u64 = 20;
    let mut found = BTreeMap::new();
    if ids.len() as u64 > PAGE_IN_SINGLES
        && List::new(PATH).count(http).await?.div_ceil(SIZE) * PAGE_IN_SINGLES < ids.len() as u64
    {
        found = by_id(list().read::<Resource>(http).await?.items.into_values());
        found.retain(|id, _| ids.contains(id));
        ids.retain(|id| !found.contains_key(id));
    }
    found.extend(one_by_one(http, ids).await?);
    Ok(found)
}

/// Looks resources up, each by itself.
pub(in crate::api) async fn one_by_one(
    http: &Arc<Http>,
    ids: BTreeSet<ResourceId>,
) -> Result<BTreeMap<ResourceId, directory::Resource>, Error> {
    let found = bounded_map(http.parallelism, ids, |id| {
        let http = Arc::clone(http);
        async move { object::<Resource>(&http, PATH, id, FIELDS).await }
    });
    Ok(by_id(found.await?.into_iter().flatten()))
}

/// Lists the resources of this name. The server trims spaces around it, so that it may not find such a name.
pub(in crate::api) async fn called(
    http: &Arc<Http>,
    name: &str,
) -> Result<BTreeMap<ResourceId, directory::Resource>, Error> {
    let list = list().with("name_exact", name);
    let reading = list.read::<Resource>(http).await?;
    if !reading.settled {
        return Err(list.moving(http));
    }
    let found: BTreeMap<_, directory::Resource> = by_id(reading.items.into_values());
    if found.values().any(|it| it.name != name) {
        return Err(list.filter_ignored(http, "a resource of another name"));
    }
    Ok(found)
}
