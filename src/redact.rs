//! What looks like a token, cut out of text that repeats what others typed or sent.

use std::borrow::Cow;

/// Hexadecimal digits of a token of Waldur.
const DIGITS: usize = 40;

/// The text without words that have the form of a token. A commit of git has the same form, so this is for echoes: of
/// arguments, of the environment, and of what a server says.
pub fn tokens(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut shown = String::new();
    while let Some((before, after)) = split(rest) {
        shown.push_str(before);
        shown.push_str("<40 hex digits>");
        rest = after;
    }
    if shown.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(shown + rest) }
}

/// What stands before and after the first such word.
fn split(text: &str) -> Option<(&str, &str)> {
    let mut start = 0;
    for word in text.split(|it: char| !it.is_alphanumeric()) {
        let end = start + word.len();
        if word.len() == DIGITS && word.bytes().all(|it| it.is_ascii_hexdigit()) {
            return Some((&text[..start], &text[end..]));
        }
        // The character that ends the word.
        start = end + text[end..].chars().next().map_or(0, char::len_utf8);
    }
    None
}
