//! A part of a decision.

use super::{Approved, Cause, Causes, Decision, Withheld};
use crate::plan::{Creation, Plan, Removal};

impl Decision {
    /// The steps that have this cause, and none of what limits hold is explained: that belongs to the whole.
    ///
    /// What is approved of a part was approved of the whole.
    #[must_use]
    pub fn part(&self, causes: &Causes, cause: Cause) -> Self {
        let Self { plan, approved, withheld, limited: _ } = self;
        let creations = |of: &[Creation]| of.iter().filter(|it| causes.of_creation(it) == cause).cloned().collect();
        let removals = |of: &[Removal]| of.iter().filter(|it| causes.of_removal(it) == cause).cloned().collect();
        Self {
            plan: Plan {
                creations: creations(&plan.creations),
                removals: removals(&plan.removals),
                held: plan.held.iter().filter(|it| causes.of_held(it) == cause).cloned().collect(),
                skipped: plan.skipped.iter().filter(|it| causes.of_skipped(it) == cause).cloned().collect(),
                ..plan.clone()
            },
            approved: Approved { creations: creations(&approved.creations), removals: removals(&approved.removals) },
            withheld: Withheld { creations: creations(&withheld.creations), removals: removals(&withheld.removals) },
            limited: None,
        }
    }
}
