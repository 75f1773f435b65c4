//! Links, as rows of `/api/marketplace-resource-users/`.

use std::sync::Arc;

use super::wire::{Linked, Row};
use crate::api::answers::{LinksAnswer, ReadCost};
use crate::api::http::{Error, Http, bounded_map};
use crate::api::waldur::{Item as _, List, Reading, object};
use crate::binding::{Binding, Link, LinkId, ResourceId, RoleId, UserId};
use crate::snapshot::IncompleteLink;

/// Where links live.
pub(in crate::api) const PATH: &str = "marketplace-resource-users/";

/// Measured on Waldur 7.0.7.
pub(in crate::api) const READ_COST: ReadCost = ReadCost { request: 7, row: 3, shows_all_of_user: false };

/// Which rows are asked for; parts that are `None` may be anything.
#[derive(Debug, Clone, Default)]
pub(in crate::api) struct Filter {
    pub(super) resource: Option<ResourceId>,
    pub(super) role: Option<RoleId>,
    /// All roles of this name, whichever their offering.
    pub(super) role_name: Option<Arc<str>>,
    pub(super) user: Option<UserId>,
}

impl Filter {
    /// The rows of one resource.
    pub(in crate::api) fn resource(resource: ResourceId) -> Self {
        Self { resource: Some(resource), ..Self::default() }
    }

    /// The rows of one user on one resource.
    pub(in crate::api) fn pair(resource: ResourceId, user: UserId) -> Self {
        Self { resource: Some(resource), user: Some(user), ..Self::default() }
    }

    fn list(&self) -> List {
        let Self { resource, role, role_name, user } = self;
        let list = List::new(PATH);
        let list = resource.iter().fold(list, |list, it| list.with("resource_uuid", it.to_string()));
        let list = role.iter().fold(list, |list, it| list.with("role_uuid", it.to_string()));
        let list = role_name.iter().fold(list, |list, it| list.with("role_name", &**it));
        user.iter().fold(list, |list, it| list.with("user_uuid", it.to_string()))
    }

    /// Reads the rows that pass it.
    pub(super) async fn read<R: Linked>(&self, http: &Arc<Http>) -> Result<Reading<R>, Error> {
        let list = self.list();
        let reading = list.read::<R>(http).await?;
        let others = reading.items.values().filter(|row| !self.passes(*row));
        match others.filter_map(R::link).min() {
            Some(other) => Err(list.filter_ignored(http, &format!("a link that was not asked for: {}", other.binding))),
            None => Ok(reading),
        }
    }

    /// Reads the links that pass it.
    pub(in crate::api) async fn links(&self, http: &Arc<Http>) -> Result<Vec<Link>, Error> {
        Ok(self.all(http).await?.links)
    }

    /// Reads all rows that pass it.
    pub(in crate::api) async fn all(&self, http: &Arc<Http>) -> Result<LinksAnswer, Error> {
        let seen = self.seen(http).await?;
        if seen.all { Ok(seen) } else { Err(self.list().moving(http)) }
    }

    /// Reads links that pass it, and says whether all of them were seen.
    pub(in crate::api) async fn seen(&self, http: &Arc<Http>) -> Result<LinksAnswer, Error> {
        let Reading { items, pages: _, settled } = self.read::<Row>(http).await?;
        let Sorted { whole, incomplete } = sorted(http, items.into_values()).await?;
        Ok(LinksAnswer { links: whole.into_iter().map(|(link, _)| link).collect(), incomplete, all: settled })
    }

    /// How many rows pass it.
    pub(super) async fn count(&self, http: &Http) -> Result<u64, Error> {
        self.list().count(http).await
    }

    /// A row without all of its parts passes: it is no link.
    fn passes(&self, row: &impl Linked) -> bool {
        let Self { resource, role, role_name, user } = self;
        row.link().is_none_or(|Link { binding, .. }| {
            resource.is_none_or(|it| it == binding.resource)
                && role.is_none_or(|it| it == binding.role)
                && role_name.as_deref().is_none_or(|it| row.role_name().is_none_or(|of| of == it))
                && user.is_none_or(|it| it == binding.user)
        })
    }
}

impl From<&Binding> for Filter {
    fn from(binding: &Binding) -> Self {
        let &Binding { resource, role, user } = binding;
        Self { resource: Some(resource), role: Some(role), role_name: None, user: Some(user) }
    }
}

/// Rows, those that stand for a link and those of which a part is missing, each in their order.
pub(super) struct Sorted {
    pub(super) whole: Vec<(Link, Row)>,
    pub(super) incomplete: Vec<IncompleteLink>,
}

/// Sorts rows. Those without a part are read again: most of them were about to go, together with what they name.
pub(super) async fn sorted(http: &Arc<Http>, rows: impl Iterator<Item = Row>) -> Result<Sorted, Error> {
    let (whole, partial): (Vec<Row>, Vec<Row>) = rows.partition(|it| it.link().is_some());
    let again = bounded_map(http.parallelism, partial, |row| {
        let http = Arc::clone(http);
        async move { object::<Row>(&http, PATH, LinkId::from(row.id()), &[]).await }
    });
    let (mut incomplete, again): (Vec<Row>, Vec<Row>) =
        again.await?.into_iter().flatten().partition(|it| it.link().is_none());
    let mut whole: Vec<_> = whole.into_iter().chain(again).filter_map(|it| Some((it.link()?, it))).collect();
    whole.sort_unstable_by_key(|(link, _)| *link);
    incomplete.sort_unstable_by_key(Row::id);
    Ok(Sorted { whole, incomplete: incomplete.iter().map(Row::incomplete).collect() })
}

/// Retrieves one link again: `None` when there is none, or none that the caller may see. A row without a part is still
/// this link, unless the other parts say something else.
pub(in crate::api) async fn link(http: &Http, link: &Link) -> Result<Option<Link>, Error> {
    let row = object::<Row>(http, PATH, link.id, &[]).await?;
    Ok(row.and_then(|row| row.link().or_else(|| row.incomplete().could_be(&link.binding).then_some(*link))))
}
