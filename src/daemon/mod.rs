//! Runs passes for as long as anything may ask for one.
//!
//! Sources ask on one [`channel`]: the clock, [`FileWatcher`] that change, [`Signals`], people on the admin port. [`run()`] does
//! one pass at a time for all who asked, looks at what it came to, and decides when the next one is due. What it found is
//! a [`Status`] in a `watch` channel. What earlier passes mean for later ones is [`Memory`].
//!
//! The pass is a closure that returns a plain [`PassSummary`]. Of other rooms the daemon knows only values.

mod activity;
mod agenda;
mod backoff;
mod files;
mod flapping;
mod log;
mod memory;
mod pass;
mod record;
mod run;
mod schedule;
mod signals;
mod status;
mod stop;
mod systemd;
mod totals;
mod trigger;
mod vanished;
mod verdict;
mod watched_dirs;
mod window;
mod wording;

pub use activity::{Activity, CurrentWait, SoFar};
pub use agenda::{Due, PassEnd};
pub use backoff::Backoff;
pub use files::{FileWatcher, WatchTiming};
pub use flapping::{Flap, Flapping};
pub use memory::Memory;
pub use pass::{
    Action, Beginning, Drift, End, Expiring, Finished, HeldRemoval, HeldSet, JournalState, Note, OpenStep, PassStep,
    PassSummary, Release, Requests, StepResult,
};
pub use run::{LoopOptions, run};
pub use schedule::{Schedule, ScheduleError};
pub use signals::Signals;
pub use status::{About, Listed, NotReady, Observed, Past, Status, TokenState};
pub use stop::{By, Left, Stop};
pub use systemd::tell as tell_systemd;
pub use totals::{BUCKETS, Durations, Totals};
pub use trigger::{Asker, Trigger, TriggerQueue, channel};
pub use vanished::{ContentId, FileReading, Vanished, Watched};
pub use verdict::Verdict;
pub use watched_dirs::{WatchedDirs, WatchedNames, watched_dirs};
pub use window::Window;
pub use wording::Wording;
