//! Plans as files: writing one, reading one, and whether it is still what would be done.

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::connect::Server;
use super::error::{Details, Error, Result};
use super::formats::Formats;
use super::narrowing::overrides;
use super::target::Target;
use super::{Exit, read};
use crate::api::Address;
use crate::directory::Directory;
use crate::policy::ChangeSet;
use crate::reconcile::Prepared;
use crate::render;
use crate::saved::{ChangeInfo, Commit, PlanOptions, SavedFile, SavedPlan, SavedView};

/// A plan as it was made.
pub(super) struct NewPlan<'a> {
    /// When.
    pub(super) at: Timestamp,
    pub(super) read: read::Read,
    /// The commit that was read.
    pub(super) commit: Option<Commit>,
    pub(super) asked: PlanOptions,
    pub(super) told: ChangeInfo,
    pub(super) prepared: &'a Prepared,
    /// What it rests on, if that was a file, too.
    pub(super) kept: Option<SavedView>,
}

/// Saves a plan.
pub(super) fn save(to: &Target, NewPlan { at, read, commit, asked, told, prepared, kept }: NewPlan<'_>) -> Result<()> {
    let Prepared { view, decision } = prepared;
    let plan = SavedPlan {
        made_by: env!("CARGO_PKG_VERSION").to_owned(),
        made: at,
        now: view.plan.now,
        commit,
        files: read.sources.into_iter().map(SavedFile::new).collect(),
        limits: overrides(&asked).over(view.desired.limits),
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
pub(super) fn text(path: &Path) -> Result<String> {
    let unreadable =
        |it| Error { exit: Exit::Invalid, ..Error::from(it).context(format!("could not read `{}`", path.display())) };
    fs::read_to_string(path).map_err(unreadable)
}

/// Refuses a plan for another server, before any request.
pub(super) fn same_server(plan: &SavedPlan, Server { url, .. }: &Server) -> Result<()> {
    let planned = plan.view.snapshot.observation.server.clone();
    let Some(url) = url else { return Ok(()) };
    let asked = Address::parse(url)?.to_string();
    if asked == planned {
        return Ok(());
    }
    let message = format!("the plan is for {planned}, not for {asked}; no request was sent");
    let help = "set WALDUR_API_URL to the server it was made for, or make a new plan";
    Err(Error::new(Exit::Stale, message).help(help))
}

/// Refuses a plan when something else would be done now, and says what.
pub(super) fn same_changes(plan: &SavedPlan, Prepared { view, decision }: &Prepared, formats: &Formats) -> Result<()> {
    let differences = plan.changes.differences(&ChangeSet::of(decision));
    if differences.is_empty() {
        return Ok(());
    }
    let names = names(plan, view.directory.clone());
    // Whoever reads another format finds them in it.
    if formats.for_people() {
        formats.line(&render::differences(&differences, &formats.naming_for_people(&names)))?;
    }
    let message = "the plan is stale: something else would be done now, and nothing was written";
    let error = Error::new(Exit::Stale, message).help("make a new plan and look at it");
    Err(error.showing(Details::Stale { differences, names }))
}

/// The names of both times.
fn names(plan: &SavedPlan, mut names: Directory) -> Directory {
    let Directory { resources, roles, users, aliases: _ } = plan.view.directory.clone();
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
