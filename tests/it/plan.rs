//! What is decided about live and wanted, rule by rule.

use std::collections::BTreeSet;

use expect_test::expect;
use grantsync::binding::Binding;
use grantsync::directory::User;
use grantsync::plan::{BindingPart, Hold};
use grantsync::render::Naming;
use uuid::Uuid;

use crate::world::{NOW, World, check, check_at, resource, role, user};

#[test]
fn in_sync() {
    check(
        "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}\n",
        "HPC cluster-a: admin alice",
        expect![[r#"
            Plan: 0 to create, 0 to remove · 1 in sync
        "#]],
    );
}

#[test]
fn one_of_each() {
    check(
        "
scope: {offerings: [HPC]}
protect: [break-glass]
bindings:
  - {resource: cluster-a, roles: [admin], users: [alice, bob], reason: OPS-12}
  - {resource: cluster-b, role: viewer, user: carol}
",
        "
HPC cluster-a: admin alice, viewer bob, member dave, admin break-glass
HPC cluster-b: viewer carol, viewer carol
HPC old-one (terminated): admin dave
Storage archive: admin erin
",
        expect![[r#"
            cluster-a  HPC
              -    member          dave  not declared
              -/+  viewer → admin  bob   grants.yaml:5 · OPS-12

            cluster-b  HPC
              -    viewer  carol  duplicate · grants.yaml:6

            Plan: 1 to create, 3 to remove · 1 duplicate row, 2 in sync, 2 kept (1 protected, 1 terminated), 1 outside scope
        "#]],
    );
}

#[test]
fn an_entry_for_nobody_empties_its_resource() {
    check(
        "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, users: []}\n  - {resource: cluster-b, role: admin, user: bob}",
        "HPC cluster-a: admin alice\nHPC cluster-b: admin bob",
        expect![[r#"
            cluster-a  HPC
              -    admin  alice  not declared

            Plan: 0 to create, 1 to remove · 1 in sync
        "#]],
    );
}

#[test]
fn a_username_nobody_has_holds_what_it_might_mean_and_nothing_else() {
    check(
        "scope: all\nlimits: {removal_percent: 100}\nbindings:\n  - {resource: cluster-a, role: member, user: jon}\n  - {resource: cluster-b, role: member, user: bob}",
        "HPC cluster-a: member dave, viewer dave\nHPC cluster-b: member dave, member bob",
        expect![[r#"
            problem grants.yaml:4: no user has the username `jon`
            cluster-a  HPC
              -    viewer  dave  not declared
              !    member  dave  held: an unresolved line might refer to it · grants.yaml:4

            cluster-b  HPC
              -    member  dave  not declared

            Held: grants.yaml:4 holds 1 of 3 removals
              help: fix what is unresolved there; until then no link it could refer to is removed

            Plan: 0 to create, 2 to remove, 1 held, 1 unresolved · 1 in sync
        "#]],
    );
}

#[test]
fn a_role_nobody_has_holds_every_role_of_that_user_there() {
    check(
        "scope: all\nbindings:\n  - {resource: cluster-a, role: boss, user: dave}\n  - {resource: cluster-a, role: admin, user: bob}",
        "HPC cluster-a: member dave, viewer carol, admin bob",
        expect![[r#"
            problem grants.yaml:3: offering `HPC` (of `cluster-a`) has no role `boss` (its roles are `admin`, `member`, `viewer`)
            cluster-a  HPC
              -    viewer  carol  not declared
              !    member  dave   held: an unresolved line might refer to it · grants.yaml:3

            Held: grants.yaml:3 holds 1 of 2 removals
              help: fix what is unresolved there; until then no link it could refer to is removed

            Plan: 0 to create, 1 to remove, 1 held, 1 unresolved · 1 in sync
        "#]],
    );
}

#[test]
fn a_resource_nobody_has_holds_that_user_everywhere_since_role_names_mean_nothing_there() {
    check(
        "scope: all\nbindings:\n  - {resource: nowhere, role: member, user: dave}\n  - {resource: cluster-a, role: admin, user: bob}",
        "HPC cluster-a: viewer dave, admin bob, viewer carol\nStorage archive: admin dave",
        expect![[r#"
            problem grants.yaml:3: no resource is called `nowhere`
            cluster-a  HPC
              -    viewer  carol  not declared
              !    viewer  dave   held: an unresolved line might refer to it · grants.yaml:3

            archive  Storage
              !    admin  dave  held: an unresolved line might refer to it · grants.yaml:3

            Held: grants.yaml:3 holds 2 of 3 removals
              help: fix what is unresolved there; until then no link it could refer to is removed

            Plan: 0 to create, 1 to remove, 2 held, 1 unresolved · 1 in sync
        "#]],
    );
}

#[test]
fn whoever_a_typo_was_probably_meant_for_keeps_the_old_role() {
    check(
        "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: carlo}\n  - {resource: cluster-a, role: admin, user: bob}",
        "HPC cluster-a: viewer carol, viewer dave, admin bob",
        expect![[r#"
            problem grants.yaml:3: no user has the username `carlo` (did you mean `carol`?)
            cluster-a  HPC
              -    viewer  dave   not declared
              !    viewer  carol  held: replacement not created

            Plan: 0 to create, 1 to remove, 1 held, 1 unresolved · 1 in sync
        "#]],
    );
}

#[test]
fn whoever_an_unresolved_line_may_mean_keeps_the_old_role() {
    let world =
        World::read("HPC cluster-a: viewer bob, viewer dave\nLab cluster-a: admin carol\nHPC other: viewer erin");
    let (bob, erin) = (user("bob"), user("erin"));
    let (other, viewer) = (resource("HPC", "other", false), role("HPC", "viewer"));
    let hpc = "{name: cluster-a, offering: HPC}";
    for (line, holds) in [
        // A user who was renamed, and somebody else has the name that is written.
        (format!("{{resource: {hpc}, role: admin, user: {{uuid: {bob}, username: robert}}}}"), &["bob"][..]),
        (format!("{{resource: {hpc}, role: admin, user: {{uuid: {bob}, username: dave}}}}"), &["bob", "dave"]),
        // One who is gone, and somebody new has the name.
        (format!("{{resource: {hpc}, role: admin, user: {{uuid: {viewer}, username: bob}}}}"), &["bob"]),
        // A resource that was renamed; roles are given by UUID, so that no other role is in doubt.
        (
            format!(
                "{{resource: {{uuid: {other}, name: cluster-x}}, role: {{uuid: {}}}, user: erin}}",
                role("HPC", "admin")
            ),
            &["erin"],
        ),
        // A role that was renamed.
        (format!("{{resource: {hpc}, role: {{uuid: {}, name: owner}}, user: bob}}", role("HPC", "admin")), &["bob"]),
        // Two resources have the name.
        (format!("{{resource: cluster-a, role: {{uuid: {}}}, user: bob}}", role("HPC", "admin")), &["bob"]),
        // The resource is of another offering than the one that is written.
        (
            format!(
                "{{resource: {{name: other, offering: Lab}}, role: {{uuid: {}}}, user: {erin}}}",
                role("HPC", "admin")
            ),
            &["erin"],
        ),
    ] {
        let plan = world.plan(&format!("scope: all\nbindings:\n  - {line}\n"), NOW);
        let names = |it: &grantsync::binding::Link| world.directory.users[&it.binding.user].username.clone();
        let held: BTreeSet<_> = plan.held.iter().map(|it| names(&it.removal.link)).collect();
        assert!(holds.iter().all(|it| held.contains(*it)), "{line}: {held:?}");
        assert_eq!(plan.creations.len(), 0, "{line}");
        assert_eq!(plan.unresolved, 1, "{line}");
    }
}

#[test]
fn where_too_many_names_are_unknown_to_guess_whoever_may_be_meant_keeps_the_old_role() {
    // A rename of all accounts, or a directory that is down; and among them the typo of above.
    let mut world = World::read("HPC cluster-a: viewer carol\nHPC cluster-b: viewer dave\nHPC cluster-c:");
    for number in 0..2000_u128 {
        let user = User { username: format!("somebody-{number:04}"), full_name: String::new(), active: Some(true) };
        world.directory.users.insert(Uuid::from_u128(1 << 100 | number).into(), user);
    }
    let unknown = |many| (0..many).map(|it| format!("u{it:04}")).collect::<Vec<_>>().join(", ");
    for many in [900, 1100] {
        let yaml = format!(
            "scope: all\nbindings:\n  - {{resource: cluster-a, role: admin, user: carlo}}\n  \
             - {{resource: cluster-c, role: admin, users: [{}]}}\n  - {{resource: cluster-b, role: admin, users: []}}",
            unknown(many)
        );
        let plan = world.plan(&yaml, NOW);
        let gone: Vec<_> =
            plan.removals.iter().map(|it| &world.directory.users[&it.link.binding.user].username).collect();
        assert_eq!(gone, ["dave"], "{many} unknown");
    }
}

#[test]
fn a_role_change_is_one_line_and_waits_for_nothing_that_is_sure() {
    check(
        "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}",
        "HPC cluster-a: viewer alice, member alice",
        expect![[r#"
            cluster-a  HPC
              -/+  member, viewer → admin  alice  grants.yaml:3

            Plan: 1 to create, 2 to remove · 0 in sync
        "#]],
    );
}

#[test]
fn lines_of_inactive_users_are_skipped_and_hold_nothing() {
    let mut world = World::read("HPC cluster-a: viewer alice, admin bob");
    for user in world.directory.users.values_mut() {
        user.active = Some(false);
    }
    check_at(
        NOW,
        "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, users: [alice, bob]}",
        &world,
        expect![[r#"
            cluster-a  HPC
              -    viewer  alice  not declared
              !    admin   alice  not created: the user is not active · grants.yaml:3

            Plan: 0 to create, 1 to remove, 1 skipped · 1 in sync
        "#]],
    );
}

#[test]
fn on_a_terminated_resource_nothing_moves() {
    check(
        "scope: all\nbindings:\n  - {resource: old-one, role: admin, user: alice}\n  - {resource: old-one, role: viewer, user: bob}",
        "HPC old-one (terminated): viewer bob, member carol, viewer bob\nusers: alice",
        expect![[r#"
            old-one  HPC
              !    admin  alice  not created: the resource is terminated · grants.yaml:3

            Plan: 0 to create, 0 to remove, 1 skipped · 1 in sync, 2 kept (2 terminated)
        "#]],
    );
}

#[test]
fn a_row_of_which_a_part_cannot_be_looked_up_is_held() {
    type Forget = fn(&mut World);
    let forget: [(Forget, &str, BindingPart); 3] = [
        (|it| it.directory.resources.retain(|_, it| it.name != "cluster-b"), "admin bob", BindingPart::Resource),
        (|it| it.directory.roles.retain(|_, it| it.name != "viewer"), "viewer carol", BindingPart::Role),
        (|it| it.directory.users.retain(|_, it| it.username != "bob"), "admin bob", BindingPart::User),
    ];
    for (forget, held, part) in forget {
        let mut world = World::read("HPC cluster-a: admin alice, viewer carol\nHPC cluster-b: admin bob");
        let naming = world.clone();
        forget(&mut world);
        let plan = world.plan("scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}", NOW);
        let naming = Naming::new(&naming.directory);
        let name = |it: &Binding| format!("{} {}", naming.role(it.role), naming.user(it.user));
        let unseen: Vec<_> = plan.held.iter().map(|it| (name(&it.removal.link.binding), &it.hold)).collect();
        assert_eq!(unseen, [(held.to_owned(), &Hold::Unseen(part))]);
        assert_eq!(plan.removals.len(), 1);
    }
}

#[test]
fn a_plan_made_while_rows_came_and_went_says_so() {
    let mut world = World::read("HPC cluster-a: admin alice");
    world.snapshot.observation.changing = true;
    check_at(
        NOW,
        "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}",
        &world,
        expect![[r#"
        Plan: 0 to create, 0 to remove · 1 in sync · observed while changing
    "#]],
    );
}
