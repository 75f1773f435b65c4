//! What earlier passes have seen.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::binding::Binding;
use crate::plan::Plan;

/// When a complete pass saw a link live and wanted last, for every binding that is still live.
///
/// It is kept in the process only. Without it, what ended more than two days ago counts in the limits: more careful.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastSeen(BTreeMap<Binding, Timestamp>);

impl LastSeen {
    /// What is known after a pass that decided this.
    #[must_use]
    pub fn after(&self, plan: &Plan) -> Self {
        let removals = plan.removals.iter().chain(plan.held.iter().map(|it| &it.removal)).map(|it| it.link);
        let live = removals.chain(plan.kept.iter().map(|it| it.link)).map(|it| it.binding);
        let earlier = live.filter_map(|it| Some((it, self.at(&it)?)));
        // What is wanted and has duplicates is in both, and seen now.
        let now = plan.in_sync.iter().map(|it| (it.binding, plan.now));
        Self(earlier.chain(now).collect())
    }

    /// When it was seen live and wanted last.
    pub fn at(&self, binding: &Binding) -> Option<Timestamp> {
        self.0.get(binding).copied()
    }
}
