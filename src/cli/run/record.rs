//! The line that a pass of the agent leaves in the journal.

use jiff::Timestamp;

use super::agent::Agent;
use super::words::count;
use crate::cli::journal::{close, recording};
use crate::daemon::{Activity, End, Finished, JournalState, Memory, PassSummary, StepResult, Verdict};
use crate::journal::{HeldLink, PassRecord};
use crate::reconcile::Recording;

/// Held removals that are listed; all are counted.
const HELD: usize = 200;

impl Agent {
    /// Where the pass that begins now records its writes, if it does.
    pub(super) fn recording(&self) -> Option<Recording> {
        let file = self.journal.as_ref()?;
        let trigger = match &self.tell.borrow().activity {
            Activity::Running { asked, .. } => asked.iter().map(|it| it.label()).collect::<Vec<_>>().join(","),
            Activity::Waiting(_) | Activity::Stopping => String::new(),
        };
        Some(recording(file, trigger, &self.server))
    }

    /// Records the end of a pass.
    pub(super) async fn record(
        &self,
        recording: &Recording,
        account: &str,
        pass: &PassSummary,
        memory: &Memory,
    ) -> JournalState {
        // What could not be recorded during the pass is lost, even if there is room again.
        let before = recording.file.problem();
        let failure = match &pass.end {
            End::Finished(_) | End::NoChange => None,
            End::Broken(findings) => findings.first().cloned(),
            End::Unreachable(failure) | End::Unauthorized(failure) | End::Refused(failure) | End::OtherApi(failure) => {
                Some(failure.message.clone())
            }
            End::Interrupted => Some("interrupted".to_owned()),
        };
        let nothing = Finished::default();
        let finished = if let End::Finished(finished) = &pass.end { finished } else { &nothing };
        let steps = |fits: fn(StepResult) -> bool| count(finished.changes.iter().filter(|it| fits(it.became)).count());
        let now = Timestamp::now();
        let held = finished.held.iter().take(HELD).map(|it| HeldLink {
            what: it.what.plain.clone(),
            why: it.why.clone(),
            since: memory.held_since_of(&it.what.plain).unwrap_or(now),
        });
        let record = PassRecord {
            context: recording.context(account, pass.revision.as_deref()),
            result: Verdict::of(&pass.end).label().to_owned(),
            in_sync: finished.in_sync,
            done: steps(|it| it == StepResult::Done),
            failed: steps(|it| matches!(it, StepResult::Failed | StepResult::Unknown)),
            counted_removals: finished.counted_removals,
            counted_ended: finished.counted_ended,
            held: matches!(pass.end, End::Finished(_)).then(|| count(finished.held.len())),
            held_first: held.collect(),
            failure,
        };
        match close(recording, record).await {
            Ok(()) => before.map_or(JournalState::Written, JournalState::Failed),
            Err(error) => JournalState::Failed(error.to_string()),
        }
    }
}
