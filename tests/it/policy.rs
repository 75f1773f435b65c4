//! How much may go at once, and who may say so.

use std::fmt::Write as _;

use expect_test::expect;
use grantsync::desired::{Limits, Mode, PassFilter};
use grantsync::digest::NotADigest;
use grantsync::policy::{Digest, PolicyInput, approve};

use crate::world::{NOW, World, decided, document, no_limits, user};

/// A resource with so many viewers, of which so many are declared.
fn crowd(live: usize, declared: usize) -> (String, World) {
    let people = |count: usize| (0..count).map(|n| format!("user{n:03}")).collect::<Vec<_>>();
    let world = World::read(&format!("HPC cluster-a: {}", people(live).join(", ").replace("user", "viewer user")));
    let users = people(declared).join(", ");
    (format!("scope: all\nbindings:\n  - {{resource: cluster-a, role: viewer, users: [{users}]}}\n"), world)
}

fn input(removals: u32, removal_percent: u32) -> PolicyInput {
    PolicyInput { limits: Limits { removals, removal_percent, creations: None }, ..PolicyInput::default() }
}

/// How many removals are let go, and how many are held.
fn gone_and_held((yaml, world): &(String, World), input: &PolicyInput) -> (usize, usize) {
    let decision = approve(world.plan(yaml, NOW), input).unwrap();
    (decision.approved.removals().len(), decision.plan.held.len())
}

#[test]
fn the_number_counts_and_is_inclusive() {
    assert_eq!(gone_and_held(&crowd(200, 175), &input(25, 100)), (25, 0));
    assert_eq!(gone_and_held(&crowd(200, 174), &input(25, 100)), (0, 26));
}

#[test]
fn the_share_counts_from_four_on_and_is_inclusive() {
    assert_eq!(gone_and_held(&crowd(4, 1), &input(25, 25)), (3, 0));
    assert_eq!(gone_and_held(&crowd(16, 12), &input(25, 25)), (4, 0));
    assert_eq!(gone_and_held(&crowd(15, 11), &input(25, 25)), (0, 4));
}

#[test]
fn creations_do_not_change_the_share() {
    // 15 live, 11 of them declared, and 5 more to come: 4 of 20 may go, and may still once the 5 have come.
    let (yaml, mut world) = crowd(15, 11);
    let yaml = yaml.replace("user010", "user010, new1, new2, new3, new4, new5");
    world.directory.users.extend(World::read("users: new1, new2, new3, new4, new5").directory.users);
    let before = (yaml.clone(), world.clone());
    assert_eq!(gone_and_held(&before, &input(25, 20)), (4, 0));
    assert_eq!(gone_and_held(&before, &input(25, 19)), (0, 4));
    let plan = world.plan(&yaml, NOW);
    let mut created = world.clone();
    created.snapshot.links.extend(world.after(&plan).snapshot.links);
    let after = (yaml, created);
    assert_eq!(gone_and_held(&after, &input(25, 20)), (4, 0));
    assert_eq!(gone_and_held(&after, &input(25, 19)), (0, 4));
}

#[test]
fn zero_in_either_limit_holds_all() {
    assert_eq!(gone_and_held(&crowd(200, 199), &input(0, 100)), (0, 1));
    assert_eq!(gone_and_held(&crowd(200, 199), &input(25, 0)), (0, 1));
}

#[test]
fn the_last_link_in_scope_stays() {
    assert_eq!(gone_and_held(&crowd(1, 0), &input(25, 100)), (0, 1));
    assert_eq!(gone_and_held(&crowd(2, 1), &input(25, 100)), (1, 0));
}

