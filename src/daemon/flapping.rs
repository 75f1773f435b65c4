//! Steps that come back again and again.
//!
//! After a pass that went well the next one plans nothing, unless something changed. A step that is planned over and over
//! is undone by somebody, or cannot be done. It is reported, and tried less and less often: twice as long after each
//! try, up to an hour. Who undoes it slowly, with passes between that find nothing to do, is noticed as well. New files,
//! a new token, or somebody who asks start it afresh, and so does the opposite step: what we undo ourselves, since a line
//! has ended, is to be done when another one begins.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::pass::OpenStep;
use super::schedule::later;
use super::wording::Wording;
use crate::policy::Deferred;

/// Tries of a step before it is taken to flap: in passes in a row, or of what was done each time, within a day. Undone
/// once is not again and again: somebody may have done that by mistake.
const TRIES: u32 = 3;
/// For so long it is remembered that a step was done.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// A step that flaps is tried at least this often.
const BOUND: SignedDuration = SignedDuration::from_hours(1);
/// Of the steps that stay away, no more are remembered.
const REMEMBERED: usize = 1000;

/// Remembers the steps of the last pass, and those that were done within a day.
#[derive(Debug, Clone)]
pub struct Flapping {
    interval: SignedDuration,
    steps: BTreeMap<Deferred, StepRecord>,
}

/// A step that comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flap {
    /// The step in words, with its sign.
    pub what: Wording,
    /// How often it was tried.
    pub tries: u32,
    /// When it was seen first.
    pub since: Timestamp,
    /// It is not tried before.
    pub not_before: Timestamp,
}

#[derive(Debug, Clone)]
struct StepRecord {
    flap: Flap,
    /// How long it waited after its last try, once it flaps.
    pause: Option<SignedDuration>,
    /// When it was tried last, and whether it was done then.
    tried: Timestamp,
    done: bool,
    /// Whether the last pass wanted it.
    latest: bool,
}

impl Flapping {
    /// Passes are about this far apart.
    pub fn new(interval: SignedDuration) -> Self {
        Self { interval: interval.min(BOUND), steps: BTreeMap::new() }
    }

    /// Steps that are not to be tried in a pass that begins now.
    pub fn deferred(&self, now: Timestamp) -> BTreeSet<Deferred> {
        let deferred = self.steps.iter().filter(|(_, seen)| seen.pause.is_some() && now < seen.flap.not_before);
        deferred.map(|(step, _)| *step).collect()
    }

    /// Looks at what a finished pass wanted, while these were set aside.
    pub fn look(&mut self, wanted: &[OpenStep], deferred: &BTreeSet<Deferred>, now: Timestamp) {
        let mut before = mem::take(&mut self.steps);
        for undone in wanted.iter().filter(|it| it.done).filter_map(|it| it.undoes) {
            before.remove(&undone);
        }
        for OpenStep { step, undoes: _, what, done } in wanted {
            // The same step twice is one.
            if self.steps.contains_key(step) {
                continue;
            }
            let known = before.remove(step).filter(|it| it.latest || it.lasts(now));
            let mut seen = known.unwrap_or_else(|| StepRecord::first(what, now));
            if !deferred.contains(step) {
                seen.try_again(*done, self.interval, now);
            }
            seen.latest = true;
            self.steps.insert(*step, seen);
        }
        self.steps.extend(away(before, now));
    }

    /// Forgets everything: what was so before need not be so now.
    pub fn forget(&mut self) {
        self.steps.clear();
    }

    /// Steps that flap, as of a pass that began then. One that stayed away when its time came does so no more, for now.
    pub fn flaps(&self, began: Timestamp) -> impl Iterator<Item = &Flap> {
        let flaps = move |it: &&StepRecord| it.pause.is_some() && (it.latest || began < it.flap.not_before);
        self.steps.values().filter(flaps).map(|it| &it.flap)
    }
}

impl StepRecord {
    fn first(what: &Wording, now: Timestamp) -> Self {
        let flap = Flap { what: what.clone(), tries: 0, since: now, not_before: now };
        Self { flap, pause: None, tried: now, done: false, latest: false }
    }

    fn try_again(&mut self, done: bool, interval: SignedDuration, now: Timestamp) {
        (self.tried, self.done) = (now, done);
        self.flap.tries = self.flap.tries.saturating_add(1);
        if self.flap.tries >= TRIES || self.pause.is_some() {
            let pause = self.pause.unwrap_or(interval).saturating_mul(2).min(BOUND);
            self.flap.not_before = later(now, pause);
            self.pause = Some(pause);
        }
    }

    /// Whether it still matters although it stays away. What was not done and stays away was done by somebody else.
    fn lasts(&self, now: Timestamp) -> bool {
        let counts_from = if self.pause.is_some() { self.tried } else { self.flap.since };
        self.done && now.duration_since(counts_from) < DAY
    }
}

/// Steps that the pass did not want, as far as they are remembered: rather those that came more often, and later.
fn away(before: BTreeMap<Deferred, StepRecord>, now: Timestamp) -> Vec<(Deferred, StepRecord)> {
    let mut away: Vec<_> = before.into_iter().filter(|(_, seen)| seen.lasts(now)).collect();
    if away.len() > REMEMBERED {
        away.sort_by_key(|(_, seen)| Reverse((seen.flap.tries, seen.tried)));
        away.truncate(REMEMBERED);
    }
    for (_, seen) in &mut away {
        seen.latest = false;
    }
    away
}
