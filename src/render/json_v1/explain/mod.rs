//! Why somebody has, gets, loses or lacks a role, as JSON.

mod fill;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::steps::{Hold, Why};
use super::words::{Finding, Instant, Line, Link, Place, Resource, Role, User, Version};
use crate::explain::Explanation;
use crate::plan::{Keep, Skip};
use crate::render::json::write;
use crate::render::{ExplainContext, Naming};

/// What `explain` prints as JSON.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "grantsync explain, version 1")]
struct Document<'a> {
    version: Version,
    /// The resource that was asked about; null: any.
    resource: Option<Resource<'a>>,
    /// The user who was asked about; null: anybody.
    user: Option<User<'a>>,
    /// The roles that were asked about; null: all.
    roles: Option<Vec<Role<'a>>>,
    /// What explains more than one binding.
    facts: Vec<Fact>,
    /// Every binding that is live, that some line asks for, or that the log knows.
    bindings: Vec<Binding<'a>>,
    /// For a user on a resource: the other roles there are.
    others: Vec<Role<'a>>,
    /// What only the log knows, by name.
    logged: Vec<Logged<'a>>,
    /// Lines that could not be resolved, and might mean something of this.
    unresolved: Vec<Uncertain<'a>>,
    /// Since when the server's log was read; null if it could not be read.
    log_since: Option<Instant>,
}

/// What explains more than one binding.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Fact {
    /// No link of the user is ever removed.
    Protected,
    /// The account is not active: nothing can be created for it.
    Inactive,
    /// The resource is terminated: nothing is created or removed there.
    Terminated,
    /// There is no scope, and no line names the resource: nothing is removed there.
    NotNamed,
}

/// All about one binding.
#[derive(Debug, Serialize, JsonSchema)]
struct Binding<'a> {
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    /// Its live links, the one that stays first.
    links: Vec<LiveLink<'a>>,
    /// Why it is not live; null if it is, or if no line asks for it.
    absent: Option<Absent>,
    /// The lines that ask for it, whatever their time is.
    lines: Vec<Declaration<'a>>,
    /// What the server's log says of links of these names: first what made a live link, then the newest.
    events: Vec<Event<'a>>,
}

/// A live link, and what becomes of it.
#[derive(Debug, Serialize, JsonSchema)]
struct LiveLink<'a> {
    #[serde(flatten)]
    link: Link<'a>,
    status: Status,
    /// Why it is or would be removed; null if it is not.
    why: Option<Why>,
    /// What holds its removal; null if nothing does.
    hold: Option<Hold<'a>>,
    /// Why it stays although no line asks for it; null if that is not so.
    keep: Option<Keep>,
    /// The other end it is to get; null if none is due.
    end: Option<End<'a>>,
}

/// What becomes of a live link.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Status {
    /// It stays: some line asks for it.
    InSync,
    /// It is removed.
    Removed,
    /// It would be removed, and less was asked for.
    Withheld,
    /// It would be removed, and something holds that.
    Held,
    /// It stays, although no line asks for it.
    Kept,
    /// It is out of scope.
    OutOfScope,
}

/// Another end for a link.
#[derive(Debug, Serialize, JsonSchema)]
struct End<'a> {
    /// When the server is to end it; null: never.
    ends: Option<Instant>,
    status: EndStatus,
    /// What holds the change; null if nothing does.
    hold: Option<Hold<'a>>,
    /// Why it is not changed; null if it is.
    skip: Option<Skip>,
}

/// What becomes of the change of an end.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum EndStatus {
    /// It is changed.
    Changed,
    /// It would be changed, and less was asked for.
    Withheld,
    /// It would be changed, and something holds that.
    Held,
    /// It is not changed.
    Skipped,
}

/// Why something that a line asks for is not live.
#[derive(Debug, Serialize, JsonSchema)]
struct Absent {
    status: AbsentStatus,
    /// Why it is not created; null if it is.
    skip: Option<Skip>,
}

/// Why something that a line asks for is not live.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum AbsentStatus {
    /// It is created.
    Created,
    /// It would be created, and less was asked for.
    Withheld,
    /// It is not created.
    Skipped,
    /// Its time has not come.
    NotBegun,
    /// Its time is over.
    Ended,
}

/// A line that asks for a binding.
#[derive(Debug, Serialize, JsonSchema)]
struct Declaration<'a> {
    #[serde(flatten)]
    line: Line<'a>,
    phase: Phase,
    /// For a user who came through groups: where the innermost of them names the user.
    member: Option<Place<'a>>,
    /// Who last changed the line and, for a user who came through groups, the one that names the user.
    changes: Vec<Change<'a>>,
}

/// Where in its life a line is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Phase {
    /// Its `from` lies ahead.
    NotBegun,
    /// It holds.
    Alive,
    /// Its `until` has passed.
    Ended,
}

/// Who last changed a line, as git knows.
#[derive(Debug, Serialize, JsonSchema)]
struct Change<'a> {
    file: &'a str,
    /// From 1.
    line: u32,
    /// Null if it is not committed yet.
    commit: Option<Commit<'a>>,
}

/// A commit.
#[derive(Debug, Serialize, JsonSchema)]
struct Commit<'a> {
    id: &'a str,
    author: &'a str,
    at: Instant,
    /// The first line of the message.
    summary: &'a str,
}

/// An entry of the server's log.
#[derive(Debug, Serialize, JsonSchema)]
struct Event<'a> {
    at: Instant,
    what: What,
    /// The username of who did it; null: the server itself.
    by: Option<&'a str>,
    /// Whether somebody else did what no line asks for. Only the first one is why things are as they are.
    outside_of_git: bool,
}

/// What happened.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum What {
    /// A link was created.
    Created,
    /// A link was removed.
    Removed,
}

/// A link that only the log knows. The log knows names.
#[derive(Debug, Serialize, JsonSchema)]
struct Logged<'a> {
    resource: &'a str,
    role: &'a str,
    username: &'a str,
    /// The newest first.
    events: Vec<Event<'a>>,
}

/// A line that could not be resolved.
#[derive(Debug, Serialize, JsonSchema)]
struct Uncertain<'a> {
    finding: Finding<'a>,
    phase: Phase,
    /// Whether what it probably means is what was asked about.
    probably: bool,
}

/// An explanation, indented, with a line break at the end.
pub fn explain(explanation: &Explanation, beside: ExplainContext<'_>, naming: &Naming<'_>) -> String {
    write(&Document::new(explanation, beside, naming.into()))
}

/// The published schema of it, `schemas/explain.v1.json`.
pub fn explain_schema() -> String {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    write(&settings.into_generator().into_root_schema_for::<Document<'_>>())
}
