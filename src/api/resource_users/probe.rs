//! Which generation there is, and how much of everything is shown.

use super::rows::{Filter, NEXT_GENERATION, PATH};
use super::{ROLES, events};
use crate::api::http::{Error, Http};
use crate::api::waldur::{List, exists, list_of_users, resources};
use crate::site::{Generations, VisibleCounts};

/// Resources as their provider sees them.
const PROVIDED: &str = "marketplace-provider-resources/";

/// Asks which generations there are, without a token.
pub(in crate::api) async fn generations(http: &Http) -> Result<Generations, Error> {
    Ok(Generations { first: exists(http, PATH).await?, next: exists(http, NEXT_GENERATION).await? })
}

/// Counts what the token is shown.
pub(in crate::api) async fn counts(http: &Http) -> Result<VisibleCounts, Error> {
    Ok(VisibleCounts {
        links: Filter::default().count(http).await?,
        resources: resources::list().count(http).await?,
        provided: List::new(PROVIDED).count(http).await?,
        roles: List::new(ROLES).count(http).await?,
        users: list_of_users().count(http).await?,
        events: events::list().count(http).await?,
    })
}
