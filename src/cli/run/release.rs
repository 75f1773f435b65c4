//! How what limits hold is let go: lines for a file, and a command.

use std::path::Path;

use super::pass::Agent;
use crate::desired::Desired;
use crate::plan::Plan;
use crate::policy::{self, Asks, Digest, Limited};
use crate::reconcile::Request;
use crate::render;
use crate::saved::Asked;

/// Ready to paste: what to write, reviewed, and what to type. `plan` is that of the pass.
pub(super) fn release(digest: &Digest, plan: &Plan, desired: &Desired, request: &Request<'_>, agent: &Agent) -> String {
    format!(
        "# in one of the files, or below `approvals:` if it is there, reviewed like every change:\n{}\n\n# or by hand:\n{}",
        render::approval(digest, plan.now),
        by_hand(plan, desired, request, agent)
    )
}

/// The command that does the same at once. It knows nothing of other passes, so that what only the count of a day holds
/// needs no approval there; it asks before it writes.
fn by_hand(plan: &Plan, desired: &Desired, request: &Request<'_>, agent: &Agent) -> String {
    let asks = Asks { limits: request.limits.over(desired.limits), ..Asks::default() };
    let held = policy::approve(plan.clone(), &asks).ok().and_then(|it| it.limited);
    let Asked { mode: _, max_removals, max_removal_percent, only, approve: _ } = &agent.asked;
    let mut words = vec!["grantsync apply".to_owned()];
    words.extend(agent.files.iter().map(|it| format!("-f {}", quoted(it))));
    words.extend(max_removals.map(|it| format!("--max-removals {it}")));
    words.extend(max_removal_percent.map(|it| format!("--max-removal-percent {it}")));
    words.extend(only.iter().map(|it| format!("--only {}", quoted(Path::new(it)))));
    words.extend(held.map(|Limited { digest, .. }| format!("--approve {digest}")));
    words.join(" ")
}

/// As a shell reads it.
fn quoted(word: &Path) -> String {
    let word = word.display().to_string();
    let plain = |it: char| it.is_ascii_alphanumeric() || "/._-+=:@,".contains(it);
    if word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
