//! Links with the names that their rows show.

use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

use super::listing::rows;
use super::rows::{Filter, PATH};
use super::wire::Linked;
use crate::api::answers::{LinkQuery, Listing, RoleIs};
use crate::api::http::{Error, Http};
use crate::api::waldur::{Id, Item, Reading, object, present};
use crate::binding::{Binding, Link, LinkId};
use crate::snapshot::NamedLink;

/// A row of `/api/marketplace-resource-users/` with its names.
#[derive(Debug, Deserialize)]
struct NamedRow {
    uuid: Id,
    #[serde(deserialize_with = "present")]
    resource_uuid: Option<Id>,
    #[serde(deserialize_with = "present")]
    role_uuid: Option<Id>,
    #[serde(deserialize_with = "present")]
    user_uuid: Option<Id>,
    resource_name: Option<String>,
    role_name: Option<String>,
    user_username: Option<String>,
    user_full_name: Option<String>,
}

/// Reads the links that are asked for.
pub(in crate::api) async fn named(http: &Arc<Http>, narrowed: &LinkQuery) -> Result<Listing, Error> {
    let Reading { items, pages, settled } = rows::<NamedRow>(http, &narrowed.into()).await?;
    let links = items.into_values().filter_map(NamedRow::named).collect();
    Ok(Listing { links, pages, changing: !settled })
}

/// Retrieves one link: `None` when there is none, or none that the caller may see.
pub(in crate::api) async fn named_link(http: &Http, id: LinkId) -> Result<Option<NamedLink>, Error> {
    if let Some(row) = object::<NamedRow>(http, PATH, id, &[]).await? {
        return Ok(row.named());
    }
    // Where there are no links at all, none is missing.
    Filter::default().count(http).await.map(|_| None)
}

impl From<&LinkQuery> for Filter {
    fn from(LinkQuery { resource, role, user }: &LinkQuery) -> Self {
        let (role, role_name) = match role {
            None => (None, None),
            Some(RoleIs::Id(id)) => (Some(*id), None),
            Some(RoleIs::Called(name)) => (None, Some(Arc::clone(name))),
        };
        Self { resource: *resource, role, role_name, user: *user }
    }
}

impl NamedRow {
    fn named(self) -> Option<NamedLink> {
        let link = self.link()?;
        let Self { resource_name, role_name, user_username, user_full_name, .. } = self;
        Some(NamedLink {
            link,
            resource: resource_name.unwrap_or_default(),
            role: role_name.unwrap_or_default(),
            username: user_username.unwrap_or_default(),
            full_name: user_full_name.unwrap_or_default(),
        })
    }
}

impl Item for NamedRow {
    fn id(&self) -> Uuid {
        self.uuid.0
    }
}

impl Linked for NamedRow {
    fn link(&self) -> Option<Link> {
        let binding = Binding {
            resource: self.resource_uuid?.0.into(),
            role: self.role_uuid?.0.into(),
            user: self.user_uuid?.0.into(),
        };
        Some(Link::plain(self.uuid.0.into(), binding))
    }

    fn resource(&self) -> Option<Uuid> {
        self.resource_uuid.map(|Id(uuid)| uuid)
    }

    fn role_name(&self) -> Option<&str> {
        self.role_name.as_deref()
    }
}
