//! A decision as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::causes::Fixed;
use super::limits::{Holding, Limited};
use super::review::Review;
use super::risks::{Accepted, Risk};
use super::roles::{NewRole, roles};
use super::steps::{Held, Kept, Skipped, Step, StepContext, approved, withheld};
use super::words::{Finding, IncompleteLink, Instant, Link, Names, Version};
use crate::binding::{self, UserId};
use crate::policy::Decision;
use crate::render::hold::shares;
use crate::render::risks::ordered;
use crate::render::tally::Tally;
use crate::render::{self, Counts, Detail, ShownPass};
use crate::risk::Assessment;
use crate::snapshot::{self, Observation};

/// What was decided. Lists are in a stable order: the same decision is always written the same.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Plan<'a> {
    version: Version,
    /// The server: scheme, host, port and path of its API.
    server: &'a str,
    /// The instant it was decided for.
    now: Instant,
    /// When the links were seen, if that was not for this plan; null if it was.
    seen: Option<Seen>,
    caller: Caller<'a>,
    /// Pages of links that were read.
    pages: u32,
    /// The server's clock less ours, in seconds; null if not known.
    clock_offset: Option<i64>,
    /// Links came and went while they were read: something may be missing.
    changing: bool,
    counts: Counts,
    /// The same by where steps come from. Null where no other files were compared with (`--base`).
    comparison: Option<Tally>,
    /// Roles that are created before anything else (`--create-roles`).
    roles: Vec<NewRole<'a>>,
    /// What may be sent, creations first.
    steps: Vec<Step<'a>>,
    /// Links that would be removed, were there not something against it.
    held: Vec<Held<'a>>,
    /// How many removals each unresolved line or setting holds.
    holding: Vec<Holding<'a>>,
    /// The first set that limits hold, if they hold any; its links are among `held`, its creations among `skipped`.
    limited: Option<Limited<'a>>,
    /// All sets that limits hold. Each is approved by a digest of its own.
    limited_sets: Vec<Limited<'a>>,
    /// Bindings that are wanted and not created.
    skipped: Vec<Skipped<'a>>,
    /// Rows in scope that the server does not show in full. Nothing is created or removed that they could refer to.
    incomplete: Vec<IncompleteLink<'a>>,
    /// Steps that are not sent because less was asked for.
    withheld: Vec<Step<'a>>,
    /// Links that nobody asks for and that stay all the same.
    kept: Vec<Kept<'a>>,
    /// Links that are wanted. Only where everything was asked for; their number is in `counts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_sync: Option<Vec<Link<'a>>>,
    /// Links outside the scope. Only where everything was asked for; their number is in `counts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    outside: Option<Vec<Link<'a>>>,
    /// What the files before the change would bring about, and these need not. Null where no other files were compared
    /// with (`--base`); then no step has a cause either.
    fixed: Option<Vec<Fixed<'a>>>,
    /// What the change to the files does, now or later.
    review: Review<'a>,
    /// What reviewers should not miss.
    risks: Vec<Risk<'a>>,
    /// The same, of rules that the files silence.
    accepted: Vec<Accepted<'a>>,
    /// What is wrong: what could not be resolved, of lines wanted now and of settings.
    problems: Vec<Finding<'a>>,
    /// What is worth saying.
    warnings: Vec<Finding<'a>>,
}

/// A view that was kept.
#[derive(Debug, Serialize, JsonSchema)]
struct Seen {
    /// When the links were seen.
    at: Instant,
    /// How long that was before the plan was made, in seconds.
    age: u64,
    /// Every user that there was is known; else those who held no link and were not named are unresolved.
    everybody: bool,
}

/// Whose eyes the links were seen with.
#[derive(Debug, Serialize, JsonSchema)]
struct Caller<'a> {
    id: UserId,
    username: &'a str,
    kind: CallerKind,
    /// How long the token lives after its last use, in seconds; null: for ever.
    token_lifetime: Option<u64>,
}

/// What a caller can see and do.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum CallerKind {
    /// Sees and may do everything.
    Staff,
    /// Sees everything, may create, may not remove.
    Support,
    /// Sees a part, without being told.
    Other,
}

impl<'a> From<&ShownPass<'a>> for Plan<'a> {
    fn from(pass: &ShownPass<'a>) -> Self {
        let ShownPass { verb: _, decision, report: _, observation, seen, naming, causes, review, .. } = *pass;
        let ShownPass { assessment, detail, .. } = *pass;
        let Observation { server, caller, pages, clock_offset, .. } = observation;
        let Decision { plan, limited, .. } = decision;
        let Assessment { risks, accepted } = assessment;
        let names = Names::from(naming);
        let cx = StepContext { names, causes };
        let everything = detail == Detail::Everything;
        let links = |links: &[binding::Link]| links.iter().map(|it| names.link(*it)).collect();
        Self {
            version: Version,
            server,
            now: Instant(plan.now),
            seen: seen.map(|render::SnapshotAge { at, age, everybody }| Seen {
                at: Instant(at),
                age: age.as_secs(),
                everybody,
            }),
            caller: caller.into(),
            pages: *pages,
            clock_offset: clock_offset.map(|it| it.as_secs()),
            changing: plan.changing,
            counts: Counts::of(decision),
            comparison: causes.map(|it| Tally::of(decision, it)),
            roles: roles(pass.roles),
            steps: approved(&decision.approved, cx),
            held: plan.held.iter().map(|it| Held::new(it, limited, cx)).collect(),
            holding: shares(plan).into_iter().map(Holding::from).collect(),
            limited: limited.first().map(|it| Limited::new(it, naming)),
            limited_sets: limited.iter().map(|it| Limited::new(it, naming)).collect(),
            skipped: plan.skipped.iter().map(|it| Skipped::new(it, cx)).collect(),
            incomplete: plan.incomplete.iter().map(|it| names.incomplete(it)).collect(),
            withheld: withheld(&decision.withheld, cx),
            kept: plan.kept.iter().map(|it| Kept::new(it, names)).collect(),
            in_sync: everything.then(|| links(&plan.in_sync)),
            outside: everything.then(|| links(&plan.outside)),
            fixed: causes.map(|it| it.fixed.iter().map(|it| Fixed::new(it, names)).collect()),
            review: Review::new(review, names),
            risks: ordered(risks, naming).into_iter().map(|it| Risk::new(it, naming)).collect(),
            accepted: accepted.iter().map(Accepted::from).collect(),
            problems: plan.problems.iter().map(Finding::from).collect(),
            warnings: plan.warnings.iter().map(Finding::from).collect(),
        }
    }
}

impl<'a> From<&'a snapshot::Caller> for Caller<'a> {
    fn from(caller: &'a snapshot::Caller) -> Self {
        let snapshot::Caller { user, username, is_staff, is_support, token_lifetime } = caller;
        let kind = match (is_staff, is_support) {
            (true, _) => CallerKind::Staff,
            (false, true) => CallerKind::Support,
            (false, false) => CallerKind::Other,
        };
        Self { id: *user, username, kind, token_lifetime: *token_lifetime }
    }
}
