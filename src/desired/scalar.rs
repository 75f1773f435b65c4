//! Text as a YAML scalar that every reader takes for that text.

use std::fmt::Write as _;

use super::read::{ReferenceKind, is_name, looks_quoted, not_text};
use crate::visible::hidden;

/// One line that stands for any text at all: bare where nobody can take it for anything else, else in quotes. It can
/// stand in a block, between brackets and in a comment.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if text.contains(['"', '\\']) && !text.contains('\'') && is_printable(text) {
        // Easier on the eye than backslashes before each of them.
        format!("'{text}'")
    } else {
        quoted(text)
    }
}

/// A name, said to be one where it looks like something else.
pub(super) fn bare(name: &str, kind: ReferenceKind) -> String {
    if is_name(name) { scalar(name) } else { format!("{{{}: {}}}", kind.name(), scalar(name)) }
}

/// Narrower than YAML allows: who wonders whether quotes are needed had better see them.
fn is_plain(text: &str) -> bool {
    let word = |it: char| it.is_alphanumeric() || it == '_' || is_symbol(it);
    text.starts_with(|it| word(it) || matches!(it, '/' | '.' | '('))
        && text.chars().all(|it| word(it) || " /.-+@()=~".contains(it))
        && text.contains(word)
        && text.trim() == text
        && is_printable(text)
        && not_text(text).is_none()
        && !matches!(text, "y" | "Y" | "n" | "N")
        && !looks_like_a_date(text)
        && !looks_quoted(text)
}

/// Emoji, marks and whatever else is not ASCII and can be seen.
fn is_symbol(it: char) -> bool {
    !it.is_ascii() && !it.is_whitespace()
}

/// Readers of YAML 1.1 make dates of what begins like one.
fn looks_like_a_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let digits = |it: Option<&str>| it.is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()));
    digits(parts.next()) && digits(parts.next()) && digits(parts.next())
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    escape(text, &['"', '\\'], &mut quoted);
    quoted.push('"');
    quoted
}

/// Any text on one line, as it may stand in a comment.
pub(super) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    escape(text, &[], &mut printable);
    printable
}

/// A text as YAML writes it where some characters must not stand as they are: hidden ones, among them all that YAML does
/// not allow, and those that get a backslash.
fn escape(text: &str, backslashed: &[char], into: &mut String) {
    let mut hidden = hidden(text).peekable();
    for (at, it) in text.char_indices() {
        let is_hidden = hidden.next_if(|(hidden, _)| *hidden == at).is_some();
        match it {
            '\n' => into.push_str("\\n"),
            '\t' => into.push_str("\\t"),
            it if is_hidden => {
                let code = u32::from(it);
                let _ = if code > 0xffff { write!(into, "\\U{code:08X}") } else { write!(into, "\\u{code:04X}") };
            }
            it if backslashed.contains(&it) => into.extend(['\\', it]),
            it => into.push(it),
        }
    }
}

fn is_printable(text: &str) -> bool {
    hidden(text).next().is_none()
}
