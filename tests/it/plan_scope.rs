//! What is decided about scope, exclusions and protected users.

use expect_test::expect;

use crate::world::{check, role};

#[test]
fn without_a_scope_removals_on_resources_not_named_are_held() {
    check(
        "bindings:\n  - {resource: cluster-a, role: admin, user: alice}\n  - {resource: cluster-b, role: admin, users: []}",
        "HPC cluster-a: admin alice, viewer bob\nHPC cluster-b: admin bob\nHPC cluster-c: admin alice, viewer bob",
        expect![[r#"
            cluster-a  HPC
              -    viewer  bob  not declared

            cluster-b  HPC
              -    admin  bob  not declared

            Held: 2 links on 1 resource that the files do not name
              help: list the resources, say with `scope` what the files are about, or write `scope: all`; -v lists them

            Plan: 0 to create, 2 to remove, 2 held · 1 in sync
        "#]],
    );
}

#[test]
fn protect_wins_over_the_end_and_over_duplicates() {
    check(
        "
scope: all
protect: [bob, svc-*]
bindings:
  - {resource: cluster-a, role: admin, user: bob, until: 2026-06-30}
  - {resource: cluster-a, role: viewer, user: alice}
  - {resource: cluster-a, role: viewer, user: bob}
",
        "HPC cluster-a: admin bob, viewer alice, viewer bob, viewer bob, admin svc-backup",
        expect![[r#"
            warning grants.yaml:5: `bob` is protected, so a date takes nothing away
            Plan: 0 to create, 0 to remove · 2 in sync, 3 kept (3 protected)
        "#]],
    );
}

#[test]
fn an_unresolved_protected_user_holds_every_removal() {
    check(
        "scope: all\nprotect: [break-glas]\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}",
        "HPC cluster-a: admin alice, admin alice, viewer bob, admin break-glass",
        expect![[r#"
            problem grants.yaml:2: no user has the username `break-glas` (did you mean `break-glass`?)
            cluster-a  HPC
              !    admin   alice        held: an unresolved setting might refer to it · grants.yaml:2 · duplicate · grants.yaml:4
              !    viewer  bob          held: an unresolved setting might refer to it · grants.yaml:2
              !    admin   break-glass  held: an unresolved setting might refer to it · grants.yaml:2

            Held: grants.yaml:2 holds all 3 removals
              help: fix what is unresolved there; until then no link it could refer to is removed

            Plan: 0 to create, 0 to remove, 3 held, 1 unresolved · 1 duplicate row, 1 in sync
        "#]],
    );
}

#[test]
fn an_unresolved_exclusion_holds_every_removal_and_an_unresolved_inclusion_narrows() {
    let world = "HPC cluster-a: admin alice, viewer bob\nStorage archive: admin bob";
    let bindings = "bindings:\n  - {resource: cluster-a, role: admin, user: alice}";
    check(
        &format!("scope: {{exclude: {{resources: [archives]}}}}\n{bindings}"),
        world,
        expect![[r#"
            problem grants.yaml:1: no resource is called `archives` (did you mean `archive`?)
            cluster-a  HPC
              !    viewer  bob  held: an unresolved setting might refer to it · grants.yaml:1

            archive  Storage
              !    admin  bob  held: an unresolved setting might refer to it · grants.yaml:1

            Held: grants.yaml:1 holds all 2 removals
              help: fix what is unresolved there; until then no link it could refer to is removed

            Plan: 0 to create, 0 to remove, 2 held, 1 unresolved · 1 in sync
        "#]],
    );
    check(
        &format!("scope: {{resources: [cluster-a, archives]}}\n{bindings}"),
        world,
        expect![[r#"
        problem grants.yaml:1: no resource is called `archives` (did you mean `archive`?)
        cluster-a  HPC
          -    viewer  bob  not declared

        Plan: 0 to create, 1 to remove, 1 unresolved · 1 in sync, 1 outside scope
    "#]],
    );
}

#[test]
fn scope_joins_kinds_by_and_and_values_by_or() {
    check(
        "
scope:
  offerings: [HPC]
  roles: [admin, viewer]
  exclude: {resources: [\"*-private\"], users: [root]}
bindings:
  - {resource: cluster-a, role: admin, user: alice}
",
        "
HPC cluster-a: admin alice, admin bob, member carol, viewer root
HPC lab-private: admin bob
Storage archive: admin bob
",
        expect![[r#"
            cluster-a  HPC
              -    admin  bob  not declared

            Plan: 0 to create, 1 to remove · 1 in sync, 4 outside scope
        "#]],
    );
}

#[test]
fn an_excluded_name_means_terminated_ones_too_and_a_role_name_every_offering() {
    check(
        "scope: {exclude: {resources: [lab], roles: [viewer]}}\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}",
        "HPC cluster-a: admin alice, viewer bob\nHPC lab (terminated): admin bob\nStorage lab: admin bob\nStorage archive: viewer bob",
        expect![[r#"
            Plan: 0 to create, 0 to remove · 1 in sync, 4 outside scope
        "#]],
    );
}

#[test]
fn a_role_name_in_a_scope_means_that_role_in_every_offering() {
    check(
        "scope: {roles: [admin]}\nlimits: {removal_percent: 100}\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}",
        "HPC cluster-a: admin alice, viewer bob\nStorage archive: admin bob, viewer bob",
        expect![[r#"
            archive  Storage
              -    admin  bob  not declared

            Plan: 0 to create, 1 to remove · 1 in sync, 2 outside scope
        "#]],
    );
}

#[test]
fn a_binding_outside_its_own_scope_is_neither_created_nor_forgotten() {
    check(
        "scope: {offerings: [HPC]}\nbindings:\n  - {resource: archive, role: admin, user: alice}\n  - {resource: cluster-a, role: admin, user: alice}",
        "HPC cluster-a: admin alice\nStorage archive: viewer alice",
        expect![[r#"
            archive  Storage
              !    admin  alice  not created: outside the scope of its own file · grants.yaml:3

            Plan: 0 to create, 0 to remove, 1 outside their own scope · 1 in sync, 1 outside scope
        "#]],
    );
}

#[test]
fn patterns_that_match_nothing_are_worth_a_word() {
    check(
        "scope: {resources: [\"cluster-*\", \"lab-*\"]}\nprotect: [\"svc-*\"]\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}",
        "HPC cluster-a: admin alice",
        expect![[r#"
            warning grants.yaml:1: nothing fits the pattern `lab-*`
            warning grants.yaml:2: nothing fits the pattern `svc-*`
            Plan: 0 to create, 0 to remove · 1 in sync
        "#]],
    );
}

#[test]
fn a_line_outside_its_own_scope_holds_what_it_would_replace() {
    // Which role is meant by an id, names alone can't tell.
    let viewer = role("HPC", "viewer");
    check(
        &format!(
            "scope: {{roles: [{viewer}]}}\nbindings:\n  - {{resource: cluster-a, role: admin, user: bob}}\n  - {{resource: cluster-a, role: viewer, user: carol}}"
        ),
        "HPC cluster-a: viewer alice, viewer bob, viewer carol",
        expect![[r#"
            cluster-a  HPC
              -    viewer  alice  not declared
              !    admin   bob    not created: outside the scope of its own file · grants.yaml:3
              !    viewer  bob    held: replacement not created

            Plan: 0 to create, 1 to remove, 1 held, 1 outside their own scope · 1 in sync
        "#]],
    );
}
