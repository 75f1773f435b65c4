//! What of names and patterns can be told without a server.

use crate::desired::document::{Reference, Selector};
use crate::desired::pattern;
use crate::desired::quote::Quoted;

/// Whether a reference is what a selector selects: surely, surely not, or not to be told offline.
pub(super) fn fits(reference: &Reference, selector: &Selector) -> Option<bool> {
    match selector {
        Selector::Pattern { pattern, .. } => reference.name.as_deref().map(|it| pattern::fits(pattern, it)),
        Selector::One(one) => same(reference, one),
    }
}

/// Whether two references are to one thing.
///
/// One name may stand for several things, of which an offering picks one; but different names are different things.
fn same(one: &Reference, other: &Reference) -> Option<bool> {
    if let (Some(one), Some(other)) = (one.id, other.id) {
        return Some(one == other);
    }
    let names = one.name.as_deref().zip(other.name.as_deref());
    match names {
        Some((one, other)) if one != other => Some(false),
        Some(_) => match (&one.offering, &other.offering) {
            (Some(one), Some(other)) => same(one, other),
            (_, None) => Some(true),
            (None, Some(_)) => None,
        },
        None => None,
    }
}

/// The first selector that surely selects it.
pub(super) fn surely<'s>(reference: &Reference, selectors: &'s [Selector]) -> Option<&'s Selector> {
    selectors.iter().find(|it| fits(reference, it) == Some(true))
}

/// Whether surely none of the selectors selects it.
pub(super) fn surely_none(reference: &Reference, selectors: &[Selector]) -> bool {
    selectors.iter().all(|it| fits(reference, it) == Some(false))
}

/// What a person would call it.
pub(super) fn called(reference: &Reference) -> String {
    let Reference { id, name, .. } = reference;
    match (name, id) {
        (Some(name), _) => Quoted(name).to_string(),
        (None, Some(id)) => format!("`{}`", id.simple()),
        (None, None) => String::new(),
    }
}
