//! The files as they are written: what was said and where, before anything is looked up.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::diagnostic::{Diagnostic, Span};
use crate::digest::Digest;
use crate::directory::Lookups;

/// A set of files, read as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// `mode`; absent means [`Mode::Enforce`].
    pub mode: Option<Mode>,
    /// `scope`; absent means everything visible, with removals held on resources that are not named.
    pub scope: Option<Scope>,
    /// `limits`.
    pub limits: Limits,
    /// `protect`: users whose links are never removed.
    pub protect: Vec<Selector>,
    /// `replace`; absent means [`Replace::CreateFirst`].
    pub replace: Option<Replace>,
    /// `timezone`, as it is written: where the days of the files begin and end; absent means UTC.
    pub timezone: Option<Box<str>>,
    /// `approvals`: held removals that may go.
    pub approvals: Vec<Approval>,
    /// `accept`: risks that need not be told any more.
    pub accept: Vec<Accept>,
    /// `bindings`, in the order of the files.
    pub entries: Vec<Entry>,
    /// What is worth saying about files that are valid.
    pub warnings: Vec<Diagnostic>,
}

/// What may be written to the server. The order is from loose to strict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Create and remove.
    #[default]
    Enforce,
    /// Create only.
    AddOnly,
    /// Write nothing.
    Observe,
}

/// How a role is changed where the server lets a user have one role on a resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Replace {
    /// The new role is created before the old one goes, as everywhere; such a server refuses it.
    #[default]
    CreateFirst,
    /// The old role goes first, and the new one is created at once.
    RemoveFirst,
}

/// How much one call may take away or give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most triples that may lose their last row in one call; 0 holds all.
    pub removals: u32,
    /// Most of them in percent of what is live or desired in scope; 0 holds all, 100 none.
    pub removal_percent: u32,
    /// Most triples that may be created in one call; any number, if absent.
    pub creations: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { removals: 25, removal_percent: 25, creations: None }
    }
}

/// `scope`: which links are ours to touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Where it stands.
    pub span: Span,
    /// What is in; an absent kind does not narrow. `scope: all` leaves every kind absent.
    pub include: Kinds,
    /// What is out: a link that matches any of these.
    pub exclude: Kinds,
}

/// Selectors by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kinds {
    /// Offerings, by name or UUID.
    pub offerings: Option<Vec<Selector>>,
    /// Resources.
    pub resources: Option<Vec<Selector>>,
    /// Roles; a name means that name in every offering.
    pub roles: Option<Vec<Selector>>,
    /// Users.
    pub users: Option<Vec<Selector>>,
}

/// One thing, or all whose name fits a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// Exactly this one.
    One(Reference),
    /// Every name that fits; `*` stands for any characters, none included.
    Pattern {
        /// Where it is written.
        span: Span,
        /// As written.
        pattern: Box<str>,
    },
}

/// How a file names a resource, a role, a user or an offering. At least one of `id` and `name` is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where it is written.
    pub span: Span,
    /// The UUID, from a bare one, a URL or `uuid:`.
    pub id: Option<Uuid>,
    /// The name, or the username.
    pub name: Option<Box<str>>,
    /// The offering to look in, only for resources.
    pub offering: Option<Box<Reference>>,
    /// The project to look in, only for resources.
    pub project: Option<Box<Reference>>,
}

impl Reference {
    /// A UUID and nothing else.
    pub fn by_id(span: Span, id: Uuid) -> Self {
        Self { span, id: Some(id), name: None, offering: None, project: None }
    }

    /// A name and nothing else.
    pub fn by_name(span: Span, name: &str) -> Self {
        Self { span, id: None, name: Some(name.into()), offering: None, project: None }
    }

    /// The UUID, if nothing else is said.
    pub fn only_id(&self) -> Option<Uuid> {
        let Self { span: _, id, name, offering, project } = self;
        id.filter(|_| name.is_none() && offering.is_none() && project.is_none())
    }

    /// The name, if nothing else is said.
    pub fn only_name(&self) -> Option<&str> {
        let Self { span: _, id, name, offering, project } = self;
        name.as_deref().filter(|_| id.is_none() && offering.is_none() && project.is_none())
    }
}

/// An item of `approvals`: it releases exactly one set of held removals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Where it begins.
    pub span: Span,
    /// The digest of the held set, as the plan shows it.
    pub held: Digest,
    /// First instant at which it no longer counts.
    pub until: Timestamp,
    /// `reason`, kept for the journal.
    pub reason: Option<Box<str>>,
}

/// An item of `accept`: it silences one rule about risks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accept {
    /// Where it begins.
    pub span: Span,
    /// `risk`: the name of the rule.
    pub risk: Box<str>,
    /// `reason`: why that is no worry here.
    pub reason: Box<str>,
}

