//! Creating and deleting, over the sandbox and over wires that lose answers.

use grantsync::api::{Client, Created, Deleted, ErrorKind};
use grantsync::binding::{Binding, Link, LinkId};
use grantsync::event::{EventKind, LinkNames};
use grantsync::sandbox::{Act, Fault, Reply, Sandbox, World, tokens};
use uuid::Uuid;

use crate::api_support::{Raw, TOKEN, answer, client, json, resource, role, sandbox, settings, user};

fn binding(world: &World, resource_name: &str, role_name: &str, username: &str) -> Binding {
    Binding { resource: resource(world, resource_name), role: role(world, role_name), user: user(world, username) }
}

/// Makes a link that must not be there yet.
async fn create(client: &Client, binding: &Binding) -> Link {
    match client.create(binding, None).await.unwrap() {
        Created::New(link) => link,
        Created::Exists | Created::OneRole => panic!("{binding} exists"),
    }
}

/// A link of this id, whatever it is about.
fn link(id: impl Into<LinkId>) -> Link {
    let nil = Uuid::nil();
    let binding = Binding { resource: nil.into(), role: nil.into(), user: nil.into() };
    Link::plain(id.into(), binding)
}

#[tokio::test]
async fn a_link_is_made_and_removed() {
    let (sandbox, client) = sandbox(World::example()).await;
    let wanted = binding(&sandbox.world(), "cluster-b", "viewer", "grace");
    let link = create(&client, &wanted).await;
    assert_eq!(link.binding, wanted);
    assert!(sandbox.world().triples().contains(&"cluster-b viewer grace".to_owned()));
    // The server takes it again.
    let again = create(&client, &wanted).await;
    assert_ne!(again.id, link.id);
    for link in [link, again] {
        assert_eq!(client.delete(&link, "").await.unwrap(), Deleted::Done);
        assert_eq!(client.delete(&link, "").await.unwrap(), Deleted::NotFound);
    }
    assert!(!sandbox.world().triples().contains(&"cluster-b viewer grace".to_owned()));
}

#[tokio::test]
async fn the_server_remembers_who_did_it() {
    let (sandbox, client) = sandbox(World::example()).await;
    let wanted = binding(&sandbox.world(), "cluster-b", "viewer", "grace");
    let begun = jiff::Timestamp::now();
    let link = create(&client, &wanted).await;
    client.delete(&link, "").await.unwrap();
    let events = client.events(begun).await.unwrap();
    assert!(events.is_sorted_by_key(|it| it.at) && events[0].at >= begun);
    let told: Vec<_> = events.iter().map(|it| (it.what, it.about.clone(), it.by.as_deref())).collect();
    let about = vec![LinkNames { user: "grace".into(), role: "viewer".into(), resource: "cluster-b".into() }];
    assert_eq!(
        told,
        [(EventKind::LinkCreated, about.clone(), Some("staff")), (EventKind::LinkRemoved, about, Some("staff"))]
    );
    assert_eq!(events[0].address.as_deref(), Some("127.0.0.1"));
    let later = begun.saturating_add(jiff::SignedDuration::from_hours(1)).unwrap();
    assert_eq!(client.events(later).await.unwrap(), []);
}

#[tokio::test]
async fn links_are_made_through_a_proxy_that_adds_a_path() {
    // What the proxy passes on knows nothing of `/waldur`.
    let made = r#"{"uuid": "00000000000000000000000000000001", "resource_uuid": "00000000000000000000000000000002",
        "role_uuid": "00000000000000000000000000000003", "user_uuid": "00000000000000000000000000000004"}"#;
    let raw = Raw::always(json("201 Created", made)).await;
    let id = Uuid::from_u128;
    let wanted = Binding { resource: id(2).into(), role: id(3).into(), user: id(4).into() };
    let link = create(&client(&format!("{}/waldur/", raw.url), TOKEN), &wanted).await;
    assert_eq!(link.id, id(1).into());
    assert_eq!(raw.requests(), ["POST /waldur/api/marketplace-resource-users/"]);
    let body: serde_json::Value = serde_json::from_str(&raw.body()).unwrap();
    let reference = |collection, number| format!("{}/api/{collection}/{:032x}/", raw.url, number);
    assert_eq!(body["resource"], reference("marketplace-resources", 2));
    assert_eq!(body["role"], reference("marketplace-offering-user-roles", 3));
    assert_eq!(body["user"], reference("users", 4));
}

