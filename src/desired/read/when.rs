//! Days and instants.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Reading;
use super::text::{Subject, noun};
use crate::desired::codes;
use crate::desired::draft::When;
use crate::desired::yaml::{Node, Value};
use crate::diagnostic::Span;

const FORMS: &str = "write a day like `2027-01-31`, or an instant like `2027-01-31T18:00:00+01:00`";

/// A day, or an instant with its offset; quotes make no difference.
pub(super) fn when(cx: &mut Reading<'_>, key: &str, node: &Node<'_>) -> Option<(When, Span)> {
    let subject = Subject::Key(key);
    let text = match &node.value {
        Value::Plain(_) if node.is_blank() => {
            cx.push(
                cx.error(codes::BLANK, node.place, format!("{subject} is blank"))
                    .help("write a day, or remove the key"),
            );
            return None;
        }
        Value::Plain(text) | Value::Quoted(text) => text,
        Value::List(_) | Value::Map(_) => {
            let message = format!("{subject} must be a day or an instant, not {}", noun(node));
            cx.push(cx.error(codes::WRONG_TYPE, node.place, message).help(FORMS));
            return None;
        }
        Value::Refused => return None,
    };
    match parse(text) {
        Ok(when) => Some((when, cx.span(node.place))),
        Err((message, help)) => {
            cx.push(cx.error(codes::MALFORMED_DATE, node.place, message).help(help));
            None
        }
    }
}

fn parse(text: &str) -> Result<When, (String, &'static str)> {
    // jiff reads more forms than the files have, so the form is looked at first.
    match form(text) {
        "0000-00-00" => {
            text.parse::<Date>().map(When::Day).map_err(|_| (format!("there is no such day: `{text}`"), FORMS))
        }
        "0000-00-00T00:00:00Z" | "0000-00-00T00:00:00+00:00" => text
            .parse::<Timestamp>()
            .map(When::Instant)
            .map_err(|_| (format!("there is no such instant: `{text}`"), FORMS)),
        "0000-00-00T00:00:00" | "0000-00-00T00:00" => {
            Err((format!("this instant has no offset: `{text}`"), "add `Z` for UTC, or an offset like `+01:00`"))
        }
        _ => Err((format!("this is neither a day nor an instant: `{text}`"), FORMS)),
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
