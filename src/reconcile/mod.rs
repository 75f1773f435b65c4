//! One pass: observe, plan, approve, apply, and look back. It strings the other rooms together and decides nothing.

mod apply;
mod base;
mod confirm;
mod create;
pub mod files;
mod known;
mod names;
mod reason;
mod record;
mod released;
mod remove;
mod replace;
mod reread;
mod roles;
mod sending;
mod set_end;
mod view;
mod write_options;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::api::{self, Client};
use crate::desired::{Document, Limits, Mode, PassFilter};
use crate::diagnostic::Diagnostic;
use crate::directory::Directory;
use crate::policy::{self, Approved, Decision, Deferred, Digest, Earlier, LastSeen, PolicyInput, Stale, Unsettled};
use crate::report::{Outcome, Report, Step};
use crate::snapshot::{Observation, Snapshot};
pub use base::decided_by;
pub use known::{CreationDelay, KnownLinks, Presence, waiting};
use names::NamesToLookUp;
pub use record::Recording;
pub use released::{Released, unapproved};
pub use roles::{create_roles, prepare_with_roles, with_roles};
use sending::Sending;
pub use view::View;
pub use write_options::WriteOptions;

/// What a pass is asked to do.
#[derive(Debug, Clone)]
pub struct PassRequest<'a> {
    /// What the files say.
    pub document: &'a Document,
    /// The commit of the files, if it is known; `, modified` follows its id if the files differ from it.
    pub commit: Option<&'a str>,
    /// The instant that dates are compared with.
    pub now: Timestamp,
    /// Limits that replace those of the files.
    pub limits: Overrides,
    /// The strictest mode wins: this one, or the files'.
    pub mode: Mode,
    /// Whom and what the pass is narrowed to.
    pub only: &'a PassFilter,
    /// The digest of the held set that may go in spite of the limits.
    pub approval: Option<Digest>,
    /// Whether a token that may see only a part is good enough to write with, and to say that nothing is to be done.
    pub partial_view: bool,
    /// Triples already taken away by earlier passes of the last 24 hours.
    pub removed_lately: u32,
    /// What the server's log says of removals before this process began.
    pub earlier: Earlier<'a>,
    /// The same of what ended longer ago than anybody expects.
    pub ended_lately: u32,
    /// What earlier passes saw live and wanted.
    pub last_seen: Arc<LastSeen>,
    /// Steps that are left for a later pass.
    pub deferred: BTreeSet<Deferred>,
    /// What must wait because the files have just changed.
    pub unsettled: Unsettled,
    /// What earlier passes know, if there were any.
    pub known: Option<&'a KnownLinks>,
    /// Where writes are recorded, if they are.
    pub recording: Option<Recording>,
}

/// Limits from the command line; an absent one leaves the files' in force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Instead of `limits.removals`.
    pub removals: Option<u32>,
    /// Instead of `limits.removal_percent`.
    pub removal_percent: Option<u32>,
    /// Instead of `limits.creations`.
    pub creations: Option<u32>,
}

impl Overrides {
    /// The limits in force where the files say `limits`.
    pub fn over(self, limits: Limits) -> Limits {
        Limits {
            removals: self.removals.unwrap_or(limits.removals),
            removal_percent: self.removal_percent.unwrap_or(limits.removal_percent),
            creations: self.creations.or(limits.creations),
        }
    }
}

/// What was seen, and what was decided about it.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What was seen.
    pub view: View,
    /// What was decided.
    pub decision: Decision,
}

impl Prepared {
    /// Refuses a token that is not a staff token, unless that is meant: not even that nothing is to be done can be told
    /// by
    /// who may be shown only a part.
    pub fn may_write(&self, request: &PassRequest<'_>) -> Result<(), Error> {
        let observation = &self.view.snapshot.observation;
        let is_meant = request.partial_view && observation.may_write_in_part();
        if observation.caller.is_staff || is_meant {
            return Ok(());
        }
        Err(Error::PartialView(Box::new(observation.clone())))
    }
}

/// What a pass came to.
#[derive(Debug)]
pub struct Pass {
    /// What was seen and decided, the last time before writing.
    pub prepared: Prepared,
    /// What was done; `None` if there was nothing to do, or somebody declined.
    pub report: Option<Report>,
}

/// Why a pass ended before anything was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server could not be read.
    #[error(transparent)]
    Api(#[from] api::Error),
    /// `--only` names what is not there.
    #[error("`--only` matches nothing")]
    PassFilter(Vec<Diagnostic>),
    /// The approval is for another held set.
    #[error(transparent)]
    Stale(#[from] Stale),
    /// The token is not a staff token, and nobody said that this is meant.
    #[error("the token of `{}` is not a staff token: it {}", .0.caller.username, .0.lacks().unwrap_or_default())]
    PartialView(Box<Observation>),
}

/// What the caller says to a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// Go on.
    Apply,
    /// Leave it.
    Leave,
}

/// What the pass tells while it writes: a step, and what became of it.
pub type Tell<'a> = &'a (dyn Fn(&View, &Step, &Outcome) + Sync);

