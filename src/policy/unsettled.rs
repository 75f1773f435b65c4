//! Steps that wait until the files have been quiet.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Deferred;
use crate::binding::Binding;
use crate::desired::Document;
use crate::plan::{Plan, Removal, Removed, Why};

/// What must wait because the files have just changed. By default nothing does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unsettled {
    /// Creations wait.
    pub creations: bool,
    /// Which removals wait, if any do.
    pub removals: Option<NewRemovals>,
    /// Settings that are in force beside those read now: of both, the stricter.
    pub settings: Option<Document>,
}

/// All removals, except those that are sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRemovals {
    /// Those that every reading of the last quiet period asked for.
    pub except: BTreeSet<Removed>,
    /// The end of a line needs no edit: removals of what ended after this instant are sure, too. What had ended before is
    /// wanted less than it was only because of an edit.
    pub or_ended_after: Timestamp,
}

impl Unsettled {
    /// Whether nothing must wait.
    pub const fn is_empty(&self) -> bool {
        let Self { creations, removals, settings } = self;
        !*creations && removals.is_none() && settings.is_none()
    }

    /// The steps of a plan that wait. `earlier` is the plan under the settings in force beside those of `plan`.
    pub fn steps(&self, plan: &Plan, earlier: Option<&Plan>) -> BTreeSet<Deferred> {
        let Self { creations, removals, settings: _ } = self;
        let allowed = earlier.map(|it| {
            let created: BTreeSet<Binding> = it.creations.iter().map(|it| it.binding).collect();
            let removed: BTreeSet<Removed> = it.removals.iter().map(Removal::removed).collect();
            (created, removed)
        });
        let created = plan
            .creations
            .iter()
            .filter(|it| *creations || allowed.as_ref().is_some_and(|(may, _)| !may.contains(&it.binding)));
        let removed = plan.removals.iter().filter(|it| {
            removals.as_ref().is_some_and(|new| new.wait(it))
                || allowed.as_ref().is_some_and(|(_, may)| !may.contains(&it.removed()))
        });
        created.map(Deferred::of_creation).chain(removed.map(Deferred::of_removal)).collect()
    }
}

impl NewRemovals {
    fn wait(&self, removal: &Removal) -> bool {
        let Self { except, or_ended_after } = self;
        let ended = || removal.origins.iter().filter_map(|it| it.life.until).max();
        let sure = removal.why == Why::Ended && ended().is_some_and(|it| it > *or_ended_after);
        !sure && !except.contains(&removal.removed())
    }
}
