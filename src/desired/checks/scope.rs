//! Bindings outside of their own scope: they would never be created.

use std::collections::HashSet;

use super::Set;
use super::fit::{called, surely, surely_none};
use crate::desired::codes;
use crate::desired::document::{Kinds, Reference, Scope, Selector};
use crate::desired::problems::Problems;
use crate::diagnostic::{Diagnostic, Span};

/// Tells of every reference that keeps its bindings out of the scope, as far as names alone can tell.
pub(super) fn holds_every_binding(set: &Set<'_>, problems: &mut Problems) {
    let Some(scope) = &set.document.scope else { return };
    let mut told = HashSet::new();
    for entry in &set.document.entries {
        for resource in &entry.resources {
            check(resource, scope, |it| it.resources.as_deref(), &mut told, problems);
            if let Some(offering) = resource.offering.as_deref() {
                check(offering, scope, |it| it.offerings.as_deref(), &mut told, problems);
            }
        }
        for role in &entry.roles {
            check(role, scope, |it| it.roles.as_deref(), &mut told, problems);
        }
        for member in &entry.users {
            check(&member.user, scope, |it| it.users.as_deref(), &mut told, problems);
        }
    }
}

fn check<'d>(
    reference: &'d Reference,
    scope: &'d Scope,
    kind: fn(&Kinds) -> Option<&[Selector]>,
    told: &mut HashSet<&'d Span>,
    problems: &mut Problems,
) {
    let (why, place) = match (kind(&scope.include), kind(&scope.exclude)) {
        (Some(include), _) if surely_none(reference, include) => ("the scope does not name it", &scope.span),
        (_, Some(exclude)) => match surely(reference, exclude) {
            Some(Selector::Pattern { span, .. } | Selector::One(Reference { span, .. })) => ("excluded here", span),
            None => return,
        },
        _ => return,
    };
    // A user of a group is at one place, however many bindings use the group.
    if told.insert(&reference.span) {
        let message = format!("{} is outside of the scope", called(reference));
        problems.push(
            Diagnostic::error(codes::OUTSIDE_SCOPE, reference.span.clone(), message)
                .related(place.clone(), why)
                .help("widen the scope, or take the binding out"),
        );
    }
}
