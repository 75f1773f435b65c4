//! What references mean.

use expect_test::{Expect, expect};
use grantsync::desired::Desired;
use grantsync::directory::{Role, User};

use crate::world::{World, offering, resolved, resource, role, user};

const WORLD: &str = "
HPC cluster-a: admin alice
HPC twin:
Storage twin:
HPC lab (terminated):
HPC lab:
HPC gone (terminated):
";

#[track_caller]
fn check(resource: &str, role: &str, user: &str, expect: Expect) {
    let yaml = format!("bindings:\n  - {{resource: {resource}, role: {role}, user: {user}}}\n");
    expect.assert_eq(&resolved(&yaml, WORLD));
}

#[test]
fn names_mean_what_is_not_terminated_and_what_is_where_nothing_else_has_the_name() {
    check(
        "cluster-a",
        "admin",
        "alice",
        expect![[r#"
        HPC cluster-a: admin alice
    "#]],
    );
    check(
        "lab",
        "admin",
        "alice",
        expect![[r#"
        HPC lab [bf2b7819e54bcdfa3c82e12e0bdb7bdc]: admin alice
    "#]],
    );
    check(
        "gone",
        "admin",
        "alice",
        expect![[r#"
        HPC gone: admin alice
    "#]],
    );
    check(
        "clutser-a",
        "admin",
        "alice",
        expect![[r#"
        grants.yaml:2: no resource is called `clutser-a` (did you mean `cluster-a`?)
    "#]],
    );
}

#[test]
fn a_name_that_several_have_is_unresolved_and_told_apart_by_its_offering() {
    check(
        "twin",
        "admin",
        "alice",
        expect![[r#"
        grants.yaml:2: 2 resources are called `twin` (write one of `{name: twin, offering: HPC}`, `{name: twin, offering: Storage}`)
    "#]],
    );
    check(
        "{name: twin, offering: Storage}",
        "admin",
        "alice",
        expect![[r#"
        Storage twin: admin alice
    "#]],
    );
    check(
        "{name: twin, offering: Cloud}",
        "admin",
        "alice",
        expect![[r#"
        grants.yaml:2: no offering with a resource is called `Cloud`
    "#]],
    );
    check(
        "{name: cluster-a, offering: Storage}",
        "admin",
        "alice",
        expect![[r#"
        grants.yaml:2: no resource is called `cluster-a` in that offering
    "#]],
    );
}

#[test]
fn a_uuid_and_a_name_must_agree() {
    let id = resource("HPC", "cluster-a", false);
    check(
        &id.to_string(),
        "admin",
        "alice",
        expect![[r#"
        HPC cluster-a: admin alice
    "#]],
    );
    check(
        &id.to_string().to_uppercase(),
        "admin",
        "alice",
        expect![[r#"
        HPC cluster-a: admin alice
    "#]],
    );
    check(
        &format!("{{uuid: {id}, name: cluster-a}}"),
        "admin",
        "alice",
        expect![[r#"
        HPC cluster-a: admin alice
    "#]],
    );
    check(
        &format!("{{uuid: {id}, name: twin}}"),
        "admin",
        "alice",
        expect![[r#"
        grants.yaml:2: `92b564649709b547436c935258e907eb` is called `cluster-a`, not `twin` (write the one that is meant, or both as they are)
    "#]],
    );
    check(
        "00000000-0000-0000-0000-00000000000a",
        "admin",
        "alice",
        expect![[r#"
        grants.yaml:2: no resource has the UUID `0000000000000000000000000000000a`
    "#]],
    );
}

#[test]
fn a_url_means_what_it_ends_in() {
    let id = resource("HPC", "cluster-a", false);
    check(
        &format!("https://waldur.example.org/api/marketplace-resources/{id}/"),
        "admin",
        "alice",
        expect![[r#"
        HPC cluster-a: admin alice
    "#]],
    );
    check(
        &format!("/api/marketplace-resources/{id}/"),
        "admin",
        "alice",
        expect![[r#"
        HPC cluster-a: admin alice
    "#]],
    );
}

#[test]
fn roles_belong_to_the_offering_of_the_resource() {
    check(
        "cluster-a",
        "boss",
        "alice",
        expect![[r#"
            grants.yaml:2: offering `HPC` (of `cluster-a`) has no role `boss` (its roles are `admin`, `member`, `viewer`)
        "#]],
    );
    check(
        "cluster-a",
        &role("HPC", "viewer").to_string(),
        "alice",
        expect![[r#"
        HPC cluster-a: viewer alice
    "#]],
    );
    check(
        "cluster-a",
        &role("Storage", "viewer").to_string(),
        "alice",
        expect![[r#"
        grants.yaml:2: the role `ddead9942e35d8e0d08a6996aa4511aa` belongs to another offering than `cluster-a` (its roles are `admin`, `member`, `viewer`)
    "#]],
    );
    check(
        "cluster-a",
        &format!("{{uuid: {}, name: admin}}", role("HPC", "viewer")),
        "alice",
        expect![[r#"
        grants.yaml:2: `b58fe57079fe6118fdd261f08f4fe5f2` is called `viewer`, not `admin` (write the one that is meant, or both as they are)
    "#]],
    );
}

#[test]
fn usernames_are_exact() {
    check(
        "cluster-a",
        "admin",
        "Alice",
        expect![[r#"
        grants.yaml:2: no user has the username `Alice` (did you mean `alice`?)
    "#]],
    );
    check(
        "cluster-a",
        "admin",
        &user("alice").to_string(),
        expect![[r#"
        HPC cluster-a: admin alice
    "#]],
    );
    check(
        "cluster-a",
        "admin",
        "{username: alice}",
        expect![[r#"
        HPC cluster-a: admin alice
    "#]],
    );
    check(
        "cluster-a",
        "admin",
        "nobody-like-that",
        expect![[r#"
        grants.yaml:2: no user has the username `nobody-like-that`
    "#]],
    );
}

#[test]
fn names_that_look_like_ids_have_explicit_forms() {
    check(
        "{name: 0123456789abcdef0123456789abcdef}",
        "admin",
        "alice",
        expect![[r#"
        grants.yaml:2: no resource is called `0123456789abcdef0123456789abcdef`
    "#]],
    );
}

#[test]
fn a_role_name_that_an_offering_has_twice_is_unresolved() {
    let mut world = World::read(WORLD);
    let twin = Role { name: "admin".into(), offerings: [offering("HPC")].into() };
    world.directory.roles.insert(role("HPC", "another admin"), twin);
    let desired = world.desired("bindings:\n  - {resource: cluster-a, role: admin, user: alice}\n");
    assert_eq!(desired.bindings, []);
    let problem = &desired.doubts[0].diagnostics[0];
    assert_eq!(problem.message, "2 roles of the offering `HPC` are called `admin`");
    let choices = problem.help.as_ref().unwrap();
    for id in [role("HPC", "admin"), role("HPC", "another admin")] {
        assert!(choices.contains(&format!("{{uuid: {id}}}")), "{choices}");
    }
}

#[test]
fn lines_that_turn_out_to_mean_the_same_are_one_binding_with_all_its_origins() {
    let world = World::read(WORLD);
    let (resource, user) = (resource("HPC", "cluster-a", false), user("alice"));
    let yaml = format!(
        "bindings:\n  - {{resource: cluster-a, role: admin, user: alice}}\n  - {{resource: {resource}, role: admin, user: {user}}}\n"
    );
    let desired = world.desired(&yaml);
    assert_eq!(desired.bindings.len(), 1);
    let lines: Vec<_> = desired.bindings[0].origins.iter().map(|it| it.span.line).collect();
    assert_eq!(lines, [2, 3]);
}

#[test]
fn the_files_of_another_server_are_told_without_holding_every_name_against_every_other() {
    let mut world = World::read("HPC cluster-a: admin alice");
    for n in 0..3000 {
        let username = format!("person-{n:05}@example.org");
        world.directory.users.insert(user(&username), User { username, full_name: String::new(), active: Some(true) });
    }
    let desired = |unknown: usize| {
        let names: Vec<_> = (0..unknown).map(|n| format!("person-{n:05}@example.com")).collect();
        let entry = "  - {resource: cluster-a, role: admin, group: all}\n";
        let yaml = format!("groups: {{all: [{}]}}\nbindings:\n{}", names.join(", "), entry.repeat(20));
        world.desired(&yaml)
    };
    let helps = |desired: &Desired| desired.doubts.iter().filter(|it| it.diagnostics[0].help.is_some()).count();
    // A few typos are worth a thought each, once.
    let few = desired(10);
    assert_eq!((few.doubts.len(), helps(&few)), (200, 200));
    // Thousands are no typos.
    let many = desired(2000);
    assert_eq!((many.doubts.len(), helps(&many)), (40_000, 0));
}

/// Servers of the first generation have no such roles.
#[test]
fn a_role_of_no_offering_fits_all_and_one_of_several_each() {
    let mut world = World::read(WORLD);
    let [hpc, storage] = ["HPC", "Storage"].map(offering);
    world.directory.roles.insert(role("none", "guest"), Role { name: "guest".into(), offerings: [].into() });
    world
        .directory
        .roles
        .insert(role("both", "auditor"), Role { name: "auditor".into(), offerings: [hpc, storage].into() });
    let guest = "  - {resource: cluster-a, role: guest, user: alice}\n  - {resource: {name: twin, offering: Storage}, role: guest, user: alice}\n";
    let desired = world.desired(&format!("bindings:\n{guest}{}", guest.replace("guest", "auditor")));
    assert!(desired.doubts.is_empty(), "{:?}", desired.doubts);
    let roles: std::collections::BTreeSet<_> = desired.bindings.iter().map(|it| it.binding.role).collect();
    assert_eq!((desired.bindings.len(), roles), (4, [role("none", "guest"), role("both", "auditor")].into()));
}
