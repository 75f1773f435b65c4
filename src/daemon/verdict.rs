//! A pass in one word.

use std::fmt;

use super::pass::{End, Finished, StepResult};
use crate::report::Stop;

/// What a pass came to, in one word. Where several apply, the gravest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Live was as declared.
    InSync,
    /// Live was as declared in the last full pass, and the server shows no change since.
    NoChange,
    /// Live was not as declared, and now is.
    Changed,
    /// Live is as declared but for what is held or withheld.
    Held,
    /// Live is as declared as far as the files could be understood.
    Unresolved,
    /// Something failed, got no answer or was not sent, or the list moved while it was read.
    Incomplete,
    /// The server's list does not show links that exist: what it lacks is not created.
    StaleList,
    /// The files are broken; nothing was done.
    Broken,
    /// The server could not be read; nothing was done.
    Unreachable,
    /// The token was rejected, at the start or during the pass.
    Unauthorized,
    /// It is not safe to begin or to go on.
    Refused,
    /// The server speaks another API than before, and nothing is written until somebody asks for it.
    OtherApi,
}

impl Verdict {
    /// All of them, so that each has its metric from the start.
    pub const ALL: [Self; 12] = [
        Self::InSync,
        Self::NoChange,
        Self::Changed,
        Self::Held,
        Self::Unresolved,
        Self::Incomplete,
        Self::StaleList,
        Self::Broken,
        Self::Unreachable,
        Self::Unauthorized,
        Self::Refused,
        Self::OtherApi,
    ];

    /// What the end of a pass says.
    pub fn of(end: &End) -> Self {
        match end {
            End::Finished(finished) => Self::finished(finished),
            End::NoChange => Self::NoChange,
            End::Broken(_) => Self::Broken,
            End::Unreachable(_) => Self::Unreachable,
            End::Unauthorized(_) => Self::Unauthorized,
            End::Refused(_) => Self::Refused,
            End::OtherApi(_) => Self::OtherApi,
            End::Interrupted => Self::Incomplete,
        }
    }

    /// In the order of the exit codes of `apply`: what failed, then what is unresolved, then what is held.
    fn finished(finished: &Finished) -> Self {
        if finished.other_api.is_some() {
            return Self::OtherApi;
        }
        let became = |fits: fn(StepResult) -> bool| finished.changes.iter().any(|it| fits(it.became));
        match finished.stopped {
            Some(Stop::Unauthorized(_)) => return Self::Unauthorized,
            Some(Stop::Blind(_)) => return Self::Refused,
            Some(Stop::Interrupted | Stop::Down(_)) => return Self::Incomplete,
            Some(Stop::StaleList(_)) => return Self::StaleList,
            None => {}
        }
        if !finished.converged
            || became(|it| matches!(it, StepResult::Failed | StepResult::Unknown | StepResult::Unsent))
        {
            Self::Incomplete
        } else if finished.unlisted > 0 {
            Self::StaleList
        } else if !finished.unresolved.is_empty() {
            Self::Unresolved
        } else if held(finished) || became(|it| it == StepResult::Held) {
            Self::Held
        } else if !finished.changes.is_empty() {
            Self::Changed
        } else {
            Self::InSync
        }
    }

    /// Whether the live links were read, a plan was made, and nothing failed. Held and unresolved are no failures: what
    /// could be done is done, and a person has to look at the rest.
    pub const fn is_good(self) -> bool {
        matches!(self, Self::InSync | Self::NoChange | Self::Changed | Self::Held | Self::Unresolved)
    }

    /// Its name in metrics and JSON.
    pub const fn label(self) -> &'static str {
        match self {
            Self::InSync => "in_sync",
            Self::NoChange => "no_change",
            Self::Changed => "changed",
            Self::Held => "held",
            Self::Unresolved => "unresolved",
            Self::Incomplete => "incomplete",
            Self::StaleList => "stale_list",
            Self::Broken => "broken_files",
            Self::Unreachable => "unreachable",
            Self::Unauthorized => "unauthorized",
            Self::Refused => "refused",
            Self::OtherApi => "other_api",
        }
    }
}

/// For people.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InSync => "in sync",
            Self::NoChange => "no change since the last full check",
            Self::Changed => "changed, now in sync",
            Self::Held => "in sync, except held steps",
            Self::Unresolved => "in sync, except unresolved names",
            Self::Incomplete => "incomplete",
            Self::StaleList => "the server's list is stale",
            Self::Broken => "broken files",
            Self::Unreachable => "server unreachable",
            Self::Unauthorized => "token rejected",
            Self::Refused => "refused: unsafe",
            Self::OtherApi => "the server speaks another API",
        })
    }
}

fn held(finished: &Finished) -> bool {
    !finished.held.is_empty() || finished.limited.is_some() || !finished.withheld.is_empty()
}
