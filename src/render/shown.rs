//! The one value that every format is made from.

use super::findings::path;
use super::{Detail, Naming};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::policy::Decision;
use crate::report::{Failure, Report};
use crate::snapshot::Observation;

/// What one call has to show.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// Something was decided, and perhaps done.
    Pass(Pass<'a>),
    /// The files can't be used: nothing was asked of a server and nothing was decided.
    Invalid {
        /// What is wrong with them, and what else is worth saying.
        diagnostics: &'a [Diagnostic],
        /// The files, as far as they could be read.
        sources: &'a [Source],
    },
    /// It did not come to a decision: a server that could not be read, an approval for something else.
    Failed(&'a Failure),
}

/// A decision with everything that is told about it.
#[derive(Debug, Clone, Copy)]
pub struct Pass<'a> {
    /// What was decided.
    pub decision: &'a Decision,
    /// What was done about it; absent for a plan.
    pub report: Option<&'a Report>,
    /// How the live links were seen.
    pub observation: &'a Observation,
    /// What things are called.
    pub naming: &'a Naming<'a>,
    /// What reviewers should not miss.
    pub risks: &'a [Risk],
    /// The files it was decided from; none where only the decision was kept. Findings that have no place of their own
    /// are shown at the first one, where a format wants a place.
    pub sources: &'a [Source],
    /// How much is shown.
    pub detail: Detail,
}

/// Something about a change that its reviewers should not miss, said by a named rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// The rule, e.g. `last-holder-leaves`.
    pub rule: &'static str,
    /// What it says: a lower-case fragment without a full stop, literals in backticks.
    pub message: String,
    /// The line that brings it about, if there is one.
    pub span: Option<Span>,
}

impl<'a> Shown<'a> {
    /// The files, as far as they are there.
    pub(super) fn sources(&self) -> &'a [Source] {
        match self {
            Self::Pass(Pass { sources, .. }) | Self::Invalid { diagnostics: _, sources } => sources,
            Self::Failed(_) => &[],
        }
    }

    /// The file where findings are shown that have no place of their own.
    pub(super) fn home(&self) -> Option<&'a str> {
        self.sources().iter().find_map(|it| path(&it.name))
    }
}