/// Observes and decides; sends nothing that writes.
pub async fn prepare(client: &Client, request: &PassRequest<'_>) -> Result<Prepared, Error> {
    // It is large, and so would be every future that waits for it.
    let view = Box::pin(View::observe(client, request)).await?;
    let decision = decide(&view, request, request.approval.clone())?;
    Ok(Prepared { view, decision })
}

/// Looks up what the files name, and nothing else: the view shows no link, and its plan what could not be resolved.
pub async fn look_up(client: &Client, document: &Document, now: Timestamp) -> Result<View, api::Error> {
    let caller = client.caller().await?;
    let observation = Observation::new(String::new(), caller);
    let nothing = Snapshot { links: Vec::new(), incomplete: Vec::new(), users: BTreeMap::new(), observation };
    let names = NamesToLookUp::of_resources(document.resource_names());
    let directory = view::directory(client, &document.lookups(), &nothing, names).await?;
    Ok(View::new(directory, nothing, document, now))
}

/// Decides about what was seen at another time; asks nobody.
pub fn review(directory: Directory, snapshot: Snapshot, request: &PassRequest<'_>) -> Result<Prepared, Error> {
    let view = View::new(directory, snapshot, request.document, request.now);
    let decision = decide(&view, request, request.approval.clone())?;
    Ok(Prepared { view, decision })
}

/// Makes live equal to desired, once: the whole of grantsync in one function.
///
/// `confirm` is asked before the first write, and again if its answer took so long that the world may have moved, and
/// has. `begin` is told when the first write is next: until then, the pass may be dropped. `stop` ends the pass once
/// what
/// is in flight is finished.
pub async fn reconcile(
    client: &Client,
    request: &PassRequest<'_>,
    write_options: WriteOptions,
    mut confirm: impl AsyncFnMut(&Prepared) -> Confirmation,
    begin: impl FnOnce(&Approved),
    tell: Tell<'_>,
    stop: watch::Receiver<bool>,
) -> Result<Pass, Error> {
    /// An answer that took longer was given to a world that may be gone.
    const FRESH: Duration = Duration::from_secs(60);
    let (begun, started) = (Instant::now(), request.now);
    let mut request = request.clone();
    let mut confirmed: Option<Approved> = None;
    loop {
        let prepared = prepare(client, &request).await?;
        prepared.may_write(&request)?;
        let approved = &prepared.decision.approved;
        if approved.is_empty() {
            return Ok(Pass { prepared, report: None });
        }
        if confirmed.as_ref() != Some(approved) {
            let asked = Instant::now();
            if confirm(&prepared).await == Confirmation::Leave {
                return Ok(Pass { prepared, report: None });
            }
            if asked.elapsed() > FRESH {
                confirmed = Some(approved.clone());
                // While somebody thinks, grants begin and end.
                let gone = SignedDuration::try_from(begun.elapsed()).unwrap_or(SignedDuration::MAX);
                request.now = started.saturating_add(gone).unwrap_or(Timestamp::MAX);
                continue;
            }
        }
        let Prepared { view, decision } = prepared;
        begin(&decision.approved);
        let sending = Sending::new((client, &view, &request), write_options, tell, stop);
        let mut report = Box::pin(apply::apply(&sending, &decision.approved)).await;
        report.after = view.look_back(client, &request, &report, write_options).await;
        return Ok(Pass { prepared: Prepared { view, decision }, report: Some(report) });
    }
}

fn decide(view: &View, request: &PassRequest<'_>, approval: Option<Digest>) -> Result<Decision, Error> {
    let settings = request.unsettled.settings.as_ref().unwrap_or(request.document);
    let mut deferred = request.deferred.clone();
    deferred.extend(unsettled(view, request));
    deferred.extend(known::deferred(view, request));
    let input = PolicyInput {
        limits: request.limits.over(view.desired.limits.stricter(settings.limits)),
        mode: request.mode.max(view.desired.mode).max(settings.mode.unwrap_or_default()),
        only: request.only.resolve(&view.directory).map_err(Error::PassFilter)?,
        approval,
        approvals: request.document.approvals.clone(),
        removed_lately: request.removed_lately,
        removed_before: removed_before(view, request),
        ended_lately: request.ended_lately,
        last_seen: Arc::clone(&request.last_seen),
        deferred,
    };
    Ok(policy::approve(view.plan.clone(), &input)?)
}

/// How many triples were taken away before this process began.
pub fn removed_before(view: &View, request: &PassRequest<'_>) -> u32 {
    let by = &view.snapshot.observation.caller.username;
    request.earlier.count(by, &view.desired, &view.directory, request.now)
}

/// The steps that wait only because the files have just changed.
pub fn unsettled(view: &View, request: &PassRequest<'_>) -> BTreeSet<Deferred> {
    let earlier = request.unsettled.settings.as_ref().map(|it| view.plan_of(&request.document.under(it)));
    request.unsettled.steps(&view.plan, earlier.as_ref())
}
