//! What a pass did.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::escape::prose;
use super::left::{by_the_way, open_ends};
use super::section::{Section, SectionRow, titles};
use super::{MARKUP, ONCE, OPEN, Page, quote, words};
use crate::binding::Binding;
use crate::plan::Why;
use crate::render::rows;
use crate::render::{Naming, ShownPass, summary};
use crate::report::{After, Failure, Outcome, Report, Step, Stop};

/// What was done about a plan, and what was not.
pub(super) fn page(pass: &ShownPass<'_>, report: &Report, rows: &[rows::Row<'_>]) -> Page {
    let done = done(report, pass.naming);
    let steps = titles(&done);
    let steps = if steps.is_empty() { "nothing to do".to_owned() } else { steps.join(", ") };
    let converged = match &report.after {
        After::Untouched => "",
        _ if report.converged() => " · converged",
        _ => " · not converged",
    };
    let sections = done.into_iter().chain(open_ends(pass, rows)).chain(by_the_way(pass, rows)).collect();
    Page { title: format!("Applied: {steps}{converged}"), notes: notes(report), sections, ..Page::default() }
}

/// Why it ended early, and what was seen afterwards.
fn notes(report: &Report) -> String {
    let mut out = match &report.stopped {
        Some(Stop::Interrupted) => {
            "\n> **Interrupted:** what was in flight is finished, the rest was not sent.\n".to_owned()
        }
        Some(Stop::Unauthorized(failure) | Stop::Blind(failure) | Stop::Down(failure) | Stop::StaleList(failure)) => {
            quote("**Stopped:** ", failure)
        }
        None => String::new(),
    };
    match &report.after {
        After::Unread(failure) => out += &quote("**What was touched could not be read again:** ", failure),
        After::Decision(decision) if !report.converged() => {
            let _ = writeln!(out, "\n> **Not converged:** read again, it is now: {}", summary(decision));
        }
        After::Untouched | After::Decision(_) => {}
    }
    out
}

/// What went wrong first, then what was taken, then what was given.
fn done(report: &Report, naming: &Naming<'_>) -> [Section; 7] {
    let [mut failed, mut unknown, mut unsent, mut removed, mut duplicates, mut created, mut ends] =
        [const { Vec::new() }; 7];
    let undone = report.steps.iter().filter(|(_, outcome)| !outcome.is_done());
    let undone: BTreeSet<_> = undone.map(|(step, _)| step.binding()).collect();
    for (step, outcome) in &report.steps {
        let binding = step.binding();
        let duplicate = matches!(step, Step::Remove(removal) if removal.why == Why::Duplicate);
        let (list, word) = match outcome {
            Outcome::Failed(failure) => (&mut failed, told(step, failure)),
            Outcome::Unknown(failure) => (&mut unknown, told(step, failure)),
            Outcome::Held(hold) => (&mut unsent, format!("{} · held: {}", verb(step), MARKUP.hold(hold))),
            Outcome::Unsent => (&mut unsent, format!("{} · not sent", verb(step))),
            Outcome::Removed if duplicate => (&mut duplicates, "removed".to_owned()),
            Outcome::AlreadyGone if duplicate => (&mut duplicates, "was gone already".to_owned()),
            // Of a binding with several rows all have to go.
            Outcome::Removed | Outcome::AlreadyGone if undone.contains(&binding) => continue,
            Outcome::Removed => (&mut removed, asked(step)),
            Outcome::AlreadyGone => (&mut removed, asked(step) + " · was gone already"),
            Outcome::EndSet => (&mut ends, asked(step)),
            Outcome::Created(_) => (&mut created, asked(step)),
            Outcome::Adopted(_) => (&mut created, asked(step) + " · the answer was lost, and it is there"),
        };
        list.push((binding, word));
    }
    removed.dedup_by_key(|(binding, _)| *binding);
    let section = |what, columns, rows: Vec<(Binding, String)>| {
        let rows = SectionRow::sorted(rows.into_iter(), words(naming));
        Section { what, columns, rows, open: OPEN, ..Section::default() }
    };
    [
        section(["step failed", "steps failed"], &["Resource", "Who", "Role", "What happened"], failed),
        section(["step unknown", "steps unknown"], &["Resource", "Who", "Role", "What happened"], unknown),
        section(["step not sent", "steps not sent"], &["Resource", "Who", "Role", "Step"], unsent),
        section(["grant removed", "grants removed"], &["Resource", "Who", "Lost", "Why"], removed),
        section(["grant added", "grants added"], &["Resource", "Who", "Got", "Asked for by"], created),
        section(["end changed", "ends changed"], &["Resource", "Who", "Role", "End"], ends),
        Section {
            intro: ONCE.to_owned(),
            open: 0,
            ..section(
                ["duplicate row removed", "duplicate rows removed"],
                &["Resource", "Who", "Role", "What happened"],
                duplicates,
            )
        },
    ]
}

fn told(step: &Step, Failure { message, help }: &Failure) -> String {
    let help = help.as_ref().map_or(String::new(), |it| format!(" · {}", prose(it)));
    format!("{} · {}{help}", verb(step), prose(message))
}

fn verb(step: &Step) -> &'static str {
    match step {
        Step::Create(_) => "add",
        Step::Lengthen(_) | Step::Shorten(_) => "change the end",
        Step::Remove(_) => "remove",
    }
}

fn asked(step: &Step) -> String {
    match step {
        Step::Create(creation) => MARKUP.created(creation),
        Step::Lengthen(_) | Step::Shorten(_) => step.end_change().map_or(String::new(), |it| MARKUP.end_change(it)),
        Step::Remove(removal) => MARKUP.why(removal),
    }
}
