//! How long to wait after a pass that failed.

use std::time::Duration;

use super::verdict::Verdict;

/// How long to wait: twice as long after each failure in a row, from a floor up to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub floor: Duration,
    /// After many.
    pub bound: Duration,
}

/// A server that is down is asked again soon, in case it was a hiccup.
const SERVER: Backoff = Backoff { floor: Duration::from_secs(2), bound: Duration::from_secs(5 * 60) };
/// A token that is rejected has to be replaced by a person, and asking with it again and again looks like an attack.
const TOKEN: Backoff = Backoff { floor: Duration::from_secs(60), bound: Duration::from_secs(15 * 60) };

impl Backoff {
    /// How passes that ended so are repeated, if they are to be repeated at all before the schedule says so.
    pub const fn after(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Unreachable | Verdict::Incomplete | Verdict::StaleList | Verdict::OtherApi => Some(SERVER),
            Verdict::Unauthorized | Verdict::Refused => Some(TOKEN),
            Verdict::InSync
            | Verdict::NoChange
            | Verdict::Changed
            | Verdict::Held
            | Verdict::Unresolved
            | Verdict::Broken => None,
        }
    }

    /// How long to wait after so many failures in a row (1 for the first), of which the last took so long; `jitter` is
    /// from 0 to 1.
    ///
    /// Never less than the failed pass itself took: a server that is slow because it struggles is left alone for at
    /// least half of the time.
    pub fn wait(self, failures: u32, took: Duration, jitter: f64) -> Duration {
        let doubled = self.floor.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
        let whole = doubled.min(self.bound);
        whole.mul_f64(0.5 + jitter / 2.0).max(took.min(self.bound))
    }
}
