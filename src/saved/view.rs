//! What was seen of a server, as a file.

use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::envelope::{self, Kind, SavedError};
use super::ids::{Id, LinkTwin};
use crate::binding::UserId;
use crate::directory::{Directory, Resource, Role, User};
use crate::snapshot::{Caller, Observation, Snapshot};

/// What was live, what names meant, when, and with whose eyes it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// When it was seen.
    pub seen: Timestamp,
    /// Whose token it was.
    pub fingerprint: Fingerprint,
    /// The directory holds every user, not only those who hold a link or are named in files.
    pub everybody: bool,
    /// What names meant.
    pub directory: Directory,
    /// What was live.
    pub snapshot: Snapshot,
}

/// Tells whether two views were seen with the same account, without saying which: a hash of the account and the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

impl SavedView {
    /// Keeps what was seen then.
    pub fn new(directory: Directory, snapshot: Snapshot, seen: Timestamp) -> Self {
        let Observation { server, caller, pages: _, changing: _, clock_offset: _ } = &snapshot.observation;
        Self { seen, fingerprint: Fingerprint::of(server, caller), everybody: false, directory, snapshot }
    }

    /// Reads one as it was written.
    ///
    /// # Errors
    /// If it is none, of another version, or damaged.
    pub fn read(text: &str) -> Result<Self, SavedError> {
        let (twin, _) = envelope::open::<ViewTwin>(Kind::View, text)?;
        Ok(twin.into())
    }

    /// As a file. It names every resource, role, user and link that the token could see, and nothing of the token.
    ///
    /// # Errors
    /// Never, in practice: all of it can be said in JSON.
    pub fn write(&self) -> serde_json::Result<String> {
        envelope::seal(Kind::View, &ViewTwin::from(self))
    }
}

impl Fingerprint {
    fn of(server: &str, caller: &Caller) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"grantsync caller\0");
        hash.update(server.as_bytes());
        hash.update([0]);
        hash.update(caller.user.as_bytes());
        Self(envelope::hex(&hash.finalize()[..8]))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ViewTwin {
    seen: Timestamp,
    server: String,
    pages: u32,
    changing: bool,
    clock_offset_seconds: Option<i64>,
    caller: CallerTwin,
    /// Views of earlier versions don't say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    everybody: bool,
    resources: Vec<ResourceTwin>,
    roles: Vec<RoleTwin>,
    users: Vec<UserTwin>,
    links: Vec<LinkTwin>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CallerTwin {
    fingerprint: String,
    staff: bool,
    support: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceTwin {
    id: Id,
    name: String,
    offering: Id,
    offering_name: String,
    terminated: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleTwin {
    id: Id,
    name: String,
    offering: Id,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserTwin {
    id: Id,
    username: String,
    active: Option<bool>,
}

impl From<&SavedView> for ViewTwin {
    fn from(view: &SavedView) -> Self {
        let SavedView { seen, fingerprint, everybody, directory, snapshot } = view;
        let Directory { resources, roles, users } = directory;
        // The names of holders are in the directory, too.
        let Snapshot { links, users: _, observation } = snapshot;
        let Observation { server, caller, pages, changing, clock_offset } = observation;
        let Caller { user: _, username: _, is_staff, is_support, token_lifetime: _ } = caller;
        Self {
            seen: *seen,
            server: server.clone(),
            pages: *pages,
            changing: *changing,
            clock_offset_seconds: clock_offset.map(|it| it.as_secs()),
            caller: CallerTwin { fingerprint: fingerprint.0.clone(), staff: *is_staff, support: *is_support },
            everybody: *everybody,
            resources: resources.iter().map(|(id, it)| resource(*id, it)).collect(),
            roles: roles.iter().map(|(id, it)| role(*id, it)).collect(),
            users: users.iter().map(|(id, it)| user(*id, it)).collect(),
            links: links.iter().map(Into::into).collect(),
        }
    }
}

fn resource(id: impl Into<Id>, it: &Resource) -> ResourceTwin {
    let Resource { name, offering, offering_name, terminated } = it;
    let (offering, offering_name) = ((*offering).into(), offering_name.clone());
    ResourceTwin { id: id.into(), name: name.clone(), offering, offering_name, terminated: *terminated }
}

fn role(id: impl Into<Id>, Role { name, offering }: &Role) -> RoleTwin {
    RoleTwin { id: id.into(), name: name.clone(), offering: (*offering).into() }
}

fn user(id: impl Into<Id>, User { username, active }: &User) -> UserTwin {
    UserTwin { id: id.into(), username: username.clone(), active: *active }
}

impl From<ViewTwin> for SavedView {
    fn from(twin: ViewTwin) -> Self {
        let ViewTwin { seen, server, pages, changing, clock_offset_seconds, caller, everybody, .. } = twin;
        let (resources, roles, users, links) = (twin.resources, twin.roles, twin.users, twin.links);
        let CallerTwin { fingerprint, staff, support } = caller;
        let resources = resources.into_iter().map(|ResourceTwin { id, name, offering, offering_name, terminated }| {
            (id.into(), Resource { name, offering: offering.into(), offering_name, terminated })
        });
        let roles = roles
            .into_iter()
            .map(|RoleTwin { id, name, offering }| (id.into(), Role { name, offering: offering.into() }));
        let users = users.into_iter().map(|UserTwin { id, username, active }| (id.into(), User { username, active }));
        let mut links: Vec<_> = links.into_iter().map(Into::into).collect();
        links.sort_unstable();
        let caller = Caller {
            // Which account it was is not kept.
            user: UserId::from(uuid::Uuid::nil()),
            username: format!("fingerprint {fingerprint}"),
            is_staff: staff,
            is_support: support,
            token_lifetime: None,
        };
        let clock_offset = clock_offset_seconds.map(SignedDuration::from_secs);
        let observation = Observation { server, caller, pages, changing, clock_offset };
        Self {
            seen,
            fingerprint: Fingerprint(fingerprint),
            everybody,
            directory: Directory { resources: resources.collect(), roles: roles.collect(), users: users.collect() },
            snapshot: Snapshot { links, users: BTreeMap::new(), observation },
        }
    }
}
