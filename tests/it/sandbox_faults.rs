//! Everything that the script of a sandbox can make go wrong, seen from a client.

use std::time::Duration;

use grantsync::sandbox::{Act, Fault, Reply, Sandbox, World, tokens};
use reqwest::{Method, Response, redirect};

use crate::http;

const LINKS: &str = "/api/marketplace-resource-users/";

async fn sandbox(faults: Vec<Fault>) -> Sandbox {
    let mut world = World::example();
    world.faults = faults;
    Sandbox::start(world).await.unwrap()
}

async fn ask(sandbox: &Sandbox, method: Method, target: &str) -> reqwest::Result<Response> {
    let client = http::builder().redirect(redirect::Policy::none()).build().unwrap();
    let request = client.request(method, format!("{}{target}", sandbox.url()));
    request.header("authorization", format!("Token {}", tokens::STAFF)).send().await
}

async fn get(sandbox: &Sandbox) -> reqwest::Result<Response> {
    ask(sandbox, Method::GET, LINKS).await
}

/// Deletes the first link, and says whether an answer came.
async fn delete(sandbox: &Sandbox) -> bool {
    let first = sandbox.world().links.iter().next().unwrap().id;
    ask(sandbox, Method::DELETE, &format!("{LINKS}{}/", first.simple())).await.is_ok()
}

#[tokio::test]
async fn a_request_is_lost_before_or_after_it_took_effect() {
    let before = sandbox(vec![Fault::on("DELETE", LINKS, Act::HangUp)]).await;
    assert!(!delete(&before).await);
    assert_eq!(before.world().links.len(), 10);
    let after = sandbox(vec![Fault::on("DELETE", LINKS, Act::LoseAnswer)]).await;
    assert!(!delete(&after).await);
    assert_eq!(after.world().links.len(), 9);
    for sandbox in [before, after] {
        let world = sandbox.world();
        assert_eq!(world.requests.len(), 1, "reqwest did not send it again");
        assert_eq!(world.requests[0].status, 0);
    }
}

#[tokio::test]
async fn an_answer_comes_instead_of_the_true_one_before_or_after() {
    let busy = || Reply::html(503).header("retry-after", "7");
    let before = sandbox(vec![Fault::on("DELETE", "", Act::Answer(busy()))]).await;
    assert!(delete(&before).await);
    assert_eq!(before.world().links.len(), 10);
    let after = sandbox(vec![Fault::on("DELETE", "", Act::AnswerAfter(busy()))]).await;
    assert!(delete(&after).await);
    assert_eq!(after.world().links.len(), 9);
    for sandbox in [&before, &after] {
        assert_eq!(sandbox.world().requests[0].status, 503);
    }
    let sandbox = sandbox(vec![Fault::on("", "", Act::Answer(busy()))]).await;
    let response = get(&sandbox).await.unwrap();
    assert_eq!(response.headers()["retry-after"], "7");
    assert!(response.text().await.unwrap().contains("<h1>503</h1>"));
}

