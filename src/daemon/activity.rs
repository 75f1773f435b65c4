//! What the daemon does just now.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::agenda::Due;
use super::status::Status;
use super::trigger::Trigger;

/// What the daemon does just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activity {
    /// It runs a pass.
    Running {
        /// What asked for it.
        asked: BTreeSet<Trigger>,
        /// When it began.
        since: Timestamp,
        /// What keeps it, if something does.
        waits: Option<Waits>,
        /// How far it has come.
        so_far: SoFar,
    },
    /// It waits for the next.
    Waiting(Due),
    /// It is about to leave.
    Stopping,
}

/// What a pass that is under way waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waits {
    /// Since when.
    pub since: Timestamp,
    /// For what, and what was tried so far: `GET /api/users/me/: could not connect to …, tried 3 times`.
    pub why: String,
}

/// How far a pass that is under way has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SoFar {
    /// Whether it has read the files, and they are valid.
    pub files_read: bool,
    /// Whether the server has answered to its token.
    pub answered: bool,
    /// Steps that had their answer.
    pub steps: u64,
}

impl Status {
    /// What the pass under way waits for, if there is one and it does.
    pub fn waits(&self) -> Option<&Waits> {
        match &self.activity {
            Activity::Running { waits, .. } => waits.as_ref(),
            Activity::Waiting(_) | Activity::Stopping => None,
        }
    }

    /// How far the pass under way has come, if there is one.
    pub fn so_far(&self) -> SoFar {
        match self.activity {
            Activity::Running { so_far, .. } => so_far,
            Activity::Waiting(_) | Activity::Stopping => SoFar::default(),
        }
    }

    /// Notes what the pass under way waits for and how far it has come, and says whether what it waits for is news.
    pub fn note(&mut self, news: Option<Waits>, come: SoFar) -> bool {
        let Activity::Running { waits, so_far, .. } = &mut self.activity else { return false };
        *so_far = come;
        let changed = *waits != news;
        *waits = news;
        changed
    }
}
