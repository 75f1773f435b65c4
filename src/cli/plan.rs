//! `plan`: what `apply` would do. It is the verb that does not call it.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;

use crate::policy::{Earlier, Unsettled};

use super::args::Plan;
use super::connect::{Connection, connect};
use super::formats::Manner;
use super::review::Review;
use super::target::{self, Inputs, Target};
use super::{Exit, live, read, revision, saved, values};
use crate::desired::Narrow;
use crate::reconcile::{Overrides, Request, prepare, review};
use crate::render::{Seen, Verb};
use crate::saved::{Asked, Told};

pub(super) async fn run(arguments: &Plan, verbose: u8) -> Result<Exit> {
    let Plan { files, server, formats, output: to, live, .. } = arguments;
    let inputs = Inputs::new(&files.file, target::settings(server).chain(live.as_deref()));
    inputs.protect(formats.paths().chain(to.as_deref()))?;
    let ended = plan(arguments, verbose).await;
    arguments.formats.end(Verb::Plan, ended)
}

async fn plan(arguments: &Plan, verbose: u8) -> Result<Exit> {
    let Plan { files, server, formats, narrow, detailed_exitcode, diff, output: to, live, max_age, .. } = arguments;
    let Plan { base, author, as_of, expiring_within, .. } = arguments;
    let commit = to.as_ref().and_then(|_| saved::commit(files));
    let read = read::files(&files.file, &files.revision).await?;
    // What was read may be of either if it is another one now.
    let commit = commit.filter(|it| saved::commit(files).as_ref() == Some(it));
    formats.open()?;
    let save_to = to.as_deref().map(Target::open).transpose()?;
    let (asked, only) = (saved::asked(narrow), values::narrow(&narrow.only));
    let kept = live.as_deref().map(|it| live::view(it, *max_age)).transpose()?;
    let mut request = request(&read, &asked, &only);
    let made = request.now;
    let seen = kept.as_ref().map(|it| Seen::new(it.seen, made, it.everybody));
    if let Some(when) = as_of {
        request.now = when.instant(read.document.timezone.as_deref())?;
    }
    let base = match base {
        Some(rev) => Some(revision::base(&files.file, rev).await?),
        None => None,
    };
    let told = Told { author: author.clone(), expiring_within: *expiring_within, base };
    let (connection, mut prepared) = if let (Some(kept), Some(seen)) = (&kept, seen) {
        formats.line(&live::heading(kept, seen))?;
        (None, review(kept.directory.clone(), kept.snapshot.clone(), &request)?)
    } else {
        let connection = connect(server).await?;
        let prepared = prepare(&connection.client, &request).await?;
        (Some(connection), prepared)
    };
    let client = connection.as_ref().map(|Connection { client, sandbox: _ }| client);
    let change = Review::of(&request, &told, seen, &mut prepared, client).await?;
    let manner = Manner { verb: Verb::Plan, formats, verbose, diff: *diff };
    manner.show(&read, &prepared, &change)?;
    manner.tell(&read, &prepared, &change, None)?;
    if let Some(target) = save_to {
        let prepared = &prepared;
        saved::save(&target, saved::Made { at: made, read, commit, asked, told, prepared, kept })?;
    }
    Ok(Exit::of_plan(&prepared.decision, *detailed_exitcode))
}

/// What the arguments that `plan` and `apply` share ask for.
pub(super) fn request<'a>(read: &'a read::Read, asked: &Asked, only: &'a Narrow) -> Request<'a> {
    let Asked { mode, max_removals: _, max_removal_percent: _, max_creations: _, only: _, approve } = asked;
    Request {
        document: &read.document,
        now: Timestamp::now(),
        limits: overrides(asked),
        mode: *mode,
        only,
        approval: approve.clone(),
        partial_view: false,
        removed_lately: 0,
        earlier: Earlier::default(),
        ended_lately: 0,
        last_seen: Arc::default(),
        aside: BTreeSet::new(),
        unsettled: Unsettled::default(),
        known: None,
    }
}

/// The limits that are asked for.
pub(super) fn overrides(asked: &Asked) -> Overrides {
    Overrides {
        removals: asked.max_removals,
        removal_percent: asked.max_removal_percent,
        creations: asked.max_creations,
    }
}
