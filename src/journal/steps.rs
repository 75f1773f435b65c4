//! Intents with their outcomes.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Entry, Intent, Line, StepOutcome};

/// A write with its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedStep<'a> {
    /// When it was about to be sent.
    pub at: Timestamp,
    /// What was about to be sent.
    pub intent: &'a Intent,
    /// The last known outcome; `None` if the process ended before one was written.
    pub outcome: Option<&'a StepOutcome>,
}

/// The writes of these lines, in their order.
pub fn steps<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Vec<RecordedStep<'a>> {
    let mut steps: Vec<RecordedStep<'a>> = Vec::new();
    let mut places = HashMap::new();
    for line in lines {
        match &line.entry {
            Entry::Intent(intent) => {
                places.insert((intent.context.pass.as_str(), intent.write), steps.len());
                steps.push(RecordedStep { at: line.at, intent, outcome: None });
            }
            Entry::Outcome(outcome) => {
                if let Some(at) = places.get(&(outcome.pass.as_str(), outcome.write)) {
                    steps[*at].outcome = Some(outcome);
                }
            }
            Entry::Pass(_) | Entry::Repaired { .. } => {}
        }
    }
    steps
}
