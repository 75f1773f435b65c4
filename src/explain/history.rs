//! What others remember: git about lines, the server about links. Whatever can't be had is left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Absent, Account};
use crate::desired::Phase;
use crate::diagnostic::Span;
use crate::directory::Directory;
use crate::event::{Event, EventKind, LinkNames};

/// What others remember.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Who wrote a line.
    pub authors: BTreeMap<FileLine, Authored>,
    /// What happened to links, oldest first.
    pub events: Vec<Event>,
    /// Since when events are known; `None` where the log could not be read.
    pub since: Option<Timestamp>,
    /// In whose name links are made and removed here: what others do is done outside of git.
    pub ours: String,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileLine {
    /// The name of the file, as in a [`Span`].
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
}

/// How a line came to be what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authored {
    /// It was committed.
    Commit {
        /// The commit, in hex digits.
        id: String,
        /// The author's name.
        author: String,
        /// When it was written.
        at: Timestamp,
        /// The first line of the message.
        summary: String,
    },
    /// It is not committed yet.
    Uncommitted,
}

impl FileLine {
    /// Where a span begins.
    pub fn of(span: &Span) -> Self {
        let Span { file, line, .. } = span;
        Self { file: Arc::clone(file), line: *line }
    }
}

impl History {
    /// What happened to links of these names, newest first.
    pub fn events_of(&self, names: &LinkNames) -> impl Iterator<Item = &Event> {
        self.events.iter().rev().filter(|it| it.about.contains(names))
    }

    /// What happened to the links of an account: what made a live link comes first, then the newest.
    pub fn events_about(&self, account: &Account, directory: &Directory) -> Vec<&Event> {
        let mut events: Vec<_> = account.names(directory).iter().flat_map(|it| self.events_of(it)).collect();
        if !account.rows.is_empty()
            && let Some(made) = events.iter().position(|it| it.what == EventKind::LinkCreated)
        {
            events[..=made].rotate_right(1);
        }
        events
    }

    /// Whether somebody else did what the files don't say.
    pub fn is_outside_of_git(&self, event: &Event, account: &Account) -> bool {
        let alive = account.lines.iter().any(|it| it.phase == Phase::Alive);
        let unasked = match event.what {
            EventKind::LinkCreated => !account.rows.is_empty() && !alive,
            EventKind::LinkRemoved => account.rows.is_empty() && alive && account.absent != Some(Absent::NotBegun),
        };
        unasked && event.by.as_deref() != Some(&*self.ours)
    }
}
