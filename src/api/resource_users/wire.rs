//! The server's JSON, read into our own types and kept out of everyone else's sight.
//!
//! Only what is needed is read, and ids go straight into their sixteen bytes.

use std::fmt;

use jiff::Timestamp;
use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::binding::{Binding, Link, parse_uuid};
use crate::snapshot::IncompleteLink;

/// An id as the server writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(pub(super) Uuid);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Id;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a UUID")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id, E> {
                parse_uuid(text).map(Id).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// An object of a list.
pub(super) trait Item: de::DeserializeOwned + Send + 'static {
    /// What it is told apart by.
    fn id(&self) -> Uuid;
}

/// An object that belongs to an offering.
pub(super) trait OfOffering: Item {
    /// Which one.
    fn offering(&self) -> Uuid;
}

/// A row of `/api/marketplace-resource-users/`, read in one width or another.
pub(super) trait Linked: Item {
    /// The link, unless something that it names was deleted while the server wrote it down: then it is dying, too.
    fn link(&self) -> Option<Link>;

    /// The resource, if it is still there.
    fn resource(&self) -> Option<Uuid>;

    /// The name of its role, where it was read.
    fn role_name(&self) -> Option<&str> {
        None
    }
}

/// A row of `/api/marketplace-resource-users/`: as little of it as a pass needs.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    uuid: Id,
    #[serde(deserialize_with = "present")]
    resource_uuid: Option<Id>,
    #[serde(deserialize_with = "present")]
    role_uuid: Option<Id>,
    #[serde(deserialize_with = "present")]
    user_uuid: Option<Id>,
    pub(super) user_username: Option<Box<str>>,
}

impl Row {
    /// What is shown of it.
    pub(super) fn incomplete(&self) -> IncompleteLink {
        let Self { uuid, resource_uuid, role_uuid, user_uuid, user_username: _ } = self;
        IncompleteLink {
            id: uuid.0.into(),
            resource: resource_uuid.map(|it| it.0.into()),
            role: role_uuid.map(|it| it.0.into()),
            user: user_uuid.map(|it| it.0.into()),
        }
    }
}

impl Linked for Row {
    fn link(&self) -> Option<Link> {
        let binding = Binding {
            resource: self.resource_uuid?.0.into(),
            role: self.role_uuid?.0.into(),
            user: self.user_uuid?.0.into(),
        };
        Some(Link { id: self.uuid.0.into(), binding })
    }

    fn resource(&self) -> Option<Uuid> {
        self.resource_uuid.map(|Id(uuid)| uuid)
    }
}

/// What a new link is asked for with: references in the server's own form.
#[derive(Debug, Serialize)]
pub(super) struct NewRow {
    pub(super) resource: String,
    pub(super) role: String,
    pub(super) user: String,
}

/// An object of which nothing but its id is wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Bare {
    uuid: Id,
}

/// An object of `/api/marketplace-resources/`.
#[derive(Debug, Deserialize)]
pub(super) struct Resource {
    uuid: Id,
    name: String,
    state: String,
    offering_uuid: Id,
    #[serde(default)]
    offering_name: String,
}

/// An object of `/api/marketplace-offering-user-roles/`.
#[derive(Debug, Deserialize)]
pub(super) struct Role {
    uuid: Id,
    name: String,
    offering_uuid: Id,
}

/// An object of `/api/users/`.
#[derive(Debug, Deserialize)]
pub(super) struct User {
    uuid: Id,
    pub(super) username: String,
    /// Shown to staff and support only.
    is_active: Option<bool>,
}

/// The object `/api/users/me/`.
#[derive(Debug, Deserialize)]
pub(super) struct Me {
    pub(super) uuid: Id,
    pub(super) username: String,
    #[serde(default)]
    pub(super) is_staff: bool,
    #[serde(default)]
    pub(super) is_support: bool,
    pub(super) token_lifetime: Option<u64>,
}

/// An object of `/api/events/`.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    uuid: Id,
    pub(super) created: Timestamp,
    pub(super) event_type: String,
    pub(super) message: String,
    pub(super) context: Context,
}

/// What an event remembers of who caused it.
#[derive(Debug, Deserialize)]
pub(super) struct Context {
    pub(super) user_username: Option<String>,
    pub(super) ip_address: Option<String>,
}

/// `null` is a value here, but leaving the field out is not.
pub(super) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Id>, D::Error> {
    Option::deserialize(deserializer)
}

impl From<Resource> for crate::directory::Resource {
    fn from(resource: Resource) -> Self {
        let Resource { uuid: _, name, state, offering_uuid, offering_name } = resource;
        let terminated = matches!(state.as_str(), "Terminated" | "Terminating");
        Self { name, offering: offering_uuid.0.into(), offering_name, terminated }
    }
}

impl From<Role> for crate::directory::Role {
    fn from(role: Role) -> Self {
        let Role { uuid: _, name, offering_uuid } = role;
        Self { name, offering: offering_uuid.0.into() }
    }
}

impl From<User> for crate::directory::User {
    fn from(user: User) -> Self {
        let User { uuid: _, username, is_active } = user;
        Self { username, active: is_active }
    }
}

macro_rules! items {
    ($($name:ty),+) => {$(
        impl Item for $name {
            fn id(&self) -> Uuid {
                self.uuid.0
            }
        }
    )+};
}

items!(Row, Bare, Resource, Role, User, Entry);

impl OfOffering for Resource {
    fn offering(&self) -> Uuid {
        self.offering_uuid.0
    }
}

impl OfOffering for Role {
    fn offering(&self) -> Uuid {
        self.offering_uuid.0
    }
}
