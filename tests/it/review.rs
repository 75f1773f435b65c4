//! What a reviewer is told of a change, beside what is added and removed now.

use expect_test::{Expect, expect};
use grantsync::desired::Desired;
use grantsync::render::{self, Naming};
use grantsync::review::{self, FileSet, Review, review};

use crate::world::{NOW, World, document, instant};

/// Compares two sets of files in a world.
fn reviewed(base: &str, head: &str, world: &World) -> Review {
    let documents = [base, head].map(document);
    let desired: [Desired; 2] = [base, head].map(|it| world.desired(it));
    let files = |at: usize| FileSet { document: &documents[at], desired: &desired[at] };
    let world = review::World { directory: &world.directory, snapshot: &world.snapshot, now: instant(NOW) };
    review(files(0), files(1), world)
}

#[track_caller]
fn check(base: &str, head: &str, world: &str, expect: Expect) {
    let world = World::read(world);
    let text = render::review(&reviewed(base, head, &world), &Naming::new(&world.directory));
    expect.assert_eq(&anstream::adapter::strip_str(&text).to_string());
}

const WORLD: &str = "HPC cluster-a: admin alice, member bob, viewer carol\nHPC cluster-b: member bob\nusers: dave";
const FILE: &str = "\
scope: all
bindings:
  - {resource: cluster-a, role: admin, user: alice}
  - {resource: cluster-a, role: member, user: bob, until: 2027-03-31}
  - {resource: cluster-a, role: viewer, user: carol}
  - {resource: cluster-b, role: member, user: bob}
";

#[test]
fn the_same_files_are_no_change() {
    check(FILE, FILE, WORLD, expect![""]);
}

