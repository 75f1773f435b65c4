//! What is known at a moment: what is live, what names mean, what is wanted, and the plan that follows.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;

use super::known::{KnownLinks, Presence};
use super::names::NamesToLookUp;
use super::reread::{AHEAD, Reread};
use super::{PassRequest, WriteOptions, decide};
use crate::api::{self, Client};
use crate::binding::{Binding, Link, UserId};
use crate::desired::{Desired, Document, resolve};
use crate::directory::{Directory, Lookups};
use crate::plan::{Plan, plan};
use crate::report::{After, Failure, Report};
use crate::snapshot::Snapshot;

/// What is known at a moment, and the plan that follows from it.
#[derive(Debug, Clone)]
pub struct View {
    /// What names mean.
    pub directory: Directory,
    /// What is live.
    pub snapshot: Snapshot,
    /// What is wanted.
    pub desired: Desired,
    /// What follows.
    pub plan: Plan,
    /// What was seen by id of links that earlier passes know and that the list may lack.
    pub presences: BTreeMap<Binding, Presence>,
}

impl View {
    /// Looks at everything once, and a second time at what a creation would rest on, names and links: nothing is created
    /// because something was not seen once.
    pub(super) async fn observe(client: &Client, request: &PassRequest<'_>) -> Result<Self, api::Error> {
        let PassRequest { document, now, only, .. } = *request;
        let mut lookups = document.lookups();
        if let Some(settings) = &request.unsettled.settings {
            lookups.extend(settings.lookups());
        }
        only.lookups(&mut lookups);
        let snapshot = client.snapshot().await?;
        let names = document.resource_names();
        let names = names.into_iter().chain(request.unsettled.settings.iter().flat_map(|it| it.resource_names()));
        let directory = directory(client, &lookups, &snapshot, NamesToLookUp::of_resources(names)).await?;
        let mut view = Self::new(directory, snapshot, document, now);
        let (mut confirmed, mut asked, mut named) = (BTreeSet::new(), BTreeSet::new(), NamesToLookUp::default());
        // What a second look brings to light may ask for more creations: on until there is nothing new to look at.
        loop {
            let creations = view.plan.creations.iter().map(|it| it.binding);
            let creations: BTreeSet<Binding> = creations.filter(|it| !confirmed.contains(it)).collect();
            let users: BTreeSet<_> = view.unknown_users().difference(&asked).copied().collect();
            let names =
                NamesToLookUp::of(view.plan.creations.iter().map(|it| it.binding), &view.directory).new_to(&mut named);
            if !names.is_empty() {
                names.ask(client, &mut view.directory).await?;
            } else if !creations.is_empty() {
                let reread = Reread::of(&creations, &view.snapshot.links, client.read_cost().await?);
                let seen: Vec<Link> =
                    view.snapshot.links.iter().filter(|it| reread.covers(&it.binding)).copied().collect();
                reread.read(client, &mut view.snapshot, &creations).await?;
                // What is not shown any more was removed, or the caller has lost the right to see it.
                if reread.has_pairs() || !all_shown(&seen, &view.snapshot.links) {
                    view.snapshot.observation.caller = client.caller().await?;
                }
                confirmed.extend(creations);
            } else if !users.is_empty() {
                view.directory.users.extend(client.users(users.clone()).await?);
                asked.extend(users);
            } else {
                view.presences = look(client, &view, request.known).await?;
                return Ok(view);
            }
            view = Self::new(view.directory, view.snapshot, document, now);
        }
    }

    /// What follows from what was seen.
    pub(super) fn new(directory: Directory, snapshot: Snapshot, document: &Document, now: Timestamp) -> Self {
        let desired = resolve(document, &directory);
        let mut plan = plan(&desired, &directory, &snapshot, now);
        plan.warnings.extend(document.warnings_at(now));
        Self { directory, snapshot, desired, plan, presences: BTreeMap::new() }
    }

    /// What would follow from other files.
    pub(super) fn plan_of(&self, document: &Document) -> Plan {
        let Self { directory, snapshot, desired: _, plan: Plan { now, .. }, presences: _ } = self;
        plan(&resolve(document, directory), directory, snapshot, *now)
    }

