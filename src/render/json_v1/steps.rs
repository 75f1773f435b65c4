//! What is done, and what is not, each with its reason.

use schemars::JsonSchema;
use serde::Serialize;

use super::causes::Intent;
use super::words::{Instant, Line, Link, Names, Place, Resource, Role, User};
use crate::binding::{self, LinkId};
use crate::plan::{self, Keep, Skip};
use crate::policy::{self, Approved, Cause, Limited, Withheld};
use crate::render::hold;
use crate::report;

/// One change to the server.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub(super) enum Step<'a> {
    /// Create a link.
    Create(Creation<'a>),
    /// Remove a link.
    Remove(Removal<'a>),
    /// Give a link that is in sync another end.
    SetEnd(SetEnd<'a>),
}

/// Another end for a link.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SetEnd<'a> {
    /// The id of the row.
    link: LinkId,
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    /// When the server would end it as it is; null: never.
    ended: Option<Instant>,
    /// When the server is to end it; null: never.
    ends: Option<Instant>,
    /// The lines that ask for it. Empty where it gets no end because its user is protected.
    origins: Vec<Line<'a>>,
    /// Null where no other files were compared with (`--base`).
    cause: Option<Cause>,
    /// What the files before the change would bring about for it; null where that is nothing, or not known.
    without: Option<Intent>,
}

/// A link to create; what is skipped may be a link that does not last longer.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Creation<'a> {
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    /// When the server is to end it by itself; absent: never, or it keeps no ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<Instant>,
    /// Only where it is skipped: the id of the row that does not last longer. Absent: there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkId>,
    /// The lines that ask for it; never empty.
    origins: Vec<Line<'a>>,
    /// Null where no other files were compared with (`--base`).
    cause: Option<Cause>,
    /// What the files before the change would bring about for it; null where that is nothing, or not known.
    without: Option<Intent>,
}

/// A link to remove; what is held may be a link that is to end earlier.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Removal<'a> {
    /// The id of the row.
    link: LinkId,
    resource: Resource<'a>,
    role: Role<'a>,
    user: User<'a>,
    why: Why,
    /// Only for `ends-earlier`: when the server is to end it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<Instant>,
    /// The lines that once asked for it, or will, or ask for the row that stays; empty for `not-declared`.
    origins: Vec<Line<'a>>,
    /// Null where no other files were compared with (`--base`).
    cause: Option<Cause>,
    /// What the files before the change would bring about for it; null where that is nothing, or not known.
    without: Option<Intent>,
}

/// Why a link is removed.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Why {
    /// No line asks for it.
    NotDeclared,
    /// Lines ask for it, from a later day.
    NotBegun,
    /// All lines that asked for it have ended.
    Ended,
    /// Another row stands for the same binding.
    Duplicate,
    /// It is not removed: it is to end earlier.
    EndsEarlier,
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
    /// The server does not show a row in full, and it is on the same resource or could be this link.
    Incomplete,
    /// There are several rows of the same, and the server has no ids by which to remove one.
    Indistinct,
    /// The server's clock and ours differ, and a line for this has a date.
    Clock,
    /// What is to take its place is not there.
    Replacement,
    /// The server lets a user have one role on a resource, and this one has another.
    OneRole,
    /// It is a duplicate, and the row that was to stay is gone.
    Keeper,
    /// The row whose end is to change is not as it was seen, or not the only one of its binding.
    Row,
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
pub(super) struct StepContext<'a> {
    pub(super) names: Names<'a>,
    /// Where they come from, if that is known.
    pub(super) causes: Option<&'a policy::Causes>,
}

/// Steps as they are sent.
pub(super) fn approved<'a>(approved: &'a Approved, cx: StepContext<'a>) -> Vec<Step<'a>> {
    let creations = approved.creations().iter().chain(approved.lengthenings()).map(|it| Step::give(it, cx));
    let removals = approved.shortenings().iter().chain(approved.removals()).map(|it| Step::take(it, cx));
    creations.chain(removals).collect()
}

/// Steps as they would be sent, creations first.
pub(super) fn withheld<'a>(Withheld { creations, removals }: &'a Withheld, cx: StepContext<'a>) -> Vec<Step<'a>> {
    let creations = creations.iter().map(|it| Step::give(it, cx));
    creations.chain(removals.iter().map(|it| Step::take(it, cx))).collect()
}

impl<'a> Step<'a> {
    pub(super) fn new(step: &'a report::Step, cx: StepContext<'a>) -> Self {
        match step {
            report::Step::Create(it) | report::Step::Lengthen(it) => Self::give(it, cx),
            report::Step::Shorten(it) | report::Step::Remove(it) => Self::take(it, cx),
        }
    }

