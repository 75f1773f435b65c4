//! What a pass did, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::plan::{Counts, Plan};
use super::steps::{Context, Creation, Hold, Removal, Step, steps};
use super::words::{Id, Names, Version};
use crate::binding::LinkId;
use crate::policy::Digest;
use crate::render::Pass;
use crate::report;

/// What was decided and what was done about it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Report<'a> {
    version: Version,
    /// All went well, and when what was touched was read again there was nothing left to be done.
    converged: bool,
    /// Every step that was approved, and what became of it, in the order of the plan.
    results: Vec<Result<'a>>,
    /// Why the pass ended before all steps were sent; null if it did not.
    stopped: Option<Stop<'a>>,
    after: After<'a>,
    /// What was decided.
    plan: Plan<'a>,
}

/// A step and what became of it.
#[derive(Debug, Serialize, JsonSchema)]
struct Result<'a> {
    step: Step<'a>,
    outcome: Outcome<'a>,
}

/// What became of a step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Outcome<'a> {
    /// The link is there, under this id.
    Created { link: Id<LinkId> },
    /// The answer was lost, and the link is there.
    Adopted { link: Id<LinkId> },
    /// The link is gone.
    Removed,
    /// The link was gone before.
    AlreadyGone,
    /// It was not sent, because of what became of other steps.
    Held { hold: Hold<'a> },
    /// It was answered with a no.
    Failed(Failure<'a>),
    /// The answer was lost, and the link is not there, or not yet.
    Unknown(Failure<'a>),
    /// The pass ended before its turn came.
    Unsent,
}

/// Why something did not work.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Failure<'a> {
    /// What was attempted and what happened.
    message: &'a str,
    /// What to do about it.
    help: Option<&'a str>,
}

/// Why a pass ended before all steps were sent.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Stop<'a> {
    /// Somebody asked for it.
    Interrupted,
    /// The token was turned away.
    Unauthorized(Failure<'a>),
    /// What was created can't be read.
    Blind(Failure<'a>),
    /// The server answers no more.
    Down(Failure<'a>),
}

/// The look back after the last step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum After<'a> {
    /// Nothing was sent, so there was nothing to look at.
    Untouched,
    /// It could not be had.
    Unread(Failure<'a>),
    /// What was touched was read again.
    Read {
        /// How many of each there are now.
        counts: Counts,
        /// What is still to be done.
        steps: Vec<Step<'a>>,
    },
}

impl<'a> Report<'a> {
    pub(super) fn new(report: &'a report::Report, pass: &Pass<'a>) -> Self {
        let report::Report { steps, stopped, after } = report;
        let cx = Context { names: Names(pass.naming.directory()), causes: pass.causes };
        let digest = pass.decision.limited.as_ref().map(|it| &it.digest);
        let result = |(step, outcome): &'a (_, _)| Result {
            step: match step {
                report::Step::Create(it) => Step::Create(Creation::new(it, cx)),
                report::Step::Remove(it) => Step::Remove(Removal::new(it, cx)),
            },
            outcome: Outcome::new(outcome, digest),
        };
        Self {
            version: Version,
            converged: report.converged(),
            results: steps.iter().map(result).collect(),
            stopped: stopped.as_ref().map(Stop::from),
            after: After::new(after, Context { causes: None, ..cx }),
            plan: pass.into(),
        }
    }
}

impl<'a> Outcome<'a> {
    fn new(outcome: &'a report::Outcome, digest: Option<&Digest>) -> Self {
        use report::Outcome as It;
        match outcome {
            It::Created(link) => Self::Created { link: Id(link.id) },
            It::Adopted(link) => Self::Adopted { link: Id(link.id) },
            It::Removed => Self::Removed,
            It::AlreadyGone => Self::AlreadyGone,
            It::Held(hold) => Self::Held { hold: Hold::new(hold, digest) },
            It::Failed(failure) => Self::Failed(failure.into()),
            It::Unknown(failure) => Self::Unknown(failure.into()),
            It::Unsent => Self::Unsent,
        }
    }
}

impl<'a> After<'a> {
    fn new(after: &'a report::After, cx: Context<'a>) -> Self {
        match after {
            report::After::Untouched => Self::Untouched,
            report::After::Unread(failure) => Self::Unread(failure.into()),
            report::After::Decision(decision) => Self::Read {
                counts: decision.as_ref().into(),
                steps: steps(decision.approved.creations(), decision.approved.removals(), cx),
            },
        }
    }
}

impl<'a> From<&'a report::Stop> for Stop<'a> {
    fn from(stop: &'a report::Stop) -> Self {
        match stop {
            report::Stop::Interrupted => Self::Interrupted,
            report::Stop::Unauthorized(failure) => Self::Unauthorized(failure.into()),
            report::Stop::Blind(failure) => Self::Blind(failure.into()),
            report::Stop::Down(failure) => Self::Down(failure.into()),
        }
    }
}

impl<'a> From<&'a report::Failure> for Failure<'a> {
    fn from(report::Failure { message, help }: &'a report::Failure) -> Self {
        Self { message, help: help.as_deref() }
    }
}
