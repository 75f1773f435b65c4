//! Days and instants.

use jiff::Timestamp;
use jiff::civil::Date;

use super::FileReader;
use super::text::noun;
use crate::desired::codes;
use crate::desired::quote::Quoted;
use crate::desired::raw::When;
use crate::desired::yaml::{Node, Value};
use crate::diagnostic::Span;

const FORMS: &str = "write a day like `2027-01-31`, or an instant like `2027-01-31T18:00:00+01:00`";

/// A day, or an instant with its offset; quotes make no difference.
pub(super) fn when(cx: &mut FileReader<'_>, key: &str, node: &Node<'_>) -> Option<(When, Span)> {
    let (code, message, help) = match &node.value {
        Value::Plain(text) | Value::Quoted(text) if !text.trim().is_empty() && !node.is_blank() => match parse(text) {
            Ok(when) => return Some((when, cx.span(node.place))),
            Err((message, help)) => (codes::MALFORMED_DATE, message, help),
        },
        Value::Plain(_) | Value::Quoted(_) => {
            (codes::BLANK, format!("`{key}` is blank"), "write a day, or remove the key")
        }
        Value::List(_) | Value::Map(_) => {
            (codes::WRONG_TYPE, format!("`{key}` must be a day or an instant, not {}", noun(node)), FORMS)
        }
        Value::Refused => return None,
    };
    cx.push(cx.error(code, node.place, message).help(help));
    None
}

fn parse(text: &str) -> Result<When, (String, &'static str)> {
    // jiff reads more forms than the files have, so the form is looked at first.
    match form(text) {
        "0000-00-00" => {
            text.parse::<Date>().map(When::Day).map_err(|_| (format!("there is no such day: {}", Quoted(text)), FORMS))
        }
        "0000-00-00T00:00:00Z" | "0000-00-00T00:00:00+00:00" => text
            .parse::<Timestamp>()
            .map(When::Instant)
            .map_err(|_| (format!("there is no such instant: {}", Quoted(text)), FORMS)),
        "0000-00-00T00:00:00" | "0000-00-00T00:00" => Err((
            format!("this instant has no offset: {}", Quoted(text)),
            "add `Z` for UTC, or an offset like `+01:00`",
        )),
        _ => Err((format!("not a date or timestamp: {}", Quoted(text)), FORMS)),
    }
}

/// The forms that are told apart, with every digit as `0`.
const SHAPES: &[&str] =
    &["0000-00-00", "0000-00-00T00:00:00Z", "0000-00-00T00:00:00+00:00", "0000-00-00T00:00:00", "0000-00-00T00:00"];

/// The form of a text, whatever its digits are, with or without a fraction of a second; empty if it has none of them.
fn form(text: &str) -> &'static str {
    let (seconds, rest) = text.split_once('.').unwrap_or((text, ""));
    let offset = rest.trim_start_matches(|it: char| it.is_ascii_digit());
    let mark = |it: char| match it {
        '0'..='9' => '0',
        't' => 'T',
        'z' => 'Z',
        it => it,
    };
    // Nothing that is longer has any of the forms.
    let shape: String = seconds.chars().chain(offset.chars()).take(30).map(mark).collect();
    let shape = shape.strip_suffix("-00:00").map(|it| format!("{it}+00:00")).unwrap_or(shape);
    SHAPES.iter().find(|it| **it == shape).copied().unwrap_or_default()
}
