//! The tree of one file to what it says. Every function tells what is wrong and reads on.

mod accept;
mod approvals;
mod entry;
mod fields;
mod group;
mod kind;
mod reference;
mod scope;
mod settings;
mod slips;
mod text;
mod url;
mod when;

use std::sync::Arc;

use super::codes;
use super::document::{Reference, Selector};
use super::problems::Problems;
use super::raw::{RawDocument, RawSetting};
use super::yaml::{self, Node, TextSpan, Tree, Value};
use crate::diagnostic::{Diagnostic, Source, Span};

use fields::{Fields, Shape};
pub(super) use kind::ReferenceKind;
pub(super) use reference::is_name;
pub(super) use slips::looks_quoted;
use text::Subject;
pub(super) use text::{is_clean, not_text};

/// The keys that stand in one file of the set only.
pub(super) const SETTINGS: &[&str] =
    &["version", "mode", "scope", "limits", "protect", "replace", "timezone", "files", "approvals", "accept"];

const FILE: Shape = Shape {
    what: "a file",
    keys: &[
        "version",
        "mode",
        "scope",
        "limits",
        "protect",
        "replace",
        "timezone",
        "files",
        "approvals",
        "accept",
        "groups",
        "bindings",
    ],
    meant: &[("binding", "bindings"), ("links", "bindings"), ("grants", "bindings"), ("tz", "timezone")],
    elsewhere: &[
        ("removals", "write it under `limits`"),
        ("removal_percent", "write it under `limits`"),
        ("exclude", "write it under `scope`"),
    ],
};

/// The file that is being read, and what is wrong with it.
#[derive(Debug)]
struct FileReader<'r> {
    file: &'r Arc<str>,
    /// All of its text.
    text: &'r str,
    problems: &'r mut Problems,
}

impl FileReader<'_> {
    fn span(&self, place: TextSpan) -> Span {
        place.span(self.file)
    }

    fn error(&self, code: &'static str, place: TextSpan, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, self.span(place), message)
    }

    fn warning(&self, code: &'static str, place: TextSpan, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(code, self.span(place), message)
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }
}

/// What says of a text on the command line that the rest of it is a name, whatever it looks like.
const NAME: &str = "name:";

/// Reads a selector that was given outside of a file in the words of one: bare text, or a mapping in braces; or a name
/// behind `name:`. `flag` is where it was given.
pub(super) fn selector(flag: &str, text: &str, kind: ReferenceKind, problems: &mut Problems) -> Option<Selector> {
    if text.starts_with(NAME) {
        return named(flag, text, problems).map(Selector::One);
    }
    given(flag, text, problems, |cx, node| reference::selector(cx, Subject::Key(flag), node, kind))
}

/// The same for a reference.
pub(super) fn reference(flag: &str, text: &str, kind: ReferenceKind, problems: &mut Problems) -> Option<Reference> {
    if text.starts_with(NAME) {
        return named(flag, text, problems);
    }
    given(flag, text, problems, |cx, node| reference::reference(cx, Subject::Key(flag), node, kind))
}

fn named(flag: &str, text: &str, problems: &mut Problems) -> Option<Reference> {
    let (file, name) = (Arc::from(flag), text.strip_prefix(NAME).unwrap_or(text));
    let node = Node { place: TextSpan::START, value: Value::Quoted(name.into()) };
    let cx = &mut FileReader { file: &file, text: name, problems };
    text::text(cx, Subject::Key(flag), &node).map(|it| Reference::by_name(cx.span(node.place), it))
}

fn given<T>(
    flag: &str,
    text: &str,
    problems: &mut Problems,
    read: impl Fn(&mut FileReader<'_>, &Node<'_>) -> Option<T>,
) -> Option<T> {
    let file = Arc::from(flag);
    if !text.starts_with('{') {
        let node = Node { place: TextSpan::START, value: Value::Quoted(text.into()) };
        return read(&mut FileReader { file: &file, text, problems }, &node);
    }
    let source = Source { name: Arc::clone(&file), text: text.to_owned() };
    let root = yaml::read(&source, problems).root?;
    read(&mut FileReader { file: &file, text, problems }, &root)
}

/// Adds what a file says to the draft.
pub(super) fn file(source: &Source, tree: &Tree<'_>, raw: &mut RawDocument, problems: &mut Problems) {
    let Source { name, text } = source;
    let cx = &mut FileReader { file: name, text, problems };
    raw.broken |= tree.broken;
    let Some(root) = &tree.root else { return };
    let Some(fields) = top(cx, root) else {
        raw.broken = true;
        return;
    };
    // Misspelt is not missing.
    raw.has_bindings |= fields.has("bindings");
    for key in SETTINGS {
        if let Some((at, value)) = fields.get(key) {
            raw.settings.push(RawSetting { key, span: cx.span(at.place) });
            settings::read(cx, key, at, value, raw);
        }
    }
    if let Some((_, value)) = fields.get("groups") {
        group::read(cx, value, raw);
    }
    if let Some((at, value)) = fields.get("bindings") {
        bindings(cx, at, value, raw);
    }
}

fn top<'n, 't>(cx: &mut FileReader<'_>, root: &'n Node<'t>) -> Option<Fields<'n, 't>> {
    if let Value::List(_) = root.value {
        cx.push(
            cx.error(codes::WRONG_TYPE, root.place, "a file must be a mapping, not a list")
                .help("put a line `bindings:` above the list"),
        );
        return None;
    }
    Fields::read(cx, root, &FILE)
}

fn bindings(cx: &mut FileReader<'_>, key: &Node<'_>, value: &Node<'_>, raw: &mut RawDocument) {
    if value.is_blank() {
        cx.push(
            cx.error(codes::BLANK, key.place, "`bindings` is blank")
                .help("write `bindings: []` if nobody is to have access"),
        );
        return;
    }
    for item in text::list(cx, Subject::Key("bindings"), value).unwrap_or_default() {
        entry::read(cx, item, raw);
    }
}
