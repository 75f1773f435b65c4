//! What is asked before anything is written, and what is not: a person, the limits, an approval, the mode.

use std::cell::Cell;
use std::time::Duration;

use expect_test::expect;
use grantsync::desired::{Mode, PassFilter};
use grantsync::policy::Digest;
use grantsync::reconcile::{Confirmation, Error, Overrides, Pass, PassRequest, reconcile};
use grantsync::sandbox::Act;
use tokio::sync::watch;
use tokio::time::{advance, pause, resume};

use crate::reconcile_support::{LINKS, PACE, Stage, document, link, request, run_until, told, unlink, wanting};

const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: carol";
const WANTED: [&str; 2] = ["cluster-a admin alice", "cluster-a member carol"];

/// A pass that asks somebody who says what they are told to, one answer after the other, each after so many seconds.
async fn asked(
    stage: &Stage,
    request: &PassRequest<'_>,
    answers: &[(Confirmation, u64)],
) -> (Result<Pass, Error>, usize) {
    let (_ask, stop) = watch::channel(false);
    let (times, begun) = (Cell::new(0), Cell::new(false));
    let confirm = async |_: &_| {
        assert!(!begun.get(), "somebody is asked while writing is under way");
        let (answer, seconds) = answers[times.get()];
        times.set(times.get() + 1);
        pause();
        advance(Duration::from_secs(seconds)).await;
        resume();
        answer
    };
    let begin = |_: &_| begun.set(true);
    let pass = reconcile(&stage.client, request, PACE, confirm, begin, &|_, _, _| {}, stop).await;
    assert_eq!(begun.get(), pass.as_ref().is_ok_and(|it| it.report.is_some()), "writing is under way, or not");
    (pass, times.get())
}

