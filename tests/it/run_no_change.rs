//! The agent between full listings: what it asks, what it notices, and what it never takes for "nothing happened".

use std::fs;
use std::path::Path;

use grantsync::binding::Binding;
use grantsync::sandbox::{Sandbox, Waldur, tokens};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::api_support::client;
use crate::reconcile_support::{all_rows, triple, wanting};
use crate::run_kit::{Agent, WALDUR, live, start, world};

const WANTED: [&str; 3] = ["cluster-a admin alice", "cluster-b member bob", "cluster-a viewer carol"];

/// Keeps the world as it is, with a log that is not empty. Where the server has no record of changes, every pass is full.
async fn keep(sandbox: &Sandbox, arguments: &str) -> Agent {
    let write = |folder: &Path| fs::write(folder.join("grants.yaml"), wanting(&WANTED)).unwrap();
    let agent = start(sandbox, "grants.yaml", &format!("--interval 1s {arguments}"), write).await;
    agent.result(if *WALDUR == Waldur::V8_0 { "in_sync" } else { "no_change" }).await;
    agent
}

/// Waits until all links were listed again.
async fn full(agent: &Agent) {
    let before = agent.until("a status", |_| true).await["access"]["at"].clone();
    agent.until("full", |it| it["access"]["at"] != before && it["last"]["result"] != "no_change").await;
}

fn binding(sandbox: &Sandbox, text: &str) -> Binding {
    let [resource, role, user] = triple(&sandbox.world(), text);
    Binding { resource: resource.into(), role: role.into(), user: user.into() }
}

fn row(sandbox: &Sandbox, text: &str) -> Uuid {
    let wanted = triple(&sandbox.world(), text);
    all_rows(&sandbox.world()).find(|(_, it)| *it == wanted).unwrap().0
}

#[tokio::test]
async fn a_pass_without_changes_asks_three_small_questions() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "").await;
    if *WALDUR == Waldur::V8_0 {
        full(&agent).await;
        return;
    }
    let seen = agent.until("a status", |_| true).await;
    let (passes, verified) = (seen["passes"].as_u64().unwrap(), seen["access"]["at"].clone());
    sandbox.world().requests.clear();
    let status = agent.until("two more", |it| it["passes"].as_u64().unwrap() >= passes + 2).await;
    let asked: Vec<_> = sandbox.world().requests.iter().map(|it| format!("{} {}", it.method, it.target)).collect();
    let more = status["passes"].as_u64().unwrap() - passes;
    assert!(asked.len() as u64 <= 3 * (more + 1), "{asked:#?}");
    assert_eq!(status["access"]["at"], verified, "what was verified in full is told apart");
    assert!(status["last_success"].as_str() > verified.as_str(), "{status:#}");
    assert!(agent.ready().await);
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn what_others_do_is_noticed_by_the_next_pass() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "").await;
    let somebody = client(&sandbox.url(), tokens::STAFF);
    let wanted = binding(&sandbox, "cluster-b viewer dave");
    somebody.create(&wanted, None).await.unwrap();
    live(&sandbox, &WANTED).await;
    // Past the application, without an entry in the log.
    let alice = row(&sandbox, WANTED[0]);
    sandbox.world().unlink(alice);
    live(&sandbox, &WANTED).await;
    let [resource, role, user] = triple(&sandbox.world(), "cluster-b viewer erin");
    sandbox.world().link(resource, role, user);
    live(&sandbox, &WANTED).await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn what_leaves_no_trace_is_noticed_by_the_next_full_listing() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "--full-listing 3s").await;
    // One row in place of another, past the application: the count and the log are what they were.
    {
        let alice = row(&sandbox, WANTED[0]);
        let mut world = sandbox.world();
        let [resource, role, user] = triple(&world, "cluster-a admin erin");
        world.unlink(alice);
        world.link(resource, role, user);
    }
    live(&sandbox, &WANTED).await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn a_record_that_was_cleaned_or_is_committed_late_is_no_proof() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "").await;
    let alice = row(&sandbox, WANTED[0]);
    {
        let mut world = sandbox.world();
        let mut late = world.events.last().unwrap().clone();
        late.id = Uuid::from_u128(1);
        late.created -= SignedDuration::from_secs(60);
        let at = world.events.len() - 1;
        world.events.insert(at, late);
        let newest = world.second.grants.iter().map(|it| it.modified).max();
        if let Some(grant) = world.second.grants.get_mut(alice) {
            grant.modified = newest.unwrap() - SignedDuration::from_secs(60);
        }
    }
    full(&agent).await;
    if *WALDUR == Waldur::V7_0 {
        agent.result("no_change").await;
        sandbox.world().events.clear();
        full(&agent).await;
    }
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn lost_rights_and_a_person_who_asks_mean_a_full_pass() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "").await;
    agent.signal("HUP");
    full(&agent).await;
    sandbox.world().change_user("staff", |it| it.is_staff = false);
    let status = agent.result("refused").await;
    assert_eq!(status["ready"], false);
    sandbox.world().change_user("staff", |it| it.is_staff = true);
    agent.signal("HUP");
    agent.until("ready", |it| it["ready"] == true).await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn zero_lists_all_links_in_every_pass() {
    let sandbox = world().await;
    let write = |folder: &Path| fs::write(folder.join("grants.yaml"), wanting(&WANTED)).unwrap();
    let agent = start(&sandbox, "grants.yaml", "--interval 1s --full-listing 0s", write).await;
    agent.result("in_sync").await;
    full(&agent).await;
    full(&agent).await;
    assert_eq!(agent.stop().await.code, Some(0));
}
