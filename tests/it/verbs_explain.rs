//! Why somebody has, gets, loses or lacks a role: the command.

use grantsync::binding::Binding;
use grantsync::sandbox::{World, tokens};

use crate::api_support::{client, resource, role, user};
use crate::verbs::{Bench, Ended};

const FILE: &str = "scope: {offerings: [HPC]}
limits: {removal_percent: 100}
protect: [break-glass]
groups:
  staff:
    - carol
bindings:
  - {resource: cluster-a, role: admin, user: alice}
";
const MORE: &str = "  - {resource: cluster-b, role: member, groups: [staff], reason: OPS-12}\n";

/// A repository: the file, then more of it, then something that is not committed; and somebody who uses the web page.
async fn bench() -> Bench {
    let bench = Bench::new(World::example()).await;
    bench.git("init -q");
    bench.write("grants.yaml", FILE);
    bench.git("add .");
    bench.git("commit -q -m one --date 2026-01-05T10:00:00Z");
    bench.write("grants.yaml", &format!("{FILE}{MORE}"));
    bench.git("commit -q -a -m two --author=Eve<eve@example.org> --date 2026-02-06T10:00:00Z");
    bench.write("grants.yaml", &format!("{FILE}{MORE}  - {{resource: cluster-b, role: viewer, user: carol}}\n"));
    let binding = {
        let world = bench.sandbox.world();
        let (resource, user) = (resource(&world, "cluster-b"), user(&world, "carol"));
        Binding { resource, role: role(&world, "admin"), user }
    };
    client(&bench.sandbox.url(), tokens::SUPPORT).create(&binding, None).await.unwrap();
    bench
}

/// What was said, without what differs in every run: ids of links, commits and times of today.
fn steady(ended: &Ended) -> String {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let word = |it: &str| {
        let (bare, end) = it.split_at(it.trim_end_matches([':', ',']).len());
        let is_id = [12, 32].contains(&bare.len()) && bare.bytes().all(|it| it.is_ascii_hexdigit());
        if is_id { format!("ID{end}") } else { it.to_owned() }
    };
    let line = |it: &str| {
        let words: Vec<_> = it.split(' ').map(word).collect();
        let line = words.join(" ");
        match line.split_once("made ") {
            Some((before, after)) => format!("{before}made TODAY by {}", after.split(" by ").nth(1).unwrap()),
            None if line.contains("read back to") => "The server's log was read back to DAY.".to_owned(),
            None => line,
        }
    };
    ended.out.lines().map(|it| line(it) + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_the_lines_their_authors_and_what_was_done_outside_of_git() {
    let bench = bench().await;
    let ended = bench.run("explain --user carol -f grants.yaml").await;
    expect_test::expect![[r#"
        carol

        cluster-a  HPC
          -    member  carol  has it, and loses it: not declared
               link ID

        cluster-b  HPC
          -    admin   carol  has it, and loses it: not declared
               link ID
               made TODAY by support, outside of git
          =    member  carol  has it, and keeps it
               grants.yaml:9 via staff (grants.yaml:6) · OPS-12
                 grants.yaml:9 last changed 2026-02-06 by Eve in ID: two
                 grants.yaml:6 last changed 2026-01-05 by Ann in ID: one
               link ID
          +    viewer  carol  gets it
               grants.yaml:10
                 not committed yet

        The server's log was read back to DAY.
    "#]]
    .assert_eq(&steady(&ended));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_commit_the_lines_are_those_of_the_commit() {
    let bench = bench().await;
    let ended = bench.run("explain --user carol --resource cluster-b -f grants.yaml --git HEAD").await;
    expect_test::expect![[r#"
        cluster-b  HPC
          -    admin   carol  has it, and loses it: not declared
               link ID
               made TODAY by support, outside of git
          =    member  carol  has it, and keeps it
               grants.yaml:9 via staff (grants.yaml:6) · OPS-12
                 grants.yaml:9 last changed 2026-02-06 by Eve in ID: two
                 grants.yaml:6 last changed 2026-01-05 by Ann in ID: one
               link ID
          lacks viewer: no line asks for it

        The server's log was read back to DAY.
    "#]]
    .assert_eq(&steady(&ended));
    assert!(bench.sandbox.world().requests.iter().all(|it| it.method != "POST" || it.status == 201));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_by_its_id() {
    let bench = bench().await;
    let id = bench.sandbox.world().links.iter().next().unwrap().id;
    let ended = bench.run(&format!("explain {id} -f grants.yaml")).await;
    expect_test::expect![[r#"
        cluster-a  HPC
          =    admin  alice  has it, and keeps it
               grants.yaml:8
                 last changed 2026-01-05 by Ann in ID: one
               link ID

        The server's log was read back to DAY.
    "#]]
    .assert_eq(&steady(&ended));
    let ended = bench.run("explain 00000000000000000000000000000001 -f grants.yaml").await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{ended:?}");
    assert!(ended.err.contains("there is no link `00000000000000000000000000000001`"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_read_the_log_is_told_the_rest() {
    let bench = bench().await;
    let server = [("WALDUR_API_URL", bench.sandbox.url()), ("WALDUR_ACCESS_TOKEN", tokens::CONSUMER.to_owned())];
    let ended = bench.run_in(&server, "explain --user carol -f grants.yaml").await;
    assert!(ended.out.ends_with("The server's log could not be read.\n"), "{ended:?}");
    assert!(ended.err.contains("Not a staff token:"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_of_git_and_with_cut_off_history_nobody_is_named() {
    let bench = bench().await;
    bench.write("elsewhere/grants.yaml", FILE);
    bench.git("clone -q --no-local --depth 1 . shallow");
    bench.write("elsewhere/.git", "this is no repository");
    for path in ["elsewhere/grants.yaml", "shallow/grants.yaml"] {
        let ended = bench.run(&format!("explain --user alice -f {path}")).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.out.contains(path) && !ended.out.contains("last changed"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_make_no_sense() {
    let bench = bench().await;
    for (arguments, code, says) in [
        ("--user crol", 1, "--user: no user has the username `crol` (did you mean `carol`?)"),
        ("--resource cluster-c", 1, "--resource: no resource is called `cluster-c`"),
        ("--user /api/users/x/", 64, "--user: this URL names no object of the API"),
        ("", 64, "--user"),
        ("123", 64, "the id of a link is a UUID"),
    ] {
        let ended = bench.run(&format!("explain {arguments} -f grants.yaml")).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(code), ""), "{arguments}: {ended:?}");
        assert!(ended.err.contains(says), "{arguments}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_shares_its_name_is_told_by_its_offering() {
    let mut world = World::example();
    let cloud = world.offerings.iter().find(|it| it.name == "Cloud").unwrap().id;
    world.resource(cloud, "cluster-b");
    let bench = Bench::new(world).await;
    bench.write("grants.yaml", "scope: all\nbindings: []\n");
    let call = |resource: &str| ["explain", "-f", "grants.yaml", "--resource", resource].map(str::to_owned);
    let ended = bench.run_words(&call("cluster-b")).await;
    assert!(ended.err.contains("write one of `{name: cluster-b, offering: Cloud}`"), "{ended:?}");
    let ended = bench.run_words(&call("{name: cluster-b, offering: HPC}")).await;
    assert!(ended.out.starts_with("cluster-b  HPC\n"), "{ended:?}");
}
