//! What a text from outside may do on a line: be read, and nothing else.
//!
//! Names of files, of people and of things, and what a server answers, are chosen by others. On a terminal they could move
//! the cursor, in a CI job they could be obeyed, and to a reviewer they could look like something else. Every output asks
//! this one table.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text as it may stand on a line of a terminal or of the log of a CI job: hidden characters are written out as
/// `\u{…}`, and so is what would make it a command of GitHub Actions, Azure Pipelines or `TeamCity`.
pub fn visible(text: &str) -> Cow<'_, str> {
    let mut marked: Vec<(usize, char)> = hidden(text).collect();
    marked.extend(commands(text));
    if marked.is_empty() {
        return Cow::Borrowed(text);
    }
    marked.sort_unstable();
    Cow::Owned(written_out(text, marked))
}

/// The hidden characters of a text, each with its first byte. Those that join the parts of an emoji are seen, as that
/// emoji.
pub fn hidden(text: &str) -> impl Iterator<Item = (usize, char)> {
    let plain = text.bytes().all(|it| matches!(it, b' '..=b'~'));
    let mut chars = if plain { "" } else { text }.char_indices().peekable();
    let mut before = None;
    std::iter::from_fn(move || {
        loop {
            let (at, it) = chars.next()?;
            let after = chars.peek().map(|(_, it)| *it);
            let joins = match it {
                '\u{200d}' => {
                    before.is_some_and(|it| is_pictograph(it) || it == '\u{fe0f}') && after.is_some_and(is_pictograph)
                }
                '\u{fe0f}' => before.is_some_and(is_pictograph),
                _ => false,
            };
            before = Some(it);
            if is_hidden(it) && !joins {
                return Some((at, it));
            }
        }
    })
}

/// Whether a character is not seen, is taken for a space, ends a line, or turns the direction of what follows.
pub fn is_hidden(it: char) -> bool {
    it.is_control()
        || (it.is_whitespace() && it != ' ')
        || matches!(it,
            // Without a width: <https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point>, in full.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
            // Annotations between lines, an empty Braille cell, and what is no character.
            | '\u{fff9}'..='\u{fffb}' | '\u{2800}' | '\u{fffe}'..='\u{ffff}')
}

/// A text with its hidden characters written out, but for those that have a meaning where it is shown, e.g. tabs.
pub fn unhidden<'t>(text: &'t str, kept: &[char]) -> Cow<'t, str> {
    let marked: Vec<_> = hidden(text).filter(|(_, it)| !kept.contains(it)).collect();
    if marked.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(written_out(text, marked)) }
}

/// Whether a line would be obeyed as a command in a job of a CI service.
pub fn is_command(line: &str) -> bool {
    commands(line).next().is_some()
}

fn written_out(text: &str, marked: Vec<(usize, char)>) -> String {
    let mut shown = String::with_capacity(text.len() + 8 * marked.len());
    let mut rest = 0;
    for (at, it) in marked {
        let _ = write!(shown, "{}\\u{{{:x}}}", &text[rest..at], u32::from(it));
        rest = at + it.len_utf8();
    }
    shown.push_str(&text[rest..]);
    shown
}

/// What starts a command: the first `:` of a line that begins with `::`, and each `[` of `##[`, `##vso[` and the like.
fn commands(text: &str) -> impl Iterator<Item = (usize, char)> {
    let start = text.len() - text.trim_start().len();
    let colon = text[start..].starts_with("::").then_some((start, ':'));
    let brackets = text
        .match_indices('[')
        .filter(|(at, _)| text[..*at].trim_end_matches(|it: char| it.is_ascii_alphanumeric()).ends_with("##"));
    colon.into_iter().chain(brackets.map(|(at, _)| (at, '[')))
}

/// The blocks that hold emoji.
fn is_pictograph(it: char) -> bool {
    matches!(it,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2100}'..='\u{27bf}' | '\u{2900}'..='\u{2bff}'
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}