#[tokio::test]
async fn each_caller_may_do_what_is_theirs() {
    let outcome = |result: Result<(), grantsync::api::Error>| result.err().map(|it| it.kind);
    for (token, created, deleted) in [
        (tokens::SUPPORT, None, Ok(Some(ErrorKind::Forbidden))),
        (tokens::OWNER, Some(ErrorKind::Rejected), Err(Deleted::NotFound)),
        (tokens::CONSUMER, None, Ok(Some(ErrorKind::Forbidden))),
        (tokens::NOBODY, Some(ErrorKind::Rejected), Err(Deleted::NotFound)),
        (tokens::EXPIRED, Some(ErrorKind::Unauthorized), Ok(Some(ErrorKind::Unauthorized))),
    ] {
        let sandbox = Sandbox::start(World::example()).await.unwrap();
        let client = client(&sandbox.url(), token);
        let (wanted, first) = {
            let world = sandbox.world();
            (binding(&world, "cluster-a", "viewer", "grace"), LinkId::from(world.links.iter().next().unwrap().id))
        };
        assert_eq!(outcome(client.create(&wanted, None).await.map(drop)), created, "{token}");
        match (client.delete(&link(first), "").await, deleted) {
            (Ok(seen), Err(expected)) => assert_eq!(seen, expected, "{token}"),
            (result, expected) => assert_eq!(Ok(outcome(result.map(drop))), expected, "{token}"),
        }
    }
}

#[tokio::test]
async fn a_refusal_says_why() {
    let (sandbox, client) = sandbox(World::example()).await;
    let wanted = {
        let mut world = sandbox.world();
        world.change_user("grace", |it| it.is_active = false);
        binding(&world, "cluster-a", "viewer", "grace")
    };
    let error = client.create(&wanted, None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Rejected);
    assert_eq!(
        error.to_string(),
        "POST /api/marketplace-resource-users/: answered 400 Bad Request: user: Invalid hyperlink - Object does not exist."
    );
}

async fn lost(client: &Client) -> ErrorKind {
    let id = Uuid::from_u128;
    let wanted = Binding { resource: id(2).into(), role: id(3).into(), user: id(4).into() };
    client.create(&wanted, None).await.unwrap_err().kind
}

