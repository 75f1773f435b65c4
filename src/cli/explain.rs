//! `explain`: why somebody has, gets, loses or lacks a role. It looks, and changes nothing.

use clap::{ArgGroup, Args};
use jiff::{SignedDuration, Timestamp};

use super::connect::{Connection, Server, connect};
use super::error::Result;
use super::narrowing::request;
use super::revision::Files;
use super::values::link_id;
use super::{Exit, exit, output, read};
use crate::api::Client;
use crate::binding::LinkId;
use crate::desired::{PassFilter, ResolvedPassFilter};
use crate::diagnostic::Diagnostic;
use crate::explain::{ExplainInput, Explanation, History, Question, explain};
use crate::reconcile::{self, Prepared, View, files, prepare};
use crate::render::{self, ExplainContext, Naming};
use crate::saved::PlanOptions;
use crate::snapshot::Caller;

/// `explain`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
#[command(group = ArgGroup::new("about").args(["link", "user", "resource"]).required(true).multiple(true))]
pub(super) struct Explain {
    /// A link, by its id.
    #[arg(value_name = "LINK", value_parser = link_id, conflicts_with_all = ["user", "resource"])]
    link: Option<LinkId>,
    /// A user: which roles, and why, everywhere or on the resource. A username, a UUID, or `name:…` for a username that
    /// looks like something else.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// A resource: who has, gets or loses which role there, and why. A name, a UUID, or `{name: …, project: …}`.
    #[arg(long, value_name = "RESOURCE")]
    resource: Option<String>,
    /// How many days back the server's log is read: it tells who made and removed links, in git or outside of it.
    #[arg(long, env = "GRANTSYNC_LOG_DAYS", default_value = "90", value_name = "DAYS",
          value_parser = clap::value_parser!(u16).range(1..))]
    log_days: u16,
    /// Files.
    #[command(flatten)]
    files: Files,
    /// Server.
    #[command(flatten)]
    server: Server,
}

pub(super) async fn run(arguments: &Explain, verbose: u8) -> Result<Exit> {
    let Explain { link, user, resource, log_days, files, server } = arguments;
    let read = read::files(&files.file, &files.revision).await?;
    let mut only = PassFilter::default();
    let read_user = user.as_deref().map_or(Ok(()), |it| only.user("--user", it));
    let read_resource = resource.as_deref().map_or(Ok(()), |it| only.resource("--resource", it));
    if let Err(problems) = read_user.and(read_resource) {
        return Ok(refuse(&problems, Exit::Usage));
    }
    let Connection { client, sandbox: _sandbox } = connect(server).await?;
    let request = request(&read.document, &PlanOptions::default(), &only);
    let Prepared { view, decision } = match prepare(&client, &request).await {
        Err(reconcile::Error::PassFilter(problems)) => return Ok(refuse(&problems, Exit::Refused)),
        prepared => prepared?,
    };
    let asked = only.resolve(&view.directory).unwrap_or_default();
    let Some(question) = question(*link, &asked, &view) else { return Ok(unknown(*link)) };
    let known = ExplainInput {
        document: &read.document,
        desired: &view.desired,
        directory: &view.directory,
        decision: &decision,
    };
    let explanation = explain(question, known);
    let since = request.now - SignedDuration::from_hours(24 * i64::from(*log_days));
    let history = history(&client, &view, &explanation, files.revision.git.clone(), since).await?;
    output::say(&render::banner(&view.snapshot.observation));
    let naming = Naming::new(&view.directory);
    let naming = if verbose > 0 { naming.with_ids() } else { naming };
    let beside = ExplainContext { history: &history, directory: &view.directory, limited: &decision.limited };
    output::data(&render::explain(&explanation, beside, &naming))?;
    Ok(Exit::Done)
}

/// What is asked, in ids.
fn question(link: Option<LinkId>, asked: &ResolvedPassFilter, view: &View) -> Option<Question> {
    if let Some(id) = link {
        let link = view.snapshot.links.iter().find(|it| it.id == id)?;
        return Some(Question::Binding(link.binding));
    }
    let user = asked.users.as_ref().and_then(|it| it.first().copied());
    let resource = asked.resources.as_ref().and_then(|it| it.first().copied());
    match (resource, user) {
        (Some(resource), Some(user)) => Some(Question::Pair(resource, user)),
        (Some(resource), None) => Some(Question::Resource(resource)),
        (None, user) => user.map(Question::User),
    }
}

fn unknown(link: Option<LinkId>) -> Exit {
    let id = link.map(|it| it.to_string()).unwrap_or_default();
    output::say(&format!(
        "error: there is no link `{id}` that this token can see\n  help: a link goes with its user, its role or its \
         resource, and its id never comes back; ask with `--user` and `--resource`\n"
    ));
    Exit::Refused
}

/// What git remembers of the lines, and the server of the links; each as far as it can be had.
async fn history(
    client: &Client,
    view: &View,
    explanation: &Explanation,
    rev: Option<String>,
    since: Timestamp,
) -> Result<History> {
    let places = explanation.places();
    let authors = tokio::task::spawn_blocking(move || files::authors(&places, rev.as_deref())).await?;
    let Caller { username, is_staff, is_support, .. } = &view.snapshot.observation.caller;
    let mut history = History { authors, events: Vec::new(), since: None, ours: username.clone() };
    // Others are shown an empty log.
    if *is_staff || *is_support {
        match client.events(since).await {
            Ok(events) => {
                history.events = events;
                history.since = Some(since);
            }
            Err(error) => output::say(&format!("note: the server's log can't be read: {error}\n")),
        }
    }
    Ok(history)
}

fn refuse(problems: &[Diagnostic], exit: Exit) -> Exit {
    read::refuse("what is asked about can't be told", problems);
    exit
}
