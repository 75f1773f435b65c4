//! What was live when we looked, and how well we could look.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::binding::{Binding, Link, LinkId, ResourceId, RoleId, UserId};
use crate::directory::User;

/// The live links and the circumstances they were seen under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Every row seen, in the order of [`Link`].
    pub links: Vec<Link>,
    /// Rows of which the server does not show all parts, in order.
    pub incomplete: Vec<IncompleteLink>,
    /// The users that the rows show. Nothing else of a row may be taken as a name: it shows neither the offering nor
    /// whether the name is unique.
    pub users: BTreeMap<UserId, User>,
    /// How it was seen.
    pub observation: Observation,
}

/// A row that the server shows with a part missing each time it is asked: something is there, and what it is cannot be
/// told. It is no link, and what it could be must be neither created nor removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncompleteLink {
    /// The server's name for the row.
    pub id: LinkId,
    /// Its resource, if that is shown.
    pub resource: Option<ResourceId>,
    /// Its role, if that is shown.
    pub role: Option<RoleId>,
    /// Its user, if that is shown.
    pub user: Option<UserId>,
}

impl IncompleteLink {
    /// Whether nothing may be done about a binding while this row is there: it is on the same resource or, where its
    /// resource is not known, could be that binding.
    pub fn blocks(&self, binding: &Binding) -> bool {
        match self.resource {
            Some(resource) => resource == binding.resource,
            None => self.could_be(binding),
        }
    }

    /// Whether it could stand for a binding: none of the parts that are shown is another one.
    pub fn could_be(&self, binding: &Binding) -> bool {
        let Self { id: _, resource, role, user } = *self;
        resource.is_none_or(|it| it == binding.resource)
            && role.is_none_or(|it| it == binding.role)
            && user.is_none_or(|it| it == binding.user)
    }
}

/// A link with the names that its row shows, for people to read.
///
/// The names stand for nothing: resources and roles of other offerings may have the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLink {
    /// The link.
    pub link: Link,
    /// What its resource is called.
    pub resource: String,
    /// What its role is called.
    pub role: String,
    /// The account.
    pub username: String,
    /// The person; may be empty.
    pub full_name: String,
}

impl NamedLink {
    /// Its user.
    pub fn user(&self) -> User {
        User { username: self.username.clone(), full_name: self.full_name.clone(), active: None }
    }
}

/// The circumstances of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Which server: scheme, host, port and path of the API, e.g. `https://waldur.example.org/api`.
    pub server: String,
    /// Whose eyes it was seen with.
    pub caller: Caller,
    /// Pages read.
    pub pages: u32,
    /// Links came and went while they were read: something may be missing.
    pub changing: bool,
    /// The server's clock less ours, where the server told; to the second.
    pub clock_offset: Option<SignedDuration>,
    /// The server keeps an end with each link, and ends it by itself.
    pub keeps_ends: bool,
    /// Rows of resources that were deleted: nobody can do anything about those, and nobody has access by them.
    pub of_deleted_resources: u64,
}

impl Observation {
    /// Nothing has been read yet.
    pub const fn new(server: String, caller: Caller) -> Self {
        Self {
            server,
            caller,
            pages: 0,
            changing: false,
            clock_offset: None,
            keeps_ends: false,
            of_deleted_resources: 0,
        }
    }

    /// What a token that is not a staff token is not good for, in words that follow "it"; `None` for a staff token.
    pub fn lacks(&self) -> Option<&'static str> {
        let Self { caller: Caller { is_staff, is_support, .. }, keeps_ends, .. } = self;
        match (is_staff, is_support) {
            (true, _) => None,
            // Servers that keep ends let nobody but staff change who has access.
            (false, true) if *keeps_ends => Some("is shown everything, but cannot change anything"),
            (false, true) => Some("is shown everything, but cannot remove anything"),
            (false, false) => {
                Some("is shown only some of the links, with no hint that there are more: links missing here may exist")
            }
        }
    }

    /// Rows that are nobody's access, and that nobody can remove, in words; `None` if there are none.
    pub fn left_alone(&self) -> Option<String> {
        let number = self.of_deleted_resources;
        let links = if number == 1 { "1 link belongs" } else { &format!("{number} links belong") };
        let left =
            format!("{links} to resources that were deleted: left alone, since the server lets nobody remove them");
        (number > 0).then_some(left)
    }

    /// What to do about a token that is not a staff token.
    pub const fn partial_view_help(&self) -> &'static str {
        if self.may_write_in_part() {
            "use a staff token, or say with `--partial-view` that this is meant; nothing was written"
        } else {
            "use a staff token: this Waldur lets nobody else change who has access; nothing was written"
        }
    }

    /// Whether the token may make links at all, if somebody means to write with one that is not a staff token.
    pub const fn may_write_in_part(&self) -> bool {
        !self.keeps_ends
    }
}

/// Who the token belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub user: UserId,
    /// Its name.
    pub username: String,
    /// Sees and may do everything.
    pub is_staff: bool,
    /// Sees everything, may create, may not remove.
    pub is_support: bool,
    /// How long the token lives after its last use, in seconds; `None` for ever.
    pub token_lifetime: Option<u64>,
}

/// What is said where a listing moved while it was read.
pub const CHANGING: &str = "links changed while they were read";
