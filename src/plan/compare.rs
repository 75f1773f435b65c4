//! Desired against live: one walk over both, in the order of bindings.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::doubts::Doubts;
use super::incomplete::Incomplete;
use super::keeper::keeper;
use super::{BindingPart, Creation, Held, Hold, Keep, Kept, Plan, Removal, Skip, Skipped, Why};
use crate::binding::{Binding, Link, ResourceId, UserId};
use crate::desired::{Desired, Doubt, Phase, Wanted};
use crate::diagnostic::{Diagnostic, Span, merged};
use crate::directory::Directory;
use crate::snapshot::Snapshot;

/// Clocks further apart than this can't be trusted with dates.
pub const CLOCKS_AGREE: SignedDuration = SignedDuration::from_mins(5);

/// Compares what is wanted with what is live at `now`.
pub fn plan(desired: &Desired, directory: &Directory, snapshot: &Snapshot, now: Timestamp) -> Plan {
    let offset = snapshot.observation.clock_offset;
    let clocks_agree = offset.is_none_or(|offset| offset.unsigned_abs() <= CLOCKS_AGREE.unsigned_abs());
    let doubts = Doubts::alive(desired, now, clocks_agree);
    let incomplete = Incomplete::new(&snapshot.incomplete, desired, directory);
    let keeps_ends = snapshot.observation.keeps_ends;
    let view = Comparison { desired, directory, now, doubts, incomplete, clocks_agree, keeps_ends };
    let mut plan = Plan {
        server: snapshot.observation.server.clone(),
        now,
        changing: snapshot.observation.changing,
        creations: Vec::new(),
        removals: Vec::new(),
        held: Vec::new(),
        skipped: Vec::new(),
        kept: Vec::new(),
        in_sync: Vec::new(),
        outside: Vec::new(),
        incomplete: Vec::new(),
        unresolved: desired.unresolved_settings.len()
            + desired.doubts.iter().filter(|it| it.life.phase(now) == Phase::Alive).count(),
        problems: desired.unresolved_settings.clone(),
        warnings: desired.warnings.clone(),
        counted: desired.scope.is_none().then(|| desired.named.clone()),
    };
    view.tell_doubts(&mut plan);
    view.compare(&mut plan, snapshot);
    view.hold_for_replacements(&mut plan, &snapshot.links);
    plan.problems = merged(plan.problems);
    plan.warnings = merged(plan.warnings);
    plan.incomplete = view.incomplete.into_rows();
    plan
}

pub(super) struct Comparison<'a> {
    pub(super) desired: &'a Desired,
    directory: &'a Directory,
    pub(super) now: Timestamp,
    doubts: Doubts<'a>,
    incomplete: Incomplete,
    clocks_agree: bool,
    pub(super) keeps_ends: bool,
}

