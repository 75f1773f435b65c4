//! What is known at a moment: what is live, what names mean, what is wanted, and the plan that follows.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;

use super::{Request, decide};
use crate::api::{self, Client};
use crate::binding::{ResourceId, UserId};
use crate::desired::{Desired, Document, resolve};
use crate::directory::Directory;
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
}

impl View {
    /// Looks at everything once, and a second time at what a creation would rest on: nothing is created because
    /// something was not seen once.
    pub(super) async fn observe(client: &Client, request: &Request<'_>) -> Result<Self, api::Error> {
        let Request { document, now, only, .. } = *request;
        let mut lookups = document.lookups();
        only.lookups(&mut lookups);
        let snapshot = client.snapshot().await?;
        let directory = client.directory(&lookups, &snapshot).await?;
        let mut view = Self::new(directory, snapshot, document, now);
        let (mut read, mut asked) = (BTreeSet::new(), BTreeSet::new());
        // What a second look brings to light may ask for more creations: on until there is nothing new to look at.
        loop {
            let resources: BTreeSet<_> = view.to_create_on().difference(&read).copied().collect();
            let users: BTreeSet<_> = view.strangers().difference(&asked).copied().collect();
            if !resources.is_empty() {
                reread(client, &mut view.snapshot, &resources).await?;
                read.extend(resources);
            } else if !users.is_empty() {
                view.directory.users.extend(client.users(users.clone()).await?);
                asked.extend(users);
            } else {
                return Ok(view);
            }
            view = Self::new(view.directory, view.snapshot, document, now);
        }
    }

    /// What follows from what was seen.
    pub(super) fn new(directory: Directory, snapshot: Snapshot, document: &Document, now: Timestamp) -> Self {
        let desired = resolve(document, &directory);
        let plan = plan(&desired, &directory, &snapshot, now);
        Self { directory, snapshot, desired, plan }
    }

    /// Resources that a creation would be made on.
    fn to_create_on(&self) -> BTreeSet<ResourceId> {
        self.plan.creations.iter().map(|it| it.binding.resource).collect()
    }

    /// Users of whom too little is known: those for whom something is to be created, since rows of links don't show
    /// whether they are active; and those who came with rows read again, since `protect` and `scope` may mean them by
    /// name.
    fn strangers(&self) -> BTreeSet<UserId> {
        let Self { directory, snapshot, desired: _, plan } = self;
        let wanted = plan.creations.iter().map(|it| it.binding.user);
        let wanted = wanted.filter(|id| directory.users.get(id).is_none_or(|it| it.active.is_none()));
        let holders = snapshot.links.iter().map(|it| it.binding.user).filter(|id| !directory.users.contains_key(id));
        wanted.chain(holders).collect()
    }

    /// Reads what was touched again, and decides once more: what is left to be done?
    pub(super) async fn look_back(&self, client: &Client, request: &Request<'_>, report: &Report) -> After {
        let touched = report.touched();
        if touched.is_empty() {
            return After::Untouched;
        }
        let Self { directory, mut snapshot, .. } = self.clone();
        let read = async {
            reread(client, &mut snapshot, &touched).await?;
            let mut after = Self::new(directory, snapshot, request.document, request.now);
            let strangers = after.strangers();
            if !strangers.is_empty() {
                after.directory.users.extend(client.users(strangers).await?);
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

/// Reads all rows of these resources again.
async fn reread(client: &Client, snapshot: &mut Snapshot, resources: &BTreeSet<ResourceId>) -> Result<(), api::Error> {
    /// Enough to keep the client busy, which itself limits how much is under way.
    const AHEAD: usize = 16;
    let rows = stream::iter(resources).map(async |id| client.links_of_resource(*id).await);
    let rows: Vec<_> = rows.buffer_unordered(AHEAD).try_collect().await?;
    snapshot.links.retain(|it| !resources.contains(&it.binding.resource));
    snapshot.links.extend(rows.into_iter().flatten());
    snapshot.links.sort_unstable();
    Ok(())
}

impl From<api::Error> for Failure {
    fn from(error: api::Error) -> Self {
        Self { message: error.to_string(), help: error.help }
    }
}
