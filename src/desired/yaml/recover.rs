//! Reading on after something that is not YAML.
//!
//! The library stops at its first error. People want to hear of all of them, so the part that holds the error is
//! blanked and the text is read again: of the same length, so that every place stays true.

use serde_yaml::granit_parser::ScanError;

use super::build::{Build, Open};
use super::node::{Node, Value};
use super::{Tree, distinct, syntax};
use crate::desired::problems::Problems;
use crate::diagnostic::{Diagnostic, Source};

/// A broken file is read again at most so often,
const TRIES: usize = 16;
/// and so many bytes in all, so that a huge one is told quickly.
const BYTES: usize = 4 << 20;

/// Builds the tree of a file and hands it on, with what is wrong told first.
pub(super) fn build(source: &Source, problems: &mut Problems, then: &mut dyn FnMut(Tree<'_>, &mut Problems)) {
    let tries = (BYTES / source.text.len().max(1)).min(TRIES);
    attempt(&source.text, source, tries, false, problems, then);
}

fn attempt(
    text: &str,
    source: &Source,
    tries: usize,
    broken: bool,
    problems: &mut Problems,
    then: &mut dyn FnMut(Tree<'_>, &mut Problems),
) {
    let (build, error) = Build::run(text, source);
    if let Some(error) = &error {
        problems.push(syntax::problem(error, source));
        let masked = match tries {
            0 => None,
            _ => masked(text, &build, error),
        };
        if let Some(masked) = masked {
            return attempt(&masked, source, tries - 1, true, problems, then);
        }
    }
    let Build { open, root, mut refused, .. } = build;
    let root = root.or_else(|| finished(open, source, &mut refused));
    problems.extend(refused);
    then(Tree { root, broken: broken || error.is_some() }, problems);
}

/// The text with the part that holds the error blanked, unless that cannot be told.
fn masked(text: &str, build: &Build<'_>, error: &ScanError) -> Option<String> {
    // Inside of brackets indentation means nothing.
    let outer = build.open.first();
    if outer.is_some_and(|it| matches!(it, Open::List { flow: true, .. } | Open::Map { flow: true, .. })) {
        return None;
    }
    let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let from = line_start(text, part(build).map_or(at, |it| it as usize).min(at));
    let column = indent(text.get(from..)?)?;
    let mut to = from;
    for line in text.get(from..)?.split_inclusive('\n') {
        if to > from && indent(line).is_some_and(|it| it <= column) && !line.trim_start().starts_with([']', '}']) {
            break;
        }
        to += line.len();
    }
    let mut bytes = text.as_bytes().to_vec();
    bytes.get_mut(from..to)?.iter_mut().filter(|it| **it != b'\n').for_each(|it| *it = b' ');
    String::from_utf8(bytes).ok()
}

/// Where the part begins that was being read: an item or a key of the first or second level.
fn part(build: &Build<'_>) -> Option<u32> {
    // Between two items or keys, the last one may be to blame.
    let last = |it: &Open<'_>| match it {
        Open::List { items, .. } => items.last().map(|it| it.place.start),
        Open::Map { pairs, key, .. } => key.as_ref().or(pairs.last().map(|(key, _)| key)).map(|it| it.place.start),
    };
    let inner = match build.open.get(1..)? {
        [Open::List { flow: true, .. } | Open::Map { flow: true, .. }, ..] | [] => None,
        [Open::List { .. }, Open::List { place, .. } | Open::Map { place, .. }, ..] => Some(place.start),
        [inner, ..] => last(inner),
    };
    inner.or_else(|| last(build.open.first()?))
}

fn line_start(text: &str, at: usize) -> usize {
    text.as_bytes().get(..at).and_then(|it| it.iter().rposition(|it| *it == b'\n')).map_or(0, |it| it + 1)
}

/// How far a line is indented; `None` when it is blank or holds only a comment.
fn indent(text: &str) -> Option<usize> {
    let line = text.lines().next()?;
    let content = line.trim_start();
    (!content.is_empty() && !content.starts_with('#')).then(|| line.len() - content.len())
}

/// What was complete when the reading stopped for good: of everything that was open, all but the last.
fn finished<'t>(open: Vec<Open<'t>>, source: &Source, refused: &mut Vec<Diagnostic>) -> Option<Node<'t>> {
    let mut complete = |open: Open<'t>, more: Option<(Node<'t>, Node<'t>)>| match open {
        Open::List { place, mut items, .. } => {
            items.pop();
            Node { place, value: Value::List(items) }
        }
        Open::Map { place, mut pairs, .. } => {
            match more {
                Some(pair) => pairs.push(pair),
                None => drop(pairs.pop()),
            }
            Node { place, value: distinct::map(pairs, source, refused) }
        }
    };
    let mut levels = open.into_iter();
    let mut outer = levels.next()?;
    let key = match &mut outer {
        Open::Map { key, .. } => key.take(),
        Open::List { .. } => None,
    };
    let inner = levels.next().map(|it| complete(it, None));
    Some(complete(outer, key.zip(inner)))
}
