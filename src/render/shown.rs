//! The one value that every format is made from.

use super::forge::path;
use super::{Compared, Detail, Forge, Naming, SnapshotAge};
use crate::diagnostic::{Diagnostic, Source};
use crate::policy::{Causes, Decision, Difference};
use crate::report::{Failure, Report, Roles};
use crate::review::Review;
use crate::risk::Assessment;
use crate::snapshot::Observation;

/// What one call has to show.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// Something was decided, and perhaps done.
    Pass(ShownPass<'a>),
    /// The files can't be used: nothing was asked of a server and nothing was decided.
    Invalid {
        /// What was called.
        verb: Verb,
        /// What is wrong with them, and what else is worth saying.
        diagnostics: &'a [Diagnostic],
        /// The files, as far as they could be read.
        sources: &'a [Source],
        /// Where they can be seen.
        forge: Option<&'a Forge>,
    },
    /// It did not come to a decision: a server that could not be read, an approval for something else.
    Failed(Failed<'a>),
}

/// What was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Something was to be shown.
    Plan,
    /// Something was to be done.
    Apply,
}

/// A call that did not come to a decision.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// What was called.
    pub verb: Verb,
    /// Why not.
    pub failure: &'a Failure,
    /// What would be done now, if a saved plan says otherwise.
    pub stale: Option<Stale<'a>>,
}

/// How a saved plan differs from what would be done now.
#[derive(Debug, Clone, Copy)]
pub struct Stale<'a> {
    /// In the order of bindings; never empty.
    pub differences: &'a [Difference],
    /// What things are called, now or then.
    pub naming: &'a Naming<'a>,
}

/// A decision with everything that is told about it.
#[derive(Debug, Clone, Copy)]
pub struct ShownPass<'a> {
    /// What was called.
    pub verb: Verb,
    /// Roles that are created before anything else.
    pub roles: &'a Roles,
    /// What was decided.
    pub decision: &'a Decision,
    /// What was done about it; absent for a plan, and where there was nothing to do.
    pub report: Option<&'a Report>,
    /// How the live links were seen.
    pub observation: &'a Observation,
    /// When they were seen, if that was not for this.
    pub seen: Option<SnapshotAge>,
    /// What things are called.
    pub naming: &'a Naming<'a>,
    /// What each step comes from, where there are files from before a change to compare with.
    pub causes: Option<&'a Causes>,
    /// What the change to the files does, at any time; without such a change, what begins soon.
    pub review: &'a Review,
    /// What reviewers should not miss.
    pub assessment: &'a Assessment,
    /// The files it was decided from; none where only the decision was kept. Findings that have no place of their own
    /// are shown at the first one, where a format wants a place.
    pub sources: &'a [Source],
    /// Where they can be seen.
    pub forge: Option<&'a Forge>,
    /// How much is shown.
    pub detail: Detail,
}

impl<'a> ShownPass<'a> {
    /// What it is compared with, if there are files from before a change.
    pub(super) fn compared(&self) -> Option<Compared<'a>> {
        self.causes.map(|causes| Compared { causes, review: self.review })
    }
}

impl<'a> Shown<'a> {
    /// The files, as far as they are there.
    pub(super) fn sources(&self) -> &'a [Source] {
        match self {
            Self::Pass(ShownPass { sources, .. }) | Self::Invalid { sources, .. } => sources,
            Self::Failed(_) => &[],
        }
    }

    /// The file where findings are shown that have no place of their own.
    pub(super) fn home(&self) -> Option<&'a str> {
        self.sources().iter().find_map(|it| path(&it.name))
    }
}
