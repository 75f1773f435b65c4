//! An agent whose server shows a list that is stale: it creates nothing twice, and says why.

use std::fs;

use grantsync::sandbox::{Act, Reply};

use crate::http;
use crate::reconcile_support::{Asked, wanting};
use crate::run_kit::{live, start, trouble, world};

const WANTED: [&str; 3] = ["cluster-a admin alice", "cluster-b member bob", "cluster-a member carol"];

#[tokio::test]
async fn a_list_that_collapses_under_an_agent_is_told_and_believed_by_nobody() {
    let sandbox = world().await;
    let write = |folder: &std::path::Path| fs::write(folder.join("grants.yaml"), wanting(&WANTED)).unwrap();
    let agent = start(&sandbox, "grants.yaml", "--interval 1s --full-listing 0s", write).await;
    live(&sandbox, &WANTED).await;
    agent.result("in_sync").await;
    {
        let mut world = sandbox.world();
        world.requests.clear();
        let empty = Act::Answer(Reply::json(200, "[]").header("x-result-count", "0"));
        world.faults.push(trouble(Asked::List, empty));
    }
    let status = agent.result("stale_list").await;
    assert!(status["access"].to_string().contains("cache or replica in front?"), "{status:#}");
    let metrics = http::get(format!("{}/metrics", agent.url)).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("\ngrantsync_unlisted 3\n"), "{metrics}");
    sandbox.world().faults.clear();
    agent.result("in_sync").await;
    assert_eq!(sandbox.world().requests.iter().filter(|it| it.method == "POST").count(), 0);
    assert_eq!(agent.stop().await.code, Some(0));
    live(&sandbox, &WANTED).await;
}
