//! `plan`: what `apply` would do. It is the verb that does not call it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::change::PlannedChange;
use super::connect::{Connection, Server, connect};
use super::error::Result;
use super::forge::forge;
use super::formats::{Formats, Reporter, detail};
use super::narrowing::{self, Narrowing, request};
use super::revision::Files;
use super::roles::CreateRoles;
use super::target::{self, Inputs, Target};
use super::values::{When, duration, risk, span, switch};
use super::{Exit, exit, live, read, revision, saved};
use crate::reconcile::review;
use crate::render::{SnapshotAge, Verb};
use crate::saved::ChangeInfo;

/// `plan`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Plan {
    /// Exits with 2 if changes are pending, and with 3 if removals are held.
    #[arg(long, env = "GRANTSYNC_DETAILED_EXITCODE", value_parser = switch())]
    pub(super) detailed_exitcode: bool,
    /// Shows the links now and afterwards as a YAML diff.
    #[arg(long, env = "GRANTSYNC_DIFF", value_parser = switch())]
    pub(super) diff: bool,
    /// Roles.
    #[command(flatten)]
    pub(super) create_roles: CreateRoles,
    /// Shows risks and numbers only.
    #[arg(long, env = "GRANTSYNC_SUMMARY", value_parser = switch(), conflicts_with = "diff")]
    pub(super) summary: bool,
    /// Saves the plan, for `show` and `apply`. It contains the files and the snapshot of the server, and no part of the
    /// token.
    #[arg(short, long, value_name = "FILE", conflicts_with = "create_roles")]
    pub(super) output: Option<PathBuf>,
    /// Uses a file from `snapshot -o` instead of a server. Sends nothing, and needs no token.
    #[arg(long, env = "GRANTSYNC_LIVE", value_name = "FILE", conflicts_with = "sandbox")]
    pub(super) live: Option<PathBuf>,
    /// How old that file may be.
    #[arg(long, env = "GRANTSYNC_MAX_AGE", default_value = "24h", value_name = "DURATION", value_parser = duration)]
    pub(super) max_age: Duration,
    /// Separates the changes since this commit, e.g. `origin/main`, from drift.
    #[arg(long, env = "GRANTSYNC_BASE", value_name = "REV")]
    pub(super) base: Option<String>,
    /// Plans for another time: a day (00:00 in the time zone of the files) or a timestamp like `2027-01-01T12:00:00Z`.
    #[arg(long, env = "GRANTSYNC_AS_OF", value_name = "WHEN")]
    pub(super) as_of: Option<When>,
    /// Warns about grants that end within this time; `0s` for none.
    #[arg(long, env = "GRANTSYNC_EXPIRING_WITHIN", default_value = "14d", value_name = "DURATION", value_parser = span)]
    pub(super) expiring_within: Duration,
    /// The username of the author of the change. It is a risk if authors give access to themselves.
    #[arg(long, env = "GRANTSYNC_AUTHOR", value_name = "USERNAME")]
    pub(super) author: Option<String>,
    /// Exits with 4 if one of these risks is found, e.g. `leaves-management,end-extended`; can be repeated.
    #[arg(long, env = "GRANTSYNC_FAIL_ON", value_name = "RISK", value_delimiter = ',', value_parser = risk)]
    pub(super) fail_on: Vec<&'static str>,
    /// Files.
    #[command(flatten)]
    pub(super) files: Files,
    /// Server.
    #[command(flatten)]
    pub(super) server: Server,
    /// Output.
    #[command(flatten)]
    pub(super) formats: Formats,
    /// Limits and narrowing.
    #[command(flatten)]
    pub(super) narrow: Narrowing,
}

pub(super) async fn run(arguments: &Plan, verbose: u8) -> Result<Exit> {
    let Plan { files, server, formats, output: to, live, .. } = arguments;
    let inputs = Inputs::new(&files.file, target::settings(server).chain(live.as_deref()));
    inputs.protect(formats.paths().chain(to.as_deref()))?;
    let ended = plan(arguments, verbose).await;
    arguments.formats.end(Verb::Plan, ended)
}

async fn plan(arguments: &Plan, verbose: u8) -> Result<Exit> {
    let Plan { files, server, formats, narrow, detailed_exitcode, diff, output: to, live, max_age, .. } = arguments;
    let Plan { base, author, as_of, expiring_within, fail_on, summary, create_roles, .. } = arguments;
    let (read, commit) = match to {
        Some(_) => read::with_commit(&files.file, &files.revision).await?,
        None => (read::files(&files.file, &files.revision).await?, None),
    };
    formats.open()?;
    let save_to = to.as_deref().map(Target::open).transpose()?;
    let asked = create_roles.narrow(narrow.asked());
    let only = narrowing::narrow(&asked)?;
    let kept = live.as_deref().map(|it| live::view(it, *max_age)).transpose()?;
    let mut request = request(&read.document, &asked, &only);
    let made = request.now;
    let seen = kept.as_ref().map(|it| SnapshotAge::new(it.seen, made, it.everybody));
    if let Some(when) = as_of {
        request.now = when.instant(read.document.timezone.as_deref())?;
    }
    let base = match base {
        Some(rev) => Some(revision::base(&files.file, rev).await?),
        None => None,
    };
    let told = ChangeInfo { author: author.clone(), expiring_within: *expiring_within, base };
    let (connection, (mut prepared, roles)) = if let (Some(kept), Some(seen)) = (&kept, seen) {
        formats.line(&live::heading(kept, seen))?;
        let prepared = review(kept.directory.clone(), kept.snapshot.clone(), &request)?;
        (None, create_roles.review(prepared, &request)?)
    } else {
        let connection = connect(server).await?;
        let prepared = create_roles.prepare(&connection.client, &request).await?;
        (Some(connection), prepared)
    };
    let client = connection.as_ref().map(|Connection { client, sandbox: _ }| client);
    let mut change = PlannedChange::of(&request, &told, seen, &mut prepared, client).await?;
    let rev = told.base.as_ref().map(|it| it.revision.as_str());
    change.forge = forge(&files.file, &files.revision, rev);
    let (change, roles) = (&change, &roles);
    let detail = detail(verbose, *summary);
    let reporter = Reporter { verb: Verb::Plan, formats, detail, diff: *diff, read: &read, change, roles };
    reporter.show(&prepared)?;
    reporter.tell(&prepared, None)?;
    let risky = change.has_risk(fail_on, &read, &prepared);
    if let Some(target) = save_to {
        let prepared = &prepared;
        saved::save(&target, saved::NewPlan { at: made, read, commit, asked, told, prepared, kept })?;
    }
    Ok(match Exit::of_plan(&prepared.decision, *detailed_exitcode) {
        _ if risky => Exit::Incomplete,
        Exit::Done if *detailed_exitcode && !roles.plan.is_empty() => Exit::Pending,
        exit => exit,
    })
}
