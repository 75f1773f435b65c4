//! Foreign text in Markdown: it stays text. It pings nobody, links nowhere, closes nothing and starts nothing.
//!
//! What people called something is shown as code: inside of code neither GitHub nor GitLab looks for mentions, issues,
//! links, emoji, formulas or HTML, and the only thing to be escaped is the backtick.

use crate::render::visible;

/// Foreign text as code.
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    if text.is_empty() {
        return "*(empty)*".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // A backtick at an end would lengthen the fence; and of a space at both ends one is taken away.
    let padded = text.starts_with('`') || text.ends_with('`') || (text.starts_with(' ') && text.ends_with(' '));
    let pad = if padded && !text.trim().is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A sentence that may quote foreign text in backticks. What else is not plain prose becomes code, too: a quoted name
/// with a backtick in it ends the quote early.
pub(super) fn prose(sentence: &str) -> String {
    let sentence = visible(sentence);
    let mut out = String::with_capacity(sentence.len() + 8);
    for (at, part) in sentence.split('`').enumerate() {
        if at % 2 == 0 && is_plain(part) {
            out.push_str(part);
        } else if at % 2 == 1 || !part.trim().is_empty() {
            // Two pieces of code side by side would become one.
            out.push_str(if out.ends_with('`') { " " } else { "" });
            out.push_str(&code(part));
        }
    }
    out
}

/// What stands in a cell of a table: a `|` would end it, even inside of code.
pub(super) fn cell(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len() + 8);
    for it in markdown.chars() {
        match it {
            // After a backslash readers of Markdown disagree whether it is escaped; so it is written out.
            '|' if out.ends_with('\\') => out.push_str("u{7c}"),
            '|' => out.push_str("\\|"),
            other => out.push(other),
        }
    }
    out
}

/// Whether nothing in a text means anything in Markdown, whatever stands next to it.
fn is_plain(text: &str) -> bool {
    let mut rest = text.chars().peekable();
    while let Some(it) = rest.next() {
        let before_space = rest.peek().is_none_or(|next| *next == ' ');
        let plain = match it {
            // Not an address, a shortcode, or the number of something.
            '.' | ':' | '!' | '%' => before_space,
            other => other.is_alphanumeric() || " ,;?()'\"+=-–—·→’“”".contains(other),
        };
        if !plain {
            return false;
        }
    }
    true
}

fn longest_run(text: &str) -> usize {
    text.split(|it| it != '`').map(str::len).max().unwrap_or(0)
}
