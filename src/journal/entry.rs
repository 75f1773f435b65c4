//! What is recorded.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::binding::{Binding, LinkId, ResourceId, RoleId, UserId};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "kebab-case")]
pub enum Entry {
    /// A write is about to be sent.
    Intent(Box<Intent>),
    /// A write was answered, or its answer was lost.
    Outcome(StepOutcome),
    /// A pass ended.
    Pass(Box<PassRecord>),
    /// The last line was cut off, and was taken out.
    Repaired {
        /// The text of it.
        lost: String,
    },
}

/// Which pass, for whom, on which server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassContext {
    /// The name of the pass.
    pub pass: String,
    /// What asked for it.
    pub trigger: String,
    /// The base URL of the server.
    pub server: String,
    /// The username that the token belongs to; empty if the pass ended before that was known.
    #[serde(default)]
    pub account: String,
    /// The commit of the files, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// A write that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Its pass.
    #[serde(flatten)]
    pub context: PassContext,
    /// Its number in the pass.
    pub write: u64,
    /// What it does.
    pub action: Action,
    /// To which link. For a removal this is all that is needed to create the link again.
    pub link: LinkRecord,
    /// The end that the link gets; absent for a removal, and for a link without an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why, in words.
    pub why: String,
    /// The lines of the files that ask for it, or asked for it once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Request>,
    /// The approval that allowed it, if a limit would have held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// The limit of 24 hours that it counts towards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counted>,
}

/// What a write does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Creates a link.
    Create,
    /// Changes the end of a link.
    SetEnd,
    /// Removes a link.
    Remove,
    /// Creates a link again that this pass removed.
    PutBack,
}

/// A limit of 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// Removals of what is not declared or scheduled.
    Removals,
    /// Removals of what expired longer ago than anybody expects.
    Ended,
}

/// A link with the names it has on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRecord {
    /// Its id; absent if it does not exist yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<LinkId>,
    /// Its resource.
    pub resource: ResourceId,
    /// The name of that.
    pub resource_name: String,
    /// The name of its offering.
    pub offering_name: String,
    /// Its role.
    pub role: RoleId,
    /// The name of that.
    pub role_name: String,
    /// Its user.
    pub user: UserId,
    /// The username.
    pub username: String,
    /// The end it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Timestamp>,
    /// When it was created, if the server shows that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// A line of the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// File and line.
    pub at: String,
    /// The groups that the user is a member of there, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The reason it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The outcome of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepOutcome {
    /// Its pass.
    pub pass: String,
    /// Its number in the pass.
    pub write: u64,
    /// The outcome.
    pub result: ResultKind,
    /// The id of the link that was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<LinkId>,
    /// What went wrong, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The outcome of a write in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultKind {
    /// It was done.
    Done,
    /// It was done before, by this or another request.
    DoneBefore,
    /// The server refused it.
    Refused,
    /// The server, or something in between, failed.
    Failed,
    /// The answer was lost.
    Unknown,
}

/// The end of a pass.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassRecord {
    /// Which pass.
    #[serde(flatten)]
    pub context: PassContext,
    /// Its result, in one word.
    pub result: String,
    /// Links as declared from the start.
    pub in_sync: u64,
    /// Steps done.
    pub done: u64,
    /// Steps that failed or are unknown.
    pub failed: u64,
    /// Removals that count towards the limit of 24 hours.
    pub counted_removals: u32,
    /// The same of what expired longer ago than anybody expects.
    pub counted_ended: u32,
    /// How many removals are held; absent if the pass did not list the links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<u64>,
    /// The first of them, with the time since when each is held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_first: Vec<HeldLink>,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A removal that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLink {
    /// Whose role on what.
    pub what: String,
    /// Why it is held.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
}

impl LinkRecord {
    /// Its binding.
    pub fn binding(&self) -> Binding {
        let Self { resource, role, user, .. } = *self;
        Binding { resource, role, user }
    }
}

impl ResultKind {
    /// Whether the server is now as the write wanted it.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Done | Self::DoneBefore)
    }
}
