//! The rows of a world, each with what the server knows of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::lists::List;
use super::second::Traits;
use super::table::Row;

/// Who provides offerings or owns projects.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Organisation {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// Where resources of a consumer live.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The organisation that owns it.
    pub organisation: Uuid,
}

/// What a provider offers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Offering {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The organisation that provides it.
    pub organisation: Uuid,
}

/// A role that an offering knows; in the second generation also those of other scopes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Role {
    /// Its id.
    pub id: Uuid,
    /// Its name, unique nowhere.
    pub name: String,
    /// The offering; in the second generation the one that lists show, or the nil id for a role that is bound to none.
    pub offering: Uuid,
    /// What the second generation knows of it.
    #[serde(default)]
    pub traits: Traits,
}

/// A resource of an offering in a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Resource {
    /// Its id.
    pub id: Uuid,
    /// Its name, unique nowhere.
    pub name: String,
    /// What the backend calls it.
    pub backend_id: String,
    /// The offering.
    pub offering: Uuid,
    /// The project.
    pub project: Uuid,
    /// Where it stands in its life.
    pub state: State,
    /// When it was made.
    pub created: Timestamp,
}

/// The states of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// `Creating`.
    Creating,
    /// `OK`.
    Ok,
    /// `Erred`.
    Erred,
    /// `Updating`.
    Updating,
    /// `Terminating`.
    Terminating,
    /// `Terminated`.
    Terminated,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Creating, Self::Ok, Self::Erred, Self::Updating, Self::Terminating, Self::Terminated];

    /// As the server writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Creating => "Creating",
            Self::Ok => "OK",
            Self::Erred => "Erred",
            Self::Updating => "Updating",
            Self::Terminating => "Terminating",
            Self::Terminated => "Terminated",
        }
    }
}

/// A person, or a robot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    pub id: Uuid,
    /// Unique.
    pub username: String,
    /// First part of the full name.
    pub first_name: String,
    /// Last part of the full name.
    pub last_name: String,
    /// Not unique.
    pub email: String,
    /// Inactive users keep their links and get no new ones.
    pub is_active: bool,
    /// May do everything.
    pub is_staff: bool,
    /// May see everything.
    pub is_support: bool,
    /// Seconds without a request after which their token expires; none: never.
    pub token_lifetime: Option<u32>,
    /// Organisations they own.
    pub owns: Vec<Uuid>,
    /// Projects they administer.
    pub administers: Vec<Uuid>,
    /// When they came.
    pub created: Timestamp,
}

impl User {
    /// First and last name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// Staff and support see everything.
    pub fn sees_everything(&self) -> bool {
        self.is_staff || self.is_support
    }
}

/// A row that says who has which role on which resource.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Link {
    /// Its id.
    pub id: Uuid,
    /// The number of the row in the database; only the event log shows it.
    pub serial: u64,
    /// The resource.
    pub resource: Uuid,
    /// The role.
    pub role: Uuid,
    /// The user.
    pub user: Uuid,
    /// When it was made; rows are ordered by it and nothing else.
    pub created: Timestamp,
}

/// What opens the door.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Token {
    /// Whose it is.
    pub user: Uuid,
    /// The latest request with it; its lifetime runs from here.
    pub last_used: Timestamp,
}

/// An entry of the event log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    pub created: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// The sentence that the server writes.
    pub message: String,
    /// The number of the link's row.
    pub serial: u64,
    /// Who did it; nobody when the world was changed from inside.
    pub actor: Option<Uuid>,
    /// What the second generation says about it beside the sentence; null in the first.
    #[serde(default)]
    pub context: Value,
}

/// What happens to links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// A link was made.
    Created,
    /// A link went, also together with its user, role or resource.
    Deleted,
    /// In the second generation: a grant was made or restored.
    Granted,
    /// In the second generation: a grant was revoked.
    Revoked,
    /// In the second generation: a grant has another end.
    Updated,
}

impl EventKind {
    /// As the server writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "marketplace_resource_user_created",
            Self::Deleted => "marketplace_resource_user_deleted",
            Self::Granted => "role_granted",
            Self::Revoked => "role_revoked",
            Self::Updated => "role_updated",
        }
    }
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
rows!(Organisation, Project, Offering, Role, Resource, User);

impl Row for Link {
    fn id(&self) -> Uuid {
        self.id
    }

    fn lists(&self) -> [Option<List>; 2] {
        [Some(Self::ALL), Some(List::Of(self.resource))]
    }

    fn moment(&self) -> Timestamp {
        self.created
    }
}

impl Link {
    /// The list of all links.
    pub(super) const ALL: List = List::Shown("resource");
}
