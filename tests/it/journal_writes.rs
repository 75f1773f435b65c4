//! What the verbs that write leave in the journal, and what they do when it cannot be written.

use std::fs;
use std::path::Path;

use grantsync::journal::{Action, Entry, Journal, Line, LineHash, ResultKind, steps};
use grantsync::sandbox::{Act, Reply};

use crate::cli_support::{Call, Desk, Ran};
use crate::reconcile_support::{Asked, wanting};
use crate::run_kit::{live, start, trouble, world};

/// The lines of a journal whose chain is whole.
pub(crate) fn lines(path: &Path) -> Vec<Line> {
    let read = Journal::read(&fs::read_to_string(path).unwrap(), Some(&LineHash::none())).unwrap();
    assert_eq!(read.faults, []);
    read.lines.into_iter().map(|(_, _, line)| line).collect()
}

/// The steps of a journal: what was to be done, and what came of it.
pub(crate) fn told(lines: &[Line]) -> Vec<String> {
    let steps = steps(lines).into_iter().map(|it| {
        let (link, outcome) = (&it.intent.link, it.outcome.map(|it| it.result));
        let (who, role, place) = (&link.username, &link.role_name, &link.resource_name);
        format!("{:?} {place} {role} {who}: {outcome:?}", it.intent.action)
    });
    steps.collect()
}

const WORLD: &str = "HPC cluster-a: admin alice, member bob\nusers: carol";

#[tokio::test]
async fn apply_records_each_write_before_it_and_after_it_and_the_pass() {
    let yaml = wanting(&["cluster-a admin alice", "cluster-a member carol"]);
    let desk = Desk::new(WORLD, &yaml).await;
    let ran = desk.run("apply -f grants.yaml --auto-approve --journal journal").await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let path = desk.folder.path().join("journal");
    let lines = lines(&path);
    assert_eq!(told(&lines), ["Create cluster-a member carol: Some(Done)", "Remove cluster-a member bob: Some(Done)"]);
    let kinds = lines.iter().map(|it| match &it.entry {
        Entry::Intent(_) => "intent",
        Entry::Outcome(_) => "outcome",
        Entry::Pass(_) => "pass",
        Entry::Repaired { .. } => "repaired",
    });
    assert_eq!(kinds.collect::<Vec<_>>(), ["intent", "outcome", "intent", "outcome", "pass"]);
    let recorded = steps(&lines);
    let [created, removed] = &recorded[..] else { panic!("{recorded:?}") };
    assert_eq!(created.intent.requests[0].at, "grants.yaml:5");
    assert!(created.outcome.unwrap().id.is_some());
    let intent = removed.intent;
    assert_eq!((intent.why.as_str(), intent.context.trigger.as_str()), ("not declared", "apply"));
    assert_eq!((intent.context.account.as_str(), intent.link.offering_name.as_str()), ("staff", "HPC"));
    assert!(intent.link.id.is_some() && intent.context.server.starts_with("http://127.0.0.1"));
    let Entry::Pass(pass) = &lines.last().unwrap().entry else { panic!() };
    assert_eq!((pass.result.as_str(), pass.done, pass.in_sync), ("changed", 2, 1));
    assert!(ran.stderr.contains(&LineHash::of(fs::read_to_string(&path).unwrap().lines().last().unwrap()).to_string()));
    let again = desk.run("apply -f grants.yaml --auto-approve --journal journal").await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(self::lines(&path).len(), lines.len() + 1, "a pass without changes writes one line");
}

#[tokio::test]
async fn a_write_that_fails_or_is_lost_is_recorded_with_its_message() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice", "cluster-a member carol"])).await;
    desk.sandbox.world().faults.push(trouble(Asked::Create, Act::Answer(Reply::json(400, "{\"detail\": \"no\"}"))));
    let ran = desk.run("apply -f grants.yaml --auto-approve --journal journal").await;
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let lines = lines(&desk.folder.path().join("journal"));
    let steps = steps(&lines);
    let outcome = steps.iter().find(|it| it.intent.action == Action::Create).unwrap().outcome.unwrap();
    assert_eq!(outcome.result, ResultKind::Failed);
    assert!(outcome.message.as_ref().unwrap().contains("400"), "{outcome:?}");
}

