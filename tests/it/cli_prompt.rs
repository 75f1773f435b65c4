//! The question before anything is written, to somebody at a terminal: `script` (util-linux) lends one.
#![cfg(target_os = "linux")]

use crate::cli_support::{Desk, Ran};
use crate::reconcile_support::wanting;

const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: carol";
const WANTED: [&str; 2] = ["cluster-a admin alice", "cluster-a member carol"];

/// Runs the command at a terminal where somebody types this.
async fn typed(desk: &Desk, arguments: &str, typed: &str) -> Ran {
    desk.call(arguments).at_terminal().stdin(typed).run().await
}

#[tokio::test]
async fn only_a_yes_goes_on() {
    for answer in ["yes\n", " yes \n"] {
        let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
        let Ran { code, stdout, .. } = typed(&desk, "apply -f grants.yaml", answer).await;
        assert_eq!(code, Some(0), "{stdout}");
        let question = format!("Create 1 and remove 1 on {}/api? Type `yes` to continue: ", desk.sandbox.url());
        let (before, after) = stdout.split_once(&question).unwrap();
        assert!(before.contains("Plan: 1 to create, 1 to remove"), "{before}");
        assert!(after.contains("Converged:"), "{after}");
        assert_eq!(desk.sandbox.world().triples(), WANTED);
    }
    // Ctrl-D is the last one.
    for answer in ["no\n", "y\n", "YES\n", "yes please\n", "\n", "\u{4}"] {
        let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
        let Ran { code, stdout, .. } = typed(&desk, "apply -f grants.yaml", answer).await;
        assert_eq!(code, Some(1), "{answer:?}: {stdout}");
        assert!(stdout.contains("nothing was written"), "{stdout}");
        assert_eq!(desk.writes(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn nobody_is_asked_when_there_is_nothing_to_do_or_it_was_said_before() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    for (arguments, said) in
        [("apply -f grants.yaml --auto-approve", "Converged:"), ("apply -f grants.yaml", "2 in sync")]
    {
        let Ran { code, stdout, .. } = typed(&desk, arguments, "no\n").await;
        assert_eq!(code, Some(0), "{stdout}");
        assert!(stdout.contains(said) && !stdout.contains("Only `yes`"), "{stdout}");
    }
}

#[tokio::test]
async fn who_sits_at_a_terminal_sees_colour_unless_they_do_not_want_it() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    let plan = || desk.call("plan -f grants.yaml").env("TERM", "xterm").at_terminal();
    assert!(plan().run().await.stdout.contains("\u{1b}["));
    assert!(!plan().env("NO_COLOR", "1").run().await.stdout.contains('\u{1b}'));
}
