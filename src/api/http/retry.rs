//! Whether a request is sent again, and when. A pure table: no clock, no chance, no network.

use std::time::Duration;

use super::method::Method;

/// How long and how often a request is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent at most.
    pub tries: u32,
    /// The wait after the first try; it doubles with each further one.
    pub first_wait: Duration,
    /// No wait of our own grows beyond this. A longer one that the server asks for is kept.
    pub longest_wait: Duration,
    /// One request, all its tries and the waits between them take no longer than this.
    pub budget: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            tries: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(20),
            budget: Duration::from_secs(300),
        }
    }
}

/// The least time that a creation is sent with. With less, our own impatience would be why nobody knows what became of it.
const TIME_TO_CREATE: Duration = Duration::from_secs(5);

impl RetryPolicy {
    /// Whether there is time for another try after this wait.
    pub(in crate::api) fn allows(&self, Tried { method, elapsed, .. }: &Tried, wait: Duration) -> bool {
        let needed = match method {
            Method::Post => TIME_TO_CREATE.min(self.budget / 2),
            Method::Get | Method::Head | Method::Delete => Duration::ZERO,
        };
        elapsed.saturating_add(wait).saturating_add(needed) < self.budget
    }
}

/// What became of one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptResult {
    /// It never left: no connection came about.
    NotSent,
    /// It may have been received: no answer in time, or the answer broke off.
    Lost,
    /// It was answered with this status.
    Answered(u16),
}

/// The tries of one request so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// What is asked for.
    pub method: Method,
    /// How the last try ended.
    pub outcome: AttemptResult,
    /// How many there were, from 1.
    pub tries: u32,
    /// Time since the first one began.
    pub elapsed: Duration,
    /// How long the server asks us to wait, by `Retry-After`.
    pub retry_after: Option<Duration>,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Wait this long and send it again.
    Wait(Duration),
    /// Take the last outcome for the answer.
    GiveUp,
}

/// Decides whether to try again.
///
/// A POST goes out again only if the last one was certainly not carried out: the server allows the same link twice.
/// `jitter`, from 0 to 1, spreads the waits of many clients over half of their length.
pub fn decide(tried: &Tried, patience: &RetryPolicy, jitter: f64) -> Next {
    let &Tried { method, outcome, tries, elapsed: _, retry_after } = tried;
    if tries >= patience.tries || !worth_repeating(method, outcome) {
        return Next::GiveUp;
    }
    let doubled = patience.first_wait.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(patience.longest_wait);
    let jitter = jitter.clamp(0.0, 1.0);
    let wait = match retry_after {
        // Never before the time asked for, and not all at that very moment.
        Some(asked) => asked.saturating_add(patience.first_wait.min(doubled).mul_f64(jitter / 2.0)),
        None => doubled.mul_f64(0.5 + jitter / 2.0),
    };
    if patience.allows(tried, wait) { Next::Wait(wait) } else { Next::GiveUp }
}

fn worth_repeating(method: Method, outcome: AttemptResult) -> bool {
    match outcome {
        AttemptResult::NotSent | AttemptResult::Answered(429) => true,
        AttemptResult::Lost | AttemptResult::Answered(502..=504) => method != Method::Post,
        // A deadlock in its database is one of those.
        AttemptResult::Answered(500) => !method.writes(),
        AttemptResult::Answered(_) => false,
    }
}
