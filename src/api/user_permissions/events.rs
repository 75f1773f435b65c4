//! The server's event log, as far as it is about grants on resources.

use std::sync::Arc;

use jiff::Timestamp;

use super::wire::{Context, Entry};
use crate::api::http::{Error, Http};
use crate::api::waldur::List;
use crate::event::{Event, EventKind, LinkNames};

const GRANTED: &str = "role_granted";
const REVOKED: &str = "role_revoked";

/// Reads what happened to links since then, oldest first.
pub(in crate::api) async fn events(http: &Arc<Http>, since: Timestamp) -> Result<Vec<Event>, Error> {
    let list = list().with("created_from", since.as_second().to_string()).with("o", "created");
    // The log only grows: what comes while it is read is for the next time.
    let events = list.read::<Entry>(http).await?.items.into_values();
    // Whoever did not get the filter answers with more.
    let mut events: Vec<_> = events.filter_map(event).filter(|it| it.at.as_second() >= since.as_second()).collect();
    events.sort_by(|a, b| (a.at, &a.about, a.what).cmp(&(b.at, &b.about, b.what)));
    Ok(events)
}

/// All that was granted and revoked, on resources and elsewhere.
pub(super) fn list() -> List {
    List::new("events/").with("event_type", GRANTED).with("event_type", REVOKED)
}

fn event(Entry { created, event_type, context, .. }: Entry) -> Option<Event> {
    let what = match event_type.as_str() {
        GRANTED => EventKind::LinkCreated,
        REVOKED => EventKind::LinkRemoved,
        _ => return None,
    };
    let Context { scope_type, scope_name, role_name, affected_user_username, user_username, ip_address, reason } =
        context;
    if scope_type.as_deref() != Some("resource") {
        return None;
    }
    let names = || Some(LinkNames { user: affected_user_username?, role: role_name?, resource: scope_name? });
    // Texts that are none are written out.
    let reason = reason.filter(|it| !it.is_empty() && it != "None");
    let about = names().into_iter().collect();
    Some(Event { at: created, what, about, by: user_username, address: ip_address, reason })
}
