//! `apply`: makes live equal to the files, once.

use std::io::BufRead as _;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

use clap::Args;

use super::change::PlannedChange;
use super::connect::{Connection, Server, connect};
use super::error::{Error, Result};
use super::forge;
use super::formats::{Formats, Reporter, detail};
use super::journal::{self, JournalTo};
use super::narrowing::{self, Narrowing, request};
use super::progress::Progress;
use super::revision::FilesOrPlan;
use super::roles::{Before, CreateRoles, First};
use super::signals::Signals;
use super::target::{self, Inputs};
use super::values::switch;
use super::{Exit, exit, output, read, saved};
use crate::policy::{Approved, ChangeSet};
use crate::reconcile::{Confirmation, Pass, Prepared, WriteOptions, prepare, reconcile};
use crate::render::{self, Forge, Verb};
use crate::report::{Report, Roles, Stop};
use crate::saved::SavedPlan;

/// `apply`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Apply {
    /// A saved plan, instead of files: it is applied, without asking, if exactly the same would be done now. Its
    /// checksum
    /// tells accidents, not forgery: what is done is decided anew.
    #[arg(value_name = "PLAN", conflicts_with_all = ["max_removals", "max_removal_percent", "max_creations", "approve",
          "no_removals", "only", "create_roles"])]
    pub(super) plan: Option<PathBuf>,
    /// Applies without asking.
    #[arg(long, env = "GRANTSYNC_AUTO_APPROVE", value_parser = switch())]
    pub(super) auto_approve: bool,
    /// Allows writes with a token that is not a staff token, although it is shown only some links or cannot remove any.
    #[arg(long, env = "GRANTSYNC_PARTIAL_VIEW", value_parser = switch())]
    pub(super) partial_view: bool,
    /// Concurrent writes.
    #[arg(long, env = "GRANTSYNC_WRITE_PARALLELISM", default_value = "4", value_name = "N")]
    pub(super) write_parallelism: NonZeroU16,
    /// Roles.
    #[command(flatten)]
    pub(super) create_roles: CreateRoles,
    /// Shows risks and numbers only.
    #[arg(long, env = "GRANTSYNC_SUMMARY", value_parser = switch(), conflicts_with = "diff")]
    pub(super) summary: bool,
    /// Shows, as a diff of YAML, what is live and what will be.
    #[arg(long, env = "GRANTSYNC_DIFF", value_parser = switch())]
    pub(super) diff: bool,
    /// There is a verb for it.
    #[arg(long, hide = true)]
    pub(super) dry_run: bool,
    /// Journal.
    #[command(flatten)]
    pub(super) journal: JournalTo,
    /// Files.
    #[command(flatten)]
    pub(super) files: FilesOrPlan,
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

pub(super) async fn run(arguments: &Apply, verbose: u8) -> Result<Exit> {
    let Apply { plan, files, server, formats, .. } = arguments;
    let inputs = Inputs::new(&files.file, target::settings(server).chain(plan.as_deref()));
    inputs.protect(formats.paths().chain(arguments.journal.path()))?;
    let ended = Box::pin(apply(arguments, verbose)).await;
    arguments.formats.end(Verb::Apply, ended)
}

/// Where the files can be seen that are applied.
fn on_forge(FilesOrPlan { file, revision }: &FilesOrPlan) -> Option<Forge> {
    forge::forge(file, revision, None)
}

