//! Where a name is used that is wrong alike in many places: one thing to fix, told once.

use std::collections::BTreeSet;

use super::{counted, grouped};
use crate::diagnostic::{Diagnostic, Span};

/// More places than this are counted.
const SHOWN: usize = 5;

/// `used on 12 lines: a.yaml:3, …`, as a format marks places; nothing for what is wrong in one place.
pub(super) fn uses(diagnostic: &Diagnostic, place: &dyn Fn(&Span) -> String) -> Option<String> {
    let mut told = BTreeSet::new();
    let lines: Vec<_> = diagnostic.places().filter(|it| told.insert((&it.file, it.line))).collect();
    if lines.len() < 2 {
        return None;
    }
    let shown: Vec<_> = lines.iter().take(SHOWN).map(|it| place(it)).collect();
    let more = lines.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
    Some(format!("used on {}: {}{more}", counted(lines.len(), ["line", "lines"]), shown.join(", ")))
}
