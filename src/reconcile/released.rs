//! What approvals allow that limits would hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{PassRequest, View, removed_before};
use crate::binding::LinkId;
use crate::desired::Approval;
use crate::digest::Digest;
use crate::plan::{Held, Removal};
use crate::policy::{self, PolicyInput};
use crate::visible::visible;

/// Links that limits would have held, had nobody approved them.
#[derive(Debug, Default)]
pub struct Released<'a> {
    links: BTreeMap<LinkId, (Digest, Option<&'a Approval>)>,
}

impl<'a> Released<'a> {
    /// Of a plan that may be approved.
    pub fn of(view: &View, request: &PassRequest<'a>) -> Self {
        let plan = &view.plan;
        let Ok(decision) = policy::approve(plan.clone(), &unapproved(view, request)) else { return Self::default() };
        let by = |it: &Held| {
            let digest = policy::digest_of(&decision.limited, &it.hold)?;
            let by = policy::approval_of(&request.document.approvals, digest, plan.now);
            Some((it.removal.link.id, (digest.clone(), by)))
        };
        Self { links: decision.plan.held.iter().filter_map(by).collect() }
    }

    /// Whether this one went only because it was approved.
    pub fn contains(&self, removal: &Removal) -> bool {
        self.links.contains_key(&removal.link.id)
    }

    /// The approval in the files, with its reason: ``approved by `held-mfrggzdf…` at grants.yaml:9, OPS-12``.
    pub fn by(&self, removal: &Removal) -> Option<String> {
        let Approval { span, held, until: _, reason } = self.links.get(&removal.link.id)?.1?;
        let reason = reason.as_deref().map(|it| format!(", {it}")).unwrap_or_default();
        Some(visible(&format!("approved by `{held}` at {span}{reason}")).into_owned())
    }

    /// The same, or the digest that was given on the command line.
    pub(super) fn approval(&self, removal: &Removal) -> Option<String> {
        let (digest, _) = self.links.get(&removal.link.id)?;
        self.by(removal).or_else(|| Some(format!("approved by `{digest}` on the command line")))
    }
}

/// What the files ask for, had nobody approved anything.
pub fn unapproved(view: &View, request: &PassRequest<'_>) -> PolicyInput {
    PolicyInput {
        limits: request.limits.over(view.desired.limits),
        removed_lately: request.removed_lately,
        removed_before: removed_before(view, request),
        ended_lately: request.ended_lately,
        last_seen: Arc::clone(&request.last_seen),
        ..PolicyInput::default()
    }
}