async fn apply(arguments: &Apply, verbose: u8) -> Result<Exit> {
    let Apply { plan, files, server, formats, narrow, auto_approve, partial_view, write_parallelism, .. } = arguments;
    let Apply { diff, summary, dry_run, create_roles, .. } = arguments;
    // Whoever hands over a plan has looked at it.
    let auto_approve = *auto_approve || plan.is_some();
    let from_stdin = files.file.iter().any(|it| it == Path::new("-"));
    if *dry_run {
        return Err(Error::usage("there is no `--dry-run`", "use `grantsync plan`"));
    }
    if !auto_approve && (from_stdin || !output::interactive()) {
        return Err(Error::usage(
            "cannot ask for confirmation: not a terminal",
            "look at `grantsync plan` first, then run `apply` with `--auto-approve`",
        ));
    }
    let saved = plan.as_deref().map(saved::read).transpose()?;
    let (read, commit) = planned_or_read(saved.as_ref(), files).await?;
    if let Some(saved) = &saved {
        saved::same_server(saved, server)?;
    }
    formats.open()?;
    let Connection { client, sandbox } = connect(server).await?;
    let signals = Signals::listen()?;
    let asked = saved.as_ref().map_or_else(|| create_roles.narrow(narrow.asked()), |it| it.asked.clone());
    let only = narrowing::narrow(&asked)?;
    let mut request = request(&read.document, &asked, &only);
    request.partial_view = *partial_view;
    request.commit = commit.as_deref();
    request.recording = arguments.journal.recording(&client.server())?;
    let write_options = WriteOptions { parallelism: usize::from(write_parallelism.get()), ..WriteOptions::default() };

    let change = PlannedChange::new(&asked, saved.is_none().then_some(files).and_then(on_forge));
    let detail = detail(verbose, *summary);
    let (change, none) = (&change, Roles::default());
    let reporter = Reporter { verb: Verb::Apply, formats, detail, diff: *diff, read: &read, change, roles: &none };
    let first = if create_roles.create_roles {
        let before = Before { client: &client, request: &request, reporter, signals: &signals, write_options };
        let agree = async |prepared: &Prepared, roles: &Roles| {
            if auto_approve { Confirmation::Apply } else { ask(prepared, roles).await }
        };
        First::create(before, agree).await?
    } else {
        First::default()
    };
    if let Some(exit) = first.ended {
        return Ok(exit);
    }
    let reporter = Reporter { roles: &first.roles, ..reporter };
    let progress = Progress::new(formats);
    let mut declined = false;
    let confirm = async |prepared: &Prepared| {
        if saved.as_ref().is_some_and(|it| it.changes != ChangeSet::of(&prepared.decision)) {
            return Confirmation::Leave;
        }
        if first.agreed_to(prepared) {
            return Confirmation::Apply;
        }
        let noted = first.noted(prepared);
        let shown = if auto_approve { reporter.show(&noted) } else { reporter.ask(&noted) };
        let answer = match shown {
            Ok(()) if auto_approve => Confirmation::Apply,
            Ok(()) => ask(prepared, &none).await,
            Err(error) => {
                tracing::error!(%error, "could not show the plan");
                Confirmation::Leave
            }
        };
        declined = answer == Confirmation::Leave;
        answer
    };
    let begin = |approved: &Approved| {
        signals.writing();
        progress.begin(approved);
    };
    let tell = |view: &crate::reconcile::View, step: &_, outcome: &_| progress.tell(view, step, outcome);
    let done = reconcile(&client, &request, write_options, confirm, begin, &tell, signals.stop()).await;
    let Pass { prepared, report } = journal::closed(&request, done).await?;
    progress.end();

    if declined {
        output::say("nothing was written\n");
        return Ok(Exit::Refused);
    }
    let Some(report) = report else {
        if let Some(saved) = &saved {
            saved::same_changes(saved, &prepared, formats)?;
        }
        reporter.show(&first.noted(&prepared))?;
        reporter.tell(&first.noted(&prepared), None)?;
        return Ok(Exit::of_apply(&prepared.decision, None));
    };
    let naming = formats.naming_for_people(&prepared.view.directory);
    let shown = formats.line(&format!("\n{}", render::report(&report, &naming)));
    reporter.tell(&first.noted(&prepared), Some(&report))?;
    shown.map_err(|it| it.unwritten("to standard output"))?;
    if sandbox.is_some() {
        second_pass(formats, &client, &request, &report).await?;
    }
    Ok(match (Exit::of_apply(&prepared.decision, Some(&report)), &report.stopped) {
        (_, Some(Stop::Interrupted)) => signals.exit(),
        (exit, _) => exit,
    })
}

/// The files and their commit: those of the saved plan, if there is one.
async fn planned_or_read(saved: Option<&SavedPlan>, files: &FilesOrPlan) -> Result<(read::Read, Option<String>)> {
    let (read, commit) = match saved {
        Some(saved) => (read::parse(saved.sources())?, saved.commit.clone()),
        None => read::with_commit(&files.file, &files.revision).await?,
    };
    Ok((read, commit.map(|it| it.to_string())))
}

/// In the sandbox, where it costs nothing: everything once more from the start, as the next `apply` would see it.
async fn second_pass(
    formats: &Formats,
    client: &crate::api::Client,
    request: &crate::reconcile::PassRequest<'_>,
    report: &Report,
) -> Result<()> {
    if report.stopped.is_some() {
        return Ok(());
    }
    let again = prepare(client, &crate::reconcile::PassRequest { approval: None, ..request.clone() }).await?;
    let verdict = if again.decision.plan.is_empty() { "in sync" } else { "not in sync" };
    formats.line(&format!("Second pass: {verdict}. {}\n", render::summary(&again.decision)))?;
    Ok(())
}

/// Asks whoever sits there. Anything but a clear yes is a no.
async fn ask(prepared: &Prepared, roles: &Roles) -> Confirmation {
    let approved = &prepared.decision.approved;
    let (creations, removals) = (approved.creations().len(), approved.removals().len());
    let server = &prepared.view.snapshot.observation.server;
    let first = match roles.plan.creations.len() {
        0 => String::new(),
        count => format!("{} first, then ", render::counted(count, ["role", "roles"])),
    };
    output::say(&format!("\nCreate {first}{creations} and remove {removals} on {server}? Type `yes` to continue: "));
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    match line.await {
        Ok(Ok(line)) if line.trim() == "yes" => Confirmation::Apply,
        _ => Confirmation::Leave,
    }
}
