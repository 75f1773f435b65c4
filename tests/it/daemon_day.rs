//! A day of everything that can happen, in a moment.
//!
//! Files are edited, broken and mended; people change links behind our back; the server and the token fail and recover;
//! people ask. When the day is over, live must be as declared, and nobody must have been asked more often than the
//! schedule and the backoff allow.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;
use grantsync::daemon::{Action, Activity, Drift, Finished, Memory, OpenStep, PassSummary, Status, Trigger, Verdict};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::cases::count;
use super::daemon_kit::{
    Controls, broken, daemon, done, every_five_minutes, finished, step, unauthorized, unreachable,
};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// After so long without faults, everything must be well: the longest backoff for a token, and an interval.
const CALM: Duration = Duration::from_secs(45 * 60);

/// The world around the daemon.
struct World {
    rng: Rng,
    declared: BTreeSet<u8>,
    live: BTreeSet<u8>,
    files_ok: bool,
    server_up: bool,
    token_good: bool,
    /// Each pass: when it began, who asked, when it was over and what it came to.
    passes: Vec<(Instant, BTreeSet<Trigger>, Instant, Verdict)>,
    /// Everything that was asked for from outside.
    input: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            declared: (0..40).collect(),
            live: BTreeSet::new(),
            files_ok: true,
            server_up: true,
            token_good: true,
            passes: Vec::new(),
            input: 0,
        }
    }

    /// Makes live as declared, if nothing is in the way.
    fn pass(&mut self, memory: &Memory) -> PassSummary {
        if !self.files_ok {
            return broken();
        }
        if !self.server_up {
            return unreachable();
        }
        if !self.token_good {
            return unauthorized();
        }
        let with_id = |action: Action, it: &u8| (step(action, it), action, *it);
        let create = self.declared.difference(&self.live).map(|it| with_id(Action::Create, it));
        let remove = self.live.difference(&self.declared).map(|it| with_id(Action::Remove, it));
        let steps: Vec<_> = create.chain(remove).collect();
        let (deferred, sent): (Vec<_>, Vec<_>) = steps.iter().partition(|(id, ..)| memory.deferred().contains(id));
        for (_, action, it) in &sent {
            match action {
                Action::Create => self.live.insert(*it),
                Action::Remove => self.live.remove(it),
                Action::SetEnd => unreachable!("nothing here ends by itself"),
            };
        }
        let count = |which| u64::try_from(steps.iter().filter(|(_, action, _)| *action == which).count()).unwrap();
        finished(Finished {
            drift: Drift { create: count(Action::Create), remove: count(Action::Remove), set_end: 0 },
            changes: sent.iter().map(|(_, action, it)| done(*action, &it.to_string())).collect(),
            wanted: steps
                .iter()
                .map(|(id, action, it)| {
                    let opposite = if *action == Action::Create { Action::Remove } else { Action::Create };
                    let (undoes, done) = (Some(step(opposite, it)), !memory.deferred().contains(id));
                    OpenStep { step: *id, undoes, what: it.to_string().into(), done }
                })
                .collect(),
            withheld: deferred.iter().map(|(_, _, it)| format!("{it} is set aside")).collect(),
            ..Finished::default()
        })
    }

    /// Something happens. Returns who notices, if anybody does.
    fn event(&mut self) -> Option<Trigger> {
        let which = self.rng.u8(0..40);
        let input = match self.rng.u8(0..12) {
            0..=3 => {
                let _ = self.declared.remove(&which) || self.declared.insert(which);
                Some(Trigger::FileChange)
            }
            4 => {
                self.files_ok = !self.files_ok;
                Some(Trigger::FileChange)
            }
            5..=7 => {
                let _ = self.live.remove(&which) || self.live.insert(which);
                None
            }
            8 => {
                self.server_up = !self.server_up;
                None
            }
            9 => {
                self.token_good = !self.token_good;
                // Half of the time nobody tells us: the server forgot the token, or remembers it again.
                self.rng.bool().then_some(Trigger::TokenChange)
            }
            10 => Some(Trigger::Request),
            _ => Some(Trigger::Signal),
        };
        self.input += usize::from(input.is_some());
        input
    }
}

