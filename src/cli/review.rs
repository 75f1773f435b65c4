//! `review`: who has access, since when, why and until when. It looks, and changes nothing.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};

use super::connect::{Connection, Server, connect};
use super::error::Result;
use super::history::{events, read_all};
use super::narrowing::request;
use super::revision::Files;
use super::values::span;
use super::which_links::WhichLinks;
use super::{Exit, exit, output, read};
use crate::access::{AccessInput, AccessRow, access};
use crate::desired::{Named, PassFilter, Picked, Visibility};
use crate::history::join;
use crate::journal::steps;
use crate::reconcile::{Prepared, prepare};
use crate::render::{self, access as shown};
use crate::saved::PlanOptions;

/// `review`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Review {
    /// Which links.
    #[command(flatten)]
    which: WhichLinks,
    /// Only what ends within this time.
    #[arg(long, value_name = "DURATION", value_parser = span, conflicts_with = "without_end")]
    ends_within: Option<Duration>,
    /// Only what never ends.
    #[arg(long)]
    without_end: bool,
    /// Only what no line of the files asks for now.
    #[arg(long)]
    undeclared: bool,
    /// A journal, which knows by which commit access was given; can be repeated.
    #[arg(long, env = "GRANTSYNC_JOURNAL", value_name = "FILE")]
    journal: Vec<PathBuf>,
    /// How many days back the server's log is read: it tells who gave access, in git or outside of it.
    #[arg(long, env = "GRANTSYNC_LOG_DAYS", default_value = "90", value_name = "DAYS",
          value_parser = clap::value_parser!(u16).range(1..))]
    log_days: u16,
    /// A table for people, CSV for spreadsheets, Markdown for issues, or JSON for programs.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReviewFormat,
    /// Files.
    #[command(flatten)]
    files: Files,
    /// Server.
    #[command(flatten)]
    server: Server,
}

/// How access is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReviewFormat {
    /// A table.
    Text,
    /// CSV by RFC 4180.
    Csv,
    /// A table in Markdown.
    Markdown,
    /// JSON, version 1.
    Json,
}

pub(super) async fn run(arguments: &Review) -> Result<Exit> {
    let Review { which, journal, log_days, format, files, server, .. } = arguments;
    let pick = match which.filter() {
        Ok(pick) => pick,
        Err(problems) => {
            read::refuse("invalid arguments", &problems);
            return Ok(Exit::Usage);
        }
    };
    let read = read::files(&files.file, &files.revision).await?;
    let lines = read_all(journal)?;
    let Connection { client, sandbox: _sandbox } = connect(server).await?;
    let only = PassFilter::default();
    let request = request(&read.document, &PlanOptions::default(), &only);
    let Prepared { view, .. } = prepare(&client, &request).await?;
    let picked = match pick.resolve(&view.directory, Visibility::Everything) {
        Ok(picked) => picked,
        Err(problems) => {
            read::refuse("invalid arguments", &problems);
            return Ok(Exit::Refused);
        }
    };
    let now = request.now;
    let since = now - SignedDuration::from_hours(24 * i64::from(*log_days));
    let events = events(&client, since).await.unwrap_or_default();
    let facts = join(&steps(&lines), &events);
    let (snapshot, desired, directory) = (&view.snapshot, &view.desired, &view.directory);
    let rows = access(AccessInput { snapshot, desired, directory, facts: &facts, now });
    let rows: Vec<_> = rows.into_iter().filter(|it| meets(it, &picked) && fits(it, arguments, now)).collect();
    output::say(&render::banner(&snapshot.observation));
    output::data(&match format {
        ReviewFormat::Text => shown::text(&rows),
        ReviewFormat::Csv => shown::csv(&rows),
        ReviewFormat::Markdown => shown::markdown(&rows),
        ReviewFormat::Json => shown::json(&rows),
    })?;
    if *format == ReviewFormat::Text {
        output::say(&format!("{}\n", render::counted(rows.len(), ["link", "links"])));
    }
    Ok(Exit::Done)
}

fn meets(row: &AccessRow, Picked { resources, roles, users }: &Picked) -> bool {
    let role = |it: &Named<_>| match it {
        Named::Id(id) => *id == row.ids.role,
        Named::Name(name) => **name == row.role,
    };
    let user = |it: &Named<_>| match it {
        Named::Id(id) => *id == row.ids.user,
        Named::Name(name) => **name == row.username,
    };
    (resources.is_empty() || resources.contains(&row.ids.resource))
        && (roles.is_empty() || roles.iter().any(role))
        && (users.is_empty() || users.iter().any(user))
}

fn fits(row: &AccessRow, arguments: &Review, now: Timestamp) -> bool {
    let Review { ends_within, without_end, undeclared, .. } = arguments;
    let by = ends_within.map(|it| {
        let within = SignedDuration::try_from(it).unwrap_or(SignedDuration::MAX);
        now.saturating_add(within).unwrap_or(Timestamp::MAX)
    });
    by.is_none_or(|by| row.until.is_some_and(|it| it <= by))
        && (!without_end || row.until.is_none())
        && (!undeclared || row.declared_at.is_empty())
}
