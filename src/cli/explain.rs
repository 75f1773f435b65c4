//! `explain`: why somebody has, gets, loses or lacks a role. It looks, and changes nothing.

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};

use super::connect::{Connection, Server, connect};
use super::error::{Result, about_option};
use super::narrowing::request;
use super::revision::Files;
use super::values::{link_id, switch};
use super::{Exit, exit, output, read};
use crate::api::Client;
use crate::binding::LinkId;
use crate::desired::{LinkFilter, PassFilter, ResolvedPassFilter};
use crate::diagnostic::Diagnostic;
use crate::directory::Directory;
use crate::explain::{ExplainInput, Explanation, History, LogFilter, Question, about, explain};
use crate::reconcile::{self, Prepared, View, files, prepare};
use crate::render::{self, ExplainContext, Naming, People, visible};
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
    /// Only this role, by name or UUID; a name means that name in every offering; can be repeated.
    #[arg(long, value_name = "ROLE", value_parser = NonEmptyStringValueParser::new(), conflicts_with = "link")]
    role: Vec<String>,
    /// Text for people, or JSON, version 1, for programs (`grantsync schema explain`).
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ExplainFormat,
    /// Shows people's full names in JSON, too; text always does.
    #[arg(long, env = "GRANTSYNC_NAMES", value_parser = switch())]
    names: bool,
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

/// How an answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    /// Text.
    Text,
    /// JSON, version 1.
    Json,
}

pub(super) async fn run(arguments: &Explain, verbose: u8) -> Result<Exit> {
    let Explain { link, user, resource, role, format, names, log_days, files, server } = arguments;
    let read = read::files(&files.file, &files.revision).await?;
    let mut only = PassFilter::default();
    let read_user = user.as_deref().map_or(Ok(()), |it| only.user("--user", it));
    let read_resource = resource.as_deref().map_or(Ok(()), |it| only.resource("--resource", it));
    if let Err(problems) = read_user.and(read_resource) {
        return Ok(refuse(&problems, Exit::Usage));
    }
    let roles = match LinkFilter::new(&[], role, &[]) {
        Ok(roles) => roles,
        Err(problems) => return Ok(refuse(&problems, Exit::Usage)),
    };
    let Connection { client, sandbox: _sandbox } = connect(server).await?;
    let request = request(&read.document, &PlanOptions::default(), &only);
    let Prepared { view, decision } = match prepare(&client, &request).await {
        Err(reconcile::Error::PassFilter(problems)) => {
            let filter =
                LogFilter { user: only.named_user(), resource: only.named_resource(), roles: roles.role_names() };
            return only_logged(&client, problems, &filter, since(*log_days), *format).await;
        }
        prepared => prepared?,
    };
    let asked = only.resolve(&view.directory).unwrap_or_default();
    let Some(question) = question(*link, &asked, &view) else { return Ok(unknown(*link)) };
    let question = match roles.roles_meant(&view.directory) {
        Ok(roles) => Question { roles: roles.or(question.roles), ..question },
        Err(problems) => return Ok(refuse(&problems, Exit::Refused)),
    };
    let known = ExplainInput {
        document: &read.document,
        desired: &view.desired,
        directory: &view.directory,
        decision: &decision,
    };
    let mut explanation = explain(question, known);
    let places = explanation.places();
    let rev = files.revision.git.clone();
    let authors = tokio::task::spawn_blocking(move || files::authors(&places, rev.as_deref())).await?;
    let logged = logged(&client, &view.snapshot.observation.caller, since(*log_days)).await;
    let history = History { authors, ..logged };
    explanation.remember(&history.events, &view.directory);
    output::say(&render::banner(&view.snapshot.observation));
    let people = if *names || *format == ExplainFormat::Text { People::FullNames } else { People::Usernames };
    let naming = Naming::new(&view.directory).with(people);
    let naming = if verbose > 0 { naming.with_ids() } else { naming };
    let beside = ExplainContext { history: &history, directory: &view.directory, limited: &decision.limited };
    show(&explanation, beside, &naming, *format)
}

/// What is asked, in ids.
fn question(link: Option<LinkId>, asked: &ResolvedPassFilter, view: &View) -> Option<Question> {
    if let Some(id) = link {
        let link = view.snapshot.links.iter().find(|it| it.id == id)?;
        return Some(Question::binding(link.binding));
    }
    let user = asked.users.as_ref().and_then(|it| it.first().copied());
    let resource = asked.resources.as_ref().and_then(|it| it.first().copied());
    (resource.is_some() || user.is_some()).then_some(Question { resource, user, roles: None })
}

fn unknown(link: Option<LinkId>) -> Exit {
    let id = link.map(|it| it.to_string()).unwrap_or_default();
    output::say(&format!(
        "error: there is no link `{id}` that this token can see\n  help: a link goes with its user, its role or its \
         resource, and its id never comes back; ask with `--user` and `--resource`\n"
    ));
    Exit::Refused
}

fn show(
    explanation: &Explanation,
    beside: ExplainContext<'_>,
    naming: &Naming<'_>,
    format: ExplainFormat,
) -> Result<Exit> {
    output::data(&match format {
        ExplainFormat::Text => render::explain(explanation, beside, naming),
        ExplainFormat::Json => render::explain_json(explanation, beside, naming),
    })?;
    Ok(Exit::Done)
}

/// What is not on the server any more may be in its log.
async fn only_logged(
    client: &Client,
    problems: Vec<Diagnostic>,
    filter: &LogFilter,
    since: Timestamp,
    format: ExplainFormat,
) -> Result<Exit> {
    let history = logged(client, &client.caller().await?, since).await;
    let logged: Vec<_> = about(&history.events, filter).into_keys().cloned().collect();
    if logged.is_empty() || *filter == LogFilter::default() {
        return Ok(refuse(&problems, Exit::Refused));
    }
    for problem in &problems {
        output::say(&format!("note: {}\n", visible(&about_option(problem))));
    }
    let explanation = Explanation { logged, ..Explanation::default() };
    let directory = Directory::default();
    let beside = ExplainContext { history: &history, directory: &directory, limited: &[] };
    show(&explanation, beside, &Naming::new(&directory), format)
}

fn since(log_days: u16) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(24 * i64::from(log_days))
}

/// What the server remembers, as far as the caller is shown its log.
async fn logged(client: &Client, caller: &Caller, since: Timestamp) -> History {
    let Caller { username, is_staff, is_support, .. } = caller;
    let mut history = History { ours: username.clone(), ..History::default() };
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
    history
}

fn refuse(problems: &[Diagnostic], exit: Exit) -> Exit {
    read::refuse("what is asked about can't be told", problems);
    exit
}
