//! Live links as files, and back.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use grantsync::desired;
use grantsync::desired::export::{Export, ExportedFile, Form, Split, export};
use grantsync::diagnostic::Source;
use grantsync::plan::{Plan, Why, plan};
use grantsync::sandbox::World as Waldur;

use crate::api_support::sandbox;
use crate::world::{NOW, World, instant};

pub(crate) const WORLD: &str = "
HPC cluster-a: admin alice, admin bob, member carol, viewer carol, member dave, viewer dave, viewer erin
HPC twin: member alice
Storage twin: admin alice, admin alice
Storage old (terminated): viewer bob
";

/// What is written, one file after the other.
#[track_caller]
pub(crate) fn check(world: &World, asked: &Export, expect: Expect) {
    let files = export(&world.snapshot, &world.directory, asked).unwrap();
    expect.assert_eq(&shown(&files));
    is_in_sync(world, &files);
}

pub(crate) fn shown(files: &[ExportedFile]) -> String {
    let shown: Vec<_> = files.iter().map(|it| format!("== {}\n{}", it.name, it.text)).collect();
    shown.join("\n")
}

/// Plans a set of exported files, which must not even be worth a warning.
#[track_caller]
pub(crate) fn planned(world: &World, files: &[ExportedFile]) -> Plan {
    let sources: Vec<_> =
        files.iter().map(|it| Source { name: it.name.as_str().into(), text: it.text.clone() }).collect();
    let document = desired::parse(&sources).unwrap_or_else(|problems| panic!("{problems:#?}\n{}", shown(files)));
    let desired = desired::resolve(&document, &world.directory);
    assert_eq!(desired.warnings, [], "{}", shown(files));
    plan(&desired, &world.directory, &world.snapshot, instant(NOW))
}

/// Nothing but second rows is left to be done.
#[track_caller]
pub(crate) fn is_in_sync(world: &World, files: &[ExportedFile]) -> Plan {
    let plan = planned(world, files);
    assert_eq!((&plan.problems, plan.unresolved), (&Vec::new(), 0), "{}", shown(files));
    assert_eq!((&plan.creations, &plan.held, &plan.skipped), (&Vec::new(), &Vec::new(), &Vec::new()));
    assert!(plan.removals.iter().all(|it| it.why == Why::Duplicate), "{:#?}\n{}", plan.removals, shown(files));
    let live: BTreeSet<_> = world.snapshot.links.iter().map(|it| it.binding).collect();
    let outside: BTreeSet<_> = plan.outside.iter().map(|it| it.binding).collect();
    assert_eq!(plan.in_sync.len(), live.len() - outside.len());
    plan
}

