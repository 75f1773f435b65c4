//! The loop over a scripted pass: who asks, who waits, and how it leaves.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::Duration;

use grantsync::daemon::{
    Activity, By, End, Finished, Left, LoopOptions, Memory, NotReady, PassSummary, Schedule, Status, Stop, Trigger,
    Verdict,
};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::daemon_kit::{
    at, broken, daemon, every_five_minutes, finished, in_sync, minutes, noon, unauthorized, unreachable, wanted,
};

/// The next results of a pass, then in sync for ever.
fn script(results: Vec<PassSummary>) -> impl AsyncFnMut(&mut Memory) -> PassSummary {
    let mut results = results.into_iter();
    async move |_| results.next().unwrap_or_else(in_sync)
}

fn asked(status: &Status) -> Vec<Trigger> {
    status.last().unwrap().asked.iter().copied().collect()
}

fn due(status: &Status) -> (i64, Trigger, bool) {
    let Activity::Waiting(due) = &status.activity else { panic!("{:?}", status.activity) };
    let ended = status.last().unwrap().began + status.last().unwrap().took;
    (due.at.duration_since(ended).as_secs(), due.trigger, due.gated)
}

#[tokio::test(start_paused = true)]
async fn it_begins_at_once_and_goes_on_by_the_schedule() {
    let (left, status) = daemon(every_five_minutes(), script(vec![]), async |it| {
        assert_eq!(asked(&it.passes(1).await), [Trigger::Start]);
        assert_eq!(asked(&it.passes(2).await), [Trigger::Schedule]);
        it.passes(13).await;
    })
    .await;
    assert_eq!(left, Left::Clean);
    let took = status.last().unwrap().began.duration_since(noon());
    assert!(minutes(54) <= took && took <= minutes(66), "{took:#}");
    assert_eq!(status.activity, Activity::Stopping);
}

