//! The last pass, the next one, and what it works from.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::html::Html;
use super::when::{Absolute, Length};
use super::{Count, Tone};
use crate::daemon::{Activity, Past, SoFar, Status, TokenState, Trigger};

/// Digits of a commit that are shown.
const COMMIT: usize = 10;

pub(super) fn facts(html: &mut Html, status: &Status, now: Timestamp) {
    html.raw("<dl class=\"facts\">\n");
    fact(html, "Last pass", |html| last(html, status, now));
    fact(html, "Next pass", |html| next(html, status, now));
    fact(html, "Files", |html| files(html, status));
    fact(html, "Token", |html| token(html, status));
    if let Some(why) = status.view.as_ref().and_then(|it| it.uncounted.as_ref()) {
        fact(html, "Removals of 24 hours", |html| {
            html.raw("the count starts at zero<small>").prose(why).raw("</small>");
        });
    }
    html.raw("</dl>\n");
    history(html, status);
}

fn fact(html: &mut Html, name: &'static str, value: impl FnOnce(&mut Html)) {
    html.raw("<div><dt>").raw(name).raw("</dt>\n<dd>").add(value).raw("</dd></div>\n");
}

fn last(html: &mut Html, status: &Status, now: Timestamp) {
    let Some(Past { began, took, asked, verdict: _ }) = status.last() else {
        html.raw("none yet");
        return;
    };
    html.ago(*began + *took, now).raw("<small>took ").text(Length::of(*took));
    html.raw(", asked by ").add(|html| who(html, asked)).raw("</small>");
}

fn next(html: &mut Html, status: &Status, now: Timestamp) {
    match &status.activity {
        Activity::Running { asked, since, waits: _, so_far } => {
            html.raw("running now<small>began ").ago(*since, now).raw(", asked by ");
            html.add(|html| who(html, asked));
            if so_far.steps > 0 {
                html.raw("; ").text(steps(*so_far));
            }
            html.raw("</small>");
        }
        Activity::Waiting(due) if due.trigger == Trigger::Start => {
            html.raw("at once");
        }
        Activity::Waiting(due) => {
            html.ago(due.at.max(now + SignedDuration::from_secs(1)), now).raw("<small>").raw(why(due.trigger));
            html.raw(if due.gated { "" } else { ", or sooner if something changes" }).raw("</small>");
        }
        Activity::Stopping => {
            html.raw("none");
        }
    }
}

/// `37 steps so far`.
pub(super) fn steps(so_far: SoFar) -> String {
    let steps = usize::try_from(so_far.steps).unwrap_or(usize::MAX);
    format!("{} so far", Count(steps, "step", "steps"))
}

/// Why there will be a pass at that time.
const fn why(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Retry => "another try",
        Trigger::Life => "a line begins or ends",
        _ => "by the schedule",
    }
}

fn who(html: &mut Html, asked: &BTreeSet<Trigger>) {
    for (at, trigger) in asked.iter().enumerate() {
        html.raw(if at == 0 { "" } else { ", " }).text(trigger);
    }
}

fn files(html: &mut Html, status: &Status) {
    if let Some(revision) = &status.revision {
        let (id, beside) = revision.split_at(revision.find(',').unwrap_or(revision.len()));
        html.raw("<code>").name(id.chars().take(COMMIT).collect::<String>()).raw("</code>").text(beside);
    } else {
        html.raw(match status.last() {
            None if !status.so_far().files_read => "not read yet",
            Some(_) if status.broken.count > 0 => "broken",
            _ => "valid",
        });
    }
    html.raw("<small>");
    for (at, file) in status.about.files.iter().enumerate() {
        html.raw(if at == 0 { "" } else { ", " }).path(file);
    }
    html.raw("</small>");
}

fn token(html: &mut Html, status: &Status) {
    html.raw(match status.token {
        TokenState::Untried if status.so_far().answered => "accepted",
        TokenState::Untried => "not tried yet",
        TokenState::Accepted => "accepted",
        TokenState::Rejected => "<strong>rejected</strong>",
    });
    if let Some(problem) = &status.token_problem {
        html.raw("<small><strong>the last one stays in use</strong>: ").prose(problem).raw("</small>");
    }
    if let Some(lifetime) = status.view.as_ref().and_then(|it| it.token_lifetime) {
        html.raw("<small>ends when unused for ").text(Length::of(lifetime));
        html.raw(if status.token_too_short() { ", which is less than passes are apart" } else { "" }).raw("</small>");
    }
}

/// One small mark a pass, the latest on the right.
fn history(html: &mut Html, status: &Status) {
    let good = status.history.iter().filter(|it| it.verdict.is_good()).count();
    let all = status.history.len();
    if all == 0 {
        return;
    }
    let last = if status.totals.finished() > all as u64 { "last " } else { "" };
    html.raw("<div class=\"history\"><small>").raw(last).text(Count(all, "pass", "passes"));
    html.raw("</small><div role=\"img\" aria-label=\"").text(good).raw(" of them went well\">");
    for Past { verdict, began, asked: _, took: _ } in &status.history {
        html.raw("<i class=\"").raw(Tone::of(*verdict).class()).raw("\" title=\"");
        html.text(Absolute(*began)).raw(": ").text(verdict).raw("\"></i>");
    }
    html.raw("</div></div>\n");
}
