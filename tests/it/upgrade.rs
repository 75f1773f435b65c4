//! The upgrade to Waldur 8 drops all grants and roles: how everybody gets their access back.

use std::fs;

use grantsync::sandbox::{Waldur, World};

use crate::verbs::Bench;

const NEWER: [Waldur; 2] = [Waldur::V8_0, Waldur::V8_1];

/// The commands of the guide, without the program's name: those before the upgrade, and those after it.
fn guide() -> [Vec<String>; 2] {
    let readme = fs::read_to_string(format!("{}/README.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (_, guide) = readme.split_once("\n## Upgrade to Waldur 8\n").unwrap();
    let guide = guide.split("\n## ").next().unwrap();
    let blocks = guide.split("```sh\n").skip(1).map(|it| it.split("```").next().unwrap());
    let commands = |block: &str| {
        let commands = block.lines().filter_map(|it| it.strip_prefix("grantsync "));
        commands.map(|it| it.split(" #").next().unwrap().trim().to_owned()).collect()
    };
    blocks.map(commands).collect::<Vec<_>>().try_into().unwrap()
}

/// Runs a command of the guide, and checks how it ends; whoever is asked says yes.
async fn run(bench: &Bench, command: &str, expected: i32) {
    let yes = if command.starts_with("apply") { " --auto-approve" } else { "" };
    let ended = bench.run(&format!("{command}{yes}")).await;
    assert_eq!(ended.code, Some(expected), "{command}: {ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_back_what_they_had_and_nothing_else() {
    let [before, after] = guide();
    assert!(before.len() > 1 && after.len() > 3, "{before:?} {after:?}");
    for waldur in NEWER {
        let bench = Bench::new(World::generated(30, 60, 300)).await;
        let had = bench.sandbox.world().triples();
        assert_eq!(had.len(), 300);
        for command in &before {
            run(&bench, command, 0).await;
        }
        // Files know ends that the server did not.
        let file = bench.text("grants.yaml").replace("    role: admin\n", "    role: admin\n    until: 2099-12-31\n");
        bench.write("grants.yaml", &file);
        bench.change(|world| world.upgrade(waldur));
        assert_eq!(bench.sandbox.world().triples(), [""; 0]);
        for command in &after {
            // Until there are roles again, no name of one can be resolved.
            let expected = if command.starts_with("validate") { 4 } else { 0 };
            run(&bench, command, expected).await;
        }
        let admin = |it: &String| it.contains(" admin ");
        let wanted =
            had.iter().map(|it| if admin(it) { format!("{it} until 2100-01-01T00:00:00Z") } else { it.clone() });
        assert_eq!(bench.sandbox.world().triples(), wanted.collect::<Vec<_>>(), "{waldur}");
        assert!(had.iter().any(admin));
        // Five roles for each of three offerings, besides those of the system.
        assert_eq!(bench.sandbox.world().roles.iter().filter(|it| !it.offering.is_nil()).count(), 15);
        let writes = bench.sandbox.world().requests.iter().filter(|it| it.method == "POST").count();
        assert_eq!(writes, 315, "each once");
        run(&bench, "plan -f grants.yaml --detailed-exitcode", 0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_what_an_upgrade_has_left_nothing_of() {
    for waldur in NEWER {
        let bench = Bench::new(World::example()).await;
        let says = async |bench: &Bench| bench.run("doctor").await.out.contains("the upgrade to Waldur 8 drops both");
        assert!(!says(&bench).await);
        bench.change(|world| world.upgrade(waldur));
        let ended = bench.run("doctor").await;
        assert_eq!(ended.code, Some(0), "a warning: {ended:?}");
        for told in ["warning  roles", "`grantsync plan --create-roles -f FILE`", "`grantsync export --live VIEW`"] {
            assert!(ended.out.contains(told), "{}", ended.out);
        }
        bench.change(|world| {
            let hpc = world.offerings.iter().find(|it| it.name == "HPC").unwrap().id;
            world.role(hpc, "admin");
        });
        assert!(!says(&bench).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_live_before_becomes_files() {
    let bench = Bench::new(World::example()).await;
    bench.run("snapshot -o before.json").await;
    let live = bench.run("export").await;
    bench.change(|world| world.upgrade(Waldur::V8_1));
    let ended = bench.run_offline("export --live before.json").await;
    assert_eq!((ended.code, &ended.out), (Some(0), &live.out), "{ended:?}");
    assert!(ended.err.starts_with("As seen at "), "{ended:?}");
    let ended = bench.run_offline("export --live before.json --offering Cloud").await;
    assert!(ended.out.contains("offerings: [Cloud]") && !ended.out.contains("cluster-a"), "{ended:?}");
    let ended = bench.run_offline("export --live before.json -o before.json --force").await;
    assert_eq!(ended.code, Some(64), "an input is never replaced: {ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_by_uuid_are_named_as_they_were() {
    let bench = Bench::new(World::example()).await;
    let old = bench.sandbox.world().roles.iter().find(|it| it.name == "member").unwrap().id.simple().to_string();
    let file = format!(
        "scope: {{roles: [{{uuid: {old}}}, admin]}}\nbindings:\n  - {{resource: cluster-a, role: {{uuid: {old}}}, user: alice}}\n"
    );
    bench.write("grants.yaml", &file);
    bench.run("snapshot -o before.json").await;
    let validate = "validate --online --live before.json -f grants.yaml";
    assert_eq!(bench.run(validate).await.code, Some(0));
    bench.change(|world| world.upgrade(Waldur::V8_1));
    let ended = bench.run(validate).await;
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let told = "it was the role `member` in that view: write `member`";
    assert_eq!(ended.err.matches(told).count(), 1, "{}", ended.err);
    assert!(ended.err.contains("used on 2 lines: grants.yaml:1, grants.yaml:3"), "in the scope, too: {}", ended.err);
    assert!(!bench.run("validate --online -f grants.yaml").await.err.contains(told));
    // Offline, there is nothing to compare with.
    assert_eq!(bench.run("validate --live before.json -f grants.yaml").await.code, Some(64));
}
