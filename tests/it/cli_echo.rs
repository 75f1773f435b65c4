//! What others chose, or somebody typed in the wrong place, and how it is repeated: never as a command, never a token.

use grantsync::sandbox::tokens;
use serde_json::Value;

use crate::cli_support::{Call, Desk, Ran};
use crate::reconcile_support::{triple, wanting};

const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: carol";
const COMMAND: &str = "x\n::add-mask::pwn.yaml";
/// In the form of Waldur's tokens.
const TOKEN: &str = "9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b";

fn all(ran: &Ran) -> String {
    format!("{}\n{}", ran.stdout, ran.stderr)
}

#[track_caller]
fn starts_no_command(ran: &Ran) {
    let all = all(ran);
    let obeyed = all.lines().find(|it| it.trim_start().starts_with("::add-mask") || it.contains("##[warning]"));
    assert_eq!(obeyed, None, "{all}");
}

#[track_caller]
fn is_shown_and_starts_no_command(ran: &Ran) {
    assert!(all(ran).contains("add-mask"), "{}", all(ran));
    starts_no_command(ran);
}

#[tokio::test]
async fn a_line_break_in_the_name_of_a_file_starts_no_command() {
    for content in ["bindings: [", &wanting(&["cluster-a admin typo"]), &wanting(&["cluster-a admin carol"])] {
        let desk = Desk::new(WORLD, "").await;
        std::fs::create_dir(desk.folder.path().join("files")).unwrap();
        desk.write(&format!("files/{COMMAND}"), content);
        is_shown_and_starts_no_command(&desk.run("plan -f files").await);
        for call in [
            "validate -f files",
            "plan -f files --format markdown",
            "plan -f files --format github",
            "plan -f files -vvv",
            "explain -f files --user carol --resource cluster-a",
            "apply -f files --auto-approve -vvv",
        ] {
            starts_no_command(&desk.run(call).await);
        }
    }
    let missing = Call::new("validate").env("GRANTSYNC_FILE", COMMAND).run().await;
    is_shown_and_starts_no_command(&missing);
}

#[tokio::test]
async fn a_name_on_the_server_starts_no_command() {
    for call in ["plan -f grants.yaml -vvv", "links -vvv", "apply -f grants.yaml --auto-approve -vvv"] {
        let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice"])).await;
        {
            let mut world = desk.sandbox.world();
            let [resource, role, _] = triple(&world, "cluster-a admin alice");
            for name in ["::add-mask::a", "b\n::add-mask::b", "##[warning]c"] {
                let user = world.user(name);
                world.link(resource, role, user);
            }
        }
        is_shown_and_starts_no_command(&desk.run(call).await);
    }
}

#[tokio::test]
async fn a_token_in_the_wrong_place_is_cut_out() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice"])).await;
    let plan = || desk.call("plan -f grants.yaml");
    let calls = [
        plan().without_env("WALDUR_ACCESS_TOKEN").env("WALDUR_ACCESS_TOKEN_FILE", TOKEN),
        plan().env("WALDUR_API_URL", TOKEN),
        plan().env("WALDUR_API_URL", &format!("https://waldur.example.org/?token={TOKEN}")),
        plan().env("WALDUR_API_URL", &format!("ftp://waldur.example.org/{TOKEN}")),
        plan().env("GRANTSYNC_PARALLELISM", TOKEN),
        desk.call(&format!("plan -f grants.yaml {TOKEN}")),
        desk.call(&format!("plan -f {TOKEN}")),
        desk.call(&format!("plan -f grants.yaml --format {TOKEN}")),
        desk.call(&format!("apply {TOKEN} --auto-approve")),
        desk.call(&format!("show {TOKEN}")),
        desk.call(&format!("plan -f grants.yaml --only {TOKEN}")),
        desk.call(&format!("plan -f grants.yaml --base {TOKEN}")),
        desk.call(TOKEN),
    ];
    for call in calls {
        let ran = call.run().await;
        let all = all(&ran);
        assert!(!all.contains(TOKEN), "{all}");
        assert!(all.contains("<40 hex digits>") || all.contains("contains a `?`"), "{all}");
    }
}

#[tokio::test]
async fn the_token_in_use_is_cut_out_wherever_it_is() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice"])).await;
    {
        let mut world = desk.sandbox.world();
        let [resource, role, _] = triple(&world, "cluster-a admin alice");
        let user = world.user(tokens::STAFF);
        world.link(resource, role, user);
    }
    desk.write("token", tokens::STAFF);
    let only = format!("plan -f grants.yaml --only user={}", tokens::STAFF);
    for arguments in ["plan -f grants.yaml", "links", "plan -f grants.yaml --format json", &only] {
        let by_file = desk.call(arguments).without_env("WALDUR_ACCESS_TOKEN").env("WALDUR_ACCESS_TOKEN_FILE", "token");
        for ran in [desk.run(arguments).await, by_file.run().await] {
            let all = all(&ran);
            assert!(!all.contains(tokens::STAFF) && all.contains("<token>"), "{all}");
        }
    }
}

#[tokio::test]
async fn a_token_that_came_from_a_pipe_is_cut_out_too() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice"])).await;
    {
        let mut world = desk.sandbox.world();
        let [resource, role, _] = triple(&world, "cluster-a admin alice");
        let user = world.user(tokens::STAFF);
        world.link(resource, role, user);
    }
    let pipe = desk.folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for arguments in ["plan -f grants.yaml", "links"] {
        let writer = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::write(pipe, tokens::STAFF).unwrap()
        });
        let call = desk.call(arguments).without_env("WALDUR_ACCESS_TOKEN").env("WALDUR_ACCESS_TOKEN_FILE", "pipe");
        let all = all(&call.run().await);
        writer.join().unwrap();
        assert!(!all.contains(tokens::STAFF) && all.contains("<token>"), "{all}");
    }
}

#[tokio::test]
async fn the_token_is_not_sent_over_plain_http_to_another_machine() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice"])).await;
    for verb in
        ["plan -f grants.yaml", "apply -f grants.yaml --auto-approve", "run -f grants.yaml --listen none", "links"]
    {
        let ran = desk.call(verb).env("WALDUR_API_URL", "http://waldur.invalid").run().await;
        assert_eq!(ran.code, Some(64), "{}", ran.stderr);
        assert!(ran.stderr.contains("without encryption") && ran.stderr.contains("--insecure-http"), "{}", ran.stderr);
    }
    let insecure = desk.call("plan -f grants.yaml --timeout 1s").env("WALDUR_API_URL", "http://waldur.invalid");
    let ran = insecure.env("GRANTSYNC_INSECURE_HTTP", "true").run().await;
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: the token is sent"), "{}", ran.stderr);
    let doctor = desk.call("doctor").env("WALDUR_API_URL", "http://waldur.invalid").run().await;
    assert!(doctor.code == Some(1) && doctor.stdout.contains("--insecure-http"), "{}", doctor.stdout);
}

#[tokio::test]
async fn a_server_on_this_machine_is_asked_without_a_proxy() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice"])).await;
    for arguments in ["links --sandbox", "links"] {
        // Nobody listens there.
        let call = ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]
            .into_iter()
            .fold(desk.call(arguments), |call, name| call.env(name, "http://127.0.0.1:1"));
        let ran = call.run().await;
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
}

#[tokio::test]
async fn what_ends_with_4_is_not_told_as_converged() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin typo", "cluster-a member carol"])).await;
    let ran = desk.run("apply -f grants.yaml --auto-approve --format json").await;
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(!desk.writes().is_empty() && report["converged"] == false, "{}", ran.stdout);
}
