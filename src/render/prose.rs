//! Prose for a terminal: sentences are wrapped to its width, rows are not.

use std::fmt::Display;

use anstream::adapter::strip_str;
use unicode_width::UnicodeWidthStr;

/// What a line of prose begins with, until whoever prints it knows how wide the terminal is. It is a style that changes
/// nothing, so that whoever strips styles strips it.
const MARK: &str = "\u{1b}[29m";

/// In a narrower terminal than this nothing can be read anyway.
const NARROWEST: usize = 40;

/// A sentence on a line of its own, that may be wrapped.
pub fn prose(sentence: impl Display) -> String {
    format!("{MARK}{sentence}")
}

/// Text with its prose wrapped to a width, or as it is if there is none.
pub fn wrapped(text: &str, width: Option<usize>) -> String {
    let Some(width) = width.map(|it| it.max(NARROWEST)) else { return text.replace(MARK, "") };
    let lines = text.split_inclusive('\n').map(|line| match line.strip_prefix(MARK) {
        Some(sentence) => wrap(sentence, width),
        None => line.to_owned(),
    });
    lines.collect()
}

/// A line in several: those after the first one are indented by two more.
fn wrap(line: &str, width: usize) -> String {
    let (sentence, end) = line.strip_suffix('\n').map_or((line, ""), |it| (it, "\n"));
    let indent = sentence.len() - sentence.trim_start_matches(' ').len();
    let mut out = sentence[..indent].to_owned();
    let mut used = indent;
    for (at, word) in words(&sentence[indent..]).into_iter().enumerate() {
        let wide = strip_str(word).to_string().width();
        if at > 0 && used + 1 + wide > width {
            used = indent + 2;
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', used));
        } else if at > 0 {
            used += 1;
            out.push(' ');
        }
        out.push_str(word);
        used += wide;
    }
    out + end
}

/// What is between spaces. What is quoted stays together, so that it can be copied.
fn words(sentence: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, it) in sentence.char_indices() {
        match it {
            '`' => quoted = !quoted,
            ' ' if !quoted => {
                words.push(&sentence[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&sentence[start..]);
    words
}
