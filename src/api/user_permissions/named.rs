//! Links with the names that their rows show.

use std::sync::Arc;

use super::grants::{all, narrowed, of_user, on_resource};
use super::listing::grants;
use super::searched::Searched;
use super::wire::Grant;
use super::{GRANTS, refuse_own_rows};
use crate::api::answers::{LinkQuery, Listing, RoleIs};
use crate::api::http::{Error, Http};
use crate::api::waldur::{Reading, object};
use crate::binding::LinkId;
use crate::snapshot::NamedLink;

/// Reads the links that are asked for, by the part that narrows them most.
pub(in crate::api) async fn named(
    http: &Arc<Http>,
    searched: &Arc<Searched>,
    wanted: &LinkQuery,
) -> Result<Listing, Error> {
    refuse_own_rows(http).await?;
    let Reading { items, pages, settled } = match wanted {
        LinkQuery { user: Some(user), .. } => of_user(http, *user, None).await?,
        LinkQuery { resource: Some(resource), .. } => on_resource(http, searched, *resource).await?,
        LinkQuery { role: Some(RoleIs::Id(role)), .. } => {
            narrowed(http, &all().with("role_uuid", role.to_string()), |it| it.role() == Some(*role)).await?
        }
        LinkQuery { role: Some(RoleIs::Called(name)), .. } => {
            // The server takes it for a part of the name.
            let part = name.to_lowercase();
            let passes = |it: &Grant| it.role_name().is_none_or(|of| of.to_lowercase().contains(&part));
            narrowed(http, &all().with("role_name", &**name), passes).await?
        }
        LinkQuery { user: None, resource: None, role: None } => grants(http, searched).await?,
    };
    let links = items.into_values().filter_map(Grant::named).filter(|it| wanted.fits(it)).collect();
    Ok(Listing { links, pages, changing: !settled })
}

/// Retrieves one link: `None` when it was revoked, when there is none, or none that the caller may see.
pub(in crate::api) async fn named_link(http: &Http, id: LinkId) -> Result<Option<NamedLink>, Error> {
    if id.is_derived() {
        return Ok(None);
    }
    Ok(object::<Grant>(http, GRANTS, id, &[]).await?.and_then(Grant::named))
}

impl LinkQuery {
    fn fits(&self, NamedLink { link, role: name, .. }: &NamedLink) -> bool {
        let Self { resource, role, user } = self;
        resource.is_none_or(|it| it == link.binding.resource)
            && user.is_none_or(|it| it == link.binding.user)
            && match role {
                None => true,
                Some(RoleIs::Id(role)) => *role == link.binding.role,
                Some(RoleIs::Called(role)) => **role == **name,
            }
    }
}
