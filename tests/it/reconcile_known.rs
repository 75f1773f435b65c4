//! What earlier passes know keeps later ones from creating again what exists, or may be on its way.

use std::sync::{Arc, Mutex};

use grantsync::reconcile::{KnownLinks, Pass, PassRequest};
use grantsync::report::Stop;
use grantsync::sandbox::{Act, Reply, World};
use jiff::{SignedDuration, Timestamp};

use crate::reconcile_support::{LINKS, Stage, document, request, rows, told, unlink, wanting};
use crate::world::{NOW, instant};

const WORLD: &str = "HPC cluster-a: admin alice\nusers: dave, erin, frank";
const WANTED: [&str; 4] =
    ["cluster-a admin alice", "cluster-a member dave", "cluster-a member erin", "cluster-a member frank"];

/// Passes of one agent.
struct Passes {
    stage: Stage,
    known: KnownLinks,
    now: Timestamp,
}

impl Passes {
    async fn over(world: &str) -> Self {
        Self { stage: Stage::new(world).await, known: KnownLinks::default(), now: instant(NOW) }
    }

    async fn pass(&mut self, wanted: &[&str]) -> Pass {
        let document = document(&wanting(wanted));
        let request = PassRequest { known: Some(&self.known), now: self.now, ..request(&document) };
        let pass = self.stage.run(&request).await.unwrap();
        self.known.learn(&pass, self.now);
        pass
    }

    async fn later(&mut self, seconds: i64, wanted: &[&str]) -> Pass {
        self.now += SignedDuration::from_secs(seconds);
        self.pass(wanted).await
    }

    fn created(&self) -> usize {
        self.stage.asked("POST", LINKS)
    }
}

fn empty() -> Act {
    Act::Answer(Reply::json(200, "[]").header("x-result-count", "0"))
}

/// Every list of links is empty from now on; a link is still found by its id.
fn empty_lists(stage: &Stage) {
    stage.always("GET", &format!("{LINKS}?"), empty());
}

fn stale(pass: &Pass) -> bool {
    matches!(pass.report.as_ref().and_then(|it| it.stopped.as_ref()), Some(Stop::StaleList(_)))
}

#[tokio::test]
async fn a_list_that_is_always_empty_gets_each_binding_at_most_once_and_two_in_all() {
    let mut passes = Passes::over(WORLD).await;
    empty_lists(&passes.stage);
    for (nth, created) in [(1, 1), (2, 2), (3, 2), (4, 2)] {
        let pass = passes.later(2, &WANTED[1..]).await;
        assert_eq!((passes.created(), stale(&pass)), (created, nth <= 2), "pass {nth}: {}", told(&pass));
    }
    let mut live = passes.stage.live();
    live.dedup();
    assert_eq!(live.len(), 3, "nothing is double: {live:?}");
    // Neither days nor another file make up for a list that shows it.
    passes.later(86_400, &WANTED[1..3]).await;
    assert_eq!(passes.created(), 2);
    passes.stage.calm();
    passes.later(2, &WANTED).await;
    assert_eq!(passes.stage.live(), WANTED);
    assert_eq!(passes.stage.writes(), ["POST 201"]);
}

#[tokio::test]
async fn what_the_last_pass_saw_is_not_created_while_it_exists_however_short_the_list() {
    let mut passes = Passes::over(WORLD).await;
    passes.pass(&WANTED).await;
    passes.stage.calm();
    empty_lists(&passes.stage);
    for _ in 0..3 {
        let pass = passes.later(300, &WANTED).await;
        assert_eq!(told(&pass), "nothing to do\n");
        assert_eq!(pass.prepared.decision.withheld.creations.len(), WANTED.len());
    }
    assert_eq!(passes.stage.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn what_somebody_removed_is_created_again_after_one_look_by_id() {
    let mut passes = Passes::over(WORLD).await;
    passes.pass(&WANTED).await;
    passes.stage.calm();
    unlink(&mut passes.stage.sandbox.world(), WANTED[1]);
    let pass = passes.later(2, &WANTED).await;
    assert_eq!(told(&pass), "+ cluster-a member dave: created\nconverged\n");
    assert_eq!(passes.stage.live(), WANTED);
}

#[tokio::test]
async fn one_row_that_the_list_lacks_keeps_only_its_own_binding_from_being_created() {
    let mut passes = Passes::over(WORLD).await;
    passes.pass(&WANTED[..2]).await;
    let hidden = rows(&passes.stage.sandbox.world(), WANTED[1])[0];
    // The list loses one row each time; by its id the link is found.
    let lost = Arc::new(Mutex::new(None));
    let taken = Arc::clone(&lost);
    let take = move |world: &mut World, _: &_| *taken.lock().unwrap() = world.links.remove(hidden);
    let give = move |world: &mut World, _: &_| {
        world.links.insert(lost.lock().unwrap().take().unwrap());
    };
    passes.stage.calm();
    passes.stage.always("GET", &format!("{LINKS}?"), Act::before(take));
    passes.stage.always("GET", &format!("{LINKS}?"), Act::after(give));
    let pass = passes.later(2, &WANTED[..3]).await;
    assert!(told(&pass).starts_with("+ cluster-a member erin: created\n"), "{}", told(&pass));
    assert_eq!(passes.stage.writes(), ["POST 201"]);
    assert_eq!(passes.stage.live(), WANTED[..3]);
}

#[tokio::test]
async fn what_was_made_and_is_shown_nowhere_is_created_again_after_two_looks_the_second_5_minutes_later() {
    let mut passes = Passes::over(WORLD).await;
    empty_lists(&passes.stage);
    passes.pass(&WANTED[1..2]).await;
    passes.stage.calm();
    unlink(&mut passes.stage.sandbox.world(), WANTED[1]);
    // The first look finds nothing, the second is too early, the third is late enough.
    for (seconds, created) in [(200, 0), (90, 0), (20, 1)] {
        passes.later(seconds, &WANTED[..2]).await;
        assert_eq!(passes.created(), created, "{seconds} s later");
    }
    assert_eq!(passes.stage.live(), WANTED[..2]);

    // However late the first look is, it is the first.
    let mut passes = Passes::over(WORLD).await;
    empty_lists(&passes.stage);
    passes.pass(&WANTED[1..2]).await;
    passes.stage.calm();
    unlink(&mut passes.stage.sandbox.world(), WANTED[1]);
    for (seconds, created) in [(3600, 0), (2, 1)] {
        passes.later(seconds, &WANTED[..2]).await;
        assert_eq!(passes.created(), created, "{seconds} s later");
    }
}

#[tokio::test]
async fn a_creation_without_an_answer_is_sent_again_after_a_minute_and_not_before() {
    let mut passes = Passes::over(WORLD).await;
    passes.stage.trouble("POST", LINKS, 1, Act::HangUp);
    passes.pass(&WANTED[..2]).await;
    for (seconds, created) in [(10, 1), (40, 1), (11, 2)] {
        passes.later(seconds, &WANTED[..2]).await;
        assert_eq!(passes.created(), created, "{seconds} s later");
    }
    assert_eq!(passes.stage.live(), WANTED[..2]);
}

#[tokio::test]
async fn what_we_removed_ourselves_is_created_again_when_it_is_wanted_again() {
    let mut passes = Passes::over(WORLD).await;
    passes.pass(&WANTED).await;
    passes.later(2, &WANTED[..2]).await;
    let pass = passes.later(2, &WANTED).await;
    assert_eq!(told(&pass).matches(": created").count(), 2, "{}", told(&pass));
    assert_eq!(passes.stage.live(), WANTED);
}
