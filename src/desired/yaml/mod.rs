//! Text to a small tree that knows where everything stands. The only place that knows the YAML library.
//!
//! The library's events are used, not its `serde` side: a tree of our own lets the reading go on after a problem, and
//! keeps the style of a scalar, which tells `"12"` from `12`.

mod build;
mod conflict;
mod distinct;
mod mask;
mod node;
mod recover;
mod refuse;
mod syntax;

use super::codes;
use super::problems::Problems;
use crate::diagnostic::{Diagnostic, Source};

pub(super) use node::{Node, Place, Value};

/// What could be read of one file.
#[derive(Debug, Default)]
pub(super) struct Tree<'t> {
    /// The document, unless there is none.
    pub(super) root: Option<Node<'t>>,
    /// Parts could not be read: what seems to be missing may stand there.
    pub(super) broken: bool,
}

/// Reads a file as far as it can be read and hands the tree on; everything wrong with the text is told first.
pub(super) fn read(source: &Source, problems: &mut Problems, then: &mut dyn FnMut(Tree<'_>, &mut Problems)) {
    let conflicts = conflict::find(source);
    if !conflicts.is_empty() {
        // Both sides as one text are nonsense, and would only raise more problems.
        problems.extend(conflicts);
        return then(Tree { root: None, broken: true }, problems);
    }
    recover::build(source, problems, &mut |tree, problems| match tree {
        Tree { root, broken: false } if root.as_ref().is_none_or(Node::is_blank) => {
            problems.push(nothing(source));
            then(Tree { root: None, broken: true }, problems);
        }
        tree => then(tree, problems),
    });
}

fn nothing(source: &Source) -> Diagnostic {
    let message = match source.text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']) {
        "" => "the file is empty",
        _ => "the file says nothing",
    };
    Diagnostic::error(codes::EMPTY_FILE, Place::START.span(&source.name), message)
        .help("take it out of the set, or write `bindings: []` if nobody is to have access")
}
