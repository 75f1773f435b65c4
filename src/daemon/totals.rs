//! What has been counted since the start.

use std::collections::BTreeMap;
use std::time::Duration;

use super::pass::{Action, End, PassStep, PassSummary, Requests, StepResult};
use super::verdict::Verdict;

/// Upper bounds of the buckets in which durations of passes are counted, in seconds: from a pass over a few links to
/// one
/// over many thousands on a slow server.
pub const BUCKETS: [f64; 12] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0];

/// Counts that only grow.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Passes, by what they came to.
    pub passes: BTreeMap<Verdict, u64>,
    /// How long they took.
    pub durations: Durations,
    /// Steps, by what they do and what became of them.
    pub steps: BTreeMap<(Action, StepResult), u64>,
    /// Requests, by method and status.
    pub requests: BTreeMap<(&'static str, Option<u16>), u64>,
    /// Requests among them that repeated one before.
    pub retries: u64,
}

/// Duration of passes.
#[derive(Debug, Clone, Default)]
pub struct Durations {
    /// Passes in each bucket of [`BUCKETS`], and those longer than all of them.
    pub buckets: [u64; BUCKETS.len() + 1],
    /// All together.
    pub sum: Duration,
}

impl Totals {
    /// All passes.
    pub fn finished(&self) -> u64 {
        self.passes.values().sum()
    }

    pub(super) fn add(&mut self, pass: &PassSummary, took: Duration) {
        let PassSummary { end, revision: _, token_problem: _, journal: _, requests, retries } = pass;
        *self.passes.entry(Verdict::of(end)).or_default() += 1;
        self.durations.add(took);
        if let End::Finished(finished) = end {
            for PassStep { action, became, what: _, why: _ } in &finished.changes {
                *self.steps.entry((*action, *became)).or_default() += 1;
            }
        }
        for Requests { method, code, count } in requests {
            *self.requests.entry((method, *code)).or_default() += count;
        }
        self.retries += retries;
    }
}

impl Durations {
    fn add(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BUCKETS.iter().position(|bound| seconds <= *bound).unwrap_or(BUCKETS.len());
        self.buckets[bucket] += 1;
        self.sum = self.sum.saturating_add(took);
    }
}
