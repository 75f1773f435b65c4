//! Bindings outside of their own scope: they would never be created.

use std::collections::HashSet;

use super::CheckedFiles;
use super::fit::{Selection, called};
use crate::desired::codes;
use crate::desired::document::{Kinds, Reference, Selector};
use crate::desired::problems::Problems;
use crate::diagnostic::{Diagnostic, Span};

/// Tells of every reference that keeps its bindings out of the scope, as far as names alone can tell.
pub(super) fn holds_every_binding(set: &CheckedFiles<'_>, problems: &mut Problems) {
    let Some(scope) = &set.document.scope else { return };
    let entries = &set.document.entries;
    let resources = || entries.iter().flat_map(|it| &it.resources);
    let offerings = resources().filter_map(|it| it.offering.as_deref());
    let roles = entries.iter().flat_map(|it| &it.roles);
    let users = entries.iter().flat_map(|it| &it.users).map(|it| &it.user);
    // A user of a group is at one place, however many bindings use the group.
    let mut told = HashSet::new();
    let mut check = |kind: &str, list: &mut dyn Iterator<Item = &Reference>, of: fn(&Kinds) -> Option<&[Selector]>| {
        let sides = Sides {
            scope: &scope.span,
            include: of(&scope.include).map(Selection::of),
            exclude: of(&scope.exclude).map(Selection::of),
        };
        for reference in list {
            if let Some((place, why)) = sides.leave_out(reference)
                && told.insert(reference.span.clone())
            {
                let message = format!("the {kind} {} is outside of the scope", called(reference));
                problems.push(
                    Diagnostic::error(codes::OUTSIDE_SCOPE, reference.span.clone(), message)
                        .related(place.clone(), why)
                        .help("widen the scope, or take the binding out"),
                );
            }
        }
    };
    check("offering", &mut { offerings }, |it| it.offerings.as_deref());
    check("resource", &mut resources(), |it| it.resources.as_deref());
    check("role", &mut { roles }, |it| it.roles.as_deref());
    check("user", &mut { users }, |it| it.users.as_deref());
}

/// What the scope says of one kind.
#[derive(Debug)]
struct Sides<'d> {
    scope: &'d Span,
    include: Option<Selection<'d>>,
    exclude: Option<Selection<'d>>,
}

impl<'d> Sides<'d> {
    /// Where the scope surely leaves it out, and how.
    fn leave_out(&self, reference: &Reference) -> Option<(&'d Span, &'static str)> {
        if self.include.as_ref().is_some_and(|it| it.surely_none(reference)) {
            return Some((self.scope, "the scope does not name it"));
        }
        match self.exclude.as_ref()?.surely(reference)? {
            Selector::Pattern { span, .. } | Selector::One(Reference { span, .. }) => Some((span, "excluded here")),
        }
    }
}
