//! What the daemon does just now.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::agenda::Due;
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
        waits: Option<CurrentWait>,
        /// How far it has come.
        so_far: SoFar,
    },
    /// It waits for the next.
    Waiting(Due),
    /// It is about to leave.
    Stopping,
}

/// What a pass that is under way waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CurrentWait {
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
