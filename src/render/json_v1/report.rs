//! What a pass did, as a document.

use schemars::JsonSchema;
use serde::Serialize;

use super::plan::Plan;
use super::steps::{Hold, Step, StepContext, approved};
use super::words::{Names, Version};
use crate::binding::LinkId;
use crate::policy::Limited;
use crate::render::{Counts, ShownPass};
use crate::report::{self, Failure, Stop};

/// What was decided and what was done about it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Report<'a> {
    version: Version,
    /// All went well, no line is unresolved, and when what was touched was read again there was nothing left to be done.
    converged: bool,
    /// Every step that was approved, and what became of it, in the order of the plan.
    results: Vec<Result<'a>>,
    /// Why the pass ended before all steps were sent; null if it did not.
    stopped: Option<&'a Stop>,
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
    Created { link: LinkId },
    /// The answer was lost, and the link is there.
    Adopted { link: LinkId },
    /// The link is gone.
    Removed,
    /// The link was gone before.
    AlreadyGone,
    /// The link has the new end.
    EndSet,
    /// It was not sent, because of what became of other steps.
    Held { hold: Hold<'a> },
    /// It was answered with a no.
    Failed(&'a Failure),
    /// The answer was lost, and the link is not there, or not yet.
    Unknown(&'a Failure),
    /// The pass ended before its turn came.
    Unsent,
}

/// The look back after the last step.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum After<'a> {
    /// Nothing was sent, so there was nothing to look at.
    Untouched,
    /// It could not be had.
    Unread(&'a Failure),
    /// What was touched was read again.
    Read {
        /// How many of each there are now.
        counts: Counts,
        /// What is still to be done.
        steps: Vec<Step<'a>>,
    },
}

impl<'a> Report<'a> {
    pub(super) fn new(report: &'a report::Report, pass: &ShownPass<'a>) -> Self {
        let report::Report { steps, stopped, after } = report;
        let cx = StepContext { names: Names::from(pass.naming), causes: pass.causes };
        let limited = &pass.decision.limited;
        let result =
            |(step, outcome): &'a (_, _)| Result { step: Step::new(step, cx), outcome: Outcome::new(outcome, limited) };
        Self {
            version: Version,
            converged: report.converged() && !pass.decision.plan.has_problems(),
            results: steps.iter().map(result).collect(),
            stopped: stopped.as_ref(),
            after: After::new(after, StepContext { causes: None, ..cx }),
            plan: pass.into(),
        }
    }
}

impl<'a> Outcome<'a> {
    fn new(outcome: &'a report::Outcome, limited: &[Limited]) -> Self {
        use report::Outcome as It;
        match outcome {
            It::Created(link) => Self::Created { link: link.id },
            It::Adopted(link) => Self::Adopted { link: link.id },
            It::Removed => Self::Removed,
            It::AlreadyGone => Self::AlreadyGone,
            It::EndSet => Self::EndSet,
            It::Held(hold) => Self::Held { hold: Hold::new(hold, limited) },
            It::Failed(failure) => Self::Failed(failure),
            It::Unknown(failure) => Self::Unknown(failure),
            It::Unsent => Self::Unsent,
        }
    }
}

impl<'a> After<'a> {
    fn new(after: &'a report::After, cx: StepContext<'a>) -> Self {
        match after {
            report::After::Untouched => Self::Untouched,
            report::After::Unread(failure) => Self::Unread(failure),
            report::After::Decision(decision) => {
                Self::Read { counts: Counts::of(decision), steps: approved(&decision.approved, cx) }
            }
        }
    }
}
