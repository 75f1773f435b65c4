//! `plan`: what `apply` would do. It is the verb that does not call it.

use anyhow::Result;
use jiff::Timestamp;

use super::args::{self, Plan};
use super::connect::{Connection, connect};
use super::{Exit, live, output, read, saved};
use crate::desired::Narrow;
use crate::reconcile::{Overrides, Prepared, Request, prepare, review};
use crate::render::{self, Detail, Naming};
use crate::saved::Asked;

pub(super) async fn run(arguments: &Plan, verbose: u8) -> Result<Exit> {
    let Plan { files, server, narrow, detailed_exitcode, diff, output: to, live, max_age } = arguments;
    let read = read::files(&files.file).await?;
    let (asked, only) = (saved::asked(narrow), args::narrow(&narrow.only));
    let seen = live.as_deref().map(|it| live::view(it, *max_age)).transpose()?;
    let request = request(&read, &asked, &only);
    let prepared = if let Some(seen) = &seen {
        output::data(&live::heading(seen))?;
        review(seen.directory.clone(), seen.snapshot.clone(), &request)?
    } else {
        let Connection { client, sandbox: _sandbox } = connect(server).await?;
        prepare(&client, &request).await?
    };
    show(&read, &prepared, verbose, *diff)?;
    if let Some(path) = to {
        saved::save(path, &files.file, read, &prepared, asked, seen)?;
    }
    Ok(Exit::of_plan(&prepared.decision, *detailed_exitcode))
}

/// What the arguments that `plan` and `apply` share ask for.
pub(super) fn request<'a>(read: &'a read::Read, asked: &Asked, only: &'a Narrow) -> Request<'a> {
    let Asked { mode, max_removals, max_removal_percent, only: _, approve } = asked;
    Request {
        document: &read.document,
        now: Timestamp::now(),
        limits: Overrides { removals: *max_removals, removal_percent: *max_removal_percent },
        mode: *mode,
        only,
        approval: approve.clone(),
        partial_view: false,
        removed_lately: 0,
    }
}

/// Shows what was decided: findings and banner to whoever watches, the plan as data.
pub(super) fn show(read: &read::Read, prepared: &Prepared, verbose: u8, diff: bool) -> Result<()> {
    let Prepared { view, decision } = prepared;
    read::tell(&read.sources, &decision.plan.problems);
    read::tell(&read.sources, &decision.plan.warnings);
    output::say(&render::banner(&view.snapshot.observation));
    let naming = Naming::new(&view.directory);
    let (naming, detail) =
        if verbose > 0 { (naming.with_ids(), Detail::Everything) } else { (naming, Detail::Changes) };
    if diff {
        output::data(&render::diff(decision, &naming))?;
    }
    output::data(&render::plan(decision, &naming, detail))?;
    Ok(())
}
