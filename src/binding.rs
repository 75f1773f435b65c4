//! The words everything else is said in: who may do what, where.
//!
//! All identifiers of the server are UUIDs. They are kept as 16 bytes, so that the many ways to write one (dashed,
//! undashed, upper-case) are equal, and shown as the server shows them: 32 lower-case hex digits.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// One grant of access: this user has this role on this resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// What is being accessed.
    pub resource: ResourceId,
    /// What may be done there.
    pub role: RoleId,
    /// Who may do it.
    pub user: UserId,
}

impl Binding {
    /// Where and who: two bindings of one pair differ only in the role, and one can take the place of the other.
    pub fn pair(&self) -> (ResourceId, UserId) {
        (self.resource, self.user)
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resource, role, user } = self;
        write!(f, "{resource} {role} {user}")
    }
}

/// A row the server holds: a binding, and what the server knows about it beside.
///
/// The server does not promise that a binding has only one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// The server's name for this row or, where it has none, one that was derived.
    pub id: LinkId,
    /// The grant it stands for.
    pub binding: Binding,
    /// When the server ends it by itself; `None`: never, or it knows of no ends.
    pub ends: Option<Timestamp>,
    /// When it was made, where the server shows it.
    pub created: Option<Timestamp>,
    /// Another automation of the server made it and looks after it.
    pub managed: bool,
}

impl Link {
    /// A link of which the server tells no more than its id and what it stands for.
    pub const fn plain(id: LinkId, binding: Binding) -> Self {
        Self { id, binding, ends: None, created: None, managed: false }
    }

    /// Whether both are the same row of the server. Where it has no ids, that is so when they stand for the same.
    pub fn is_same_row(&self, other: &Self) -> bool {
        if self.id.is_derived() || other.id.is_derived() { self.binding == other.binding } else { self.id == other.id }
    }
}

impl LinkId {
    /// The id of a row that the server has no name for. Each binding has one and the same for ever.
    pub fn derived(binding: &Binding) -> Self {
        let Binding { resource, role, user } = binding;
        derived([resource.as_bytes(), role.as_bytes(), user.as_bytes()])
    }

    /// Whether it is derived, and nothing that the server could be asked about: those are of version 8, and Waldur gives
    /// random ones, of version 4.
    pub fn is_derived(&self) -> bool {
        self.0.get_version_num() == 8
    }
}

impl RoleId {
    /// Stands for a role of an offering that the server does not have yet. Each name has one and the same for ever.
    pub fn placeholder(offering: OfferingId, name: &str) -> Self {
        derived([offering.as_bytes(), name.as_bytes()])
    }
}

/// An id of our own, of version 8.
fn derived<Id: From<Uuid>, const N: usize>(parts: [&[u8]; N]) -> Id {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let hash = hash.finalize();
    uuid::Builder::from_custom_bytes(std::array::from_fn(|at| hash[at])).into_uuid().into()
}

/// Reads a UUID written as 32 hex digits or as 8-4-4-4-12, in either case; anything else is `None`.
///
/// The forms `urn:uuid:…` and `{…}` are not UUIDs here: the server does not write them, and a name may look like that.
pub fn parse_uuid(text: &str) -> Option<Uuid> {
    match text.len() {
        32 | 36 => Uuid::try_parse(text).ok(),
        _ => None,
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Reads 32 hex digits or 8-4-4-4-12; anything else is `None`.
            pub fn parse(text: &str) -> Option<Self> {
                parse_uuid(text).map(Self)
            }

            /// The sixteen bytes of it.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut buffer = [0; uuid::fmt::Simple::LENGTH];
                f.pad(self.0.simple().encode_lower(&mut buffer))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                uuid::serde::simple::deserialize(deserializer).map(Self)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                "Id".into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": "A UUID as the server writes it.",
                    "type": "string",
                    "pattern": "^[0-9a-f]{32}$"
                })
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )+};
}

ids! {
    /// Names an offering: what a provider sells, and what resources and roles belong to.
    OfferingId,
    /// Names a project: what an organisation uses resources for.
    ProjectId,
    /// Names a resource.
    ResourceId,
    /// Names a role.
    RoleId,
    /// Names a user.
    UserId,
    /// Names a live link.
    LinkId,
}
