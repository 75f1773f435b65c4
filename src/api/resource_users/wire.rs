//! What only the first generation says in JSON.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::api::waldur::{Id, Item, OfOffering, present, shown};
use crate::binding::{Binding, Link};
use crate::directory;
use crate::snapshot::IncompleteLink;

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
    user_username: Option<Box<str>>,
    user_full_name: Option<Box<str>>,
}

impl Row {
    /// Its user, if the username is shown.
    pub(super) fn user(self) -> Option<directory::User> {
        Some(shown(self.user_username?, self.user_full_name))
    }

    /// What is shown of it.
    pub(super) fn incomplete(&self) -> IncompleteLink {
        let Self { uuid, resource_uuid, role_uuid, user_uuid, .. } = self;
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
        Some(Link::plain(self.uuid.0.into(), binding))
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

/// An object of `/api/marketplace-offering-user-roles/`.
#[derive(Debug, Deserialize)]
pub(super) struct Role {
    uuid: Id,
    name: String,
    offering_uuid: Id,
}

impl Role {
    /// Whether this is its name.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name == name
    }
}

impl From<Role> for directory::Role {
    fn from(role: Role) -> Self {
        let Role { uuid: _, name, offering_uuid } = role;
        Self { name, offerings: [offering_uuid.0.into()].into() }
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

items!(Row, Role, Entry);

impl OfOffering for Role {
    fn offering(&self) -> Uuid {
        self.offering_uuid.0
    }
}