#[tokio::test(start_paused = true)]
async fn a_day_of_trouble_leaves_no_drift_and_bothers_nobody() {
    for seed in 0..count(2).into() {
        fastrand::seed(seed);
        let world = RefCell::new(World::new(seed));
        let watched: RefCell<Option<watch::Receiver<Status>>> = RefCell::default();
        let pass = async |memory: &mut Memory| {
            let began = Instant::now();
            let asked = asked(&watched);
            let took = world.borrow_mut().rng.u64(100..20_000);
            sleep(Duration::from_millis(took)).await;
            let mut world = world.borrow_mut();
            let pass = world.pass(memory);
            world.passes.push((began, asked, Instant::now(), Verdict::of(&pass.end)));
            pass
        };
        let begun = Instant::now();
        let (_, status) = daemon(every_five_minutes(), pass, async |controls: &mut Controls| {
            *watched.borrow_mut() = Some(controls.status.clone());
            while begun.elapsed() < DAY {
                let pause = world.borrow_mut().rng.u64(1..300);
                sleep(Duration::from_secs(pause)).await;
                let input = world.borrow_mut().event();
                if let Some(trigger) = input {
                    controls.asker.ask(trigger);
                }
            }
            {
                let mut world = world.borrow_mut();
                (world.files_ok, world.server_up, world.token_good) = (true, true, true);
            }
            sleep(CALM).await;
        })
        .await;
        let world = world.into_inner();
        assert_eq!(world.live, world.declared, "seed {seed}");
        assert!(status.last().unwrap().verdict.is_good(), "seed {seed}: {status}");
        assert!(world.passes.len() > 200, "it was a busy day: {}", world.passes.len());
        no_more_than_allowed(&world, begun.elapsed());
        small(&status);
    }
}

/// Who asked for the pass that begins now.
fn asked(watched: &RefCell<Option<watch::Receiver<Status>>>) -> BTreeSet<Trigger> {
    let watched = watched.borrow();
    match watched.as_ref().map(|it| it.borrow().activity.clone()) {
        Some(Activity::Running { asked, .. }) => asked,
        // The first pass begins before the story does.
        _ => BTreeSet::from([Trigger::Start]),
    }
}

fn no_more_than_allowed(world: &World, day: Duration) {
    let mut failures = 0;
    for pair in world.passes.windows(2) {
        let [(_, _, over, verdict), (began, asked, _, _)] = pair else { unreachable!() };
        match verdict {
            Verdict::Unreachable | Verdict::Unauthorized => failures += 1,
            Verdict::Broken => {}
            _ => failures = 0,
        }
        let floor = match verdict {
            Verdict::Unreachable => (2 << (failures - 1).min(20)).min(300),
            Verdict::Unauthorized => (60 << (failures - 1).min(20)).min(900),
            _ => 0,
        };
        let insisted = asked.iter().any(|it| matches!(it, Trigger::Request | Trigger::Signal | Trigger::TokenChange));
        if !insisted {
            assert!(*began - *over >= Duration::from_secs(floor) / 2, "asked too soon after {failures} failures");
        }
    }
    let count = |trigger| world.passes.iter().filter(|(_, asked, ..)| asked.contains(&trigger)).count();
    let intervals = usize::try_from(day.as_secs() / 270).unwrap();
    assert!(count(Trigger::Schedule) <= intervals, "more scheduled passes than intervals");
    let failed = world.passes.iter().filter(|(.., verdict)| !verdict.is_good()).count();
    assert!(count(Trigger::Retry) <= failed, "more tries than failures");
    assert!(world.passes.len() <= 1 + intervals + failed + world.input, "a pass that nobody asked for");
}

/// What it remembers does not grow with time.
fn small(status: &Status) {
    let Status { history, changes, broken, flaps, .. } = status;
    assert!(history.len() <= 60 && changes.len() <= 100 && broken.first.len() <= 200 && flaps.first.len() <= 200);
}
