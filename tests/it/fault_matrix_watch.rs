//! What is checked in a cell of the fault matrix: what the server's own record says of each write, and whether reports are
//! true.

use std::collections::{BTreeMap, BTreeSet};

use grantsync::binding::{Binding, Link, LinkId};
use grantsync::reconcile::Pass;
use grantsync::report::{Outcome, Report, Step};
use grantsync::sandbox::{EventKind, World};

use crate::reconcile_properties::{bound, named};
use crate::reconcile_support::{self, all_rows};

/// What one cell has against the product.
#[derive(Default)]
pub(crate) struct Findings(pub(crate) Vec<String>);

impl Findings {
    pub(crate) fn unless(&mut self, holds: bool, says: impl FnOnce() -> String) {
        if !holds {
            self.0.push(says());
        }
    }
}

/// The world of a cell, as it was told by the server's own record so far.
pub(crate) struct Watch {
    /// What is to be there in the end, and may never be missing once it is there.
    goal: &'static [&'static str],
    /// How many rows may be made beside another of the same: a list that hides a row in every reading, from the first
    /// on, is found out by the first creation that it does not show.
    pub(crate) needless: usize,
    rows: BTreeMap<String, usize>,
    created: BTreeSet<String>,
    events: usize,
}

/// What was written in one pass.
#[derive(Default)]
pub(crate) struct Written {
    created: BTreeSet<Binding>,
    removed: BTreeSet<Binding>,
    changed: BTreeSet<Binding>,
}

impl Written {
    pub(crate) fn is_empty(&self) -> bool {
        self.created.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

impl Watch {
    pub(crate) fn new(world: &World, goal: &'static [&'static str]) -> Self {
        let mut rows = BTreeMap::new();
        for triple in world.triples() {
            *rows.entry(triple).or_default() += 1;
        }
        Self { goal, needless: 0, rows, created: BTreeSet::new(), events: world.events.len() }
    }

    /// Follows what was written since, one write after the other, and says what that was.
    pub(crate) fn follow(&mut self, world: &World, findings: &mut Findings) -> Written {
        let mut written = Written::default();
        for event in &world.events[self.events..] {
            let triple = named(event);
            let binding = bound(reconcile_support::triple(world, &triple));
            let rows = self.rows.entry(triple.clone()).or_default();
            match event.kind {
                EventKind::Created | EventKind::Granted => {
                    written.created.insert(binding);
                    *rows += 1;
                    if *rows > 1 {
                        findings.unless(self.needless > 0, || format!("{triple} was created where it was"));
                        self.needless = self.needless.saturating_sub(1);
                    }
                    findings
                        .unless(self.goal.contains(&&*triple), || format!("{triple} was created, and nobody wants it"));
                    findings.unless(self.created.insert(triple.clone()), || format!("{triple} was created twice"));
                }
                EventKind::Deleted | EventKind::Revoked => {
                    written.removed.insert(binding);
                    *rows -= 1;
                    let last = *rows == 0;
                    findings.unless(!last || !self.goal.contains(&&*triple), || format!("{triple} was removed"));
                    let gap = triple == "a member ben" && self.rows.get("a admin ben").is_none_or(|it| *it == 0);
                    findings.unless(!gap, || "ben had no role for a while".to_owned());
                }
                EventKind::Updated => {
                    written.changed.insert(binding);
                    findings.unless(false, || format!("{triple} was changed"));
                }
            }
        }
        self.events = world.events.len();
        written
    }

    /// Whether what a pass says is so, of each step and of the whole.
    pub(crate) fn believe(&self, pass: &Pass, written: &Written, world: &World, findings: &mut Findings) {
        let Pass { prepared, report } = pass;
        let reached = world.triples() == self.goal;
        if let Some(report) = report {
            believe_steps(report, written, world, findings);
            findings.unless(reached || !report.converged(), || format!("converged at {:?}", world.triples()));
        } else {
            let plan = &prepared.view.plan;
            let open = plan.changing || plan.has_problems() || !prepared.decision.withheld.is_empty();
            findings.unless(reached || open, || format!("in sync at {:?}", world.triples()));
        }
    }
}

fn believe_steps(report: &Report, written: &Written, world: &World, findings: &mut Findings) {
    let live: Vec<(LinkId, Binding)> = all_rows(world).map(|(id, triple)| (id.into(), bound(triple))).collect();
    let has = |link: &Link| live.contains(&(link.id, link.binding));
    // The answer of the second generation does not say which id a link has.
    let made =
        |link: &Link| has(link) || (world.waldur.scopes_roles() && live.iter().any(|(_, it)| *it == link.binding));
    for (step, outcome) in &report.steps {
        let happened = match step {
            Step::Create(creation) => written.created.contains(&creation.binding),
            Step::Remove(removal) => written.removed.contains(&removal.link.binding),
            Step::Lengthen(_) | Step::Shorten(_) => written.changed.contains(&step.binding()),
        };
        let gone = |step: &Step| matches!(step, Step::Remove(it) if !has(&it.link));
        let so = match outcome {
            Outcome::Created(link) | Outcome::Adopted(link) => made(link) && link.binding == step.binding(),
            Outcome::Removed | Outcome::AlreadyGone => gone(step),
            Outcome::EndSet => happened,
            Outcome::Failed(_) | Outcome::Unsent | Outcome::Held(_) => !happened,
            Outcome::Unknown(_) => true,
        };
        findings.unless(so, || format!("told of `{step}`: {outcome}"));
    }
}
