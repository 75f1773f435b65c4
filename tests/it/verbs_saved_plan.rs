//! A plan is saved, handed over, looked at and applied: exactly that, or nothing.

use grantsync::sandbox::World;

use crate::cli_support::Desk;
use crate::reconcile_support::wanting;
use crate::verbs::{Bench, Grant as _};

const FILE: &str = "
scope: {offerings: [HPC]}
bindings:
  - {resource: cluster-a, role: admin, users: [alice, bob]}
  - {resource: cluster-a, role: member, users: [carol, dave]}
  - {resource: {name: cluster-b, offering: HPC}, role: member, users: [grace, carol, dave]}
protect: [break-glass]
limits: {removal_percent: 100}
";

/// A bench with a plan for it.
async fn planned() -> Bench {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    let ended = bench.run("plan -f grants.yaml -o plan.json").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    bench
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_applied_as_it_was_made_without_its_files() {
    let bench = planned().await;
    std::fs::remove_file(bench.path("grants.yaml")).unwrap();
    let ended = bench.run("apply plan.json").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let again = bench.run("apply plan.json").await;
    assert_eq!(again.code, Some(5), "done already: {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_outside_its_scope_does_not_matter() {
    let bench = planned().await;
    bench.change(|world| {
        let outside = world.links.iter().find(|it| is_outside(world, it.resource)).unwrap().id;
        assert!(world.unlink(outside));
    });
    let ended = bench.run("apply plan.json").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_same_any_more_is_said_and_not_written() {
    let bench = planned().await;
    bench.change(|world| world.grant("cluster-a", "viewer", "frank"));
    let before = bench.sandbox.world().triples();
    let ended = bench.run("apply plan.json").await;
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.out.contains("not in the plan, to be removed now"), "{ended:?}");
    assert!(ended.err.contains("the plan is stale"), "{ended:?}");
    assert_eq!(bench.sandbox.world().triples(), before, "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_reads_standard_output_gets_nothing_else_there() {
    let bench = planned().await;
    bench.change(|world| world.grant("cluster-a", "viewer", "frank"));
    let ended = bench.run("apply plan.json --format json").await;
    assert_eq!(ended.code, Some(5), "{ended:?}");
    let json: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let difference = &json["differences"][0];
    let words = [&difference["user"]["username"], &difference["then"], &difference["now"]];
    assert_eq!(words, ["frank", "nothing", "remove"], "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_same_any_more_is_said_in_every_format() {
    let bench = planned().await;
    bench.change(|world| world.grant("cluster-a", "viewer", "frank"));
    for format in ["markdown", "github", "gitlab", "sarif"] {
        let ended = bench.run(&format!("apply plan.json --format {format} --report text=said.txt")).await;
        for said in [&ended.out, &bench.text("said.txt")] {
            assert!(said.contains("not in the plan, to be removed now"), "{format}: {said}");
        }
        if format == "markdown" {
            let heading = "<!-- grantsync:apply -->\n### Nothing was applied · 1 difference from the plan\n";
            assert!(ended.out.starts_with(heading), "{ended:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_with_nothing_to_do_is_an_apply_all_the_same() {
    let bench = planned().await;
    bench.run("apply plan.json").await;
    let heading = |ended: &crate::verbs::Ended| ended.out.lines().take(2).collect::<Vec<_>>().join("\n");
    let ended = bench.run("apply -f grants.yaml --auto-approve --format markdown").await;
    assert!(heading(&ended).starts_with("<!-- grantsync:apply http"), "{ended:?}");
    assert!(heading(&ended).ends_with("### Applied: nothing to do"), "{ended:?}");
    bench.write("grants.yaml", "scope: {offerings: [HPC]}\nbindings: []\n");
    let ended = bench.run("apply -f grants.yaml --auto-approve --format markdown").await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(heading(&ended).contains("### Applied: nothing to do · 8 held"), "{ended:?}");
    bench.write("grants.yaml", "bindings: 7\n");
    let ended = bench.run("apply -f grants.yaml --auto-approve --format markdown").await;
    assert_eq!(heading(&ended), "<!-- grantsync:apply -->\n### Nothing was applied: 1 problem to fix");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_shown_at_any_time_without_a_server() {
    let bench = planned().await;
    let planned = bench.run("plan -f grants.yaml").await;
    bench.run("apply plan.json").await;
    let shown = bench.run_offline("show plan.json").await;
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.out.starts_with("Plan of "), "{shown:?}");
    assert!(shown.out.ends_with(&planned.out), "{shown:?}\n{planned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_for_another_server_sends_nothing() {
    let bench = planned().await;
    let variables =
        [("WALDUR_API_URL", "https://other.example.org".to_owned()), ("WALDUR_ACCESS_TOKEN", "x".to_owned())];
    let ended = bench.run_in(&variables, "apply plan.json").await;
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.err.contains("not for https://other.example.org/api; no request was sent"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_edited_is_refused() {
    let bench = planned().await;
    bench.write("plan.json", &bench.text("plan.json").replace("alice", "alicf"));
    for verb in ["apply plan.json", "show plan.json"] {
        let ended = bench.run(verb).await;
        assert_eq!(ended.code, Some(6), "{ended:?}");
        assert!(ended.err.contains("damaged"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_takes_the_place_of_files_and_narrowing() {
    let bench = planned().await;
    for arguments in ["apply plan.json -f grants.yaml", "apply plan.json --no-removals", "apply"] {
        assert_eq!(bench.run(arguments).await.code, Some(64), "{arguments}");
    }
}

#[tokio::test]
async fn files_that_the_environment_names_are_no_contradiction_to_a_plan() {
    let desk = Desk::new("HPC cluster-a: admin alice\nusers: bob", &wanting(&["cluster-a admin alice"])).await;
    desk.write("more.yaml", &wanting(&["cluster-a admin alice", "cluster-a admin bob"]));
    assert_eq!(desk.run("plan -f more.yaml -o plan.json").await.code, Some(0));
    let call = |arguments| desk.call(arguments).env("GRANTSYNC_FILE", "grants.yaml").env("GRANTSYNC_GIT", "main");
    let typed = call("apply plan.json -f more.yaml").run().await;
    assert_eq!(typed.code, Some(64));
    assert!(typed.stderr.contains("a saved plan holds its files, and `--file` names others"), "{}", typed.stderr);
    let applied = call("apply plan.json").run().await;
    assert_eq!((applied.code, desk.writes()), (Some(0), vec!["POST 201".to_owned()]), "{}", applied.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commit_is_kept_and_whether_the_files_differ_from_it() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    bench.git("init -q");
    bench.git("add grants.yaml");
    bench.git("commit -q -m one");
    let commit = async || {
        bench.run("plan -f grants.yaml -o plan.json").await;
        let plan: serde_json::Value = serde_json::from_str(&bench.text("plan.json")).unwrap();
        plan["content"]["commit"].clone()
    };
    assert_eq!(commit().await["modified"], false);
    bench.write("grants.yaml", &format!("{FILE}# more\n"));
    assert_eq!(commit().await["modified"], true);
    assert_eq!(commit().await["id"].as_str().unwrap().len(), 40);
}

fn is_outside(world: &World, resource: uuid::Uuid) -> bool {
    let resource = world.resources.iter().find(|it| it.id == resource).unwrap();
    world.offerings.iter().find(|it| it.id == resource.offering).unwrap().name != "HPC"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_cannot_be_shown_is_told_in_every_report() {
    let bench = Bench::new(World::example()).await;
    bench.write("plan.json", "{}");
    let ended = bench.run_offline("show plan.json --format json --report markdown=plan.md").await;
    assert_eq!(ended.code, Some(6), "{ended:?}");
    let json: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(json["kind"], "failed", "{ended:?}");
    let markdown = std::fs::read_to_string(bench.path("plan.md")).unwrap();
    assert!(markdown.contains("### No plan could be made") && markdown.contains("not a saved plan"), "{markdown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_for_another_day_was_seen_today() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    bench.run("plan -f grants.yaml --as-of 2099-01-01 -o plan.json").await;
    let shown = bench.run_offline("show plan.json").await;
    let heading = shown.out.lines().next().unwrap();
    assert!(heading.starts_with("Plan of 20") && heading.contains(" for 2099-01-01 00:00:00 UTC · "), "{shown:?}");
    assert!(!shown.out.contains("As seen at"), "{shown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_cannot_be_saved_leaves_nothing_behind() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    bench.write("plans/kept", "");
    let ended = bench.run("plan -f grants.yaml -o plans").await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let mut there: Vec<_> = std::fs::read_dir(bench.dir.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    there.sort();
    assert_eq!(there, ["grants.yaml", "plans"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_file_that_is_not_there_is_a_missing_file() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    std::fs::write(bench.path("noise.json"), [0xff, 0xfe]).unwrap();
    for file in ["nowhere.json", "noise.json"] {
        for verb in ["apply", "show", "plan -f grants.yaml --live"] {
            let ended = bench.run(&format!("{verb} {file}")).await;
            assert_eq!(ended.code, Some(6), "{verb}: {ended:?}");
            assert!(ended.err.contains(&format!("could not read `{file}`")), "{verb}: {ended:?}");
        }
    }
    assert_eq!(bench.sandbox.world().requests, []);
}
