//! How what is held is let go: lines for a file, and a command.

use std::path::Path;

use super::agent::Agent;
use crate::daemon::Release;
use crate::policy::{self, Digest, Limited, PolicyInput, Set};
use crate::reconcile::{PassRequest, View, unapproved};
use crate::render;
use crate::saved::PlanOptions;

/// Ready to paste: what to write, reviewed, and what to type. The view is that of the pass.
pub(super) fn release(limited: &Limited, view: &View, request: &PassRequest<'_>, agent: &Agent) -> Release {
    let held = by_itself(view, request);
    let same = held.iter().find(|it| it.set == limited.set).or(held.first());
    Release {
        lines: render::approval(&limited.digest, view.plan.now),
        command: command(agent, same.map(|it| &it.digest)),
        exactly: same.is_some_and(|it| it.digest == limited.digest),
    }
}

/// The command that does at once all that is due. It knows nothing of other passes, so that what only the count of a day
/// holds needs no approval there; it asks before it writes.
pub(super) fn by_hand(view: &View, request: &PassRequest<'_>, agent: &Agent) -> String {
    command(agent, by_itself(view, request).first().map(|it| &it.digest))
}

fn command(agent: &Agent, approve: Option<&Digest>) -> String {
    let PlanOptions { mode: _, max_removals, max_removal_percent, max_creations, only, approve: _ } = &agent.asked;
    let mut words = vec!["grantsync apply".to_owned()];
    words.extend(agent.files.iter().map(|it| format!("-f {}", quoted(it))));
    words.extend(max_removals.map(|it| format!("--max-removals {it}")));
    words.extend(max_removal_percent.map(|it| format!("--max-removal-percent {it}")));
    words.extend(max_creations.map(|it| format!("--max-creations {it}")));
    words.extend(only.iter().map(|it| format!("--only {}", quoted(Path::new(it)))));
    words.extend(approve.map(|it| format!("--approve {it}")));
    words.join(" ")
}

/// How many removals may have gone in the last 24 hours for a held set to have room, if it is only their count that
/// holds it. When those of the server's log stop counting is not known well enough to promise room, and of what ended long
/// ago somebody should look at the dates.
pub(super) fn room_for(set: Set, view: &View, request: &PassRequest<'_>) -> Option<u32> {
    let unapproved = unapproved(view, request);
    let holds = |lately| {
        let input = PolicyInput { removed_lately: lately, ..unapproved.clone() };
        held(view, &input).iter().any(|it| it.set == set)
    };
    let (mut fits, mut over) = (0, request.removed_lately);
    if set != Set::Removals || unapproved.removed_before > 0 || over == 0 || holds(fits) {
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

/// What limits would hold of a pass by hand, which knows of no other passes.
fn by_itself(view: &View, request: &PassRequest<'_>) -> Vec<Limited> {
    held(view, &PolicyInput { limits: request.limits.over(view.desired.limits), ..PolicyInput::default() })
}

fn held(view: &View, input: &PolicyInput) -> Vec<Limited> {
    policy::approve(view.plan.clone(), input).map(|it| it.limited).unwrap_or_default()
}

/// As a shell reads it.
fn quoted(word: &Path) -> String {
    let word = word.display().to_string();
    let plain = |it: char| it.is_ascii_alphanumeric() || "/._-+=:@,".contains(it);
    if word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
