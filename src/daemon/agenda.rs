//! When the next pass is due, if nobody asks for one.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout_at};

use super::backoff::Backoff;
use super::schedule::{Schedule, later, signed};
use super::trigger::{Trigger, TriggerQueue};
use super::verdict::Verdict;

/// How long we sleep at most before we look at the wall clock again, which may have been set.
const LOOK_AT_THE_CLOCK: Duration = Duration::from_secs(30);
/// How long after its instant a line is taken to have begun or ended, so that a clock which is adjusted by a few
/// milliseconds doesn't cost a second pass.
const AFTER_INSTANT: SignedDuration = SignedDuration::from_secs(1);

/// The next pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When, at the latest.
    pub at: Timestamp,
    /// What will have asked for it.
    pub trigger: Trigger,
    /// Whether asks wait until then, except those of somebody who may know more than we do.
    pub gated: bool,
}

/// What is known after a pass.
#[derive(Debug, Clone, Copy)]
pub struct PassEnd {
    /// When the pass began.
    pub began: Timestamp,
    /// When it ended.
    pub now: Timestamp,
    /// How it ended.
    pub verdict: Verdict,
    /// Passes in a row that failed, this one included.
    pub failures: u32,
    /// How long it took.
    pub took: Duration,
    /// The next instant at which a line begins or ends.
    pub life: Option<Timestamp>,
    /// When removals that wait for a second reading of the files may go.
    pub second_reading: Option<Timestamp>,
    /// When steps that wait for the files to stay unchanged can be sent.
    pub quiet: Option<Timestamp>,
    /// When a step that comes back again and again is tried next.
    pub another_try: Option<Timestamp>,
}

impl Due {
    /// What comes first: the schedule, another try of all or of one step, a line's life, a second reading, the end of a
    /// quiet period. `jitter` is from 0 to 1.
    ///
    /// While a server or a token fails us, only another try is due: what else there is to do waits for it, since every
    /// pass does all there is to do. What a pass did not see because it fell into it is due at once; what it saw is not
    /// due again, even if it could do nothing about it.
    pub fn next(schedule: &Schedule, known: &PassEnd, jitter: f64) -> Self {
        let PassEnd { began, now, verdict, failures, took, life, second_reading, quiet, another_try } = *known;
        let due = |at: Timestamp, trigger| Self { at: at.max(now), trigger, gated: false };
        let retry =
            Backoff::after(verdict).map(|write_options| later(now, signed(write_options.wait(failures, took, jitter))));
        if let (Some(at), Verdict::Unreachable | Verdict::Unauthorized | Verdict::Refused) = (retry, verdict) {
            return Self { at, trigger: Trigger::Retry, gated: true };
        }
        let scheduled = due(schedule.next(now, jitter), Trigger::Schedule);
        let others = [
            retry.map(|at| due(at, Trigger::Retry)),
            life.filter(|at| *at > began).map(|at| due(later(at, AFTER_INSTANT), Trigger::Life)),
            second_reading.filter(|at| *at > began).map(|at| due(at, Trigger::Schedule)),
            quiet.filter(|at| *at > began).map(|at| due(at, Trigger::FileChange)),
            another_try.filter(|at| *at > began).map(|at| due(at, Trigger::Retry)),
        ];
        others.into_iter().flatten().fold(scheduled, |first, it| if it.at < first.at { it } else { first })
    }

    /// Waits until it is time or somebody asks who need not wait. All who asked meanwhile are in the answer.
    ///
    /// It is time when either clock says so: one that is set back delays nothing, and one that is set forward is
    /// noticed within half a minute.
    pub(super) async fn wait(self, triggers: &mut TriggerQueue, clock: impl Fn() -> Timestamp) -> BTreeSet<Trigger> {
        let mut asked = BTreeSet::new();
        let whole = self.at.duration_since(clock());
        let end = Instant::now() + Duration::try_from(whole).unwrap_or_default();
        loop {
            let left = self.at.duration_since(clock());
            if Instant::now() >= end || !left.is_positive() {
                asked.insert(self.trigger);
                return asked;
            }
            let nap = Duration::try_from(left).unwrap_or_default().min(LOOK_AT_THE_CLOCK);
            let Ok(more) = timeout_at(end.min(Instant::now() + nap), triggers.next()).await else { continue };
            asked.extend(more);
            if !self.gated || asked.iter().any(|it| it.bypasses_backoff()) {
                return asked;
            }
        }
    }
}
