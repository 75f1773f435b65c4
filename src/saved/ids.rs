//! Ids, bindings and links as JSON: 32 hex digits each.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::binding::{Binding, Link, LinkId, OfferingId, ResourceId, RoleId, UserId};

/// Any id, as the server shows it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Id(#[serde(with = "uuid::serde::simple")] Uuid);

macro_rules! ids {
    ($($name:ident),+ $(,)?) => {$(
        impl From<$name> for Id {
            fn from(id: $name) -> Self {
                Self(Uuid::from_bytes(*id.as_bytes()))
            }
        }

        impl From<Id> for $name {
            fn from(Id(uuid): Id) -> Self {
                uuid.into()
            }
        }
    )+};
}

ids!(OfferingId, ResourceId, RoleId, UserId, LinkId);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BindingTwin {
    resource: Id,
    role: Id,
    user: Id,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkTwin {
    id: Id,
    resource: Id,
    role: Id,
    user: Id,
}

impl From<&Binding> for BindingTwin {
    fn from(&Binding { resource, role, user }: &Binding) -> Self {
        Self { resource: resource.into(), role: role.into(), user: user.into() }
    }
}

impl From<BindingTwin> for Binding {
    fn from(BindingTwin { resource, role, user }: BindingTwin) -> Self {
        Self { resource: resource.into(), role: role.into(), user: user.into() }
    }
}

impl From<&Link> for LinkTwin {
    fn from(&Link { id, binding: Binding { resource, role, user } }: &Link) -> Self {
        Self { id: id.into(), resource: resource.into(), role: role.into(), user: user.into() }
    }
}

impl From<LinkTwin> for Link {
    fn from(LinkTwin { id, resource, role, user }: LinkTwin) -> Self {
        let binding = Binding { resource: resource.into(), role: role.into(), user: user.into() };
        Self { id: id.into(), binding }
    }
}