#[test]
fn users_with_the_same_roles_stand_together() {
    check(
        &World::read(WORLD),
        &Export::default(),
        expect![[r#"
        == settings.yaml
        # Who has access on https://waldur.example.org/api: 10 bindings on 4 resources.
        # Written by `grantsync export`.
        version: 1

        scope: all

        bindings:
          # HPC
          - resource: cluster-a
            role: admin
            users: [alice, bob]
          - resource: cluster-a
            roles: [member, viewer]
            users: [carol, dave]
          - resource: cluster-a
            role: viewer
            user: erin

          - resource: {name: twin, offering: HPC}
            role: member
            user: alice

          # Storage
          - resource: 67000d0f51ad43d3f0fba9caebf67d57  # old (Storage), terminated
            role: viewer
            user: bob

          - resource: {name: twin, offering: Storage}
            role: admin
            user: alice
    "#]],
    );
}

#[test]
fn pinned_names_stand_beside_their_ids() {
    check(
        &World::read(WORLD),
        &Export { form: Form::Pinned, ..Export::default() },
        expect![[r#"
        == settings.yaml
        # Who has access on https://waldur.example.org/api: 10 bindings on 4 resources.
        # Written by `grantsync export --pin`.
        version: 1

        scope: all

        bindings:
          # HPC
          - resource: {uuid: 92b564649709b547436c935258e907eb, name: cluster-a}
            role: {uuid: f60ca9160a68052f3741759ee00db2ef, name: admin}
            users:
              - {uuid: 66ae3a191ae32a8312cb62e17c5bf2b6, username: alice}
              - {uuid: e2314cbf9f659b8f035563114c3d88f1, username: bob}
          - resource: {uuid: 92b564649709b547436c935258e907eb, name: cluster-a}
            roles:
              - {uuid: 6dc19bce7afe6118fd7d0bd5761b2522, name: member}
              - {uuid: b58fe57079fe6118fdd261f08f4fe5f2, name: viewer}
            users:
              - {uuid: 5014bea63ae32a8312cb5d56eb883103, username: carol}
              - {uuid: 63e5cf35540668f91a10e643d48df6e4, username: dave}
          - resource: {uuid: 92b564649709b547436c935258e907eb, name: cluster-a}
            role: {uuid: b58fe57079fe6118fdd261f08f4fe5f2, name: viewer}
            user: {uuid: 63efd79c9c0668f91a10e6472ecfe592, username: erin}

          - resource: {uuid: 0501a0ed22880b7829875b78584e21e1, name: twin}
            role: {uuid: 6dc19bce7afe6118fd7d0bd5761b2522, name: member}
            user: {uuid: 66ae3a191ae32a8312cb62e17c5bf2b6, username: alice}

          # Storage
          - resource: {uuid: 67000d0f51ad43d3f0fba9caebf67d57, name: old}  # terminated
            role: {uuid: ddead9942e35d8e0d08a6996aa4511aa, name: viewer}
            user: {uuid: e2314cbf9f659b8f035563114c3d88f1, username: bob}

          - resource: {uuid: 3a792727dac081e22cbe19d101284cd9, name: twin}
            role: {uuid: 8c790e558cfc1b81eec87bf79f789477, name: admin}
            user: {uuid: 66ae3a191ae32a8312cb62e17c5bf2b6, username: alice}
    "#]],
    );
}

#[test]
fn a_file_for_each_offering() {
    check(
        &World::read(WORLD),
        &Export { split: Split::Offering, ..Export::default() },
        expect![[r#"
        == settings.yaml
        # Who has access on https://waldur.example.org/api: 10 bindings on 4 resources.
        # Written by `grantsync export --split-by offering`.
        version: 1

        scope: all

        files: [hpc.yaml, storage.yaml]

        == hpc.yaml
        # HPC
        bindings:
          - resource: cluster-a
            role: admin
            users: [alice, bob]
          - resource: cluster-a
            roles: [member, viewer]
            users: [carol, dave]
          - resource: cluster-a
            role: viewer
            user: erin

          - resource: {name: twin, offering: HPC}
            role: member
            user: alice

        == storage.yaml
        # Storage
        bindings:
          - resource: 67000d0f51ad43d3f0fba9caebf67d57  # old (Storage), terminated
            role: viewer
            user: bob

          - resource: {name: twin, offering: Storage}
            role: admin
            user: alice
    "#]],
    );
}

#[test]
fn a_file_for_each_resource() {
    check(
        &World::read(WORLD),
        &Export { split: Split::Resource, ..Export::default() },
        expect![[r#"
        == settings.yaml
        # Who has access on https://waldur.example.org/api: 10 bindings on 4 resources.
        # Written by `grantsync export --split-by resource`.
        version: 1

        scope: all

        files: [hpc/cluster-a.yaml, hpc/twin.yaml, storage/old.yaml, storage/twin.yaml]

        == hpc/cluster-a.yaml
        # cluster-a (HPC)
        bindings:
          - resource: cluster-a
            role: admin
            users: [alice, bob]
          - resource: cluster-a
            roles: [member, viewer]
            users: [carol, dave]
          - resource: cluster-a
            role: viewer
            user: erin

        == hpc/twin.yaml
        # twin (HPC)
        bindings:
          - resource: {name: twin, offering: HPC}
            role: member
            user: alice

        == storage/old.yaml
        # old (Storage)
        bindings:
          - resource: 67000d0f51ad43d3f0fba9caebf67d57  # old (Storage), terminated
            role: viewer
            user: bob

        == storage/twin.yaml
        # twin (Storage)
        bindings:
          - resource: {name: twin, offering: Storage}
            role: admin
            user: alice
    "#]],
    );
}

#[test]
fn nothing_is_exported_as_the_wish_for_nothing() {
    check(
        &World::read("HPC cluster-a:"),
        &Export::default(),
        expect![[r#"
        == settings.yaml
        # Who has access on https://waldur.example.org/api: 0 bindings on 0 resources.
        # Written by `grantsync export`.
        version: 1

        scope: all

        bindings: []
    "#]],
    );
    check(
        &World::read("HPC cluster-a:"),
        &Export { split: Split::Offering, ..Export::default() },
        expect![[r#"
        == settings.yaml
        # Who has access on https://waldur.example.org/api: 0 bindings on 0 resources.
        # Written by `grantsync export --split-by offering`.
        version: 1

        scope: all

        bindings: []
    "#]],
    );
}

#[tokio::test]
async fn the_worlds_of_the_sandbox_are_in_sync_with_their_export() {
    for waldur in [Waldur::example().with_duplicate(), Waldur::generated(200, 2000, 10_000)] {
        let (_sandbox, client) = sandbox(waldur).await;
        let snapshot = client.snapshot().await.unwrap();
        let directory = client.directory(&Export::default().extent.lookups(), &snapshot).await.unwrap();
        let world = World { directory, snapshot };
        for split in [Split::Nothing, Split::Offering, Split::Resource] {
            let asked = Export { split, ..Export::default() };
            let files = export(&world.snapshot, &world.directory, &asked).unwrap();
            let plan = is_in_sync(&world, &files);
            let rows = world.snapshot.links.len();
            assert_eq!(plan.removals.len() + plan.in_sync.len(), rows);
            assert_eq!(export(&world.snapshot, &world.directory, &asked).unwrap(), files, "again the same bytes");
        }
    }
}
