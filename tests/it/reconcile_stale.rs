//! Lists that show late, or not at all, what exists: nothing is created twice, and seen links are removed all the same.

use expect_test::expect;
use grantsync::report::Stop;
use grantsync::sandbox::{Act, Reply};
use tokio::sync::watch;

use crate::reconcile_support::{LINKS, PACE, Stage, document, request, run_until, told, wanting};
use grantsync::reconcile::WriteOptions;

const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: dave, erin, frank";
const WANTED: [&str; 4] =
    ["cluster-a admin alice", "cluster-a member dave", "cluster-a member erin", "cluster-a member frank"];
/// Only what looks for one binding asks for a role.
const ONE_BINDING: &str = "role_uuid=";

fn empty() -> Act {
    Act::Answer(Reply::json(200, "[]").header("x-result-count", "0"))
}

/// Answers "not found" whatever link is asked for by its id.
fn nothing_by_id(stage: &Stage) {
    for digit in "0123456789abcdef".chars() {
        stage.always("GET", &format!("{LINKS}{digit}"), Act::Answer(Reply::json(404, r#"{"detail": "Not found."}"#)));
    }
}

/// One pass, with as many writes at once as there may be.
async fn pass(stage: &Stage, wanted: &[&str]) -> (String, Option<Stop>) {
    let document = document(&wanting(wanted));
    let (_ask, stop) = watch::channel(false);
    let write_options = WriteOptions { parallelism: 4, ..PACE };
    let pass = run_until(&stage.client, &request(&document), write_options, stop).await.unwrap();
    let told = told(&pass);
    (told, pass.report.unwrap().stopped)
}

#[tokio::test]
async fn a_list_that_shows_the_first_creation_late_is_waited_for() {
    let stage = Stage::new(WORLD).await;
    for nth in 1..=3 {
        stage.trouble("GET", ONE_BINDING, nth, empty());
    }
    let (told, _) = pass(&stage, &WANTED).await;
    expect![[r#"
        + cluster-a member dave: created
        + cluster-a member erin: created
        + cluster-a member frank: created
        - cluster-a viewer bob: removed
        converged
    "#]]
    .assert_eq(&told);
    assert_eq!(stage.live(), WANTED);
}

#[tokio::test]
async fn what_was_created_last_may_show_late_in_the_look_back() {
    let stage = Stage::new(WORLD).await;
    // The second look before the creation, then the look back.
    stage.trouble("GET", "resource_uuid=", 3, empty());
    let (told, _) = pass(&stage, &["cluster-a admin alice", "cluster-a viewer bob", "cluster-a member dave"]).await;
    assert_eq!(told, "+ cluster-a member dave: created\nconverged\n");
}

#[tokio::test]
async fn a_link_that_exists_and_is_not_listed_stops_creations_and_no_removals() {
    let stage = Stage::new(WORLD).await;
    stage.always("GET", ONE_BINDING, empty());
    let (told, stopped) = pass(&stage, &WANTED).await;
    assert_eq!(told.matches(": created").count(), 1, "{told}");
    assert_eq!(told.matches(": not sent").count(), 2, "{told}");
    assert!(told.contains("- cluster-a viewer bob: removed\n"), "{told}");
    assert_eq!(stage.writes(), ["POST 201", "DELETE 204"]);
    let Some(Stop::StaleList(failure)) = stopped else { panic!("{told}") };
    assert!(failure.message.contains("exists, but the list of links does not show it"), "{}", failure.message);
    let help = failure.help.unwrap();
    assert!(help.contains("the server's list is stale (cache or replica in front?)"), "{help}");
}

#[tokio::test]
async fn a_staff_token_is_not_told_to_be_one_and_what_is_shown_nowhere_replaces_nothing() {
    let stage = Stage::new("HPC cluster-a: admin alice, viewer bob, viewer carol\nusers: dave").await;
    stage.always("GET", ONE_BINDING, empty());
    nothing_by_id(&stage);
    let (told, stopped) = pass(&stage, &["cluster-a admin alice", "cluster-a member bob"]).await;
    expect![[r#"
        + cluster-a member bob: created
        - cluster-a viewer bob: held: replacement not created
        - cluster-a viewer carol: removed
        stopped: stale list
        not converged
    "#]]
    .assert_eq(&told);
    let Some(Stop::StaleList(failure)) = stopped else { panic!("{told}") };
    assert!(!failure.help.unwrap().contains("staff"));
}

#[tokio::test]
async fn one_500_while_confirming_stops_nothing() {
    let stage = Stage::new(WORLD).await;
    stage.trouble("GET", ONE_BINDING, 1, Act::Answer(Reply::html(500)));
    let (told, _) = pass(&stage, &WANTED).await;
    assert!(told.ends_with("\nconverged\n"), "{told}");
    assert_eq!(stage.live(), WANTED);
}

#[tokio::test]
async fn a_confirmation_that_fails_says_that_it_failed_and_nothing_of_the_token() {
    let stage = Stage::new(WORLD).await;
    stage.always("GET", ONE_BINDING, Act::Answer(Reply::html(500)));
    let (told, stopped) = pass(&stage, &WANTED).await;
    assert_eq!(stage.writes(), ["POST 201"]);
    let Some(Stop::Down(failure)) = stopped else { panic!("{told}") };
    assert!(failure.message.contains("answered 500"), "{}", failure.message);
    assert!(!failure.help.unwrap_or_default().contains("staff"));
}
