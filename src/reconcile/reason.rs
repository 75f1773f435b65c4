//! Why something is removed, for the server's own log.

use std::fmt::Write as _;

use crate::plan::Removal;

/// The most characters that the server keeps.
const LONGEST: usize = 255;

/// Why a link is removed, by which commit, by which lines and in whose words: at most [`LONGEST`] characters.
pub(super) fn reason(removal: &Removal, commit: Option<&str>) -> String {
    let Removal { link: _, why, origins } = removal;
    let mut reason = format!("grantsync: {why}");
    if let Some(commit) = commit {
        // Git finds a commit by the first 12 digits of its id.
        let id = commit.split_once(',').map_or(commit, |(id, _)| id);
        let _ = write!(reason, " \u{b7} commit {}{}", id.get(..12).unwrap_or(id), &commit[id.len()..]);
    }
    for origin in origins.iter() {
        let _ = write!(reason, " \u{b7} {}", origin.span);
        if let Some(words) = &origin.reason {
            let _ = write!(reason, " ({words})");
        }
    }
    match reason.char_indices().nth(LONGEST) {
        None => reason,
        Some(_) => reason.chars().take(LONGEST - 1).chain(['\u{2026}']).collect(),
    }
}
