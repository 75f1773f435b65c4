//! `grantsync links`: what is asked for, and by whom.

use std::fmt::Write as _;
use std::path::PathBuf;

use expect_test::{Expect, expect};
use grantsync::sandbox::{Sandbox, World, tokens};
use serde_json::Value;

use crate::command::{against, as_staff, reads};

/// The world of the examples, with a duplicate.
pub(crate) async fn example() -> Sandbox {
    Sandbox::start(World::example().with_duplicate()).await.unwrap()
}

/// What `links` with these arguments says to staff.
async fn check(arguments: &str, expected: Expect) {
    let sandbox = example().await;
    let arguments: Vec<_> = std::iter::once("links").chain(arguments.split_whitespace()).collect();
    expected.assert_eq(&as_staff(&sandbox, &arguments).await.to_string());
    reads(&sandbox);
}

/// The id of what is called so.
pub(crate) fn id(world: &World, name: &str) -> String {
    let resource = world.resources.iter().find(|it| it.name == name).map(|it| it.id);
    let role = world.roles.iter().find(|it| it.name == name).map(|it| it.id);
    let user = world.users.iter().find(|it| it.username == name).map(|it| it.id);
    resource.or(role).or(user).unwrap().simple().to_string()
}

#[tokio::test]
async fn all_links_are_shown_and_so_is_which_of_two_rows_is_one_too_many() {
    check(
        "",
        expect![[r#"
        OFFERING  RESOURCE      ROLE    USER         NAME
        Cloud     vm-lab        admin   frank        Frank Example
        HPC       archive-2019  viewer  eve          Eve Example
        HPC       cluster-a     admin   alice        Alice Example
        HPC       cluster-a     admin   alice        Alice Example        duplicate
        HPC       cluster-a     admin   break-glass  Break-glass Example
        HPC       cluster-a     member  bob          Bob Example
        HPC       cluster-a     member  carol        Carol Example
        HPC       cluster-a     viewer  eve          Eve Example
        HPC       cluster-b     admin   alice        Alice Example
        HPC       cluster-b     member  carol        Carol Example
        HPC       cluster-b     member  dave         Dave Example
        ! 11 links
    "#]],
    )
    .await;
}

#[tokio::test]
async fn links_are_asked_for_by_name() {
    check(
        "--resource cluster-a",
        expect![[r#"
        OFFERING  RESOURCE   ROLE    USER         NAME
        HPC       cluster-a  admin   alice        Alice Example
        HPC       cluster-a  admin   alice        Alice Example        duplicate
        HPC       cluster-a  admin   break-glass  Break-glass Example
        HPC       cluster-a  member  bob          Bob Example
        HPC       cluster-a  member  carol        Carol Example
        HPC       cluster-a  viewer  eve          Eve Example
        ! 6 links
    "#]],
    )
    .await;
    check(
        "--role viewer",
        expect![[r#"
        OFFERING  RESOURCE      ROLE    USER  NAME
        HPC       archive-2019  viewer  eve   Eve Example
        HPC       cluster-a     viewer  eve   Eve Example
        ! 2 links
    "#]],
    )
    .await;
    check(
        "--user alice --user frank --role admin",
        expect![[r#"
        OFFERING  RESOURCE   ROLE   USER   NAME
        Cloud     vm-lab     admin  frank  Frank Example
        HPC       cluster-a  admin  alice  Alice Example
        HPC       cluster-a  admin  alice  Alice Example  duplicate
        HPC       cluster-b  admin  alice  Alice Example
        ! 4 links
    "#]],
    )
    .await;
    check(
        "--resource cluster-b --user eve",
        expect![[r#"
        ! no links
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_means_nothing_or_too_much_is_an_error_that_knows_better() {
    check(
        "--resource clustr-a --user alcie",
        expect![[r#"
        ! error: no resource is called `clustr-a`
        !   help: did you mean `cluster-a`?
        ! error: no user has the username `alcie`
        !   help: did you mean `alice`?
        [exit 1]
    "#]],
    )
    .await;
    check(
        "--role admn",
        expect![[r#"
        ! error: no role is called `admn` in any offering
        !   help: did you mean `admin`?
        [exit 1]
    "#]],
    )
    .await;
    check(
        "--user 00000000000000000000000000000000",
        expect![[r#"
        ! error: no user has the UUID `00000000000000000000000000000000`
        [exit 1]
    "#]],
    )
    .await;
    check(
        "--resource 00000000-0000-0000-0000-000000000000",
        expect![[r#"
        ! error: no resource has the UUID `00000000000000000000000000000000`
        [exit 1]
    "#]],
    )
    .await;
    check(
        "--role 00000000000000000000000000000000",
        expect![[r#"
        ! error: no role has the UUID `00000000000000000000000000000000`
        [exit 1]
    "#]],
    )
    .await;
    check(
        "--user=",
        expect![[r#"
        ! error: a value is required for '--user <USER>' but none was supplied
        ! 
        ! For more information, try '--help'.
        [exit 64]
    "#]],
    )
    .await;
    check(
        "mine",
        expect![[r#"
        ! error: invalid value 'mine' for '[LINK_ID]': the id of a link is a UUID; `grantsync links -v` shows them
        ! 
        ! For more information, try '--help'.
        [exit 64]
    "#]],
    )
    .await;
    check(
        "00000000000000000000000000000000 --user alice",
        expect![[r#"
        ! error: the argument '[LINK_ID]' cannot be used with '--user <USER>'
        ! 
        ! Usage: grantsync links --url <URL> <LINK_ID>
        ! 
        ! For more information, try '--help'.
        [exit 64]
    "#]],
    )
    .await;

    let mut world = World::example();
    let cloud = world.offerings.iter().find(|it| it.name == "Cloud").unwrap().id;
    let twin = world.resource(cloud, "cluster-a").simple().to_string();
    let first = id(&world, "cluster-a");
    let sandbox = Sandbox::start(world).await.unwrap();
    let said = as_staff(&sandbox, &["links", "--resource", "cluster-a"]).await.to_string();
    expect![[r#"
        ! error: 2 resources are called `cluster-a`
        !   help: write one of `{name: cluster-a, offering: Cloud}` (project `Chemistry` of `Consumer`), `{name: cluster-a, offering: HPC}` (project `Project` of `Consumer`)
        [exit 1]
    "#]]
    .assert_eq(&said.replace(&twin, "<twin>").replace(&first, "<first>"));
    assert_eq!(as_staff(&sandbox, &["links", "--resource", &twin]).await.to_string(), "! no links\n");

    // One that is terminated does not stand in the way of its successor.
    sandbox.world().terminate(twin.parse().unwrap());
    assert!(as_staff(&sandbox, &["links", "--resource", "cluster-a"]).await.stdout.contains("break-glass"));
}

#[tokio::test]
async fn callers_who_see_a_part_are_told_so() {
    let sandbox = example().await;
    let mut told = String::new();
    for (token, arguments) in [
        (tokens::SUPPORT, &["--user", "eve"][..]),
        // The users of links are no users that these two can look up.
        (tokens::CONSUMER, &["--user", "eve"]),
        (tokens::ADMIN, &["--user", "eve", "--role", "viewer"]),
        (tokens::ADMIN, &["--user", "evil"]),
        (tokens::CONSUMER, &["--resource", "clustr-a"]),
        (tokens::OWNER, &[]),
        (tokens::NOBODY, &[]),
        (tokens::EXPIRED, &[]),
    ] {
        let arguments = [&["links"], arguments].concat();
        writeln!(told, "# {token}\n{}", against(&sandbox, token, &arguments).await.to_string().trim_end()).unwrap();
    }
    expect![[r#"
        # sandbox-support-00000000000000000000000b
        OFFERING  RESOURCE      ROLE    USER  NAME
        HPC       archive-2019  viewer  eve   Eve Example
        HPC       cluster-a     viewer  eve   Eve Example
        ! 2 links
        # sandbox-consumer-0000000000000000000000d
        OFFERING  RESOURCE      ROLE    USER  NAME
        HPC       archive-2019  viewer  eve   Eve Example
        HPC       cluster-a     viewer  eve   Eve Example
        ! 2 links
        ! The token of `consumer-owner` is shown only some of the links, with no hint that there are more: links missing here may exist.
        # sandbox-admin-0000000000000000000000000e
        OFFERING  RESOURCE      ROLE    USER  NAME
        HPC       archive-2019  viewer  eve   Eve Example
        HPC       cluster-a     viewer  eve   Eve Example
        ! 2 links
        ! The token of `project-admin` is shown only some of the links, with no hint that there are more: links missing here may exist.
        # sandbox-admin-0000000000000000000000000e
        ! no links
        ! The token of `project-admin` is shown only some of the links, with no hint that there are more: links missing here may exist.
        # sandbox-consumer-0000000000000000000000d
        ! error: no resource is called `clustr-a`
        !   help: did you mean `cluster-a`?
        [exit 1]
        # sandbox-owner-0000000000000000000000000c
        ! no links
        ! The token of `provider-owner` is shown only some of the links, with no hint that there are more: links missing here may exist.
        # sandbox-nobody-000000000000000000000000f
        ! no links
        ! The token of `nobody` is shown only some of the links, with no hint that there are more: links missing here may exist.
        # sandbox-expired-00000000000000000000000a
        ! error: GET /api/users/me/: answered 401 Unauthorized: Token has expired.
        !   help: the token is wrong or has expired (one that is not used for its lifetime does): get a new one
        [exit 1]
    "#]].assert_eq(&told);
    let json = against(&sandbox, tokens::CONSUMER, &["links", "--format", "json"]).await;
    assert_eq!(serde_json::from_str::<Value>(&json.stdout).unwrap()["sight"], "part");
    assert!(json.stderr.contains("is shown only some"));
    let id = { id(&sandbox.world(), "eve") };
    let by_id = against(&sandbox, tokens::CONSUMER, &["links", "--user", &id]).await;
    assert_eq!(by_id.stdout.lines().count(), 3, "{by_id}");
    reads(&sandbox);
}

#[tokio::test]
async fn files_say_what_is_in_scope() {
    check(
        "-f examples/desired-state.yaml",
        expect![[r#"
        OFFERING  RESOURCE   ROLE    USER         NAME
        HPC       cluster-a  admin   alice        Alice Example
        HPC       cluster-a  admin   alice        Alice Example        duplicate
        HPC       cluster-a  admin   break-glass  Break-glass Example
        HPC       cluster-a  member  bob          Bob Example
        HPC       cluster-a  member  carol        Carol Example
        HPC       cluster-a  viewer  eve          Eve Example
        HPC       cluster-b  admin   alice        Alice Example
        HPC       cluster-b  member  carol        Carol Example
        HPC       cluster-b  member  dave         Dave Example
        ! 9 links in scope, 2 outside of it
    "#]],
    )
    .await;
    check(
        "-f examples/desired-state.yaml --user eve",
        expect![[r#"
        OFFERING  RESOURCE   ROLE    USER  NAME
        HPC       cluster-a  viewer  eve   Eve Example
        ! 1 link in scope, 1 outside of it
    "#]],
    )
    .await;
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| -> PathBuf {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let told = |said: String| said.replace(dir.path().to_str().unwrap(), "…");
    let unknown = write("unknown.yaml", "scope:\n  resources: [cluster-a]\n  roles: [admn]\nbindings: []\n");
    let invalid = write("invalid.yaml", "scope: everything\nbindings: []\n");
    let sandbox = example().await;
    let unknown = as_staff(&sandbox, &["links", "-f", unknown.to_str().unwrap()]).await;
    expect![[r#"
        ! error[unresolved]: no role is called `admn` in any offering
        !  --> …/unknown.yaml:3:11
        !   |
        ! 3 |   roles: [admn]
        !   |           ^^^^
        !   |
        !   = help: did you mean `admin`?
        ! 
        ! no links in scope, 11 outside of it
        [exit 4]
    "#]]
    .assert_eq(&told(unknown.to_string()));
    let asked = sandbox.world().requests.len();
    let invalid = as_staff(&sandbox, &["links", "-f", invalid.to_str().unwrap()]).await;
    assert_eq!(invalid.code, Some(6));
    assert_eq!(sandbox.world().requests.len(), asked);
}
