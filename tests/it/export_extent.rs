//! Exports of a part, and of less than there may be.

use expect_test::expect;
use grantsync::desired::export::{Export, ExportFilter, Given, export};

use crate::export::{WORLD, check, planned, shown};
use crate::world::World;

fn extent(offerings: &[&str], resources: &[&str], roles: &[&str], users: &[&str]) -> ExportFilter {
    let owned = |it: &[&str]| -> Vec<String> { it.iter().map(|it| (*it).to_owned()).collect() };
    let [offerings, resources, roles, users] = [offerings, resources, roles, users].map(owned);
    ExportFilter::read(Given { offerings: &offerings, resources: &resources, roles: &roles, users: &users }).unwrap()
}

#[test]
fn what_is_asked_for_becomes_the_scope() {
    let extent = extent(&["HPC"], &["cluster-*"], &["admin", "viewer"], &[]);
    check(
        &World::read(WORLD),
        &Export { extent, ..Export::default() },
        expect![[r#"
            == settings.yaml
            # Who has access on https://waldur.example.org/api: 5 bindings on 1 resource.
            # Written by `grantsync export --offering HPC --resource 'cluster-*' --role admin --role viewer`.
            version: 1

            scope:
              offerings: [HPC]
              resources: ["cluster-*"]
              roles: [admin, viewer]

            bindings:
              - resource: cluster-a
                role: admin
                users: [alice, bob]
              - resource: cluster-a
                role: viewer
                users: [carol, dave, erin]
        "#]],
    );
}

#[test]
fn things_can_be_told_apart_as_in_a_file() {
    let world = World::read(WORLD);
    let asked = Export {
        extent: extent(&[], &["{name: twin, offering: Storage}"], &[], &["alice", "66ae3a191ae32a8312cb62e17c5bf2b6"]),
        ..Export::default()
    };
    check(
        &world,
        &asked,
        expect![[r#"
        == settings.yaml
        # Who has access on https://waldur.example.org/api: 1 binding on 1 resource.
        # Written by `grantsync export --resource '{name: twin, offering: Storage}' --user alice --user 66ae3a191ae32a8312cb62e17c5bf2b6`.
        version: 1

        scope:
          resources: [{name: twin, offering: Storage}]
          users: [alice, 66ae3a191ae32a8312cb62e17c5bf2b6]

        bindings:
          - resource: {name: twin, offering: Storage}
            role: admin
            user: alice
    "#]],
    );
}

#[test]
fn what_names_nothing_is_an_error_and_no_smaller_export() {
    let world = World::read(WORLD);
    let said = |extent: ExportFilter| {
        let problems = export(&world.snapshot, &world.directory, &Export { extent, ..Export::default() }).unwrap_err();
        let said = problems.iter().map(|it| {
            let help = it.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{}: {}{help}\n", it.primary.span.file, it.message)
        });
        said.collect::<String>()
    };
    expect![[r#"
        --offering: no offering with a resource is called `HCP` (did you mean `HPC`?)
        --resource: 2 resources are called `twin` (write one of `{name: twin, offering: HPC}`, `{name: twin, offering: Storage}`)
        --role: no role is called `boss` in any offering
        --user: no user has the username `alcie` (did you mean `alice`?)
        --resource: nothing fits the pattern `x*`
    "#]].assert_eq(&said(extent(&["HCP"], &["twin", "x*"], &["boss"], &["alcie"])));
}

#[test]
fn what_cannot_be_read_is_told_with_its_flag() {
    let texts = ["https://example.org/".to_owned(), String::new()];
    let problems = ExportFilter::read(Given { resources: &texts, ..Given::default() }).unwrap_err();
    let said: Vec<_> = problems.iter().map(|it| format!("{}: {}", it.primary.span.file, it.message)).collect();
    assert_eq!(
        said,
        [
            "--resource: `--resource` is empty",
            "--resource: this URL names no object of the API: `https://example.org/`"
        ]
    );
}

#[test]
fn who_may_see_only_a_part_is_told_in_the_file() {
    let mut world = World::read("HPC cluster-a: admin alice");
    world.snapshot.observation.caller.is_staff = false;
    world.snapshot.observation.caller.username = "bob\nbindings: []".into();
    world.snapshot.observation.changing = true;
    let files = export(&world.snapshot, &world.directory, &Export::default()).unwrap();
    expect![[r##"
        # Who has access on https://waldur.example.org/api: 1 binding on 1 resource.
        # Written by `grantsync export`.
        # Seen with the token of "bob\nbindings: []", which is no staff token: this may be a part.
        # Links changed while they were read: some may be missing.
        version: 1

    "##]]
    .assert_eq(files[0].text.split("scope").next().unwrap());
}

#[test]
fn what_cannot_be_looked_up_is_written_and_holds_itself() {
    let mut world = World::read("HPC cluster-a: admin alice, member bob\nHPC cluster-b: admin alice");
    world.directory.resources.retain(|_, it| it.name != "cluster-b");
    world.directory.roles.retain(|_, it| it.name != "member");
    let files = export(&world.snapshot, &world.directory, &Export::default()).unwrap();
    expect![[r#"
        == settings.yaml
        # Who has access on https://waldur.example.org/api: 3 bindings on 2 resources.
        # Written by `grantsync export`.
        version: 1

        scope: all

        bindings:
          # HPC
          - resource: cluster-a
            role: admin
            user: alice
          - resource: cluster-a
            role: 6dc19bce7afe6118fd7d0bd5761b2522  # cannot be looked up
            user: bob

          # Resources that cannot be looked up
          - resource: 03ec02962a09b5474f5e43726247ec3a  # cannot be looked up
            role: f60ca9160a68052f3741759ee00db2ef  # admin
            user: alice
    "#]]
    .assert_eq(&shown(&files));
    let plan = planned(&world, &files);
    assert_eq!((plan.removals.len(), plan.held.len(), plan.in_sync.len(), plan.unresolved), (0, 2, 1, 2));
}
