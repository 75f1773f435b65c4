//! Whether links have changed since they were read, by the server's own record of changes.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// How far before the mark the record is read again: an entry may be committed later than its time says.
pub(super) const OVERLAP: SignedDuration = SignedDuration::from_mins(5);

/// What the server's record of changes showed before links were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeMark {
    /// From when on the record is read again, by the server's clock.
    pub(super) since: Timestamp,
    /// Entries that must be there again: a record that was cleaned or is hidden says nothing.
    expected: BTreeSet<Uuid>,
    /// Entries that may be there again; any other is news.
    known: BTreeSet<Uuid>,
}

impl ChangeMark {
    /// Of a log that only grows, by its latest entries, each with its time; `None` for an empty log, which may have been
    /// cleaned.
    pub(super) fn of_log(entries: &[(Uuid, Timestamp)]) -> Option<Self> {
        let newest = entries.iter().map(|(_, at)| *at).max()?;
        let since = newest.saturating_sub(OVERLAP).ok()?;
        let expected = entries.iter().filter(|(_, at)| *at >= since).map(|(id, _)| *id).collect();
        Some(Self { since, expected, known: entries.iter().map(|(id, _)| *id).collect() })
    }

    /// Of rows that were changed since then, each told by its state.
    pub(super) fn of_rows(since: Timestamp, states: BTreeSet<Uuid>) -> Self {
        Self { since, expected: states.clone(), known: states }
    }

    /// Whether what the record shows now is what it showed then.
    pub(super) fn holds(&self, now: &BTreeSet<Uuid>) -> bool {
        now.is_superset(&self.expected) && now.is_subset(&self.known)
    }
}
