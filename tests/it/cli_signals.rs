//! Ctrl-C and SIGTERM: nothing is left in doubt. What happens when is decided by what the server is asked and by what
//! the command says, never by time.

use grantsync::sandbox::{Act, Fault};

use crate::cli_support::{Call, Desk, Ran, Running};
use crate::reconcile_support::{LINKS, wanting};

const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: carol, dave, erin";
const WANTED: [&str; 4] =
    ["cluster-a admin alice", "cluster-a member carol", "cluster-a member dave", "cluster-a member erin"];

/// Runs `apply`, one write at a time, and does something to it before the server answers the nth request of a kind.
async fn applied(desk: &Desk, method: &'static str, nth: usize, act: impl Fn(&mut Running) + Send + 'static) -> Ran {
    let call = desk.call("apply -f grants.yaml --auto-approve --write-parallelism 1");
    let (mut running, end) = call.start();
    // Requests are served only while this test awaits. Meanwhile the server waits in here for what the command says.
    let hook = Act::after(move |_, _| act(&mut running));
    desk.sandbox.world().faults = vec![Fault::on(method, LINKS, hook).nth(nth)];
    end.await.unwrap()
}

#[tokio::test]
async fn while_reading_a_signal_ends_it_at_once() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
        let ran = applied(&desk, "GET", 1, move |it| {
            it.signal(signal);
            it.wait_for("interrupted: nothing was written");
        })
        .await;
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""));
        assert_eq!(desk.writes(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn while_writing_the_first_signal_lets_finish_what_is_in_flight_and_tells_the_rest() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
        let Ran { code: actual, stdout, .. } = applied(&desk, "POST", 2, move |it| {
            it.signal(signal);
            it.wait_for("finishing what is in flight");
        })
        .await;
        assert_eq!(actual, Some(code), "{stdout}");
        assert_eq!(stdout.matches(": created").count(), 2, "{stdout}");
        assert_eq!(stdout.matches(": not sent").count(), 2, "{stdout}");
        assert!(stdout.contains("interrupted"), "{stdout}");
        assert_eq!(desk.writes(), ["POST 201", "POST 201"]);
        // What is left, the next one does.
        desk.sandbox.world().faults.clear();
        assert_eq!(desk.run("apply -f grants.yaml --auto-approve").await.code, Some(0));
        assert_eq!(desk.sandbox.world().triples(), WANTED);
    }
}

#[tokio::test]
async fn the_second_signal_leaves_at_once() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    let ran = applied(&desk, "POST", 2, |it| {
        it.signal("TERM");
        it.wait_for("finishing what is in flight");
        it.signal("INT");
        it.wait_for("leaving at once");
    })
    .await;
    assert_eq!(ran.code, Some(130));
    assert!(!ran.stdout.contains("Applied"), "{}", ran.stdout);
    desk.sandbox.world().faults.clear();
    assert_eq!(desk.run("apply -f grants.yaml --auto-approve").await.code, Some(0));
    assert_eq!(desk.sandbox.world().triples(), WANTED);
}

#[tokio::test]
async fn a_sandbox_lists_its_callers_with_their_rights_on_its_version_and_ends_with_a_signal() {
    let first = ["sees everything, can create, cannot remove", "service provider: sees nothing"];
    let second = ["sees everything, changes nothing", "sees and changes the users of its resources"];
    for (version, told, untold) in [("7.0", first, second), ("8.0", second, first), ("8.1", second, first)] {
        let (mut running, end) = Call::new(&format!("sandbox --waldur {version} --listen 127.0.0.1:0")).start();
        running.wait_for("Ctrl-C ends it.");
        // Where a shell runs this in the background, SIGINT is ignored until somebody listens for it.
        running.signal("TERM");
        let Ran { stdout, .. } = end.await.unwrap();
        for text in told {
            assert!(stdout.contains(text), "{version}: {stdout}");
        }
        for text in untold {
            assert!(!stdout.contains(text), "{version}: {stdout}");
        }
    }
}
