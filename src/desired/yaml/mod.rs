//! Text to a small tree that knows where everything stands. The only place that knows the YAML library.
//!
//! The library's events are used, not its `serde` side: a tree of our own lets the reading go on after a problem, and
//! keeps the style of a scalar, which tells `"12"` from `12`.

mod build;
mod conflict;
mod distinct;
mod node;
mod refuse;
mod syntax;

use super::codes;
use super::problems::Problems;
use crate::diagnostic::{Diagnostic, Source};

use build::Build;
pub(super) use node::{Node, TextSpan, Value};

/// What could be read of one file.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    /// The document, unless there is none.
    pub(super) root: Option<Node<'t>>,
    /// Parts could not be read: what seems to be missing may stand there.
    pub(super) broken: bool,
}

impl Tree<'_> {
    const BROKEN: Self = Self { root: None, broken: true };
}

/// Reads a file. Of one that is not YAML nothing is handed on: what is missing from it may be in what was not read.
pub(super) fn read<'t>(source: &'t Source, problems: &mut Problems) -> Tree<'t> {
    let conflicts = conflict::find(source);
    if !conflicts.is_empty() {
        // Both sides as one text are nonsense, and would only raise more problems.
        problems.extend(conflicts);
        return Tree::BROKEN;
    }
    let (Build { root, refused, .. }, error) = Build::run(source);
    problems.extend(refused);
    if let Some(error) = error {
        problems.push(syntax::problem(&error, source));
        return Tree::BROKEN;
    }
    if root.as_ref().is_none_or(Node::is_blank) {
        problems.push(nothing(source));
        return Tree::BROKEN;
    }
    Tree { root, broken: false }
}

fn nothing(source: &Source) -> Diagnostic {
    let message = match source.text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']) {
        "" => "the file is empty",
        _ => "the file says nothing",
    };
    Diagnostic::error(codes::EMPTY_FILE, TextSpan::START.span(&source.name), message)
        .help("take it out of the set, or write `bindings: []` if nobody is to have access")
}
