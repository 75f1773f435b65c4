//! What the approvals of the files release, and what is to be said about those that release nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::binding::LinkId;
use crate::daemon::Note;
use crate::desired::Approval;
use crate::plan::{Held, Plan, Removal};
use crate::policy::{self, PolicyInput};
use crate::reconcile::{PassRequest, View, removed_before};
use crate::render::visible;

/// Links that limits would have held, had the files not approved them.
#[derive(Default)]
pub(super) struct Released<'a> {
    links: BTreeMap<LinkId, Option<&'a Approval>>,
}

impl<'a> Released<'a> {
    /// Of a plan that may be approved by the files.
    pub(super) fn of(view: &View, request: &PassRequest<'a>) -> Self {
        let plan = &view.plan;
        let Ok(decision) = policy::approve(plan.clone(), &unapproved(view, request)) else { return Self::default() };
        let by = |it: &Held| {
            let digest = policy::digest_of(&decision.limited, &it.hold)?;
            let by = policy::approval_of(&request.document.approvals, digest, plan.now);
            Some((it.removal.link.id, by))
        };
        Self { links: decision.plan.held.iter().filter_map(by).collect() }
    }

    /// Whether this one went only because it was approved.
    pub(super) fn contains(&self, removal: &Removal) -> bool {
        self.links.contains_key(&removal.link.id)
    }

    /// Who let it go, with the reason that was given: ``approved by `held-mfrggzdf…` at grants.yaml:9, OPS-12``.
    pub(super) fn by(&self, removal: &Removal) -> Option<String> {
        let Approval { span, held, until: _, reason } = self.links.get(&removal.link.id).copied().flatten()?;
        let reason = reason.as_deref().map(|it| format!(", {it}")).unwrap_or_default();
        Some(visible(&format!("approved by `{held}` at {span}{reason}")).into_owned())
    }
}

/// What the files ask for, had nobody approved anything.
pub(super) fn unapproved(view: &View, request: &PassRequest<'_>) -> PolicyInput {
    PolicyInput {
        limits: request.limits.over(view.desired.limits),
        removed_lately: request.removed_lately,
        removed_before: removed_before(view, request),
        ended_lately: request.ended_lately,
        last_seen: Arc::clone(&request.last_seen),
        ..PolicyInput::default()
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
