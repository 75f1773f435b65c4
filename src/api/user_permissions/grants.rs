//! Grants, as rows of `/api/user-permissions/` and, where that does not find them by resource, of `list_users`.

use std::collections::HashMap;
use std::sync::Arc;

use super::searched::Searched;
use super::wire::Grant;
use super::{GRANTS, RESOURCES};
use crate::api::answers::{LinksAnswer, ReadCost};
use crate::api::http::{Error, Http, bounded_map};
use crate::api::waldur::{Item as _, List, Reading, object};
use crate::binding::{Binding, Link, ResourceId, RoleId, UserId};
use crate::snapshot::IncompleteLink;

/// Measured on a server of about 8.1.3.
pub(in crate::api) const READ_COST: ReadCost = ReadCost { request: 5, row: 6, shows_all_of_user: true };

/// All grants on resources. Sub-projects of resources are another type.
pub(super) fn all() -> List {
    List::new(GRANTS).with("scope_type", "resource")
}

/// The grants on one resource.
pub(super) fn by_resource(resource: ResourceId) -> List {
    all().with("scope_uuid", resource.to_string())
}

/// The grants of one user, of one role if one is named, on all resources.
pub(super) async fn of_user(http: &Arc<Http>, user: UserId, role: Option<RoleId>) -> Result<Reading<Grant>, Error> {
    let list = all().with("user", user.to_string());
    let list = role.iter().fold(list, |list, it| list.with("role_uuid", it.to_string()));
    let passes = |it: &Grant| it.user() == Some(user) && role.is_none_or(|role| it.role() == Some(role));
    narrowed(http, &list, passes).await
}

/// Reads a list that was narrowed on the server. What should not be in it shows that the filter was not heard.
pub(super) async fn narrowed(
    http: &Arc<Http>,
    list: &List,
    passes: impl Fn(&Grant) -> bool,
) -> Result<Reading<Grant>, Error> {
    let reading = list.read::<Grant>(http).await?;
    match reading.items.values().filter(|it| !passes(it)).filter_map(Grant::link).min() {
        Some(other) => Err(list.filter_ignored(http, &format!("a grant that was not asked for: {}", other.binding))),
        None => Ok(reading),
    }
}

/// The grants on one resource of users who are not deactivated, as the resource itself lists them.
fn users_of(resource: ResourceId) -> List {
    List::new(format!("{RESOURCES}{resource}/list_users/"))
}

/// Reads the grants on one resource. `None` beside them: some may be hidden.
///
/// Where it is not known whether the server finds grants by resource and it shows none, the resource itself is asked for
/// its users. That list leaves out who is deactivated.
pub(super) async fn on_resource(
    http: &Arc<Http>,
    searched: &Searched,
    resource: ResourceId,
) -> Result<Reading<Grant>, Error> {
    let reading = narrowed(http, &by_resource(resource), |it| it.resource() == Some(resource)).await?;
    if !reading.items.is_empty() {
        searched.prove();
        return Ok(reading);
    }
    if searched.ask(http, resource).await? {
        return Ok(reading);
    }
    let Reading { items, pages, settled } = users_of(resource).read::<Grant>(http).await?;
    let nothing = items.is_empty() && searched.is_empty();
    let items = items.into_iter().map(|(id, grant)| (id, grant.on(resource))).collect();
    Ok(Reading { items, pages: reading.pages + pages, settled: settled && nothing })
}

/// The links of one resource as well as they can be read, and whether these are all.
pub(in crate::api) async fn seen_on(
    http: &Arc<Http>,
    searched: &Searched,
    resource: ResourceId,
) -> Result<LinksAnswer, Error> {
    let Reading { items, pages: _, settled } = on_resource(http, searched, resource).await?;
    let Sorted { whole, incomplete, of_deleted: _ } = sorted(http, items.into_values()).await?;
    Ok(LinksAnswer { links: whole.into_iter().map(|(link, _)| link).collect(), incomplete, all: settled })
}

/// The links of one resource. That some may be hidden is an error.
pub(in crate::api) async fn links_on(
    http: &Arc<Http>,
    searched: &Searched,
    resource: ResourceId,
) -> Result<Vec<Link>, Error> {
    match seen_on(http, searched, resource).await? {
        LinksAnswer { links, all: true, .. } => Ok(links),
        LinksAnswer { all: false, .. } => Err(by_resource(resource).moving(http)),
    }
}

/// The links of one user on one resource. They are asked for by user: every server looks for those.
pub(in crate::api) async fn seen_of_user(
    http: &Arc<Http>,
    resource: ResourceId,
    user: UserId,
) -> Result<LinksAnswer, Error> {
    let Reading { items, pages: _, settled } = of_user(http, user, None).await?;
    let here = items.into_values().filter(|it| it.resource().is_none_or(|it| it == resource));
    let Sorted { whole, incomplete, of_deleted: _ } = sorted(http, here).await?;
    let links = whole.into_iter().map(|(link, _)| link).filter(|it| it.binding.resource == resource).collect();
    Ok(LinksAnswer { links, incomplete, all: settled })
}

