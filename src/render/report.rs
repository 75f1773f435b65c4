//! What a pass did, as text for a terminal.

use std::fmt::Write as _;

use super::dates::end_change;
use super::plan::summary;
use super::prose::prose;
use super::style::{CHANGE, CREATE, HOLD, QUIET, REMOVE, STRONG, styled};
use super::{Naming, counted, grouped, visible};
use crate::report::{After, Failure, Outcome, Report, Step, Stop};

/// One step and what became of it, in one line.
pub fn step(step: &Step, outcome: &Outcome, naming: &Naming<'_>) -> String {
    let (sign, style, binding) = match step {
        Step::Create(creation) => ("+", CREATE, creation.binding),
        Step::Lengthen(_) | Step::Shorten(_) => ("~", CHANGE, step.binding()),
        Step::Remove(removal) => ("-", REMOVE, removal.link.binding),
    };
    let style = if outcome.is_done() { style } else { HOLD };
    let what = format!(
        "{} {} on {}",
        naming.user(binding.user),
        naming.role(binding.role),
        naming.resource_in_line(binding.resource)
    );
    let why = match (step, outcome) {
        (Step::Remove(removal), Outcome::Removed) => format!(" ({})", removal.why),
        _ => step.end_change().map_or(String::new(), |it| format!(" ({})", end_change(it))),
    };
    format!("{} {what}: {}{why}", styled(style, sign), visible(&outcome.to_string()))
}

/// What it came to: failures with what to do about them, why it stopped, and whether access is now as declared.
pub fn report(report: &Report, naming: &Naming<'_>) -> String {
    let Report { steps, stopped, after } = report;
    let mut out = String::new();
    unsent(&mut out, report, naming);
    let _ = writeln!(out, "{}", styled(STRONG, counts(report)));
    let failures = steps.iter().filter_map(|(_, outcome)| match outcome {
        Outcome::Failed(failure) | Outcome::Unknown(failure) => failure.help.as_deref(),
        _ => None,
    });
    let mut helps: Vec<&str> = failures.collect();
    helps.sort_unstable();
    helps.dedup();
    for help in helps {
        let _ = writeln!(out, "{}", prose(format!("  help: {}", visible(help))));
    }
    match stopped {
        Some(Stop::Interrupted) => stop(&mut out, "interrupted: what was in flight is finished, the rest was not sent"),
        Some(Stop::Unauthorized(failure) | Stop::Blind(failure) | Stop::Down(failure) | Stop::StaleList(failure)) => {
            stop(&mut out, &format!("stopped: {}", visible(&failure.message)));
            help(&mut out, failure);
        }
        None => {}
    }
    match after {
        After::Untouched => {}
        After::Unread(failure) => {
            stop(&mut out, &format!("could not read the touched resources again: {}", visible(&failure.message)));
            help(&mut out, failure);
        }
        After::Decision(_) if report.converged() => {
            let _ = writeln!(out, "{} all changes were read back", styled(CREATE, "Converged:"));
        }
        After::Decision(decision) => {
            let told = format!("{} read again, it is now: {}", styled(CHANGE, "Not converged:"), summary(decision));
            let _ = writeln!(out, "{}", prose(told));
        }
    }
    out
}

/// The steps that were not sent, since nothing was told of them yet.
fn unsent(out: &mut String, report: &Report, naming: &Naming<'_>) {
    /// More than this are counted.
    const SHOWN: usize = 20;
    let mut unsent = report.steps.iter().filter(|(_, outcome)| *outcome == Outcome::Unsent);
    for (it, outcome) in unsent.by_ref().take(SHOWN) {
        let _ = writeln!(out, "{}", step(it, outcome, naming));
    }
    match unsent.count() {
        0 => {}
        more => _ = writeln!(out, "… and {} more that were not sent", grouped(more)),
    }
}

fn stop(out: &mut String, text: &str) {
    let _ = writeln!(out, "{}", prose(styled(HOLD, text)));
}

fn help(out: &mut String, failure: &Failure) {
    if let Some(help) = &failure.help {
        let _ = writeln!(out, "{}", prose(format!("  {} {}", styled(QUIET, "help:"), visible(help))));
    }
}

pub(super) fn counts(report: &Report) -> String {
    let count = |fits: fn(&Outcome) -> bool| report.count(|_, outcome| fits(outcome));
    let always = [
        (count(|it| matches!(it, Outcome::Created(_) | Outcome::Adopted(_))), "created"),
        (count(|it| *it == Outcome::Removed), "removed"),
    ];
    let ends = count(|it| *it == Outcome::EndSet);
    let some = [
        (ends, if ends == 1 { "end changed" } else { "ends changed" }),
        (count(|it| *it == Outcome::AlreadyGone), "already gone"),
        (count(|it| matches!(it, Outcome::Held(_))), "held"),
        (count(|it| matches!(it, Outcome::Failed(_))), "failed"),
        (count(|it| matches!(it, Outcome::Unknown(_))), "unknown"),
        (count(|it| *it == Outcome::Unsent), "not sent"),
    ];
    let all = always.into_iter().chain(some.into_iter().filter(|(count, _)| *count > 0));
    let parts: Vec<_> = all.map(|(count, what)| format!("{} {what}", grouped(count))).collect();
    format!("Applied {}: {}", counted(report.steps.len(), ["step", "steps"]), parts.join(", "))
}
