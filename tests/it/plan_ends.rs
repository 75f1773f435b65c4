//! Ends that the server keeps: what links are given, and when that changes.

use expect_test::{Expect, expect};
use grantsync::desired::{Limits, Mode};
use grantsync::plan::{Creation, End, Plan, Removal, Why};
use grantsync::policy::{ChangeSet, Decision, PolicyInput, Set, approve};
use jiff::Timestamp;

use crate::world::{NOW, World, check_at, decided, instant, no_limits, user};

/// What people read of a plan for a server that keeps ends.
#[track_caller]
fn check(yaml: &str, world: &str, expect: Expect) {
    check_at(NOW, yaml, &World::keeping_ends(world), expect);
}

fn decide(world: &World, yaml: &str, input: &PolicyInput) -> Decision {
    approve(world.plan(yaml, NOW), input).unwrap()
}

fn line(dates: &str) -> String {
    format!("scope: all\nbindings:\n  - {{resource: cluster-a, role: admin, user: alice{dates}}}\n")
}

/// The end that alice's link gets.
fn end(plan: &Plan) -> Option<End> {
    let later = plan.creations.iter().find_map(Creation::end_change);
    later.or_else(|| plan.removals.iter().find_map(Removal::end_change)).map(|it| it.ends)
}

#[test]
fn links_get_the_end_of_the_run_of_lines_that_holds_now() {
    check(
        "
scope: all
limits: {removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, user: alice, until: 2027-06-30}
  - {resource: cluster-a, role: admin, user: bob, until: 2027-03-31}
  - {resource: cluster-a, role: admin, user: carol}
  - {resource: cluster-a, role: admin, user: dave, until: 2027-03-31}
  - {resource: cluster-a, role: admin, user: dave, from: 2027-04-01, until: 2027-06-30}
  - {resource: cluster-a, role: admin, user: erin, until: 2027-03-31, reason: OPS-7}
  - {resource: cluster-a, role: admin, user: frank, until: 2027-03-31}
",
        "
HPC cluster-a: admin alice until 2027-03-31, admin bob until 2027-06-30, admin carol until 2027-03-31, admin dave, admin erin until 2027-03-31
users: frank",
        expect![[r#"
            cluster-a  HPC
              +    admin  frank  grants.yaml:11 · until 2027-03-31 · the server will end it
              ~    admin  alice  until 2027-03-31 → 2027-06-30 · grants.yaml:5
              ~    admin  bob    until 2027-06-30 → 2027-03-31 · grants.yaml:6
              ~    admin  carol  until 2027-03-31 → no end · grants.yaml:7
              ~    admin  dave   no end → until 2027-06-30 · grants.yaml:8 · and 1 more line

            Plan: 1 to create, 0 to remove, 4 ends to change · 5 in sync
        "#]],
    );
}

#[test]
fn a_link_whose_end_has_passed_and_that_is_still_there_is_changed_or_removed_and_never_doubled() {
    let world = "HPC cluster-a: admin alice until 2026-12-31, admin bob until 2026-12-31, admin keeper";
    check(
        "
scope: all
limits: {removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, users: [alice, keeper]}
",
        world,
        expect![[r#"
            cluster-a  HPC
              -    admin  bob    not declared
              ~    admin  alice  until 2026-12-31 → no end · grants.yaml:5

            Plan: 0 to create, 1 to remove, 1 end to change · 2 in sync
        "#]],
    );
}

#[test]
fn a_server_that_keeps_no_ends_is_given_none() {
    let world = World::read("HPC cluster-a: admin alice\nusers: bob");
    let yaml = line(", until: 2027-06-30") + "  - {resource: cluster-a, role: admin, user: bob, until: 2027-06-30}\n";
    let plan = world.plan(&yaml, NOW);
    assert_eq!((plan.creations[0].ends, plan.removals.len(), plan.creations.len()), (End::Never, 0, 1));
}

#[test]
fn ends_are_compared_in_microseconds() {
    let world = |end: &str| World::keeping_ends(&format!("HPC cluster-a: admin alice until {end}"));
    let yaml = line(", until: \"2027-06-30T12:00:00.123456789Z\"");
    assert_eq!(end(&world("2027-06-30T12:00:00.123456Z").plan(&yaml, NOW)), None);
    let to = End::At(instant("2027-06-30T12:00:00.123456Z"));
    assert_eq!(end(&world("2027-06-30T12:00:00.123455Z").plan(&yaml, NOW)), Some(to));
}

#[test]
fn a_link_of_a_protected_user_has_no_end() {
    check(
        "
scope: all
protect: [alice, bob, carol]
bindings:
  - {resource: cluster-a, role: admin, user: alice, until: 2027-06-30}
  - {resource: cluster-a, role: admin, user: carol}
",
        "HPC cluster-a: admin alice until 2027-03-31, viewer bob until 2027-03-31\nusers: carol",
        expect![[r#"
            warning grants.yaml:5: `alice` is protected, so a date takes nothing away
            cluster-a  HPC
              +    admin   carol  grants.yaml:6
              ~    admin   alice  until 2027-03-31 → no end · grants.yaml:5
              ~    viewer  bob    until 2027-03-31 → no end · the user is protected

            Plan: 1 to create, 0 to remove, 2 ends to change · 1 in sync, 1 kept (1 protected)
        "#]],
    );
}

#[test]
fn a_binding_in_doubt_keeps_the_later_end() {
    check(
        "
scope: all
limits: {removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, user: alice, until: 2027-03-31}
  - {resource: cluster-a, role: admin, user: bob, until: 2027-06-30}
  - {resource: cluster-a, role: admin, user: nobody}
",
        "HPC cluster-a: admin alice until 2027-06-30, admin bob until 2027-03-31",
        expect![[r#"
            problem grants.yaml:7: no user has the username `nobody`
            cluster-a  HPC
              ~    admin  bob    until 2027-03-31 → 2027-06-30 · grants.yaml:6
              !    admin  alice  held: an unresolved line might refer to it · grants.yaml:7 · until 2027-06-30 → 2027-03-31 · grants.yaml:5

            Held: grants.yaml:7 holds the only removal
              help: fix what is unresolved there; until then no link it could refer to is removed

            Plan: 0 to create, 0 to remove, 1 end to change, 1 held, 1 unresolved · 2 in sync
        "#]],
    );
}

#[test]
fn in_add_only_creations_carry_their_end_and_nothing_ends_earlier() {
    let world =
        World::keeping_ends("HPC cluster-a: admin alice until 2027-06-30, admin bob until 2027-03-31\nusers: carol");
    let yaml = line(", until: 2027-03-31")
        + "  - {resource: cluster-a, role: admin, user: bob, until: 2027-06-30}\n"
        + "  - {resource: cluster-a, role: admin, user: carol, until: 2027-06-30}\n";
    let told = decided(&world, &yaml, NOW, &PolicyInput { mode: Mode::AddOnly, ..PolicyInput::default() });
    expect![[r#"
        cluster-a  HPC
          +    admin  carol  grants.yaml:5 · until 2027-06-30 · the server will end it
          ~    admin  bob    until 2027-03-31 → 2027-06-30 · grants.yaml:4
          (~)  admin  alice  withheld · until 2027-06-30 → 2027-03-31 · grants.yaml:3

        Plan: 1 to create, 0 to remove, 1 end to change, 1 withheld · 2 in sync
    "#]]
    .assert_eq(&told);
}

#[test]
fn nothing_is_changed_beside_a_row_of_another_automation() {
    let yaml = line(", until: 2027-06-30");
    let plan = |rows: &str| World::keeping_ends(&format!("HPC cluster-a: {rows}")).plan(&yaml, NOW);
    for rows in ["admin alice managed", "admin alice until 2027-06-30 managed", "admin alice until 2028-06-30 managed"]
    {
        let plan = plan(rows);
        assert!(plan.is_empty() && !plan.has_problems(), "{rows}");
    }
    // Of both rows one lasts for long enough.
    assert!(plan("admin alice until 2027-03-31, admin alice until 2028-03-31 managed").is_empty());
    for rows in [
        "admin alice until 2027-03-31 managed",
        "admin alice until 2027-03-31 managed, admin alice until 2027-04-30",
        "admin alice until 2026-12-31 managed",
    ] {
        let plan = plan(rows);
        assert!(plan.is_empty() && plan.has_problems(), "{rows}");
    }
    check(
        &yaml,
        "HPC cluster-a: admin alice until 2027-03-31 managed, viewer alice managed, viewer bob managed",
        expect![[r#"
            cluster-a  HPC
              !    admin  alice  end not changed: managed by another automation, and it ends earlier than wanted · until 2027-03-31 → 2027-06-30 · grants.yaml:3

            Plan: 0 to create, 0 to remove, 1 skipped · 1 in sync, 2 kept (2 managed by another automation)
        "#]],
    );
}

#[test]
fn of_several_rows_the_oldest_stays_that_is_ours_and_has_not_ended() {
    let kept = |rows: &str| {
        let world = World::keeping_ends(&format!("HPC cluster-a: {rows}"));
        let plan = world.plan(&line(""), NOW);
        // Links are numbered as they come.
        let number = |it: &grantsync::binding::Link| u128::from_be_bytes(*it.id.as_bytes());
        let removed: Vec<_> =
            plan.removals.iter().filter(|it| it.why == Why::Duplicate).map(|it| number(&it.link)).collect();
        (number(&plan.in_sync[0]), removed, end(&plan))
    };
    let [younger, older] = ["admin alice made 2026-02-01", "admin alice made 2026-01-01"];
    assert_eq!(kept(&format!("{younger}, {older}")), (2, vec![1], None));
    assert_eq!(kept(&format!("{older}, {older}")), (1, vec![2], None));
    assert_eq!(kept(&format!("{older} managed, {younger}")), (2, vec![], None));
    assert_eq!(kept(&format!("{older} until 2026-12-31, {younger}")), (2, vec![1], None));
    let both = format!("{younger} until 2026-12-31, {older} until 2026-12-31");
    assert_eq!(kept(&both), (2, vec![1], Some(End::Never)));
    // The others are removed before the end of the one that stays is changed.
    let later = format!("{older} until 2027-03-31, {younger}");
    assert_eq!(kept(&later), (1, vec![2], Some(End::Never)));
    let world = World::keeping_ends(&format!("HPC cluster-a: {later}"));
    let decision = decide(&world, &line(""), &PolicyInput { mode: Mode::AddOnly, ..PolicyInput::default() });
    assert!(decision.approved.is_empty(), "a duplicate that stays is in the way");
}

/// Many links without an end, and all of them are to get one.
fn many(until: &str) -> (World, String) {
    let links: Vec<_> = (0..30).map(|n| format!("viewer user{n}")).collect();
    let world = World::keeping_ends(&format!("HPC cluster-a: admin keeper, {}", links.join(", ")));
    let users: Vec<_> = (0..30).map(|n| format!("user{n}")).collect();
    let users = users.join(", ");
    let yaml = format!(
        "scope: all\nbindings:\n  - {{resource: cluster-a, role: admin, user: keeper}}\n  \
         - {{resource: cluster-a, role: viewer, users: [{users}], until: {until}}}\n"
    );
    (world, yaml)
}

#[test]
fn limits_hold_many_links_that_would_end_soon_and_their_digest_is_for_that_end() {
    let soon = |until: &str| {
        let (world, yaml) = many(until);
        decide(
            &world,
            &yaml,
            &PolicyInput { limits: Limits { removal_percent: 100, ..Limits::default() }, ..PolicyInput::default() },
        )
    };
    // 30 days and a bit: somebody will notice.
    assert_eq!(soon("2027-01-31").approved.shortenings().len(), 30);
    let held = soon("2027-01-30");
    assert!(held.approved.is_empty());
    assert_eq!((held.limited[0].set, held.limited[0].links), (Set::Removals, 30));
    let other = soon("2027-01-29");
    assert_ne!(held.limited[0].digest, other.limited[0].digest);
    let (world, yaml) = many("2027-01-30");
    let approval =
        |it: &Decision| PolicyInput { approval: Some(it.limited[0].digest.clone()), ..PolicyInput::default() };
    assert_eq!(decide(&world, &yaml, &approval(&held)).approved.shortenings().len(), 30);
    assert!(approve(world.plan(&yaml, NOW), &approval(&other)).is_err());
}

#[test]
fn a_scope_in_which_everything_would_end_soon_is_as_good_as_emptied() {
    let world = World::keeping_ends("HPC cluster-a: admin alice");
    let input = PolicyInput { limits: no_limits(), ..PolicyInput::default() };
    assert!(decide(&world, &line(", until: 2027-01-15"), &input).approved.is_empty());
    assert_eq!(decide(&world, &line(", until: 2027-06-30"), &input).approved.shortenings().len(), 1);
}

#[test]
fn a_saved_plan_is_not_for_another_end() {
    let world = World::keeping_ends("HPC cluster-a: admin alice until 2027-03-31, admin bob");
    let changes = |until: &str| {
        let yaml = line(&format!(", until: {until}")) + "  - {resource: cluster-a, role: admin, user: bob}\n";
        ChangeSet::of(&decide(&world, &yaml, &PolicyInput::default()))
    };
    assert_eq!(changes("2027-06-30").differences(&changes("2027-06-30")), []);
    assert_eq!(changes("2027-06-30").differences(&changes("2027-07-31")).len(), 2);
}

#[test]
fn what_clocks_that_differ_say_about_ends_waits() {
    let mut world = World::keeping_ends("HPC cluster-a: admin alice until 2027-03-31, admin bob until 2027-06-30");
    world.snapshot.observation.clock_offset = Some(jiff::SignedDuration::from_mins(6));
    let yaml = line(", until: 2027-06-30") + "  - {resource: cluster-a, role: admin, user: bob, until: 2027-03-31}\n";
    let decision = decide(&world, &yaml, &PolicyInput { limits: no_limits(), ..PolicyInput::default() });
    assert_eq!((decision.approved.len(), decision.plan.skipped.len(), decision.plan.held.len()), (0, 1, 1));
}

#[test]
fn as_time_passes_the_end_moves_from_run_to_run() {
    let world = |end: &str| World::keeping_ends(&format!("HPC cluster-a: admin alice{end}"));
    let yaml = line(", until: 2027-03-31") + "  - {resource: cluster-a, role: admin, user: alice, from: 2027-05-01}\n";
    let day = |at: &str| -> Timestamp { instant(&format!("{at}T00:00:00Z")) };
    let plan = world("").plan(&yaml, NOW);
    assert_eq!(end(&plan), Some(End::At(day("2027-04-01"))));
    // In the gap it is not wanted, although the server has not removed it yet.
    let gap = world(" until 2027-03-31").plan(&yaml, "2027-04-15T00:00:00Z");
    assert_eq!(gap.removals[0].why, Why::NotBegun);
    // And if it has not until the next run begins, that run's end is right.
    assert_eq!(end(&world(" until 2027-03-31").plan(&yaml, "2027-05-01T00:00:00Z")), Some(End::Never));
    assert_eq!(world("").plan(&yaml, NOW).in_sync[0].binding.user, user("alice"));
}