#[tokio::test]
async fn after_a_post_it_is_known_or_unknown_what_happened_and_never_sent_again_if_unknown() {
    let row = |user: u8| {
        format!(
            r#"{{"uuid": "{:032x}", "resource_uuid": "{:032x}", "role_uuid": "{:032x}", "user_uuid": "{user:032x}"}}"#,
            1, 2, 3
        )
    };
    for (bytes, kind, sent) in [
        (Vec::new(), ErrorKind::Lost, 1),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{".to_vec(), ErrorKind::Lost, 1),
        (json("201 Created", ""), ErrorKind::Lost, 1),
        (json("201 Created", &row(5)), ErrorKind::Lost, 1),
        (json("201 Created", &row(4).replace(&format!("\"{:032x}\"", 3), "null")), ErrorKind::Lost, 1),
        (answer("200 OK", &["Content-Type: text/html"], "<title>Welcome</title>"), ErrorKind::Lost, 1),
        (answer("303 See Other", &["Location: /"], ""), ErrorKind::Lost, 1),
        (answer("500 Internal Server Error", &[], ""), ErrorKind::Repeatable, 1),
        (answer("502 Bad Gateway", &["Retry-After: 0"], ""), ErrorKind::Lost, 1),
        (answer("503 Service Unavailable", &["Retry-After: 0"], ""), ErrorKind::Repeatable, 1),
        (answer("504 Gateway Timeout", &[], ""), ErrorKind::Lost, 1),
        (
            answer("301 Moved Permanently", &["Location: /api/marketplace-resource-users/"], ""),
            ErrorKind::Redirected,
            1,
        ),
        (answer("307 Temporary Redirect", &["Location: /elsewhere/"], ""), ErrorKind::Redirected, 1),
        (answer("308 Permanent Redirect", &["Location: /elsewhere/"], ""), ErrorKind::Redirected, 1),
        (json("400 Bad Request", r#"{"role": ["No."]}"#), ErrorKind::Rejected, 1),
        (json("401 Unauthorized", ""), ErrorKind::Unauthorized, 1),
        (json("403 Forbidden", ""), ErrorKind::Forbidden, 1),
        (answer("404 Not Found", &[], ""), ErrorKind::NotFound, 1),
        (answer("429 Too Many Requests", &["Retry-After: 0"], ""), ErrorKind::Busy, 5),
    ] {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let raw = Raw::always(bytes).await;
        assert_eq!(lost(&client(&raw.url, TOKEN)).await, kind, "{text}");
        assert_eq!(raw.requests(), vec!["POST /api/marketplace-resource-users/"; sent], "{text}");
    }
}

#[tokio::test]
async fn a_delete_is_sent_again_until_it_is_known_what_happened() {
    let gone = answer("204 No Content", &[], "");
    let missing = json("404 Not Found", r#"{"detail": "No ResourceUser matches the given query."}"#);
    let busy = answer("503 Service Unavailable", &[], "");
    let page = answer("200 OK", &[], "<title>Welcome</title>");
    for (answers, expected) in [
        (vec![gone.clone()], Ok(Deleted::Done)),
        (vec![missing.clone()], Ok(Deleted::NotFound)),
        (vec![Vec::new(), missing], Ok(Deleted::NotFound)),
        (vec![busy.clone(), Vec::new(), gone], Ok(Deleted::Done)),
        (vec![busy; 5], Err(ErrorKind::Lost)),
        (vec![page], Err(ErrorKind::Lost)),
        (vec![answer("500 Internal Server Error", &[], "")], Err(ErrorKind::Lost)),
        (vec![answer("301 Moved Permanently", &["Location: /"], "")], Err(ErrorKind::Redirected)),
        (vec![answer("403 Forbidden", &[], "")], Err(ErrorKind::Forbidden)),
    ] {
        let expected_requests = answers.len();
        let raw = Raw::start(move |_, before| crate::api_support::Reply::Bytes(answers[before].clone())).await;
        let deleted = client(&raw.url, TOKEN).delete(&link(Uuid::from_u128(1)), "").await;
        assert_eq!(deleted.map_err(|it| it.kind), expected);
        assert_eq!(
            raw.requests(),
            vec!["DELETE /api/marketplace-resource-users/00000000000000000000000000000001/"; expected_requests]
        );
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_open_what_happened() {
    for (act, made) in
        [(Act::LoseAnswer, 1), (Act::HangUp, 0), (Act::CutBody(40), 1), (Act::AnswerAfter(Reply::html(502)), 1)]
    {
        let (sandbox, client) = sandbox(World::example()).await;
        let wanted = binding(&sandbox.world(), "cluster-b", "viewer", "grace");
        sandbox.world().faults.push(Fault::on("POST", "", act));
        assert_eq!(client.create(&wanted, None).await.unwrap_err().kind, ErrorKind::Lost);
        assert_eq!(client.links_of(&wanted).await.unwrap().links.len(), made);
        assert_eq!(sandbox.world().requests.iter().filter(|it| it.method == "POST").count(), 1);
    }
}

#[tokio::test]
async fn a_delete_whose_answer_was_lost_is_sent_again_and_finds_nothing() {
    let (sandbox, client) = sandbox(World::example()).await;
    sandbox.world().faults.push(Fault::on("DELETE", "", Act::LoseAnswer).nth(1));
    let first = sandbox.world().links.iter().next().unwrap().id;
    assert_eq!(client.delete(&link(first), "").await.unwrap(), Deleted::NotFound);
    assert_eq!(sandbox.world().links.len(), 9);
}

#[tokio::test]
async fn a_creation_that_never_left_is_sent_when_the_server_is_back() {
    let (sandbox, _) = sandbox(World::example()).await;
    let wanted = binding(&sandbox.world(), "cluster-b", "viewer", "grace");
    let (address, url) = (sandbox.address, sandbox.url());
    let mut settings = settings(&url, tokens::STAFF);
    settings.patience.tries = u32::MAX;
    let client = Client::new(settings).unwrap();
    client.links_of(&wanted).await.unwrap();
    let before = client.counters().requests();
    let world = sandbox.stop().await;
    let creation = tokio::spawn({
        let client = client.clone();
        async move { create(&client, &wanted).await }
    });
    while client.counters().requests() == before {
        tokio::task::yield_now().await;
    }
    let sandbox = Sandbox::listen(address, world).await.unwrap();
    assert_eq!(creation.await.unwrap().binding, wanted);
    assert_eq!(sandbox.world().requests.iter().filter(|it| it.method == "POST").count(), 1);
}

#[tokio::test]
async fn a_limit_of_requests_slows_the_writes_down_and_several_refusals_in_a_row_are_told() {
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let refusals = |count: usize| {
            let bytes = answer(status, &["Retry-After: 0"], "");
            Raw::start(move |_, before| {
                crate::api_support::Reply::Bytes(if before < count {
                    bytes.clone()
                } else {
                    json("400 Bad Request", "{}")
                })
            })
        };
        let wanted = |user| Binding {
            resource: Uuid::from_u128(2).into(),
            role: Uuid::from_u128(3).into(),
            user: Uuid::from_u128(user).into(),
        };
        // Whether each of the writes said that no more should be sent.
        let told = async |raw: &Raw| {
            let client = client(&raw.url, TOKEN);
            let mut told = Vec::new();
            for user in 0..12 {
                let error = client.create(&wanted(user), None).await.unwrap_err();
                told.push(error.is_throttled());
                if error.is_throttled() {
                    assert!(error.to_string().contains("8 writes in a row were refused"), "{error}");
                    break;
                }
            }
            told
        };
        let always = refusals(usize::MAX).await;
        assert_eq!(told(&always).await.last(), Some(&true), "{status}");
        assert_eq!(always.requests().len(), 8, "{status}");
        // Not in a row: each that is looked at counts from the start.
        let some = refusals(7).await;
        assert!(told(&some).await.iter().all(|it| !it), "{status}");
    }
}

#[tokio::test]
async fn after_a_refusal_writes_keep_their_distance() {
    const GAP: std::time::Duration = std::time::Duration::from_millis(120);
    let raw = Raw::start(|_, before| {
        let answers = [answer("503 Service Unavailable", &[], ""), json("400 Bad Request", "{}")];
        crate::api_support::Reply::Bytes(answers[before.min(1)].clone())
    });
    let raw = raw.await;
    let mut settings = settings(&raw.url, TOKEN);
    settings.patience.first_wait = GAP;
    let client = Client::new(settings).unwrap();
    assert_eq!(lost(&client).await, ErrorKind::Repeatable);
    let refused = std::time::Instant::now();
    assert_eq!(lost(&client).await, ErrorKind::Rejected);
    assert!(refused.elapsed() >= GAP, "{:?}", refused.elapsed());
}
