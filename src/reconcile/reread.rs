//! Reads again what steps rest on, in the way that costs the server least.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::api::{Client, Error, LinksAnswer, ReadCost};
use crate::binding::{Binding, Link, ResourceId, UserId};
use crate::snapshot::Snapshot;

/// Enough to keep the client busy, which itself limits how much is under way.
pub(super) const AHEAD: usize = 16;
/// A whole resource may cost so many times more than what some users have there: it also shows what others have done.
const WORTH: usize = 3;

/// What is read again: all of some resources, and of others only what some users have there.
#[derive(Debug, Default)]
pub(super) struct Reread {
    resources: BTreeSet<ResourceId>,
    pairs: BTreeSet<(ResourceId, UserId)>,
}

impl Reread {
    /// What these bindings rest on, where these links are live.
    pub(super) fn of(bindings: &BTreeSet<Binding>, live: &[Link], cost: ReadCost) -> Self {
        let mut users: BTreeMap<ResourceId, BTreeSet<UserId>> = BTreeMap::new();
        for Binding { resource, user, .. } in bindings {
            users.entry(*resource).or_default().insert(*user);
        }
        let concerned: BTreeSet<_> = bindings.iter().map(|it| it.user).collect();
        let (mut on_resource, mut of_user) = (BTreeMap::new(), BTreeMap::new());
        for Binding { resource, user, .. } in live.iter().map(|it| &it.binding) {
            *on_resource.entry(*resource).or_insert(0_usize) += 1;
            if concerned.contains(user) {
                let place = (!cost.shows_all_of_user).then_some(*resource);
                *of_user.entry((place, *user)).or_insert(0_usize) += 1;
            }
        }
        let price = |rows: Option<&usize>| cost.request + cost.row * rows.copied().unwrap_or(0);
        let mut reread = Self::default();
        for (resource, users) in users {
            let place = (!cost.shows_all_of_user).then_some(resource);
            let pairs: usize = users.iter().map(|it| price(of_user.get(&(place, *it)))).sum();
            if WORTH * pairs < price(on_resource.get(&resource)) {
                reread.pairs.extend(users.into_iter().map(|it| (resource, it)));
            } else {
                reread.resources.insert(resource);
            }
        }
        reread
    }

    /// Whether something of it can be empty although nothing was removed and no right was lost.
    pub(super) fn has_pairs(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// Whether links of this binding are read again.
    pub(super) fn covers(&self, binding: &Binding) -> bool {
        self.resources.contains(&binding.resource) || self.pairs.contains(&(binding.resource, binding.user))
    }

    /// Reads it. Where that does not show all rows, what was seen before counts, too, and the bindings that matter are read
    /// one by one.
    pub(super) async fn read(
        &self,
        client: &Client,
        snapshot: &mut Snapshot,
        matter: &BTreeSet<Binding>,
    ) -> Result<(), Error> {
        let (seen, partly) = self.ask(client).await?;
        let one_by_one: BTreeSet<_> = matter.iter().filter(|it| partly.covers(it)).collect();
        let again = stream::iter(&one_by_one).map(async |it| client.links_of(it).await);
        let again: Vec<_> = again.buffer_unordered(AHEAD).try_collect().await?;

        let Snapshot { links, incomplete, users: _, observation } = snapshot;
        observation.changing |= !partly.resources.is_empty() || !partly.pairs.is_empty();
        links.retain(|it| !self.covers(&it.binding) || partly.covers(&it.binding));
        let gone = |it| self.resources.contains(&it) && !partly.resources.contains(&it);
        incomplete.retain(|it| !it.resource.is_some_and(gone));
        // A row that is whole now is not incomplete any more, though nobody knew its resource.
        let whole: BTreeSet<_> = seen.iter().flat_map(|seen| &seen.links).map(|it| it.id).collect();
        incomplete.retain(|it| !whole.contains(&it.id));
        for seen in seen {
            links.extend(seen.links);
            incomplete.extend(seen.incomplete);
        }
        links.retain(|it| !one_by_one.contains(&it.binding));
        for seen in again {
            links.extend(seen.links);
            incomplete.extend(seen.incomplete);
        }
        incomplete.sort_unstable();
        incomplete.dedup();
        links.sort_unstable();
        links.dedup();
        Ok(())
    }

    /// The answers, and what of it was not shown in full.
    async fn ask(&self, client: &Client) -> Result<(Vec<LinksAnswer>, Self), Error> {
        let resources = stream::iter(&self.resources).map(async |id| Ok((*id, client.links_seen_on(*id).await?)));
        let resources: Vec<_> = resources.buffer_unordered(AHEAD).try_collect().await?;
        let pairs = stream::iter(&self.pairs).map(async |it| Ok((*it, client.links_of_user_on(it.0, it.1).await?)));
        let pairs: Vec<_> = pairs.buffer_unordered(AHEAD).try_collect().await?;
        let partly = Self {
            resources: resources.iter().filter(|(_, seen)| !seen.all).map(|(id, _)| *id).collect(),
            pairs: pairs.iter().filter(|(_, seen)| !seen.all).map(|(it, _)| *it).collect(),
        };
        let seen = resources.into_iter().map(|(_, seen)| seen).chain(pairs.into_iter().map(|(_, seen)| seen));
        Ok((seen.collect(), partly))
    }
}
