//! What was seen of a server, as a file.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::envelope::{self, FileKind, SavedError};
use super::hash::hex;
use super::links::LinkTwin;
use crate::binding::{OfferingId, ProjectId, ResourceId, RoleId, UserId};
use crate::directory::{Directory, Project, Resource, Role, User};
use crate::snapshot::{Caller, IncompleteLink, Observation, Snapshot};

/// What was live, what names meant, when, and with whose eyes it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "ViewTwin<'_>")]
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
    /// Keeps what was seen then. What people are called is left out: views are passed on.
    pub fn new(mut directory: Directory, snapshot: Snapshot, seen: Timestamp) -> Self {
        directory.users.values_mut().for_each(|it| it.full_name.clear());
        let Observation { server, caller, .. } = &snapshot.observation;
        Self { seen, fingerprint: Fingerprint::of(server, caller), everybody: false, directory, snapshot }
    }

    /// Reads one as it was written.
    ///
    /// # Errors
    /// If it is none, of another version, or damaged.
    pub fn read(text: &str) -> Result<Self, SavedError> {
        Ok(envelope::open(FileKind::View, text)?.0)
    }

    /// As a file. It names every resource, role, user and link that the token could see, and nothing of the token.
    ///
    /// # Errors
    /// Never, in practice: all of it can be said in JSON.
    pub fn write(&self) -> serde_json::Result<String> {
        envelope::seal(FileKind::View, self)
    }
}

impl Fingerprint {
    fn of(server: &str, caller: &Caller) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"grantsync caller\0");
        hash.update(server.as_bytes());
        hash.update([0]);
        hash.update(caller.user.as_bytes());
        Self(hex(&hash.finalize()[..8]))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A view as it is in a file. Keys are in alphabetical order: see `hash`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewTwin<'a> {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    aliases: Cow<'a, BTreeMap<String, BTreeSet<UserId>>>,
    caller: CallerTwin<'a>,
    changing: bool,
    clock_offset_seconds: Option<i64>,
    /// Views of earlier versions don't say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    everybody: bool,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    incomplete: Cow<'a, [IncompleteLink]>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    keeps_ends: bool,
    links: Vec<LinkTwin>,
    #[serde(default, skip_serializing_if = "is_zero")]
    of_deleted_resources: u64,
    pages: u32,
    resources: Vec<ResourceTwin<'a>>,
    roles: Vec<RoleTwin<'a>>,
    seen: Timestamp,
    server: Cow<'a, str>,
    users: Vec<UserTwin<'a>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CallerTwin<'a> {
    fingerprint: Cow<'a, str>,
    staff: bool,
    support: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceTwin<'a> {
    id: ResourceId,
    name: Cow<'a, str>,
    offering: OfferingId,
    offering_name: Cow<'a, str>,
    /// Views of earlier versions don't have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project: Option<ProjectTwin<'a>>,
    terminated: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectTwin<'a> {
    id: ProjectId,
    name: Cow<'a, str>,
    organisation: Cow<'a, str>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleTwin<'a> {
    id: RoleId,
    name: Cow<'a, str>,
    /// The only one, as in every view of the first generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offering: Option<OfferingId>,
    /// All of them, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    offerings: Vec<OfferingId>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserTwin<'a> {
    active: Option<bool>,
    /// Only where it was asked for: views are passed on.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    full_name: Cow<'a, str>,
    id: UserId,
    username: Cow<'a, str>,
}

impl Serialize for SavedView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ViewTwin::from(self).serialize(serializer)
    }
}

