//! Blanking the part of a text that holds an error.

use serde_yaml::granit_parser::ScanError;

use super::build::{Build, Open};

/// Where the part begins that holds the error, and the text without it, unless that cannot be told.
///
/// A part is an item or a key of the first or second level, with all lines that are indented below it.
pub(super) fn without(text: &str, build: &Build<'_>, error: &ScanError) -> Option<(usize, String)> {
    let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let line = line_start(text, at);
    let from = match build.open.as_slice() {
        // Inside of brackets indentation means nothing.
        [Open::List { flow: true, .. } | Open::Map { flow: true, .. }, ..] => return None,
        [Open::Map { .. }, Open::List { flow: false, .. }, Open::List { place, .. } | Open::Map { place, .. }, ..] => {
            place.start as usize
        }
        [Open::Map { .. }, inner @ (Open::List { flow: false, .. } | Open::Map { flow: false, .. }), ..] => {
            blame(inner, text, line)
        }
        [outer, ..] => blame(outer, text, line),
        [] => line,
    };
    let from = line_start(text, from.min(line));
    let column = indent(text.get(from..)?)?;
    let mut to = from;
    for line in text.get(from..)?.split_inclusive('\n') {
        let closes = line.trim_start().starts_with([']', '}']);
        if to > from && !closes && indent(line).is_some_and(|it| it <= column) {
            break;
        }
        to += line.len();
    }
    let mut bytes = text.as_bytes().to_vec();
    bytes.get_mut(from..to)?.iter_mut().filter(|it| **it != b'\n').for_each(|it| *it = b' ');
    Some((from, String::from_utf8(bytes).ok()?))
}

/// Where the part of an open list or mapping begins that is to blame for an error on this line.
///
/// The library looks ahead: the line may begin a part of its own that is not open yet. Else, the last part may be.
fn blame(open: &Open<'_>, text: &str, line: usize) -> usize {
    let last = match open {
        Open::List { items, .. } => {
            let fresh = text[line..].trim_start_matches([' ', '\t']).starts_with('-');
            items.last().filter(|_| !fresh)
        }
        Open::Map { key: Some(key), .. } => Some(key),
        Open::Map { pairs, .. } => pairs
            .last()
            .map(|(key, _)| key)
            .filter(|it| indent(&text[line..]).is_some_and(|column| column + 1 != it.place.column as usize)),
    };
    last.map_or(line, |it| it.place.start as usize)
}

fn line_start(text: &str, at: usize) -> usize {
    text.as_bytes().get(..at).and_then(|it| it.iter().rposition(|it| *it == b'\n')).map_or(0, |it| it + 1)
}

/// How far a line is indented; `None` when it is blank or holds only a comment.
fn indent(text: &str) -> Option<usize> {
    let line = text.lines().next()?;
    let content = line.trim_start();
    (!content.is_empty() && !content.starts_with('#')).then(|| line.len() - content.len())
}
