//! The loop.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use super::activity::{Activity, SoFar};
use super::agenda::{Due, PassEnd};
use super::log::{self, Said};
use super::memory::Memory;
use super::pass::{End, PassSummary};
use super::schedule::Schedule;
use super::status::{INTERVALS, Past, Status};
use super::stop::{self, By, Left, Stop};
use super::trigger::{Trigger, TriggerQueue};
use super::verdict::Verdict;

/// How the loop goes.
#[derive(Debug, Clone)]
pub struct LoopOptions {
    /// When a pass is due although nobody asked.
    pub schedule: Schedule,
    /// How long a pass may take to finish once somebody wants us to leave.
    pub shutdown_timeout: Duration,
}

/// Runs passes, one at a time, until somebody wants it to leave.
///
/// The first one begins at once. Asks that arrive during a pass share the next one. The pass has to look at `stop` itself
/// and finish early; if it does not within the time-out, or when it is wanted to stop *now*, it is dropped.
pub async fn run(
    settings: LoopOptions,
    mut triggers: TriggerQueue,
    mut stop: watch::Receiver<Stop>,
    status: &watch::Sender<Status>,
    clock: impl Fn() -> Timestamp,
    mut pass: impl AsyncFnMut(&mut Memory) -> PassSummary,
) -> Left {
    let LoopOptions { schedule, shutdown_timeout } = settings;
    let mut memory = Memory::new(schedule.longest_gap(clock()));
    let mut asked = BTreeSet::from([Trigger::Start]);
    let mut failures = 0_u32;
    let mut life = None;
    loop {
        let began = clock();
        let clocked = Instant::now();
        memory.begin(began, &asked);
        let so_far = SoFar::default();
        let running = Activity::Running { asked: asked.clone(), since: began, waits: None, so_far };
        status.send_modify(|it| it.activity = running);
        let told = tokio::select! {
            biased;
            told = pass(&mut memory) => told,
            by = leaving(status, &mut stop, shutdown_timeout) => {
                log::cut_off(*stop.borrow(), shutdown_timeout);
                return leave(status, Left::CutOff(by));
            }
        };
        let (now, took) = (clock(), clocked.elapsed());
        let verdict = Verdict::of(&told.end);
        failures = failures_in_a_row(failures, verdict);
        let mut quiet = None;
        if let End::Finished(finished) = &told.end {
            (life, quiet) = (finished.next_instant, finished.quiet_at);
        }
        memory.end(&told, now);
        let second_reading = memory.vanished().map(|it| it.until);
        let another_try = memory.next_try();
        let known = PassEnd { began, now, verdict, failures, took, life, second_reading, quiet, another_try };
        let due = Due::next(&schedule, &known, fastrand::f64());
        status.send_modify(|it| {
            let said = Said::of(it);
            let steps = told.steps();
            it.good_for = schedule.longest_gap(now).saturating_mul(INTERVALS);
            it.activity = Activity::Waiting(due);
            it.record(Past { verdict, asked: std::mem::take(&mut asked), began, took }, told, &memory, now);
            said.and_now(it, steps);
        });
        asked = tokio::select! {
            biased;
            () = stop::wanted(&mut stop) => return leave(status, Left::Clean),
            asked = due.wait(&mut triggers, &clock) => asked,
        };
    }
}

/// A broken file says nothing about the server: it neither adds to its failures nor forgives them.
fn failures_in_a_row(so_far: u32, verdict: Verdict) -> u32 {
    match verdict {
        Verdict::Broken => so_far,
        _ if verdict.is_good() => 0,
        _ => so_far.saturating_add(1),
    }
}

/// Tells that somebody wants us to leave, and waits until the pass in flight has had its time for that.
async fn leaving(status: &watch::Sender<Status>, stop: &mut watch::Receiver<Stop>, timeout: Duration) -> By {
    stop::wanted(stop).await;
    status.send_modify(|it| it.leaving = true);
    stop::out_of_time(stop, timeout).await
}

fn leave(status: &watch::Sender<Status>, left: Left) -> Left {
    status.send_modify(|it| it.activity = Activity::Stopping);
    left
}
