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

#[tokio::test]
async fn where_the_log_cannot_be_read_the_journal_tells_what_was_removed_and_since_when_removals_are_held() {
    let sandbox = world().await;
    sandbox.world().faults.push(Fault::on("GET", "/api/events/", Act::Answer(Reply::html(403))));
    let folder = tempfile::TempDir::new().unwrap();
    let arguments = format!("--journal {}", folder.path().join("journal").display());
    let three = [BOTH[0], BOTH[1], "cluster-a viewer carol"];
    let agent = start(&sandbox, "grants.yaml", &arguments, prepare(limited(&three))).await;
    live(&sandbox, &three).await;
    fs::write(agent.path("grants.yaml"), limited(&BOTH)).unwrap();
    live(&sandbox, &BOTH).await;
    fs::write(agent.path("grants.yaml"), limited(&BOTH[..1])).unwrap();
    let first = agent.limited().await;
    assert_eq!(agent.stop().await.code, Some(0));

    let agent = start(&sandbox, "grants.yaml", &arguments, prepare(limited(&BOTH[..1]))).await;
    let status = agent.result("held").await;
    let since =
        |it: &serde_json::Value| it["access"]["held_since"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(since(&status) <= since(&first), "{status:#?}");
    assert_eq!(sandbox.world().triples(), BOTH);
    assert_eq!(agent.stop().await.code, Some(0));
    fs::remove_file(folder.path().join("journal")).unwrap();
    // Without the journal and the log the agent does what one call's limits allow.
    let agent = start(&sandbox, "grants.yaml", &arguments, prepare(limited(&BOTH[..1]))).await;
    live(&sandbox, &BOTH[..1]).await;
    assert_eq!(agent.stop().await.code, Some(0));
}
