//! Mappings whose keys are scalars, each there once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::node::{Node, TextSpan, Value};
use super::refuse;
use crate::diagnostic::{Diagnostic, Source};

/// Up to so many keys are compared one by one. Most mappings have a handful of them.
const FEW: usize = 12;

/// Keeps of equal keys the first, and leaves out what is no key of the format at all.
pub(super) fn map<'t>(pairs: Vec<(Node<'t>, Node<'t>)>, source: &Source, refused: &mut Vec<Diagnostic>) -> Value<'t> {
    let mut seen = SeenKeys::default();
    let many = pairs.len() > FEW;
    let mut kept: Vec<(Node<'t>, Node<'t>)> = Vec::with_capacity(pairs.len());
    let (mut whole, mut merged) = (true, false);
    for (key, value) in pairs {
        let name = key.scalar().filter(|_| !key.is_blank());
        let Some(name) = name else {
            // What was refused already needs no second word.
            if key.value != Value::Refused {
                refused.push(refuse::key(source, key.place));
            }
            whole = false;
            continue;
        };
        if is_merge(&key) {
            refused.push(refuse::merge_key(source, key.place));
            merged = true;
            continue;
        }
        let first = if many {
            seen.before(name, key.place)
        } else {
            kept.iter().find(|(it, _)| it.scalar() == Some(name)).map(|(it, _)| it.place)
        };
        match first {
            None => kept.push((key, value)),
            Some(first) => refused.push(refuse::duplicate_key(source, name, key.place, first)),
        }
    }
    // What seems to be missing from a mapping may have been in what was refused.
    if merged || (!whole && kept.is_empty()) { Value::Refused } else { Value::Map(kept) }
}

/// `<<` without quotes.
pub(super) fn is_merge(key: &Node<'_>) -> bool {
    matches!(&key.value, Value::Plain(text) if text == "<<")
}

#[derive(Debug, Default)]
struct SeenKeys(HashMap<String, TextSpan>);

impl SeenKeys {
    /// Where the name stood before, if it did.
    fn before(&mut self, name: &str, place: TextSpan) -> Option<TextSpan> {
        match self.0.entry(name.to_owned()) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(free) => {
                free.insert(place);
                None
            }
        }
    }
}
