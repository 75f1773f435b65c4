//! Approvals that stand in the files: who merges one releases exactly the removals it was printed for.

use jiff::Timestamp;

use super::Digest;
use crate::desired::Approval;
use crate::diagnostic::Diagnostic;

/// Whether one that is alive releases what limits hold, and what is to be said about the others.
///
/// One for something else does no harm and is only a note: it has done its work, or the set has changed since.
pub(super) fn consult(approvals: &[Approval], held: Option<&Digest>, now: Timestamp) -> (bool, Vec<Diagnostic>) {
    let mut released = false;
    let mut notes = Vec::new();
    for Approval { span, held: given, until, reason: _ } in approvals {
        let alive = until.is_none_or(|until| now < until);
        let meant = held.is_some() && Digest::parse(given).as_ref() == held;
        match (meant, alive) {
            (true, true) => released = true,
            (true, false) => notes.push(
                Diagnostic::warning("approval-ended", span.clone(), "the approval of what is held has ended")
                    .help("if it is still meant, give it a later `until`"),
            ),
            (false, true) => {
                let message = format!("the approval `{given}` is for nothing that limits hold now");
                let note = Diagnostic::warning("approval-without-match", span.clone(), message);
                notes.push(note.help("remove it once what it was for is done"));
            }
            (false, false) => {}
        }
    }
    // Of several for the same set, one that is alive is enough.
    notes.retain(|it| !(released && it.code == "approval-ended"));
    (released, notes)
}
