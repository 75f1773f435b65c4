//! What is to be fixed: the first few in a box, the others in a list.

use std::fmt::Write as _;

use super::alerts::Alerts;
use super::escape::prose;
use super::section::{Fold, Line, Section};
use super::words;
use crate::diagnostic::{Diagnostic, Label};
use crate::plan::{Creation, Skip, Skipped};
use crate::render::uses::uses;
use crate::render::words::Markup;
use crate::render::{ShownPass, counted, grouped, incomplete};

/// More problems than this are in a list of their own.
const FEW: usize = 5;

/// What has to be fixed: what could not be resolved, what lies outside of the files' own scope, and links that the server
/// does not show in full.
pub(super) fn of_pass(pass: &ShownPass<'_>) -> Vec<String> {
    let ShownPass { decision, naming, forge, .. } = *pass;
    let (plan, words) = (&decision.plan, words(naming, forge));
    let outside = plan.skipped.iter().filter(|it| matches!(it.why, Skip::OutsideScope | Skip::Managed));
    let outside = outside.map(|Skipped { creation: Creation { binding, origins, .. }, why }| {
        let at = origins.first().map_or(String::new(), |it| words.markup.at(&it.span) + " ");
        format!("{at}asks for {}: {why}", words.binding(*binding))
    });
    let broken = incomplete::rows(&plan.incomplete, words);
    let broken = broken.into_iter().map(|it| format!("{it} · {}", incomplete::HELP));
    let problems = plan.problems.iter().map(|it| finding(it, words.markup));
    problems.chain(outside).chain(broken).collect()
}

/// Puts the first few into the box; the list holds the others.
pub(super) fn tell(alerts: &mut Alerts, problems: Vec<String>) -> Section {
    let more = problems.len().saturating_sub(FEW);
    let mut problems = problems.into_iter();
    alerts.warning.extend(problems.by_ref().take(FEW));
    if more == 0 {
        return Section::default();
    }
    alerts
        .warning
        .push(format!("**{}**, listed below", counted(more, ["more problem to fix", "more problems to fix"])));
    let lines = problems.map(|it| Line::item(&it)).collect();
    Section { title: format!("{} more to fix", grouped(more)), lines, fold: Fold::CHANGES, ..Section::default() }
}

/// What else is worth knowing about the files.
pub(super) fn warnings<'d>(warnings: impl Iterator<Item = &'d Diagnostic>, markup: Markup<'_>) -> Section {
    let lines: Vec<_> = warnings.map(|it| Line::item(&finding(it, markup))).collect();
    let title = counted(lines.len(), ["warning", "warnings"]);
    Section { title, lines, fold: Fold::OTHER, ..Section::default() }
}

/// A finding in one line: where, what, and what to do about it.
pub(super) fn finding(diagnostic: &Diagnostic, markup: Markup<'_>) -> String {
    let Diagnostic { message, primary, related, help, .. } = diagnostic;
    let mut text = match uses(diagnostic, &|it| markup.at(it)) {
        Some(uses) => format!("{} · {uses}", prose(message)),
        None => format!("{} {}", markup.at(&primary.span), prose(message)),
    };
    for Label { span, text: label } in related {
        let _ = write!(text, " · {} {}", markup.at(span), prose(label));
    }
    if let Some(help) = help {
        let _ = write!(text, " · {}", prose(help));
    }
    text
}