/// One entry of `bindings`: every combination of its resources, roles and users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the entry begins.
    pub span: Span,
    /// `resource` or `resources`; never empty.
    pub resources: Vec<Reference>,
    /// `role` or `roles`; never empty.
    pub roles: Vec<Reference>,
    /// `user`, `users`, and the members of `groups`; empty wants nobody.
    pub users: Vec<Member>,
    /// When it holds.
    pub life: Life,
    /// `reason`, kept for plans and the journal.
    pub reason: Option<Box<str>>,
}

/// A user of an entry, and how it came there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who; the span is where the name is written, in the entry or in the group.
    pub user: Reference,
    /// The groups it came through, outermost first; empty for an explicit user.
    pub groups: Vec<Box<str>>,
}

/// When a line holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Life {
    /// First instant; absent: since ever.
    pub from: Option<Timestamp>,
    /// First instant after it; absent: for ever.
    pub until: Option<Timestamp>,
}

/// Where in its life a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Its `from` lies ahead.
    NotBegun,
    /// It holds.
    Alive,
    /// Its `until` has passed.
    Ended,
}

impl Life {
    /// Where in its life it is at `now`.
    pub fn phase(self, now: Timestamp) -> Phase {
        let Self { from, until } = self;
        if until.is_some_and(|until| until <= now) {
            Phase::Ended
        } else if from.is_some_and(|from| now < from) {
            Phase::NotBegun
        } else {
            Phase::Alive
        }
    }

    /// Whether it has a beginning or an end, so that the clock matters.
    pub fn dated(self) -> bool {
        self != Self::default()
    }

    /// Whether there is an instant at which both hold.
    pub fn overlaps(self, other: Self) -> bool {
        let begins_before_end = |a: Self, b: Self| match (a.from, b.until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        };
        begins_before_end(self, other) && begins_before_end(other, self)
    }
}

impl Limits {
    /// The stricter of both, each by itself.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        let Self { removals, removal_percent, creations } = other;
        Self {
            removals: self.removals.min(removals),
            removal_percent: self.removal_percent.min(removal_percent),
            creations: self.creations.into_iter().chain(creations).min(),
        }
    }
}

impl Approval {
    /// 14 days from today, whatever the time of day: nobody remembers for longer what was looked at.
    const LONGEST: SignedDuration = SignedDuration::from_hours(15 * 24);

    /// Whether it would hold for so long that it does not count.
    pub fn too_long(&self, now: Timestamp) -> bool {
        self.until.duration_since(now) > Self::LONGEST
    }
}

impl Document {
    /// Only what says which steps may be sent: mode, scope, limits and protected users.
    #[must_use]
    pub fn settings(&self) -> Self {
        let Self { mode, scope, limits, protect, .. } = self;
        Self { mode: *mode, scope: scope.clone(), limits: *limits, protect: protect.clone(), ..Self::default() }
    }

    /// The same lines under other settings.
    #[must_use]
    pub fn under(&self, settings: &Self) -> Self {
        let Self { mode, scope, limits, protect, .. } = settings.settings();
        Self { mode, scope, limits, protect, ..self.clone() }
    }

    /// What has to be asked of the server to resolve every reference.
    pub fn lookups(&self) -> Lookups {
        let Self { scope, protect, entries, .. } = self;
        let kinds = || scope.iter().flat_map(|it| [&it.include, &it.exclude]);
        let resources = kinds().flat_map(|it| ones(it.resources.as_deref()));
        let roles = kinds().flat_map(|it| ones(it.roles.as_deref()));
        let users = kinds().flat_map(|it| ones(it.users.as_deref())).chain(ones(Some(protect)));
        let users: Vec<_> = users.chain(entries.iter().flat_map(|it| it.users.iter().map(|it| &it.user))).collect();
        let usernames: BTreeSet<&str> = users.iter().filter_map(|it| it.name.as_deref()).collect();
        Lookups {
            resources: ids(resources.chain(entries.iter().flat_map(|it| &it.resources))),
            roles: ids(roles.chain(entries.iter().flat_map(|it| &it.roles))),
            users: ids(users),
            usernames: usernames.into_iter().map(Into::into).collect(),
        }
    }

    /// The names by which the files mean resources.
    pub fn resource_names(&self) -> BTreeSet<&str> {
        let kinds = self.scope.iter().flat_map(|it| [&it.include, &it.exclude]);
        let resources = kinds.flat_map(|it| ones(it.resources.as_deref()));
        let resources = resources.chain(self.entries.iter().flat_map(|it| &it.resources));
        resources.filter_map(|it| it.name.as_deref()).collect()
    }
}

fn ones(kind: Option<&[Selector]>) -> impl Iterator<Item = &Reference> {
    kind.into_iter().flatten().filter_map(Selector::one)
}

fn ids<'a, Id: From<Uuid> + Ord>(references: impl IntoIterator<Item = &'a Reference>) -> BTreeSet<Id> {
    references.into_iter().filter_map(|it| it.id).map(Id::from).collect()
}

impl Selector {
    /// The reference, unless it is a pattern.
    pub fn one(&self) -> Option<&Reference> {
        match self {
            Self::One(reference) => Some(reference),
            Self::Pattern { .. } => None,
        }
    }
}
