//! Role changes and duplicates: nobody is left without what is theirs.

use expect_test::expect;
use grantsync::sandbox::{Act, Reply};

use crate::reconcile_support::{LINKS, Stage, link, rows, unlink, wanting};

#[tokio::test]
async fn the_old_role_goes_after_the_new_one_came() {
    let stage = Stage::new("HPC cluster-a: viewer alice, viewer bob").await;
    let wanted = ["cluster-a admin alice", "cluster-a admin bob"];
    // At every moment both have a role.
    stage.always(
        "",
        LINKS,
        Act::after(|world, _| {
            let live = world.triples();
            assert!(["alice", "bob"].iter().all(|user| live.iter().any(|it| it.ends_with(user))), "{live:?}");
        }),
    );
    expect![[r#"
        + cluster-a admin alice: created
        + cluster-a admin bob: created
        - cluster-a viewer alice: removed
        - cluster-a viewer bob: removed
        converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&wanted)).await);
    assert_eq!(stage.live(), wanted);
}

#[tokio::test]
async fn when_the_new_role_does_not_come_the_old_one_stays() {
    for (act, outcome) in [
        (Act::Answer(Reply::json(400, r#"{"role": ["No."]}"#)), "failed"),
        (Act::Answer(Reply::json(403, "{}")), "failed"),
        (Act::HangUp, "unknown"),
    ] {
        let stage = Stage::new("HPC cluster-a: viewer alice, viewer bob").await;
        stage.trouble("POST", LINKS, 1, act);
        let told = stage.pass(&wanting(&["cluster-a admin alice"])).await;
        expect![[r#"
            + cluster-a admin alice: OUTCOME
            - cluster-a viewer alice: held: replacement not created
            - cluster-a viewer bob: removed
            not converged
        "#]]
        .assert_eq(&told.replace(outcome, "OUTCOME"));
        assert_eq!(stage.live(), ["cluster-a viewer alice"]);
        stage.calm();
        stage.pass(&wanting(&["cluster-a admin alice"])).await;
        assert_eq!(stage.live(), ["cluster-a admin alice"]);
    }
}

#[tokio::test]
async fn an_adopted_replacement_is_as_good_as_a_created_one() {
    let stage = Stage::new("HPC cluster-a: viewer alice").await;
    stage.trouble("POST", LINKS, 1, Act::LoseAnswer);
    expect![[r#"
        + cluster-a admin alice: adopted
        - cluster-a viewer alice: removed
        converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&["cluster-a admin alice"])).await);
}

#[tokio::test]
async fn one_of_two_new_roles_is_not_enough() {
    let stage = Stage::new("HPC cluster-a: viewer alice").await;
    stage.trouble("POST", LINKS, 2, Act::HangUp);
    let told = stage.pass(&wanting(&["cluster-a admin alice", "cluster-a member alice"])).await;
    assert!(told.contains("- cluster-a viewer alice: held: replacement not created\n"), "{told}");
    assert_eq!(stage.live().len(), 2);
}

#[tokio::test]
async fn what_ended_waits_until_its_replacement_was_tried_and_goes_in_any_case() {
    let stage = Stage::new("HPC cluster-a: viewer alice, admin bob").await;
    stage.trouble("POST", LINKS, 1, Act::Answer(Reply::json(400, "{}")));
    let yaml = "
scope: all
bindings:
  - {resource: cluster-a, role: viewer, user: alice, until: 2026-06-30}
  - {resource: cluster-a, role: admin, users: [alice, bob]}
";
    expect![[r#"
        + cluster-a admin alice: failed
        - cluster-a viewer alice (ended): removed
        not converged
    "#]]
    .assert_eq(&stage.pass(yaml).await);
    assert_eq!(stage.writes(), ["POST 400", "DELETE 204"]);
}

#[tokio::test]
async fn a_role_that_begins_later_waits_for_the_one_that_is_due_now() {
    let stage = Stage::new("HPC cluster-a: admin alice, admin bob").await;
    stage.trouble("POST", LINKS, 1, Act::Answer(Reply::json(400, "{}")));
    let yaml = "
scope: all
limits: {removal_percent: 100}
bindings:
  - {resource: cluster-a, role: viewer, user: alice, until: 2030-06-30}
  - {resource: cluster-a, role: admin, user: alice, from: 2030-07-01}
  - {resource: cluster-a, role: admin, user: bob}
";
    expect![[r#"
        + cluster-a viewer alice: failed
        - cluster-a admin alice (not begun): held: replacement not created
        not converged
    "#]]
    .assert_eq(&stage.pass(yaml).await);
    assert_eq!(stage.live(), ["cluster-a admin alice", "cluster-a admin bob"]);
    stage.calm();
    stage.pass(yaml).await;
    assert_eq!(stage.live(), ["cluster-a admin bob", "cluster-a viewer alice"]);
}

#[tokio::test]
async fn a_replacement_for_somebody_inactive_holds_nothing() {
    let stage = Stage::new("HPC cluster-a: viewer alice, admin bob").await;
    stage.sandbox.world().change_user("alice", |it| it.is_active = false);
    expect![[r#"
        - cluster-a viewer alice: removed
        converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&["cluster-a admin alice", "cluster-a admin bob"])).await);
}

#[tokio::test]
async fn of_duplicates_the_smallest_id_stays() {
    let stage = Stage::new("HPC cluster-a: admin alice, admin alice, admin alice").await;
    let [smallest, ..] = rows(&stage.sandbox.world(), "cluster-a admin alice")[..] else { panic!() };
    expect![[r#"
        - cluster-a admin alice (duplicate): removed
        - cluster-a admin alice (duplicate): removed
        converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&["cluster-a admin alice"])).await);
    assert_eq!(rows(&stage.sandbox.world(), "cluster-a admin alice"), [smallest]);
    // The triple was read before each.
    assert_eq!(stage.asked("GET", "role_uuid="), 2);
}

#[tokio::test]
async fn a_duplicate_whose_triple_cannot_be_read_stays() {
    let stage = Stage::new("HPC cluster-a: admin alice, admin alice").await;
    stage.always("GET", "role_uuid=", Act::Answer(Reply::json(403, "{}")));
    expect![[r#"
        - cluster-a admin alice (duplicate): failed
        not converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&["cluster-a admin alice"])).await);
    assert_eq!(stage.live().len(), 2);
}

#[tokio::test]
async fn a_role_change_whose_old_role_somebody_else_took_is_done() {
    let stage = Stage::new("HPC cluster-a: viewer alice").await;
    stage.trouble("DELETE", LINKS, 1, Act::before(|world, _| unlink(world, "cluster-a viewer alice")));
    expect![[r#"
        + cluster-a admin alice: created
        - cluster-a viewer alice: gone already
        converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&["cluster-a admin alice"])).await);
}

#[tokio::test]
async fn a_duplicate_stays_when_its_keeper_is_gone() {
    for rows_at_first in [2, 3] {
        let stage = Stage::new("HPC cluster-a: admin alice").await;
        {
            let mut world = stage.sandbox.world();
            for _ in 1..rows_at_first {
                link(&mut world, "cluster-a admin alice");
            }
        }
        // Somebody tidies up by hand, and takes just the one that was to stay.
        let take_keeper = |world: &mut grantsync::sandbox::World, _: &grantsync::sandbox::RequestLine| {
            let keeper = rows(world, "cluster-a admin alice")[0];
            world.unlink(keeper);
        };
        stage.trouble("GET", "role_uuid=", 1, Act::before(take_keeper));
        let told = stage.pass(&wanting(&["cluster-a admin alice"])).await;
        let held = "- cluster-a admin alice (duplicate): held: the row to keep is gone\n";
        assert!(told.starts_with(&held.repeat(rows_at_first - 1)), "{told}");
        assert_eq!(stage.writes(), Vec::<String>::new());
        assert_eq!(stage.live().len(), rows_at_first - 1);
        stage.pass(&wanting(&["cluster-a admin alice"])).await;
        assert_eq!(stage.live(), ["cluster-a admin alice"]);
    }
}
