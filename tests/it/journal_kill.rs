//! The process is killed at each write: the next run converges, and the journal tells what was cut off.

use std::fs;
use std::process::Command;

use grantsync::journal::{Entry, Journal, LineHash, steps};
use grantsync::sandbox::{Act, Fault, RequestLine, Waldur, World, tokens};

use crate::cli_support::{Call, Desk};
use crate::journal_writes::lines;
use crate::reconcile_support::{Asked, in_words, wanting};

const APPLY: &str = "apply -f grants.yaml --auto-approve --journal journal --write-parallelism 1";
const WANTED: [&str; 3] = ["cluster-a admin alice", "cluster-a member carol", "cluster-a viewer dave"];

async fn desk(waldur: Waldur) -> Desk {
    let world = in_words("HPC cluster-a: admin alice, member bob, viewer erin\nusers: carol, dave").on(waldur);
    Desk::of(world, &wanting(&WANTED)).await
}

/// Runs the command, and kills it when this happens; whether it was.
async fn killed(desk: &Desk, asked: Asked, waldur: Waldur, nth: usize, is_after: bool) -> bool {
    let (method, target) = asked.on(waldur);
    let pid = desk.folder.path().join("pid");
    let kill = move |_: &mut World, _: &RequestLine| {
        let pid = fs::read_to_string(&pid).unwrap();
        assert!(Command::new("kill").args(["-s", "KILL", pid.trim()]).status().unwrap().success());
    };
    let act = if is_after { Act::after(kill) } else { Act::before(kill) };
    desk.sandbox.world().faults.push(Fault::on(method, target, act).nth(nth));
    let script = format!("echo $$ > pid; exec {} {APPLY}", env!("CARGO_BIN_EXE_grantsync"));
    let call = Call::program("sh", &["-c", &script]).at(desk.folder.path());
    let call = call.env("WALDUR_API_URL", &desk.sandbox.url()).env("WALDUR_ACCESS_TOKEN", tokens::STAFF);
    let ran = call.run().await;
    desk.sandbox.world().faults.clear();
    ran.code.is_none()
}

/// The names of steps whose outcome is not recorded.
fn cut_off(lines: &[grantsync::journal::Line]) -> Vec<String> {
    let steps = steps(lines);
    let open = steps.iter().filter(|it| it.outcome.is_none());
    open.map(|it| format!("{:?} {}", it.intent.action, it.intent.link.username)).collect()
}

#[tokio::test]
async fn killed_at_any_write_the_next_run_converges_and_the_journal_tells_what_was_cut_off() {
    for waldur in [Waldur::V7_0, Waldur::V8_1] {
        for (asked, whom) in [(Asked::Create, ["carol", "dave"]), (Asked::Remove, ["bob", "erin"])] {
            for (nth, is_after) in [(1, false), (1, true), (2, true)] {
                let cell = format!("{waldur:?} {asked:?} {nth} {is_after}");
                let desk = desk(waldur).await;
                assert!(killed(&desk, asked, waldur, nth, is_after).await, "{cell}");
                let path = desk.folder.path().join("journal");
                let before = lines(&path);
                let open = cut_off(&before);
                assert!(matches!(&open[..], [one] if whom.iter().any(|it| one.ends_with(it))), "{cell}: {open:?}");
                assert!(!before.iter().any(|it| matches!(it.entry, Entry::Pass(_))), "{cell}");
                let ran = desk.run(APPLY).await;
                assert_eq!(ran.code, Some(0), "{cell}: {ran:?}");
                assert_eq!(desk.sandbox.world().triples(), WANTED, "{cell}");
                let after = lines(&path);
                assert_eq!(cut_off(&after), open, "{cell}: what was cut off stays on record");
                assert!(matches!(after.last().unwrap().entry, Entry::Pass(_)), "{cell}");
            }
        }
    }
}

#[tokio::test]
async fn cut_off_at_any_journal_write_the_next_run_converges_and_goes_on_in_the_same_chain() {
    let first = desk(Waldur::V7_0).await;
    assert_eq!(first.run(APPLY).await.code, Some(0));
    let whole = fs::read(first.folder.path().join("journal")).unwrap();
    let ends: Vec<usize> = whole.iter().enumerate().filter(|(_, it)| **it == b'\n').map(|(at, _)| at + 1).collect();
    let cuts = ends.iter().flat_map(|it| [it - 30, *it]);
    for cut in cuts {
        let path = first.folder.path().join("journal");
        fs::write(&path, &whole[..cut]).unwrap();
        let ran = first.run(APPLY).await;
        assert_eq!(ran.code, Some(0), "{cut}: {ran:?}");
        let read = Journal::read(&fs::read_to_string(&path).unwrap(), Some(&LineHash::none())).unwrap();
        assert_eq!(read.faults, [], "{cut}");
        let is_repaired = read.lines.iter().any(|(_, _, line)| matches!(line.entry, Entry::Repaired { .. }));
        assert_eq!(is_repaired, !ends.contains(&cut), "{cut}");
    }
}
