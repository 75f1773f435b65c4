//! What a pass came to, as a plain value.
//!
//! Whoever runs the passes puts into words who and what is concerned. The daemon counts it, remembers it, shows it, and
//! decides by it when the next pass is due.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::wording::Wording;
use crate::policy::Deferred;
use crate::report::{Failure, Stop};

/// What a pass came to.
#[derive(Debug, Clone)]
pub struct PassSummary {
    /// How it ended.
    pub end: End,
    /// The commit that the files are of, if they lie in a work tree.
    pub revision: Option<String>,
    /// Why the last token stays in use, if the one that is to replace it can't be used.
    pub token_problem: Option<String>,
    /// Whether the journal could be written.
    pub journal: JournalState,
    /// Requests it sent, by method and status.
    pub requests: Vec<Requests>,
    /// Requests among them that repeated one before.
    pub retries: u64,
}

/// Whether the journal could be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum JournalState {
    /// There is none.
    #[default]
    Unused,
    /// All of the pass is in it.
    Written,
    /// Why it could not be written.
    Failed(String),
}

impl JournalState {
    /// Why it could not be written, if it could not.
    pub fn problem(&self) -> Option<&str> {
        if let Self::Failed(why) = self { Some(why) } else { None }
    }
}

/// How a pass ended.
#[derive(Debug, Clone)]
pub enum End {
    /// The live links were read, a plan was made, and what of it may be done was tried.
    Finished(Box<Finished>),
    /// The files are the same as in the last full pass, which found all in sync, and the server shows no change since.
    NoChange,
    /// The files are broken: each finding as text, with its place. Nothing was sent.
    Broken(Vec<String>),
    /// The server, or the token file, could not be read. Nothing was changed.
    Unreachable(Failure),
    /// The server turned the token away.
    Unauthorized(Failure),
    /// It is not safe to begin, for instance because the token sees too little.
    Refused(Failure),
    /// The server speaks another API than before: what earlier passes saw is not there any more, and nobody took it away.
    OtherApi(Failure),
    /// Somebody wants the daemon to leave, and nothing was written yet.
    Interrupted,
}

/// Requests of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// The status of the answer, or `None` where there was none.
    pub code: Option<u16>,
    /// How many.
    pub count: u64,
}

/// What a pass saw and did that went all the way.
#[derive(Debug, Clone, Default)]
pub struct Finished {
    /// Bindings that were as declared from the start.
    pub in_sync: u64,
    /// What was not as declared when the pass began, whatever became of it.
    pub drift: Drift,
    /// Every step that may be sent, and what became of it.
    pub changes: Vec<PassStep>,
    /// Steps that were sent, and those that are set aside. A pass that goes well leaves none to the next one.
    pub wanted: Vec<OpenStep>,
    /// Removals that went and count towards the limit of a day.
    pub counted_removals: u32,
    /// The same of what ended longer ago than anybody expects.
    pub counted_ended: u32,
    /// Removals that are held.
    pub held: Vec<HeldRemoval>,
    /// The command that does now what waits because files have vanished.
    pub at_once: Option<String>,
    /// What limits hold of them.
    pub limited: Option<HeldSet>,
    /// What is to be said about approvals in the files.
    pub approvals: Vec<Note>,
    /// Bindings that are not created because the server's list lacks links that exist.
    pub unlisted: u64,
    /// Steps withheld, each kind in words: `2 creations withheld by mode observe`.
    pub withheld: Vec<String>,
    /// Lines and settings that could not be resolved, each with its place.
    pub unresolved: Vec<String>,
    /// Grants that begin soon, soonest first.
    pub beginning: Vec<Beginning>,
    /// Grants that end soon, soonest first.
    pub expiring: Vec<Expiring>,
    /// Why the count of removals of the last 24 hours began at zero, if it did.
    pub uncounted: Option<String>,
    /// When steps that wait for the files to stay unchanged can be sent.
    pub quiet_at: Option<Timestamp>,
    /// The next instant at which a line begins or ends.
    pub next_instant: Option<Timestamp>,
    /// Why it ended before all its steps were sent, if it did.
    pub stopped: Option<Stop>,
    /// Why it wrote nothing, if an earlier pass found another API than before and nobody has asked for a pass since.
    pub other_api: Option<Failure>,
    /// Whether live is now as declared as it may be: the list did not move under the reader, and what was touched was
    /// read again and needs nothing.
    pub converged: bool,
    /// How long the token lives without being used, if it ends at all.
    pub token_lifetime: Option<Duration>,
    /// What the token is not good for, in words that follow "it": then what is said of access is so as far as it sees.
    pub token_lacks: Option<&'static str>,
}

