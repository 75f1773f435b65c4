//! What the files say, before groups and days have been given their meaning: both may depend on another file.

use jiff::Timestamp;
use jiff::civil::Date;

use super::document::{Document, Reference};
use crate::diagnostic::Span;

/// Everything that was read so far.
#[derive(Debug, Default)]
pub(super) struct RawDocument {
    /// The document, as far as one file alone can tell: users of entries are those named by themselves, lives are open.
    pub(super) document: Document,
    /// Some text could not be read: what seems to be missing may stand there.
    pub(super) broken: bool,
    /// Whether a file has the key `bindings`, whatever it holds.
    pub(super) has_bindings: bool,
    /// Every key of the settings, where it stands.
    pub(super) settings: Vec<RawSetting>,
    /// `files`.
    pub(super) files: Vec<RawNamed>,
    /// `groups` of all files.
    pub(super) groups: Vec<Group>,
    /// Where entries name groups.
    pub(super) uses: Vec<GroupUse>,
    /// What begins or ends.
    pub(super) dates: Vec<Dated>,
    /// `timezone`.
    pub(super) timezone: Option<RawNamed>,
}

/// A key of the settings.
#[derive(Debug)]
pub(super) struct RawSetting {
    pub(super) key: &'static str,
    pub(super) span: Span,
}

/// A name and where it is written.
#[derive(Debug)]
pub(super) struct RawNamed {
    pub(super) name: Box<str>,
    pub(super) span: Span,
}

/// A group as it is written.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: RawNamed,
    pub(super) users: Vec<Reference>,
    /// The groups within it.
    pub(super) groups: Vec<RawNamed>,
    /// How many users and groups are written; some may be no good.
    pub(super) items: usize,
}

/// An entry that names a group.
#[derive(Debug)]
pub(super) struct GroupUse {
    /// Index of the entry, unless it was not good.
    pub(super) entry: Option<usize>,
    pub(super) group: RawNamed,
}

/// Something with dates.
#[derive(Debug)]
pub(super) struct Dated {
    /// What it is, unless that was not good.
    pub(super) what: Option<DatedItem>,
    pub(super) from: Option<(When, Span)>,
    pub(super) until: Option<(When, Span)>,
}

/// An index into the document.
#[derive(Debug, Clone, Copy)]
pub(super) enum DatedItem {
    Entry(usize),
    Approval(usize),
}

/// A day or an instant, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// A day of the time zone of the files.
    Day(Date),
    /// An instant.
    Instant(Timestamp),
}
