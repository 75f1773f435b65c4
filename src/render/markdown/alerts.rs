//! What must not be missed, before everything else: the boxes of GitHub and GitLab, which both know these two words.

use std::fmt::Write as _;

/// Items of the two boxes, in Markdown and on one line each.
#[derive(Debug, Default)]
pub(super) struct Alerts {
    /// Red: somebody gets, keeps or loses what they should not, or something went wrong.
    pub(super) caution: Vec<String>,
    /// Yellow: something is to be fixed, waits for somebody, or cannot be known.
    pub(super) warning: Vec<String>,
}

impl Alerts {
    /// Both boxes, in at most about so many bytes: what is too long for that is counted.
    pub(super) fn text(&self, room: usize) -> String {
        let Self { caution, warning } = self;
        format!("{}{}", alert("CAUTION", caution, room / 2), alert("WARNING", warning, room / 2))
    }
}

fn alert(word: &str, items: &[String], room: usize) -> String {
    if items.is_empty() {
        return String::new();
    }
    let mut out = format!("\n> [!{word}]\n");
    let mut left_out = 0;
    for it in items {
        if out.len() + it.len() < room {
            let _ = writeln!(out, "> - {it}");
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let _ = writeln!(out, "> - {left_out} more, too long to be shown here");
    }
    out
}
