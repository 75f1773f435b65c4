//! Markdown for a comment under a pull or merge request, and for the summary of a job.
//!
//! One line says it all; then who loses what, whose role changes, who gets what, each by resource; then what is not done
//! and why. It fits where it is to stand: long tables are folded, and what still is too long is counted, never cut.

mod decision;
mod done;
mod escape;
mod left;
mod roles;
mod section;

use std::fmt::Write as _;

use self::escape::{code, prose};
use self::section::{Section, SectionRow, titles};
use super::dates::instant;
use super::rows::rows;
use super::uses::uses;
use super::words::{Markup, Words};
use super::{Counts, Detail, Failed, Naming, Shown, ShownPass, Stale, Verb, difference, seen};
use crate::diagnostic::{Diagnostic, Label, Severity, Span};
use crate::report::Failure;
use crate::snapshot::CHANGING;

/// Bytes that a comment may have: GitHub takes 65,536 characters. The rest is for a line of whoever posts it.
const COMMENT: usize = 65_000;
/// Bytes that the summary of a step may have: GitHub takes 1 MiB.
const JOB_SUMMARY: usize = 1_000_000;

/// More rows than this are folded, of what a reader has to see.
const OPEN: usize = 25;
/// The same, of what else there is.
const FEW: usize = 5;

/// What came of a call that was to do something, and could not.
const NOTHING_APPLIED: &str = "Nothing was applied";

/// What is said about duplicates.
const ONCE: &str = "The server held these more than once. Nobody's access changes.";

const MARKUP: Markup = Markup { name: code, prose };

fn words<'a>(naming: &'a Naming<'a>) -> Words<'a> {
    Words { naming, markup: MARKUP }
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
            let rows = rows(pass.decision, pass.compared(), words(pass.naming), Detail::Changes);
            let page = match pass.report {
                Some(report) => done::page(&pass, report, &rows),
                None => decision::page(&pass, &rows),
            };
            let page = roles::before(page, &pass);
            let page = Page { notes: view(&pass) + &page.notes, foot: foot(&pass), ..page };
            page.write(&marker(pass.verb, &pass.observation.server), room)
        }
        Shown::Invalid { verb, diagnostics, sources: _ } => {
            let (errors, other): (Vec<_>, Vec<_>) = diagnostics.iter().partition(|it| it.severity == Severity::Error);
            let rows = |of: Vec<&Diagnostic>| of.into_iter().map(item).collect();
            let sections = vec![problems(rows(errors)), warnings(rows(other))];
            let none = match verb {
                Verb::Plan => "No plan",
                Verb::Apply => NOTHING_APPLIED,
            };
            let title = format!("{none}: {}", titles(&sections).join(", "));
            Page { title, sections, ..Page::default() }.write(&marker(verb, ""), room)
        }
        Shown::Failed(Failed { verb, failure, stale }) => {
            let title = match verb {
                Verb::Plan => "No plan could be made",
                Verb::Apply => NOTHING_APPLIED,
            };
            let sections: Vec<_> = stale.iter().map(differences).collect();
            let title = [vec![title.to_owned()], titles(&sections)].concat().join(" · ");
            Page { title, notes: quote("", failure), sections, ..Page::default() }.write(&marker(verb, ""), room)
        }
    }
}

/// All of it, before it is known how much of it fits.
#[derive(Debug, Default)]
struct Page {
    /// It all in one line.
    title: String,
    /// What has to be known first.
    notes: String,
    sections: Vec<Section>,
    foot: String,
}

impl Page {
    fn write(self, marker: &str, room: usize) -> String {
        let Self { title, notes, sections, foot } = self;
        let mut out = format!("{marker}### {title}\n{notes}");
        let room = room.saturating_sub(out.len() + foot.len());
        section::write(&mut out, &title, &sections, room);
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
fn view(pass: &ShownPass<'_>) -> String {
    let mut out = String::new();
    if let Some(it) = pass.seen {
        let told = format!("**As {}.** {}", seen::words(it), seen::unknown(it));
        let _ = writeln!(out, "\n> {}", told.trim_end());
    }
    if let Some(lacks) = MARKUP.not_staff(pass.observation) {
        let _ = writeln!(out, "\n> **Not a staff token:** {lacks}.");
    }
    if let Some(left) = pass.observation.left_alone() {
        let _ = writeln!(out, "\n> {left}.");
    }
    if pass.decision.plan.changing {
        let _ = writeln!(out, "\n> **Observed while changing:** {CHANGING}. Look again.");
    }
    out
}

/// A failure in a box.
fn quote(title: &str, Failure { message, help }: &Failure) -> String {
    let help = help.as_ref().map_or(String::new(), |it| format!(" · {}", prose(it)));
    format!("\n> {title}{}{help}\n", prose(message))
}

/// What is as it should be, and what it was compared with.
fn foot(pass: &ShownPass<'_>) -> String {
    let counts = Counts { duplicates: 0, ..Counts::of(pass.decision) }.unchanged();
    let server = code(&pass.observation.server);
    format!("\n<sub>{counts} · {server} · {}</sub>\n", instant(pass.decision.plan.now))
}

/// What a saved plan says and a new one does not, or the other way round.
fn differences(Stale { differences, naming }: &Stale<'_>) -> Section {
    let rows = differences.iter();
    let rows = rows.map(|it| (it.binding, difference::words(it)));
    Section {
        what: ["difference from the plan", "differences from the plan"],
        columns: &["Resource", "Who", "Role", "What differs"],
        rows: SectionRow::sorted(rows, words(naming)),
        open: OPEN,
        ..Section::default()
    }
}

/// What is wrong with the files.
fn problems(rows: Vec<SectionRow>) -> Section {
    Section { what: ["problem to fix", "problems to fix"], rows, open: OPEN, ..Section::default() }
}

/// What else is worth knowing about the files.
fn warnings(rows: Vec<SectionRow>) -> Section {
    Section { what: ["warning", "warnings"], rows, open: FEW, ..Section::default() }
}

/// A finding in one line: where, what, and what to do about it.
fn item(diagnostic: &Diagnostic) -> SectionRow {
    let Diagnostic { message, primary, related, help, .. } = diagnostic;
    let place = |it: &Span| code(&it.to_string());
    let mut text = match uses(diagnostic, &place) {
        Some(uses) => format!("{} · {uses}", prose(message)),
        None => format!("{} {}", place(&primary.span), prose(message)),
    };
    for Label { span, text: label } in related {
        let _ = write!(text, " · {} {}", code(&span.to_string()), prose(label));
    }
    if let Some(help) = help {
        let _ = write!(text, " · {}", prose(help));
    }
    SectionRow::item(&text)
}
