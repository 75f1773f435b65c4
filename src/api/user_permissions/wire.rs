//! What only the second generation says in JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::api::waldur::{Id, Item, shown};
use crate::binding::{Binding, Link, LinkId, OfferingId, ResourceId, RoleId, UserId};
use crate::directory;
use crate::snapshot::{IncompleteLink, NamedLink};

/// A row of `/api/user-permissions/`, as much of it as anybody needs. What the server has no value for may be absent.
#[derive(Debug, Deserialize)]
pub(super) struct Grant {
    /// Shown since 8.1.2.
    uuid: Option<Id>,
    user_uuid: Option<Id>,
    role_uuid: Option<Id>,
    scope_type: Option<Box<str>>,
    scope_uuid: Option<Id>,
    created: Timestamp,
    expiration_time: Option<Timestamp>,
    /// Shown since 8.1.2. A row that is asked for by its id is shown when it was revoked, too.
    is_active: Option<bool>,
    /// Which automation made it; shown since 8.1.3, and empty for people.
    source: Option<Box<str>>,
    user_username: Option<Box<str>>,
    user_name: Option<Box<str>>,
    role_name: Option<Box<str>>,
    scope_name: Option<Box<str>>,
}

impl Grant {
    /// The link, if all its parts are shown and it was not revoked.
    pub(super) fn link(&self) -> Option<Link> {
        if self.is_active == Some(false) {
            return None;
        }
        let binding = Binding { resource: self.resource()?, role: self.role()?, user: self.user()? };
        Some(Link {
            id: self.uuid.map_or_else(|| LinkId::derived(&binding), |Id(uuid)| uuid.into()),
            binding,
            ends: self.expiration_time,
            created: Some(self.created),
            managed: self.source.as_deref().is_some_and(|it| !it.is_empty()),
        })
    }

    /// Its user, if the username is shown.
    pub(super) fn holder(self) -> Option<directory::User> {
        Some(shown(self.user_username?, self.user_name))
    }

    /// The same with its names.
    pub(super) fn named(self) -> Option<NamedLink> {
        let link = self.link()?;
        let text = |it: Option<Box<str>>| it.map(String::from).unwrap_or_default();
        Some(NamedLink {
            link,
            resource: text(self.scope_name),
            role: text(self.role_name),
            username: text(self.user_username),
            full_name: text(self.user_name),
        })
    }

    /// Tells the row as it is now from what it was and will be.
    pub(super) fn state(&self) -> Uuid {
        let mut hash = Sha256::new();
        hash.update(self.id().as_bytes());
        hash.update([self.is_active.map_or(2, u8::from)]);
        hash.update(self.expiration_time.map_or(i128::MAX, Timestamp::as_nanosecond).to_be_bytes());
        let hash = hash.finalize();
        uuid::Builder::from_custom_bytes(std::array::from_fn(|at| hash[at])).into_uuid()
    }

    /// Whether it is of a resource that was deleted: that has taken its scope with it.
    pub(super) fn is_of_deleted(&self) -> bool {
        self.scope_type.is_none() && self.scope_uuid.is_none()
    }

    /// What is shown of a row that is no link.
    pub(super) fn incomplete(&self) -> IncompleteLink {
        IncompleteLink { id: self.id().into(), resource: self.resource(), role: self.role(), user: self.user() }
    }

    /// Whether it could be asked for by its id.
    pub(super) fn has_id(&self) -> bool {
        self.uuid.is_some()
    }

    pub(super) fn resource(&self) -> Option<ResourceId> {
        self.scope_uuid.map(|Id(uuid)| uuid.into())
    }

    pub(super) fn role(&self) -> Option<RoleId> {
        self.role_uuid.map(|Id(uuid)| uuid.into())
    }

    pub(super) fn role_name(&self) -> Option<&str> {
        self.role_name.as_deref()
    }

    pub(super) fn user(&self) -> Option<UserId> {
        self.user_uuid.map(|Id(uuid)| uuid.into())
    }

    /// A row of `list_users` has no place of its own: it is of the resource that was asked.
    pub(super) fn on(self, resource: ResourceId) -> Self {
        Self { scope_uuid: Some(Id(Uuid::from_bytes(*resource.as_bytes()))), ..self }
    }
}

