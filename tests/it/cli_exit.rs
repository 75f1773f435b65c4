//! Exit codes: what a script may rely on. The first that applies wins.

use grantsync::sandbox::{Act, Fault, Reply, tokens};

use crate::cli_support::{Call, Desk, Ran};
use crate::reconcile_support::{LINKS, link, wanting};

/// One of each: alice is in sync, bob goes, carol comes.
const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: carol";
const WANTED: [&str; 2] = ["cluster-a admin alice", "cluster-a member carol"];
const IN_SYNC: [&str; 2] = ["cluster-a admin alice", "cluster-a viewer bob"];
/// Without a scope, and without a word about `cluster-a`.
const NOT_NAMED: &str = "bindings:\n  - {resource: cluster-b, role: admin, user: alice}\n";
const TWO: &str = "HPC cluster-a: admin alice, viewer bob\nHPC cluster-b: admin alice";

#[track_caller]
fn assert_code(ran: &Ran, code: i32, said: &str) {
    let Ran { code: actual, stdout, stderr } = ran;
    assert_eq!(*actual, Some(code), "{stdout}\n{stderr}");
    assert!(stdout.contains(said) || stderr.contains(said), "{stdout}\n{stderr}");
}

#[tokio::test]
async fn zero_when_all_is_well() {
    let desk = Desk::new(WORLD, &wanting(&IN_SYNC)).await;
    for arguments in
        ["validate -f grants.yaml", "plan -f grants.yaml --detailed-exitcode", "apply -f grants.yaml --auto-approve"]
    {
        assert_code(&desk.run(arguments).await, 0, "");
    }
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    assert_code(&desk.run("plan -f grants.yaml").await, 0, "1 to create, 1 to remove");
    assert_code(&desk.run("apply -f grants.yaml --auto-approve").await, 0, "Converged");
    assert_eq!(desk.writes(), ["POST 201", "DELETE 204"]);
    assert_code(&desk.run("apply -f grants.yaml --auto-approve").await, 0, "2 in sync");
    assert_eq!(desk.writes().len(), 2, "the second one sends no write");
    // A line that is over may name what is not there any more.
    desk.write(
        "grants.yaml",
        &format!("{}  - {{resource: gone, role: admin, user: gone, until: 2026-06-30}}\n", wanting(&WANTED)),
    );
    let ran = desk.run("plan -f grants.yaml --detailed-exitcode").await;
    assert_code(&ran, 0, "warning");
    assert!(ran.stderr.contains("no resource is called `gone`"), "{}", ran.stderr);
    // What cannot be done, and nobody can mend here, is told and no reason to fail.
    let desk = Desk::new(
        "HPC old (terminated):\nHPC cluster-a:\nusers: (inactive) zoe, yan",
        &wanting(&["old admin yan", "cluster-a admin zoe"]),
    )
    .await;
    assert_code(&desk.run("plan -f grants.yaml --detailed-exitcode").await, 0, "2 skipped");
    assert_code(&desk.run("apply -f grants.yaml --auto-approve").await, 0, "2 skipped");
}

#[tokio::test]
async fn zero_when_all_is_done_while_others_were_busy_elsewhere() {
    let yaml = wanting(&WANTED).replace("scope: all", "scope: {resources: [cluster-a]}");
    let desk = Desk::new(&format!("{WORLD}\nHPC busy: admin alice"), &yaml).await;
    {
        // More than a page of links, and one more at every look: the list never holds still.
        let mut world = desk.sandbox.world();
        for _ in 0..300 {
            link(&mut world, "busy admin alice");
        }
        world.faults.push(Fault::on("", LINKS, Act::before(|world, _| _ = link(world, "busy admin alice"))));
    }
    for arguments in
        ["plan -f grants.yaml", "apply -f grants.yaml --auto-approve", "apply -f grants.yaml --auto-approve"]
    {
        assert_code(&desk.run(arguments).await, 0, "observed while changing");
    }
    assert_eq!(desk.writes(), ["POST 201", "DELETE 204"]);
}

