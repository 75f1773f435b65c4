//! Dates that have no effect.

use super::CheckedFiles;
use super::fit::{Selection, called};
use crate::desired::codes;
use crate::desired::document::{Reference, Selector};
use crate::desired::problems::Problems;
use crate::desired::raw::DatedItem;
use crate::diagnostic::Diagnostic;

/// Protection wins over dates, which a reader of the line would not expect.
pub(super) fn have_an_effect(set: &CheckedFiles<'_>, problems: &mut Problems) {
    let protect = Selection::of(&set.document.protect);
    for dated in &set.raw.dates {
        let Some(DatedItem::Entry(entry)) = dated.what else { continue };
        let Some((_, date)) = dated.until.as_ref().or(dated.from.as_ref()) else { continue };
        for member in &set.document.entries[entry].users {
            let Some(Selector::Pattern { span, .. } | Selector::One(Reference { span, .. })) =
                protect.surely(&member.user)
            else {
                continue;
            };
            let message = format!("{} is protected, so a date takes nothing away", called(&member.user));
            problems.push(
                Diagnostic::warning(codes::DATED_PROTECTED, member.user.span.clone(), message)
                    .related(span.clone(), "protected here")
                    .related(date.clone(), "the date"),
            );
        }
    }
}
