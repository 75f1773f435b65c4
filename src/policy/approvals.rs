//! Approvals that stand in the files: who merges one releases exactly the removals it was printed for.

use jiff::Timestamp;

use super::Digest;
use crate::desired::Approval;
use crate::diagnostic::Diagnostic;

/// The code of what is said of one that would release what is held, had it not ended.
pub const ENDED: &str = "approval-ended";
/// The code of what is said of one that is for nothing that is held.
pub const WITHOUT_MATCH: &str = "approval-without-match";

/// The one that is alive and releases just this set.
pub fn approval_of<'a>(approvals: &'a [Approval], held: &Digest, now: Timestamp) -> Option<&'a Approval> {
    approvals.iter().find(|it| alive(it, now) && it.held == *held)
}

/// What is to be said about those that release nothing.
///
/// One for something else does no harm and is only a note: it has done its work, or the set has changed since.
pub(super) fn notes(approvals: &[Approval], held: &[Digest], now: Timestamp) -> Vec<Diagnostic> {
    let note = |it: &Approval| {
        let (span, given) = (it.span.clone(), &it.held);
        // Of several for the same set, one that is alive is enough.
        let released = approval_of(approvals, given, now).is_some();
        match (held.contains(given), alive(it, now)) {
            (true, false) if !released && it.until <= now => Some(
                Diagnostic::warning(ENDED, span, "the approval of what is held has ended")
                    .help("if it is still meant, give it a later `until`"),
            ),
            (false, true) => {
                let message = format!("the approval `{given}` is for nothing that limits hold now");
                let note = Diagnostic::warning(WITHOUT_MATCH, span, message);
                Some(note.help("remove it once what it was for is done"))
            }
            (true | false, _) => None,
        }
    };
    approvals.iter().filter_map(note).collect()
}

fn alive(approval: &Approval, now: Timestamp) -> bool {
    now < approval.until && !approval.too_long(now)
}