#[tokio::test]
async fn faults_choose_their_requests() {
    let down = || Act::Answer(Reply::html(503));
    for (fault, expected) in [
        (Fault::on("", "", down()), [503, 503, 503, 503]),
        (Fault::on("GET", LINKS, down()).nth(2), [200, 503, 200, 200]),
        (Fault::on("GET", LINKS, down()).times(2), [503, 503, 200, 200]),
        (Fault::on("GET", LINKS, down()).from(3), [200, 200, 503, 503]),
        (Fault::on("GET", LINKS, down()).from(2).times(2), [200, 503, 503, 200]),
        (Fault::on("POST", LINKS, down()), [200, 200, 200, 200]),
        (Fault::on("GET", "page=2", down()), [200, 200, 200, 200]),
    ] {
        let sandbox = sandbox(vec![fault.clone()]).await;
        let mut statuses = Vec::new();
        for _ in 0..4 {
            statuses.push(get(&sandbox).await.unwrap().status().as_u16());
        }
        assert_eq!(statuses, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn headers_vanish_and_lie() {
    let count = |act| async {
        let response = get(&sandbox(vec![Fault::on("GET", LINKS, act)]).await).await.unwrap();
        response.headers().get("x-result-count").map(|it| it.to_str().unwrap().to_owned())
    };
    assert_eq!(count(Act::WithoutHeader("x-result-count")).await, None);
    assert_eq!(count(Act::WithHeader("x-result-count", "7".to_owned())).await.as_deref(), Some("7"));
}

#[tokio::test]
async fn a_body_ends_early() {
    let sandbox = sandbox(vec![Fault::on("GET", LINKS, Act::CutBody(100))]).await;
    let mut response = get(&sandbox).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend(chunk);
    }
    assert_eq!(body.len(), 100);
    assert!(body.starts_with(b"[{\"uuid\":"));
}

#[tokio::test]
async fn a_body_drips_and_is_whole() {
    let sandbox = sandbox(vec![Fault::on("GET", LINKS, Act::Drip(500, Duration::from_millis(1)))]).await;
    let mut response = get(&sandbox).await.unwrap();
    let (mut chunks, mut body) = (0, Vec::new());
    while let Some(chunk) = response.chunk().await.unwrap() {
        chunks += 1;
        body.extend(chunk);
    }
    assert!(chunks > 1);
    assert_eq!(serde_json::from_slice::<Vec<serde_json::Value>>(&body).unwrap().len(), 10);
}

#[tokio::test]
async fn garbage_calls_itself_compressed() {
    let lie = Act::WithHeader("content-encoding", "gzip".to_owned());
    let response = get(&sandbox(vec![Fault::on("GET", LINKS, lie)]).await).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.unwrap_err().is_decode());
}

#[tokio::test]
async fn a_redirection_leads_elsewhere() {
    let away = Act::Answer(Reply::redirect(302, "http://elsewhere.example.org/login/"));
    let response = get(&sandbox(vec![Fault::on("", LINKS, away)]).await).await.unwrap();
    assert_eq!(response.headers()["location"], "http://elsewhere.example.org/login/");
}

#[tokio::test]
async fn a_client_that_gives_up_does_not_stop_what_it_asked_for() {
    let sandbox = sandbox(vec![Fault::on("DELETE", LINKS, Act::DelayAnswer(Duration::from_secs(3600)))]).await;
    let target = format!("{LINKS}{}/", sandbox.world().links.iter().next().unwrap().id.simple());
    tokio::select! {
        _ = ask(&sandbox, Method::DELETE, &target) => panic!("it was answered"),
        () = async { while sandbox.world().links.len() == 10 { tokio::task::yield_now().await } } => {}
    }
    assert_eq!(sandbox.world().links.len(), 9);
}

#[tokio::test]
async fn an_answer_is_changed_on_its_way() {
    let first_only = Act::edit(|world, request, reply| {
        assert_eq!((world.links.len(), request.method.as_str()), (10, "GET"));
        let rows: Vec<serde_json::Value> = serde_json::from_slice(&reply.body).unwrap();
        reply.body = serde_json::to_vec(&rows[..1]).unwrap();
        reply.headers.retain(|(name, _)| *name != "x-result-count");
    });
    let response = get(&sandbox(vec![Fault::on("GET", LINKS, first_only)]).await).await.unwrap();
    assert!(!response.headers().contains_key("x-result-count"));
    assert_eq!(response.json::<Vec<serde_json::Value>>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_is_handled_long_after_its_connection_ended() {
    let sandbox = sandbox(vec![Fault::on("DELETE", LINKS, Act::Postpone)]).await;
    let target = format!("{LINKS}{}/", sandbox.world().links.iter().next().unwrap().id.simple());
    assert!(ask(&sandbox, Method::DELETE, &target).await.is_err());
    assert_eq!(sandbox.world().links.len(), 10);
    sandbox.world().handle_postponed();
    assert_eq!(sandbox.world().links.len(), 9);
    sandbox.world().handle_postponed();
    assert_eq!(sandbox.world().events.len(), 1, "once");
}

#[tokio::test]
async fn the_world_moves_in_the_middle_of_a_reading() {
    // The second page is about to be read: the first row goes, so that a row of the second page is on the first now.
    let shift = Act::before(|world, _| {
        let first = world.links.iter().next().unwrap().id;
        world.unlink(first);
    });
    let sandbox = sandbox(vec![Fault::on("GET", "page=2", shift)]).await;
    let mut read = Vec::new();
    for page in 1..=2 {
        let response = ask(&sandbox, Method::GET, &format!("{LINKS}?page_size=5&page={page}")).await.unwrap();
        read.extend(response.json::<Vec<serde_json::Value>>().await.unwrap().into_iter().map(|it| it["uuid"].clone()));
    }
    let alive: Vec<_> = sandbox.world().links.iter().map(|it| it.id.simple().to_string()).collect();
    let missed = alive.iter().filter(|id| !read.contains(&id.as_str().into())).count();
    assert_eq!((read.len(), alive.len(), missed), (9, 9, 1), "as many rows as there are, and one was never seen");
}

#[tokio::test]
async fn the_server_goes_and_comes_back() {
    let sandbox = sandbox(Vec::new()).await;
    let client = http::client();
    let url = format!("{}/api/configuration/", sandbox.url());
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    let address = sandbox.address;
    let world = sandbox.stop().await;
    assert!(client.get(&url).send().await.unwrap_err().is_connect());
    let _sandbox = Sandbox::listen(address, world).await.unwrap();
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
}
