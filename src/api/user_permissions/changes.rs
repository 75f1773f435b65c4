//! What was granted, changed, restored or revoked lately, as rows of the list itself: from Waldur 8.1.2 on.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::grants;
use super::wire::Grant;
use crate::api::change_mark::{ChangeMark, OVERLAP};
use crate::api::http::{Error, Http};
use crate::api::waldur::{List, caller};

/// Marks the rows that were changed in the last minutes.
pub(in crate::api) async fn change_mark(http: &Http) -> Result<Option<ChangeMark>, Error> {
    let (_, clock_offset) = caller(http).await?;
    let now = clock_offset.and_then(|it| Timestamp::now().checked_add(it).ok());
    let Some(since) = now.and_then(|it| it.checked_sub(OVERLAP).ok()) else { return Ok(None) };
    Ok(changes(http, since).await?.map(|states| ChangeMark::of_rows(since, states)))
}

/// The rows that were changed since then, each told by its state; `None` if there are more than fit on a page, or if the
/// server is too old to tell.
pub(in crate::api) async fn changes(http: &Http, since: Timestamp) -> Result<Option<BTreeSet<Uuid>>, Error> {
    let rows = list(since).only_page::<Grant>(http).await?;
    // Older servers ignore these filters, and their rows have no id.
    let rows = rows.filter(|it| it.iter().all(Grant::has_id));
    Ok(rows.map(|it| it.iter().map(Grant::state).collect()))
}

fn list(since: Timestamp) -> List {
    grants::all().with("show_inactive", "true").with("modified", since.to_string())
}