#[test]
fn a_resource_that_several_people_would_leave_empty_is_held_alone() {
    let world =
        World::read("HPC cluster-a: viewer alice, viewer bob, admin carol\nHPC cluster-b: viewer dave, admin erin");
    let yaml = "scope: all\nbindings:\n  - {resource: cluster-b, role: admin, user: erin}\n".to_owned();
    expect![[r#"
        cluster-b  HPC
          -    viewer  dave  not declared

        cluster-a  HPC
          !    viewer  alice  held: over the limit
          !    viewer  bob    held: over the limit
          !    admin   carol  held: over the limit

        Held by limits: 3 removals
          3 people would go from `cluster-a`, and no link would be left there
          help: if this is intended, approve exactly these with `--approve held-lmctgys2vhkjxnvg4ncgvvtpji`, or in the file with
            approvals:
              - {held: held-lmctgys2vhkjxnvg4ncgvvtpji, until: 2027-01-08, reason: "…"}

        Plan: 0 to create, 1 to remove, 3 held · 1 in sync
    "#]]
    .assert_eq(&decided(&world, &yaml, NOW, &input(25, 100)));
    let one = World::read("HPC cluster-a: viewer alice, admin alice\nHPC cluster-b: viewer dave, admin erin");
    assert_eq!(gone_and_held(&(yaml, one), &input(25, 100)), (3, 0), "one person with two roles is one person");
}

#[test]
fn rows_of_one_binding_count_once_and_what_ended_or_is_double_does_not_count() {
    let world = World::read(
        "HPC cluster-a: viewer bob, viewer bob, admin alice, admin alice, admin alice, member carol, member dave",
    );
    let yaml = "
scope: all
bindings:
  - {resource: cluster-a, role: admin, user: alice}
  - {resource: cluster-a, role: member, users: [carol, dave], until: 2026-12-31}
"
    .to_owned();
    assert_eq!(gone_and_held(&(yaml.clone(), world.clone()), &input(1, 100)), (6, 0));
    assert_eq!(gone_and_held(&(yaml, world), &input(0, 100)), (4, 2));
}

#[test]
fn without_a_scope_only_named_resources_make_up_the_base() {
    let named = "HPC cluster-a: viewer a, viewer b, viewer c, viewer d, viewer e";
    let others: String = (0..100).fold("HPC cluster-b: ".to_owned(), |mut all, n| {
        write!(all, "viewer x{n}, ").unwrap();
        all
    });
    let world = World::read(&format!("{named}\n{others}"));
    let yaml = "bindings:\n  - {resource: cluster-a, role: viewer, user: a}\n";
    let decision = approve(world.plan(yaml, NOW), &input(25, 25)).unwrap();
    assert_eq!(decision.approved.removals().len(), 0, "4 of 5, not 4 of 105");
    assert_eq!(decision.limited[0].links, 4);
}

#[test]
fn a_limit_says_what_would_go_now_and_what_went_before() {
    let said = |gone, kept, lately, removals, percent| {
        let (yaml, world) = crowd(gone + kept, kept);
        let input = PolicyInput { removed_lately: lately, ..input(removals, percent) };
        let limited = approve(world.plan(&yaml, NOW), &input).unwrap().limited.pop().unwrap();
        limited.exceeded.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for (said, expected) in [
        (
            said(5, 26, 3, 25, 25),
            "5 of 31 bindings would go after 3 in the last 24 hours, together more than the 25 % that",
        ),
        (said(30, 300, 3, 25, 25), "30 bindings would go after 3 in the last 24 hours, together more than the 25 that"),
        (said(30, 300, 0, 25, 25), "30 bindings would go, more than the 25 that `limits.removals` allows"),
        (said(1, 9, 0, 0, 25), "1 binding would go, more than the 0 that `limits.removals` allows"),
    ] {
        assert!(said.len() == 1 && said[0].starts_with(expected), "{said:?}");
    }
}

#[test]
fn a_digest_releases_exactly_the_held_set() {
    let (yaml, world) = crowd(8, 2);
    let held = approve(world.plan(&yaml, NOW), &input(25, 25)).unwrap().limited.pop().unwrap();
    let approval = Some(held.digest.clone());
    assert_eq!(gone_and_held(&(yaml.clone(), world.clone()), &PolicyInput { approval, ..input(25, 25) }), (6, 0));
    expect![[r#"
        cluster-a  HPC
          !    6 removals held: over the limit; -v lists them

        Held by limits: 6 removals
          6 of 8 bindings would go, more than the 25 % that `limits.removal_percent` allows
          help: if this is intended, approve exactly these with `--approve held-ytf7ggoswgc3yurcdmjxr7mlou`, or in the file with
            approvals:
              - {held: held-ytf7ggoswgc3yurcdmjxr7mlou, until: 2027-01-08, reason: "…"}

        Plan: 0 to create, 0 to remove, 6 held · 2 in sync
    "#]]
    .assert_eq(&decided(&world, &yaml, NOW, &input(25, 25)));

    let fewer = World { snapshot: world.after(&world.plan(&yaml, NOW)).snapshot, ..world.clone() };
    let approval = Some(held.digest.clone());
    let stale = approve(fewer.plan(&yaml, NOW), &PolicyInput { approval, ..input(25, 25) }).unwrap_err();
    assert_eq!((&stale.given, stale.current), (&held.digest, vec![]));

    let mut elsewhere = world.plan(&yaml, NOW);
    elsewhere.server = "https://other.example.org/api".into();
    let approval = Some(held.digest.clone());
    let stale = approve(elsewhere, &PolicyInput { approval, ..input(25, 25) }).unwrap_err();
    assert!(stale.current.iter().all(|it| *it != held.digest), "the server is part of what is approved");
}

#[test]
fn a_digest_is_no_uuid_and_no_commit_and_an_old_one_is_told_apart() {
    let digest = "held-abcdefghijklmnopqrst234567";
    assert_eq!(Digest::parse(digest).unwrap().to_string(), digest);
    assert_eq!(Digest::parse(&digest.to_uppercase()), Digest::parse(digest));
    for wrong in
        ["", "held-", "abcdefghijklmnopqrst234567", "held-abcdefghijklmnopqrst23456", "held-abcdefghijklmnopqrst234561"]
    {
        assert_eq!(Digest::parse(wrong), Err(NotADigest::Malformed), "{wrong}");
    }
    assert_eq!(Digest::parse("3e7461f1d94aad99"), Err(NotADigest::Old));
    let (yaml, world) = crowd(8, 2);
    let held = approve(world.plan(&yaml, NOW), &input(25, 25)).unwrap().limited.pop().unwrap().digest;
    assert_eq!(Digest::parse(&held.to_string()), Ok(held));
}

#[test]
fn a_hundred_percent_is_no_limit_even_after_what_went_in_the_last_day() {
    // 36 of 85 went, and 40 of the 49 that are left are to go: more than there are.
    let lately = |lately, percent| PolicyInput { removed_lately: lately, ..input(u32::MAX, percent) };
    assert_eq!(gone_and_held(&crowd(49, 9), &lately(36, 100)), (40, 0));
    assert_eq!(gone_and_held(&crowd(49, 9), &lately(36, 99)), (0, 40));
}

#[test]
fn what_went_in_the_last_day_counts() {
    assert_eq!(gone_and_held(&crowd(200, 180), &PolicyInput { removed_lately: 5, ..input(25, 100) }), (20, 0));
    assert_eq!(gone_and_held(&crowd(200, 180), &PolicyInput { removed_lately: 6, ..input(25, 100) }), (0, 20));
}

#[test]
fn a_mode_withholds_and_leaves_nothing_for_limits() {
    let world = World::read("HPC cluster-a: viewer alice, admin bob\nusers: carol");
    let yaml = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, users: [bob, carol]}\n";
    let input = |mode| PolicyInput { mode, limits: no_limits(), ..PolicyInput::default() };
    expect![[r#"
        cluster-a  HPC
          +    admin   carol  grants.yaml:3
          (-)  viewer  alice  withheld · not declared

        Plan: 1 to create, 0 to remove, 1 withheld · 1 in sync
    "#]]
    .assert_eq(&decided(&world, yaml, NOW, &input(Mode::AddOnly)));
    expect![[r#"
        cluster-a  HPC
          (-)  viewer  alice  withheld · not declared
          (+)  admin   carol  withheld · grants.yaml:3

        Plan: 0 to create, 0 to remove, 2 withheld · 1 in sync
    "#]]
    .assert_eq(&decided(&world, yaml, NOW, &input(Mode::Observe)));
    let (yaml, world) = crowd(200, 100);
    let decision =
        approve(world.plan(&yaml, NOW), &PolicyInput { mode: Mode::AddOnly, ..PolicyInput::default() }).unwrap();
    assert_eq!((decision.limited, decision.withheld.removals.len()), (vec![], 100), "limits have nothing to hold");
    let approvals =
        document(&format!("approvals: [{{held: held-aaaaaaaaaaaaaaaaaaaaaaaaaa, until: 2027-01-02}}]\n{yaml}"))
            .approvals;
    let noted = |mode| {
        let input = PolicyInput { mode, approvals: approvals.clone(), ..PolicyInput::default() };
        approve(world.plan(&yaml, NOW), &input).unwrap().plan.warnings.len()
    };
    assert_eq!([noted(Mode::Enforce), noted(Mode::AddOnly)], [1, 0], "an approval may be for what is withheld now");
}

#[test]
fn narrowing_withholds_the_rest() {
    let world = World::read("HPC cluster-a: viewer alice, viewer bob, admin carol\nHPC cluster-b: viewer alice");
    let yaml = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, users: [alice, bob, carol]}\n";
    let mut narrow = PassFilter::default();
    narrow.user("--only user", "alice").unwrap();
    narrow.resource("--only resource", "cluster-a").unwrap();
    let only = narrow.resolve(&world.directory).unwrap();
    expect![[r#"
        cluster-a  HPC
          -/+  viewer → admin  alice  grants.yaml:3
          (-)  viewer          bob    withheld · not declared
          (+)  admin           bob    withheld · grants.yaml:3

        cluster-b  HPC
          (-)  viewer  alice  withheld · not declared

        Plan: 1 to create, 1 to remove, 3 withheld · 1 in sync
    "#]]
    .assert_eq(&decided(&world, yaml, NOW, &PolicyInput { only, limits: no_limits(), ..PolicyInput::default() }));
    let mut unknown = PassFilter::default();
    unknown.user("--only user", "alcie").unwrap();
    let problems = unknown.resolve(&world.directory).unwrap_err();
    expect!["--only user: no user has the username `alcie`"]
        .assert_eq(&format!("{}: {}", problems[0].primary.span, problems[0].message));
    assert!(world.directory.users.contains_key(&user("alice")));
}

/// A crowd of which limits hold six, and a file that approves of these digests.
fn approving(approvals: &str) -> (String, World) {
    let (yaml, world) = crowd(8, 2);
    (format!("{yaml}approvals:\n{approvals}"), world)
}

fn asks_of(yaml: &str) -> PolicyInput {
    let document = document(yaml);
    PolicyInput { limits: document.limits, approvals: document.approvals, ..PolicyInput::default() }
}

#[test]
fn an_approval_in_the_file_releases_exactly_its_held_set_while_it_is_alive() {
    let (yaml, world) = crowd(8, 2);
    let held = approve(world.plan(&yaml, NOW), &input(25, 25)).unwrap().limited.pop().unwrap().digest;
    let at = |approval: String| {
        let (yaml, world) = approving(&approval);
        let input = asks_of(&yaml);
        gone_and_held(&(yaml, world), &input)
    };
    assert_eq!(at(format!("  - {{held: {held}, until: 2027-01-15, reason: OPS-12}}")), (6, 0));
    assert_eq!(at(format!("  - {{held: {held}, until: 2027-01-01}}")), (6, 0), "the day is part of it");
    assert_eq!(at(format!("  - {{held: {held}, until: 2027-01-16}}")), (0, 6), "more than 14 days ahead");
    assert_eq!(at(format!("  - {{held: {held}, until: 2026-12-31}}")), (0, 6));
    assert_eq!(at("  - {held: held-aaaaaaaaaaaaaaaaaaaaaaaaaa, until: 2027-01-02}".to_owned()), (0, 6));
    let (others, both) = (
        "  - {held: held-aaaaaaaaaaaaaaaaaaaaaaaaaa, until: 2027-01-02}\n",
        format!("  - {{held: {held}, until: 2027-01-02}}"),
    );
    assert_eq!(at(format!("{others}{both}")), (6, 0), "one for something else does no harm");
    assert_eq!(at(format!("  - {{held: {}, until: 2027-01-02}}", held.to_string().to_uppercase())), (6, 0));
}

#[test]
fn an_approval_that_is_for_nothing_or_has_ended_is_a_note() {
    let (yaml, world) = crowd(8, 2);
    let held = approve(world.plan(&yaml, NOW), &input(25, 25)).unwrap().limited.pop().unwrap().digest;
    let (yaml, world) = approving(&format!(
        "  - {{held: held-aaaaaaaaaaaaaaaaaaaaaaaaaa, until: 2027-01-02}}\n  - {{held: {held}, until: 2026-12-31}}"
    ));
    let decision = approve(world.plan(&yaml, NOW), &asks_of(&yaml)).unwrap();
    let notes: Vec<_> = decision.plan.warnings.iter().map(|it| format!("{} {}", it.primary.span, it.message)).collect();
    expect![[r#"
        grants.yaml:5 the approval `held-aaaaaaaaaaaaaaaaaaaaaaaaaa` is for nothing that limits hold now
        grants.yaml:6 the approval of what is held has ended
    "#]]
    .assert_eq(&(notes.join("\n") + "\n"));
}

#[test]
fn an_approval_that_has_done_its_work_is_a_note_and_changes_nothing() {
    let (yaml, world) = crowd(8, 2);
    let held = approve(world.plan(&yaml, NOW), &input(25, 25)).unwrap().limited.pop().unwrap().digest;
    let (yaml, world) = approving(&format!("  - {{held: {held}, until: 2027-01-02}}"));
    let decision = approve(world.plan(&yaml, NOW), &asks_of(&yaml)).unwrap();
    assert!(decision.plan.warnings.is_empty());
    let after = world.after(&decision.plan);
    let again = approve(after.plan(&yaml, NOW), &asks_of(&yaml)).unwrap();
    assert!(again.plan.is_empty());
    assert_eq!(again.plan.warnings.len(), 1);
}

#[test]
fn an_approval_on_the_command_line_is_for_what_is_held_whatever_the_file_approves() {
    let (yaml, world) = crowd(8, 2);
    let held = approve(world.plan(&yaml, NOW), &input(25, 25)).unwrap().limited.pop().unwrap().digest;
    let (yaml, world) = approving(&format!("  - {{held: {held}, until: 2027-01-02}}"));
    let other = PolicyInput { approval: Digest::parse("held-aaaaaaaaaaaaaaaaaaaaaaaaaa").ok(), ..asks_of(&yaml) };
    assert!(approve(world.plan(&yaml, NOW), &other).is_err());
    let same = PolicyInput { approval: Some(held), ..asks_of(&yaml) };
    assert_eq!(gone_and_held(&(yaml, world), &same), (6, 0));
}

#[test]
fn the_lines_that_a_plan_prints_release_what_it_holds_when_pasted() {
    let (yaml, world) = crowd(8, 2);
    let printed = decided(&world, &yaml, NOW, &input(25, 25));
    let lines = printed.lines().skip_while(|it| *it != "    approvals:").take(2);
    let pasted = lines.fold(yaml, |yaml, line| yaml + line.strip_prefix("    ").unwrap() + "\n");
    let input = asks_of(&pasted);
    assert_eq!(input.approvals.len(), 1);
    assert_eq!(gone_and_held(&(pasted, world), &input), (6, 0));
}

#[test]
fn what_has_not_begun_counts_as_what_is_not_declared() {
    let world = World::read("HPC cluster-a: viewer alice, viewer bob, admin carol");
    let yaml = "
scope: all
bindings:
  - {resource: cluster-a, role: viewer, users: [alice, bob], from: 2027-06-30}
  - {resource: cluster-a, role: admin, user: carol}
"
    .to_owned();
    assert_eq!(gone_and_held(&(yaml.clone(), world.clone()), &input(2, 100)), (2, 0));
    assert_eq!(gone_and_held(&(yaml, world), &input(1, 100)), (0, 2));
}

#[test]
fn a_digest_stays_the_same_while_the_held_set_does() {
    let (yaml, world) = crowd(8, 2);
    let digest = |yaml: &str, world: &World, now: &str, input: &PolicyInput| {
        approve(world.plan(yaml, now), input).unwrap().limited.pop().unwrap().digest
    };
    let first = digest(&yaml, &world, NOW, &input(25, 25));
    // Later, under another limit, with something to create besides, with lines in other places.
    assert_eq!(digest(&yaml, &world, "2027-01-02T00:00:00Z", &input(25, 25)), first);
    assert_eq!(digest(&yaml, &world, NOW, &input(3, 100)), first);
    let more = yaml.replace("users:", "users: [user000, new]}\n\n  - {resource: cluster-a, role: admin, users:");
    let mut more_people = world.clone();
    more_people.directory.users.extend(World::read("users: new").directory.users);
    let more = more.replace("role: viewer, users: [user000, new]", "role: member, users: [new]");
    let more = more.replace("role: admin, users:", "role: viewer, users:");
    assert_eq!(digest(&more, &more_people, NOW, &input(25, 25)), first);
    // But not when one more is held.
    assert_ne!(digest(&yaml.replace(", user001", ""), &world, NOW, &input(25, 25)), first);
}
