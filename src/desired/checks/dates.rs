//! Dates that have no effect.

use super::Set;
use super::fit::{called, surely};
use crate::desired::codes;
use crate::desired::document::{Reference, Selector};
use crate::desired::problems::Problems;
use crate::diagnostic::Diagnostic;

/// Protection wins over `until`, which a reader of the line would not expect.
pub(super) fn bite(set: &Set<'_>, problems: &mut Problems) {
    let protect = &set.document.protect;
    for entry in set.document.entries.iter().filter(|it| it.life.dated()) {
        for member in &entry.users {
            let Some(Selector::Pattern { span, .. } | Selector::One(Reference { span, .. })) =
                surely(&member.user, protect)
            else {
                continue;
            };
            let message = format!("{} is protected, so the end of this line takes nothing away", called(&member.user));
            problems.push(
                Diagnostic::warning(codes::DATED_PROTECTED, member.user.span.clone(), message)
                    .related(span.clone(), "protected here")
                    .related(entry.span.clone(), "the dated line"),
            );
        }
    }
}
