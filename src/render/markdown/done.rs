//! What a pass did.

use std::collections::BTreeSet;

use super::alerts::Alerts;
use super::entries::{Entry, lines};
use super::escape::prose;
use super::section::{Fold, Section};
use super::{Page, held, markup, notes, problems, risks, told, words};
use crate::binding::Binding;
use crate::render::words::Markup;
use crate::render::{ShownPass, counted, report, rows, summary};
use crate::report::{After, Outcome, Report, Step, Stop};

/// What was done about a plan, and what was not.
pub(super) fn page(pass: &ShownPass<'_>, done: &Report, rows: &[rows::Row<'_>]) -> Page {
    let converged = match &done.after {
        After::Untouched => "",
        _ if done.converged() => " · converged",
        _ => " · not converged",
    };
    let title = format!("{}{converged}", report::counts(done));
    let mut alerts = Alerts::default();
    alerts.caution.extend(stopped(done));
    let [failed, unknown, unsent, changed] = steps(pass, done);
    for it in [&failed, &unknown].into_iter().filter(|it| !it.lines.is_empty()) {
        alerts.caution.push(format!("**{}**, listed below", it.title));
    }
    notes(&mut alerts, pass);
    let broken = problems::tell(&mut alerts, problems::of_pass(pass));
    let held = held::held(&mut alerts, pass, rows);
    let withheld = held::withheld(&mut alerts, pass, rows);
    let warnings = problems::warnings(pass.decision.plan.warnings.iter(), markup(pass.forge));
    let left = [held, withheld, held::skipped(pass, rows), held::kept(pass, rows), risks::accepted(pass), warnings];
    let sections = [broken, failed, unknown, unsent, changed].into_iter().chain(left).collect();
    Page { title, alerts, sections, ..Page::default() }
}

/// Why it ended early, and what was seen afterwards.
fn stopped(report: &Report) -> Vec<String> {
    let stopped = report.stopped.as_ref().map(|it| match it {
        Stop::Interrupted => "**Interrupted:** what was in flight is finished, the rest was not sent".to_owned(),
        Stop::Unauthorized(failure) | Stop::Blind(failure) | Stop::Down(failure) | Stop::StaleList(failure) => {
            format!("**Stopped:** {}", told(failure))
        }
    });
    let after = match &report.after {
        After::Unread(failure) => Some(format!("**What was touched could not be read again:** {}", told(failure))),
        After::Decision(decision) if !report.converged() => {
            Some(format!("**Not converged:** read again, it is now: {}", prose(&summary(decision))))
        }
        After::Untouched | After::Decision(_) => None,
    };
    stopped.into_iter().chain(after).collect()
}

/// What went wrong first, then what was done.
fn steps(pass: &ShownPass<'_>, report: &Report) -> [Section; 4] {
    let markup = markup(pass.forge);
    let [mut failed, mut unknown, mut unsent, mut changed] = [const { Vec::new() }; 4];
    let undone = report.steps.iter().filter(|(_, outcome)| !outcome.is_done());
    let undone: BTreeSet<_> = undone.map(|(step, _)| step.binding()).collect();
    for (step, outcome) in &report.steps {
        let (list, note) = match outcome {
            Outcome::Failed(failure) => (&mut failed, told(failure)),
            Outcome::Unknown(failure) => (&mut unknown, told(failure)),
            Outcome::Held(hold) => (&mut unsent, format!("held: {}", markup.hold(hold))),
            Outcome::Unsent => (&mut unsent, "not sent".to_owned()),
            // Of a grant with several rows all have to go.
            Outcome::Removed | Outcome::AlreadyGone if undone.contains(&step.binding()) => {
                (&mut changed, "one row of several, access stays".to_owned())
            }
            Outcome::Removed | Outcome::EndSet | Outcome::Created(_) => (&mut changed, asked(step, markup)),
            Outcome::AlreadyGone => (&mut changed, asked(step, markup) + " · was gone already"),
            Outcome::Adopted(_) => (&mut changed, asked(step, markup) + " · the answer was lost, and it is there"),
        };
        list.push((step.binding(), sign(step), note));
    }
    let section = |what, rows: Vec<(Binding, &'static str, String)>| Section {
        title: counted(rows.len(), what),
        lines: lines(&entries(pass, &rows), pass.naming),
        fold: Fold::CHANGES,
        ..Section::default()
    };
    [
        section(["step failed", "steps failed"], failed),
        section(["step unknown", "steps unknown"], unknown),
        section(["step not sent", "steps not sent"], unsent),
        section(["step done", "steps done"], changed),
    ]
}

/// Those of one kind together: what was taken before what was given.
fn entries(pass: &ShownPass<'_>, rows: &[(Binding, &'static str, String)]) -> Vec<Entry> {
    let of = |wanted: &str| {
        let rows =
            rows.iter().filter(|(_, sign, _)| *sign == wanted).map(|(binding, _, note)| (*binding, note.clone()));
        let entries = Entry::sorted(rows, words(pass.naming, pass.forge)).into_iter();
        entries.map(|it| Entry { what: format!("**{wanted}** {}", it.what), ..it }).collect::<Vec<_>>()
    };
    let naming = pass.naming;
    let mut entries: Vec<_> = ["−", "+", "~"].into_iter().flat_map(of).collect();
    entries.sort_by_cached_key(|it| (naming.offering(it.resource), naming.resource(it.resource), it.resource));
    entries
}

fn sign(step: &Step) -> &'static str {
    match step {
        Step::Create(_) => "+",
        Step::Lengthen(_) | Step::Shorten(_) => "~",
        Step::Remove(_) => "−",
    }
}

fn asked(step: &Step, markup: Markup<'_>) -> String {
    match step {
        Step::Create(creation) => markup.created(creation),
        Step::Lengthen(_) | Step::Shorten(_) => step.end_change().map_or(String::new(), |it| markup.end_change(it)),
        Step::Remove(removal) => markup.why(removal),
    }
}
