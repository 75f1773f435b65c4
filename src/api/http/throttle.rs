//! How fast writes follow each other when the server limits requests. It answers 429 or, as nginx does where nobody told it
//! otherwise, 503.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::retry::RetryPolicy;

/// Writes that may be refused in a row before no more should be sent.
const SEVERAL: u32 = 8;

/// The pace of the writes of one client. Without a refusal they don't wait for one another.
#[derive(Debug)]
pub(in crate::api) struct Throttle {
    first_gap: Duration,
    longest_gap: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// From the turn of one write to that of the next.
    gap: Duration,
    /// The next turn.
    next: Instant,
    /// Writes refused since the last one that was not.
    refused: u32,
}

impl Throttle {
    pub(in crate::api) fn new(patience: &RetryPolicy) -> Self {
        let state = State { gap: Duration::ZERO, next: Instant::now(), refused: 0 };
        let (first_gap, longest_gap) = (patience.first_wait, patience.longest_wait);
        Self { first_gap, longest_gap, state: Mutex::new(state) }
    }

    /// Takes the next turn, and says how far away it is.
    pub(in crate::api) fn turn(&self) -> Duration {
        let now = Instant::now();
        self.with(|state| {
            let turn = state.next.max(now);
            state.next = turn + state.gap;
            turn - now
        })
    }

    /// Learns from the status of a write: each refusal doubles the gap, and what is no refusal shortens it again.
    pub(in crate::api) fn learn(&self, status: Option<u16>) {
        let Some(status) = status else { return };
        let now = Instant::now();
        self.with(|state| {
            if matches!(status, 429 | 503) {
                state.refused += 1;
                state.gap = (state.gap * 2).clamp(self.first_gap, self.longest_gap.max(self.first_gap));
                state.next = state.next.max(now + state.gap);
            } else {
                state.refused = 0;
                state.gap = if state.gap > self.first_gap { state.gap * 3 / 4 } else { Duration::ZERO };
            }
        });
    }

    /// How many writes in a row were refused, once they are so many that no more should be sent.
    pub(in crate::api) fn exhausted(&self) -> Option<u32> {
        self.with(|state| (state.refused >= SEVERAL).then_some(state.refused))
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
