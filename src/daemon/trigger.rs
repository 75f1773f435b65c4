//! What asks for a pass, and the channel that takes the asking.

use std::collections::BTreeSet;
use std::{fmt, mem};

use tokio::sync::watch;

/// What asked for a pass. It reaches the log and the status and never the pass: whoever asked, the work is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// The program has just started.
    Start,
    /// It was time.
    Schedule,
    /// The pass before it failed, or a step comes back again and again, and the time to try again has come.
    Retry,
    /// A line of the files began or ended.
    Life,
    /// A file changed.
    FileChange,
    /// The token was replaced.
    TokenChange,
    /// Somebody sent SIGHUP.
    Signal,
    /// Somebody asked on the admin port.
    Request,
}

/// Asks for passes. Any number of sources hold one.
#[derive(Debug, Clone)]
pub struct Asker(watch::Sender<BTreeSet<Trigger>>);

/// Where the asking arrives.
///
/// It holds each trigger at most once, so it never grows: what is asked for while a pass runs shares the next one.
#[derive(Debug)]
pub struct TriggerQueue {
    asked: watch::Sender<BTreeSet<Trigger>>,
    news: watch::Receiver<BTreeSet<Trigger>>,
}

/// A channel from those who ask to the one who runs passes.
pub fn channel() -> (Asker, TriggerQueue) {
    let (asked, news) = watch::channel(BTreeSet::new());
    (Asker(asked.clone()), TriggerQueue { asked, news })
}

impl Asker {
    /// Asks for a pass that begins after this call.
    pub fn ask(&self, trigger: Trigger) {
        self.0.send_if_modified(|asked| asked.insert(trigger));
    }
}

impl TriggerQueue {
    /// All that asked since the last call; waits while nobody has.
    pub async fn next(&mut self) -> BTreeSet<Trigger> {
        loop {
            let mut taken = BTreeSet::new();
            self.asked.send_if_modified(|asked| {
                taken = mem::take(asked);
                false
            });
            if !taken.is_empty() {
                return taken;
            }
            // It cannot close, because we hold a sender ourselves.
            let _ = self.news.changed().await;
        }
    }
}

impl Trigger {
    /// Its name in logs, metrics and JSON.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Schedule => "schedule",
            Self::Retry => "retry",
            Self::Life => "life",
            Self::FileChange => "file_change",
            Self::TokenChange => "token_change",
            Self::Signal => "signal",
            Self::Request => "request",
        }
    }

    /// Whether who asks may know that what went wrong before is mended. Such an ask does not wait for a backoff to end.
    pub(super) const fn bypasses_backoff(self) -> bool {
        matches!(self, Self::TokenChange | Self::Signal | Self::Request)
    }

    /// Whether a person asks, or someone on their behalf.
    pub(super) const fn is_by_somebody(self) -> bool {
        matches!(self, Self::Signal | Self::Request)
    }
}

/// For people.
impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Schedule => "schedule",
            Self::Retry => "another try",
            Self::Life => "a line began or ended",
            Self::FileChange => "file change",
            Self::TokenChange => "new token",
            Self::Signal => "SIGHUP",
            Self::Request => "request",
        })
    }
}
