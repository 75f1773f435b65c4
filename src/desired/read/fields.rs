//! Mappings with known keys.

use super::FileReader;
use super::text::noun;
use crate::desired::codes;
use crate::desired::quote::Quoted;
use crate::desired::suggest::list;
use crate::desired::yaml::{Node, Value};

/// What a mapping may hold.
#[derive(Debug)]
pub(super) struct Shape {
    /// What it is, for people.
    pub(super) what: &'static str,
    /// Its keys.
    pub(super) keys: &'static [&'static str],
    /// Words that people write, and the keys they mean by them.
    pub(super) meant: &'static [(&'static str, &'static str)],
    /// Words that people write here and that belong elsewhere, and what to do instead.
    pub(super) elsewhere: &'static [(&'static str, &'static str)],
}

/// A mapping, as far as its keys are known.
#[derive(Debug)]
pub(super) struct Fields<'n, 't> {
    known: Vec<&'n (Node<'t>, Node<'t>)>,
    /// Keys that were probably meant by unknown ones.
    meant: Vec<&'static str>,
    unknown: usize,
}

impl<'n, 't> Fields<'n, 't> {
    /// Reads a mapping. An unknown key is told, and left out.
    pub(super) fn read(cx: &mut FileReader<'_>, node: &'n Node<'t>, shape: &'static Shape) -> Option<Self> {
        let pairs = match &node.value {
            Value::Map(pairs) => pairs,
            Value::Refused => return None,
            Value::Plain(_) if node.is_blank() => {
                let message = format!("{} is blank", shape.what);
                cx.push(cx.error(codes::BLANK, node.place, message).help("write its keys, or remove it"));
                return None;
            }
            _ => {
                let message = format!("{} must be a mapping, not {}", shape.what, noun(node));
                cx.push(cx.error(codes::WRONG_TYPE, node.place, message).help(known(shape)));
                return None;
            }
        };
        let mut fields = Self { known: Vec::with_capacity(pairs.len()), meant: Vec::new(), unknown: 0 };
        for pair in pairs {
            match pair.0.scalar() {
                Some(word) if shape.keys.contains(&word) => fields.known.push(pair),
                Some(word) => {
                    fields.unknown += 1;
                    fields.meant.extend(unknown(cx, &pair.0, word, shape));
                }
                None => {}
            }
        }
        Some(fields)
    }

    /// A key as it stands there, and its value.
    pub(super) fn get(&self, key: &str) -> Option<(&'n Node<'t>, &'n Node<'t>)> {
        self.known.iter().find(|(it, _)| it.scalar() == Some(key)).map(|(key, value)| (key, value))
    }

    /// Whether the key is there, or was probably meant by a misspelt one.
    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some() || self.meant.contains(&key)
    }

    /// Whether there are unknown keys, of which one may have been meant for what is missing.
    pub(super) fn has_unknown(&self) -> bool {
        self.unknown > 0
    }

    /// Whether nothing is there, not even something unknown.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty() && !self.has_unknown()
    }
}

/// Tells of an unknown key, and gives what was probably meant.
fn unknown(cx: &mut FileReader<'_>, key: &Node<'_>, word: &str, shape: &Shape) -> Option<&'static str> {
    let found = cx.error(codes::UNKNOWN_KEY, key.place, format!("unknown key {} in {}", Quoted(word), shape.what));
    if let Some((_, help)) = shape.elsewhere.iter().find(|(it, _)| *it == word) {
        cx.push(found.help(*help));
        return None;
    }
    let meant = shape.meant.iter().find(|(it, _)| *it == word).map(|(_, key)| *key);
    let meant = meant.or_else(|| cx.problems.suggest(word, shape.keys.iter().copied()));
    cx.push(match meant {
        Some(key) => found.help(format!("did you mean `{key}`?")),
        None => found.help(known(shape)),
    });
    meant
}

fn known(shape: &Shape) -> String {
    match shape.keys {
        [key] => format!("the only key is `{key}`"),
        keys => format!("known keys are {}", list(keys, "and")),
    }
}