#[tokio::test(start_paused = true)]
async fn asks_during_a_pass_share_the_next_one() {
    let (going, go_on) = (Notify::new(), Notify::new());
    let pass = async |_: &mut Memory| {
        going.notify_one();
        go_on.notified().await;
        in_sync()
    };
    daemon(every_five_minutes(), pass, async |it| {
        going.notified().await;
        for _ in 0..1000 {
            it.asker.ask(Trigger::FileChange);
        }
        it.asker.ask(Trigger::Signal);
        go_on.notify_one();
        going.notified().await;
        go_on.notify_one();
        assert_eq!(asked(&it.passes(2).await), [Trigger::FileChange, Trigger::Signal]);
        assert_eq!(due(&it.status.borrow()).1, Trigger::Schedule, "nobody is left who asked");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_outlasts_its_schedule_does_not_pile_up() {
    let settings = LoopOptions { schedule: Schedule::cron("* * * * *", "UTC").unwrap(), ..every_five_minutes() };
    let pass = async |_: &mut Memory| {
        sleep(Duration::from_secs(150)).await;
        in_sync()
    };
    let (_, status) = daemon(settings, pass, async |it| drop(it.passes(4).await)).await;
    let began: Vec<_> = status.history.iter().map(|it| it.began.duration_since(noon()).as_secs()).collect();
    assert_eq!(began, [0, 180, 360, 540]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_down_is_asked_less_and_less_often_and_forgiven_at_once() {
    let results = (0..12).map(|_| unreachable()).chain([in_sync(), unreachable()]).collect();
    daemon(every_five_minutes(), script(results), async |it| {
        let mut before = 0;
        for pass in 1..=12 {
            let (wait, trigger, gated) = due(&it.passes(pass).await);
            assert_eq!((trigger, gated), (Trigger::Retry, true));
            assert!(wait * 2 >= before && wait <= 300, "{wait} after {before}");
            before = wait;
        }
        assert!(before >= 150);
        assert_eq!(due(&it.passes(13).await).1, Trigger::Schedule);
        it.asker.ask(Trigger::FileChange);
        assert!(due(&it.passes(14).await).0 <= 2, "counted afresh");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn while_backing_off_only_those_who_may_know_more_do_not_wait() {
    let results = (0..9).map(|_| unreachable()).collect();
    daemon(every_five_minutes(), script(results), async |it| {
        let status = it.passes(7).await;
        assert!(due(&status).0 >= 60);
        it.asker.ask(Trigger::FileChange);
        let status = it.passes(8).await;
        assert_eq!(asked(&status), [Trigger::Retry, Trigger::FileChange]);

        it.asker.ask(Trigger::FileChange);
        it.asker.ask(Trigger::Request);
        let status = it.passes(9).await;
        assert_eq!(asked(&status), [Trigger::FileChange, Trigger::Request]);
        assert_eq!(status.history[8].began, status.history[7].began);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_tried_slowly_and_a_new_one_at_once() {
    let good = Cell::new(false);
    let pass = async |_: &mut Memory| if good.get() { in_sync() } else { unauthorized() };
    daemon(every_five_minutes(), pass, async |it| {
        let status = it.passes(1).await;
        assert!(due(&status).0 >= 30);
        assert!(status.ready(noon()).is_err());
        good.set(true);
        it.asker.ask(Trigger::TokenChange);
        let status = it.passes(2).await;
        assert_eq!(asked(&status), [Trigger::TokenChange]);
        assert_eq!(status.last().unwrap().began, noon());
        assert_eq!(status.ready(noon()), Ok(()));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn broken_files_wait_for_the_schedule_and_heal_with_the_files() {
    daemon(every_five_minutes(), script(vec![broken(), broken()]), async |it| {
        let status = it.passes(1).await;
        assert_eq!(status.broken.first, ["grants.yaml:3:5: unknown key: `usr`"]);
        assert_eq!((due(&status).1, due(&status).2), (Trigger::Schedule, false));
        it.passes(2).await;
        it.asker.ask(Trigger::FileChange);
        let status = it.passes(3).await;
        assert_eq!((status.last().unwrap().verdict, status.broken.count), (Verdict::InSync, 0));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_line_that_begins_is_not_late() {
    let instant = at("2027-01-01T12:02:00Z");
    let results = vec![finished(Finished { next_instant: Some(instant), ..Finished::default() })];
    let (_, status) = daemon(every_five_minutes(), script(results), async |it| drop(it.passes(3).await)).await;
    let began: Vec<_> = status.history.iter().map(|it| it.began).collect();
    assert_eq!(began[1], instant + SignedDuration::from_secs(1));
    assert_eq!(status.history[1].asked, BTreeSet::from([Trigger::Life]));
    assert_eq!(status.history[2].asked, BTreeSet::from([Trigger::Schedule]));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_delays_nothing_and_one_set_forward_is_noticed() {
    for (shift, within) in [(SignedDuration::from_hours(-5), 331), (SignedDuration::from_hours(5), 31)] {
        let begun = tokio::time::Instant::now();
        let shifted = Cell::new(SignedDuration::ZERO);
        let seconds = RefCell::new(Vec::new());
        let pass = async |_: &mut Memory| {
            seconds.borrow_mut().push(begun.elapsed().as_secs());
            in_sync()
        };
        let clock = super::daemon_kit::clock();
        let clock = || -> Timestamp { clock() + shifted.get() };
        super::daemon_kit::daemon_at(clock, every_five_minutes(), pass, async |it| {
            it.passes(1).await;
            shifted.set(shift);
            it.passes(2).await;
        })
        .await;
        assert!(seconds.borrow()[1] <= within, "{shift:#}: {seconds:?}");
    }
}

/// A pass that never ends by itself, and what the daemon made of it when this was wanted of it.
async fn stopped_in_mid_pass(wants: &[Stop]) -> (Left, u64) {
    let begun = tokio::time::Instant::now();
    let going = Notify::new();
    let pass = async |_: &mut Memory| {
        going.notify_one();
        std::future::pending().await
    };
    let (left, _) = daemon(every_five_minutes(), pass, async |it| {
        going.notified().await;
        for want in wants {
            it.stop.send_replace(*want);
            sleep(Duration::from_secs(10)).await;
        }
    })
    .await;
    (left, begun.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn a_pass_has_its_time_to_finish_unless_it_is_wanted_at_once() {
    let (soon, now) = (Stop::Soon(By::Terminate), Stop::Now(By::Interrupt));
    assert_eq!(stopped_in_mid_pass(&[soon]).await, (Left::CutOff(By::Terminate), 30));
    assert_eq!(stopped_in_mid_pass(&[soon, now]).await, (Left::CutOff(By::Interrupt), 20));
    assert_eq!(stopped_in_mid_pass(&[now]).await, (Left::CutOff(By::Interrupt), 10));
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_finishes_in_time_is_recorded_before_it_leaves() {
    let going = Notify::new();
    let pass = async |_: &mut Memory| {
        going.notify_one();
        sleep(Duration::from_secs(20)).await;
        PassSummary { retries: 3, ..PassSummary::new(End::Finished(Box::default())) }
    };
    let (left, status) = daemon(every_five_minutes(), pass, async |it| {
        going.notified().await;
        it.stop.send_replace(Stop::Soon(By::Terminate));
        let leaving = it.until(|it| it.leaving).await;
        assert!(matches!(leaving.activity, Activity::Running { .. }), "the pass goes on");
        assert_eq!(leaving.ready(noon()), Err(NotReady::Stopping));
    })
    .await;
    assert_eq!((left, status.totals.finished(), status.totals.retries), (Left::Clean, 1, 3));
}

#[tokio::test(start_paused = true)]
async fn who_asks_makes_it_try_again_what_it_had_set_aside() {
    let steps = || vec![wanted("+ alice: admin on cluster-a", true)];
    let deferred = RefCell::new(Vec::new());
    let pass = async |memory: &mut Memory| {
        deferred.borrow_mut().push(memory.deferred().len());
        finished(Finished { wanted: steps(), withheld: vec!["it comes back".to_owned()], ..Finished::default() })
    };
    daemon(every_five_minutes(), pass, async |it| {
        it.passes(4).await;
        it.asker.ask(Trigger::FileChange);
        it.passes(5).await;
        it.asker.ask(Trigger::Signal);
        it.passes(6).await;
    })
    .await;
    assert_eq!(deferred.into_inner(), [0, 0, 0, 1, 1, 0]);
}
