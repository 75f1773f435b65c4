//! The examples of the README that need a server and a repository of their own.

use std::fs;

use grantsync::binding::Binding;
use grantsync::desired;
use grantsync::sandbox::{World, tokens};

use crate::api_support::{client, resource, role, user};
use crate::http;
use crate::reconcile_support::wanting;
use crate::run_kit::{start, world};
use crate::verbs::Bench;

fn repository(name: &str) -> String {
    fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The command below a heading, without its remark, and what is shown below it.
fn example(heading: &str) -> (String, String) {
    let readme = repository("README.md");
    let section = readme.split(&format!("\n## {heading}\n")).nth(1).unwrap();
    let mut blocks = section.split("```").skip(1).step_by(2).map(|it| it.split_once('\n').unwrap().1.to_owned());
    let command = blocks.next().unwrap();
    let command = command.split('#').next().unwrap().trim().strip_prefix("grantsync ").unwrap().to_owned();
    (command, blocks.next().unwrap_or_default())
}

/// With ids, days and addresses as the README has them.
fn steady(text: &str, bench: &Bench) -> String {
    let id = |it: &str| match it.len() {
        32 if it.bytes().all(|it| it.is_ascii_hexdigit()) => "466d5e7f3e46414382375cb399a4fc72".to_owned(),
        12 if it.bytes().all(|it| it.is_ascii_hexdigit()) => "1a2b3c4d5e6f".to_owned(),
        _ => it.to_owned(),
    };
    let text = text.replace(&bench.sandbox.url(), "https://waldur.example.org");
    let line = |line: &str| -> String {
        if let Some((before, _)) = line.split_once("was read back to ") {
            return format!("{before}was read back to 2026-08-27.");
        }
        for (what, at) in [(" made ", "2026-11-24 16:20"), (" removed ", "2026-11-28 16:40")] {
            if let Some((before, by)) = line.split_once(" by ").filter(|(before, _)| before.contains(what)) {
                return format!("{}{what}{at} UTC by {by}", before.split(what).next().unwrap());
            }
        }
        let words = line.split_inclusive([' ', ':']).map(|it| {
            let bare = it.trim_end_matches([' ', ':']);
            format!("{}{}", id(bare), &it[bare.len()..])
        });
        words.collect()
    };
    text.lines().map(|it| line(it) + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_looks_like_that() {
    let bench = Bench::new(World::example()).await;
    let (command, shown) = example("Start from an existing Waldur");
    let ended = bench.run(&command).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(steady(&bench.text("grants.yaml"), &bench), shown);
    let planned = bench.run("plan -f grants.yaml --detailed-exitcode").await;
    assert_eq!(planned.code, Some(0), "{planned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_looks_like_that() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", &repository("examples/desired-state.yaml"));
    bench.git("init -q");
    bench.git("add .");
    bench.git("commit -q -m OPS-12 --author=Jane<jane@example.org> --date 2026-11-02T10:00:00Z");
    let binding = {
        let world = bench.sandbox.world();
        let (resource, user) = (resource(&world, "cluster-b"), user(&world, "bob"));
        Binding { resource, role: role(&world, "viewer"), user }
    };
    client(&bench.sandbox.url(), tokens::SUPPORT).create(&binding, None).await.unwrap();
    let staff = client(&bench.sandbox.url(), tokens::STAFF);
    let admin = Binding { role: role(&bench.sandbox.world(), "admin"), ..binding };
    staff.create(&admin, None).await.unwrap();
    let links = staff.links_of_resource(admin.resource).await.unwrap();
    staff.delete(links.iter().find(|it| it.binding == admin).unwrap(), "").await.unwrap();
    let (command, shown) = example("Ask why");
    let ended = bench.run(&command).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(steady(&ended.out, &bench), shown);
}

#[tokio::test]
async fn the_agent_starts_like_that() {
    let sandbox = world().await;
    let (command, _) = example("The agent");
    let [verb, file, path, more @ ..] = &*command.split(' ').collect::<Vec<_>>() else { panic!("{command}") };
    assert_eq!((*verb, *file), ("run", "-f"));
    let agent = start(&sandbox, path, &more.join(" "), |folder| {
        fs::create_dir(folder.join(path)).unwrap();
        let yaml = wanting(&["cluster-a admin alice", "cluster-b member bob", "cluster-b viewer carol"]);
        fs::write(folder.join(path).join("grants.yaml"), yaml).unwrap();
    })
    .await;
    let status = agent.result("changed").await;
    assert_eq!(status["changes"][0]["what"], "carol: viewer on cluster-b");
    let told = repository("README.md").split("\n## The agent\n").nth(1).unwrap().to_owned();
    let told = told.split("\n## ").next().unwrap();
    let paths = told.split('`').skip(1).step_by(2).filter(|it| it.starts_with('/'));
    let paths: Vec<_> = paths.map(str::to_owned).collect();
    assert_eq!(paths, ["/livez", "/readyz", "/metrics", "/status", "/"]);
    for path in paths {
        let answer = http::get(format!("{}{path}", agent.url)).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_is_printed() {
    let bench = Bench::new(World::example()).await;
    let (command, _) = example("In an editor");
    let (command, _) = command.split_once(" > ").unwrap();
    assert_eq!(bench.run_offline(command).await.out, desired::schema());
}
