//! What reviewers should not miss: each rule where it speaks, and where it does not.

use expect_test::{Expect, expect};
use grantsync::desired::risks;
use grantsync::policy::Causes;
use grantsync::render::{self, Detail, Naming};
use grantsync::review::{self, FileSet, Review};
use grantsync::risk::{Before, Facts, RULES, assess};

use crate::world::{NOW, World, document, instant};

const SETTINGS: &str = "scope: all\nlimits: {removal_percent: 100}\n";

/// What is told of a file, or of a change if there is a file before it.
pub(crate) fn told(base: Option<&str>, head: &str, world: &str, author: Option<&str>) -> String {
    told_in(&World::read(world), base, head, author)
}

/// The same in any world.
pub(crate) fn told_in(world: &World, base: Option<&str>, head: &str, author: Option<&str>) -> String {
    let head = format!("{SETTINGS}{head}");
    let (plan, desired) = (world.plan(&head, NOW), world.desired(&head));
    let before_yaml = base.map(|it| format!("{SETTINGS}{it}"));
    let base = before_yaml.as_deref().map(|it| {
        (Causes::new(Some(&world.decision(it)), &world.decision(&head)), world.desired(it), document(it).accept)
    });
    let before = base.as_ref().map(|(causes, desired, accept)| Before { causes, desired: Some(desired), accept });
    let (directory, limits) = (&world.directory, desired.limits);
    let withheld = &world.decision(&head).withheld;
    let old = before_yaml.as_deref().map(|it| (document(it), world.desired(it)));
    let new = document(&head);
    let review = old.as_ref().map_or_else(Review::default, |(document, before)| {
        let files = |document, desired| FileSet { document, desired };
        let world = review::World { directory, snapshot: &world.snapshot, now: instant(NOW) };
        review::review(files(document, before), files(&new, &desired), world)
    });
    let (document, desired, review) = (&new, &desired, &review);
    let keeps_ends = world.snapshot.observation.keeps_ends;
    let facts =
        Facts { plan: &plan, withheld, document, desired, directory, keeps_ends, review, limits, author, before };
    let assessment = assess(&facts, &document.accept);
    let notes = document.warnings.iter().map(|it| format!("{}: {}\n", it.primary.span, it.message));
    let risks = render::risks(&assessment, &Naming::new(directory), Detail::Everything);
    notes.collect::<String>() + &anstream::adapter::strip_str(&risks).to_string()
}

#[track_caller]
fn check(head: &str, world: &str, expect: Expect) {
    expect.assert_eq(&told(None, head, world, None));
}

const ALICE: &str = "bindings:\n  - {resource: cluster-a, role: admin, user: alice}\n";

#[test]
fn in_sync_is_no_risk() {
    check(ALICE, "HPC cluster-a: admin alice", expect![""]);
}

