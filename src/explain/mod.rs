//! Why somebody has, gets, loses or lacks a role: everything that is known about a binding, brought together.
//!
//! Nothing is decided here. The files, the decision and what the server and git remember say it all already, each in its
//! place; this is the same, put in the order in which somebody asks.

mod gather;
mod history;
mod log;
mod question;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use gather::{ExplainInput, explain};
pub use history::{Authored, FileLine, History};
pub use log::{LogFilter, about};
pub use question::Question;

use crate::binding::{Binding, Link, ResourceId, RoleId, UserId};
use crate::desired::{Origin, Phase};
use crate::diagnostic::{Diagnostic, Span};
use crate::event::LinkNames;
use crate::plan::{End, Hold, Keep, Skip, Why};

/// The answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What was asked.
    pub question: Question,
    /// Worth knowing about whom and what was asked about.
    pub facts: Vec<Fact>,
    /// Every binding that is live, that some line asks for at whatever time, or that the log knows; in order.
    pub accounts: Vec<Account>,
    /// For a user on a resource: the other roles there are, which no line asks for.
    pub others: Vec<RoleId>,
    /// Unresolved lines that might mean something of this.
    pub doubts: Vec<Uncertain>,
    /// What only the log knows: something of it is not on the server any more, or several things have its name.
    pub logged: Vec<LinkNames>,
}

/// What explains more than one binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// No link of this user is ever removed.
    Protected(UserId),
    /// The account is not active: nothing can be created for it.
    Inactive(UserId),
    /// The resource is terminated: nothing is created or removed there.
    Terminated(ResourceId),
    /// There is no scope, and no line names the resource: nothing is removed there.
    NotNamed(ResourceId),
}

/// All about one binding. Without links and lines only the log knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Which one.
    pub binding: Binding,
    /// Its live links, the one that stays first.
    pub rows: Vec<ExplainedLink>,
    /// Why it is not live, if some line asks for it.
    pub absent: Option<Absent>,
    /// The lines that ask for it, whatever their time is, in the order of the files.
    pub lines: Vec<Declaration>,
}

/// A live link, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedLink {
    /// Which one.
    pub link: Link,
    /// What becomes of it.
    pub fate: LinkStatus,
    /// The other end it is to get, if it is to get one.
    pub end: Option<Ending>,
}

/// Another end for a link that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The end.
    pub to: End,
    /// What becomes of that.
    pub fate: EndFate,
}

/// What becomes of the change of an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndFate {
    /// It is changed.
    Changes,
    /// It would be changed, and the caller asked for less.
    Withheld,
    /// It would be changed, were there no doubt about it.
    Held(Hold),
    /// It is not changed.
    Skipped(Skip),
}

/// What becomes of a live link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkStatus {
    /// It stays: some line asks for it.
    InSync,
    /// It goes.
    Goes(Why),
    /// It would go, and the caller asked for less.
    Withheld(Why),
    /// It would go, were there no doubt about it.
    Held(Why, Hold),
    /// It stays, although no line asks for it.
    Kept(Keep),
    /// It is out of scope, and left alone.
    Outside,
}

/// Why something that a line asks for is not live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// It is created.
    Comes,
    /// It would be created, and the caller asked for less.
    Withheld,
    /// It is not created.
    Skipped(Skip),
    /// Its time has not come.
    NotBegun,
    /// Its time is over.
    Ended,
}

/// A line that asks for a binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The line.
    pub origin: Origin,
    /// Where in its life it is.
    pub phase: Phase,
    /// For a user who came through groups: where the innermost of them names the user.
    pub member: Option<Span>,
}

/// A line that could not be resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncertain {
    /// What is wrong with it.
    pub diagnostic: Arc<Diagnostic>,
    /// Where in its life the line is.
    pub phase: Phase,
    /// Whether what it probably means is what was asked about.
    pub probably: bool,
}

impl Explanation {
    /// The lines of the files it speaks of: whoever knows about them may say more.
    pub fn places(&self) -> BTreeSet<FileLine> {
        let lines = self.accounts.iter().flat_map(|it| &it.lines);
        lines.flat_map(|it| [Some(&it.origin.span), it.member.as_ref()]).flatten().map(FileLine::of).collect()
    }
}
