//! Markdown for a comment under a pull or merge request, and for the summary of a job.
//!
//! One line says it all. Then two boxes hold what nobody may miss, however much there is: risks, problems, and what is
//! held. Then who gets and loses what, by resource. It fits where it is to be posted: long lists are folded, and what is
//! still too long is counted, never cut.

mod alerts;
mod decision;
mod done;
mod entries;
pub(super) mod escape;
mod held;
mod problems;
mod risks;
mod roles;
mod section;

use std::fmt::Write as _;

use self::alerts::Alerts;
use self::entries::Entry;
use self::escape::{code, prose};
use self::section::{Fold, Section};
use super::dates::instant;
use super::rows::rows;
use super::words::{Markup, Words};
use super::{Counts, Detail, Failed, Forge, Naming, Shown, ShownPass, Stale, Verb, counted, difference, seen};
use crate::diagnostic::{Diagnostic, Severity};
use crate::report::Failure;
use crate::snapshot::CHANGING;

/// Bytes that a comment may have: GitHub takes 65,536 characters. The rest is for a line of whoever posts it.
const COMMENT: usize = 65_000;
/// Bytes that the summary of a step may have: GitHub takes 1 MiB.
const JOB_SUMMARY: usize = 1_000_000;

/// What came of a call that was to do something, and could not.
const NOTHING_APPLIED: &str = "Nothing was applied";

/// How names, sentences and places are written; places lead to their lines where it is known where those can be seen.
fn markup(forge: Option<&Forge>) -> Markup<'_> {
    Markup { name: code, prose, link: |place, address| format!("[{place}]({address})"), forge }
}

fn words<'a>(naming: &'a Naming<'a>, forge: Option<&'a Forge>) -> Words<'a> {
    Words { naming, markup: markup(forge) }
}

/// Everything, for a comment.
pub(super) fn render(shown: &Shown<'_>) -> String {
    page(shown, COMMENT)
}

/// Everything, for the summary of a job of GitHub Actions: what is to be appended to the file `$GITHUB_STEP_SUMMARY`.
pub fn job_summary(shown: &Shown<'_>) -> String {
    page(shown, JOB_SUMMARY)
}

/// Everything, in at most so many bytes.
fn page(shown: &Shown<'_>, room: usize) -> String {
    match *shown {
        Shown::Pass(pass) => {
            let rows = rows(pass.decision, pass.compared(), words(pass.naming, pass.forge), Detail::Changes);
            let page = match pass.report {
                Some(report) => done::page(&pass, report, &rows),
                None => decision::page(&pass, &rows),
            };
            let page = roles::before(page, &pass);
            Page { foot: foot(&pass), ..page }.write(&marker(pass.verb, &pass.observation.server), room)
        }
        Shown::Invalid { verb, diagnostics, sources: _, forge } => {
            invalid(verb, diagnostics, forge).write(&marker(verb, ""), room)
        }
        Shown::Failed(Failed { verb, failure, stale }) => {
            let title = match verb {
                Verb::Plan => "No plan could be made",
                Verb::Apply => NOTHING_APPLIED,
            };
            let alerts = Alerts { caution: vec![told(failure)], ..Alerts::default() };
            let sections: Vec<_> = stale.iter().map(differences).collect();
            let parts = std::iter::once(title).chain(sections.iter().map(|it| &*it.title));
            Page { title: parts.collect::<Vec<_>>().join(" · "), alerts, sections, ..Page::default() }
                .write(&marker(verb, ""), room)
        }
    }
}

/// Files that cannot be used.
fn invalid(verb: Verb, diagnostics: &[Diagnostic], forge: Option<&Forge>) -> Page {
    let (errors, other): (Vec<_>, Vec<_>) = diagnostics.iter().partition(|it| it.severity == Severity::Error);
    let none = match verb {
        Verb::Plan => "No plan",
        Verb::Apply => NOTHING_APPLIED,
    };
    let title = format!("{none}: {}", counted(errors.len(), ["problem to fix", "problems to fix"]));
    let mut alerts = Alerts::default();
    let more = problems::tell(&mut alerts, errors.into_iter().map(|it| problems::finding(it, markup(forge))).collect());
    // Without files nothing else is known.
    alerts.caution = std::mem::take(&mut alerts.warning);
    Page {
        title,
        alerts,
        sections: vec![more, problems::warnings(other.into_iter(), markup(forge))],
        ..Page::default()
    }
}

/// All of it, before it is known how much of it fits.
#[derive(Debug, Default)]
struct Page {
    /// It all in one line.
    title: String,
    /// What else it comes to; may be empty.
    more: String,
    alerts: Alerts,
    sections: Vec<Section>,
    foot: String,
}

impl Page {
    fn write(self, marker: &str, room: usize) -> String {
        let Self { title, more, alerts, sections, foot } = self;
        let mut out = format!("{marker}### {title}\n");
        if !more.is_empty() {
            let _ = writeln!(out, "\n{more}");
        }
        out.push_str(&alerts.text(room / 2));
        let room = room.saturating_sub(out.len() + foot.len());
        section::write(&mut out, &sections, room);
        out + &foot
    }
}

/// By which whoever posts it finds an earlier comment, to update it: the one of theirs that begins with
/// `<!-- grantsync:plan`.
fn marker(verb: Verb, server: &str) -> String {
    let verb = match verb {
        Verb::Plan => "plan",
        Verb::Apply => "apply",
    };
    let mut safe = String::new();
    for it in server.chars().filter(char::is_ascii_graphic) {
        match it {
            '<' | '>' => {}
            '-' if safe.ends_with('-') => safe.push_str("%2D"),
            other => safe.push(other),
        }
    }
    let space = if safe.is_empty() { "" } else { " " };
    format!("<!-- grantsync:{verb}{space}{safe} -->\n")
}

/// What has to be known about how it was seen.
fn notes(alerts: &mut Alerts, pass: &ShownPass<'_>) {
    if let Some(lacks) = markup(None).not_staff(pass.observation) {
        alerts.warning.push(format!("**Not a staff token:** {lacks}"));
    }
    if pass.decision.plan.changing {
        alerts.warning.push(format!("**Observed while changing:** {CHANGING}. Look again"));
    }
    if let Some(unknown) = pass.seen.map(seen::unknown).filter(|it| !it.is_empty()) {
        alerts.warning.push(unknown.to_owned());
    }
}

/// A failure in one line.
fn told(Failure { message, help }: &Failure) -> String {
    let help = help.as_ref().map_or(String::new(), |it| format!(" · {}", prose(it)));
    format!("{}{help}", prose(message))
}

/// What is as it should be, what it was compared with, and when that was seen.
fn foot(pass: &ShownPass<'_>) -> String {
    let counts = Counts { duplicates: 0, ..Counts::of(pass.decision) }.unchanged();
    let left = pass.observation.left_alone().map_or(String::new(), |it| format!(" · {it}"));
    let seen = pass.seen.map_or(String::new(), |it| format!(" · as {}", seen::words(it)));
    let server = code(&pass.observation.server);
    format!("\n<sub>{counts}{left} · {server} · {}{seen}</sub>\n", instant(pass.decision.plan.now))
}

/// What a saved plan says and a new one does not, or the other way round.
fn differences(Stale { differences, naming }: &Stale<'_>) -> Section {
    let rows = differences.iter().map(|it| (it.binding, difference::words(it)));
    let entries = Entry::sorted(rows, words(naming, None));
    Section {
        title: counted(differences.len(), ["difference from the plan", "differences from the plan"]),
        lines: entries::lines(&entries, naming),
        fold: Fold::CHANGES,
        ..Section::default()
    }
}
