//! The one glance: a colour, a sign, two words, and a sentence.

use std::fmt;

use jiff::Timestamp;

use super::facts::steps;
use super::html::Html;
use super::when::{Length, Relative};
use super::{Count, Tone};
use crate::daemon::{Activity, NotReady, Observed, SoFar, Status, Verdict};

/// What the page says first.
pub(super) struct Banner {
    pub(super) tone: Tone,
    pub(super) title: &'static str,
    lead: String,
}

impl Banner {
    pub(super) fn of(status: &Status, now: Timestamp) -> Self {
        if status.stopping() {
            let lead = match status.activity {
                Activity::Running { .. } => "What is in flight is finished first. Everything else stays as it is.",
                Activity::Waiting(_) | Activity::Stopping => "Access stays as it is.",
            };
            return Self { tone: Tone::Quiet, title: "Stopping", lead: lead.to_owned() };
        }
        if let (Err(NotReady::NoAnswer), Some(waits)) = (status.ready(now), status.waits()) {
            let (waited, known) = (Length(now.duration_since(waits.since)), LastGood { status, now });
            let lead = format!("The pass under way has waited for the server for {waited}, and goes on. {known}");
            return Self { tone: Tone::Bad, title: "No answer", lead };
        }
        let Some(last) = status.last() else {
            let lead = match (status.waits(), status.so_far()) {
                (Some(_), _) => "The first pass is under way, and waits for the server.".to_owned(),
                (None, SoFar { steps: 0, .. }) => "The first pass is under way.".to_owned(),
                (None, so_far) => format!("The first pass is under way: {}.", steps(so_far)),
            };
            return Self { tone: Tone::Quiet, title: "First check", lead };
        };
        if let (Err(NotReady::Stale), Some(good)) = (status.ready(now), status.last_good) {
            let lead = format!("The last good pass ended {}, longer ago than it should.", Relative { at: good, now });
            return Self { tone: Tone::Bad, title: "Out of date", lead };
        }
        let verdict = last.verdict;
        let lead = match &status.view {
            Some(view) if verdict == Verdict::NoChange => no_change(view, now),
            Some(view) if verdict.is_good() => with_view(verdict, view, status),
            _ => without_view(verdict, status, now),
        };
        Self { tone: Tone::of(verdict), title: title(verdict), lead }
    }

    pub(super) fn write(&self, html: &mut Html) {
        html.raw("<section class=\"banner ").raw(self.tone.class()).raw("\">\n");
        html.raw("<span class=\"sign\" aria-hidden=\"true\">").raw(self.tone.sign()).raw("</span>\n");
        html.raw("<div><h1>").raw(self.title).raw("</h1>\n<p>").prose(&self.lead).raw("</p></div>\n</section>\n");
    }
}

const fn title(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::InSync => "In sync",
        Verdict::NoChange => "No change",
        Verdict::Changed => "Changed, now in sync",
        Verdict::Held => "Held",
        Verdict::Unresolved => "Unresolved",
        Verdict::Incomplete => "Incomplete",
        Verdict::StaleList => "Stale list",
        Verdict::Broken => "Files broken",
        Verdict::Unreachable => "Server unreachable",
        Verdict::Unauthorized => "Token rejected",
        Verdict::Refused => "Refused: unsafe",
        Verdict::OtherApi => "Another API",
    }
}

/// After a pass that asked only whether something has changed.
fn no_change(view: &Observed, now: Timestamp) -> String {
    let found = Count(all(view), "binding", "bindings");
    format!(
        "The server shows no change since the full check {}, which found {found} in sync.",
        Relative { at: view.at, now }
    )
}

/// After a pass that went all the way.
fn with_view(verdict: Verdict, view: &Observed, status: &Status) -> String {
    let made = status.changes.front().filter(|(at, _)| *at == view.at).map_or(0, |(_, made)| made.count);
    match verdict {
        Verdict::Changed => format!("The last pass made {}. Access is as declared.", Count(made, "change", "changes")),
        Verdict::Held => match &*waiting(view) {
            "" => "Some steps are withheld. Everything else is as declared.".to_owned(),
            waiting => format!("{waiting}. Everything else is as declared."),
        },
        Verdict::Unresolved => {
            let problems = Count(view.unresolved.count, "problem", "problems");
            match &*waiting(view) {
                "" => format!("{problems} to fix. The rest is as declared."),
                waiting => format!("{problems} to fix, and {waiting}. The rest is as declared."),
            }
        }
        _ => format!("Access is as declared. {} found, and nothing to do.", Count(all(view), "binding", "bindings")),
    }
}

/// What is not done although it is declared, or the other way round.
fn waiting(view: &Observed) -> String {
    let held =
        (view.held.count > 0).then(|| Count(view.held.count, "removal is held", "removals are held").to_string());
    held.into_iter().chain(view.withheld.first.iter().cloned()).collect::<Vec<_>>().join(", ")
}

fn all(view: &Observed) -> usize {
    usize::try_from(view.in_sync).unwrap_or(usize::MAX)
}

/// After a pass that failed.
fn without_view(verdict: Verdict, status: &Status, now: Timestamp) -> String {
    let known = LastGood { status, now };
    match verdict {
        Verdict::Broken => format!("Nothing is changed until the files are fixed. {known}"),
        Verdict::Unreachable => {
            format!("Cannot read the server. Nothing was changed; retrying. {known}")
        }
        Verdict::Unauthorized => format!("Nothing can be read or changed until the token is replaced. {known}"),
        Verdict::Refused => format!("Nothing is changed until a person has looked. {known}"),
        Verdict::OtherApi => format!(
            "The server speaks another API than before. Nothing is changed until somebody asks for a pass (`POST /sync`, \
             SIGHUP or a restart). {known}"
        ),
        Verdict::StaleList => format!(
            "The server's list does not show links that exist (cache or replica in front?). They are not created again, \
             and removals go on. {known}"
        ),
        _ => format!("Some steps failed or got no answer, or links changed meanwhile. It is tried again. {known}"),
    }
}

/// What was so when all was well.
struct LastGood<'a> {
    status: &'a Status,
    now: Timestamp,
}

impl fmt::Display for LastGood<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status.last_good {
            Some(good) => write!(f, "The last good pass ended {}.", Relative { at: good, now: self.now }),
            None => f.write_str("No pass has gone well since the start."),
        }
    }
}
