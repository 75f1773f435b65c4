//! What is done, and what is not, each with its reason.

use schemars::JsonSchema;
use serde::Serialize;

use super::causes::Intent;
use super::words::{Line, Link, Names, Place, Resource, Role, User};
use crate::binding::{self, LinkId};
use crate::plan::{self, Keep, Skip, Why};
use crate::policy::{self, Cause, Limited};
use crate::render::hold;

/// One change to the server.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub(super) enum Step<'a> {
    /// Create a link.
    Create(Creation<'a>),
    /// Remove a link.
    Remove(Removal<'a>),
}

/// A link to create.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Creation<'a> {
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    /// The lines that ask for it; never empty.
    origins: Vec<Line<'a>>,
    /// Null where no other files were compared with (`--base`).
    cause: Option<Cause>,
    /// What the files before the change would bring about for it; null where that is nothing, or not known.
    without: Option<Intent>,
}

/// A link to remove.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Removal<'a> {
    /// The id of the row.
    link: LinkId,
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    why: Why,
    /// The lines that once asked for it, or will, or ask for the row that stays; empty for `not-declared`.
    origins: Vec<Line<'a>>,
    /// Null where no other files were compared with (`--base`).
    cause: Option<Cause>,
    /// What the files before the change would bring about for it; null where that is nothing, or not known.
    without: Option<Intent>,
}

/// A removal that is not made, for now.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Held<'a> {
    removal: Removal<'a>,
    hold: Hold<'a>,
}

/// What holds a removal.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Hold<'a> {
    kind: HoldKind,
    /// The same in words.
    text: String,
    /// What to do about it.
    help: String,
    /// The line or setting that holds it, if it is one.
    place: Option<Place<'a>>,
}

/// What holds a removal.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum HoldKind {
    /// Something in `protect` or `exclude` could not be resolved, and might mean this.
    Settings,
    /// There is no scope, and no line names the resource.
    NotNamed,
    /// Its resource, role or user cannot be looked up; the words say which.
    Unseen,
    /// A line could not be resolved, and might mean this.
    Doubt,
    /// The server's clock and ours differ, and a line for this has a date.
    Clock,
    /// What is to take its place is not there.
    Replacement,
    /// It is a duplicate, and the row that was to stay is gone.
    Keeper,
    /// Too much would be removed at once.
    Limit,
    /// Too much would be removed at once of what ended long ago.
    LimitEnded,
}

/// A binding that is wanted and not created.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Skipped<'a> {
    creation: Creation<'a>,
    why: Skip,
    /// The same in words.
    text: String,
}

/// A link that nobody asks for and that stays.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Kept<'a> {
    link: Link<'a>,
    why: Keep,
}

/// What is known of steps beside themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) names: Names<'a>,
    /// Where they come from, if that is known.
    pub(super) causes: Option<&'a policy::Causes>,
}

/// Steps as they are sent: creations first.
pub(super) fn steps<'a>(
    creations: &'a [plan::Creation],
    removals: &'a [plan::Removal],
    cx: Context<'a>,
) -> Vec<Step<'a>> {
    let creations = creations.iter().map(|it| Step::Create(Creation::new(it, cx)));
    let removals = removals.iter().map(|it| Step::Remove(Removal::new(it, cx)));
    creations.chain(removals).collect()
}

impl<'a> Creation<'a> {
    pub(super) fn new(creation: &'a plan::Creation, cx: Context<'a>) -> Self {
        let Context { names, causes } = cx;
        let plan::Creation { binding, origins } = creation;
        let binding::Binding { resource, role, user } = *binding;
        Self {
            resource: names.resource(resource),
            role: names.role(role),
            user: names.user(user),
            origins: origins.iter().map(Line::from).collect(),
            cause: causes.map(|it| it.of_creation(creation)),
            without: causes.and_then(|it| it.without(creation)).map(Intent::from),
        }
    }
}

impl<'a> Removal<'a> {
    pub(super) fn new(removal: &'a plan::Removal, cx: Context<'a>) -> Self {
        let Context { names, causes } = cx;
        let plan::Removal { link, why, origins } = removal;
        let binding::Binding { resource, role, user } = link.binding;
        Self {
            link: link.id,
            resource: names.resource(resource),
            role: names.role(role),
            user: names.user(user),
            why: *why,
            origins: origins.iter().map(Line::from).collect(),
            cause: causes.map(|it| it.of_removal(removal)),
            without: causes.and_then(|it| it.without_removal(removal)).map(Intent::from),
        }
    }
}

impl<'a> Held<'a> {
    pub(super) fn new(held: &'a plan::Held, limited: &[Limited], cx: Context<'a>) -> Self {
        Self { removal: Removal::new(&held.removal, cx), hold: Hold::new(&held.hold, limited) }
    }
}

impl<'a> Hold<'a> {
    pub(super) fn new(hold: &'a plan::Hold, limited: &[Limited]) -> Self {
        let (kind, place) = match hold {
            plan::Hold::Settings(span) => (HoldKind::Settings, Some(span)),
            plan::Hold::NotNamed => (HoldKind::NotNamed, None),
            plan::Hold::Unseen(_) => (HoldKind::Unseen, None),
            plan::Hold::Doubt(span) => (HoldKind::Doubt, Some(span)),
            plan::Hold::Clock => (HoldKind::Clock, None),
            plan::Hold::Replacement => (HoldKind::Replacement, None),
            plan::Hold::Keeper => (HoldKind::Keeper, None),
            plan::Hold::Limit => (HoldKind::Limit, None),
            plan::Hold::LimitEnded => (HoldKind::LimitEnded, None),
        };
        Self {
            kind,
            text: hold.to_string(),
            help: hold::release(hold, policy::digest_of(limited, hold)),
            place: place.map(Place::from),
        }
    }
}

impl<'a> Skipped<'a> {
    pub(super) fn new(skipped: &'a plan::Skipped, cx: Context<'a>) -> Self {
        let plan::Skipped { creation, why } = skipped;
        Self { creation: Creation::new(creation, cx), why: *why, text: why.to_string() }
    }
}

impl<'a> Kept<'a> {
    pub(super) fn new(plan::Kept { link, why }: &plan::Kept, names: Names<'a>) -> Self {
        Self { link: names.link(*link), why: *why }
    }
}
