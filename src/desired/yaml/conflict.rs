//! Merges that were left unfinished.

use super::node::TextSpan;
use crate::desired::codes;
use crate::diagnostic::{Diagnostic, Source, Span};

/// Nobody needs to hear of more in one file.
const MOST: usize = 100;
const OURS: &str = "<<<<<<< ";
const BETWEEN: &str = "=======";
const THEIRS: &str = ">>>>>>> ";

/// Each conflict that git left in the text.
pub(super) fn find(source: &Source) -> Vec<Diagnostic> {
    if !source.text.contains(OURS) {
        return Vec::new();
    }
    let mut conflicts: Vec<Diagnostic> = Vec::new();
    for (place, line) in lines(&source.text) {
        let span = || place.span(&source.name);
        if line.starts_with(OURS) {
            if conflicts.len() == MOST {
                break;
            }
            conflicts.push(conflict(span()));
        } else if let Some(open) = conflicts.pop() {
            conflicts.push(match line {
                BETWEEN => open.related(span(), "the other side begins here"),
                _ if line.starts_with(THEIRS) => open.related(span(), "it ends here"),
                _ => open,
            });
        }
    }
    conflicts
}

fn conflict(span: Span) -> Diagnostic {
    Diagnostic::error(codes::CONFLICT_MARKER, span, "a merge was left unfinished here")
        .label("one side begins here")
        .help("decide between the two sides and remove the three marker lines")
}

/// The lines, without their ends, and where each one stands.
fn lines(text: &str) -> impl Iterator<Item = (TextSpan, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').zip(1..).map(move |(full, line)| {
        let shown = full.trim_end_matches(['\n', '\r']);
        let end = start + u32::try_from(shown.len()).unwrap_or(u32::MAX);
        let place = TextSpan { start, end, line, column: 1 };
        start += u32::try_from(full.len()).unwrap_or(u32::MAX);
        (place, shown)
    })
}
