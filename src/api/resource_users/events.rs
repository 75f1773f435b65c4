//! The server's event log, as far as it is about links.

use std::sync::Arc;

use jiff::Timestamp;

use super::pages::List;
use super::wire;
use crate::api::error::Error;
use crate::api::http::Http;
use crate::event::{Event, Happening};

const MADE: &str = "marketplace_resource_user_created";
const REMOVED: &str = "marketplace_resource_user_deleted";

/// Reads what happened to links since then, oldest first.
pub(in crate::api) async fn events(http: &Arc<Http>, since: Timestamp) -> Result<Vec<Event>, Error> {
    let list = list().with("created_from", since.as_second().to_string()).with("o", "created");
    // The log only grows: what comes while it is read is for the next time.
    let events = list.read::<wire::Entry>(http).await?.items.into_values();
    // Whoever did not get the filter answers with more.
    let mut events: Vec<_> = events.filter_map(event).filter(|it| it.at.as_second() >= since.as_second()).collect();
    events.sort_by(|a, b| (a.at, &a.message).cmp(&(b.at, &b.message)));
    Ok(events)
}

/// All that happened to links.
pub(super) fn list() -> List {
    List::new("events/").with("event_type", MADE).with("event_type", REMOVED)
}

fn event(entry: wire::Entry) -> Option<Event> {
    let wire::Entry { created, event_type, message, context, .. } = entry;
    let wire::Context { user_username, ip_address } = context;
    let what = match event_type.as_str() {
        MADE => Happening::Made,
        REMOVED => Happening::Removed,
        _ => return None,
    };
    Some(Event { at: created, what, message, by: user_username, address: ip_address })
}