#[test]
fn one_commit_that_changes_nothing_today_is_told_in_full() {
    let head = FILE.replace("2027-03-31", "2037-03-31").replace("scope: all", "limits: {removals: 500}\nscope: all")
        + "  - {resource: cluster-a, role: admin, user: carol, from: 2027-01-04}\n";
    check(
        FILE,
        &head,
        WORLD,
        expect![[r#"
        ── 1 setting changed ──

          limits.removals  25 → 500  weakens enforcement

        ── 1 end changed ──

          cluster-a  bob  member  until 2027-03-31 → until 2037-03-31 · grants.yaml:5

        ── 1 change scheduled ──

          cluster-a  carol  admin  none → from 2027-01-04 · grants.yaml:8

    "#]],
    );
}

#[test]
fn what_weakens_enforcement_is_first_and_every_link_that_stays_for_good_is_named() {
    let base = "\
timezone: Europe/Berlin
scope: {offerings: [HPC]}
protect: [dave]
bindings:
  - {resource: cluster-a, role: admin, user: alice}
";
    let head = "\
mode: observe
replace: remove-first
scope: {resources: [cluster-a]}
bindings:
  - {resource: cluster-a, role: admin, user: alice}
";
    check(
        base,
        head,
        WORLD,
        expect![[r#"
            ── 6 settings changed ──

              mode             enforce → observe            weakens enforcement
              replace          create-first → remove-first  weakens enforcement
              scope.resources  all → cluster-a              weakens enforcement · grants.yaml:3
              scope.offerings  HPC → all
              protect          removed dave
              timezone         Europe/Berlin → UTC

            ── 1 link no longer managed ──

              cluster-b  bob  member  would be removed; stays: outside scope

        "#]],
    );
}

#[test]
fn who_drops_her_own_lines_and_excludes_or_protects_herself_is_named() {
    let dropped = FILE.replace("  - {resource: cluster-a, role: viewer, user: carol}\n", "");
    let excluded = dropped.replace("scope: all", "scope: {exclude: {users: [carol]}}");
    check(
        FILE,
        &excluded,
        WORLD,
        expect![[r#"
        ── 1 setting changed ──

          scope.exclude.users  added carol  weakens enforcement · grants.yaml:1

        ── 1 link no longer managed ──

          cluster-a  carol  viewer  stays: outside scope · deleted from grants.yaml:5

    "#]],
    );
    let protected = format!("protect: [carol]\n{dropped}");
    check(
        FILE,
        &protected,
        WORLD,
        expect![[r#"
        ── 1 setting changed ──

          protect  added carol  weakens enforcement · grants.yaml:1

        ── 1 link no longer managed ──

          cluster-a  carol  viewer  stays: its user is protected · deleted from grants.yaml:5

    "#]],
    );
    // In two steps, neither of which takes anything away.
    let first = format!("protect: [carol]\n{FILE}");
    check(
        FILE,
        &first,
        WORLD,
        expect![[r#"
        ── 1 setting changed ──

          protect  added carol  weakens enforcement · grants.yaml:1

        ── 1 link no longer managed ──

          cluster-a  carol  viewer  stays: its user is protected · grants.yaml:6

    "#]],
    );
    check(
        &first,
        &protected,
        WORLD,
        expect![[r#"
        ── 1 link no longer managed ──

          cluster-a  carol  viewer  stays: its user is protected · deleted from grants.yaml:6

    "#]],
    );
}

#[test]
fn a_scope_that_grows_names_what_it_would_remove() {
    let base = FILE.replace("scope: all", "scope: {resources: [cluster-a]}");
    let [base, head] = [&base, FILE].map(|it| it.replace("  - {resource: cluster-b, role: member, user: bob}\n", ""));
    check(
        &base,
        &head,
        WORLD,
        expect![[r#"
            ── 1 setting changed ──

              scope.resources  cluster-a → all

            ── 1 link newly managed ──

              cluster-b  bob  member  removed

        "#]],
    );
}

#[test]
fn who_joins_or_leaves_a_group_is_told_at_the_line_of_the_group() {
    let base = "\
scope: all
groups:
  gpu-team: [alice, bob]
bindings:
  - {resources: [cluster-a, cluster-b], role: member, group: gpu-team}
  - {resource: cluster-a, role: viewer, group: gpu-team}
";
    let head = base.replace("[alice, bob]", "[alice, dave]");
    check(
        base,
        &head,
        WORLD,
        expect![[r#"
        ── 2 group memberships changed ──

          dave joins gpu-team: member on 2 resources, viewer on cluster-a · grants.yaml:3
          bob leaves gpu-team: member on 2 resources, viewer on cluster-a · grants.yaml:3

    "#]],
    );
    // A group that is new says what it gives in the rows of steps.
    check("scope: all\nbindings: []\n", base, "HPC cluster-a:\nHPC cluster-b:\nusers: alice, bob", expect![""]);
}

#[test]
fn a_name_written_in_another_way_is_no_change() {
    let alice = crate::world::user("alice");
    let head =
        FILE.replace("user: alice", &format!("user: {alice}")).replace("scope: all", "mode: enforce\nscope: all");
    check(FILE, &head, WORLD, expect![""]);
}

#[test]
fn without_files_to_compare_with_it_is_told_what_begins_soon() {
    let world = World::read(WORLD);
    let line =
        |from: &str| format!("  - {{resource: cluster-b, role: admin, user: dave, from: {from}, reason: on call}}\n");
    let text = |from: &str| {
        let desired = world.desired(&format!("{FILE}{}", line(from)));
        let (now, by) = (instant(NOW), instant("2027-01-15T12:00:00Z"));
        let review = review::upcoming(&desired, &world.snapshot, now, by);
        anstream::adapter::strip_str(&render::review(&review, &Naming::new(&world.directory))).to_string()
    };
    expect![[r#"
        ── 1 grant begins soon ──

          cluster-b  dave  admin  2027-01-15 · grants.yaml:7 · on call

    "#]]
    .assert_eq(&text("2027-01-15"));
    assert_eq!(text("2027-01-16"), "");
}

#[test]
fn a_link_that_another_automation_keeps_is_not_said_to_be_removed() {
    let mut world = World::read("HPC cluster-a: admin alice, viewer carol");
    world.snapshot.links.iter_mut().for_each(|it| it.managed = true);
    let head = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}\n";
    let base = format!("{head}  - {{resource: cluster-a, role: viewer, user: carol}}\n");
    let text = render::review(&reviewed(&base, head, &world), &Naming::new(&world.directory));
    let text = anstream::adapter::strip_str(&text).to_string();
    assert!(
        text.contains("carol  viewer  stays: managed by another automation · deleted from grants.yaml:4"),
        "{text}"
    );
    assert!(reviewed(&base, head, &world).access(review::AccessChange::Removed).is_empty());
}
