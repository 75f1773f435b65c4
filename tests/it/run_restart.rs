//! The real agent is started again: what it removed before counts.

use std::fs;
use std::path::Path;

use grantsync::sandbox::{Act, Fault, Reply};

use crate::http;
use crate::reconcile_support::wanting;
use crate::run_kit::{live, start, world};

const BOTH: [&str; 2] = ["cluster-a admin alice", "cluster-b member bob"];

fn limited(bindings: &[&str]) -> String {
    wanting(bindings).replace("removals: 1000", "removals: 1")
}

fn prepare(yaml: String) -> impl FnOnce(&Path) {
    move |folder| fs::write(folder.join("grants.yaml"), yaml).unwrap()
}

#[tokio::test]
async fn a_restart_does_not_release_what_the_limit_of_a_day_holds() {
    let sandbox = world().await;
    let three = [BOTH[0], BOTH[1], "cluster-a viewer carol"];
    let agent = start(&sandbox, "grants.yaml", "", prepare(limited(&three))).await;
    live(&sandbox, &three).await;
    fs::write(agent.path("grants.yaml"), limited(&BOTH)).unwrap();
    live(&sandbox, &BOTH).await;
    assert_eq!(agent.stop().await.code, Some(0));

    let agent = start(&sandbox, "grants.yaml", "", prepare(limited(&BOTH[..1]))).await;
    let status = agent.result("held").await;
    let why = status["access"]["held_by_limits"]["exceeded"][0].as_str().unwrap();
    assert!(why.contains("after up to 1 in the last 24 hours (1 counted from the server's log)"), "{why}");
    assert_eq!(sandbox.world().triples(), BOTH);
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_read_is_told_on_the_page_and_in_the_log() {
    let sandbox = world().await;
    sandbox.world().faults.push(Fault::on("GET", "/api/events/", Act::Answer(Reply::html(403))));
    let mut agent = start(&sandbox, "grants.yaml", "", prepare(wanting(&BOTH))).await;
    agent.result("in_sync").await;
    tokio::task::block_in_place(|| {
        agent.said("the count of removals of the last 24 hours starts at zero: GET /api/events/");
    });
    let page = http::get(&agent.url).await.unwrap().text().await.unwrap();
    assert!(page.contains("the count starts at zero<small>"), "{page}");
    assert_eq!(agent.stop().await.code, Some(0));
}