#[tokio::test]
async fn a_no_writes_nothing() {
    let stage = Stage::new(WORLD).await;
    let document = document(&wanting(&WANTED));
    let (pass, times) = asked(&stage, &request(&document), &[(Confirmation::Leave, 1)]).await;
    assert_eq!((told(&pass.unwrap()).as_str(), times), ("nothing to do\n", 1));
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn nobody_is_asked_when_there_is_nothing_to_do() {
    let stage = Stage::new("HPC cluster-a: admin alice").await;
    let document = document(&wanting(&["cluster-a admin alice"]));
    let (pass, times) = asked(&stage, &request(&document), &[]).await;
    assert!(pass.unwrap().report.is_none() && times == 0);
}

#[tokio::test]
async fn a_slow_yes_counts_for_the_same_steps_and_no_others() {
    // Within a minute it counts as it is.
    let stage = Stage::new(WORLD).await;
    let document = document(&wanting(&WANTED));
    let (pass, times) = asked(&stage, &request(&document), &[(Confirmation::Apply, 59)]).await;
    assert!(pass.unwrap().report.unwrap().converged() && times == 1);
    assert_eq!(stage.asked("GET", "page=last&page_size=300"), 1 + 5 + 2);

    // After a minute everything is read again; as nothing changed, nobody is asked again.
    let stage = Stage::new(WORLD).await;
    let (pass, times) = asked(&stage, &request(&document), &[(Confirmation::Apply, 61)]).await;
    assert!(pass.unwrap().report.unwrap().converged() && times == 1);
    assert_eq!(stage.asked("GET", "/api/users/me/"), 2);

    // Meanwhile somebody made another link: that one was not said yes to.
    let stage = Stage::new(WORLD).await;
    stage.trouble("GET", "/api/users/me/", 2, Act::before(|it, _| _ = link(it, "cluster-a viewer carol")));
    let (pass, times) =
        asked(&stage, &request(&document), &[(Confirmation::Apply, 61), (Confirmation::Leave, 1)]).await;
    assert!(pass.unwrap().report.is_none() && times == 2);
    assert_eq!(stage.writes(), Vec::<String>::new());

    // Meanwhile somebody else did it all.
    let stage = Stage::new(WORLD).await;
    stage.trouble(
        "GET",
        "/api/users/me/",
        2,
        Act::before(|it, _| {
            link(it, "cluster-a member carol");
            unlink(it, "cluster-a viewer bob");
        }),
    );
    let (pass, times) = asked(&stage, &request(&document), &[(Confirmation::Apply, 61)]).await;
    assert!(pass.unwrap().report.is_none() && times == 1);
}

/// Five viewers of whom the file knows one: over the limit of a quarter. Besides, one is to come.
const CROWD: &str = "HPC cluster-a: viewer a, viewer b, viewer c, viewer d, viewer e\nusers: f";
const FEW: &str = "scope: all\nbindings:\n  - {resource: cluster-a, role: viewer, users: [a, f]}\n";

fn digest_of(pass: &Pass) -> Digest {
    pass.prepared.decision.limited[0].digest.clone()
}

#[tokio::test]
async fn what_limits_hold_waits_for_exactly_its_digest_while_creations_go_on() {
    let stage = Stage::new(CROWD).await;
    let document = document(FEW);
    let held = stage.run(&request(&document)).await.unwrap();
    expect![[r#"
        + cluster-a viewer f: created
        converged
    "#]]
    .assert_eq(&told(&held));
    assert_eq!(held.prepared.decision.plan.held.len(), 4);

    // Somebody else takes one of them: what was approved is not what is held now.
    let approval = Some(digest_of(&held));
    unlink(&mut stage.sandbox.world(), "cluster-a viewer b");
    stage.calm();
    let approved = PassRequest { approval, ..request(&document) };
    let Err(Error::Stale(stale)) = stage.run(&approved).await else { panic!() };
    assert_eq!(stage.writes(), Vec::<String>::new());
    // Three of five are no share that counts yet.
    assert_eq!(stale.current, []);

    let stage = Stage::new(CROWD).await;
    let held = stage.run(&request(&document)).await.unwrap();
    let approved = PassRequest { approval: Some(digest_of(&held)), ..request(&document) };
    let pass = stage.run(&approved).await.unwrap();
    assert_eq!(told(&pass).matches(": removed").count(), 4);
    assert_eq!(stage.live(), ["cluster-a viewer a", "cluster-a viewer f"]);
    // Used up.
    assert!(matches!(stage.run(&approved).await, Err(Error::Stale(_))));
}

#[tokio::test]
async fn what_is_left_of_an_interrupted_approval_needs_a_new_one() {
    let world = "HPC cluster-a: viewer a, viewer b, viewer c, viewer d, viewer e, viewer f, viewer g";
    let stage = Stage::new(world).await;
    let document = document("scope: all\nbindings:\n  - {resource: cluster-a, role: viewer, user: a}\n");
    let held = stage.run(&request(&document)).await.unwrap();
    let approval = Some(digest_of(&held));
    let (ask, stop) = watch::channel(false);
    stage.trouble("DELETE", LINKS, 2, Act::before(move |_, _| _ = ask.send(true)));
    let approved = PassRequest { approval, ..request(&document) };
    let pass = run_until(&stage.client, &approved, PACE, stop).await.unwrap();
    assert_eq!(told(&pass).matches(": not sent").count(), 4);
    stage.calm();
    let Err(Error::Stale(stale)) = stage.run(&approved).await else { panic!() };
    assert_ne!(stale.current, [digest_of(&held)]);
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn limits_of_the_command_line_replace_those_of_the_files() {
    let stage = Stage::new(CROWD).await;
    let document = document(FEW);
    let limits = Overrides { removals: Some(3), removal_percent: Some(100), creations: None };
    let pass = stage.run(&PassRequest { limits, ..request(&document) }).await.unwrap();
    assert_eq!(pass.prepared.decision.plan.held.len(), 4);
    let limits = Overrides { removals: Some(4), removal_percent: Some(100), creations: None };
    let pass = stage.run(&PassRequest { limits, ..request(&document) }).await.unwrap();
    assert_eq!(told(&pass).matches(": removed").count(), 4);
}

#[tokio::test]
async fn the_stricter_mode_wins() {
    for (in_file, flag, writes) in [
        ("enforce", Mode::Enforce, vec!["POST 201", "DELETE 204"]),
        ("enforce", Mode::AddOnly, vec!["POST 201"]),
        ("add-only", Mode::Enforce, vec!["POST 201"]),
        ("observe", Mode::AddOnly, vec![]),
        ("add-only", Mode::Observe, vec![]),
    ] {
        let stage = Stage::new(WORLD).await;
        let document = document(&format!("mode: {in_file}\n{}", wanting(&WANTED)));
        stage.run(&PassRequest { mode: flag, ..request(&document) }).await.unwrap();
        assert_eq!(stage.writes(), writes, "{in_file} {flag:?}");
    }
}

#[tokio::test]
async fn narrowed_to_somebody_only_their_links_are_written() {
    let stage = Stage::new("HPC cluster-a: viewer alice, viewer bob\nHPC cluster-b: viewer alice").await;
    let document = document(&wanting(&["cluster-a admin alice", "cluster-a admin bob", "cluster-b viewer alice"]));
    let mut only = PassFilter::default();
    only.user("--only user", "alice").unwrap();
    let pass = stage.run(&PassRequest { only: &only, ..request(&document) }).await.unwrap();
    expect![[r#"
        + cluster-a admin alice: created
        - cluster-a viewer alice: removed
        converged
    "#]]
    .assert_eq(&told(&pass));

    only.user("--only user", "alcie").unwrap();
    stage.calm();
    let refused = stage.run(&PassRequest { only: &only, ..request(&document) }).await;
    assert!(matches!(refused, Err(Error::PassFilter(problems)) if problems.len() == 1));
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_grant_that_ends_while_somebody_thinks_is_not_made() {
    let stage = Stage::new(WORLD).await;
    let yaml = "
scope: all
limits: {removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, user: alice}
  - {resource: cluster-a, role: viewer, user: bob}
  - {resource: cluster-a, role: member, user: carol, until: 2027-01-01}
";
    let document = document(yaml);
    let (pass, times) = asked(&stage, &request(&document), &[(Confirmation::Apply, 13 * 60 * 60)]).await;
    assert!(pass.unwrap().report.is_none() && times == 1);
    assert_eq!(stage.writes(), Vec::<String>::new());
}
