//! Three sides: the files before a change, those after it, and what is live.

use expect_test::{Expect, expect};
use grantsync::policy::Causes;
use grantsync::render::{self, Compared, Detail, Naming};
use grantsync::review::Review;

use crate::world::World;

#[track_caller]
fn check(base: &str, head: &str, world: &str, expect: Expect) {
    let world = World::read(world);
    let settings = "scope: all\nlimits: {removal_percent: 100}\nbindings:\n";
    let [base, head] = [base, head].map(|it| format!("{settings}{it}"));
    expect.assert_eq(&told(&base, &head, &world));
}

fn told(base: &str, head: &str, world: &World) -> String {
    let [base, head] = [base, head].map(|it| world.decision(it));
    let causes = Causes::new(Some(&base), &head);
    let naming = Naming::new(&world.directory);
    let compared = Compared { causes: &causes, review: &Review::default() };
    let text = render::plan(&head, Some(compared), &naming, Detail::Changes);
    anstream::adapter::strip_str(&text).to_string()
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
            ── in this change ──

            cluster-a  HPC
              +    member  bob  grants.yaml:5

            ── already different before it ──

            cluster-a  HPC
              -    viewer  dave   not declared
              +    admin   alice  grants.yaml:4

            ── fixed by this change ──

              cluster-a  viewer  carol  would be removed without it

            Plan: 2 to create, 1 to remove · 1 in sync
            1 to create in this change · already different before it: 1 to create, 1 to remove · 1 fixed by this change
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
            This change needs no steps · 1 fixed by this change
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
            ── in this change ──

            cluster-a  HPC
              +    member  bob  grants.yaml:5

            ── already different before it ──

            cluster-a  HPC
              -    viewer  bob  not declared

            Plan: 1 to create, 1 to remove · 1 in sync
            1 to create in this change · already different before it: 1 to remove
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
            ── in this change ──

            cluster-a  HPC
              -    member  bob  not declared · held before this change

            Plan: 0 to create, 1 to remove · 1 in sync
            1 to remove in this change
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
            ── in this change ──

            cluster-a  HPC
              !    admin   alice  held: over the limit
              !    member  bob    held: over the limit

            ── already different before it ──

            cluster-a  HPC
              !    viewer  dave  held: over the limit · stopped by this change

            Held by limits: 3 removals
              no link would be left in scope
              help: if this is intended, approve exactly these with `--approve held-ixigcqs65ou3cmmgzixuynazvq`, or in the file with
                approvals:
                  - {held: held-ixigcqs65ou3cmmgzixuynazvq, until: 2027-01-08, reason: "…"}

            Plan: 0 to create, 0 to remove, 3 held · 0 in sync
            2 held in this change · 1 step stopped by this change · already different before it: 1 held
        "#]],
    );
}

#[test]
fn without_files_before_everything_is_the_work_of_the_change() {
    let world = World::read("HPC cluster-a: viewer dave\nusers: alice");
    let decision = world.decision(&format!("scope: all\nbindings:\n{ALICE}"));
    let causes = Causes::new(None, &decision);
    assert!(causes.fixed.is_empty());
    let compared = Compared { causes: &causes, review: &Review::default() };
    let text = render::plan(&decision, Some(compared), &Naming::new(&world.directory), Detail::Changes);
    assert!(text.contains("in this change") && !text.contains("already different"), "{text}");
}

