//! A part of a decision.

use super::{Approved, Decision, Withheld};
use crate::plan::{Cause, Causes, Hold, Intent, Plan, Removal};

impl Decision {
    /// The steps that have this cause, and none of what limits hold is explained: that belongs to the whole.
    ///
    /// What is approved of a part was approved of the whole.
    #[must_use]
    pub fn part(&self, causes: &Causes, cause: Cause) -> Self {
        let Self { plan, approved, withheld, limited: _ } = self;
        let removed = |it: &&Removal| causes.of_link(&it.link, Intent::Remove) == cause;
        let held = plan.held.iter().filter(|it| {
            // What only limits hold is intended all the same.
            let intent = if it.hold == Hold::Limit { Intent::Remove } else { Intent::Hold };
            causes.of_link(&it.removal.link, intent) == cause
        });
        let skipped = plan.skipped.iter().filter(|it| causes.of_binding(&it.creation.binding, Intent::Skip) == cause);
        macro_rules! created {
            ($creations:expr) => {
                $creations
                    .iter()
                    .filter(|it| causes.of_binding(&it.binding, Intent::Create) == cause)
                    .cloned()
                    .collect()
            };
        }
        Self {
            plan: Plan {
                creations: created!(plan.creations),
                removals: plan.removals.iter().filter(removed).cloned().collect(),
                held: held.cloned().collect(),
                skipped: skipped.cloned().collect(),
                ..plan.clone()
            },
            approved: Approved {
                creations: created!(approved.creations),
                removals: approved.removals.iter().filter(removed).cloned().collect(),
            },
            withheld: Withheld {
                creations: created!(withheld.creations),
                removals: withheld.removals.iter().filter(removed).cloned().collect(),
            },
            limited: None,
        }
    }
}
