//! Runs passes for as long as anything may ask for one.
//!
//! Sources ask on one [`channel`]: the clock, [`Files`] that change, [`Signals`], people on the admin port. [`run()`] does
//! one pass at a time for all who asked, looks at what it came to, and decides when the next one is due. What it found is
//! a [`Status`] in a `watch` channel. What earlier passes mean for later ones is [`Memory`].
//!
//! The pass is a closure that returns a plain [`Pass`]. Of other rooms the daemon knows only values.

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

pub use activity::{Activity, SoFar, Waits};
pub use agenda::{Due, Known};
pub use backoff::Backoff;
pub use files::{Files, WatchTiming};
pub use flapping::{Flap, Flapping};
pub use memory::Memory;
pub use pass::{
    Action, Change, Drift, End, Expiring, Finished, Held, Limited, Note, Pass, Release, Requests, StepResult, Wanted,
};
pub use run::{Settings, run};
pub use schedule::{Schedule, ScheduleError};
pub use signals::Signals;
pub use status::{About, Listed, NotReady, Past, Status, Token, View};
pub use stop::{By, Left, Stop};
pub use systemd::tell as tell_systemd;
pub use totals::{BUCKETS, Durations, Totals};
pub use trigger::{Asker, Trigger, TriggerQueue, channel};
pub use vanished::{ContentId, Reading, Vanished, Watched};
pub use verdict::Verdict;
pub use watched_dirs::{Names, WatchedDirs, watched_dirs};
pub use window::Window;
