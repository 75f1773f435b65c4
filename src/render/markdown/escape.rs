//! Foreign text in Markdown: it stays text. It pings nobody, links nowhere, closes nothing and starts nothing.
//!
//! What people called something is shown as code: inside of code neither GitHub nor GitLab looks for mentions, issues,
//! links, emoji, formulas or HTML, and the only thing to be escaped is the backtick.

use crate::render::visible;

/// Foreign text as code.
pub(in crate::render) fn code(text: &str) -> String {
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

/// A sentence that may quote foreign text in backticks. Words beside that are not plain prose become code, too: a quoted
/// name with a backtick in it ends the quote early.
pub(super) fn prose(sentence: &str) -> String {
    let sentence = visible(sentence);
    let mut out = String::with_capacity(sentence.len() + 8);
    for (at, part) in sentence.split('`').enumerate() {
        if at % 2 == 1 {
            beside(&mut out, &code(part));
            continue;
        }
        let words: Vec<_> = part.split(' ').collect();
        for (at, words) in words.chunk_by(|a, b| is_plain(a) == is_plain(b)).enumerate() {
            out.push_str(if at > 0 { " " } else { "" });
            let words = words.join(" ");
            if is_plain(&words) {
                out.push_str(&words);
            } else {
                // What ends a clause is none of it.
                let name = words.trim_end_matches([',', ';', ':']);
                let name = if name.is_empty() { &words } else { name };
                beside(&mut out, &code(name));
                out.push_str(&words[name.len()..]);
            }
        }
    }
    out
}

/// Writes code, and not right after other code: the two would become one.
fn beside(out: &mut String, code: &str) {
    out.push_str(if out.ends_with('`') { " " } else { "" });
    out.push_str(code);
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
