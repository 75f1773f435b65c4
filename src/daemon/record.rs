//! What a pass that is over changes in the status.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::memory::Memory;
use super::pass::{End, Finished, HeldSet, PassSummary};
use super::status::{Listed, Observed, Past, Status, TokenState};
use super::verdict::Verdict;
use crate::report::Stop;

/// Changes that are remembered.
const CHANGES: usize = 100;
/// Passes that are remembered.
const HISTORY: usize = 60;

impl Status {
    /// Takes in a pass that is over.
    pub(super) fn record(&mut self, past: Past, pass: PassSummary, memory: &Memory, now: Timestamp) {
        let verdict = past.verdict;
        self.totals.add(&pass, past.took);
        keep_last(&mut self.history, past, HISTORY);
        if verdict.is_good() {
            self.last_good = Some(now);
        }
        self.flaps = memory.flaps().cloned().collect();
        self.vanished = memory.vanished().cloned();
        self.revision = pass.revision;
        self.token_problem = pass.token_problem;
        self.journal = pass.journal;
        self.broken = Listed::default();
        self.failure = None;
        match pass.end {
            End::Finished(finished) => self.record_finished(*finished, memory, now),
            End::Broken(broken) => self.broken = broken.into_iter().collect(),
            End::Unreachable(failure) | End::Unauthorized(failure) | End::Refused(failure) | End::OtherApi(failure) => {
                self.failure = Some(failure);
            }
            End::NoChange | End::Interrupted => {}
        }
        match verdict {
            Verdict::Unauthorized => self.token = TokenState::Rejected,
            // Who refuses has looked at what the token is good for.
            Verdict::Incomplete | Verdict::StaleList | Verdict::Refused | Verdict::OtherApi => {
                self.token = TokenState::Accepted;
            }
            _ if verdict.is_good() => self.token = TokenState::Accepted,
            _ => {}
        }
    }

    fn record_finished(&mut self, finished: Finished, memory: &Memory, now: Timestamp) {
        let since = |limited: &HeldSet| match self.limited() {
            Some((before, since)) if before.digest == limited.digest => *since,
            _ => now,
        };
        self.view = Some(Observed {
            at: now,
            in_sync: finished.in_sync,
            drift: finished.drift,
            held: finished.held.into_iter().collect(),
            held_since: memory.held_since(),
            at_once: finished.at_once,
            room: finished.limited.as_ref().and_then(|it| it.room_for).map(|it| memory.room_for(it, now)),
            limited: finished.limited.map(|limited| (limited.clone(), since(&limited))),
            approvals: finished.approvals.into_iter().collect(),
            uncounted: finished.uncounted,
            unlisted: finished.unlisted,
            withheld: finished.withheld.into_iter().collect(),
            unresolved: finished.unresolved.into_iter().collect(),
            beginning: finished.beginning.into_iter().collect(),
            expiring: finished.expiring.into_iter().collect(),
            token_lifetime: finished.token_lifetime,
            token_lacks: finished.token_lacks,
        });
        self.failure = match finished.stopped {
            Some(
                Stop::Unauthorized(failure) | Stop::Blind(failure) | Stop::Down(failure) | Stop::StaleList(failure),
            ) => Some(failure),
            Some(Stop::Interrupted) | None => finished.other_api,
        };
        self.changes.push_front((now, finished.changes.into_iter().collect()));
        let mut left = CHANGES;
        self.changes.retain_mut(|(_, changes)| {
            changes.first.truncate(left);
            left -= changes.first.len();
            !changes.first.is_empty()
        });
    }
}

fn keep_last<T>(ring: &mut VecDeque<T>, item: T, most: usize) {
    ring.push_back(item);
    while ring.len() > most {
        ring.pop_front();
    }
}
