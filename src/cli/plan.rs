//! `plan`: what `apply` would do. It is the verb that does not call it.

use anyhow::Result;
use jiff::Timestamp;

use super::args::{self, Plan};
use super::connect::{Connection, connect};
use super::{Exit, live, output, read, revision, saved};
use crate::desired::{Desired, Narrow};
use crate::plan::Causes;
use crate::reconcile::{Overrides, Prepared, Request, prepare, review, view_of};
use crate::render::{self, Detail, Naming};
use crate::risk::{Assessment, Before, Facts, assess};
use crate::saved::Asked;

pub(super) async fn run(arguments: &Plan, verbose: u8) -> Result<Exit> {
    let Plan { files, server, narrow, detailed_exitcode, diff, output: to, live, max_age, base, author } = arguments;
    let read = read::files(&files.file, &files.revision).await?;
    let (asked, only) = (saved::asked(narrow), args::narrow(&narrow.only));
    let seen = live.as_deref().map(|it| live::view(it, *max_age)).transpose()?;
    let request = request(&read, &asked, &only);
    let before = match base {
        Some(rev) => Some(revision::document(&files.file, rev).await?),
        None => None,
    };
    let (connection, mut prepared) = if let Some(seen) = &seen {
        output::data(&live::heading(seen))?;
        (None, review(seen.directory.clone(), seen.snapshot.clone(), &request)?)
    } else {
        let connection = connect(server).await?;
        let prepared = prepare(&connection.client, &request).await?;
        (Some(connection), prepared)
    };
    let mut change = Review { author: author.clone(), ..Review::new(&asked) };
    match before {
        None => {}
        Some(None) => change.causes = Some(Causes::new(None, &prepared.view.plan)),
        Some(Some(before)) => {
            let client = connection.as_ref().map(|Connection { client, sandbox: _ }| client);
            let base = view_of(&before, &prepared.view, client).await?;
            change.causes = Some(Causes::new(Some(&base.plan), &prepared.view.plan));
            change.before = Some(base.desired);
            // What only the files before the change name is shown by its name, too.
            prepared.view.directory = base.directory;
        }
    }
    show(&read, &prepared, &change, verbose, *diff)?;
    if let Some(path) = to {
        saved::save(path, files, read, &prepared, asked, seen)?;
    }
    Ok(Exit::of_plan(&prepared.decision, *detailed_exitcode))
}

/// What the arguments that `plan` and `apply` share ask for.
pub(super) fn request<'a>(read: &'a read::Read, asked: &Asked, only: &'a Narrow) -> Request<'a> {
    let Asked { mode, max_removals: _, max_removal_percent: _, only: _, approve } = asked;
    Request {
        document: &read.document,
        now: Timestamp::now(),
        limits: overrides(asked),
        mode: *mode,
        only,
        approval: approve.clone(),
        partial_view: false,
        removed_lately: 0,
    }
}

/// The limits that are asked for.
pub(super) fn overrides(asked: &Asked) -> Overrides {
    Overrides { removals: asked.max_removals, removal_percent: asked.max_removal_percent }
}

/// What is known of the change that a plan is made for.
#[derive(Debug, Default)]
pub(super) struct Review {
    /// The limits that are asked for.
    limits: Overrides,
    /// Who wrote it.
    author: Option<String>,
    /// What each step comes from.
    causes: Option<Causes>,
    /// What the files wanted before it.
    before: Option<Desired>,
}

impl Review {
    /// Nothing but what is asked for.
    pub(super) fn new(asked: &Asked) -> Self {
        Self { limits: overrides(asked), ..Self::default() }
    }

    fn assess(&self, read: &read::Read, Prepared { view, decision: _ }: &Prepared) -> Assessment {
        let Self { limits, author, causes, before } = self;
        let facts = Facts {
            plan: &view.plan,
            desired: &view.desired,
            directory: &view.directory,
            limits: limits.over(view.desired.limits),
            author: author.as_deref(),
            before: causes.as_ref().map(|causes| Before { causes, desired: before.as_ref() }),
        };
        assess(&facts, &read.document.accept)
    }
}

/// Shows what was decided: findings and banner to whoever watches, the plan as data.
pub(super) fn show(read: &read::Read, prepared: &Prepared, review: &Review, verbose: u8, diff: bool) -> Result<()> {
    let Prepared { view, decision } = prepared;
    read::tell(&read.sources, &decision.plan.problems);
    read::tell(&read.sources, &decision.plan.warnings);
    let assessment = review.assess(read, prepared);
    read::tell(&read.sources, &assessment.warnings);
    output::say(&render::banner(&view.snapshot.observation));
    let naming = Naming::new(&view.directory);
    let (naming, detail) =
        if verbose > 0 { (naming.with_ids(), Detail::Everything) } else { (naming, Detail::Changes) };
    if diff {
        output::data(&render::diff(decision, &naming))?;
    }
    output::data(&render::risks(&assessment, &naming))?;
    output::data(&match &review.causes {
        Some(causes) => render::by_cause(decision, causes, &naming),
        None => render::plan(decision, &naming, detail),
    })?;
    Ok(())
}
