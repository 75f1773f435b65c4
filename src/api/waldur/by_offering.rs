//! A list of what belongs to offerings, read offering by offering.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use super::pages::{List, Reading};
use super::wire::OfOffering;
use crate::api::http::{Error, Http, bounded_map};

/// Reads a list offering by offering, if by pages it was unsettled. It is settled then if each part is;
/// whether an offering is missing it cannot tell, since parts have no count of the whole.
pub(in crate::api) async fn by_offering<T: OfOffering>(
    http: &Arc<Http>,
    list: &List,
    paged: Reading<T>,
    offerings: &BTreeSet<Uuid>,
) -> Result<Reading<T>, Error> {
    if paged.settled {
        return Ok(paged);
    }
    let parts = bounded_map(http.parallelism, offerings.iter().copied(), |offering| {
        let (list, http) = (list.clone().with("offering_uuid", offering.simple().to_string()), Arc::clone(http));
        async move {
            let part = list.read::<T>(&http).await?;
            if part.items.values().any(|item| item.offering() != offering) {
                return Err(list.filter_ignored(&http, "an object of another offering"));
            }
            Ok(part)
        }
    });
    let (mut items, mut settled) = (HashMap::new(), true);
    for part in parts.await? {
        items.extend(part.items);
        settled &= part.settled;
    }
    Ok(Reading { items, settled, ..paged })
}
