//! What YAML has and the format has not.

use super::node::TextSpan;
use crate::desired::codes;
use crate::desired::quote::Quoted;
use crate::diagnostic::{Diagnostic, Source};

pub(super) fn second_document(source: &Source, place: TextSpan) -> Diagnostic {
    Diagnostic::error(codes::SECOND_DOCUMENT, place.span(&source.name), "a second document begins here")
        .help("a file holds one document: remove the `---`, or move what follows to a file of its own")
}

pub(super) fn tag(source: &Source, place: TextSpan) -> Diagnostic {
    let message = format!("tags are not supported: {}", Quoted(written(source, place)));
    Diagnostic::error(codes::TAG, place.span(&source.name), message)
        .help("remove it; put the value in quotes if it is text")
}

pub(super) fn alias(source: &Source, place: TextSpan, stands_for: Option<TextSpan>) -> Diagnostic {
    let text = written(source, place);
    let found = Diagnostic::error(
        codes::ALIAS,
        place.span(&source.name),
        format!("aliases are not supported: {}", Quoted(text)),
    );
    match stands_for {
        Some(anchor) => found
            .related(anchor.span(&source.name), "it stands for this")
            .help("write the value out; to name several users at once, use `groups`"),
        None => found.help("put it in quotes if a pattern is meant"),
    }
}

pub(super) fn anchor(source: &Source, place: TextSpan) -> Diagnostic {
    let message = format!("anchors are not supported: {}", Quoted(written(source, place)));
    Diagnostic::error(codes::ALIAS, place.span(&source.name), message)
        .help("remove it; put the value in quotes if it is text")
}

pub(super) fn merge_key(source: &Source, place: TextSpan) -> Diagnostic {
    Diagnostic::error(codes::MERGE_KEY, place.span(&source.name), "merge keys are not supported")
        .help("write out the keys that it stands for")
}

pub(super) fn key(source: &Source, place: TextSpan) -> Diagnostic {
    let found = Diagnostic::error(codes::WRONG_TYPE, place.span(&source.name), "a key must be text");
    let before = place.start.saturating_sub(1) as usize;
    if source.text.get(before..).is_some_and(|it| it.starts_with("{{")) {
        return found.help("this looks like a template that was never filled in");
    }
    found
}

pub(super) fn duplicate_key(source: &Source, name: &str, place: TextSpan, first: TextSpan) -> Diagnostic {
    Diagnostic::error(
        codes::DUPLICATE_KEY,
        place.span(&source.name),
        format!("the key {} is there twice", Quoted(name)),
    )
    .label("again here")
    .related(first.span(&source.name), "first here")
    .help("keep one of the two")
}

/// As it stands in the text.
fn written(source: &Source, place: TextSpan) -> &str {
    source.text.get(place.start as usize..place.end as usize).unwrap_or_default()
}
