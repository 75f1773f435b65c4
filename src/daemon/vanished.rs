//! A file that was there in the last pass that went to its end and is no longer.
//!
//! It may have been deleted on purpose, or be missing for a moment: a half-finished checkout, a volume that is not
//! mounted yet. Everything it declared would be removed. So its disappearance has to be read twice, unchanged, at least
//! one interval apart, before anything goes.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::schedule::later;

/// One reading of the files: which there are, and what is in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReading {
    /// Their names.
    pub files: BTreeSet<String>,
    /// The same as long as no byte of any of them changes.
    pub content: ContentId,
}

/// Tells the content of one reading from that of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentId(u64);

/// Why removals are held until another reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vanished {
    /// Files of the last pass that went to its end, and that are not there.
    pub files: BTreeSet<String>,
    /// When a reading that is still the same lets removals go.
    pub until: Timestamp,
}

/// Remembers which files there were.
#[derive(Debug, Clone)]
pub struct Watched {
    interval: SignedDuration,
    good: Option<BTreeSet<String>>,
    pending: Option<(FileReading, Vanished)>,
    latest: Option<FileReading>,
}

impl ContentId {
    /// Names content by itself or by a digest of it.
    pub fn of(content: &impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        Self(hasher.finish())
    }
}

impl Watched {
    /// Two readings have to be at least this far apart.
    pub const fn new(interval: SignedDuration) -> Self {
        Self { interval, good: None, pending: None, latest: None }
    }

    /// Looks at a reading, and says what holds the removals of this pass.
    pub fn look(&mut self, reading: FileReading, now: Timestamp) -> Option<&Vanished> {
        let missing: BTreeSet<_> =
            self.good.iter().flatten().filter(|it| !reading.files.contains(*it)).cloned().collect();
        self.pending = match self.pending.take() {
            _ if missing.is_empty() => None,
            Some((first, vanished)) if first == reading => Some((first, vanished)),
            _ => Some((reading.clone(), Vanished { files: missing, until: later(now, self.interval) })),
        };
        self.latest = Some(reading);
        self.held(now)
    }

    /// Notes that the pass which read the files last went to its end.
    pub fn went_well(&mut self, now: Timestamp) {
        if self.held(now).is_none() {
            self.pending = None;
            self.good = self.latest.take().map(|it| it.files).or(self.good.take());
        }
    }

    /// What waits for another reading.
    pub fn pending(&self) -> Option<&Vanished> {
        self.pending.as_ref().map(|(_, vanished)| vanished)
    }

    fn held(&self, now: Timestamp) -> Option<&Vanished> {
        self.pending().filter(|it| now < it.until)
    }
}