#[tokio::test]
async fn one_when_the_server_or_the_token_is_of_no_use() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    for verb in ["plan -f grants.yaml", "apply -f grants.yaml --auto-approve"] {
        let expired = desk.call(verb).env("WALDUR_ACCESS_TOKEN", tokens::EXPIRED).run().await;
        assert_code(&expired, 1, "get a new one");
        // Discard: nobody listens there.
        let nobody = desk.call(&format!("{verb} --timeout 1s")).env("WALDUR_API_URL", "http://127.0.0.1:9").run().await;
        assert_code(&nobody, 1, "could not connect to `127.0.0.1:9`");
        let support = desk.call(verb).env("WALDUR_ACCESS_TOKEN", tokens::SUPPORT).run().await;
        if verb.starts_with("plan") {
            assert_code(&support, 0, "Not a staff token: the token of `support`");
        } else {
            assert_code(&support, 1, "--partial-view");
        }
        let only = desk.run(&format!("{verb} --only user=crol")).await;
        assert_code(&only, 1, "did you mean");
    }
    assert_eq!(desk.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn two_when_changes_are_pending() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    assert_code(&desk.run("plan -f grants.yaml --detailed-exitcode").await, 2, "1 to create, 1 to remove");
    // What a mode withholds is pending, too.
    let desk = Desk::new(WORLD, &wanting(&WANTED[..1])).await;
    assert_code(&desk.run("plan -f grants.yaml --detailed-exitcode --no-removals").await, 2, "1 withheld");
    desk.write("grants.yaml", &format!("mode: observe\n{}", wanting(&WANTED)));
    assert_code(&desk.run("plan -f grants.yaml --detailed-exitcode").await, 2, "2 withheld");
    assert_code(&desk.run("apply -f grants.yaml --auto-approve").await, 0, "2 withheld");
    // And no limit holds what would not go anyway.
    for mode in ["add-only", "observe"] {
        desk.write("grants.yaml", &format!("mode: {mode}\nlimits: {{removals: 0}}\nscope: all\nbindings: []\n"));
        let ran = desk.run("apply -f grants.yaml --auto-approve --report markdown=said.md").await;
        assert_code(&ran, 0, "2 withheld");
        assert!(!ran.stdout.contains("--approve") && !ran.stdout.contains("Risks"), "{}", ran.stdout);
    }
    assert_eq!(desk.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn three_when_removals_are_held() {
    let desk = Desk::new(TWO, NOT_NAMED).await;
    assert_code(&desk.run("plan -f grants.yaml").await, 0, "2 held");
    assert_code(&desk.run("plan -f grants.yaml --detailed-exitcode").await, 3, "2 held");
    assert_code(&desk.run("apply -f grants.yaml --auto-approve").await, 3, "2 held");
    // By limits, with something else to do besides.
    let desk = Desk::new(WORLD, &wanting(&WANTED).replace("removals: 1000", "removals: 0")).await;
    assert_code(&desk.run("apply -f grants.yaml --auto-approve").await, 3, "--approve");
    assert_eq!(desk.writes(), ["POST 201"]);
}

#[tokio::test]
async fn four_when_something_failed_or_names_what_is_not_there() {
    let desk =
        Desk::new(WORLD, &wanting(&["cluster-a admin alice", "cluster-a viewer bob", "cluster-a member crol"])).await;
    // In `plan`, too, so that a typo in a pull request is red; and before 3.
    assert_code(&desk.run("plan -f grants.yaml").await, 4, "no user has the username `crol`");
    assert_code(&desk.run("apply -f grants.yaml --auto-approve").await, 4, "grants.yaml:6:");
    desk.write("grants.yaml", &format!("protect: [nobody-here]\n{}", wanting(&IN_SYNC)));
    assert_code(&desk.run("plan -f grants.yaml").await, 4, "no user has the username `nobody-here`");

    let desk = Desk::new(TWO, &NOT_NAMED.replace("alice", "alcie")).await;
    let ran = desk.run("plan -f grants.yaml --detailed-exitcode").await;
    assert_code(&ran, 4, "3 held, 1 unresolved");

    for (method, reply, said) in [
        ("POST", Reply::json(400, r#"{"user": ["No such luck."]}"#), "No such luck."),
        ("DELETE", Reply::json(403, r#"{"detail": "Hands off."}"#), "Hands off."),
    ] {
        let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
        desk.sandbox.world().faults.push(Fault::on(method, LINKS, Act::Answer(reply)));
        assert_code(&desk.run("apply -f grants.yaml --auto-approve").await, 4, said);
    }
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    desk.sandbox.world().faults.push(Fault::on("POST", LINKS, Act::HangUp));
    assert_code(&desk.run("apply -f grants.yaml --auto-approve").await, 4, "1 unknown");
}

#[tokio::test]
async fn four_when_a_binding_lies_outside_its_own_scope() {
    // Only the server knows to which offering `archive` belongs.
    let yaml = "scope: {offerings: [HPC]}\nbindings:\n  - {resource: archive, role: admin, user: alice}\n";
    let desk = Desk::new("HPC cluster-a: admin alice\nStorage archive:", yaml).await;
    assert_code(&desk.run("plan -f grants.yaml").await, 4, "outside the scope of its own file");
    assert_code(&desk.run("apply -f grants.yaml --auto-approve").await, 4, "1 outside their own scope");
}

#[tokio::test]
async fn five_when_the_approval_is_for_something_else() {
    let desk = Desk::new(WORLD, &wanting(&WANTED).replace("removals: 1000", "removals: 0")).await;
    let ran = desk.run("plan -f grants.yaml").await;
    let digest = ran.stdout.split("--approve ").nth(1).unwrap().split('`').next().unwrap().to_owned();
    for verb in ["plan -f grants.yaml", "apply -f grants.yaml --auto-approve"] {
        let ran = desk.run(&format!("{verb} --approve held-aaaaaaaaaaaaaaaaaaaaaaaaaa")).await;
        // The current one is shown.
        assert_code(&ran, 5, &digest);
    }
    // Before 4: nothing was written, whatever else is wrong.
    desk.write("typo.yaml", &wanting(&["cluster-a admin alice", "cluster-a viewer bob", "cluster-a member crol"]));
    assert_code(&desk.run("plan -f typo.yaml --approve held-aaaaaaaaaaaaaaaaaaaaaaaaaa").await, 5, "nothing is held");
    assert_eq!(desk.writes(), Vec::<String>::new());
    assert_code(&desk.run(&format!("apply -f grants.yaml --auto-approve --approve {digest}")).await, 0, "1 removed");
    assert_eq!(desk.writes(), ["POST 201", "DELETE 204"]);
    assert_code(
        &desk.run(&format!("apply -f grants.yaml --auto-approve --approve {digest}")).await,
        5,
        "nothing is held",
    );
}

#[tokio::test]
async fn six_when_the_files_are_invalid_and_no_request_is_sent() {
    let desk = Desk::new(WORLD, "bindings:\n  - {resource: cluster-a, rol: admin, user: alice}\n").await;
    desk.write("empty.yaml", "");
    desk.write("blank.yaml", "bindings:\n");
    desk.write("twice.yaml", "bindings: []\nbindings: []\n");
    desk.write("number.yaml", "bindings:\n  - {resource: cluster-a, role: admin, user: 007}\n");
    std::fs::write(desk.folder.path().join("bytes.yaml"), b"bindings: [\xff]\n").unwrap();
    std::fs::create_dir(desk.folder.path().join("folder")).unwrap();
    for (file, said) in [
        ("grants.yaml", "did you mean `role`?"),
        ("empty.yaml", "bindings"),
        ("blank.yaml", "blank.yaml:1:"),
        ("twice.yaml", "twice.yaml:2:"),
        ("number.yaml", "quote"),
        ("bytes.yaml", "bytes.yaml"),
        ("missing.yaml", "missing.yaml"),
        ("folder", "folder"),
    ] {
        for verb in ["validate", "plan", "apply --auto-approve"] {
            assert_code(&desk.run(&format!("{verb} -f {file}")).await, 6, said);
        }
    }
    assert_eq!(desk.sandbox.world().requests, []);
    // Before anything else is found out: without a server, without a token.
    assert_code(&Call::new("plan -f blank.yaml").at(desk.folder.path()).run().await, 6, "blank.yaml:1:");
}

#[tokio::test]
async fn sixty_four_when_the_command_line_makes_no_sense() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    for (arguments, said) in [
        ("", "Usage:"),
        ("plan", "--file <PATH>"),
        ("plam -f grants.yaml", "plan"),
        ("plan -f grants.yaml --only group=a", "user=NAME"),
        ("plan -f grants.yaml --approve yes", "not a digest; copy the digest that `plan` prints"),
        ("plan -f grants.yaml --approve 3e7461f1d94aad99", "a digest of an earlier version; run `plan` again"),
        ("plan -f grants.yaml --max-removal-percent 101", "101"),
        ("plan -f grants.yaml --timeout soon", "90s"),
        ("apply -f grants.yaml", "--auto-approve"),
        ("apply -f grants.yaml --dry-run", "use `grantsync plan`"),
        ("apply -f -", "--auto-approve"),
    ] {
        assert_code(&desk.run(arguments).await, 64, said);
    }
    let no_token = desk.call("plan -f grants.yaml").without_env("WALDUR_ACCESS_TOKEN").run().await;
    assert_code(&no_token, 64, "WALDUR_ACCESS_TOKEN");
    let empty_token = desk.call("plan -f grants.yaml").env("WALDUR_ACCESS_TOKEN", " \n").run().await;
    assert_code(&empty_token, 64, "WALDUR_ACCESS_TOKEN");
    let no_server = desk.call("plan -f grants.yaml").without_env("WALDUR_API_URL").run().await;
    assert_code(&no_server, 64, "WALDUR_API_URL");
    assert_eq!(desk.sandbox.world().requests, []);
}
