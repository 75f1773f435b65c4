//! A pass ends early: asked to, turned away, or killed. What is left, the next one does.

use std::sync::Arc;

use grantsync::reconcile::WriteOptions;
use grantsync::sandbox::{Act, World};
use tokio::sync::{Notify, watch};

use crate::reconcile_support::{LINKS, PACE, Stage, document, request, run_until, told, wanting};

/// Three creations, two removals, a role change and a duplicate.
const WORLD: &str = "
HPC cluster-a: admin alice, admin alice, viewer bob, viewer carol
HPC cluster-b: member dave
users: erin
";
const WANTED: [&str; 4] =
    ["cluster-a admin alice", "cluster-a admin carol", "cluster-a member erin", "cluster-b viewer erin"];
/// Writes that it takes.
const WRITES: usize = 7;

#[tokio::test]
async fn an_interrupted_pass_finishes_what_is_in_flight_and_says_what_was_not_sent() {
    for nth in 1..=WRITES {
        let stage = Stage::new(WORLD).await;
        let (ask, stop) = watch::channel(false);
        let (method, nth_of_method) = if nth > 3 { ("DELETE", nth - 3) } else { ("POST", nth) };
        stage.trouble(method, LINKS, nth_of_method, Act::before(move |_, _| _ = ask.send(true)));
        let document = document(&wanting(&WANTED));
        let told = told(&run_until(&stage.client, &request(&document), PACE, stop).await.unwrap());
        assert_eq!(told.matches(": created").count(), nth.min(3), "{told}");
        assert_eq!(told.matches(": removed").count(), nth.saturating_sub(3), "{told}");
        assert_eq!(told.matches(": not sent").count(), WRITES - nth, "{told}");
        assert!(told.contains("\ninterrupted\n"), "{told}");
        assert_eq!(stage.writes().len(), nth);
        stage.pass(&wanting(&WANTED)).await;
        assert_eq!(stage.live(), WANTED);
    }
}

#[tokio::test]
async fn side_by_side_no_more_than_what_is_in_flight_is_finished() {
    let users: Vec<_> = (0..40).map(|it| format!("cluster-a member user-{it:02}")).collect();
    let wanted: Vec<_> = users.iter().map(String::as_str).collect();
    let names: Vec<_> = (0..40).map(|it| format!("user-{it:02}")).collect();
    let stage = Stage::new(&format!("HPC cluster-a:\nusers: {}", names.join(", "))).await;
    let (ask, stop) = watch::channel(false);
    stage.trouble("POST", LINKS, 10, Act::before(move |_, _| _ = ask.send(true)));
    let document = document(&wanting(&wanted));
    let write_options = WriteOptions { parallelism: 4, ..PACE };
    let told = told(&run_until(&stage.client, &request(&document), write_options, stop).await.unwrap());
    let created = told.matches(": created").count();
    assert!((10..=13).contains(&created), "{told}");
    assert_eq!(told.matches(": not sent").count(), 40 - created);
    assert_eq!(stage.asked("POST", LINKS), created);
}

#[tokio::test]
async fn a_token_that_is_turned_away_stops_the_pass() {
    for (method, nth, sent) in [("POST", 2, 2), ("DELETE", 2, 5)] {
        let stage = Stage::new(WORLD).await;
        let expire = |world: &mut World, _: &_| world.change_user("staff", |it| it.is_active = false);
        stage.trouble(method, LINKS, nth, Act::before(expire));
        let told = stage.pass(&wanting(&WANTED)).await;
        assert_eq!(told.matches(": failed").count(), 1, "{told}");
        assert_eq!(told.matches(": not sent").count(), WRITES - sent, "{told}");
        assert!(told.ends_with("stopped: unauthorized\nnot read again\n"), "{told}");
        assert_eq!(stage.writes().len(), sent);
        stage.calm();
        stage.sandbox.world().change_user("staff", |it| it.is_active = true);
        stage.pass(&wanting(&WANTED)).await;
        assert_eq!(stage.live(), WANTED);
    }
}

#[tokio::test]
async fn killed_at_any_write_and_run_again_it_ends_in_the_same_state() {
    for parallelism in [1, 4] {
        for handled in [false, true] {
            for nth in 1..=WRITES {
                let stage = Stage::new(WORLD).await;
                let killed = Arc::new(Notify::new());
                let (method, nth_of_method) = if nth > 3 { ("DELETE", nth - 3) } else { ("POST", nth) };
                let kill = Arc::clone(&killed);
                if handled {
                    stage.trouble(method, LINKS, nth_of_method, Act::after(move |_, _| kill.notify_one()));
                } else {
                    stage.trouble(method, LINKS, nth_of_method, Act::before(move |_, _| kill.notify_one()));
                    stage.trouble(method, LINKS, nth_of_method, Act::HangUp);
                }
                let document = document(&wanting(&WANTED));
                let (_ask, stop) = watch::channel(false);
                let request = request(&document);
                let write_options = WriteOptions { parallelism, ..PACE };
                tokio::select! {
                    biased;
                    () = killed.notified() => {}
                    pass = run_until(&stage.client, &request, write_options, stop) => panic!("{parallelism} {handled} {nth}: {}", told(&pass.unwrap())),
                }
                stage.pass(&wanting(&WANTED)).await;
                assert_eq!(stage.live(), WANTED, "{parallelism} {handled} {nth}");
                stage.calm();
                assert_eq!(stage.pass(&wanting(&WANTED)).await, "nothing to do\n");
                assert_eq!(stage.writes(), Vec::<String>::new(), "the pass after a successful one sends no write");
            }
        }
    }
}
