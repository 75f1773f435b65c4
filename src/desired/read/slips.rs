//! What is easily written by mistake, and is YAML all the same.

use super::FileReader;
use super::text::Subject;
use crate::desired::codes;
use crate::desired::quote::Quoted;
use crate::desired::yaml::{Node, TextSpan, Value};

/// What word processors and chats make of quotes. To YAML they are letters.
const QUOTES: &[char] = &['“', '”', '„', '‟', '«', '»', '‹', '›', '‘', '’', '‚', '‛', '＂', '＇'];

/// Whether a name without quotes would cause a warning.
pub(in crate::desired) fn looks_quoted(name: &str) -> bool {
    name.starts_with(QUOTES)
}

/// Says of a name without quotes what it probably was meant to be.
pub(super) fn warn(cx: &mut FileReader<'_>, subject: Subject<'_>, node: &Node<'_>) {
    let Value::Plain(text) = &node.value else { return };
    if continues(node, text) {
        let message = format!("{subject} continues on the next line and is read as one name: {}", Quoted(text));
        let help = match subject {
            Subject::Item(_) => "begin each item with a dash, `- `; if this is one name, quote it",
            Subject::Key(_) | Subject::Name => "if this is one name, quote it",
        };
        cx.push(cx.warning(codes::CONTINUED_LINE, node.place, message).help(help));
    }
    if looks_quoted(text) {
        let message =
            format!("{subject} has typographic quotes, which YAML reads as part of the name: {}", Quoted(text));
        let straight = format!("\"{}\"", text.trim_matches(QUOTES));
        let help = format!("write {}; if they belong to the name, quote all of it", Quoted(&straight));
        cx.push(cx.warning(codes::TYPOGRAPHIC_QUOTE, node.place, message).help(help));
    }
}

/// Whether a text without quotes has more lines than the one that its place shows.
fn continues(node: &Node<'_>, text: &str) -> bool {
    let TextSpan { start, end, .. } = node.place;
    text.len() > (end - start) as usize
}

/// What a comment has swallowed in the place of a value, e.g. `#123`.
pub(super) fn swallowed<'t>(cx: &FileReader<'t>, node: &Node<'_>) -> Option<&'t str> {
    let before = cx.text.get(..node.place.start as usize)?;
    let line = before.rfind('\n').map_or(0, |it| it + 1);
    let line = cx.text.get(line..)?.lines().next()?;
    let (_, comment) = line.split_once('#')?;
    let written = line.get(line.len() - comment.len() - 1..)?;
    (!comment.starts_with([' ', '#'])).then(|| written.trim_end())
}