/// The links of one binding. That some may be hidden is an error.
pub(super) async fn links_of(http: &Arc<Http>, binding: &Binding) -> Result<Vec<Link>, Error> {
    let LinksAnswer { links, incomplete, all: _ } = seen_of(http, binding).await?;
    if incomplete.is_empty() { Ok(links) } else { Err(by_user(binding).moving(http)) }
}

/// All rows of one binding. They are asked for by user and role: that shows who is deactivated, too, and every server looks
/// for them.
pub(in crate::api) async fn seen_of(http: &Arc<Http>, binding: &Binding) -> Result<LinksAnswer, Error> {
    let Reading { items, pages: _, settled } = of_user(http, binding.user, Some(binding.role)).await?;
    if !settled {
        return Err(by_user(binding).moving(http));
    }
    let of_binding = items.into_values().filter(|it| it.resource().is_none_or(|it| it == binding.resource));
    let Sorted { whole, mut incomplete, of_deleted: _ } = sorted(http, of_binding).await?;
    incomplete.retain(|it| it.blocks(binding));
    let links = whole.into_iter().map(|(link, _)| link).filter(|it| it.binding == *binding).collect();
    Ok(LinksAnswer { links, incomplete, all: true })
}

fn by_user(binding: &Binding) -> List {
    all().with("user", binding.user.to_string())
}

/// Reads one link again: `None` when it was revoked, when there is none, or none that the caller may see. A row without a
/// part is still this link, unless the other parts say something else.
pub(in crate::api) async fn link(http: &Arc<Http>, link: &Link) -> Result<Option<Link>, Error> {
    if link.id.is_derived() {
        let same = |it: &Link| it.binding == link.binding && link.created.is_none_or(|made| it.created == Some(made));
        if let Some(found) = links_of(http, &link.binding).await?.into_iter().find(same) {
            return Ok(Some(found));
        }
        // A list that is old may be old in one place only.
        let Binding { resource, role, user } = link.binding;
        let users = users_of(resource).with("user", user.to_string()).with("role", role.to_string());
        let Reading { items, .. } = users.read::<Grant>(http).await?;
        let shown = items.into_values().filter_map(|it| it.on(resource).link()).any(|it| same(&it));
        return Ok(shown.then_some(*link));
    }
    let Some(row) = object::<Grant>(http, GRANTS, link.id, &[]).await? else { return Ok(None) };
    let still = !row.is_of_deleted() && lacks_a_part(&row) && row.incomplete().could_be(&link.binding);
    Ok(row.link().or_else(|| still.then_some(*link)))
}

/// Rows, those that stand for a link and those that do not, each in their order.
pub(super) struct Sorted {
    pub(super) whole: Vec<(Link, Grant)>,
    pub(super) incomplete: Vec<IncompleteLink>,
    /// How many belong to resources that were deleted.
    pub(super) of_deleted: u64,
}

/// Sorts rows. Those without a part are read again, where they have an id: most of them were about to go.
pub(super) async fn sorted(http: &Arc<Http>, rows: impl Iterator<Item = Grant>) -> Result<Sorted, Error> {
    let (of_deleted, rows): (Vec<_>, Vec<_>) = rows.partition(Grant::is_of_deleted);
    let (partial, mut whole): (Vec<_>, Vec<_>) = rows.into_iter().partition(lacks_a_part);
    let (partial, mut incomplete): (Vec<_>, Vec<_>) = partial.into_iter().partition(Grant::has_id);
    let again = bounded_map(http.parallelism, partial, |row| {
        let http = Arc::clone(http);
        async move { object::<Grant>(&http, GRANTS, row.id().simple(), &[]).await }
    });
    let again = again.await?.into_iter().flatten().filter(|it| !it.is_of_deleted());
    let (partial, again): (Vec<_>, Vec<_>) = again.partition(lacks_a_part);
    incomplete.extend(partial);
    whole.extend(again);
    let mut whole: Vec<_> = whole.into_iter().filter_map(|it| Some((it.link()?, it))).collect();
    whole.sort_unstable_by_key(|(link, _)| *link);
    let mut incomplete: Vec<_> = incomplete.iter().map(Grant::incomplete).collect();
    incomplete.sort_unstable();
    Ok(Sorted { whole, incomplete, of_deleted: of_deleted.len() as u64 })
}

fn lacks_a_part(grant: &Grant) -> bool {
    grant.resource().is_none() || grant.role().is_none() || grant.user().is_none()
}

/// Rows by what they are told apart by.
pub(super) type Rows = HashMap<uuid::Uuid, Grant>;
