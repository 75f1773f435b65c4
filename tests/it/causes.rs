//! Three sides: the files before a change, those after it, and what is live.

use expect_test::{Expect, expect};
use grantsync::policy::{Asks, Causes, approve};
use grantsync::render::{self, Detail, Naming};

use crate::world::{NOW, World, document};

#[track_caller]
fn check(base: &str, head: &str, world: &str, expect: Expect) {
    let world = World::read(world);
    let settings = "scope: all\nlimits: {removal_percent: 100}\nbindings:\n";
    let [base, head] = [base, head].map(|it| format!("{settings}{it}"));
    let causes = Causes::new(Some(&world.plan(&base, NOW)), &world.plan(&head, NOW));
    let limits = document(&head).limits;
    let decision = approve(world.plan(&head, NOW), &Asks { limits, ..Asks::default() }).unwrap();
    let text = render::by_cause(&decision, &causes, &Naming::new(&world.directory), Detail::Changes);
    expect.assert_eq(&anstream::adapter::strip_str(&text).to_string());
}

const ALICE: &str = "  - {resource: cluster-a, role: admin, user: alice}\n";
const BOB: &str = "  - {resource: cluster-a, role: member, user: bob}\n";
const CAROL: &str = "  - {resource: cluster-a, role: viewer, user: carol}\n";

#[test]
fn what_a_change_does_is_told_from_what_drifted_and_what_it_mends() {
    // The change adds bob and declares carol, who got her role by hand; dave got his by hand, too, and alice lost hers.
    check(
        ALICE,
        &format!("{ALICE}{BOB}{CAROL}"),
        "HPC cluster-a: viewer carol, viewer dave\nusers: alice, bob",
        expect![[r#"
            ── because of this change ──

            cluster-a  HPC
              +    member  bob  grants.yaml:5

            ── already different before it ──

            cluster-a  HPC
              -    viewer  dave   not declared
              +    admin   alice  grants.yaml:4

            ── fixed by this change ──

              cluster-a  viewer  carol  would be removed without it

            Plan: 2 to create, 1 to remove · 1 in sync
        "#]],
    );
}

#[test]
fn a_change_that_takes_back_what_never_came_to_be_is_a_mend() {
    check(
        &format!("{ALICE}{BOB}"),
        ALICE,
        "HPC cluster-a: admin alice\nusers: bob",
        expect![[r#"
            ── fixed by this change ──

              cluster-a  member  bob  would be created without it

            Plan: 0 to create, 0 to remove · 1 in sync
        "#]],
    );
}

#[test]
fn both_halves_of_a_role_change_may_have_causes_of_their_own() {
    check(
        "  - {resource: cluster-a, role: admin, user: alice}\n",
        &format!("{ALICE}{BOB}"),
        "HPC cluster-a: admin alice, viewer bob",
        expect![[r#"
            ── because of this change ──

            cluster-a  HPC
              +    member  bob  grants.yaml:5

            ── already different before it ──

            cluster-a  HPC
              -    viewer  bob  not declared

            Plan: 1 to create, 1 to remove · 1 in sync
        "#]],
    );
}

#[test]
fn a_removal_that_a_change_holds_or_lets_go_is_the_work_of_the_change() {
    // Before, nobody could tell whom `bbo` means, and so nobody was removed there.
    check(
        &format!("{ALICE}  - {{resource: cluster-a, role: member, user: bbo}}\n"),
        ALICE,
        "HPC cluster-a: admin alice, member bob",
        expect![[r#"
            ── because of this change ──

            cluster-a  HPC
              -    member  bob  not declared

            Plan: 0 to create, 1 to remove · 1 in sync
        "#]],
    );
}

#[test]
fn what_limits_hold_of_a_change_and_of_drift_is_told_apart_all_the_same() {
    check(
        &format!("{ALICE}{BOB}"),
        "  - {resource: cluster-b, role: admin, users: []}\n",
        "HPC cluster-a: admin alice, member bob, viewer dave",
        expect![[r#"
            ── because of this change ──

            cluster-a  HPC
              !    admin   alice  held: over the limit
              !    member  bob    held: over the limit

            ── already different before it ──

            cluster-a  HPC
              !    viewer  dave  held: over the limit

            Held by limits: 3 removals
              no link would be left in scope
              help: if these are meant, release exactly them with `--approve e7bb254be2727fa5`, or in the file with
                approvals:
                  - {held: "e7bb254be2727fa5", until: 2027-01-08, reason: "…"}

            Plan: 0 to create, 0 to remove, 3 held · 0 in sync
        "#]],
    );
}

#[test]
fn without_files_before_everything_is_the_work_of_the_change() {
    let world = World::read("HPC cluster-a: viewer dave\nusers: alice");
    let head = world.plan(&format!("scope: all\nbindings:\n{ALICE}"), NOW);
    let causes = Causes::new(None, &head);
    assert!(causes.fixed.is_empty());
    let decision = approve(head, &Asks::default()).unwrap();
    let text = render::by_cause(&decision, &causes, &Naming::new(&world.directory), Detail::Changes);
    assert!(text.contains("because of this change") && !text.contains("already different"), "{text}");
}

#[test]
fn everything_is_shown_with_what_stays() {
    let world = World::read("HPC cluster-a: viewer dave, admin alice\nHPC cluster-b: member erin\nusers: bob");
    let [base, head] = [ALICE, &format!("{ALICE}{BOB}")].map(|it| {
        let settings = "scope: {resources: [cluster-a]}\nlimits: {removal_percent: 100}\nbindings:\n";
        world.plan(&format!("{settings}{it}"), NOW)
    });
    let causes = Causes::new(Some(&base), &head);
    let decision = approve(head, &Asks::default()).unwrap();
    let text = render::by_cause(&decision, &causes, &Naming::new(&world.directory), Detail::Everything);
    expect![[r#"
        ── because of this change ──

        cluster-a  HPC
          +    member  bob  grants.yaml:5

        ── already different before it ──

        cluster-a  HPC
          -    viewer  dave  not declared

        ── unchanged ──

        cluster-a  HPC
          =    admin  alice  in sync

        cluster-b  HPC
          ·    member  erin  outside scope

        Plan: 1 to create, 1 to remove · 1 in sync, 1 outside scope
    "#]]
    .assert_eq(&anstream::adapter::strip_str(&text).to_string());
}
