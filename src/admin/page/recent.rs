//! What changed lately and why, and what begins and ends soon.

use jiff::Timestamp;

use super::facts::steps;
use super::html::Html;
use super::when::Absolute;
use super::{Count, Grouped, listed, section};
use crate::daemon::{Action, Listed, PassStep, SoFar, Status, StepResult};

/// Changes of one pass that are shown before the rest is folded.
const OPEN: usize = 8;

pub(super) fn recent(html: &mut Html, status: &Status, now: Timestamp) {
    section(html, "What changed lately", |html| {
        if status.changes.is_empty() {
            match status.so_far() {
                SoFar { steps: 0, .. } => html.raw("<p>Nothing since the start, ").ago(status.started, now),
                so_far => html.raw("<p>The pass under way tells what it does when it is over: ").text(steps(so_far)),
            };
            html.raw(".</p>\n");
        }
        changes(html, status, now);
    });
    if let Some(view) = status.view.as_ref().filter(|it| it.beginning.count > 0) {
        section(html, "What begins soon", |html| {
            listed(html, &view.beginning, |html, grant| {
                html.name(&grant.what.named).raw("<small>begins ").ago(grant.from, now).raw(", at ");
                html.text(Absolute(grant.from)).raw("</small>");
            });
        });
    }
    if let Some(view) = status.view.as_ref().filter(|it| it.expiring.count > 0) {
        section(html, "What ends soon", |html| {
            listed(html, &view.expiring, |html, grant| {
                html.name(&grant.what.named).raw("<small>gone ").ago(grant.until, now).raw(", from ");
                html.text(Absolute(grant.until)).raw("</small>");
            });
        });
    }
}

/// Grouped by the pass that made them.
fn changes(html: &mut Html, status: &Status, now: Timestamp) {
    for (at, Listed { first, count }) in &status.changes {
        html.raw("<h3>").text(Absolute(*at)).raw(" · ").ago(*at, now).raw("</h3>\n");
        // Two more are no reason to fold.
        let (open, folded) = first.split_at(if first.len() > OPEN + 2 { OPEN } else { first.len() });
        list(html, open);
        if !folded.is_empty() {
            html.raw("<details><summary>").text(Grouped(folded.len())).raw(" more</summary>\n");
            list(html, folded);
            html.raw("</details>\n");
        }
        if *count > first.len() {
            let left_out = Count(count - first.len(), "change", "changes");
            html.raw("<p class=\"note\">and ").text(left_out).raw(" that only the log tells, by ids</p>\n");
        }
    }
}

fn list(html: &mut Html, changes: &[PassStep]) {
    html.raw("<ul class=\"changes\">\n");
    for change in changes {
        one(html, change);
    }
    html.raw("</ul>\n");
}

fn one(html: &mut Html, PassStep { action, became, what, why }: &PassStep) {
    let (class, sign, word) = match action {
        Action::Create => ("create", "+", "created"),
        Action::Remove => ("remove", "−", "removed"),
        Action::SetEnd => ("create", "~", "end changed"),
    };
    let (class, word) = match became {
        StepResult::Done => (class, word),
        StepResult::Failed => ("undone", "failed"),
        StepResult::Unknown => ("undone", "no answer"),
        StepResult::Held => ("waits", "held"),
        StepResult::Unsent => ("waits", "not sent"),
    };
    html.raw("<li class=\"").raw(class).raw("\"><span class=\"sign\" aria-hidden=\"true\">").raw(sign).raw("</span>");
    html.raw("<span>")
        .name(&what.named)
        .raw("<em>")
        .raw(word)
        .raw("</em><small>")
        .prose(why)
        .raw("</small></span></li>\n");
}