/// The command where no file grows beyond so many blocks, as on a full disk.
async fn on_a_full_disk(desk: &Desk, arguments: &str) -> Ran {
    let script = desk.folder.path().join("full.sh");
    let command = format!("trap '' XFSZ\nulimit -f 0\nexec {} {arguments}\n", env!("CARGO_BIN_EXE_grantsync"));
    fs::write(&script, command).unwrap();
    Call::program("sh", &["full.sh"])
        .at(desk.folder.path())
        .env("WALDUR_API_URL", &desk.sandbox.url())
        .env("WALDUR_ACCESS_TOKEN", grantsync::sandbox::tokens::STAFF)
        .run()
        .await
}

#[tokio::test]
async fn a_full_disk_stops_what_gives_access_and_not_what_takes_it() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice", "cluster-a member carol"])).await;
    let ran = on_a_full_disk(&desk, "apply -f grants.yaml --auto-approve --journal journal").await;
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert_eq!(desk.sandbox.world().triples(), ["cluster-a admin alice"]);
    assert_eq!(desk.writes(), ["DELETE 204"], "the creation was not sent");
    assert!(ran.stderr.contains("sent without a record in the journal"), "{}", ran.stderr);
    assert!(ran.stderr.contains("\"username\":\"bob\""), "the removal is recorded on standard error: {}", ran.stderr);
    let shown = format!("{}{}", ran.stdout, ran.stderr);
    assert!(shown.contains("nothing that gives access is sent"), "{shown}");
    assert_eq!(fs::read_to_string(desk.folder.path().join("journal")).unwrap(), "");
}

#[tokio::test]
async fn a_journal_that_is_an_input_or_in_use_is_refused_before_anything_is_sent() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice"])).await;
    for (journal, code) in [("grants.yaml", 64), ("no/journal", 64)] {
        let ran = desk.run(&format!("apply -f grants.yaml --auto-approve --journal {journal}")).await;
        assert_eq!(ran.code, Some(code), "{ran:?}");
    }
    assert_eq!(desk.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn the_agent_leaves_a_line_for_each_pass_and_one_for_each_step() {
    let sandbox = world().await;
    let agent = start(&sandbox, "grants.yaml", "--journal journal", |folder| {
        fs::write(folder.join("grants.yaml"), wanting(&["cluster-a admin alice", "cluster-b member carol"])).unwrap();
    })
    .await;
    live(&sandbox, &["cluster-a admin alice", "cluster-b member carol"]).await;
    agent.until("a pass", |it| it["passes"].as_u64() >= Some(1) && it["running"].is_null()).await;
    assert!(agent.ready().await);
    let path = agent.path("journal");
    let ran = Call::new("apply -f grants.yaml --auto-approve --journal journal")
        .at(agent.folder.path())
        .env("WALDUR_API_URL", &sandbox.url())
        .env("WALDUR_ACCESS_TOKEN", grantsync::sandbox::tokens::STAFF);
    let ran = ran.run().await;
    assert!(ran.stderr.contains("in use by another process"), "{ran:?}");
    let lines = lines(&path);
    let mut told = told(&lines);
    told.sort();
    assert_eq!(told, ["Create cluster-b member carol: Some(Done)", "Remove cluster-b member bob: Some(Done)"]);
    let passes: Vec<_> =
        lines.iter().filter_map(|it| if let Entry::Pass(it) = &it.entry { Some(it) } else { None }).collect();
    assert_eq!(passes[0].context.trigger, "start");
    assert!(passes.iter().any(|it| it.result == "changed"), "{passes:?}");
    agent.stop().await;
}
