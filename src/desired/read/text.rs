//! Text, lists and what people write in their place.

use std::fmt;

use super::{FileReader, slips};
use crate::desired::codes;
use crate::desired::quote::Quoted;
use crate::desired::yaml::{Node, Value};
use crate::visible::hidden;

/// What a value belongs to, for messages.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    /// The value of a key.
    Key(&'a str),
    /// An item of the list under a key.
    Item(&'a str),
    /// The key that names a group.
    Name,
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "{}", Quoted(key)),
            Self::Item(key) => write!(f, "an item of {}", Quoted(key)),
            Self::Name => f.write_str("the name of a group"),
        }
    }
}

/// Text on one line that says something.
pub(super) fn text<'n>(cx: &mut FileReader<'_>, subject: Subject<'_>, node: &'n Node<'_>) -> Option<&'n str> {
    let text = scalar(cx, subject, node)?;
    slips::warn(cx, subject, node);
    name(cx, subject, node, text).then_some(text)
}

/// Text of any number of lines.
pub(super) fn prose<'n>(cx: &mut FileReader<'_>, subject: Subject<'_>, node: &'n Node<'_>) -> Option<&'n str> {
    let text = scalar(cx, subject, node)?.trim();
    if text.is_empty() {
        cx.push(
            cx.error(codes::EMPTY_TEXT, node.place, format!("{subject} is empty")).help("write a value, or remove it"),
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
pub(super) fn list<'n, 't>(
    cx: &mut FileReader<'_>,
    subject: Subject<'_>,
    node: &'n Node<'t>,
) -> Option<&'n [Node<'t>]> {
    let written = |items: &str| match subject {
        Subject::Key(key) => format!("{key}: [{items}]"),
        Subject::Item(_) | Subject::Name => format!("[{items}]"),
    };
    let (code, message, help) = match &node.value {
        Value::List(items) => return Some(items),
        Value::Refused => return None,
        Value::Plain(_) if node.is_blank() => {
            let help = format!("write {} if it is to be empty", Quoted(&written("")));
            (codes::BLANK, format!("{subject} is blank"), help)
        }
        Value::Plain(text) if not_text(text) == Some("null") => {
            let help = format!("write {} if it is to be empty", Quoted(&written("")));
            (codes::WRONG_TYPE, format!("{subject} must be a list, not null"), help)
        }
        Value::Plain(text) | Value::Quoted(text) => {
            let message = format!("{subject} must be a list, not {}", noun(node));
            (codes::WRONG_TYPE, message, format!("write {}", Quoted(&written(text))))
        }
        Value::Map(_) => {
            let message = format!("{subject} must be a list, not a mapping");
            (codes::WRONG_TYPE, message, "write one item a line, each after a `- `".to_owned())
        }
    };
    cx.push(cx.error(code, node.place, message).help(help));
    None
}

/// A scalar that YAML takes for text.
fn scalar<'n>(cx: &mut FileReader<'_>, subject: Subject<'_>, node: &'n Node<'_>) -> Option<&'n str> {
    let (code, message, help) = match &node.value {
        Value::Quoted(text) => return Some(text),
        Value::Plain(text) if !node.is_blank() => {
            let Some(taken_for) = not_text(text) else { return Some(text) };
            let message = format!("{subject} must be text, and {} is {taken_for}", Quoted(text));
            let written = format!("\"{text}\"");
            let help = match taken_for {
                "null" => format!("write a value; if it is really called so, quote it: {}", Quoted(&written)),
                _ => format!("quote it: {}", Quoted(&written)),
            };
            (codes::QUOTE_IT, message, Some(help))
        }
        Value::Plain(_) => {
            let help = match (subject, slips::swallowed(cx, node)) {
                (Subject::Key(key), Some(text)) => commented(&format!("{key}: \"{text}\"")),
                (_, Some(text)) => commented(&format!("\"{text}\"")),
                (Subject::Key(_) | Subject::Name, None) => "write a value, or remove the key".to_owned(),
                (Subject::Item(_), None) => "write a value, or remove the item".to_owned(),
            };
            (codes::BLANK, format!("{subject} is blank"), Some(help))
        }
        Value::List(_) | Value::Map(_) => {
            (codes::WRONG_TYPE, format!("{subject} must be text, not {}", noun(node)), None)
        }
        Value::Refused => return None,
    };
    let found = cx.error(code, node.place, message);
    cx.push(match help {
        Some(help) => found.help(help),
        None => found,
    });
    None
}

fn commented(written: &str) -> String {
    format!("a `#` after a space begins a comment; quote what belongs to the value: {}", Quoted(written))
}

/// Whether the text can be a name; if not, it is told.
fn name(cx: &mut FileReader<'_>, subject: Subject<'_>, node: &Node<'_>, text: &str) -> bool {
    match flaw(text) {
        None => return true,
        Some(Flaw::Empty) => cx.push(
            cx.error(codes::EMPTY_TEXT, node.place, format!("{subject} is empty")).help("write a value, or remove it"),
        ),
        Some(Flaw::Control(it)) => refuse_control(cx, subject, node, it),
        Some(Flaw::Space) => cx.push(
            cx.error(codes::SURROUNDING_SPACE, node.place, format!("{subject} begins or ends with white space"))
                .help(format!("write {}", Quoted(text.trim()))),
        ),
        Some(Flaw::Hidden(it)) => {
            let looks_like = if it.is_whitespace() { "is not a plain space" } else { "cannot be seen" };
            let message = format!("{subject} contains a character that {looks_like}: U+{:04X}", u32::from(it));
            cx.push(
                cx.warning(codes::HIDDEN_CHARACTER, node.place, message)
                    .help("remove it, unless it belongs to the name"),
            );
            return true;
        }
    }
    false
}

/// What is wrong with a text as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    Empty,
    Control(char),
    Space,
    /// No error: it may belong to the name.
    Hidden(char),
}

fn flaw(text: &str) -> Option<Flaw> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Some(Flaw::Empty);
    }
    let control = text.chars().find(|it| it.is_control()).map(Flaw::Control);
    let space = (trimmed != text).then_some(Flaw::Space);
    let hidden = || hidden(text).next().map(|(_, it)| Flaw::Hidden(it));
    control.or(space).or_else(hidden)
}

/// Whether a file can hold the text as a name without a word about it.
pub(in crate::desired) fn is_clean(text: &str) -> bool {
    flaw(text).is_none()
}

fn refuse_control(cx: &mut FileReader<'_>, subject: Subject<'_>, node: &Node<'_>, it: char) {
    let message = format!("{subject} holds a control character: U+{:04X}", u32::from(it));
    // Raw ones are not YAML, so this one was written as an escape.
    cx.push(
        cx.error(codes::CONTROL_CHARACTER, node.place, message)
            .help("in double quotes a backslash begins an escape; in single quotes it is an ordinary character"),
    );
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
pub(in crate::desired) fn not_text(plain: &str) -> Option<&'static str> {
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
