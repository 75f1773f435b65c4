//! `show`: a saved plan, as it was when it was made.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::change::PlannedChange;
use super::error::Result;
use super::formats::{Formats, Reporter, detail};
use super::narrowing::{self, request};
use super::target::Inputs;
use super::{Exit, exit, live, output, read, saved};
use crate::policy::ChangeSet;
use crate::reconcile::{PassRequest, review};
use crate::render::{SnapshotAge, Verb, visible};
use crate::report::Roles;
use crate::saved::SavedPlan;

/// `show`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Show {
    /// What `plan -o` has written. Its checksum tells accidents, not forgery.
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Shows, as a diff of YAML, what was live and what would have been.
    #[arg(long)]
    diff: bool,
    /// Shows risks and numbers only.
    #[arg(long, conflicts_with = "diff")]
    summary: bool,
    /// Output.
    #[command(flatten)]
    formats: Formats,
}

pub(super) async fn run(arguments: &Show, verbose: u8) -> Result<Exit> {
    let Show { plan, formats, .. } = arguments;
    Inputs::new(&[], [plan.as_path()]).protect(formats.paths())?;
    let ended = show(arguments, verbose).await;
    arguments.formats.end(Verb::Plan, ended)
}

async fn show(Show { plan, diff, summary, formats }: &Show, verbose: u8) -> Result<Exit> {
    let plan = saved::read(plan)?;
    let read = read::parse(plan.sources())?;
    let only = narrowing::narrow(&plan.asked)?;
    let request = PassRequest { now: plan.now, ..request(&read.document, &plan.asked, &only) };
    let mut prepared = review(plan.view.directory.clone(), plan.view.snapshot.clone(), &request)?;
    let seen = (plan.view.seen != plan.made).then(|| SnapshotAge::new(plan.view.seen, plan.made, plan.view.everybody));
    formats.line(&heading(&plan))?;
    if let Some(seen) = seen {
        formats.line(&live::heading(&plan.view, seen))?;
    }
    if ChangeSet::of(&prepared.decision) != plan.changes {
        output::say(&format!(
            "warning: grantsync {} has decided otherwise than this one, which is {}\n\n",
            visible(&plan.made_by),
            env!("CARGO_PKG_VERSION")
        ));
    }
    let change = PlannedChange::of(&request, &plan.told, seen, &mut prepared, None).await?;
    let (change, roles) = (&change, &Roles::default());
    let detail = detail(verbose, *summary);
    let reporter = Reporter { verb: Verb::Plan, formats, detail, diff: *diff, read: &read, change, roles };
    reporter.show(&prepared)?;
    reporter.tell(&prepared, None)?;
    Ok(Exit::Done)
}

/// When, where, from what and by whom.
fn heading(plan: &SavedPlan) -> String {
    let SavedPlan { made_by, made, now, commit, view, .. } = plan;
    let at = |at: &Timestamp| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let for_then = if now == made { String::new() } else { format!(" for {}", at(now)) };
    let commit = commit.as_ref().map(|it| format!(" · commit {it}")).unwrap_or_default();
    let (made, server) = (at(made), &view.snapshot.observation.server);
    let text = format!("Plan of {made}{for_then} · {server}{commit} · grantsync {made_by}");
    format!("{}\n\n", visible(&text))
}
