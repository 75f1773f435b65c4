//! What a call that has no result yet tells of itself.

use grantsync::api::{Client, InFlightCall};
use tokio::task::yield_now;

use super::api_support::{Raw, Reply, TOKEN, answer, client};

/// Asks until the longest call fits.
async fn until(client: &Client, fits: impl Fn(Option<&InFlightCall>) -> bool) -> Option<InFlightCall> {
    loop {
        let wait = client.longest_call();
        if fits(wait.as_ref()) {
            return wait;
        }
        yield_now().await;
    }
}

#[tokio::test]
async fn a_call_says_that_it_waits_and_why_its_last_try_failed() {
    let raw = Raw::start(|_, before| match before {
        0..2 => Reply::Bytes(answer("503 Service Unavailable", &[], "")),
        _ => Reply::Stall(Vec::new()),
    })
    .await;
    let client = client(&raw.url, TOKEN);
    assert_eq!(client.longest_call(), None);
    let asking = tokio::spawn({
        let client = client.clone();
        async move { client.caller().await }
    });
    let wait = until(&client, |it| it.is_some_and(|it| it.failed == 2)).await.unwrap();
    assert!(wait.request.starts_with("GET /api/users/me/"), "{wait:?}");
    assert_eq!(wait.why.as_deref(), Some("answered 503 Service Unavailable"));
    asking.abort();
    until(&client, |it| it.is_none()).await;
}

#[tokio::test]
async fn a_call_that_nobody_answers_waits_without_a_failure() {
    let raw = Raw::start(|_, _| Reply::Stall(Vec::new())).await;
    let client = client(&raw.url, TOKEN);
    let asking = client.caller();
    let watching = async {
        let begun = until(&client, |it| it.is_some()).await.unwrap();
        assert_eq!((begun.failed, begun.why), (0, None));
        until(&client, |it| it.is_some_and(|it| it.so_far > begun.so_far)).await.unwrap().since == begun.since
    };
    tokio::select! {
        answered = asking => panic!("{answered:?}"),
        same = watching => assert!(same, "it began when it began"),
    }
    assert_eq!(client.longest_call(), None, "who is not asked any more does not wait");
}