    fn give(creation: &'a plan::Creation, cx: StepContext<'a>) -> Self {
        let cause = cx.causes.map(|it| it.of_creation(creation));
        let without = cx.causes.and_then(|it| it.without(creation));
        match creation.end_change() {
            Some(change) => Self::SetEnd(SetEnd::new(change, cx.names, cause, without)),
            None => Self::Create(Creation::new(creation, cx)),
        }
    }

    fn take(removal: &'a plan::Removal, cx: StepContext<'a>) -> Self {
        let cause = cx.causes.map(|it| it.of_removal(removal));
        let without = cx.causes.and_then(|it| it.without_removal(removal));
        match removal.end_change() {
            Some(change) => Self::SetEnd(SetEnd::new(change, cx.names, cause, without)),
            None => Self::Remove(Removal::new(removal, cx)),
        }
    }
}

impl<'a> SetEnd<'a> {
    fn new(
        plan::EndChange { link, ends, origins }: plan::EndChange<'a>,
        names: Names<'a>,
        cause: Option<Cause>,
        without: Option<policy::Intent>,
    ) -> Self {
        let binding::Binding { resource, role, user } = link.binding;
        Self {
            link: link.id,
            resource: names.resource(resource),
            role: names.role(role),
            user: names.user(user),
            ended: link.ends.map(Instant),
            ends: ends.at().map(Instant),
            origins: origins.iter().map(Line::from).collect(),
            cause,
            without: without.map(Intent::from),
        }
    }
}

impl From<&plan::Why> for Why {
    fn from(why: &plan::Why) -> Self {
        match why {
            plan::Why::NotDeclared => Self::NotDeclared,
            plan::Why::NotBegun => Self::NotBegun,
            plan::Why::Ended => Self::Ended,
            plan::Why::Duplicate => Self::Duplicate,
            plan::Why::EndsEarlier(_) => Self::EndsEarlier,
        }
    }
}

impl<'a> Creation<'a> {
    pub(super) fn new(creation: &'a plan::Creation, cx: StepContext<'a>) -> Self {
        let StepContext { names, causes } = cx;
        let plan::Creation { binding, origins, ends, row } = creation;
        let binding::Binding { resource, role, user } = *binding;
        Self {
            resource: names.resource(resource),
            role: names.role(role),
            user: names.user(user),
            ends: ends.at().map(Instant),
            link: row.map(|it| it.id),
            origins: origins.iter().map(Line::from).collect(),
            cause: causes.map(|it| it.of_creation(creation)),
            without: causes.and_then(|it| it.without(creation)).map(Intent::from),
        }
    }
}

impl<'a> Removal<'a> {
    pub(super) fn new(removal: &'a plan::Removal, cx: StepContext<'a>) -> Self {
        let StepContext { names, causes } = cx;
        let plan::Removal { link, why, origins } = removal;
        let binding::Binding { resource, role, user } = link.binding;
        Self {
            link: link.id,
            resource: names.resource(resource),
            role: names.role(role),
            user: names.user(user),
            why: why.into(),
            ends: removal.removed().1.map(Instant),
            origins: origins.iter().map(Line::from).collect(),
            cause: causes.map(|it| it.of_removal(removal)),
            without: causes.and_then(|it| it.without_removal(removal)).map(Intent::from),
        }
    }
}

impl<'a> Held<'a> {
    pub(super) fn new(held: &'a plan::Held, limited: &[Limited], cx: StepContext<'a>) -> Self {
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
            plan::Hold::Incomplete => (HoldKind::Incomplete, None),
            plan::Hold::Indistinct => (HoldKind::Indistinct, None),
            plan::Hold::Clock => (HoldKind::Clock, None),
            plan::Hold::Replacement => (HoldKind::Replacement, None),
            plan::Hold::Keeper => (HoldKind::Keeper, None),
            plan::Hold::OneRole => (HoldKind::OneRole, None),
            plan::Hold::Row => (HoldKind::Row, None),
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
    pub(super) fn new(skipped: &'a plan::Skipped, cx: StepContext<'a>) -> Self {
        let plan::Skipped { creation, why } = skipped;
        Self { creation: Creation::new(creation, cx), why: *why, text: why.to_string() }
    }
}

impl<'a> Kept<'a> {
    pub(super) fn new(plan::Kept { link, why }: &plan::Kept, names: Names<'a>) -> Self {
        Self { link: names.link(*link), why: *why }
    }
}
