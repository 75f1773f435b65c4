//! What people write in place of a username.

use expect_test::expect;
use grantsync::sandbox::{Waldur, World};

use crate::verbs::Bench;
use crate::world::{World as Values, resolved};

fn help(bench_err: &str) -> Vec<&str> {
    bench_err.lines().filter_map(|it| it.trim_start().strip_prefix("= help: ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_e_mail_address_or_a_full_name_is_known_for_what_it_is() {
    for waldur in Waldur::ALL {
        let bench = Bench::new(World::example().on(waldur)).await;
        // Nobody of them holds a link on the other resources, and grace none at all.
        bench.write(
            "grants.yaml",
            "scope: {resources: [cluster-b]}
bindings:
  - resource: cluster-b
    role: viewer
    users: [grace@example.org, Eve Example, GRACE EXAMPLE, somebody@example.org, no body]
",
        );
        let told = bench.run("plan -f grants.yaml").await;
        assert_eq!(told.code, Some(4), "{told:?}");
        assert_eq!(
            help(&told.err),
            [
                "it is the e-mail address of `grace`: write the username",
                "it is the full name of `eve`: write the username",
                "it is the full name of `grace`: write the username",
            ],
            "{waldur} {}",
            told.err
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_of_them_are_looked_for_in_the_list_of_everybody() {
    let bench = Bench::new(World::example()).await;
    let users: Vec<_> = (0..40).map(|n| format!("user-{n}@example.org")).collect();
    bench.write(
        "grants.yaml",
        &format!(
            "scope: {{resources: [cluster-b]}}\nbindings:\n  - {{resource: cluster-b, role: viewer, users: [{}, grace@example.org]}}\n",
            users.join(", ")
        ),
    );
    let before = bench.sandbox.world().requests.len();
    let told = bench.run("plan -f grants.yaml").await;
    assert_eq!(help(&told.err), ["it is the e-mail address of `grace`: write the username"]);
    let requests = bench.sandbox.world().requests.len() - before;
    assert!(requests < 40, "{requests} requests");
}

#[test]
fn without_a_server_to_ask_what_stands_before_the_at_may_be_the_username() {
    expect![[r#"
        grants.yaml:2: no user has the username `alice@example.org` (write a username, not an e-mail address: `alice`?)
    "#]]
    .assert_eq(&resolved(
        "bindings:\n  - {resource: cluster-a, role: admin, user: alice@example.org}\n",
        "HPC cluster-a: admin alice\n",
    ));
}

#[test]
fn a_name_that_only_looks_right_is_told_by_its_character() {
    expect![[r#"
        grants.yaml:2: no user has the username `аlice` (it looks like `alice`, but has the character U+0430: write `alice`)
    "#]]
    .assert_eq(&resolved(
        "bindings:\n  - {resource: cluster-a, role: admin, user: \u{430}lice}\n",
        "HPC cluster-a: admin alice\n",
    ));
}

#[test]
fn a_full_name_that_several_have_names_all_of_them() {
    let mut world = Values::read("HPC cluster-a: admin kim1, admin kim2, admin bob\n");
    for user in world.directory.users.values_mut().filter(|it| it.username.starts_with("kim")) {
        user.full_name = "Kim Lee".into();
    }
    let desired = world.desired("bindings:\n  - {resource: cluster-a, role: admin, user: kim lee}\n");
    let help = desired.doubts[0].diagnostics[0].help.as_deref();
    assert_eq!(help, Some("it is the full name of `kim1` and `kim2`: write the username"));
    assert_eq!(desired.doubts[0].guesses.len(), 2);
}
