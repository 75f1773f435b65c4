//! Plans as files: writing one, reading one, and whether it is still what would be done.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;

use super::connect::Server;
use super::formats::Formats;
use super::narrowing::Narrowing;
use super::revision::Files;
use super::target::Target;
use super::{plan, read, values};
use crate::api::Address;
use crate::desired::{Mode, Narrow};
use crate::directory::Directory;
use crate::policy::{ChangeSet, Difference};
use crate::reconcile::{Prepared, files};
use crate::render::{self, Naming};
use crate::saved::{Asked, Commit, SavedFile, SavedPlan, SavedView, Told};

/// Something saved that is not there, or can't be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read `{0}`")]
pub(super) struct Unreadable(String, #[source] io::Error);

/// Something saved that must not be used now.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotCurrent {
    /// Something else would be done.
    #[error("the plan is stale: something else would be done now, and nothing was written")]
    Changed {
        /// What.
        differences: Vec<Difference>,
        /// What things are called, now or then.
        names: Box<Directory>,
    },
    /// What was seen is too old.
    #[error("what was seen of the server is {age} old, older than {most}")]
    TooOld {
        /// How old it is.
        age: String,
        /// How old it may be.
        most: String,
    },
    /// It is for another server.
    #[error("the plan is for {planned}, not for {asked}; no request was sent")]
    OtherServer {
        /// What it was made for.
        planned: String,
        /// What it was to be applied to.
        asked: String,
    },
}

impl NotCurrent {
    /// What to do about it.
    pub(super) fn help(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "make a new plan and look at it",
            Self::TooOld { .. } => "make it again with `grantsync snapshot`, or allow for more with `--max-age`",
            Self::OtherServer { .. } => "set WALDUR_API_URL to the server it was made for, or make a new plan",
        }
    }
}

/// What the command line asks for, as it is kept.
pub(super) fn asked(narrow: &Narrowing) -> Asked {
    let Narrowing { max_removals, max_removal_percent, max_creations, approve, no_removals, only } = narrow;
    Asked {
        mode: if *no_removals { Mode::AddOnly } else { Mode::Enforce },
        max_removals: *max_removals,
        max_removal_percent: *max_removal_percent,
        max_creations: *max_creations,
        only: only.iter().map(ToString::to_string).collect(),
        approve: approve.clone(),
    }
}

/// What a pass is narrowed to, from what is kept of it.
pub(super) fn narrow(asked: &Asked) -> Result<Narrow> {
    let only: Vec<_> =
        asked.only.iter().map(|it| values::only(it)).collect::<Result<_, _>>().map_err(anyhow::Error::msg)?;
    Ok(values::narrow(&only))
}

/// A plan as it was made.
pub(super) struct Made<'a> {
    /// When.
    pub(super) at: Timestamp,
    pub(super) read: read::Read,
    /// The commit that was read.
    pub(super) commit: Option<files::Head>,
    pub(super) asked: Asked,
    pub(super) told: Told,
    pub(super) prepared: &'a Prepared,
    /// What it rests on, if that was a file, too.
    pub(super) kept: Option<SavedView>,
}

/// The commit that files are read from, or that is checked out where they lie.
pub(super) fn commit(Files { file: paths, revision }: &Files) -> Option<files::Head> {
    match &revision.git {
        Some(rev) => files::commit(paths, rev),
        None => files::head(paths),
    }
}

/// Saves a plan.
pub(super) fn save(to: &Target, Made { at, read, commit, asked, told, prepared, kept }: Made<'_>) -> Result<()> {
    let Prepared { view, decision } = prepared;
    let plan = SavedPlan {
        made_by: env!("CARGO_PKG_VERSION").to_owned(),
        made: at,
        now: view.plan.now,
        commit: commit.map(|files::Head { id, modified }| Commit { id, modified }),
        files: read.sources.into_iter().map(SavedFile::new).collect(),
        limits: plan::overrides(&asked).over(view.desired.limits),
        asked,
        told,
        bindings: view.desired.bindings.iter().map(|it| it.binding).collect(),
        view: kept.unwrap_or_else(|| SavedView::new(view.directory.clone(), view.snapshot.clone(), at)),
        changes: ChangeSet::of(decision),
    };
    to.write(&plan.write()?)
}

/// Reads a saved plan.
pub(super) fn read(path: &Path) -> Result<SavedPlan> {
    Ok(SavedPlan::read(&text(path)?)?)
}

/// Reads what is in a saved file.
pub(super) fn text(path: &Path) -> Result<String, Unreadable> {
    fs::read_to_string(path).map_err(|error| Unreadable(path.display().to_string(), error))
}

/// Refuses a plan for another server, before any request.
pub(super) fn same_server(plan: &SavedPlan, Server { url, .. }: &Server) -> Result<()> {
    let planned = plan.view.snapshot.observation.server.clone();
    let Some(url) = url else { return Ok(()) };
    let asked = Address::parse(url)?.to_string();
    if asked == planned { Ok(()) } else { Err(NotCurrent::OtherServer { planned, asked }.into()) }
}

/// Refuses a plan when something else would be done now, and says what.
pub(super) fn same_changes(plan: &SavedPlan, Prepared { view, decision }: &Prepared, formats: &Formats) -> Result<()> {
    let differences = plan.changes.differences(&ChangeSet::of(decision));
    if differences.is_empty() {
        return Ok(());
    }
    let names = Box::new(names(plan, view.directory.clone()));
    // Whoever reads another format finds them in it.
    if formats.for_people() {
        formats.line(&render::differences(&differences, &Naming::new(&names)))?;
    }
    Err(NotCurrent::Changed { differences, names }.into())
}

/// The names of both times.
fn names(plan: &SavedPlan, mut names: Directory) -> Directory {
    let Directory { resources, roles, users } = plan.view.directory.clone();
    for (id, it) in resources {
        names.resources.entry(id).or_insert(it);
    }
    for (id, it) in roles {
        names.roles.entry(id).or_insert(it);
    }
    for (id, it) in users {
        names.users.entry(id).or_insert(it);
    }
    names
}
