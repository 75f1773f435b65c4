//! What a server of the second generation remembers beside organisations, resources, roles and users.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::sandbox::lists::List;
use crate::sandbox::table::{Row, Table};

/// The state of the second generation; empty in the first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Second {
    /// Every row that gives somebody a role somewhere, revoked ones too, in the order they were made.
    pub grants: Table<Grant>,
    /// Projects inside resources.
    pub sub_projects: Table<SubProject>,
    /// Which role can be used in which offering. A role without any can be used everywhere.
    pub availabilities: Table<Availability>,
    /// Offerings in state Unavailable.
    pub unavailable: BTreeSet<Uuid>,
    /// Organisations that are blocked.
    pub blocked: BTreeSet<Uuid>,
    /// Settings of the server.
    pub switches: Switches,
    /// When grants past their end were last revoked. The server does so once in 24 hours, counted from the first request.
    pub swept: Option<Timestamp>,
}

/// Settings of a server, all off by default.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Switches {
    /// `INVITATION_DISABLE_MULTIPLE_ROLES`: a person has one role on a resource.
    pub one_role: bool,
    /// `DEACTIVATE_USER_IF_NO_ROLES`: the removal of a person's last role deactivates the account; a new role brings it
    /// back.
    pub deactivates: bool,
    /// `scope_uuid=` does not look among resources: it answers `[]` for each.
    pub unsearched: bool,
}

/// A row that says who has which role where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Grant {
    /// Its id.
    pub id: Uuid,
    /// The number of the row in the database, which breaks ties.
    pub serial: u64,
    /// Where.
    pub scope: Scope,
    /// Which role.
    pub role: Uuid,
    /// Who.
    pub user: Uuid,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed, revoked or restored.
    pub modified: Timestamp,
    /// When it ends; for a revoked row when it was revoked.
    pub end: Option<Timestamp>,
    /// Who made it; nobody for grants of the system.
    pub created_by: Option<Uuid>,
    /// The automation that made it, like `rule:…`; empty for people.
    pub source: String,
    /// Set once it is revoked.
    pub revoked: Option<Revocation>,
}

impl Grant {
    /// Whether it is active: not revoked, also when past its end.
    pub fn is_active(&self) -> bool {
        self.revoked.is_none()
    }

    /// The three that make it a link.
    pub(super) fn is_of(&self, scope: Scope, role: Uuid, user: Uuid) -> bool {
        self.scope == scope && self.role == role && self.user == user
    }
}

/// How a grant was revoked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revocation {
    /// Who did it; nobody for the system.
    pub by: Option<Uuid>,
    /// Why.
    pub reason: String,
}

/// Where a role is given. A resource or sub-project that is gone leaves its grants behind: they have no scope then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// On a resource.
    Resource(Uuid),
    /// On a project inside a resource.
    SubProject(Uuid),
    /// On a project.
    Project(Uuid),
    /// On an organisation.
    Organisation(Uuid),
    /// On an offering.
    Offering(Uuid),
}

impl Scope {
    /// What of.
    pub fn kind(self) -> ScopeKind {
        match self {
            Self::Resource(_) => ScopeKind::Resource,
            Self::SubProject(_) => ScopeKind::SubProject,
            Self::Project(_) => ScopeKind::Project,
            Self::Organisation(_) => ScopeKind::Organisation,
            Self::Offering(_) => ScopeKind::Offering,
        }
    }

    /// The id of it.
    pub fn id(self) -> Uuid {
        match self {
            Self::Resource(id)
            | Self::SubProject(id)
            | Self::Project(id)
            | Self::Organisation(id)
            | Self::Offering(id) => id,
        }
    }
}

/// The kinds of scopes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScopeKind {
    /// A resource.
    #[default]
    Resource,
    /// A project inside a resource.
    SubProject,
    /// A project.
    Project,
    /// An organisation.
    Organisation,
    /// An offering.
    Offering,
    /// A call for proposals; the sandbox has none, but roles for them.
    Call,
}

impl ScopeKind {
    /// All of them.
    pub(super) const ALL: [Self; 6] =
        [Self::Resource, Self::SubProject, Self::Project, Self::Organisation, Self::Offering, Self::Call];

    /// As rows and roles show it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::SubProject => "resource_project",
            Self::Project => "project",
            Self::Organisation => "customer",
            Self::Offering => "offering",
            Self::Call => "call",
        }
    }

    /// The list of active grants on scopes of this kind.
    pub(super) fn list(self) -> List {
        List::Shown(self.name())
    }

    /// As the filter `scope_type` wants it.
    pub(super) fn filter(self) -> &'static str {
        if self == Self::SubProject { "resourceproject" } else { self.name() }
    }
}

/// A project inside a resource.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SubProject {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The resource.
    pub resource: Uuid,
}

/// A role that can be used in an offering.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Availability {
    /// Its id.
    pub id: Uuid,
    /// The role.
    pub role: Uuid,
    /// The offering.
    pub offering: Uuid,
}

/// What the second generation knows of a role beside its name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Traits {
    /// A sentence about it.
    pub description: String,
    /// Where it can be given.
    pub kind: ScopeKind,
    /// Disabled roles take no new grants; those that are there stay.
    pub disabled: bool,
    /// What it allows.
    pub permissions: Vec<String>,
    /// Whether it came with the server.
    pub system: bool,
}

macro_rules! rows {
    ($($row:ty),*) => {
        $(impl Row for $row {
            fn id(&self) -> Uuid {
                self.id
            }
        })*
    };
}
rows!(SubProject, Availability);

impl Row for Grant {
    fn id(&self) -> Uuid {
        self.id
    }

    fn lists(&self) -> [Option<List>; 2] {
        [self.is_active().then(|| self.scope.kind().list()), Some(List::Of(self.scope.id()))]
    }

    fn moment(&self) -> Timestamp {
        self.created
    }
}
