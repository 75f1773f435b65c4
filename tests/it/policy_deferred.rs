//! What is left for a later pass, and what waits with it.

use expect_test::expect;
use grantsync::binding::Binding;
use grantsync::policy::{Deferred, PolicyInput};

use crate::world::{NOW, World, decided, no_limits, resource, role, user};

#[test]
fn what_a_creation_that_is_set_aside_replaces_waits_with_it_and_nothing_else() {
    let world = World::read("HPC cluster-a: viewer alice, viewer bob, member alice");
    let yaml = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, users: [alice, bob]}\n  \
                - {resource: cluster-a, role: member, user: alice, until: 2026-01-01}\n";
    let deferred = [Deferred::Creation(binding("admin", "alice"))].into();
    expect![[r#"
        cluster-a  HPC
          -    member          alice  ended, was until 2026-01-01 · grants.yaml:4
          -/+  viewer → admin  bob    grants.yaml:3
          (-)  viewer          alice  withheld · not declared
          (+)  admin           alice  withheld · grants.yaml:3

        Plan: 1 to create, 2 to remove, 2 withheld · 0 in sync
    "#]]
    .assert_eq(&decided(&world, yaml, NOW, &PolicyInput { deferred, limits: no_limits(), ..PolicyInput::default() }));
}

#[test]
fn a_removal_that_is_set_aside_holds_up_no_creation() {
    let world = World::read("HPC cluster-a: viewer alice, viewer bob");
    let yaml = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, users: [alice, bob]}\n";
    let deferred = [Deferred::Removal(binding("viewer", "alice"))].into();
    expect![[r#"
        cluster-a  HPC
          -/+  viewer → admin  bob    grants.yaml:3
          +    admin           alice  grants.yaml:3
          (-)  viewer          alice  withheld · not declared

        Plan: 2 to create, 1 to remove, 1 withheld · 0 in sync
    "#]]
    .assert_eq(&decided(&world, yaml, NOW, &PolicyInput { deferred, limits: no_limits(), ..PolicyInput::default() }));
}

/// What somebody may do on `cluster-a`.
fn binding(named: &str, username: &str) -> Binding {
    Binding { resource: resource("HPC", "cluster-a", false), role: role("HPC", named), user: user(username) }
}
