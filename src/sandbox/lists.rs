//! Lists of some rows of a table, kept while rows are put in and taken out: a page of one costs as much as the page, however
//! many rows the table has.

use std::ops::Range;

use jiff::Timestamp;
use uuid::Uuid;

/// Which rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    /// Those that are shown as of one kind.
    Shown(&'static str),
    /// Those of one resource or of another scope, shown or not.
    Of(Uuid),
}

/// The rows of one list in the order of the table: where each is, and when it was made.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    rows: Vec<(u64, Timestamp)>,
    /// How many neighbours are not in the order of their moments, or share one.
    astray: usize,
}

impl Places {
    pub(super) fn insert(&mut self, place: u64, moment: Timestamp) {
        let at = self.rows.partition_point(|(it, _)| *it < place);
        self.astray -= self.astray_in(at.saturating_sub(1)..at + 1);
        self.rows.insert(at, (place, moment));
        self.astray += self.astray_in(at.saturating_sub(1)..at + 2);
    }

    pub(super) fn remove(&mut self, place: u64) {
        let Ok(at) = self.rows.binary_search_by_key(&place, |(it, _)| *it) else { return };
        self.astray -= self.astray_in(at.saturating_sub(1)..at + 2);
        self.rows.remove(at);
        self.astray += self.astray_in(at.saturating_sub(1)..at + 1);
    }

    fn astray_in(&self, range: Range<usize>) -> usize {
        let rows = &self.rows[range.start..range.end.min(self.rows.len())];
        rows.windows(2).filter(|it| it[0].1 >= it[1].1).count()
    }

    /// Whether the order of the table is that of the moments, and no two rows share one.
    pub(super) fn in_order(&self) -> bool {
        self.astray == 0
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn range(&self, range: Range<usize>) -> impl Iterator<Item = u64> {
        self.rows[range].iter().map(|(place, _)| *place)
    }
}
