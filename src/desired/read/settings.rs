//! What stands in one file of the set only.

use super::kind::ReferenceKind;
use super::reference::selector;
use super::text::{Subject, list, noun, text};
use super::{Fields, FileReader, Shape, accept, approvals, scope};
use crate::desired::codes;
use crate::desired::document::{Limits, Mode, Replace};
use crate::desired::quote::Quoted;
use crate::desired::raw::{RawDocument, RawNamed};
use crate::desired::suggest;
use crate::desired::yaml::{Node, Value};

const LIMITS: Shape = Shape {
    what: "`limits`",
    keys: &["removals", "removal_percent", "creations"],
    meant: &[
        ("max_removals", "removals"),
        ("max_creations", "creations"),
        ("percent", "removal_percent"),
        ("removals_percent", "removal_percent"),
    ],
    elsewhere: &[],
};

const MODES: &[(&str, Mode)] = &[("enforce", Mode::Enforce), ("add-only", Mode::AddOnly), ("observe", Mode::Observe)];
const ORDERS: &[(&str, Replace)] = &[("create-first", Replace::CreateFirst), ("remove-first", Replace::RemoveFirst)];

/// Reads the value of one key of the settings into the draft.
pub(super) fn read(cx: &mut FileReader<'_>, key: &'static str, at: &Node<'_>, node: &Node<'_>, raw: &mut RawDocument) {
    let document = &mut raw.document;
    match key {
        "version" => version(cx, node),
        "mode" => document.mode = word(cx, key, node, MODES).or(document.mode),
        "replace" => document.replace = word(cx, key, node, ORDERS).or(document.replace),
        "scope" => document.scope = scope::scope(cx, at, node).or(document.scope.take()),
        "limits" => limits(cx, node, &mut document.limits),
        "protect" => {
            let items = list(cx, Subject::Key(key), node).unwrap_or_default();
            document
                .protect
                .extend(items.iter().filter_map(|it| selector(cx, Subject::Item(key), it, ReferenceKind::User)));
        }
        "timezone" => raw.timezone = named(cx, Subject::Key(key), node),
        "files" => {
            let items = list(cx, Subject::Key(key), node).unwrap_or_default();
            raw.files.extend(items.iter().filter_map(|it| named(cx, Subject::Item(key), it)));
        }
        "approvals" => approvals::read(cx, node, raw),
        "accept" => accept::read(cx, node, raw),
        _ => {}
    }
}

fn named(cx: &mut FileReader<'_>, subject: Subject<'_>, node: &Node<'_>) -> Option<RawNamed> {
    Some(RawNamed { name: text(cx, subject, node)?.into(), span: cx.span(node.place) })
}

fn version(cx: &mut FileReader<'_>, node: &Node<'_>) {
    let (code, message, help) = match &node.value {
        Value::Plain(text) if text == "1" => return,
        Value::Refused => return,
        Value::Plain(text) if text.parse::<i64>().is_ok() => {
            let message = format!("version {text} of the format is not supported");
            (codes::UNSUPPORTED_VERSION, message, "this program reads version 1")
        }
        _ => (codes::WRONG_TYPE, not_a_number("version", node), "write `version: 1`, or remove the key"),
    };
    cx.push(cx.error(code, node.place, message).help(help));
}

/// One of a few words.
fn word<T: Copy>(cx: &mut FileReader<'_>, key: &str, node: &Node<'_>, known: &[(&'static str, T)]) -> Option<T> {
    let word = text(cx, Subject::Key(key), node)?;
    let found = known.iter().find(|(it, _)| *it == word).map(|(_, meant)| *meant);
    if found.is_none() {
        let words: Vec<_> = known.iter().map(|(it, _)| *it).collect();
        let found = cx.error(codes::UNKNOWN_VALUE, node.place, format!("unknown {key}: {}", Quoted(word)));
        let meant = cx.problems.suggest(word, words.iter().copied());
        cx.push(match meant {
            Some(meant) => found.help(format!("did you mean `{meant}`?")),
            None => found.help(format!("write {}", suggest::list(&words, "or"))),
        });
    }
    found
}

fn limits(cx: &mut FileReader<'_>, node: &Node<'_>, limits: &mut Limits) {
    let Some(fields) = Fields::read(cx, node, &LIMITS) else { return };
    if let Some((_, value)) = fields.get("removals") {
        limits.removals = number(cx, "removals", value, u32::MAX, "0 holds every removal").unwrap_or(limits.removals);
    }
    if let Some((_, value)) = fields.get("creations") {
        limits.creations = number(cx, "creations", value, u32::MAX, "0 holds every creation").or(limits.creations);
    }
    if let Some((_, value)) = fields.get("removal_percent") {
        limits.removal_percent =
            number(cx, "removal_percent", value, 100, "0 holds every removal, and 100 means no limit in percent")
                .unwrap_or(limits.removal_percent);
    }
}

fn number(cx: &mut FileReader<'_>, key: &str, node: &Node<'_>, most: u32, help: &str) -> Option<u32> {
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let (code, message, help) = match &node.value {
        Value::Plain(text) if is_number(text.strip_prefix('-').unwrap_or(text)) => {
            if let Some(number) = text.parse().ok().filter(|it| *it <= most) {
                return Some(number);
            }
            let bound = if text.starts_with('-') { "at least 0".to_owned() } else { format!("at most {most}") };
            let message = format!("`{key}` must be {bound}: {}", Quoted(text));
            (codes::OUT_OF_RANGE, message, help.to_owned())
        }
        Value::Refused => return None,
        _ => {
            let bare = node.scalar().map(|it| it.trim_end_matches(['%', ' '])).filter(|it| is_number(it));
            let help =
                bare.map_or("write a number, or remove the key".to_owned(), |it| format!("write {}", Quoted(it)));
            (codes::WRONG_TYPE, not_a_number(key, node), help)
        }
    };
    cx.push(cx.error(code, node.place, message).help(help));
    None
}

fn not_a_number(key: &str, node: &Node<'_>) -> String {
    match &node.value {
        Value::Plain(text) if !node.is_blank() => format!("`{key}` must be a whole number: {}", Quoted(text)),
        Value::Quoted(text) => format!("`{key}` must be a whole number, not text: {}", Quoted(text)),
        _ => format!("`{key}` must be a whole number, not {}", noun(node)),
    }
}
