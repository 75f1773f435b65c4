//! Text, lists and what people write in their place.

use std::fmt;

use super::Reading;
use crate::desired::codes;
use crate::desired::yaml::{Node, Value};

/// What a value belongs to, for messages.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    /// The value of a key.
    Key(&'a str),
    /// An item of the list under a key.
    Item(&'a str),
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "`{key}`"),
            Self::Item(key) => write!(f, "an item of `{key}`"),
        }
    }
}

/// Text on one line that says something.
pub(super) fn text<'n>(cx: &mut Reading<'_>, subject: Subject<'_>, node: &'n Node<'_>) -> Option<&'n str> {
    let text = scalar(cx, subject, node)?;
    name(cx, subject, node, text).then_some(text)
}

/// Text of any number of lines.
pub(super) fn prose<'n>(cx: &mut Reading<'_>, subject: Subject<'_>, node: &'n Node<'_>) -> Option<&'n str> {
    let text = scalar(cx, subject, node)?.trim();
    if text.is_empty() {
        cx.push(
            cx.error(codes::EMPTY_TEXT, node.place, format!("{subject} is empty")).help("say something, or remove it"),
        );
        return None;
    }
    match text.chars().find(|it| it.is_control() && !matches!(it, '\n' | '\t')) {
        None => Some(text),
        Some(control) => {
            refuse_control(cx, subject, node, control);
            None
        }
    }
}

/// A list. Anything else, also a blank, is told.
pub(super) fn list<'n, 't>(cx: &mut Reading<'_>, subject: Subject<'_>, node: &'n Node<'t>) -> Option<&'n [Node<'t>]> {
    match &node.value {
        Value::List(items) => return Some(items),
        Value::Refused => {}
        _ if node.is_blank() => {
            let help = match subject {
                Subject::Key(key) => format!("write `{key}: []` if it is to be empty"),
                Subject::Item(_) => "write `[]` if it is to be empty".to_owned(),
            };
            cx.push(cx.error(codes::BLANK, node.place, format!("{subject} is blank")).help(help));
        }
        _ => {
            let found =
                cx.error(codes::WRONG_TYPE, node.place, format!("{subject} must be a list, not {}", noun(node)));
            cx.push(match (subject, node.scalar()) {
                (Subject::Key(key), Some(text)) if text.len() < 60 => found.help(format!("write `{key}: [{text}]`")),
                _ => found.help("write `[…]`, or one item a line after a `- `"),
            });
        }
    }
    None
}

/// A scalar that YAML takes for text.
fn scalar<'n>(cx: &mut Reading<'_>, subject: Subject<'_>, node: &'n Node<'_>) -> Option<&'n str> {
    match &node.value {
        Value::Quoted(text) => return Some(text),
        Value::Plain(_) if node.is_blank() => {
            let help = match subject {
                Subject::Key(_) => "write a value, or remove the key",
                Subject::Item(_) => "write a value, or remove the item",
            };
            cx.push(cx.error(codes::BLANK, node.place, format!("{subject} is blank")).help(help));
        }
        Value::Plain(text) => match not_text(text) {
            None => return Some(text),
            Some(taken_for) => cx.push(
                cx.error(codes::QUOTE_IT, node.place, format!("{subject} must be text, and `{text}` is {taken_for}"))
                    .help(format!("quote it: `\"{text}\"`")),
            ),
        },
        Value::List(_) | Value::Map(_) => {
            cx.push(cx.error(codes::WRONG_TYPE, node.place, format!("{subject} must be text, not {}", noun(node))));
        }
        Value::Refused => {}
    }
    None
}

/// Whether the text can be a name; if not, it is told.
fn name(cx: &mut Reading<'_>, subject: Subject<'_>, node: &Node<'_>, text: &str) -> bool {
    if text.is_empty() {
        cx.push(cx.error(codes::EMPTY_TEXT, node.place, format!("{subject} is empty")));
        return false;
    }
    if let Some(it) = text.chars().find(|it| it.is_control()) {
        refuse_control(cx, subject, node, it);
        return false;
    }
    if text.trim() != text {
        cx.push(
            cx.error(codes::SURROUNDING_SPACE, node.place, format!("{subject} begins or ends with white space"))
                .help(format!("write `{}`", text.trim())),
        );
        return false;
    }
    if let Some(it) = text.chars().find(|it| is_hidden(*it)) {
        let message = format!("{subject} holds a character that cannot be seen: U+{:04X}", u32::from(it));
        cx.push(
            cx.warning(codes::HIDDEN_CHARACTER, node.place, message).help("remove it, unless it belongs to the name"),
        );
    }
    true
}

fn refuse_control(cx: &mut Reading<'_>, subject: Subject<'_>, node: &Node<'_>, it: char) {
    let message = format!("{subject} holds a control character: U+{:04X}", u32::from(it));
    cx.push(cx.error(codes::CONTROL_CHARACTER, node.place, message).help("remove it"));
}

/// Characters without width or that turn the direction of writing: a reviewer would not see them.
///
/// U+200D joins emoji and is left alone.
fn is_hidden(it: char) -> bool {
    matches!(it, '\u{ad}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// What stands there, for "must be …, not …".
pub(super) fn noun(node: &Node<'_>) -> &'static str {
    match &node.value {
        Value::Plain(_) if node.is_blank() => "blank",
        Value::Plain(text) => not_text(text).unwrap_or("text"),
        Value::Quoted(_) => "text",
        Value::List(_) => "a list",
        Value::Map(_) => "a mapping",
        Value::Refused => "this",
    }
}

/// What YAML takes an unquoted scalar for, unless for text. The words of YAML 1.1 count: not all readers left them.
fn not_text(plain: &str) -> Option<&'static str> {
    match plain {
        "~" | "null" | "Null" | "NULL" => Some("null"),
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Some("a boolean"),
        "yes" | "Yes" | "YES" | "no" | "No" | "NO" | "on" | "On" | "ON" | "off" | "Off" | "OFF" => {
            Some("a boolean to many readers of YAML")
        }
        _ => is_number(plain).then_some("a number"),
    }
}

fn is_number(plain: &str) -> bool {
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let radix = |prefix: &str, radix| {
        unsigned
            .strip_prefix(prefix)
            .is_some_and(|it| !it.is_empty() && it.chars().all(|c| c == '_' || c.is_digit(radix)))
    };
    if radix("0x", 16) || radix("0o", 8) || radix("0b", 2) {
        return true;
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let digits = |it: &str| it.chars().all(|c| c == '_' || c.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.map(|it| it.strip_prefix(['+', '-']).unwrap_or(it));
    digits(whole)
        && digits(fraction)
        && mantissa.contains(|c: char| c.is_ascii_digit())
        && !mantissa.starts_with('_')
        && exponent.is_none_or(|it| !it.is_empty() && digits(it))
}
