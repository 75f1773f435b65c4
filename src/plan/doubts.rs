//! Doubt never removes: an unresolved line might mean any binding that agrees with the parts of it that are known.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::binding::{Binding, ResourceId, UserId};
use crate::desired::{Desired, Doubt, Pattern, Phase};
use crate::diagnostic::Span;

/// The doubts that are or may be alive now, ready to be asked.
pub(super) struct Doubts<'a> {
    /// One place for each pattern.
    patterns: BTreeMap<Pattern, &'a Span>,
    /// Pairs that some unresolved line was probably written for, or any of them: its replacement is not there yet.
    awaited: BTreeSet<(Option<ResourceId>, Option<UserId>)>,
}

impl<'a> Doubts<'a> {
    /// Where clocks can't be trusted, every line with a date may be alive.
    pub(super) fn alive(desired: &'a Desired, now: Timestamp, clocks_agree: bool) -> Self {
        let mut doubts = Self { patterns: BTreeMap::new(), awaited: BTreeSet::new() };
        for Doubt { pattern, guesses, life, diagnostics } in &desired.doubts {
            if life.phase(now) != Phase::Alive && (clocks_agree || !life.dated()) {
                continue;
            }
            doubts.awaited.extend(guesses);
            if let Some(diagnostic) = diagnostics.first() {
                let first = doubts.patterns.entry(*pattern).or_insert(&diagnostic.primary.span);
                *first = (*first).min(&diagnostic.primary.span);
            }
        }
        doubts
    }

    /// The place of an unresolved line that could be this binding: each of its parts is unresolved or equal.
    pub(super) fn about(&self, binding: &Binding) -> Option<&'a Span> {
        if self.patterns.is_empty() {
            return None;
        }
        let Binding { resource, role, user } = *binding;
        // The eight ways to punch holes into a binding; the one without a hole is in no pattern.
        let punched = (0..8).map(|holes| Pattern {
            resource: (holes & 1 == 0).then_some(resource),
            role: (holes & 2 == 0).then_some(role),
            user: (holes & 4 == 0).then_some(user),
        });
        punched.filter_map(|it| self.patterns.get(&it).copied()).min()
    }

    /// Whether an unresolved line was probably written for this user on this resource.
    pub(super) fn awaits(&self, resource: ResourceId, user: UserId) -> bool {
        let (resource, user) = (Some(resource), Some(user));
        [(resource, user), (resource, None), (None, user), (None, None)].iter().any(|it| self.awaited.contains(it))
    }
}
