//! Steps that come back again and again.
//!
//! After a pass that went well the next one plans nothing, unless something changed. A step that is planned over and over
//! is undone by somebody, or cannot be done. It is reported, and tried less and less often: twice as long after each
//! try, up to an hour. New files, a new token, or somebody who asks start it afresh.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use jiff::{SignedDuration, Timestamp};

use super::pass::{StepId, Wanted};
use super::schedule::later;

/// Passes in a row that plan a step before it is taken to flap.
const IN_A_ROW: u32 = 3;
/// The same, if each time it was done and looked well: nobody but somebody else can have undone it.
const IN_A_ROW_UNDONE: u32 = 2;
/// A step that flaps is tried at least this often.
const BOUND: SignedDuration = SignedDuration::from_hours(1);

/// Remembers the steps of the last pass.
#[derive(Debug, Clone)]
pub struct Flapping {
    interval: SignedDuration,
    steps: BTreeMap<StepId, Seen>,
    /// Whether the last pass did all it meant to and found it done.
    clean: bool,
}

/// A step that comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flap {
    /// The step in words, with its sign.
    pub what: String,
    /// Tries in a row.
    pub tries: u32,
    /// When it was seen first.
    pub since: Timestamp,
    /// It is not tried before.
    pub not_before: Timestamp,
}

#[derive(Debug, Clone)]
struct Seen {
    flap: Flap,
    /// How long it waited after its last try, once it flaps.
    pause: Option<SignedDuration>,
}

impl Flapping {
    /// Passes are about this far apart.
    pub fn new(interval: SignedDuration) -> Self {
        Self { interval: interval.min(BOUND), steps: BTreeMap::new(), clean: false }
    }

    /// Steps that are not to be tried in a pass that begins now.
    pub fn set_aside(&self, now: Timestamp) -> BTreeSet<StepId> {
        let aside = self.steps.iter().filter(|(_, seen)| seen.pause.is_some() && now < seen.flap.not_before);
        aside.map(|(step, _)| *step).collect()
    }

    /// Looks at what a finished pass wanted, while these were set aside; `clean` says whether all it did is done.
    pub fn look(&mut self, wanted: &[Wanted], aside: &BTreeSet<StepId>, clean: bool, now: Timestamp) {
        let enough = if mem::replace(&mut self.clean, clean) { IN_A_ROW_UNDONE } else { IN_A_ROW };
        let mut before = mem::take(&mut self.steps);
        for Wanted { step, what } in wanted {
            // The same step twice is one.
            if self.steps.contains_key(step) {
                continue;
            }
            let first = || Flap { what: what.clone(), tries: 0, since: now, not_before: now };
            let mut seen = before.remove(step).unwrap_or_else(|| Seen { flap: first(), pause: None });
            if !aside.contains(step) {
                seen.flap.tries = seen.flap.tries.saturating_add(1);
                if seen.flap.tries >= enough {
                    let pause = seen.pause.unwrap_or(self.interval).saturating_mul(2).min(BOUND);
                    seen.flap.not_before = later(now, pause);
                    seen.pause = Some(pause);
                }
            }
            self.steps.insert(*step, seen);
        }
    }

    /// Forgets everything: what was so before need not be so now.
    pub fn forget(&mut self) {
        self.steps.clear();
        self.clean = false;
    }

    /// Steps that flap.
    pub fn flaps(&self) -> impl Iterator<Item = &Flap> {
        self.steps.values().filter(|it| it.pause.is_some()).map(|it| &it.flap)
    }
}
