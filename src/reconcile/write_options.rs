//! How fast writes follow each other.

use std::time::Duration;

/// How fast writes follow each other.
#[derive(Debug, Clone, Copy)]
pub struct WriteOptions {
    /// Writes under way at once; at least one is.
    pub parallelism: usize,
    /// How long to wait before looking for a link whose creation was not answered: it may still be on its way.
    pub settle: Duration,
    /// How long the list may take to show the first link of a pass, and those that were made last.
    pub patience: Duration,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { parallelism: 4, settle: Duration::from_secs(2), patience: Duration::from_secs(10) }
    }
}

impl WriteOptions {
    /// Waits between looks for something that may be late: doubling, all of them together within the patience.
    pub(super) fn waits(self) -> impl Iterator<Item = Duration> {
        const LOOKS: u32 = 5;
        (0..LOOKS).map(move |it| self.patience / (1 << (LOOKS - it)))
    }
}
