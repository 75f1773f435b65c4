//! One grant that comes and goes, on a clock that jumps: by its dates, or by somebody's hand.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use grantsync::daemon::{
    Action, Activity, Finished, Flapping, LoopOptions, Memory, OpenStep, PassSummary, Schedule, Status, Trigger,
    Verdict,
};
use jiff::SignedDuration;

use super::daemon_kit::{daemon, done, every_five_minutes, finished, minutes, noon, step, wanted};

/// Whether eve has what she is to have, and at which seconds after noon that begins or ends.
struct Grant {
    live: Cell<bool>,
    turns: &'static [i64],
    /// Somebody takes it away so many minutes after each time it was given.
    undone_after: Option<i64>,
    /// Seconds after noon at which a pass changed something.
    changed: RefCell<Vec<(i64, Action)>>,
}

impl Grant {
    fn new(turns: &'static [i64], undone_after: Option<i64>) -> Self {
        Self { live: Cell::new(false), turns, undone_after, changed: RefCell::default() }
    }

    /// Makes live as declared, unless that is set aside.
    fn pass(&self, memory: &Memory) -> PassSummary {
        let second = memory.now().duration_since(noon()).as_secs();
        let last = self.changed.borrow().last().copied();
        if let (Some((given, Action::Create)), Some(after)) = (last, self.undone_after)
            && given + after * 60 <= second
        {
            self.live.set(false);
        }
        let declared = self.turns.iter().filter(|it| **it <= second).count() % 2 == 1;
        let next = self.turns.iter().find(|it| **it > second).map(|it| noon() + SignedDuration::from_secs(*it));
        let mut told = Finished { next_instant: next, ..Finished::default() };
        if declared != self.live.get() {
            let (action, opposite) =
                if declared { (Action::Create, Action::Remove) } else { (Action::Remove, Action::Create) };
            let deferred = memory.deferred().contains(&step(action, &"eve"));
            if deferred {
                told.withheld.push("1 step is set aside".to_owned());
            } else {
                self.live.set(declared);
                self.changed.borrow_mut().push((second, action));
                told.changes.push(done(action, "eve: viewer on cluster-a"));
            }
            let what = format!("{action:?} eve: viewer on cluster-a");
            told.wanted.push(OpenStep {
                step: step(action, &"eve"),
                undoes: Some(step(opposite, &"eve")),
                what: what.into(),
                done: !deferred,
            });
        }
        finished(told)
    }
}

/// What came of it by that minute.
async fn by(settings: LoopOptions, grant: &Grant, minute: i64) -> Status {
    let over = noon() + minutes(minute);
    let seen = RefCell::new(None);
    let pass = async |memory: &mut Memory| grant.pass(memory);
    daemon(settings, pass, async |it| {
        let rests = |it: &Status| matches!(&it.activity, Activity::Waiting(due) if over < due.at);
        *seen.borrow_mut() = Some(it.status.wait_for(rests).await.unwrap().clone());
    })
    .await;
    seen.into_inner().unwrap()
}

fn weekly() -> LoopOptions {
    LoopOptions { schedule: Schedule::cron("0 3 * * 1", "UTC").unwrap(), ..every_five_minutes() }
}

fn created(grant: &Grant) -> Vec<i64> {
    grant.changed.borrow().iter().filter(|(_, it)| *it == Action::Create).map(|(at, _)| at / 60).collect()
}

#[tokio::test(start_paused = true)]
async fn what_a_date_asks_for_is_no_comeback() {
    for settings in [weekly(), every_five_minutes()] {
        let grant = Grant::new(&[3, 6, 9, 12, 15, 18, 21], None);
        let status = by(settings, &grant, 20).await;
        assert!(grant.live.get(), "{:?}", grant.changed.borrow());
        assert_eq!(grant.changed.borrow().len(), 7);
        assert_eq!((status.flaps.count, status.view.unwrap().withheld.count), (0, 0));
        assert_ne!(status.history.back().unwrap().verdict, Verdict::Held);
    }
}

#[tokio::test(start_paused = true)]
async fn what_flaps_is_tried_again_when_it_is_said_although_no_pass_is_scheduled_then() {
    let grant = Grant::new(&[3], Some(1));
    // It is a Friday: the next scheduled pass is on Monday.
    let status = by(weekly(), &grant, (7 * 24 + 72) * 60).await;
    // At first, twice when it is scheduled, and from then on every hour.
    assert_eq!(
        created(&grant)[..4],
        [0, 63 * 60, 7 * 24 * 60 + 63 * 60, 7 * 24 * 60 + 64 * 60],
        "{:?}",
        created(&grant)
    );
    assert_eq!(status.last().unwrap().asked, [Trigger::Retry].into());
    assert_eq!(status.flaps.first[0].what.plain, "Create eve: viewer on cluster-a");
    assert!(status.flaps.first[0].tries >= 9);
}

#[tokio::test(start_paused = true)]
async fn who_undoes_it_more_slowly_than_passes_come_is_noticed() {
    let grant = Grant::new(&[3], Some(12));
    let status = by(every_five_minutes(), &grant, 24 * 60).await;
    let waits: Vec<_> = created(&grant).windows(2).map(|it| it[1] - it[0]).collect();
    assert!(waits[..2].iter().all(|it| *it < 20), "{waits:?}");
    assert!(waits[5..].iter().all(|it| (55..=75).contains(it)), "at most every hour: {waits:?}");
    assert_eq!(status.flaps.count, 1);
    assert!(waits.len() < 30, "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn twice_a_day_is_not_again_and_again() {
    let grant = Grant::new(&[3], Some(13 * 60));
    let status = by(every_five_minutes(), &grant, 3 * 24 * 60).await;
    assert_eq!((created(&grant).len(), status.flaps.count), (6, 0), "{:?}", created(&grant));
}

#[test]
fn what_stays_away_when_its_time_comes_is_told_of_no_more() {
    let eve = |done| wanted("eve: viewer", done);
    let mut flapping = Flapping::new(minutes(5));
    let (at, none) = (|minute| noon() + minutes(minute), BTreeSet::new());
    flapping.look(&[eve(true)], &none, at(0));
    flapping.look(&[eve(true)], &none, at(2));
    flapping.look(&[eve(true)], &none, at(5));
    let told = |flapping: &Flapping, minute| flapping.flaps(at(minute)).map(|it| it.tries).collect::<Vec<_>>();
    assert_eq!(told(&flapping, 5), [3]);
    flapping.look(&[], &none, at(10));
    assert_eq!(told(&flapping, 10), [3], "somebody may only be slow");
    flapping.look(&[], &none, at(15));
    assert!(told(&flapping, 15).is_empty());
    flapping.look(&[eve(true)], &none, at(60));
    assert_eq!(told(&flapping, 60), [4], "nothing is forgotten within a day");
    flapping.look(&[], &none, at(60 + 24 * 60));
    flapping.look(&[eve(true)], &none, at(60 + 25 * 60));
    assert!(told(&flapping, 60 + 25 * 60).is_empty());
}
