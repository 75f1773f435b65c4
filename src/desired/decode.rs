//! Bytes to text.

use std::sync::Arc;

use super::codes;
use super::yaml::TextSpan;
use crate::diagnostic::{Diagnostic, Source};

/// A file that is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecodable {
    /// What can be shown of it: every byte that is not text became U+FFFD. Nothing, where that would be most of it.
    pub shown: Source,
    /// What is wrong with it.
    pub problem: Diagnostic,
}

/// The text of a file. A byte order mark is taken off, and line ends are left as they are.
///
/// # Errors
/// When the bytes are not UTF-8: what kind of text they seem to be, or the offset of the first byte that is not.
pub fn decode(name: Arc<str>, bytes: Vec<u8>) -> Result<Source, Box<Undecodable>> {
    match String::from_utf8(bytes) {
        // A text of one-byte characters in UTF-16 is UTF-8, too, with many a NUL.
        Ok(text) if text.bytes().take(2).any(|it| it == 0) => Err(Box::new(undecodable(name, text.as_bytes(), 0))),
        Ok(text) => Ok(Source { name, text: unmarked(text) }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(Box::new(undecodable(name, error.as_bytes(), at)))
        }
    }
}

fn unmarked(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

fn undecodable(name: Arc<str>, bytes: &[u8], at: usize) -> Undecodable {
    let other = match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => Some("UTF-16"),
        _ => None,
    };
    if let Some(other) = other {
        let message = format!("the file is {other}, not UTF-8");
        let problem = Diagnostic::error(codes::NOT_UTF8, TextSpan::START.span(&name), message).help("save it as UTF-8");
        return Undecodable { shown: Source { name, text: String::new() }, problem };
    }
    let shown = Source { name, text: unmarked(String::from_utf8_lossy(bytes).into_owned()) };
    let place = place(&shown.text, &String::from_utf8_lossy(&bytes[..at]));
    let byte = bytes.get(at).copied().unwrap_or_default();
    let message = format!("the file is not UTF-8: byte 0x{byte:02x} at offset {at}");
    let problem = Diagnostic::error(codes::NOT_UTF8, place.span(&shown.name), message)
        .help("save it as UTF-8; it may have been written as Latin-1 or Windows-1252");
    Undecodable { shown, problem }
}

/// The character after `good`, which is how the text begins.
fn place(text: &str, good: &str) -> TextSpan {
    let good = good.strip_prefix('\u{feff}').unwrap_or(good);
    let width = text[good.len()..].chars().next().map_or(0, char::len_utf8);
    let before = good.rsplit('\n').next().unwrap_or_default();
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    TextSpan {
        start: small(good.len()),
        end: small(good.len() + width),
        line: small(good.matches('\n').count() + 1),
        column: small(before.chars().count() + 1),
    }
}
