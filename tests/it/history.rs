//! `history`: what was done, by which commit, and how to bring one thing back.

use std::fs;

use grantsync::event::{Event, EventKind, LinkNames};
use grantsync::history::{FactOutcome, FactSource, join};
use grantsync::journal::steps;
use grantsync::sandbox::{Act, Fault, Reply};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::cli_support::Desk;
use crate::journal_writes::lines;
use crate::reconcile_support::{in_words, wanting};

const WORLD: &str = "HPC cluster-a: admin alice, member bob\nusers: carol";
const APPLY: &str = "apply -f grants.yaml --auto-approve --journal journal";

/// A desk where carol got a role and bob lost one, on record.
async fn desk() -> Desk {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice", "cluster-a member carol"])).await;
    let ran = desk.run(APPLY).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    desk
}

async fn facts(desk: &Desk, arguments: &str) -> Vec<Value> {
    let ran = desk.run(&format!("history --format json {arguments}")).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&document["format"], &document["version"]), (&"grantsync-history".into(), &1.into()));
    document["facts"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_journal_and_the_log_tell_one_story_and_each_fact_says_from_where_it_is() {
    let desk = desk().await;
    let both = facts(&desk, "--journal journal").await;
    assert_eq!(both.len(), 2, "{both:#?}");
    for fact in &both {
        assert_eq!(fact["sources"], serde_json::json!(["journal", "server-log"]), "{fact:#?}");
        assert_eq!((&fact["by"], &fact["outcome"]["result"]), (&"staff".into(), &"done".into()));
    }
    let log = facts(&desk, "").await;
    assert_eq!(log.len(), 2);
    assert!(log.iter().all(|it| it["sources"] == serde_json::json!(["server-log"]) && it["pass"].is_null()));
    desk.sandbox.world().faults.push(Fault::on("GET", "/api/events/", Act::Answer(Reply::html(500))));
    let alone = desk.run("history --journal journal --timeout 1s").await;
    assert_eq!(alone.code, Some(0), "{alone:?}");
    assert!(alone.stderr.contains("note: the server's log can't be read"), "{alone:?}");
    assert_eq!(alone.stdout.matches("[journal]").count(), 2, "{alone:?}");
    let neither = desk.run("history --timeout 1s").await;
    assert_eq!(neither.code, Some(1), "{neither:?}");
}

#[tokio::test]
async fn it_is_narrowed_by_who_what_where_which_pass_and_since_when() {
    let desk = desk().await;
    let all = facts(&desk, "--journal journal").await;
    let pass = all[0]["pass"].as_str().unwrap().to_owned();
    for (arguments, count) in [
        ("--user bob".to_owned(), 1),
        ("--user bob --user carol".to_owned(), 2),
        ("--role member --resource cluster-a".to_owned(), 2),
        ("--role admin".to_owned(), 0),
        (format!("--pass {pass}"), 2),
        ("--pass other".to_owned(), 0),
        ("--commit abc".to_owned(), 0),
        ("--since 1h".to_owned(), 2),
        ("--since 2100-01-01".to_owned(), 0),
        (format!("--user {}", all[0]["ids"]["user"].as_str().unwrap()), 1),
    ] {
        assert_eq!(facts(&desk, &format!("--journal journal {arguments}")).await.len(), count, "{arguments}");
    }
}

#[tokio::test]
async fn what_was_removed_is_brought_back_by_pasting() {
    let desk = desk().await;
    let ran = desk.run("history --journal journal --as-yaml").await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    desk.write("back.yaml", &ran.stdout);
    let ran = desk.run("apply -f grants.yaml -f back.yaml --auto-approve --journal journal").await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let expected = ["cluster-a admin alice", "cluster-a member bob", "cluster-a member carol"];
    assert_eq!(desk.sandbox.world().triples(), expected);
    let nothing = desk.run("history --journal journal --user alice --as-yaml").await;
    assert_eq!(nothing.stdout, "bindings: []\n");
}

#[tokio::test]
async fn a_duplicate_that_was_removed_took_no_access_and_is_not_brought_back() {
    let world = in_words("HPC cluster-a: admin alice, admin alice, member bob");
    let desk = Desk::of(world, &wanting(&["cluster-a admin alice"])).await;
    assert_eq!(desk.run(APPLY).await.code, Some(0));
    let ran = desk.run("history --journal journal --as-yaml").await;
    assert!(ran.stdout.contains("\"bob\"") && !ran.stdout.contains("alice"), "{}", ran.stdout);
}

#[tokio::test]
async fn no_name_is_computed_by_a_spreadsheet() {
    let world = in_words("HPC cluster-a: admin alice, member =cmd()");
    let desk = Desk::of(world, &wanting(&["cluster-a admin alice"])).await;
    assert_eq!(desk.run(APPLY).await.code, Some(0));
    let ran = desk.run("history --journal journal --format csv").await;
    assert!(ran.stdout.contains(",'=cmd(),") && !ran.stdout.contains(",=cmd"), "{}", ran.stdout);
    assert!(ran.stdout.starts_with("time,what,result,username,"));
}

#[tokio::test]
async fn verify_finds_what_was_changed_and_a_missing_end() {
    let desk = desk().await;
    let path = desk.folder.path().join("journal");
    let text = fs::read_to_string(&path).unwrap();
    let ran = desk.run("history verify journal").await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (_, last) = ran.stdout.lines().next().unwrap().split_once("last hash ").unwrap();
    let contains = format!("history verify journal --contains {last}");
    assert_eq!(desk.run(&contains).await.code, Some(0));
    let lines: Vec<_> = text.lines().collect();
    let without_end = lines[..lines.len() - 1].join("\n") + "\n";
    for (changed, command, said) in [
        (text.replacen("bob", "eve", 1), "history verify journal", "it does not follow the line before it"),
        (without_end, contains.as_str(), "the end was cut off, or the file was written anew"),
        (text[..text.len() - 9].to_owned(), "history verify journal", "the end of the last line is missing"),
    ] {
        fs::write(&path, changed).unwrap();
        let ran = desk.run(command).await;
        assert_eq!(ran.code, Some(6), "{ran:?}");
        assert!(ran.stdout.contains(said), "{ran:?}");
    }
}

#[tokio::test]
async fn verify_follows_a_rotated_journal_into_the_new_one() {
    let desk = desk().await;
    let (path, old) = (desk.folder.path().join("journal"), desk.folder.path().join("journal.1"));
    fs::copy(&path, &old).unwrap();
    let first = lines(&path);
    assert_eq!(desk.run(APPLY).await.code, Some(0));
    // What the writer makes of a file that was renamed: the rest of the chain in a file of its own.
    let text = fs::read_to_string(&path).unwrap();
    let rest: Vec<_> = text.lines().skip(first.len()).collect();
    fs::write(&path, rest.join("\n") + "\n").unwrap();
    let ran = desk.run("history verify journal.1 journal").await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = desk.run("history verify journal").await;
    assert!(ran.code == Some(0) && ran.stdout.contains("continues another journal"), "{ran:?}");
    let ran = desk.run("history verify journal journal.1").await;
    assert_eq!(ran.code, Some(6), "{ran:?}");
}

#[tokio::test]
async fn a_newer_journal_is_refused_in_words() {
    let desk = desk().await;
    let path = desk.folder.path().join("journal");
    let text = fs::read_to_string(&path).unwrap().replace("{\"v\":1", "{\"v\":2");
    fs::write(&path, text).unwrap();
    for command in [APPLY, "history --journal journal", "history verify journal"] {
        let ran = desk.run(command).await;
        assert!(ran.code != Some(0), "{ran:?}");
        let said = "is of version 2 of the format, and this build reads version 1";
        assert!(ran.stderr.contains(said) && ran.stderr.contains("use the newer build of grantsync"), "{ran:?}");
    }
}

#[tokio::test]
async fn an_event_is_told_once_and_only_with_what_it_can_be() {
    let desk = desk().await;
    let lines = lines(&desk.folder.path().join("journal"));
    let steps = steps(&lines);
    let removed = |at: Timestamp, by: &str| Event {
        at,
        what: EventKind::LinkRemoved,
        about: vec![LinkNames { user: "bob".into(), role: "member".into(), resource: "cluster-a".into() }],
        by: Some(by.to_owned()),
        address: None,
        reason: None,
    };
    let at = steps.iter().find(|it| it.intent.link.username == "bob").unwrap().at;
    let day = SignedDuration::from_hours(24);
    let events = [removed(at - day, "staff"), removed(at, "mallory"), removed(at, "staff")];
    let facts = join(&steps, &events);
    let told: Vec<_> =
        facts.iter().filter(|it| it.user == "bob").map(|it| (it.by.as_deref(), it.sources.len())).collect();
    assert_eq!(told.len(), 3, "{facts:#?}");
    assert_eq!(told.iter().filter(|it| it.1 == 2).collect::<Vec<_>>(), [&(Some("staff"), 2)]);
    let lost: Vec<_> = steps.iter().map(|it| grantsync::journal::RecordedStep { outcome: None, ..*it }).collect();
    let facts = join(&lost, &events[2..]);
    let bob = facts.iter().find(|it| it.user == "bob").unwrap();
    assert_eq!((&bob.outcome, bob.sources.contains(&FactSource::ServerLog)), (&FactOutcome::Done, true));
    assert!(facts.iter().any(|it| it.outcome == FactOutcome::CutOff));
}