impl Item for Grant {
    /// Rows without an id are told apart by what they stand for and when they were made.
    fn id(&self) -> Uuid {
        if let Some(Id(uuid)) = self.uuid {
            return uuid;
        }
        let mut hash = Sha256::new();
        for part in [self.scope_uuid, self.role_uuid, self.user_uuid] {
            hash.update(part.map_or([0; 16], |Id(uuid)| *uuid.as_bytes()));
        }
        hash.update(self.created.as_nanosecond().to_be_bytes());
        let hash = hash.finalize();
        uuid::Builder::from_custom_bytes(std::array::from_fn(|at| hash[at])).into_uuid()
    }
}

/// What a grant is asked for with, changed with, or removed with. A role is always meant by its id: names repeat.
#[derive(Debug, Serialize)]
pub(super) struct NewGrant {
    pub(super) role: RoleId,
    pub(super) user: UserId,
    /// Where it is absent, that means never; it is always said.
    pub(super) expiration_time: Option<Timestamp>,
}

/// A grant that is to be removed: an end that has come would be refused.
#[derive(Debug, Serialize)]
pub(super) struct OldGrant {
    pub(super) role: RoleId,
    pub(super) user: UserId,
}

/// Why a grant is revoked.
#[derive(Debug, Serialize)]
pub(super) struct Reason<'a> {
    pub(super) reason: &'a str,
}

/// What a grant that was made or changed has for an end.
#[derive(Debug, Deserialize)]
pub(super) struct Granted {
    pub(super) expiration_time: Option<Timestamp>,
}

/// An object of `/api/marketplace-offering-roles/`, or one of `/api/roles/`, which names no offering.
#[derive(Debug, Deserialize)]
pub(super) struct Role {
    uuid: Id,
    name: String,
    content_type: Option<Box<str>>,
    /// One of them, where it belongs to several.
    offering_uuid: Option<Id>,
}

impl Role {
    /// Whether it can be given on resources.
    pub(super) fn is_for_resources(&self) -> bool {
        self.content_type.as_deref() == Some("resource")
    }

    /// Whether it names this offering as its own.
    pub(super) fn is_of(&self, offering: OfferingId) -> bool {
        self.offering_uuid.is_some_and(|Id(uuid)| OfferingId::from(uuid) == offering)
    }

    /// Whether this is its name.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name == name
    }

    /// Which role it is.
    pub(super) fn role(&self) -> RoleId {
        self.uuid.0.into()
    }

    /// Takes it into what is known of roles, as one of these offerings.
    pub(super) fn enter(self, roles: &mut BTreeMap<RoleId, directory::Role>, offering: Option<OfferingId>) {
        let Self { uuid, name, content_type: _, offering_uuid } = self;
        let role = roles
            .entry(uuid.0.into())
            .or_insert_with(|| directory::Role { name, offerings: std::collections::BTreeSet::new() });
        role.offerings.extend(offering_uuid.map(|Id(uuid)| uuid.into()).into_iter().chain(offering));
    }
}

impl Item for Role {
    fn id(&self) -> Uuid {
        self.uuid.0
    }
}

/// An object of `/api/role-availabilities/`.
#[derive(Debug, Deserialize)]
pub(super) struct Availability {
    uuid: Id,
    role_uuid: Id,
    scope_type: Option<Box<str>>,
    scope_uuid: Option<Id>,
}

impl Availability {
    /// The role and its offering, if it belongs to one.
    pub(super) fn pair(&self) -> Option<(RoleId, OfferingId)> {
        let Self { uuid: _, role_uuid, scope_type, scope_uuid } = self;
        (scope_type.as_deref() == Some("offering")).then_some(())?;
        Some((role_uuid.0.into(), scope_uuid.as_ref()?.0.into()))
    }
}

impl Item for Availability {
    fn id(&self) -> Uuid {
        self.uuid.0
    }
}

/// An object of `/api/events/`.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    uuid: Id,
    pub(super) created: Timestamp,
    pub(super) event_type: String,
    pub(super) context: Context,
}

/// What an event remembers of a grant, and of who changed it.
#[derive(Debug, Deserialize)]
pub(super) struct Context {
    pub(super) scope_type: Option<String>,
    pub(super) scope_name: Option<String>,
    pub(super) role_name: Option<String>,
    pub(super) affected_user_username: Option<String>,
    pub(super) user_username: Option<String>,
    pub(super) ip_address: Option<String>,
    pub(super) reason: Option<String>,
}

impl Item for Entry {
    fn id(&self) -> Uuid {
        self.uuid.0
    }
}
