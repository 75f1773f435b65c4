//! What happened to access: one list of facts, joined from the journal and the server's log.
//!
//! The journal knows why, by which line and commit, and what failed; the log also knows what others did. A fact says which
//! of them tells it.

mod filter;
mod join;

use jiff::Timestamp;
use serde::Serialize;

use crate::binding::{Binding, LinkId};
use crate::journal::{PassContext, Request};
pub use filter::FactFilter;
pub use join::join;

/// Something that happened to a link, or should have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// When: by the clock of whoever tells it.
    pub at: Timestamp,
    /// What.
    pub what: FactKind,
    /// What came of it.
    pub outcome: FactOutcome,
    /// The username.
    pub user: String,
    /// The name of the role.
    pub role: String,
    /// The name of the resource.
    pub resource: String,
    /// The name of its offering, if it is known.
    pub offering: Option<String>,
    /// The ids of these, if they are known.
    pub ids: Option<Binding>,
    /// The id of the link, if it is known.
    pub link: Option<LinkId>,
    /// The end that the link had or got.
    pub until: Option<Timestamp>,
    /// The username of who did it; absent for the server itself.
    pub by: Option<String>,
    /// The address it was done from, as the log has it.
    pub address: Option<String>,
    /// Why, in words.
    pub why: Option<String>,
    /// The lines of the files that ask for it, or asked for it once.
    pub requests: Vec<Request>,
    /// The approval that allowed it.
    pub approval: Option<String>,
    /// The pass, by the journal.
    #[serde(flatten)]
    pub pass: Option<PassContext>,
    /// Which of them tell it.
    pub sources: Vec<FactSource>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactKind {
    /// A link was created.
    Created,
    /// The end of a link was changed.
    EndChanged,
    /// A link was removed.
    Removed,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "result", content = "message")]
pub enum FactOutcome {
    /// It was done.
    Done,
    /// It was not.
    Failed(Option<String>),
    /// The answer was lost.
    Unknown(Option<String>),
    /// The process ended before the outcome was recorded.
    CutOff,
}

/// Who tells a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactSource {
    /// The journal of this program.
    Journal,
    /// The log of the server.
    ServerLog,
}

impl FactKind {
    /// In one word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::EndChanged => "end-changed",
            Self::Removed => "removed",
        }
    }
}

impl FactOutcome {
    /// In one word.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed(_) => "failed",
            Self::Unknown(_) => "unknown",
            Self::CutOff => "cut-off",
        }
    }

    /// What went wrong, in words.
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Failed(message) | Self::Unknown(message) => message.as_deref(),
            Self::Done | Self::CutOff => None,
        }
    }
}

impl FactSource {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::ServerLog => "server log",
        }
    }
}

impl Fact {
    /// The commit, if the journal knows it.
    pub fn commit(&self) -> Option<&str> {
        self.pass.as_ref().and_then(|it| it.commit.as_deref())
    }
}
