//! `history`: what happened, from the journal and from the server's log. It looks, and changes nothing.

mod verify;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::connect::{Connection, Server, connect};
use super::error::{Context as _, Error, Result};
use super::values::since;
use super::{Exit, output};
use crate::api::Client;
use crate::event::Event;
use crate::history::{Fact, FactFilter, join};
use crate::journal::{Journal, Line, steps};
use crate::render::history;

/// `history`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct History {
    /// Checks that no line of a journal was changed, added or removed.
    #[command(subcommand)]
    verify: Option<Check>,
    /// A journal that `--journal` of `apply` or `run` has written; can be repeated, e.g. for one that was rotated.
    #[arg(long, env = "GRANTSYNC_JOURNAL", value_name = "FILE")]
    journal: Vec<PathBuf>,
    /// Since then: a time ago like `7d` or `36h`, a day, or an instant.
    #[arg(long, value_name = "WHEN", default_value = "90d", value_parser = since)]
    since: Timestamp,
    /// Only of this user, by username or UUID; can be repeated.
    #[arg(long, value_name = "USER")]
    user: Vec<String>,
    /// Only on this resource, by name or UUID; can be repeated.
    #[arg(long, value_name = "RESOURCE")]
    resource: Vec<String>,
    /// Only with this role, by name or UUID; can be repeated.
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// Only of this pass.
    #[arg(long, value_name = "PASS")]
    pass: Option<String>,
    /// Only by this commit: its id, or the beginning of it.
    #[arg(long, value_name = "COMMIT")]
    commit: Option<String>,
    /// Text for people, JSON for programs, or CSV for spreadsheets.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: HistoryFormat,
    /// Shows the links that were removed as bindings to paste into a file, instead.
    #[arg(long, conflicts_with = "format")]
    as_yaml: bool,
    /// Server.
    #[command(flatten)]
    server: Server,
}

/// What else `history` does.
#[derive(Debug, Subcommand)]
enum Check {
    /// Checks that no line of a journal was changed, added or removed.
    Verify(verify::Verify),
}

/// How facts are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HistoryFormat {
    /// Text.
    Text,
    /// JSON, version 1.
    Json,
    /// CSV by RFC 4180.
    Csv,
}

pub(super) async fn run(arguments: &History) -> Result<Exit> {
    let History { verify, journal, since, format, as_yaml, server, .. } = arguments;
    if let Some(Check::Verify(arguments)) = verify {
        return verify::run(arguments);
    }
    let lines = read_all(journal)?;
    let events = if has_server(server) { logged(server, *since).await } else { None };
    if journal.is_empty() && events.is_none() {
        let help = "name a journal with `--journal`, or a server whose log this token may read";
        return Err(Error::new(Exit::Refused, "there is nothing to read").help(help));
    }
    let facts = join(&steps(&lines), events.as_deref().unwrap_or_default());
    let filter = filter(arguments);
    let facts: Vec<Fact> = facts.into_iter().filter(|it| filter.meets(it)).collect();
    output::data(&match (as_yaml, format) {
        (true, _) => history::yaml(&facts),
        (_, HistoryFormat::Text) => history::text(&facts),
        (_, HistoryFormat::Json) => history::json(&facts),
        (_, HistoryFormat::Csv) => history::csv(&facts),
    })?;
    if facts.is_empty() {
        output::say("nothing happened that fits\n");
    }
    Ok(Exit::Done)
}

fn filter(arguments: &History) -> FactFilter {
    FactFilter {
        since: Some(arguments.since),
        users: arguments.user.clone(),
        resources: arguments.resource.clone(),
        roles: arguments.role.clone(),
        pass: arguments.pass.clone(),
        commit: arguments.commit.clone(),
    }
}

fn has_server(server: &Server) -> bool {
    server.url.is_some() || server.sandbox.0.is_some()
}

/// The server's log, if it can be read.
async fn logged(server: &Server, since: Timestamp) -> Option<Vec<Event>> {
    match connect(server).await {
        Ok(Connection { client, sandbox: _sandbox }) => events(&client, since).await,
        Err(error) => {
            output::say(&format!("note: the server's log can't be read: {error}\n"));
            None
        }
    }
}

/// The log of a server, if this token is shown it.
pub(super) async fn events(client: &Client, since: Timestamp) -> Option<Vec<Event>> {
    let read = async {
        let caller = client.caller().await?;
        if !caller.is_staff && !caller.is_support {
            return Err(Error::new(Exit::Refused, "only staff and support can read it"));
        }
        Ok::<_, Error>(client.events(since).await?)
    };
    match read.await {
        Ok(events) => Some(events),
        Err(error) => {
            output::say(&format!("note: the server's log can't be read: {error}\n"));
            None
        }
    }
}

/// The lines of journals. What is wrong with one is a note: the rest still tells something.
pub(super) fn read_all(paths: &[PathBuf]) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for path in paths {
        let read = read(path)?;
        if let Some(fault) = read.faults.first() {
            let path = path.display();
            output::say(&format!("note: `{path}`:{}: {}; see `grantsync history verify`\n", fault.line, fault.kind));
        }
        lines.extend(read.lines.into_iter().map(|(_, _, line)| line));
    }
    lines.sort_by_key(|it| it.at);
    Ok(lines)
}

fn read(path: &Path) -> Result<Journal> {
    let bytes = std::fs::read(path).context(|| format!("could not read `{}`", path.display()))?;
    Journal::read(&String::from_utf8_lossy(&bytes), None).map_err(|error| {
        let message = format!("could not read `{}`: {error}", path.display());
        Error::new(Exit::Invalid, message).help("use the newer build of grantsync")
    })
}
