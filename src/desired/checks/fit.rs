//! What of names and patterns can be told without a server.

use std::collections::HashMap;

use uuid::Uuid;

use crate::desired::document::{Reference, Selector};
use crate::desired::pattern;
use crate::desired::quote::Quoted;

/// Whether a reference is what a selector selects: surely, surely not, or not to be told offline.
fn fits(reference: &Reference, selector: &Selector) -> Option<bool> {
    match selector {
        Selector::Pattern { pattern, .. } => reference.name.as_deref().map(|it| pattern::fits(pattern, it)),
        Selector::One(one) => same(reference, one),
    }
}

/// Whether two references are to one thing.
///
/// One name may stand for several things, of which an offering or a project picks one; but different names are different things.
fn same(one: &Reference, other: &Reference) -> Option<bool> {
    if let (Some(one), Some(other)) = (one.id, other.id) {
        return Some(one == other);
    }
    let names = one.name.as_deref().zip(other.name.as_deref());
    match names {
        Some((one, other)) if one != other => Some(false),
        Some(_) => {
            let within = [
                inside(one.offering.as_deref(), other.offering.as_deref()),
                inside(one.project.as_deref(), other.project.as_deref()),
            ];
            if within.contains(&Some(false)) { Some(false) } else { within[0].and(within[1]) }
        }
        None => None,
    }
}

/// Whether what is in one thing is in another, as far as anything is said of that.
fn inside(one: Option<&Reference>, other: Option<&Reference>) -> Option<bool> {
    match (one, other) {
        (Some(one), Some(other)) => same(one, other),
        (_, None) => Some(true),
        (None, Some(_)) => None,
    }
}

/// Selectors of one kind, to be held against many references.
#[derive(Debug)]
pub(super) struct Selection<'d> {
    /// Those that are no more than a name.
    names: HashMap<&'d str, &'d Selector>,
    /// Those that are no more than a UUID.
    ids: HashMap<Uuid, &'d Selector>,
    /// All others, which have to be tried one by one.
    others: Vec<&'d Selector>,
}

/// With more selectors to try one by one nothing is told offline: it would take long.
const MOST: usize = 1_000;

impl<'d> Selection<'d> {
    pub(super) fn of(selectors: &'d [Selector]) -> Self {
        let mut selection = Self { names: HashMap::new(), ids: HashMap::new(), others: Vec::new() };
        for selector in selectors {
            let one = selector.one();
            if let Some(name) = one.and_then(Reference::only_name) {
                selection.names.entry(name).or_insert(selector);
            } else if let Some(id) = one.and_then(Reference::only_id) {
                selection.ids.entry(id).or_insert(selector);
            } else {
                selection.others.push(selector);
            }
        }
        selection
    }

    /// A selector that surely selects it, if there is one.
    pub(super) fn surely(&self, reference: &Reference) -> Option<&'d Selector> {
        let by_id = reference.id.and_then(|it| self.ids.get(&it));
        let by_name = reference.name.as_deref().and_then(|it| self.names.get(it));
        let others = self.others.iter().take(MOST).find(|it| fits(reference, it) == Some(true));
        by_id.or(by_name).or(others).copied()
    }

    /// Whether surely none of the selectors selects it.
    pub(super) fn surely_none(&self, reference: &Reference) -> bool {
        let other_id = self.ids.is_empty() || reference.id.is_some_and(|it| !self.ids.contains_key(&it));
        let other_name =
            self.names.is_empty() || reference.name.as_deref().is_some_and(|it| !self.names.contains_key(it));
        let none_of_others = || self.others.iter().all(|it| fits(reference, it) == Some(false));
        other_id && other_name && self.others.len() <= MOST && none_of_others()
    }
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