/// Differences between live and declared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// Links that are declared and missing.
    pub create: u64,
    /// Links that are there and should not be.
    pub remove: u64,
    /// Links that end at another time than they should.
    pub set_end: u64,
}

/// One step, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassStep {
    /// What it does.
    pub action: Action,
    /// What became of it.
    pub became: StepResult,
    /// Who, which role and where, in names: `alice: admin on cluster-a`.
    pub what: Wording,
    /// Why, with its place, and what went wrong if something did: `not declared`, `grants.yaml:12 OPS-7`.
    pub why: String,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Gives access.
    Create,
    /// Takes it away.
    Remove,
    /// Lets the server take it away at another time.
    SetEnd,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepResult {
    /// It is so.
    Done,
    /// The server, or something in between, said no.
    Failed,
    /// The answer was lost.
    Unknown,
    /// It was not sent, because of what became of another step.
    Held,
    /// The pass ended before its turn came.
    Unsent,
}

/// A step that was sent, or is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenStep {
    /// Which it is, from pass to pass.
    pub step: Deferred,
    /// The step that it makes undone: once this is done, that one is new.
    pub undoes: Option<Deferred>,
    /// The step in words, with its sign.
    pub what: Wording,
    /// Whether it is done now.
    pub done: bool,
}

/// A removal that is not made, for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldRemoval {
    /// Who would lose which role where.
    pub what: Wording,
    /// What holds it.
    pub why: String,
}

/// What limits hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldSet {
    /// Approves exactly this set.
    pub digest: String,
    /// Which limits, and by how much, in words.
    pub exceeded: Vec<String>,
    /// Links held.
    pub links: u64,
    /// How to release them.
    pub release: Release,
    /// How many removals may have gone in the last 24 hours for these to have room, if only their count holds them.
    pub room_for: Option<u32>,
}

/// How what limits hold is released, ready to paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// What to write into one of the files: it releases exactly the held set.
    pub lines: String,
    /// What to type.
    pub command: String,
    /// Whether that, too, releases exactly the held set. Otherwise it does what is due under limits of its own.
    pub exactly: bool,
}

/// Something to be said that holds nothing up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Stable short name: `approval-ended`.
    pub code: &'static str,
    /// With its place, and what to do.
    pub text: String,
}

/// A grant that begins soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beginning {
    /// Who is to have which role where, with the place of the line.
    pub what: Wording,
    /// The instant from which it holds.
    pub from: Timestamp,
}

/// A grant that ends soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expiring {
    /// Who has which role where, with the place of the line.
    pub what: Wording,
    /// The instant from which it is gone.
    pub until: Timestamp,
}

impl PassSummary {
    /// A pass that ended so and sent nothing.
    pub const fn new(end: End) -> Self {
        let journal = JournalState::Unused;
        Self { end, revision: None, token_problem: None, journal, requests: Vec::new(), retries: 0 }
    }

    /// Steps that were tried or had their turn.
    pub(super) fn steps(&self) -> usize {
        match &self.end {
            End::Finished(finished) => finished.changes.len(),
            End::NoChange
            | End::Broken(_)
            | End::Unreachable(_)
            | End::Unauthorized(_)
            | End::Refused(_)
            | End::OtherApi(_)
            | End::Interrupted => 0,
        }
    }
}

/// Both ways in one text, with what each is for.
impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lines, command, exactly } = self;
        writeln!(
            f,
            "# in one of the files, or below `approvals:` if it is there, reviewed like every change:\n{lines}\n"
        )?;
        let what = if *exactly { "" } else { ", which does all that is due, under its own limits" };
        write!(f, "# or by hand{what}:\n{command}")
    }
}

impl Action {
    /// All of them, so that each has its metric from the start.
    pub const ALL: [Self; 3] = [Self::Create, Self::Remove, Self::SetEnd];

    /// Its name in metrics and JSON.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Remove => "remove",
            Self::SetEnd => "set_end",
        }
    }
}

impl StepResult {
    /// All of them, so that each has its metric from the start.
    pub const ALL: [Self; 5] = [Self::Done, Self::Failed, Self::Unknown, Self::Held, Self::Unsent];

    /// Its name in metrics and JSON.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Held => "held",
            Self::Unsent => "unsent",
        }
    }
}
