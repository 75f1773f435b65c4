//! `--create-roles`: what a server lacks is planned and created before anything else, once, and nothing beside.

use grantsync::api::Client;
use grantsync::plan::plan_roles;
use grantsync::reconcile::{create_roles, prepare_with_roles};
use grantsync::report::RoleOutcome;
use grantsync::sandbox::{Act, Fault, Reply, Sandbox, Waldur, World, tokens};
use tokio::sync::watch;

use crate::api_support::client;
use crate::reconcile_support::{PACE, document, request};
use crate::verbs::{Bench, Ended};
use crate::world;

const FILE: &str = "
scope: {offerings: [HPC]}
bindings:
  - {resource: cluster-a, role: admin, users: [alice, bob]}
  - {resource: cluster-b, roles: [admin, member], user: carol}
";
const APPLY: &str = "apply --create-roles --auto-approve -f grants.yaml";
const ROLES: &str = "/api/marketplace-offering-roles/";

/// The example, as an upgrade leaves it.
fn upgraded(waldur: Waldur) -> World {
    let mut world = World::example();
    world.upgrade(waldur);
    world
}

async fn bench(world: World) -> Bench {
    let bench = Bench::new(world).await;
    bench.write("grants.yaml", FILE);
    bench
}

/// The roles of offerings, sorted, like `HPC admin`.
fn roles(world: &World) -> Vec<String> {
    let of = |id| world.offerings.iter().find(|it| it.id == id).map(|it| it.name.clone());
    let roles = world.roles.iter().filter_map(|role| Some(format!("{} {}", of(role.offering)?, role.name)));
    let mut roles: Vec<_> = roles.collect();
    roles.sort();
    roles
}

/// The writes that arrived: method, path and status, in order.
fn writes(sandbox: &Sandbox) -> Vec<String> {
    let world = sandbox.world();
    let writes = world.requests.iter().filter(|it| !["GET", "HEAD"].contains(&&*it.method));
    writes.map(|it| format!("{} {} {}", it.method, it.target, it.status)).collect()
}

fn links(sandbox: &Sandbox) -> Vec<String> {
    sandbox.world().triples()
}

