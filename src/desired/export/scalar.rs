//! Text as a YAML scalar that every reader takes for that text.

use std::fmt::Write as _;

use crate::desired::read::not_text;

/// One line that stands for any text at all: bare where nobody can take it for anything else, else in quotes. It can
/// stand in a block, between brackets and in a comment.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if text.contains(['"', '\\']) && !text.contains('\'') && !text.contains(is_unprintable) {
        // Easier on the eye than backslashes before each of them.
        format!("'{text}'")
    } else {
        quoted(text)
    }
}

/// Narrower than YAML allows: who wonders whether quotes are needed had better see them.
fn is_plain(text: &str) -> bool {
    let word = |it: char| it.is_alphanumeric() || it == '_' || is_symbol(it);
    text.starts_with(|it| word(it) || matches!(it, '/' | '.' | '('))
        && text.chars().all(|it| word(it) || " /.-+@()=~".contains(it))
        && text.contains(word)
        && text.trim() == text
        && not_text(text).is_none()
        && !matches!(text, "y" | "Y" | "n" | "N")
        && !looks_like_a_date(text)
}

/// Emoji, marks and whatever else is not ASCII and can be seen.
fn is_symbol(it: char) -> bool {
    !it.is_ascii() && !it.is_whitespace() && !is_unprintable(it)
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
    for it in text.chars() {
        match it {
            '"' | '\\' => quoted.extend(['\\', it]),
            it => escape(it, &mut quoted),
        }
    }
    quoted.push('"');
    quoted
}

/// Any text on one line, as it may stand in a comment.
pub(super) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    text.chars().for_each(|it| escape(it, &mut printable));
    printable
}

/// A character, or how YAML writes it where it must not stand as it is.
fn escape(it: char, into: &mut String) {
    match it {
        '\n' => into.push_str("\\n"),
        '\t' => into.push_str("\\t"),
        it if is_unprintable(it) => {
            let code = u32::from(it);
            let _ = if code > 0xffff { write!(into, "\\U{code:08X}") } else { write!(into, "\\u{code:04X}") };
        }
        it => into.push(it),
    }
}

/// What YAML does not allow as it is, what ends a line for some readers, and what turns the line around.
fn is_unprintable(it: char) -> bool {
    it.is_control()
        || matches!(it, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
        || matches!(it, '\u{ad}' | '\u{feff}' | '\u{fffe}'..='\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}
