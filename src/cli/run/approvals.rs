//! What the approvals of the files release, and what is to be said about those that release nothing.

use std::collections::BTreeSet;

use crate::binding::LinkId;
use crate::daemon::Note;
use crate::desired::Approval;
use crate::plan::{Hold, Plan, Removal};
use crate::policy::{self, Asks};
use crate::reconcile::{Request, View, removed_before};
use crate::render::visible;

/// Links that limits would have held, had the files not approved them.
#[derive(Default)]
pub(super) struct Released<'a> {
    links: BTreeSet<LinkId>,
    by: Option<&'a Approval>,
}

impl<'a> Released<'a> {
    /// Of a plan that may be approved by the files.
    pub(super) fn of(view: &View, request: &Request<'a>) -> Self {
        let View { plan, desired, .. } = view;
        let limits = request.limits.over(desired.limits);
        let asks = Asks {
            limits,
            removed_lately: request.removed_lately,
            removed_before: removed_before(view, request),
            ..Asks::default()
        };
        let Ok(decision) = policy::approve(plan.clone(), &asks) else { return Self::default() };
        let Some(limited) = decision.limited else { return Self::default() };
        let held = decision.plan.held.iter().filter(|it| it.hold == Hold::Limit);
        let by = policy::approval_of(&request.document.approvals, &limited.digest, plan.now);
        Self { links: held.map(|it| it.removal.link.id).collect(), by }
    }

    /// Whether this one went only because it was approved.
    pub(super) fn contains(&self, removal: &Removal) -> bool {
        self.links.contains(&removal.link.id)
    }

    /// Who let it go, with the reason that was given: ``approved by `held-mfrggzdf…` at grants.yaml:9, OPS-12``.
    pub(super) fn by(&self, removal: &Removal) -> Option<String> {
        let Approval { span, held, until: _, reason } = self.by.filter(|_| self.contains(removal))?;
        let reason = reason.as_deref().map(|it| format!(", {it}")).unwrap_or_default();
        Some(visible(&format!("approved by `{held}` at {span}{reason}")).into_owned())
    }
}

/// What the plan says about approvals.
pub(super) fn notes(plan: &Plan) -> Vec<Note> {
    let about = plan.warnings.iter().filter(|it| matches!(it.code, policy::ENDED | policy::WITHOUT_MATCH));
    let note = about.map(|it| {
        let help = it.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        let text = format!("{}: {}{help}", it.primary.span, it.message);
        Note { code: it.code, text: visible(&text).into_owned() }
    });
    note.collect()
}
