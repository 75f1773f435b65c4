//! What is decided about lines with a beginning or an end, and when clocks disagree.

use expect_test::expect;
use grantsync::policy::PolicyInput;
use jiff::SignedDuration;

use crate::world::{NOW, World, check, check_at, decided, document, instant};

#[test]
fn a_line_that_cannot_be_created_holds_what_it_replaces() {
    // The clock is wrong, so that the dated line is not created: alice keeps what she has.
    let mut world = World::read("HPC cluster-a: viewer alice");
    world.snapshot.observation.clock_offset = Some(SignedDuration::from_mins(6));
    let yaml = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice, until: 2027-03-31}";
    check_at(
        NOW,
        yaml,
        &world,
        expect![[r#"
            cluster-a  HPC
              !    admin   alice  not created: its line has a date, and the server's clock differs from ours · grants.yaml:3 · until 2027-03-31
              !    viewer  alice  held: replacement not created

            Plan: 0 to create, 0 to remove, 1 held, 1 skipped · 0 in sync
        "#]],
    );
    let held = decided(&world, yaml, NOW, &PolicyInput::default());
    // However far apart they are.
    for far in [SignedDuration::MIN, SignedDuration::MAX, SignedDuration::from_mins(-6)] {
        world.snapshot.observation.clock_offset = Some(far);
        assert_eq!(decided(&world, yaml, NOW, &PolicyInput::default()), held, "{far}");
    }
    world.snapshot.observation.clock_offset = Some(SignedDuration::from_mins(-5));
    check_at(
        NOW,
        yaml,
        &world,
        expect![[r#"
            cluster-a  HPC
              -/+  viewer → admin  alice  grants.yaml:3 · until 2027-03-31

            Plan: 1 to create, 1 to remove · 0 in sync
        "#]],
    );
}

#[test]
fn what_may_be_due_by_the_other_clock_holds_what_it_replaces() {
    let mut world = World::read("HPC cluster-a: viewer alice, viewer bob, member bob");
    let yaml = "
scope: all
limits: {removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, user: alice, from: 2027-01-02}
  - {resource: cluster-a, role: viewer, user: bob, from: 2027-01-02}
";
    world.snapshot.observation.clock_offset = Some(SignedDuration::from_mins(24 * 60));
    check_at(
        NOW,
        yaml,
        &world,
        expect![[r#"
            cluster-a  HPC
              -    member  bob    not declared
              !    viewer  alice  held: replacement not created
              !    viewer  bob    held: a line for it has a date, and the server's clock differs from ours · not begun, begins 2027-01-02 · grants.yaml:6

            Plan: 0 to create, 1 to remove, 2 held · 0 in sync
        "#]],
    );
}

#[test]
fn dates() {
    let world = World::read("HPC cluster-a: admin alice, admin bob, admin carol\nHPC cluster-b: admin erin");
    let yaml = "
scope: all
bindings:
  - {resource: cluster-a, role: admin, user: alice, until: 2026-12-31}
  - {resource: cluster-a, role: admin, user: bob, until: 2027-01-01}
  - {resource: cluster-a, role: admin, user: carol, from: 2027-01-02}
  - {resource: cluster-a, role: admin, user: dave, from: 2027-01-01}
  - {resource: cluster-b, role: admin, user: erin}
";
    let mut world = world;
    world.directory.users.extend(World::read("users: dave").directory.users);
    check_at(
        "2027-01-01T12:00:00Z",
        yaml,
        &world,
        expect![[r#"
            cluster-a  HPC
              -    admin  alice  ended, was until 2026-12-31 · grants.yaml:4
              -    admin  carol  not begun, begins 2027-01-02 · grants.yaml:6
              +    admin  dave   grants.yaml:7

            Plan: 1 to create, 2 to remove · 2 in sync
        "#]],
    );
    check_at(
        "2027-01-01T23:59:59Z",
        yaml,
        &world,
        expect![[r#"
            cluster-a  HPC
              -    admin  alice  ended, was until 2026-12-31 · grants.yaml:4
              -    admin  carol  not begun, begins 2027-01-02 · grants.yaml:6
              +    admin  dave   grants.yaml:7

            Plan: 1 to create, 2 to remove · 2 in sync
        "#]],
    );
    check_at(
        "2027-01-02T00:00:00Z",
        yaml,
        &world,
        expect![[r#"
            cluster-a  HPC
              -    admin  alice  ended, was until 2026-12-31 · grants.yaml:4
              -    admin  bob    ended, was until 2027-01-01 · grants.yaml:5
              +    admin  dave   grants.yaml:7

            Plan: 1 to create, 2 to remove · 2 in sync
        "#]],
    );
}

#[test]
fn an_instant_as_an_end_is_exclusive() {
    let world = World::read("HPC cluster-a: admin alice, admin bob");
    let yaml = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice, until: \"2027-01-01T14:00:00+02:00\"}\n  - {resource: cluster-a, role: admin, user: bob}";
    check_at(
        "2027-01-01T11:59:59Z",
        yaml,
        &world,
        expect![[r#"
        Plan: 0 to create, 0 to remove · 2 in sync
    "#]],
    );
    check_at(
        "2027-01-01T12:00:00Z",
        yaml,
        &world,
        expect![[r#"
            cluster-a  HPC
              -    admin  alice  ended, was until 2027-01-01 12:00 UTC · grants.yaml:3

            Plan: 0 to create, 1 to remove · 1 in sync
        "#]],
    );
}

#[test]
fn a_binding_lives_as_long_as_any_of_its_lines() {
    check(
        "
scope: all
groups: {team: [alice]}
bindings:
  - {resource: cluster-a, role: admin, user: alice, until: 2026-06-30}
  - {resource: cluster-a, role: admin, groups: [team], from: 2026-12-01}
  - {resource: cluster-a, role: viewer, user: alice, until: 2026-06-30}
  - {resource: cluster-a, role: viewer, groups: [team], from: 2027-12-01}
",
        "HPC cluster-a: admin alice, viewer alice",
        expect![[r#"
            cluster-a  HPC
              -    viewer  alice  not begun, begins 2027-12-01 · grants.yaml:7 · and 1 more line

            Plan: 0 to create, 1 to remove · 1 in sync
        "#]],
    );
}

#[test]
fn lines_that_ended_or_have_not_begun_raise_no_doubt() {
    check(
        "
scope: all
bindings:
  - {resource: cluster-a, role: viewer, user: gone, until: 2026-06-30}
  - {resource: cluster-a, role: viewer, user: coming, from: 2027-06-30}
  - {resource: cluster-a, role: admin, user: alice}
",
        "HPC cluster-a: admin alice, viewer bob",
        expect![[r#"
            warning grants.yaml:4: no user has the username `gone`
            warning grants.yaml:5: no user has the username `coming`
            cluster-a  HPC
              -    viewer  bob  not declared

            Plan: 0 to create, 1 to remove · 1 in sync
        "#]],
    );
}

#[test]
fn when_clocks_differ_nothing_with_a_date_moves_and_everything_else_does() {
    let mut world =
        World::read("HPC cluster-a: admin alice, admin bob, admin carol, admin carol, admin dave\nusers: erin");
    world.snapshot.observation.clock_offset = Some(SignedDuration::from_secs(5 * 60 + 1));
    let yaml = "
scope: all
limits: {removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, user: alice, until: 2026-12-31}
  - {resource: cluster-a, role: admin, user: bob, from: 2027-12-31}
  - {resource: cluster-a, role: admin, user: carol, from: 2026-12-31}
  - {resource: cluster-a, role: admin, user: erin}
";
    check_at(
        NOW,
        yaml,
        &world,
        expect![[r#"
            cluster-a  HPC
              -    admin  dave   not declared
              +    admin  erin   grants.yaml:8
              !    admin  alice  held: a line for it has a date, and the server's clock differs from ours · ended, was until 2026-12-31 · grants.yaml:5
              !    admin  bob    held: a line for it has a date, and the server's clock differs from ours · not begun, begins 2027-12-31 · grants.yaml:6
              !    admin  carol  held: a line for it has a date, and the server's clock differs from ours · duplicate · grants.yaml:7

            Plan: 1 to create, 1 to remove, 3 held · 1 duplicate row, 1 in sync
        "#]],
    );
}

#[test]
fn when_clocks_differ_a_line_that_seems_to_be_over_still_raises_doubt() {
    let mut world = World::read("HPC cluster-a: admin alice, viewer bob, viewer carol");
    let yaml = "
scope: all
limits: {removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, user: alice}
  - {resource: cluster-b, role: viewer, user: bob, until: 2026-12-31}
  - {resource: cluster-a, role: viewer, user: nobody-of-that-name, from: 2027-01-02}
";
    check_at(
        NOW,
        yaml,
        &world,
        expect![[r#"
        warning grants.yaml:6: no resource is called `cluster-b` (did you mean `cluster-a`?)
        warning grants.yaml:7: no user has the username `nobody-of-that-name`
        cluster-a  HPC
          -    viewer  bob    not declared
          -    viewer  carol  not declared

        Plan: 0 to create, 2 to remove · 1 in sync
    "#]],
    );
    world.snapshot.observation.clock_offset = Some(SignedDuration::from_mins(-24 * 60));
    check_at(
        NOW,
        yaml,
        &world,
        expect![[r#"
            warning grants.yaml:6: no resource is called `cluster-b` (did you mean `cluster-a`?)
            warning grants.yaml:7: no user has the username `nobody-of-that-name`
            cluster-a  HPC
              !    viewer  bob    held: an unresolved line might refer to it · grants.yaml:6
              !    viewer  carol  held: an unresolved line might refer to it · grants.yaml:7

            Held: grants.yaml:6 holds 1 of 2 removals
            Held: grants.yaml:7 holds 1 of 2 removals
              help: fix what is unresolved there; until then no link it could refer to is removed

            Plan: 0 to create, 0 to remove, 2 held · 1 in sync
        "#]],
    );
}

#[test]
fn entries_that_ended_already_and_approvals_that_last_too_long_are_warnings() {
    let yaml = "
timezone: Europe/Berlin
approvals:
  - {held: held-mfrggzdfmztwq2lknnwg23tpoa, until: 2027-01-15}
  - {held: held-mfrggzdfmztwq2lknnwg23tpoa, until: 2027-01-17}
bindings:
  - {resource: cluster-a, role: admin, user: alice, until: 2026-12-31}
  - {resource: cluster-a, role: admin, user: bob, until: 2027-01-01}
  - {resource: cluster-a, role: admin, user: carol, until: 2027-01-01T12:00:00Z}
";
    let warnings = document(yaml).warnings_at(instant(NOW));
    let told: Vec<_> = warnings.iter().map(|it| format!("{} {}", it.primary.span, it.message)).collect();
    expect![[r#"
        grants.yaml:7 this ended on 2026-12-31
        grants.yaml:9 this ended on 2027-01-01
        grants.yaml:5 this approval does not count: it ends more than 14 days from now"#]]
    .assert_eq(&told.join("\n"));
}
