//! The server's event log, as far as it is about links.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::wire;
use crate::api::change_mark::ChangeMark;
use crate::api::http::{Error, Http};
use crate::api::waldur::{Item, List};
use crate::event::{Event, EventKind, LinkNames};

const CREATED: &str = "marketplace_resource_user_created";
const REMOVED: &str = "marketplace_resource_user_deleted";

/// Reads what happened to links since then, oldest first.
pub(in crate::api) async fn events(http: &Arc<Http>, since: Timestamp) -> Result<Vec<Event>, Error> {
    let list = list().with("created_from", since.as_second().to_string()).with("o", "created");
    // The log only grows: what comes while it is read is for the next time.
    let events = list.read::<wire::Entry>(http).await?.items.into_values();
    // Whoever did not get the filter answers with more.
    let mut events: Vec<_> = events.filter_map(event).filter(|it| it.at.as_second() >= since.as_second()).collect();
    events.sort_by(|a, b| (a.at, &a.about, a.what).cmp(&(b.at, &b.about, b.what)));
    Ok(events)
}

/// Marks the latest entries: the server lists the newest first.
pub(in crate::api) async fn change_mark(http: &Http) -> Result<Option<ChangeMark>, Error> {
    let (entries, _) = list().first_page::<wire::Entry>(http).await?;
    let entries: Vec<_> = entries.iter().map(|it| (it.id(), it.created)).collect();
    Ok(ChangeMark::of_log(&entries))
}

/// The entries since then; `None` if there are more than fit on a page.
pub(in crate::api) async fn changes(http: &Http, since: Timestamp) -> Result<Option<BTreeSet<Uuid>>, Error> {
    let entries = list().with("created_from", since.as_second().to_string()).only_page::<wire::Entry>(http).await?;
    // Whoever did not get the filter answers with more, and entries of the second before are none of these.
    Ok(entries.map(|it| it.iter().filter(|it| it.created >= since).map(Item::id).collect()))
}

/// All that happened to links.
pub(super) fn list() -> List {
    List::new("events/").with("event_type", CREATED).with("event_type", REMOVED)
}

fn event(entry: wire::Entry) -> Option<Event> {
    let wire::Entry { created, event_type, message, context, .. } = entry;
    let wire::Context { user_username, ip_address } = context;
    let what = match event_type.as_str() {
        CREATED => EventKind::LinkCreated,
        REMOVED => EventKind::LinkRemoved,
        _ => return None,
    };
    Some(Event {
        at: created,
        what,
        about: readings(&message, what),
        by: user_username,
        address: ip_address,
        reason: None,
    })
}

/// What a sentence can be about: `User alice has been assigned role viewer in resource cluster-a.`
///
/// It is all that an event says of its link. Names may have anything in them, also the words between them: then there are
/// several ways to read it.
fn readings(message: &str, what: EventKind) -> Vec<LinkNames> {
    const RESOURCE: &str = " in resource ";
    let before_role = match what {
        EventKind::LinkCreated => " has been assigned role ",
        EventKind::LinkRemoved => " has been unassigned role ",
    };
    let Some(said) = message.strip_prefix("User ").and_then(|it| it.strip_suffix('.')) else { return Vec::new() };
    let users = splits(said, before_role);
    let readings =
        users.flat_map(|(user, rest)| splits(rest, RESOURCE).map(move |(role, resource)| (user, role, resource)));
    let named = readings.map(|(user, role, resource)| LinkNames {
        user: user.to_owned(),
        role: role.to_owned(),
        resource: resource.to_owned(),
    });
    named.collect()
}

/// What is before and after some words, wherever they occur.
fn splits<'a>(text: &'a str, words: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    text.char_indices().filter_map(move |(at, _)| Some((&text[..at], text[at..].strip_prefix(words)?)))
}
