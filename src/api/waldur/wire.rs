//! The server's JSON that both generations share, read into our own types and kept out of everyone else's sight.
//!
//! Only what is needed is read, and ids go straight into their sixteen bytes.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Unexpected, Visitor};
use uuid::Uuid;

use crate::binding::parse_uuid;
use crate::directory::Project;

/// An id as the server writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) struct Id(pub(in crate::api) Uuid);

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
pub(in crate::api) trait Item: de::DeserializeOwned + Send + 'static {
    /// What it is told apart by.
    fn id(&self) -> Uuid;
}

/// An object that belongs to an offering.
pub(in crate::api) trait OfOffering: Item {
    /// Which one.
    fn offering(&self) -> Uuid;
}

/// An object of which nothing but its id is wanted.
#[derive(Debug, Deserialize)]
pub(in crate::api) struct Bare {
    uuid: Id,
}

/// An object of `/api/marketplace-resources/`.
#[derive(Debug, Deserialize)]
pub(in crate::api) struct Resource {
    uuid: Id,
    name: String,
    state: String,
    offering_uuid: Id,
    #[serde(default)]
    offering_name: String,
    project_uuid: Option<Id>,
    project_name: Option<String>,
    customer_name: Option<String>,
}

/// An object of `/api/users/`.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::api) struct User {
    uuid: Id,
    pub(in crate::api) username: String,
    #[serde(default)]
    pub(in crate::api) full_name: String,
    /// Only where it is asked for.
    pub(in crate::api) email: Option<String>,
    /// Shown to staff and support only.
    is_active: Option<bool>,
}

/// The object `/api/users/me/`.
#[derive(Debug, Deserialize)]
pub(in crate::api) struct Me {
    pub(in crate::api) uuid: Id,
    pub(in crate::api) username: String,
    #[serde(default)]
    pub(in crate::api) is_staff: bool,
    #[serde(default)]
    pub(in crate::api) is_support: bool,
    pub(in crate::api) token_lifetime: Option<u64>,
}

/// A user as rows of links show one.
pub(in crate::api) fn shown(username: Box<str>, full_name: Option<Box<str>>) -> crate::directory::User {
    let full_name = full_name.map(String::from).unwrap_or_default();
    crate::directory::User { username: username.into(), full_name, active: None }
}

/// `null` is a value here, but leaving the field out is not.
pub(in crate::api) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Id>, D::Error> {
    Option::deserialize(deserializer)
}

impl From<Resource> for crate::directory::Resource {
    fn from(resource: Resource) -> Self {
        let Resource { uuid: _, name, state, offering_uuid, offering_name, .. } = resource;
        let project = resource.project_uuid.map(|Id(id)| Project {
            id: id.into(),
            name: resource.project_name.unwrap_or_default(),
            organisation: resource.customer_name.unwrap_or_default(),
        });
        let terminated = matches!(state.as_str(), "Terminated" | "Terminating");
        Self { name, offering: offering_uuid.0.into(), offering_name, project, terminated }
    }
}

impl From<User> for crate::directory::User {
    fn from(user: User) -> Self {
        let User { uuid: _, username, full_name, email: _, is_active } = user;
        Self { username, full_name, active: is_active }
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

items!(Bare, Resource, User);

impl OfOffering for Resource {
    fn offering(&self) -> Uuid {
        self.offering_uuid.0
    }
}