#[test]
fn everything_is_shown_with_what_stays() {
    let world = World::read("HPC cluster-a: viewer dave, admin alice\nHPC cluster-b: member erin\nusers: bob");
    let [base, head] = [ALICE, &format!("{ALICE}{BOB}")].map(|it| {
        let settings = "scope: {resources: [cluster-a]}\nlimits: {removal_percent: 100}\nbindings:\n";
        world.decision(&format!("{settings}{it}"))
    });
    let causes = Causes::new(Some(&base), &head);
    let naming = Naming::new(&world.directory);
    let compared = Compared { causes: &causes, review: &Review::default() };
    let text = render::plan(&head, Some(compared), &naming, Detail::Everything);
    expect![[r#"
        ── in this change ──

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
        1 to create in this change · already different before it: 1 to remove
    "#]]
    .assert_eq(&anstream::adapter::strip_str(&text).to_string());
}

/// Three of four go: more than a quarter.
const FOUR: &str = "HPC cluster-a: admin alice, member bob, viewer dave, viewer erin\nusers: carol";

/// A file with alice in it, and these settings.
fn alice(settings: &str) -> String {
    format!("scope: all\n{settings}\nbindings:\n{ALICE}")
}

#[test]
fn what_an_approval_lets_go_goes_because_of_it() {
    let world = World::read(FOUR);
    let base = alice("limits: {removals: 2}");
    let digest = world.decision(&base).limited.pop().unwrap().digest;
    let head =
        alice(&format!("limits: {{removals: 2}}\napprovals: [{{held: {digest}, until: 2027-01-08, reason: moved}}]"));
    expect![[r#"
        ── in this change ──

        cluster-a  HPC
          -    member  bob   not declared · held before this change
          -    viewer  dave  not declared · held before this change
          -    viewer  erin  not declared · held before this change

        Plan: 0 to create, 3 to remove · 1 in sync
        3 to remove in this change
    "#]]
    .assert_eq(&told(&base, &head, &world));
}

#[test]
fn what_a_higher_limit_lets_go_goes_because_of_it() {
    let told = told(&alice("limits: {removals: 2}"), &alice("limits: {removal_percent: 100}"), &World::read(FOUR));
    assert_eq!(told.matches("not declared · held before this change").count(), 3, "{told}");
    assert!(told.ends_with("\n3 to remove in this change\n"), "{told}");
}

#[test]
fn what_another_mode_lets_go_goes_because_of_it() {
    let limits = "limits: {removal_percent: 100}";
    let world = World::read(FOUR);
    let [observe, add_only, enforce] =
        ["observe", "add-only", "enforce"].map(|it| alice(&format!("mode: {it}\n{limits}")) + CAROL);
    let told_of = |base| told(base, &enforce, &world);
    assert_eq!(told_of(&observe).matches("withheld before this change").count(), 4, "{}", told_of(&observe));
    assert_eq!(told_of(&add_only).matches("withheld before this change").count(), 3, "{}", told_of(&add_only));
    assert!(
        told_of(&enforce)
            .contains("This change needs no steps · already different before it: 1 to create, 3 to remove")
    );
    // The other way round it is the change that keeps all of it from being done.
    let stopped = told(&enforce, &observe, &world);
    assert!(stopped.contains("\n4 steps stopped by this change · "), "{stopped}");
    assert_eq!(stopped.matches(" · stopped by this change\n").count(), 4, "{stopped}");
}

#[test]
fn what_one_change_takes_and_a_limit_holds_is_never_nothing() {
    let limits = "limits: {removals: 1}";
    let base = alice(limits) + BOB;
    expect![[r#"
        ── in this change ──

        cluster-a  HPC
          !    member  bob  held: over the limit

        ── already different before it ──

        cluster-a  HPC
          !    viewer  dave  held: over the limit
          !    viewer  erin  held: over the limit

        Held by limits: 3 removals
          3 bindings would go, more than the 1 that `limits.removals` allows
          help: if this is intended, approve exactly these with `--approve held-bsuwaqp5ijiqqe7vijhynerbje`, or in the file with
            approvals:
              - {held: held-bsuwaqp5ijiqqe7vijhynerbje, until: 2027-01-08, reason: "…"}

        Plan: 0 to create, 0 to remove, 3 held · 1 in sync
        1 held in this change · already different before it: 2 held
    "#]]
    .assert_eq(&told(&base, &alice(limits), &World::read(FOUR)));
}
