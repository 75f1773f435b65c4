//! How long the sandbox takes when it is told to be as slow as the real server. The clock is a pretended one: it moves only
//! when nobody has anything to do.

use std::time::Duration;

use grantsync::sandbox::{Load, Sandbox, World, tokens};
use reqwest::Method;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::http;

const LINKS: &str = "/api/marketplace-resource-users/";

/// Sends requests, each by token and target, all at once; says in milliseconds how long it took until all were answered
/// and how long the server worked.
async fn time(load: Load, requests: &[(&'static str, Method, &str)]) -> (u128, u128) {
    let mut world = World::generated(10, 100, 1000);
    world.load = Some(load);
    let sandbox = Sandbox::start(world).await.unwrap();
    let client = http::client();
    let begun = Instant::now();
    let mut answers = JoinSet::new();
    for (token, method, target) in requests.iter().cloned() {
        let request = client.request(method, format!("{}{target}", sandbox.url()));
        answers.spawn(request.header("authorization", format!("Token {token}")).send());
    }
    while let Some(answer) = answers.join_next().await {
        answer.unwrap().unwrap();
    }
    let waited = begun.elapsed().as_millis();
    let worked: Duration = sandbox.world().requests.iter().map(|it| it.took).sum();
    (waited, worked.as_millis())
}

/// What a table says, give or take the milliseconds that a timer is rounded up by.
fn about(expected: u128) -> std::ops::RangeInclusive<u128> {
    expected..=expected + 20
}

#[tokio::test(start_paused = true)]
async fn a_request_takes_its_time_by_its_rows() {
    for (method, target, milliseconds) in [
        (Method::GET, "?page_size=300", 20 + 5 + 1350),
        (Method::GET, "?page_size=100", 20 + 5 + 450),
        (Method::GET, "", 20 + 5 + 45),
        (Method::HEAD, "?page_size=1", 20 + 5 + 4),
        (Method::GET, "?page=9999", 20 + 5),
        (Method::POST, "", 20 + 35),
        (Method::DELETE, "0123456789abcdef0123456789abcdef/", 20 + 28),
    ] {
        let (waited, worked) = time(Load::WALDUR, &[(tokens::STAFF, method, &format!("{LINKS}{target}"))]).await;
        assert!(about(milliseconds).contains(&waited), "{target}: {waited}");
        assert!(about(milliseconds).contains(&worked), "{target}: {worked}");
    }
    let resources = "/api/marketplace-provider-resources/";
    for (target, milliseconds) in [("", 25 + 10 * 22), ("?field=uuid&field=name", 25 + 10 * 3)] {
        let (waited, _) = time(Load::WALDUR, &[(tokens::STAFF, Method::GET, &format!("{resources}{target}"))]).await;
        assert!(about(milliseconds).contains(&waited), "{target}: {waited}");
    }
}

#[tokio::test(start_paused = true)]
async fn requests_of_one_token_wait_for_one_another() {
    let page = format!("{LINKS}?page_size=100");
    let of = |token| (token, Method::GET, page.as_str());
    let free = Load { token_lock: false, ..Load::WALDUR };
    let few = Load { workers: 1, ..free };
    for (load, requests, milliseconds) in [
        // Only the overhead of one overlaps with the work of another.
        (Load::WALDUR, vec![of(tokens::STAFF); 2], 20 + 2 * 455),
        (Load::WALDUR, vec![of(tokens::STAFF); 4], 20 + 4 * 455),
        (Load::WALDUR, vec![of(tokens::STAFF), of(tokens::SUPPORT)], 20 + 455),
        (free, vec![of(tokens::STAFF); 4], 20 + 455),
        // Five requests, four workers.
        (free, vec![of(tokens::STAFF); 5], 2 * (20 + 455)),
        (few, vec![of(tokens::STAFF); 2], 2 * (20 + 455)),
        (free.faster(10), vec![of(tokens::STAFF); 5], 2 * (2 + 45)),
    ] {
        let (waited, _) = time(load, &requests).await;
        assert!(about(milliseconds).contains(&waited), "{load:?} {}: {waited}", requests.len());
    }
}

#[tokio::test]
async fn without_a_load_nothing_counts_as_work() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    http::get(format!("{}/api/", sandbox.url())).await.unwrap();
    assert_eq!(sandbox.world().requests[0].took, Duration::ZERO);
}
