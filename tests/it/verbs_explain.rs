//! Why somebody has, gets, loses or lacks a role: the command.

use grantsync::binding::Binding;
use grantsync::render;
use grantsync::sandbox::{Waldur, World, tokens};
use serde_json::{Value, json};

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
        carol (Carol Example)

        cluster-a  HPC
          -    member  carol (Carol Example)  has it, and loses it: not declared
               link ID

        cluster-b  HPC
          -    admin   carol (Carol Example)  has it, and loses it: not declared
               link ID
               made TODAY by support, outside of git
          =    member  carol (Carol Example)  has it, and keeps it
               grants.yaml:9 via staff (grants.yaml:6) · OPS-12
                 grants.yaml:9 last changed 2026-02-06 by Eve in ID: two
                 grants.yaml:6 last changed 2026-01-05 by Ann in ID: one
               link ID
          +    viewer  carol (Carol Example)  gets it
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
          -    admin   carol (Carol Example)  has it, and loses it: not declared
               link ID
               made TODAY by support, outside of git
          =    member  carol (Carol Example)  has it, and keeps it
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
          =    admin  alice (Alice Example)  has it, and keeps it
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

/// What an administrator did: bob lost his role, and a resource is gone with all that was on it.
async fn after_an_administrator(waldur: Waldur) -> Bench {
    let mut world = World::example().on(waldur);
    let hpc = world.offerings.iter().find(|it| it.name == "HPC").unwrap().id;
    world.resource(hpc, "cluster-z");
    let bench = Bench::new(world).await;
    bench.write("grants.yaml", FILE);
    let (bob, gone) = {
        let world = bench.sandbox.world();
        let binding = |resource_name: &str, role_name: &str| Binding {
            resource: resource(&world, resource_name),
            role: role(&world, role_name),
            user: user(&world, "bob"),
        };
        (binding("cluster-a", "member"), binding("cluster-z", "admin"))
    };
    let client = client(&bench.sandbox.url(), tokens::STAFF);
    client.create(&gone, None).await.unwrap();
    let links = client.links_of_resource(bob.resource).await.unwrap();
    client.delete(links.iter().find(|it| it.binding == bob).unwrap(), "").await.unwrap();
    bench.change(|world| {
        let id = world.resources.iter().find(|it| it.name == "cluster-z").unwrap().id;
        let staff = world.users.iter().find(|it| it.username == "staff").unwrap().id;
        world.delete_resource(Some(staff), id);
    });
    bench
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_was_removed_and_a_resource_that_is_gone_are_in_the_log() {
    for waldur in Waldur::ALL {
        let bench = after_an_administrator(waldur).await;
        let told = bench.run("explain --user bob -f grants.yaml").await.out;
        let after =
            |words: &str| told.split_once(words).unwrap_or_else(|| panic!("{waldur} {words}: {told}")).1.to_owned();
        let lacking = after("member  bob (Bob Example)  lacks it: no line asks for it\n");
        assert!(lacking.trim_start().starts_with("removed ") && lacking.contains(" by staff"), "{waldur} {told}");
        let gone = after("cluster-z  only in the server's log: deleted or renamed since, or its name is not unique\n");
        assert!(gone.contains("admin  bob\n") && gone.contains("made "), "{waldur} {told}");

        let told = bench.run("explain --resource cluster-z -f grants.yaml").await;
        assert_eq!(told.code, Some(0), "{waldur} {told:?}");
        assert!(told.err.contains("note: --resource: no resource is called `cluster-z`"), "{waldur} {told:?}");
        assert!(told.out.contains("admin  bob\n"), "{waldur} {told:?}");
        let told = bench.run("explain --resource cluster-z --role viewer -f grants.yaml").await;
        assert_eq!(told.code, Some(1), "{waldur} {told:?}");

        // So is somebody whose account is gone.
        bench.change(|world| {
            let [staff, bob] =
                ["staff", "bob"].map(|it| world.users.iter().find(|user| user.username == it).unwrap().id);
            world.delete_user(Some(staff), bob);
        });
        let told = bench.run("explain --user bob -f grants.yaml").await;
        assert_eq!(told.code, Some(0), "{waldur} {told:?}");
        assert!(told.err.contains("note: --user: no user has the username `bob`"), "{waldur} {told:?}");
        assert!(
            told.out.contains("cluster-a  only in") && told.out.contains("cluster-z  only in"),
            "{waldur} {told:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_some_roles() {
    let bench = bench().await;
    let told = bench.run("explain --resource cluster-b --role member --role viewer -f grants.yaml").await;
    let roles: Vec<_> = told.out.lines().filter(|it| it.contains("carol")).collect();
    assert!(roles.len() == 2 && !roles[0].contains("admin"), "{told:?}");
    for (arguments, code, says) in [
        (
            "--resource cluster-b --role admn",
            1,
            "--role: no role is called `admn` in any offering (did you mean `admin`?)",
        ),
        ("--role admin", 64, "the following required arguments were not provided"),
    ] {
        let ended = bench.run(&format!("explain {arguments} -f grants.yaml")).await;
        assert_eq!(ended.code, Some(code), "{arguments}: {ended:?}");
        assert!(ended.err.contains(says), "{arguments}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn as_json_by_its_schema() {
    let schema = serde_json::from_str(&render::explain_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let bench = after_an_administrator(Waldur::default()).await;
    for arguments in [
        "--user bob",
        "--user carol",
        "--resource cluster-b",
        "--resource cluster-a --role admin",
        "--resource cluster-z",
    ] {
        let told = bench.run(&format!("explain {arguments} --format json -f grants.yaml")).await;
        assert_eq!(told.code, Some(0), "{told:?}");
        let json: Value = serde_json::from_str(&told.out).unwrap();
        assert!(validator.is_valid(&json), "{:?}", validator.iter_errors(&json).next());
        assert_eq!(json["version"], 1);
    }
    let told = bench.run("explain --user bob --resource cluster-a --format json -f grants.yaml").await.out;
    let json: Value = serde_json::from_str(&told).unwrap();
    let lacking = &json["bindings"][0];
    assert_eq!((&lacking["role"]["name"], &lacking["links"]), (&json!("member"), &json!([])), "{told}");
    assert_eq!(lacking["events"][0]["what"], "removed", "{told}");
    assert_eq!(lacking["events"][0]["by"], "staff", "{told}");
    assert_eq!(bench.run_offline("schema explain").await.out, render::explain_schema());
}

#[test]
fn its_schema_is_published() {
    expect_test::expect_file!["../../schemas/explain.v1.json"].assert_eq(&render::explain_schema());
}