impl Comparison<'_> {
    /// What a line wanted now can't resolve is a problem; what other lines can't is worth a word.
    fn tell_doubts(&self, plan: &mut Plan) {
        fn place(it: &Diagnostic) -> (&Span, &str) {
            (&it.primary.span, &it.message)
        }
        let told = |alive: bool| -> Vec<Diagnostic> {
            let doubts = self.desired.doubts.iter().filter(|it| (it.life.phase(self.now) == Phase::Alive) == alive);
            let mut told: Vec<_> = doubts.flat_map(|Doubt { diagnostics, .. }| diagnostics).collect();
            told.sort_by(|a, b| place(a).cmp(&place(b)));
            told.dedup();
            told.into_iter().map(|it| Diagnostic::clone(it)).collect()
        };
        let problems = told(true);
        let already: HashSet<_> = problems.iter().map(place).collect();
        let warnings = told(false).into_iter().filter(|it| !already.contains(&place(it)));
        plan.warnings.extend(warnings.map(Diagnostic::into_warning));
        plan.problems.extend(problems);
    }

    fn compare(&self, plan: &mut Plan, snapshot: &Snapshot) {
        let mut live: Vec<Link> = snapshot.links.clone();
        live.sort_unstable_by_key(|it| (it.binding, it.id));
        live.dedup();
        let mut wanted = self.desired.bindings.iter().peekable();
        for rows in live.chunk_by(|a, b| a.binding == b.binding) {
            let binding = rows[0].binding;
            while let Some(missing) = wanted.next_if(|it| it.binding < binding) {
                self.missing(plan, missing);
            }
            self.present(plan, rows, wanted.next_if(|it| it.binding == binding));
        }
        wanted.for_each(|missing| self.missing(plan, missing));
    }

    /// A binding without a row.
    fn missing(&self, plan: &mut Plan, wanted: &Wanted) {
        if wanted.phase(self.now) != Phase::Alive {
            return;
        }
        let origins = Arc::clone(&wanted.origins);
        let creation = Creation { binding: wanted.binding, origins, ends: self.end(wanted), row: None };
        match self.skip(&wanted.binding, Some(wanted)) {
            Some(why) => plan.skipped.push(Skipped { creation, why }),
            None => plan.creations.push(creation),
        }
    }

    pub(super) fn skip(&self, binding: &Binding, wanted: Option<&Wanted>) -> Option<Skip> {
        let Binding { resource, role: _, user } = *binding;
        if !self.in_scope(binding) {
            Some(Skip::OutsideScope)
        } else if self.terminated(resource) {
            Some(Skip::Terminated)
        } else if self.incomplete.blocks(binding) {
            Some(Skip::Incomplete)
        } else if self.inactive(user) {
            Some(Skip::Inactive)
        } else if !self.clocks_agree && wanted.is_some_and(Wanted::dated) {
            Some(Skip::Clock)
        } else {
            None
        }
    }

    /// All rows of one binding, in the order of ids.
    fn present(&self, plan: &mut Plan, rows: &[Link], wanted: Option<&Wanted>) {
        let binding = rows[0].binding;
        if !self.in_scope(&binding) {
            plan.outside.extend(rows);
            // Live or not, asking for what one's own scope shuts out is a mistake in the files.
            if let Some(wanted) = wanted {
                self.missing(plan, wanted);
            }
            return;
        }
        let phase = wanted.map(|it| it.phase(self.now));
        let (stays, why) = match phase {
            Some(Phase::Alive) => (keeper(rows, self.now), Why::Duplicate),
            Some(Phase::Ended) => (None, Why::Ended),
            Some(Phase::NotBegun) => (None, Why::NotBegun),
            None => (None, Why::NotDeclared),
        };
        plan.in_sync.extend(stays);
        let indistinct = rows.len() > 1 && rows.iter().any(|it| it.id.is_derived());
        let hold = self.hold(&binding, wanted).or_else(|| indistinct.then_some(Hold::Indistinct));
        // An end can be changed only where one row is left.
        let mut alone = true;
        for link in rows.iter().copied().filter(|it| Some(*it) != stays) {
            if let Some(why) = self.keep(&link) {
                plan.kept.push(Kept { link, why });
                alone &= link.managed || rows.len() == 1;
                continue;
            }
            let origins = wanted.map_or_else(|| Arc::from([]), |it| Arc::clone(&it.origins));
            let removal = Removal { link, why, origins };
            match &hold {
                Some(hold) => {
                    plan.held.push(Held { removal, hold: hold.clone() });
                    alone = false;
                }
                None => plan.removals.push(removal),
            }
        }
        match stays {
            Some(stays) if alone => self.change_end(plan, rows, stays, wanted),
            None if alone && !rows[0].managed && self.keep(&rows[0]) == Some(Keep::Protected) => {
                self.change_end(plan, rows, rows[0], None);
            }
            _ => {}
        }
    }

    pub(super) fn keep(&self, link: &Link) -> Option<Keep> {
        if self.desired.protected.contains(&link.binding.user) {
            Some(Keep::Protected)
        } else if self.terminated(link.binding.resource) {
            Some(Keep::Terminated)
        } else if link.managed {
            Some(Keep::Managed)
        } else {
            None
        }
    }

    pub(super) fn hold(&self, binding: &Binding, wanted: Option<&Wanted>) -> Option<Hold> {
        let unnamed = self.desired.scope.is_none() && !self.desired.named.contains(&binding.resource);
        if let Some(span) = &self.desired.blocking {
            Some(Hold::Settings(span.clone()))
        } else if unnamed {
            Some(Hold::NotNamed)
        } else if let Some(part) = self.unseen(binding) {
            Some(Hold::Unseen(part))
        } else if let Some(span) = self.doubts.about(binding) {
            Some(Hold::Doubt(span.clone()))
        } else if self.incomplete.blocks(binding) {
            Some(Hold::Incomplete)
        } else if !self.clocks_agree && wanted.is_some_and(Wanted::dated) {
            Some(Hold::Clock)
        } else {
            None
        }
    }

    /// No gap: what nobody declares, or not yet, goes only where every line of the same user on the same resource is, or
    /// will be, live. Lines of inactive users don't count: nothing can be created for them.
    fn hold_for_replacements(&self, plan: &mut Plan, links: &[Link]) {
        let missing = plan.skipped.iter().filter(|it| it.creation.row.is_none());
        let missing = missing.filter(|it| matches!(it.why, Skip::Clock | Skip::OutsideScope | Skip::Incomplete));
        let mut missing: BTreeSet<_> = missing.map(|it| it.creation.binding.pair()).collect();
        if !self.clocks_agree {
            missing.extend(self.perhaps_due(links));
        }
        let waits = |removal: &Removal| {
            let (resource, user) = removal.link.binding.pair();
            matches!(removal.why, Why::NotDeclared | Why::NotBegun)
                && (missing.contains(&(resource, user)) || self.doubts.awaits(resource, user))
        };
        let (held, removals) = std::mem::take(&mut plan.removals).into_iter().partition(waits);
        plan.removals = removals;
        plan.held.extend(Vec::into_iter(held).map(|removal| Held { removal, hold: Hold::Replacement }));
        plan.held.sort_by_key(|it| (it.removal.link.binding, it.removal.link.id));
    }

    /// Where clocks can't be trusted: the pairs of dated lines that are not live, and might be due by the other clock.
    fn perhaps_due(&self, links: &[Link]) -> impl Iterator<Item = (ResourceId, UserId)> {
        let live: BTreeSet<_> = links.iter().map(|it| it.binding).collect();
        let dated = self.desired.bindings.iter().filter(|it| it.dated() && it.phase(self.now) != Phase::Alive);
        dated.map(|it| it.binding).filter(move |it| !live.contains(it)).map(|it| it.pair())
    }

    fn in_scope(&self, binding: &Binding) -> bool {
        self.desired.scope.as_ref().is_none_or(|it| it.contains(binding, self.directory))
    }

    /// The first part that cannot be looked up. What has no name for us might be meant by any name in the settings.
    fn unseen(&self, binding: &Binding) -> Option<BindingPart> {
        let Binding { resource, role, user } = binding;
        let Directory { resources, roles, users, aliases: _ } = self.directory;
        if !resources.contains_key(resource) {
            Some(BindingPart::Resource)
        } else if !roles.contains_key(role) {
            Some(BindingPart::Role)
        } else {
            (!users.contains_key(user)).then_some(BindingPart::User)
        }
    }

    fn terminated(&self, resource: ResourceId) -> bool {
        self.directory.resources.get(&resource).is_some_and(|it| it.terminated)
    }

    fn inactive(&self, user: UserId) -> bool {
        self.directory.users.get(&user).is_some_and(|it| it.active == Some(false))
    }
}
