//! How much of everything is shown.

use super::rows::Filter;
use super::{ROLES, events};
use crate::api::http::{Error, Http};
use crate::api::waldur::{List, list_of_users, resources};
use crate::site::VisibleCounts;

/// Resources as their provider sees them.
const PROVIDED: &str = "marketplace-provider-resources/";

/// Counts what the token is shown.
pub(in crate::api) async fn counts(http: &Http) -> Result<VisibleCounts, Error> {
    Ok(VisibleCounts {
        links: count(http).await?,
        resources: resources::list().count(http).await?,
        provided: List::new(PROVIDED).count(http).await?,
        roles: List::new(ROLES).count(http).await?,
        users: list_of_users().count(http).await?,
        events: events::list().count(http).await?,
    })
}

/// How many rows of links there are.
pub(in crate::api) async fn count(http: &Http) -> Result<u64, Error> {
    Filter::default().count(http).await
}