#[test]
fn an_author_who_grants_to_themself_is_named() {
    let told = |author| told(None, ALICE, "HPC cluster-a: viewer bob\nHPC vm: admin alice", Some(author));
    assert!(!told("bob").contains("themself"));
    expect![[r#"
        Risks
          author-grants-to-themself  alice, the author, gets admin on cluster-a · grants.yaml:4
    "#]]
    .assert_eq(&told("alice").lines().take(2).fold(String::new(), |all, it| all + it + "\n"));
}

#[test]
fn the_last_holder_of_a_role_is_missed_and_the_last_but_one_is_not() {
    check(
        ALICE,
        "HPC cluster-a: admin alice, member bob, member carol",
        expect![[r#"
            Risks
              last-holder-leaves  cluster-a would have no member left (last: bob, carol)

        "#]],
    );
    let stays = format!("{ALICE}  - {{resource: cluster-a, role: member, user: bob}}\n");
    check(&stays, "HPC cluster-a: admin alice, member bob, member carol", expect![""]);
    let replaced = format!("{ALICE}  - {{resource: cluster-a, role: member, user: dave}}\n");
    check(&replaced, "HPC cluster-a: admin alice, member bob\nusers: dave", expect![""]);
}

#[test]
fn a_row_too_many_is_nobody_who_leaves() {
    check(ALICE, "HPC cluster-a: admin alice, admin alice", expect![""]);
}

#[test]
fn an_emptied_resource_is_one_risk_and_not_one_for_each_role() {
    let file = format!("{ALICE}  - {{resource: cluster-b, role: admin, users: []}}\n");
    check(
        &file,
        "HPC cluster-a: admin alice\nHPC cluster-b: admin bob, viewer carol, member dave, member erin",
        expect![[r#"
            Risks
              resource-emptied  cluster-b would have no users left (last: bob, carol, dave and 1 more)

        "#]],
    );
}

#[test]
fn a_share_over_the_limit_is_told_even_if_it_is_approved() {
    let file = format!("{ALICE}  - {{resource: cluster-a, role: admin, user: bob}}\n");
    let world = "HPC cluster-a: admin alice, admin bob, admin carol, admin dave, admin erin, admin frank";
    let limited = told(None, &file, world, None);
    assert_eq!(limited, "", "within the limit: {limited}");
    let world = World::read(world);
    let yaml = format!("{}{file}", SETTINGS.replace("100", "25"));
    let (plan, desired) = (world.plan(&yaml, NOW), world.desired(&yaml));
    let (directory, limits) = (&world.directory, desired.limits);
    let withheld = &world.decision(&yaml).withheld;
    let (document, review) = (&document(&yaml), &Review::default());
    let (author, before, desired, keeps_ends) = (None, None, &desired, false);
    let facts =
        Facts { plan: &plan, withheld, document, desired, directory, keeps_ends, review, limits, author, before };
    let text = render::risks(&assess(&facts, &[]), &Naming::new(directory), Detail::Everything);
    assert!(text.contains("4 of 6 bindings would go, more than the 25 %"), "{text}");
}

#[test]
fn a_grant_without_an_end_stands_out_where_most_others_end() {
    let guest = |user: &str| format!("  - {{resource: cluster-a, role: viewer, user: {user}, until: 2027-06-30}}\n");
    let world = "HPC cluster-a: viewer bob, viewer carol\nusers: alice";
    check(
        &format!("{ALICE}{}{}", guest("bob"), guest("carol")),
        world,
        expect![[r#"
        Risks
          grant-without-end  alice gets admin on cluster-a without an end, where 2 of 2 others end · grants.yaml:4

    "#]],
    );
    let staff = "  - {resource: cluster-a, role: viewer, user: carol}\n";
    check(&format!("{ALICE}{}{staff}", guest("bob")), world, expect![""]);
}

#[test]
fn a_protected_user_who_gets_something_or_loses_protection_is_told() {
    let world = "HPC cluster-a: admin alice\nusers: root";
    let root = format!("{ALICE}  - {{resource: cluster-a, role: admin, user: root}}\n");
    check(
        &format!("protect: [root]\n{root}"),
        world,
        expect![[r#"
        Risks
          protected-user-touched  root, who is protected, gets admin on cluster-a: the files can't take it back · grants.yaml:6

    "#]],
    );
    expect![[r#"
        Risks
          protected-user-touched  root is no longer protected

    "#]]
    .assert_eq(&told(Some(&format!("protect: [root]\n{ALICE}")), ALICE, world, None));
}

#[test]
fn of_a_change_only_what_it_causes_is_judged() {
    let world = "HPC cluster-a: admin alice, member bob\nusers: carol";
    let carol = format!("{ALICE}  - {{resource: cluster-a, role: admin, user: carol}}\n");
    assert!(told(None, &carol, world, None).contains("last-holder-leaves"));
    assert_eq!(told(Some(ALICE), &carol, world, None), "", "bob had to go before it");
}

#[test]
fn a_rule_is_silenced_with_a_reason_and_a_misspelt_one_is_told() {
    let accept =
        "accept:\n  - {risk: last-holder-leaves, reason: moved to cluster-b}\n  - {risk: last-holder, reason: x}\n";
    check(
        &format!("{accept}{ALICE}"),
        "HPC cluster-a: admin alice, member bob",
        expect![[r#"
        grants.yaml:5: there is no risk `last-holder`
        Risks
          last-holder-leaves  accepted (1 found): moved to cluster-b · grants.yaml:4

    "#]],
    );
    check(
        &format!("{accept}{ALICE}"),
        "HPC cluster-a: admin alice",
        expect![[r#"
        grants.yaml:5: there is no risk `last-holder`
    "#]],
    );
}

#[test]
fn every_name_is_that_of_a_rule() {
    let rules: Vec<_> = RULES.iter().map(|it| it.name).collect();
    let names: Vec<_> = risks::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(rules, names);
}

#[test]
fn what_is_not_sent_is_no_risk() {
    let world = "HPC cluster-a: admin alice\nHPC cluster-b: admin bob, viewer carol\nusers: root";
    let root = "  - {resource: cluster-a, role: admin, user: root}\n";
    let file = |mode| format!("mode: {mode}\nprotect: [root]\n{ALICE}{root}");
    let rules = |mode| told(None, &file(mode), world, None).matches("\n  ").count();
    assert_eq!([rules("enforce"), rules("add-only"), rules("observe")], [2, 1, 0]);
}

#[test]
fn a_change_does_not_excuse_itself() {
    let accept = "accept:\n  - {risk: author-grants-to-themself, reason: as agreed}\n";
    let carol = format!("{ALICE}  - {{resource: cluster-a, role: admin, user: carol}}\n");
    let world = "HPC cluster-a: admin alice\nusers: carol";
    let told = |base: &str| told(Some(base), &format!("{accept}{carol}"), world, Some("carol"));
    expect![[r#"
        Risks
          enforcement-weakened       accept: added author-grants-to-themself · grants.yaml:4
          author-grants-to-themself  carol, the author, gets admin on cluster-a · grants.yaml:7 · accepted by this change: as agreed

    "#]].assert_eq(&told(ALICE));
    expect![[r#"
        Risks
          author-grants-to-themself  accepted (1 found): as agreed · grants.yaml:4

    "#]]
    .assert_eq(&told(&format!("{accept}{ALICE}")));
}