const WANTED: [&str; 4] =
    ["cluster-a admin alice", "cluster-a admin bob", "cluster-b admin carol", "cluster-b member carol"];

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_created_before_everything_else_and_then_the_grants() {
    for waldur in [Waldur::V8_0, Waldur::V8_1] {
        let bench = bench(upgraded(waldur)).await;
        let ended = bench.run(APPLY).await;
        assert_eq!(ended.code, Some(0), "{waldur}: {ended:?}");
        assert!(ended.out.starts_with("2 roles to create first\n"), "{ended:?}");
        assert!(ended.out.contains("\n2 roles created\n"), "{ended:?}");
        assert_eq!(roles(&bench.sandbox.world()), ["HPC admin", "HPC member"]);
        assert_eq!(links(&bench.sandbox), WANTED);
        let sent = writes(&bench.sandbox);
        assert!(sent[..2].iter().all(|it| *it == format!("POST {ROLES} 201")), "{sent:?}");
        assert!(sent[2..].iter().all(|it| it.ends_with("/add_user/ 201")) && sent.len() == 6, "{sent:?}");
        // Whoever does it again does nothing, with the flag or without.
        for again in [APPLY, "apply --auto-approve -f grants.yaml"] {
            let ended = bench.run(again).await;
            assert_eq!((ended.code, writes(&bench.sandbox).len()), (Some(0), 6), "{ended:?}");
        }
        assert_eq!(bench.run("plan --detailed-exitcode -f grants.yaml").await.code, Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_generation_can_make_roles_too() {
    let mut world = World::example();
    let role = world.roles.iter().find(|it| it.name == "member").unwrap().id;
    world.delete_role(None, role);
    let bench = bench(world).await;
    let ended = bench.run(APPLY).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(roles(&bench.sandbox.world()).contains(&"HPC member".to_owned()));
    assert!(links(&bench.sandbox).contains(&"cluster-b member carol".to_owned()));
    let world = bench.sandbox.world();
    assert!(world.requests.iter().all(|it| it.method != "DELETE"), "that pass removes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_the_roles_in_every_format_and_creates_none() {
    let bench = bench(upgraded(Waldur::V8_1)).await;
    let plan = "plan --create-roles -f grants.yaml --report markdown=plan.md --report json=plan.json";
    let ended = bench.run(plan).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let shown = "\
2 roles to create first
  +    admin   HPC  grants.yaml:4 and 1 more
  +    member  HPC  grants.yaml:5

cluster-a  HPC
";
    assert!(ended.out.starts_with(shown), "{}", ended.out);
    assert!(ended.out.contains("Plan: 4 to create, 0 to remove"), "{}", ended.out);
    let markdown = bench.text("plan.md");
    assert!(markdown.contains("### Plan: 2 roles to create first · 4 to create"), "{markdown}");
    assert!(markdown.contains("\n- **`admin`** · `HPC` · named by `grants.yaml:4 and 1 more`\n"), "{markdown}");
    let json: serde_json::Value = serde_json::from_str(&bench.text("plan.json")).unwrap();
    let role = &json["roles"][1];
    assert_eq!((&role["name"], &role["offering"]["name"]), (&"member".into(), &"HPC".into()));
    assert_eq!((&role["places"][0]["line"], &role["outcome"]), (&5.into(), &serde_json::Value::Null));
    let steps = json["steps"].as_array().unwrap();
    assert_eq!(steps.iter().filter(|it| it["role"]["id"] == role["placeholder"]).count(), 1, "{json}");
    assert_eq!(bench.run("plan --create-roles --detailed-exitcode -f grants.yaml").await.code, Some(2));
    assert_eq!(writes(&bench.sandbox), [""; 0]);
    // The same from a saved view, without a server.
    bench.run("snapshot --all-users -o live.json").await;
    let ended = bench.run_offline("plan --create-roles -f grants.yaml --live live.json").await;
    assert!(ended.out.contains(shown), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_like_one_that_exists_is_refused() {
    for disabled in [false, true] {
        let mut world = World::example().on(Waldur::V8_1);
        let member = world.roles.iter().find(|it| it.name == "member").unwrap().id;
        world.roles.get_mut(member).unwrap().traits.disabled = disabled;
        let bench = Bench::new(world).await;
        bench.write("grants.yaml", &FILE.replace("member", "membre"));
        let ended = bench.run(&format!("{APPLY} --report json=report.json --report markdown=report.md")).await;
        assert_eq!(ended.code, Some(4), "{ended:?}");
        assert_eq!(roles(&bench.sandbox.world()).len(), 5, "{ended:?}");
        let told = "the role `membre` is not created in the offering `HPC`: the offering has a role `member`";
        for text in [&ended.err, &bench.text("report.json"), &bench.text("report.md")] {
            assert!(text.contains(told), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_creates_a_role() {
    let bench = bench(upgraded(Waldur::V8_1)).await;
    for verb in ["plan", "apply --auto-approve", "run --once", "validate --online"] {
        assert_eq!(bench.run(&format!("{verb} -f grants.yaml")).await.code, Some(4), "{verb}");
    }
    assert_eq!(writes(&bench.sandbox), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_beside_it_is_refused() {
    let bench = bench(upgraded(Waldur::V8_1)).await;
    let digest = format!("held-{}", "a".repeat(26));
    for more in ["--only user=alice", &format!("--approve {digest}"), "-o plan.json"] {
        let Ended { code, err, .. } = bench.run(&format!("plan --create-roles -f grants.yaml {more}")).await;
        assert_eq!(code, Some(64), "{more}: {err}");
    }
    let support = [("WALDUR_API_URL", bench.sandbox.url()), ("WALDUR_ACCESS_TOKEN", tokens::SUPPORT.to_owned())];
    assert_eq!(bench.run_in(&support, APPLY).await.code, Some(1));
    assert_eq!(writes(&bench.sandbox), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pass_removes_nothing() {
    let mut world = World::example().on(Waldur::V8_1);
    let role = world.roles.iter().find(|it| it.name == "member").unwrap().id;
    world.delete_role(None, role);
    let bench = bench(world).await;
    let before = links(&bench.sandbox);
    let ended = bench.run(APPLY).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("withheld"), "{ended:?}");
    let after = links(&bench.sandbox);
    assert!(before.iter().all(|it| after.contains(it)) && after.len() > before.len(), "{before:?} {after:?}");
}

/// Creates the roles that are missing, with trouble.
async fn trouble(faults: impl IntoIterator<Item = Fault>) -> (Sandbox, Client, Vec<RoleOutcome>) {
    let mut world = upgraded(Waldur::V8_1);
    world.faults.extend(faults);
    let sandbox = Sandbox::start(world).await.unwrap();
    let client = client(&sandbox.url(), tokens::STAFF);
    let outcomes = create(&client).await;
    (sandbox, client, outcomes)
}

async fn create(client: &Client) -> Vec<RoleOutcome> {
    let document = document(FILE);
    let (_, roles) = prepare_with_roles(client, &request(&document)).await.unwrap();
    let (_stop, stop) = watch::channel(false);
    create_roles(client, &roles, PACE, &stop).await
}

#[tokio::test]
async fn a_lost_answer_never_makes_a_second_role() {
    let (sandbox, client, outcomes) = trouble([Fault::on("POST", ROLES, Act::LoseAnswer).nth(1)]).await;
    assert!(matches!(outcomes[..], [RoleOutcome::Adopted(_), RoleOutcome::Created(_)]), "{outcomes:?}");
    assert_eq!(roles(&sandbox.world()), ["HPC admin", "HPC member"]);
    assert_eq!(create(&client).await, []);
}

#[tokio::test]
async fn what_was_not_answered_and_is_not_there_is_left_to_the_next_call() {
    for act in [Act::HangUp, Act::Answer(Reply::html(502)), Act::Answer(Reply::html(500))] {
        let (sandbox, client, outcomes) = trouble([Fault::on("POST", ROLES, act).nth(1)]).await;
        assert!(matches!(outcomes[..], [RoleOutcome::Unknown(_), RoleOutcome::Unsent]), "{outcomes:?}");
        assert_eq!(writes(&sandbox).len(), 1);
        assert!(create(&client).await.iter().all(RoleOutcome::is_done));
        assert_eq!(roles(&sandbox.world()), ["HPC admin", "HPC member"]);
    }
}

#[tokio::test]
async fn a_role_that_appears_meanwhile_is_not_created_again() {
    let sandbox = Sandbox::start(upgraded(Waldur::V8_1)).await.unwrap();
    let client = client(&sandbox.url(), tokens::STAFF);
    let document = document(FILE);
    let (_, planned) = prepare_with_roles(&client, &request(&document)).await.unwrap();
    let hpc = sandbox.world().offerings.iter().find(|it| it.name == "HPC").unwrap().id;
    sandbox.world().role(hpc, "admin");
    let (_stop, stop) = watch::channel(false);
    let outcomes = create_roles(&client, &planned, PACE, &stop).await;
    assert!(matches!(outcomes[..], [RoleOutcome::Adopted(_), RoleOutcome::Created(_)]), "{outcomes:?}");
    assert_eq!(roles(&sandbox.world()), ["HPC admin", "HPC member"]);
}

#[tokio::test]
async fn a_role_that_the_server_does_not_list_is_a_failure() {
    for list in ["/api/roles/", ROLES] {
        let hidden = Act::Answer(Reply::json(200, "[]").header("x-result-count", "0"));
        let hidden = if list == ROLES { hidden } else { Act::Answer(Reply::json(404, "{\"detail\": \"Not found.\"}")) };
        let after = Act::after(move |world, _| {
            let part = if list == ROLES { "offering_uuid=" } else { list };
            world.faults.push(Fault::on("GET", part, hidden.clone()));
        });
        let (sandbox, _, outcomes) = trouble([Fault::on("POST", ROLES, after)]).await;
        let [RoleOutcome::Failed(failure), RoleOutcome::Unsent] = &outcomes[..] else { panic!("{outcomes:?}") };
        assert!(failure.message.contains("and the server does not list it"), "{failure}");
        assert_eq!(writes(&sandbox), [format!("POST {ROLES} 201")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_stops_the_call_before_any_grant() {
    let mut world = upgraded(Waldur::V8_1);
    world.faults.push(Fault::on("POST", ROLES, Act::Answer(Reply::json(400, "{\"name\": [\"no\"]}"))).nth(2));
    let bench = bench(world).await;
    let ended = bench.run(&format!("{APPLY} --report json=report.json --report markdown=report.md")).await;
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.out.contains("\n1 of 2 roles not created\n"), "{ended:?}");
    assert_eq!(links(&bench.sandbox), [""; 0]);
    let json: serde_json::Value = serde_json::from_str(&bench.text("report.json")).unwrap();
    let kinds = [0, 1].map(|at| json["roles"][at]["outcome"]["kind"].clone());
    assert_eq!(kinds, ["created", "failed"]);
    let markdown = bench.text("report.md");
    assert!(markdown.contains("1 role not created, 1 role created"), "{markdown}");
}

#[test]
fn only_roles_that_somebody_in_scope_gets_are_created() {
    let world = world::World::read("HPC cluster-a:\nHPC old (terminated):\nCloud vm-lab:\nusers: alice, bob");
    let now = world::instant(world::NOW);
    let planned = |yaml: &str| {
        let plan = plan_roles(&document(yaml), &world.directory, now);
        plan.creations.iter().map(|it| format!("{} {}", it.offering_name, it.name)).collect::<Vec<_>>()
    };
    let line = |more: &str| format!("  - {{resource: cluster-a, role: operator, user: alice{more}}}\n");
    let file = |settings: &str, lines: &str| format!("{settings}\nbindings:\n{lines}");
    assert_eq!(planned(&file("", &line(""))), ["HPC operator"]);
    assert_eq!(planned(&file("", &line(", from: 2027-06-01"))), ["HPC operator"], "it is needed by then");
    assert_eq!(planned(&file("", &line(", until: 2026-12-31"))), [""; 0], "it has ended");
    assert_eq!(planned(&file("", &line("").replace("cluster-a", "old"))), [""; 0], "terminated");
    assert_eq!(planned(&file("", &line("").replace("alice", "nobody"))), [""; 0], "nobody gets it");
    assert_eq!(planned(&file("scope: {offerings: [Cloud]}", &line(""))), [""; 0], "out of scope");
    assert_eq!(planned(&file("mode: observe", &line(""))), [""; 0]);
    let both = line("") + &line("").replace("cluster-a", "vm-lab") + &line("").replace("alice", "bob");
    assert_eq!(planned(&file("scope: {roles: [operator]}", &both)), ["Cloud operator", "HPC operator"]);
}
