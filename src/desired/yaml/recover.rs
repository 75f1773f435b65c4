//! Reading on after something that is not YAML.
//!
//! The library stops at its first error. People want to hear of all of them, so the part that holds the error is
//! blanked and the text is read again: of the same length, so that every place stays true.

use super::build::{Build, Open};
use super::node::{Node, Value};
use super::{Tree, distinct, mask, syntax};
use crate::desired::problems::Problems;
use crate::diagnostic::{Diagnostic, Source};

/// A broken file is read again at most so often,
const TRIES: usize = 16;
/// and so many bytes in all, so that a huge one is told quickly.
const BYTES: usize = 4 << 20;

/// Builds the tree of a file and hands it on, with what is wrong told first.
pub(super) fn build(source: &Source, problems: &mut Problems, then: &mut dyn FnMut(Tree<'_>, &mut Problems)) {
    let tries = (BYTES / source.text.len().max(1)).min(TRIES);
    attempt(&source.text, source, &mut Lost { tries, ..Lost::default() }, problems, then);
}

/// What could not be read so far.
#[derive(Debug, Default)]
struct Lost {
    /// How many tries are left.
    tries: usize,
    /// Where blanked parts begin.
    parts: Vec<usize>,
    /// Where the last error was.
    error: Option<u32>,
}

fn attempt(
    text: &str,
    source: &Source,
    lost: &mut Lost,
    problems: &mut Problems,
    then: &mut dyn FnMut(Tree<'_>, &mut Problems),
) {
    let (build, error) = Build::run(text, source);
    if let Some(error) = &error {
        let problem = syntax::problem(error, source);
        // When the wrong part was blanked, the same error comes again.
        if lost.error.replace(problem.primary.span.start) != Some(problem.primary.span.start) {
            problems.push(problem);
        }
        if lost.tries > 0
            && let Some((part, masked)) = mask::without(text, &build, error)
        {
            lost.tries -= 1;
            lost.parts.push(part);
            return attempt(&masked, source, lost, problems, then);
        }
    }
    let Build { open, root, mut refused, .. } = build;
    let mut root = root.or_else(|| finished(open, source, &mut refused));
    if let Some(root) = &mut root {
        forgive(root, &lost.parts);
    }
    problems.extend(refused);
    then(Tree { root, broken: error.is_some() || !lost.parts.is_empty() }, problems);
}

/// Refuses values that are blank only because all there was of them is lost.
fn forgive(root: &mut Node<'_>, parts: &[usize]) {
    let Value::Map(pairs) = &mut root.value else { return };
    let mut next = usize::MAX;
    for (key, value) in pairs.iter_mut().rev() {
        let start = key.place.start as usize;
        if value.is_blank() && parts.iter().any(|it| (start..next).contains(it)) {
            value.value = Value::Refused;
        }
        next = start;
    }
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
