//! What stands in one file of the set only.

use super::reference::{Kind, selector};
use super::text::{Subject, list, noun, text};
use super::{Fields, Reading, Shape, approvals, scope};
use crate::desired::codes;
use crate::desired::document::{Limits, Mode};
use crate::desired::draft::{Draft, Named};
use crate::desired::suggest;
use crate::desired::yaml::{Node, Value};

const LIMITS: Shape = Shape {
    what: "`limits`",
    keys: &["removals", "removal_percent"],
    meant: &[("max_removals", "removals"), ("percent", "removal_percent"), ("removals_percent", "removal_percent")],
    elsewhere: &[],
};

const MODES: &[(&str, Mode)] = &[("enforce", Mode::Enforce), ("add-only", Mode::AddOnly), ("observe", Mode::Observe)];

/// Reads the value of one key of the settings into the draft.
pub(super) fn read(cx: &mut Reading<'_>, key: &'static str, at: &Node<'_>, node: &Node<'_>, draft: &mut Draft) {
    let document = &mut draft.document;
    match key {
        "version" => version(cx, node),
        "mode" => document.mode = mode(cx, node).or(document.mode),
        "scope" => document.scope = scope::scope(cx, at, node).or(document.scope.take()),
        "limits" => limits(cx, node, &mut document.limits),
        "protect" => {
            let items = list(cx, Subject::Key(key), node).unwrap_or_default();
            document.protect.extend(items.iter().filter_map(|it| selector(cx, Subject::Item(key), it, Kind::User)));
        }
        "timezone" => draft.timezone = named(cx, Subject::Key(key), node),
        "files" => {
            let items = list(cx, Subject::Key(key), node).unwrap_or_default();
            draft.files.extend(items.iter().filter_map(|it| named(cx, Subject::Item(key), it)));
        }
        "approvals" => approvals::read(cx, node, draft),
        _ => {}
    }
}

fn named(cx: &mut Reading<'_>, subject: Subject<'_>, node: &Node<'_>) -> Option<Named> {
    Some(Named { name: text(cx, subject, node)?.into(), span: cx.span(node.place) })
}

fn version(cx: &mut Reading<'_>, node: &Node<'_>) {
    match &node.value {
        Value::Plain(text) if text == "1" => {}
        Value::Plain(text) if text.parse::<i64>().is_ok() => cx.push(
            cx.error(codes::UNSUPPORTED_VERSION, node.place, format!("version {text} of the format is not supported"))
                .help("this program reads version 1"),
        ),
        Value::Refused => {}
        Value::Quoted(text) if text == "1" => cx.push(
            cx.error(codes::WRONG_TYPE, node.place, "`version` must be a number, not text").help("write `version: 1`"),
        ),
        _ => {
            let message = format!("`version` must be a whole number, not {}", noun(node));
            cx.push(cx.error(codes::WRONG_TYPE, node.place, message).help("write `version: 1`, or remove the key"));
        }
    }
}

fn mode(cx: &mut Reading<'_>, node: &Node<'_>) -> Option<Mode> {
    let word = text(cx, Subject::Key("mode"), node)?;
    let mode = MODES.iter().find(|(it, _)| *it == word).map(|(_, mode)| *mode);
    if mode.is_none() {
        let words: Vec<_> = MODES.iter().map(|(it, _)| *it).collect();
        let found = cx.error(codes::UNKNOWN_VALUE, node.place, format!("unknown mode: `{word}`"));
        let meant = cx.problems.suggest(word, words.iter().copied());
        cx.push(match meant {
            Some(meant) => found.help(format!("did you mean `{meant}`?")),
            None => found.help(format!("write {}", suggest::list(&words, "or"))),
        });
    }
    mode
}

fn limits(cx: &mut Reading<'_>, node: &Node<'_>, limits: &mut Limits) {
    let Some(fields) = Fields::read(cx, node, &LIMITS) else { return };
    if let Some((_, value)) = fields.get("removals") {
        limits.removals = number(cx, "removals", value, u32::MAX).unwrap_or(limits.removals);
    }
    if let Some((_, value)) = fields.get("removal_percent") {
        limits.removal_percent = number(cx, "removal_percent", value, 100).unwrap_or(limits.removal_percent);
    }
}

fn number(cx: &mut Reading<'_>, key: &str, node: &Node<'_>, most: u32) -> Option<u32> {
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    match &node.value {
        Value::Plain(text) if digits(text.strip_prefix('-').unwrap_or(text)) && !node.is_blank() => {
            let number = text.parse().ok().filter(|it| *it <= most);
            if number.is_none() {
                let message = format!("`{key}` must be from 0 to {most}: `{text}`");
                cx.push(cx.error(codes::OUT_OF_RANGE, node.place, message).help("0 holds every removal"));
            }
            number
        }
        Value::Refused => None,
        _ => {
            let found = match node.scalar() {
                Some(text) if !node.is_blank() => format!("`{key}` must be a whole number: `{text}`"),
                _ => format!("`{key}` must be a whole number, not {}", noun(node)),
            };
            let found = cx.error(codes::WRONG_TYPE, node.place, found);
            let bare = node.scalar().map(|it| it.trim_end_matches(['%', ' '])).filter(|it| digits(it));
            cx.push(match bare {
                Some(bare) => found.help(format!("write `{key}: {bare}`")),
                None => found,
            });
            None
        }
    }
}
