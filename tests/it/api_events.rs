//! The server's log of links that came and went, as the client reads it.

use grantsync::event::{Event, Happening};
use grantsync::sandbox::{self, EventKind, Sandbox, World, tokens};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::api_support::{Raw, TOKEN, answer, client};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// A world in whose log something happened every second, `number` times.
fn busy(number: u32) -> World {
    let mut world = World::example();
    world.events = (0..number)
        .map(|number| sandbox::Event {
            id: Uuid::from_u128(1 + u128::from(number)),
            created: at(number.into()),
            kind: if number % 2 == 0 { EventKind::Created } else { EventKind::Deleted },
            message: format!("User alice has been assigned role viewer in resource cluster-{number}."),
            serial: number.into(),
            actor: None,
            context: serde_json::Value::Null,
        })
        .collect();
    world
}

#[tokio::test]
async fn a_long_log_is_read_whole_and_from_a_moment_on() {
    let sandbox = Sandbox::start(busy(1000)).await.unwrap();
    let staff = client(&sandbox.url(), tokens::STAFF);
    let all = staff.events(Timestamp::UNIX_EPOCH).await.unwrap();
    assert!(all.iter().map(|it| it.at).eq((0..1000).map(at)));
    assert_eq!((all[0].what, all[1].what, &all[0].by), (Happening::Made, Happening::Removed, &None));
    let late = staff.events(at(990)).await.unwrap();
    assert!(late.iter().map(|it| it.at).eq((990..1000).map(at)));
    // The server counts in seconds: an event of the same second is told, too, rather than missed.
    let half = at(990) + SignedDuration::from_millis(500);
    assert_eq!(staff.events(half).await.unwrap(), late);
}

#[tokio::test]
async fn whoever_may_not_read_it_is_told_nothing() {
    let sandbox = Sandbox::start(busy(3)).await.unwrap();
    for (token, told) in [(tokens::SUPPORT, 3), (tokens::CONSUMER, 0), (tokens::OWNER, 0), (tokens::NOBODY, 0)] {
        let events = client(&sandbox.url(), token).events(Timestamp::UNIX_EPOCH).await.unwrap();
        assert_eq!(events.len(), told, "{token}");
    }
}

#[tokio::test]
async fn what_was_before_is_left_out_whatever_the_server_answers() {
    let event = |second| {
        format!(
            r#"{{"uuid": "{second:032x}", "created": "{}", "event_type": "marketplace_resource_user_created",
                "message": "User alice has been assigned role viewer in resource cluster-a.", "context": {{}}}}"#,
            at(second)
        )
    };
    let body = format!("[{}, {}]", event(1), event(2));
    let raw = Raw::always(answer("200 OK", &["X-Result-Count: 2"], &body)).await;
    let events = client(&raw.url, TOKEN).events(at(2)).await.unwrap();
    assert!(events.iter().map(|it| it.at).eq([at(2)]));
}

#[test]
fn what_an_event_is_about_is_told_by_the_whole_of_it() {
    let event = |what, message: &str| Event {
        at: at(0),
        what,
        message: message.to_owned(),
        by: Some("staff".into()),
        address: None,
    };
    let made = event(Happening::Made, "User alice has been assigned role viewer in resource cluster-a.");
    assert!(made.is_about("alice", "viewer", "cluster-a"));
    assert!(!made.is_about("alice", "viewer", "cluster-"));
    assert!(!made.is_about("lice", "viewer", "cluster-a"));
    let removed = event(Happening::Removed, "User alice has been unassigned role viewer in resource cluster-a.");
    assert!(removed.is_about("alice", "viewer", "cluster-a"));
    // Names may look like the rest of the sentence.
    let odd = event(Happening::Made, "User a has been assigned role b in resource c in resource d.");
    assert!(odd.is_about("a", "b", "c in resource d") && odd.is_about("a", "b in resource c", "d"));
    assert!(!odd.is_about("a", "b", "d"));
}
