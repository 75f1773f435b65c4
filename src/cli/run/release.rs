//! How what is held is let go: lines for a file, and a command.

use std::path::Path;

use super::pass::Agent;
use crate::daemon::Release;
use crate::desired::Desired;
use crate::plan::Plan;
use crate::policy::{self, Asks, Digest, Limited};
use crate::reconcile::Request;
use crate::render;
use crate::saved::Asked;

/// Ready to paste: what to write, reviewed, and what to type. `plan` is that of the pass.
pub(super) fn release(
    digest: &Digest,
    plan: &Plan,
    desired: &Desired,
    request: &Request<'_>,
    agent: &Agent,
) -> Release {
    Release {
        lines: render::approval(digest, plan.now),
        command: by_hand(plan, desired, request, agent),
        exactly: held(plan, desired, request, 0).is_some_and(|it| it.digest == *digest),
    }
}

/// The command that does at once all that is due. It knows nothing of other passes, so that what only the count of a day
/// holds needs no approval there; it asks before it writes.
pub(super) fn by_hand(plan: &Plan, desired: &Desired, request: &Request<'_>, agent: &Agent) -> String {
    let Asked { mode: _, max_removals, max_removal_percent, only, approve: _ } = &agent.asked;
    let mut words = vec!["grantsync apply".to_owned()];
    words.extend(agent.files.iter().map(|it| format!("-f {}", quoted(it))));
    words.extend(max_removals.map(|it| format!("--max-removals {it}")));
    words.extend(max_removal_percent.map(|it| format!("--max-removal-percent {it}")));
    words.extend(only.iter().map(|it| format!("--only {}", quoted(Path::new(it)))));
    words.extend(held(plan, desired, request, 0).map(|Limited { digest, .. }| format!("--approve {digest}")));
    words.join(" ")
}

/// How many removals may have gone in the last 24 hours for what is held to have room, if it is only their count that
/// holds it.
pub(super) fn room_for(plan: &Plan, desired: &Desired, request: &Request<'_>) -> Option<u32> {
    let holds = |lately| held(plan, desired, request, lately).is_some();
    let (mut fits, mut over) = (0, request.removed_lately);
    if over == 0 || holds(fits) {
        return None;
    }
    while over - fits > 1 {
        let middle = fits.midpoint(over);
        if holds(middle) {
            over = middle;
        } else {
            fits = middle;
        }
    }
    Some(fits)
}

/// What limits would hold if nothing was approved and so many had gone in the last 24 hours.
fn held(plan: &Plan, desired: &Desired, request: &Request<'_>, removed_lately: u32) -> Option<Limited> {
    let asks = Asks { limits: request.limits.over(desired.limits), removed_lately, ..Asks::default() };
    policy::approve(plan.clone(), &asks).ok()?.limited
}

/// As a shell reads it.
fn quoted(word: &Path) -> String {
    let word = word.display().to_string();
    let plain = |it: char| it.is_ascii_alphanumeric() || "/._-+=:@,".contains(it);
    if word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