    /// Users of whom too little is known: those for whom something is to be created, since rows of links don't show
    /// whether they are active; and those who came with rows read again, since `protect` and `scope` may mean them by
    /// name.
    pub(super) fn unknown_users(&self) -> BTreeSet<UserId> {
        let Self { directory, snapshot, desired: _, plan, presences: _ } = self;
        let wanted = plan.creations.iter().map(|it| it.binding.user);
        let wanted = wanted.filter(|id| directory.users.get(id).is_none_or(|it| it.active.is_none()));
        let holders = snapshot.links.iter().map(|it| it.binding.user).filter(|id| !directory.users.contains_key(id));
        wanted.chain(holders).collect()
    }

    /// Reads what was touched again, and decides once more: what is left to be done? What was created may show late.
    pub(super) async fn look_back(
        &self,
        client: &Client,
        request: &PassRequest<'_>,
        report: &Report,
        write_options: WriteOptions,
    ) -> After {
        let touched = report.touched();
        if touched.is_empty() {
            return After::Untouched;
        }
        let Self { directory, mut snapshot, .. } = self.clone();
        let read = async {
            let sent = report.steps.iter().map(|(step, _)| step.binding());
            let sent: BTreeSet<_> = sent.filter(|it| touched.contains(&it.resource)).collect();
            let reread = Reread::of(&sent, &snapshot.links, client.read_cost().await?);
            let made: Vec<_> = report.created().copied().collect();
            let mut waits = write_options.waits();
            loop {
                reread.read(client, &mut snapshot, &sent).await?;
                let late = !made.is_empty() && !all_shown(&made, &snapshot.links);
                let Some(wait) = waits.next().filter(|_| late && report.stopped.is_none()) else { break };
                tokio::time::sleep(wait).await;
            }
            let mut after = Self::new(directory, snapshot, request.document, request.now);
            let unknown_users = after.unknown_users();
            if !unknown_users.is_empty() {
                after.directory.users.extend(client.users(unknown_users).await?);
                after = Self::new(after.directory, after.snapshot, request.document, request.now);
            }
            Ok(after)
        };
        let after = match read.await {
            Ok(after) => after,
            Err(error) => return After::Unread(api::Error::into(error)),
        };
        match decide(&after, request, None) {
            Ok(decision) => After::Decision(Box::new(decision)),
            Err(error) => After::Unread(Failure { message: error.to_string(), help: None }),
        }
    }
}

/// The names that files and links are about. Where some cannot be listed, those that the files say are asked for directly.
pub(super) async fn directory(
    client: &Client,
    lookups: &Lookups,
    snapshot: &Snapshot,
    names: NamesToLookUp,
) -> Result<Directory, api::Error> {
    let api::DirectoryAnswer { mut directory, hidden } = client.names_seen(lookups, snapshot).await?;
    if let Some(error) = hidden {
        tracing::info!("not all resources can be listed, asking for each by its name: {error}");
        names.ask(client, &mut directory).await?;
    }
    Ok(directory)
}

/// Looks at known links by id: what the list lacks may exist.
async fn look(
    client: &Client,
    view: &View,
    known: Option<&KnownLinks>,
) -> Result<BTreeMap<Binding, Presence>, api::Error> {
    let links = known.map(|it| it.to_look_at(view)).unwrap_or_default();
    let seen = stream::iter(links).map(async |link| {
        let there = client.link(&link).await?.is_some_and(|it| it.binding == link.binding);
        Ok((link.binding, if there { Presence::There } else { Presence::Gone }))
    });
    let mut seen = std::pin::pin!(seen.buffered(AHEAD));
    let mut presences = BTreeMap::new();
    while let Some((binding, presence)) = seen.next().await.transpose()? {
        presences.insert(binding, presence);
        if KnownLinks::enough(&presences) {
            break;
        }
    }
    Ok(presences)
}

impl From<api::Error> for Failure {
    fn from(error: api::Error) -> Self {
        Self { message: error.to_string(), help: error.help }
    }
}

/// Whether each of these links is among the rows; one that has no id of the server is told by what it stands for.
fn all_shown(links: &[Link], rows: &[Link]) -> bool {
    let ids: HashSet<_> = rows.iter().map(|it| it.id).collect();
    let bindings: HashSet<_> = rows.iter().map(|it| it.binding).collect();
    links.iter().all(|it| if it.id.is_derived() { bindings.contains(&it.binding) } else { ids.contains(&it.id) })
}
