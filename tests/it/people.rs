//! What people are called, beside their usernames: where only those look who may know, and elsewhere only if asked for.

use expect_test::expect;
use grantsync::render::{Naming, People};
use grantsync::sandbox::World;
use serde_json::Value;

use crate::cli_support::Desk;
use crate::http;
use crate::reconcile_support::wanting;
use crate::run_kit::{start, world};
use crate::verbs::Bench;
use crate::world::{World as Values, user};

const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: carol";
const WANTED: [&str; 2] = ["cluster-a admin alice", "cluster-a member carol"];
const FILE: &str = "scope: {offerings: [HPC]}
limits: {removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, users: [alice, bob, break-glass]}
  - {resource: cluster-b, role: member, users: [carol, dave]}
";

/// Of every kind of report; text goes to a file, too.
const FORMATS: [&str; 6] = ["text", "json", "markdown", "github", "gitlab", "sarif"];

#[cfg(target_os = "linux")]
#[tokio::test]
async fn are_named_in_text_at_a_terminal() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    for verb in ["plan -f grants.yaml", "apply -f grants.yaml --auto-approve"] {
        let ran = desk.call(verb).at_terminal().run().await;
        let told = ran.stdout;
        assert!(told.contains("carol (Carol Example)") && told.contains("bob (Bob Example)"), "{verb}: {told}");
    }
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    let told = desk.call("apply -f grants.yaml --auto-approve").run().await;
    assert!(told.stdout.contains("carol") && !told.stdout.contains("Example"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn are_named_in_no_report_unless_that_is_asked_for() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    for format in FORMATS {
        let report = format!("--report {format}=report.txt");
        for (names, named) in [("", false), (" --names", true)] {
            let told = bench.run(&format!("plan -f grants.yaml --format {format} {report}{names}")).await;
            assert_eq!(told.code, Some(0), "{told:?}");
            for text in [told.out, bench.text("report.txt")] {
                assert_eq!(text.contains("Example"), named, "{format}{names}: {text}");
                assert!(text.contains("eve"), "{format}{names}: {text}");
            }
        }
    }
    let told = bench.run("plan -f grants.yaml --format json --names").await.out;
    let json: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(json["steps"][0]["user"]["full_name"], "Bob Example", "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn are_named_by_explain_and_in_its_json_if_that_is_asked_for() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    for (options, named) in [("", true), ("--format json", false), ("--format json --names", true)] {
        let told = bench.run(&format!("explain --user carol -f grants.yaml {options}")).await.out;
        assert_eq!(told.contains("Carol Example"), named, "{options}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn are_named_in_an_export_and_in_a_view_if_that_is_asked_for() {
    let bench = Bench::new(World::example()).await;
    let plain = bench.run("export --user carol").await.out;
    assert!(!plain.contains("Example"), "{plain}");
    let exported = bench.run("export --user carol --names").await.out;
    let lines: Vec<_> = exported.lines().filter(|it| it.contains("carol")).collect();
    expect![[r##"
        [
            "# Written by `grantsync export --user carol --names`.",
            "  users: [carol]",
            "    user: carol  # Carol Example",
            "    user: carol  # Carol Example",
        ]
    "##]]
    .assert_debug_eq(&lines);
    bench.write("grants.yaml", &exported);
    let planned = bench.run("plan -f grants.yaml --detailed-exitcode").await;
    assert_eq!(planned.code, Some(0), "{planned:?}");

    bench.write("grants.yaml", FILE);
    for (names, named) in [("", false), ("--names", true)] {
        assert_eq!(bench.run(&format!("snapshot -o view.json {names}")).await.code, Some(0));
        assert_eq!(bench.text("view.json").contains("Example"), named);
        let planned = bench.run_offline("plan -f grants.yaml --live view.json --names").await;
        assert_eq!(planned.out.contains("Bob Example"), named, "{planned:?}");
        std::fs::remove_file(bench.path("view.json")).unwrap();
    }
    assert_eq!(bench.run("plan -f grants.yaml -o plan.json").await.code, Some(0));
    assert!(!bench.text("plan.json").contains("Example"));
}

#[tokio::test]
async fn are_named_on_the_page_of_the_agent_and_not_in_its_numbers_and_logs() {
    let sandbox = world().await;
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48);
    let agent = start(&sandbox, "grants.yaml", "", |folder| {
        let yaml = wanting(&["cluster-a admin alice", "cluster-b member bob", "cluster-b viewer carol"]);
        let later = format!("  - {{resource: cluster-a, role: viewer, user: carol, from: \"{soon}\"}}\n");
        std::fs::write(folder.join("grants.yaml"), yaml + &later).unwrap();
    })
    .await;
    let status = agent.result("changed").await;
    assert_eq!(status["changes"][0]["what"], "carol: viewer on cluster-b");
    let begins = &status["access"]["beginning"]["first"][0];
    assert!(begins["what"].as_str().unwrap().starts_with("carol: viewer on cluster-a · grants.yaml:"), "{status}");
    assert_eq!(begins["from"], soon.to_string());
    for (path, named) in [("/", true), ("/status", false), ("/metrics", false)] {
        let text = http::get(format!("{}{path}", agent.url)).await.unwrap().text().await.unwrap();
        assert_eq!(text.contains("Carol Example"), named, "{path}: {text}");
        assert_eq!(text.contains("What begins soon"), path == "/", "{text}");
    }
    let ran = agent.stop().await;
    assert!(!ran.stderr.contains("Carol Example"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn choose_what_they_are_called_and_nothing_else() {
    let mut world = World::example();
    world.change_user("bob", |it| it.first_name = "::error::\u{1b}[31m\u{202e}`|<b>".to_owned());
    let bench = Bench::new(world).await;
    bench.write("grants.yaml", FILE);
    for format in FORMATS {
        let told = bench.run(&format!("plan -f grants.yaml --format {format} --names")).await.out;
        assert!(!told.contains(['\u{1b}', '\u{202e}']), "{format}: {told}");
        assert!(!told.lines().any(|it| it.trim_start().starts_with("::error::\\")), "{format}: {told}");
    }
    let told = bench.run("explain --user bob -f grants.yaml").await.out;
    assert!(told.starts_with("bob (\\u{3a}:error::\\u{1b}[31m\\u{202e}`|<b> Example)\n"), "{told}");
}

#[test]
fn have_names_of_any_length_and_kind() {
    let mut world = Values::read("HPC cluster-a: admin alice\n");
    let mut named = |full_name: &str| {
        world.directory.users.get_mut(&user("alice")).unwrap().full_name = full_name.to_owned();
        Naming::new(&world.directory).with(People::FullNames).user(user("alice"))
    };
    for (full_name, shown) in [
        ("", "alice"),
        ("  ", "alice"),
        ("alice", "alice"),
        (" Alice Doe ", "alice (Alice Doe)"),
        // Parentheses would let it look like more than one name.
        ("Alice), bob (Bob", "alice (Alice], bob [Bob)"),
        ("Al\nice", "alice (Al\\u{a}ice)"),
    ] {
        assert_eq!(named(full_name), shown);
    }
    assert_eq!(named(&"x".repeat(61)), format!("alice ({}…)", "x".repeat(60)));
    let plain = Naming::new(&world.directory).user(user("alice"));
    assert_eq!(plain, "alice");
}