impl<'a> From<&'a SavedView> for ViewTwin<'a> {
    fn from(view: &'a SavedView) -> Self {
        let SavedView { seen, fingerprint, everybody, directory, snapshot } = view;
        let Directory { resources, roles, users, aliases } = directory;
        // The names of holders are in the directory, too.
        let Snapshot { links, incomplete, users: _, observation } = snapshot;
        let Observation { server, caller, pages, changing, clock_offset, keeps_ends, of_deleted_resources } =
            observation;
        let Caller { user: _, username: _, is_staff, is_support, token_lifetime: _ } = caller;
        let resource = |(id, it): (&ResourceId, &'a Resource)| {
            let Resource { name, offering, offering_name, project, terminated } = it;
            let project = project.as_ref().map(|Project { id, name, organisation }| {
                let (name, organisation) = (name.into(), organisation.into());
                ProjectTwin { id: *id, name, organisation }
            });
            let (name, offering_name) = (name.into(), offering_name.into());
            ResourceTwin { id: *id, name, offering: *offering, offering_name, project, terminated: *terminated }
        };
        let role = |(id, Role { name, offerings }): (&RoleId, &'a Role)| {
            let mut offerings: Vec<_> = offerings.iter().copied().collect();
            let offering = if offerings.len() == 1 { offerings.pop() } else { None };
            RoleTwin { id: *id, name: name.into(), offering, offerings }
        };
        let user = |(id, User { username, full_name, active }): (&UserId, &'a User)| UserTwin {
            active: *active,
            full_name: full_name.into(),
            id: *id,
            username: username.into(),
        };
        Self {
            aliases: Cow::Borrowed(aliases),
            caller: CallerTwin { fingerprint: (&fingerprint.0).into(), staff: *is_staff, support: *is_support },
            changing: *changing,
            clock_offset_seconds: clock_offset.map(|it| it.as_secs()),
            everybody: *everybody,
            incomplete: incomplete.into(),
            keeps_ends: *keeps_ends,
            links: links.iter().map(Into::into).collect(),
            of_deleted_resources: *of_deleted_resources,
            pages: *pages,
            resources: resources.iter().map(resource).collect(),
            roles: roles.iter().map(role).collect(),
            seen: *seen,
            server: server.into(),
            users: users.iter().map(user).collect(),
        }
    }
}

impl From<ViewTwin<'_>> for SavedView {
    fn from(twin: ViewTwin<'_>) -> Self {
        let ViewTwin { seen, server, pages, changing, clock_offset_seconds, caller, everybody, .. } = twin;
        let ViewTwin { keeps_ends, of_deleted_resources, .. } = twin;
        let CallerTwin { fingerprint, staff, support } = caller;
        let resource = |ResourceTwin { id, name, offering, offering_name, project, terminated }: ResourceTwin<'_>| {
            let project = project.map(|ProjectTwin { id, name, organisation }| {
                let (name, organisation) = (name.into_owned(), organisation.into_owned());
                Project { id, name, organisation }
            });
            let (name, offering_name) = (name.into_owned(), offering_name.into_owned());
            (id, Resource { name, offering, offering_name, project, terminated })
        };
        let role = |RoleTwin { id, name, offering, offerings }: RoleTwin<'_>| {
            let offerings = offering.into_iter().chain(offerings).collect();
            (id, Role { name: name.into_owned(), offerings })
        };
        let user = |it: UserTwin<'_>| {
            (
                it.id,
                User { username: it.username.into_owned(), full_name: it.full_name.into_owned(), active: it.active },
            )
        };
        let mut links: Vec<_> = twin.links.into_iter().map(Into::into).collect();
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
        let server = server.into_owned();
        let observation =
            Observation { server, caller, pages, changing, clock_offset, keeps_ends, of_deleted_resources };
        Self {
            seen,
            fingerprint: Fingerprint(fingerprint.into_owned()),
            everybody,
            directory: Directory {
                resources: twin.resources.into_iter().map(resource).collect(),
                roles: twin.roles.into_iter().map(role).collect(),
                users: twin.users.into_iter().map(user).collect(),
                aliases: twin.aliases.into_owned(),
            },
            snapshot: Snapshot { links, incomplete: twin.incomplete.into_owned(), users: BTreeMap::new(), observation },
        }
    }
}
