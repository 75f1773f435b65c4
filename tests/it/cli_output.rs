//! What is said, and where: data on standard output, everything else on standard error, the token nowhere.

use std::fs::File;
use std::process::{Command, Stdio};

use expect_test::expect;
use grantsync::sandbox::{Act, Fault, Reply, tokens};

use crate::cli_support::{Call, Desk, Ran};
use crate::reconcile_support::{LINKS, wanting};

const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: carol";
const WANTED: [&str; 2] = ["cluster-a admin alice", "cluster-a member carol"];
const APPLY: &str = "apply -f grants.yaml --auto-approve";

#[tokio::test]
async fn the_command_of_the_readme_works_as_it_stands() {
    let repository = env!("CARGO_MANIFEST_DIR");
    let readme = std::fs::read_to_string(format!("{repository}/README.md")).unwrap();
    let command = readme.lines().find_map(|it| it.strip_prefix("cargo run -- ")).unwrap();
    let ran = Call::new(command).at(repository).run().await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    // The plan is in the README, too, as it looks.
    let plan = ran.stdout.split("\n+ ").next().unwrap().split("\n- ").next().unwrap().trim_end();
    assert!(readme.contains(plan), "{plan}");
    assert_eq!(ran.stdout.matches(": created").count(), 4, "{}", ran.stdout);
    let (_, end) = ran.stdout.split_once("\n\nApplied").unwrap();
    expect![[r#"
         7 steps: 4 created, 3 removed
        Converged: all changes were read back
        Second pass: in sync. Plan: 0 to create, 0 to remove · 9 in sync, 1 kept (1 protected), 2 outside scope
    "#]]
    .assert_eq(end);
    assert!(ran.stderr.starts_with("sandbox: a Waldur inside this process"), "{}", ran.stderr);
}

#[tokio::test]
async fn a_plan_is_data_and_what_is_wrong_with_the_files_is_not() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice", "cluster-a member crol"])).await;
    let Ran { stdout, stderr, .. } = desk.run("plan -f grants.yaml").await;
    expect![[r#"
        Risks
          last-holder-leaves  cluster-a would have no viewer left (last: bob)

        cluster-a  HPC
          -    viewer  bob  not declared

        Plan: 0 to create, 1 to remove, 1 unresolved · 1 in sync
    "#]]
    .assert_eq(&stdout);
    expect![[r#"
        error[unresolved]: no user has the username `crol`
         --> grants.yaml:5:47
          |
        5 |   - {resource: cluster-a, role: member, user: crol}
          |                                               ^^^^

    "#]]
    .assert_eq(&stderr);
    let support = desk.call("plan -f grants.yaml").env("WALDUR_ACCESS_TOKEN", tokens::SUPPORT).run().await;
    assert_eq!(support.stdout, stdout);
    assert!(support.stderr.contains("Not a staff token: the token of `support`"), "{}", support.stderr);
}

#[tokio::test]
async fn an_apply_shows_the_plan_each_step_and_what_it_came_to() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    let Ran { stdout, stderr, .. } = desk.run(APPLY).await;
    expect![[r#"
        Risks
          last-holder-leaves  cluster-a would have no viewer left (last: bob)

        cluster-a  HPC
          -    viewer  bob    not declared
          +    member  carol  grants.yaml:5

        Plan: 1 to create, 1 to remove · 1 in sync
        + carol member on cluster-a: created
        - bob viewer on cluster-a: removed (not declared)

        Applied 2 steps: 1 created, 1 removed
        Converged: all changes were read back
    "#]]
    .assert_eq(&stdout);
    assert_eq!(stderr, "");
    // What it shows before it begins is what `plan` shows.
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    assert!(stdout.starts_with(&desk.run("plan -f grants.yaml").await.stdout));
    // Every write is logged with its reason before it is sent and after it was answered.
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    let Ran { stderr, .. } = desk.run(&format!("{APPLY} -v")).await;
    for (said, times) in
        [("sending step", 2), ("answered step", 2), ("create ", 2), ("grants.yaml:5", 2), ("(not declared)", 2)]
    {
        assert_eq!(stderr.matches(said).count(), times, "{said}: {stderr}");
    }
}

#[tokio::test]
async fn what_stays_can_be_listed() {
    let world = "HPC cluster-a: admin alice, viewer root, viewer bob\nHPC old (terminated): admin bob\nStorage archive: admin bob";
    let yaml =
        "scope: {offerings: [HPC]}\nprotect: [root]\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}\n";
    let desk = Desk::new(world, yaml).await;
    let Ran { stdout, .. } = desk.run("plan -f grants.yaml -v").await;
    // With ids, which are no news here.
    let without_ids =
        stdout.split('[').map(|it| it.split_once(']').map_or(it, |(_, rest)| rest.trim_start())).collect::<String>();
    let listed: Vec<_> = without_ids.lines().map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "= admin alice in sync",
        "= viewer root kept: protected",
        "= admin bob kept: terminated",
        "· admin bob outside scope",
    ] {
        assert!(listed.iter().any(|it| it == line), "{line}: {listed:#?}");
    }
}

#[tokio::test]
async fn files_come_from_standard_input_too() {
    let desk = Desk::new(WORLD, "").await;
    let Ran { code, stdout, stderr } = desk.call("apply --auto-approve -f -").stdin(&wanting(&WANTED)).run().await;
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("+    member  carol  <stdin>:5"), "{stdout}");
    assert_eq!(desk.sandbox.world().triples(), WANTED);
    let Ran { code, stderr, .. } = desk.call("plan -f -").stdin("").run().await;
    assert_eq!(code, Some(6), "{stderr}");
}

#[tokio::test]
async fn flags_narrow_and_limit() {
    let world = "HPC cluster-a: viewer a, viewer b, viewer c\nHPC cluster-b: viewer a\nusers: dave";
    let wanted = wanting(&["cluster-a admin a", "cluster-a viewer c", "cluster-b admin dave"]);
    for (flags, writes) in [
        ("", vec!["POST 201", "POST 201", "DELETE 204", "DELETE 204", "DELETE 204"]),
        ("--no-removals", vec!["POST 201", "POST 201"]),
        ("--max-removals 2", vec!["POST 201", "POST 201"]),
        ("--max-removal-percent 0", vec!["POST 201", "POST 201"]),
        ("--only user=a", vec!["POST 201", "DELETE 204", "DELETE 204"]),
        ("--only user=a --only resource=cluster-a", vec!["POST 201", "DELETE 204"]),
        ("--only user=b", vec!["DELETE 204"]),
        ("--only user=dave --only user=b", vec!["POST 201", "DELETE 204"]),
        ("--only user=c", vec![]),
    ] {
        let desk = Desk::new(world, &wanted).await;
        let ran = desk.run(&format!("{APPLY} {flags}")).await;
        assert_eq!(desk.writes(), writes, "{flags}: {}\n{}", ran.stdout, ran.stderr);
    }
}

#[tokio::test]
async fn a_reader_that_goes_away_stops_nothing() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    for call in [desk.call("plan -f grants.yaml"), desk.call(APPLY)] {
        // It reads nothing at all: its end of the pipe is closed before anything is written.
        let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
        let pipe = reader.stdin.take().unwrap();
        reader.wait().unwrap();
        let ran = call.stdout(pipe).finish().await;
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    }
    assert_eq!(desk.sandbox.world().triples(), WANTED);
}

#[tokio::test]
async fn a_log_that_nobody_reads_stops_nothing() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_grantsync"));
    command.args(format!("{APPLY} -vv").split_whitespace()).current_dir(desk.folder.path()).env_clear();
    command.env("WALDUR_API_URL", desk.sandbox.url()).env("WALDUR_ACCESS_TOKEN", tokens::STAFF);
    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
    let pipe = reader.stdin.take().unwrap();
    reader.wait().unwrap();
    let ended = tokio::task::spawn_blocking(move || command.stdout(Stdio::null()).stderr(pipe).status().unwrap());
    assert_eq!(ended.await.unwrap().code(), Some(0));
    assert_eq!(desk.sandbox.world().triples(), WANTED);
}

#[tokio::test]
async fn a_plan_that_cannot_be_shown_is_not_applied() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ran = desk.call(APPLY).stdout(full).finish().await;
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("could not write to standard output"), "{}", ran.stderr);
    assert_eq!(desk.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn the_token_is_in_no_output() {
    let echo = || Reply::json(400, &format!(r#"{{"detail": "{} is not welcome"}}"#, tokens::STAFF));
    for (fault, said) in [
        (None, "Converged"),
        (Some(Fault::on("POST", LINKS, Act::Answer(echo()))), "<token> is not welcome"),
        (Some(Fault::on("GET", "/api/users/me/", Act::Answer(echo()))), "<token> is not welcome"),
        (Some(Fault::on("GET", "page=last", Act::AnswerAfter(Reply::json(200, tokens::STAFF)))), "X-Result-Count"),
        (Some(Fault::on("POST", LINKS, Act::HangUp)), "unknown"),
    ] {
        let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
        desk.sandbox.world().faults.extend(fault);
        desk.write("token", &format!("{}\n", tokens::STAFF));
        let call = || desk.call(&format!("{APPLY} -vvv")).env("GRANTSYNC_LOG", "trace").env("RUST_BACKTRACE", "1");
        let by_file = call().without_env("WALDUR_ACCESS_TOKEN").env("WALDUR_ACCESS_TOKEN_FILE", "token");
        for ran in [call().run().await, by_file.run().await] {
            let all = ran.stdout + &ran.stderr;
            assert!(!all.contains(tokens::STAFF), "{all}");
            assert!(!all.contains(&tokens::STAFF[8..20]), "{all}");
            assert!(all.contains(said) || all.contains("0 to create, 0 to remove"), "{said}: {all}");
            // Something was logged of what the connection did, or this would prove nothing.
            assert!(all.contains("DEBUG") && all.contains("hyper_util"), "{all}");
        }
    }
}

#[tokio::test]
async fn names_do_not_command_the_terminal() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice"])).await;
    {
        let mut world = desk.sandbox.world();
        let hostile =
            ["\u{1b}[2Jbell\u{7}", "line\nbreak", "\u{202e}txet desrever", "zero\u{200b}width", "back\u{8}space"];
        let [resource, role, _] = crate::reconcile_support::triple(&world, "cluster-a admin alice");
        for name in hostile {
            let user = world.user(name);
            world.link(resource, role, user);
        }
        world.resources.get_mut(resource).unwrap().backend_id = "\u{1b}".to_owned();
        let other = world.resources.get(resource).unwrap().offering;
        let evil = world.resource(other, "\u{1b}]0;title\u{7}");
        let user = world.user("mallory");
        world.link(evil, role, user);
    }
    for arguments in ["plan -f grants.yaml", "plan -f grants.yaml --diff -v", &format!("{APPLY} -v")] {
        let Ran { stdout, stderr, code } = desk.run(arguments).await;
        assert_eq!(code, Some(0), "{stderr}");
        let bad = |it: char| (it.is_control() && it != '\n') || ['\u{202e}', '\u{200b}'].contains(&it);
        assert!(!stdout.contains(bad) && !stderr.contains(bad), "{arguments}: {stdout:?}\n{stderr:?}");
        assert!(stdout.contains(r"\u{1b}[2Jbell\u{7}"), "{stdout}");
        assert!(!stdout.lines().any(|it| it.starts_with("break")), "{stdout}");
    }
}

#[tokio::test]
async fn colour_is_for_terminals_and_for_those_who_want_it() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    let coloured = |ran: &Ran| ran.stdout.contains('\u{1b}');
    let plan = || desk.call("plan -f grants.yaml");
    assert!(!coloured(&plan().run().await));
    let forced = plan().env("CLICOLOR_FORCE", "1").run().await;
    assert!(coloured(&forced));
    assert!(!coloured(&plan().env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").run().await));
    // And it says nothing that the plain text does not say.
    assert_eq!(anstream::adapter::strip_str(&forced.stdout).to_string(), plan().run().await.stdout);
}

#[tokio::test]
async fn a_sandbox_asked_for_by_name_is_used_whatever_the_environment_says() {
    // Whoever has set up their server and wants to try something out.
    let desk = Desk::new(WORLD, "scope: all\nbindings: []\n").await;
    let ran = desk.run("plan --sandbox -f grants.yaml").await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("a Waldur inside this process"), "{}", ran.stderr);
    assert_eq!(desk.sandbox.world().requests, []);
}

#[tokio::test]
async fn flags_are_read_from_the_environment() {
    for value in ["1", "true", "yes"] {
        let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
        let call = desk.call("apply").env("GRANTSYNC_FILE", "grants.yaml").env("GRANTSYNC_AUTO_APPROVE", value);
        let ran = call.env("GRANTSYNC_NO_REMOVALS", value).run().await;
        assert_eq!(ran.code, Some(0), "{value}: {}", ran.stderr);
        assert_eq!(desk.writes(), ["POST 201"], "{value}");
    }
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    let ran = desk.call("apply -f grants.yaml").env("GRANTSYNC_AUTO_APPROVE", "0").run().await;
    assert_eq!(ran.code, Some(64), "{}", ran.stderr);
}
