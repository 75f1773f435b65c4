//! The server's log of links that came and went, as the client reads it.

use grantsync::event::{EventKind, LinkNames};
use grantsync::sandbox::{self, Sandbox, World, tokens};
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
            kind: if number % 2 == 0 { sandbox::EventKind::Created } else { sandbox::EventKind::Deleted },
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
    assert_eq!((all[0].what, all[1].what, &all[0].by), (EventKind::LinkCreated, EventKind::LinkRemoved, &None));
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

/// What an event with this sentence is about: user, role and resource.
async fn about(event_type: &str, message: &str) -> Vec<[String; 3]> {
    let body = format!(
        r#"[{{"uuid": "{:032x}", "created": "{}", "event_type": "{event_type}", "message": "{message}", "context": {{}}}}]"#,
        1,
        at(1)
    );
    let raw = Raw::always(answer("200 OK", &["X-Result-Count: 1"], &body)).await;
    let events = client(&raw.url, TOKEN).events(at(0)).await.unwrap();
    let about = events.into_iter().flat_map(|it| it.about);
    about.map(|LinkNames { user, role, resource }| [user, role, resource]).collect()
}

#[tokio::test]
async fn what_an_event_is_about_is_read_from_its_sentence_in_every_possible_way() {
    let (created, deleted) = ("marketplace_resource_user_created", "marketplace_resource_user_deleted");
    for (event_type, message, expected) in [
        (
            created,
            "User alice has been assigned role viewer in resource cluster-a.",
            &[["alice", "viewer", "cluster-a"]][..],
        ),
        (
            deleted,
            "User alice has been unassigned role viewer in resource cluster-a.",
            &[["alice", "viewer", "cluster-a"]],
        ),
        (deleted, "User alice has been assigned role viewer in resource cluster-a.", &[]),
        (created, "Alice came by.", &[]),
        // Names may look like the rest of the sentence.
        (
            created,
            "User a has been assigned role b in resource c in resource d.",
            &[["a", "b", "c in resource d"], ["a", "b in resource c", "d"]],
        ),
        (
            created,
            "User a has been assigned role b in resource in resource d.",
            &[["a", "b", "in resource d"], ["a", "b in resource", "d"]],
        ),
    ] {
        assert_eq!(about(event_type, message).await, expected, "{message}");
    }
}
