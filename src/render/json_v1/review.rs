//! What a change to the files does, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::{Instant, Line, Names, Place, Resource, Role, User};
use crate::binding::Binding;
use crate::desired::Life;
use crate::review::{self, AccessChange, Section};

/// What a change to the files does, now or later; without other files to compare with (`--base`), what begins soon. Each
/// grant is in one of the lists at most.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Review<'a> {
    /// Settings that differ; those that weaken enforcement first.
    settings: Vec<Setting<'a>>,
    /// Live links that were managed or declared, and that nothing removes after the change.
    no_longer_managed: Vec<Access<'a>>,
    /// Live links that were left alone, and that the change removes, now or at an end.
    newly_managed: Vec<Access<'a>>,
    /// Grants that are there now, and not after the change.
    removed: Vec<Access<'a>>,
    /// Grants that are there after the change, and would not be there now without it.
    added: Vec<Access<'a>>,
    /// Grants that are there now in both cases, and until another time.
    end_changed: Vec<Access<'a>>,
    /// Grants that are there later at other times.
    scheduled: Vec<Access<'a>>,
    /// Users who join or leave a group, where that affects access.
    groups: Vec<GroupChange<'a>>,
    /// Grants that begin soon. Only without other files to compare with.
    upcoming: Vec<Upcoming<'a>>,
}

/// A setting that differs.
#[derive(Debug, Serialize, JsonSchema)]
struct Setting<'a> {
    /// What it is called in files, e.g. `limits.removals`.
    name: &'a str,
    /// Less is enforced or held, or fewer people are asked.
    weakens: bool,
    #[serde(flatten)]
    change: Change<'a>,
    /// Where what is new is written, if that is known.
    place: Option<Place<'a>>,
}

/// How a setting differs, as it is written.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Change<'a> {
    /// One value in place of another.
    Value { before: &'a str, after: &'a str },
    /// More or other items of a list.
    Items { removed: &'a [String], added: &'a [String] },
}

/// A grant that the change affects.
#[derive(Debug, Serialize, JsonSchema)]
struct Access<'a> {
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    /// When it would be there without the change, from now on.
    before: Vec<Period>,
    /// When it is there with the change, from now on.
    after: Vec<Period>,
    /// The lines that asked for it.
    was: Vec<Line<'a>>,
    /// The lines that ask for it.
    origins: Vec<Line<'a>>,
    /// Why it stays whatever lines say, if that is so after the change.
    stays: Option<Stay>,
}

/// A time in which something is there.
#[derive(Debug, Serialize, JsonSchema)]
struct Period {
    /// First instant; null: it is there now.
    from: Option<Instant>,
    /// First instant after it; null: for ever.
    until: Option<Instant>,
}

/// Why a live link stays.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Stay {
    /// It is out of scope, or excluded.
    OutsideScope,
    /// There is no scope, and no line names the resource.
    NotNamed,
    /// The user is protected.
    Protected,
    /// The resource is terminated.
    Terminated,
    /// Another automation of the server keeps it.
    Managed,
}

/// A user who joins or leaves a group.
#[derive(Debug, Serialize, JsonSchema)]
struct GroupChange<'a> {
    group: &'a str,
    user: User<'a>,
    membership: Membership,
    /// Roles that change by it, each with its resources.
    grants: Vec<Grants<'a>>,
    /// Where the user is written in the group, or was.
    place: Option<Place<'a>>,
}

/// What happens to a member.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Membership {
    Joins,
    Leaves,
}

/// A role on resources.
#[derive(Debug, Serialize, JsonSchema)]
struct Grants<'a> {
    role: Role<'a>,
    resources: Vec<Resource<'a>>,
}

/// A grant that begins soon.
#[derive(Debug, Serialize, JsonSchema)]
struct Upcoming<'a> {
    at: Instant,
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    /// The line that begins then.
    origin: Line<'a>,
}

impl<'a> Review<'a> {
    pub(super) fn new(review: &'a review::Review, names: Names<'a>) -> Self {
        let mut out = Self::default();
        for section in &review.sections {
            match section {
                Section::Settings(all) => out.settings = all.iter().map(Setting::from).collect(),
                Section::Groups(all) => out.groups = all.iter().map(|it| GroupChange::new(it, names)).collect(),
                Section::Upcoming(all) => out.upcoming = all.iter().map(|it| Upcoming::new(it, names)).collect(),
                Section::Access(kind, all) => {
                    let list = match kind {
                        AccessChange::NoLongerManaged => &mut out.no_longer_managed,
                        AccessChange::NewlyManaged => &mut out.newly_managed,
                        AccessChange::Removed => &mut out.removed,
                        AccessChange::Added => &mut out.added,
                        AccessChange::EndChanged => &mut out.end_changed,
                        AccessChange::Scheduled => &mut out.scheduled,
                    };
                    *list = all.iter().map(|it| Access::new(it, names)).collect();
                }
            }
        }
        out
    }
}

impl<'a> From<&'a review::Setting> for Setting<'a> {
    fn from(review::Setting { name, change, effect, at }: &'a review::Setting) -> Self {
        let change = match change {
            review::SettingChange::Value { before, after } => Change::Value { before, after },
            review::SettingChange::Items { removed, added } => Change::Items { removed, added },
        };
        Self { name, weakens: *effect == review::Effect::Weakens, change, place: at.as_ref().map(Place::from) }
    }
}

impl<'a> Access<'a> {
    fn new(it: &'a review::Access, names: Names<'a>) -> Self {
        let review::Access { binding: Binding { resource, role, user }, before, after, was, lines, stays } = it;
        let periods = |all: &[Life]| all.iter().map(Period::from).collect();
        Self {
            resource: names.resource(*resource),
            role: names.role(*role),
            user: names.user(*user),
            before: periods(before),
            after: periods(after),
            was: was.iter().map(Line::from).collect(),
            origins: lines.iter().map(Line::from).collect(),
            stays: stays.map(Stay::from),
        }
    }
}

impl From<&Life> for Period {
    fn from(Life { from, until }: &Life) -> Self {
        Self { from: from.map(Instant), until: until.map(Instant) }
    }
}

impl From<review::Stay> for Stay {
    fn from(stay: review::Stay) -> Self {
        match stay {
            review::Stay::OutsideScope => Self::OutsideScope,
            review::Stay::NotNamed => Self::NotNamed,
            review::Stay::Protected => Self::Protected,
            review::Stay::Terminated => Self::Terminated,
            review::Stay::Managed => Self::Managed,
        }
    }
}

impl<'a> GroupChange<'a> {
    fn new(it: &'a review::GroupChange, names: Names<'a>) -> Self {
        let review::GroupChange { group, user, membership, grants, at } = it;
        let grants = grants.iter().map(|(role, resources)| Grants {
            role: names.role(*role),
            resources: resources.iter().map(|it| names.resource(*it)).collect(),
        });
        let membership = match membership {
            review::Membership::Joins => Membership::Joins,
            review::Membership::Leaves => Membership::Leaves,
        };
        let (grants, place) = (grants.collect(), at.as_ref().map(Place::from));
        Self { group, user: names.user(*user), membership, grants, place }
    }
}

impl<'a> Upcoming<'a> {
    fn new(review::Upcoming { at, binding, line }: &'a review::Upcoming, names: Names<'a>) -> Self {
        let Binding { resource, role, user } = *binding;
        let (resource, role, user) = (names.resource(resource), names.role(role), names.user(user));
        Self { at: Instant(*at), resource, role, user, origin: line.into() }
    }
}
