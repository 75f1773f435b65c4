//! The words that plans and reports are written in.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::binding::{LinkId, OfferingId, ResourceId, RoleId, UserId};
use crate::desired::Origin;
use crate::diagnostic::{self, Diagnostic, Severity, Span};
use crate::directory::Directory;
use crate::render::{Naming, People};

/// The version of this format.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version;

/// A point in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instant(pub(super) Timestamp);

/// A resource.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Resource<'a> {
    id: ResourceId,
    /// Its name; names are not unique. Null if it could not be looked up.
    name: Option<&'a str>,
    /// What it is an instance of; null if it could not be looked up.
    offering: Option<Offering<'a>>,
}

/// An offering.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Offering<'a> {
    pub(super) id: OfferingId,
    /// Its name; names are not unique.
    pub(super) name: &'a str,
}

/// A role of one offering.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Role<'a> {
    id: RoleId,
    /// Its name; null if it could not be looked up.
    name: Option<&'a str>,
}

/// A user account.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct User<'a> {
    id: UserId,
    /// Its username; null if it could not be looked up.
    username: Option<&'a str>,
    /// What the person is called; only with `--names`, and absent if that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<&'a str>,
}

/// A live link.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Link<'a> {
    /// The id of the row.
    id: LinkId,
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    /// When the server ends it by itself; absent: never, or it keeps no ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<Instant>,
}

/// A row that the server does not show in full. What it does not show is null.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct IncompleteLink<'a> {
    /// The id of the row.
    id: LinkId,
    resource: Option<Resource<'a>>,
    role: Option<Role<'a>>,
    user: Option<User<'a>>,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Place<'a> {
    /// The path as it was given, or `<stdin>`.
    file: &'a str,
    /// From 1.
    line: u32,
    /// In characters, from 1.
    column: u32,
}

/// A line of the files that asks for a binding.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Line<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    /// The groups the user came through, outermost first; empty for a user who is named.
    groups: Vec<&'a str>,
    /// First instant at which the line holds; null: since ever.
    from: Option<Instant>,
    /// First instant at which it does not hold any more; null: for ever.
    until: Option<Instant>,
    /// Why, in the author's words.
    reason: Option<&'a str>,
}

/// Something about the files.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Finding<'a> {
    /// Stable short name, e.g. `unresolved`.
    code: &'a str,
    severity: Severity,
    /// What is wrong, with literals in backticks.
    message: &'a str,
    place: Place<'a>,
    /// What is at the place; null where there is nothing to add.
    label: Option<&'a str>,
    /// Other places that belong to it.
    related: Vec<Related<'a>>,
    /// Other places where the very same is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Place<'a>>,
    /// What to do about it.
    help: Option<&'a str>,
}

/// A place that belongs to a finding.
#[derive(Debug, Serialize, JsonSchema)]
struct Related<'a> {
    place: Place<'a>,
    /// What is there; null where there is nothing to add.
    label: Option<&'a str>,
}

/// Looks names up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    directory: &'a Directory,
    people: People,
}

impl<'a> From<&Naming<'a>> for Names<'a> {
    fn from(naming: &Naming<'a>) -> Self {
        Self { directory: naming.directory(), people: naming.people() }
    }
}

impl<'a> Names<'a> {
    pub(super) fn resource(self, id: ResourceId) -> Resource<'a> {
        let found = self.directory.resources.get(&id);
        let offering = found.map(|it| Offering { id: it.offering, name: &it.offering_name });
        Resource { id, name: found.map(|it| &*it.name), offering }
    }

    pub(super) fn role(self, id: RoleId) -> Role<'a> {
        Role { id, name: self.directory.roles.get(&id).map(|it| &*it.name) }
    }

    pub(super) fn user(self, id: UserId) -> User<'a> {
        let user = self.directory.users.get(&id);
        let full_name = user.map(|it| &*it.full_name).filter(|it| !it.is_empty());
        let full_name = full_name.filter(|_| self.people == People::FullNames);
        User { id, username: user.map(|it| &*it.username), full_name }
    }

    pub(super) fn link(self, link: crate::binding::Link) -> Link<'a> {
        let crate::binding::Link { id, binding, ends, .. } = link;
        Link {
            id,
            resource: self.resource(binding.resource),
            role: self.role(binding.role),
            user: self.user(binding.user),
            ends: ends.map(Instant),
        }
    }

    pub(super) fn incomplete(self, row: &crate::snapshot::IncompleteLink) -> IncompleteLink<'a> {
        let crate::snapshot::IncompleteLink { id, resource, role, user } = *row;
        IncompleteLink {
            id,
            resource: resource.map(|it| self.resource(it)),
            role: role.map(|it| self.role(it)),
            user: user.map(|it| self.user(it)),
        }
    }
}

impl<'a> From<&'a Span> for Place<'a> {
    fn from(Span { file, start: _, end: _, line, column }: &'a Span) -> Self {
        Self { file, line: *line, column: *column }
    }
}

impl<'a> From<&'a Origin> for Line<'a> {
    fn from(Origin { span, groups, life, reason }: &'a Origin) -> Self {
        Self {
            place: span.into(),
            groups: groups.iter().map(|it| &**it).collect(),
            from: life.from.map(Instant),
            until: life.until.map(Instant),
            reason: reason.as_deref(),
        }
    }
}

impl<'a> From<&'a Diagnostic> for Finding<'a> {
    fn from(Diagnostic { code, severity, message, primary, related, also, help }: &'a Diagnostic) -> Self {
        let related = related.iter().map(|it| Related { place: (&it.span).into(), label: label(it) }).collect();
        let also = also.iter().map(Place::from).collect();
        let place = (&primary.span).into();
        let (severity, label, help) = (*severity, label(primary), help.as_deref());
        Self { code, severity, message, place, label, related, also, help }
    }
}

fn label(diagnostic::Label { span: _, text }: &diagnostic::Label) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(1)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl JsonSchema for Version {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The version of this format. Within it fields may be added, and words to a list of words; \
                nothing is taken away and nothing changes its meaning.",
            "const": 1
        })
    }
}

impl JsonSchema for Instant {
    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An instant in UTC, as in RFC 3339.",
            "type": "string",
            "format": "date-time",
            "examples": ["2027-01-01T00:00:00Z"]
        })
    }
}
