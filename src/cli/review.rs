//! What is known of the change that a plan is made for.

use super::plan::overrides;
use super::read::Read;
use crate::desired::Desired;
use crate::plan::Causes;
use crate::reconcile::{Overrides, Prepared};
use crate::risk::{Assessment, Before, Facts, assess};
use crate::saved::Asked;

/// What is known of the change that a plan is made for.
#[derive(Debug, Default)]
pub(super) struct Review {
    /// The limits that are asked for.
    pub(super) limits: Overrides,
    /// Who wrote it.
    pub(super) author: Option<String>,
    /// What each step comes from.
    pub(super) causes: Option<Causes>,
    /// What the files wanted before it.
    pub(super) before: Option<Desired>,
}

impl Review {
    /// Nothing but what is asked for.
    pub(super) fn new(asked: &Asked) -> Self {
        Self { limits: overrides(asked), ..Self::default() }
    }

    /// What its reviewers should not miss.
    pub(super) fn assess(&self, read: &Read, Prepared { view, decision: _ }: &Prepared) -> Assessment {
        let Self { limits, author, causes, before } = self;
        let facts = Facts {
            plan: &view.plan,
            desired: &view.desired,
            directory: &view.directory,
            limits: limits.over(view.desired.limits),
            author: author.as_deref(),
            before: causes.as_ref().map(|causes| Before { causes, desired: before.as_ref() }),
        };
        assess(&facts, &read.document.accept)
    }
}
