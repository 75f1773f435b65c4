//! What is not sent: removals that something holds, with what to do about it, and what the caller did not ask for.

use super::alerts::Alerts;
use super::entries::{Entry, lines};
use super::escape::prose;
use super::section::{Fold, Section};
use super::words;
use crate::plan::{Plan, Skip};
use crate::policy::{Cause, Limited, Set};
use crate::render::rows::{self, Change};
use crate::render::words::{Markup, capitalized};
use crate::render::{Naming, ShownPass, approval, counted, grouped, hold};

/// More reasons than this nobody reads.
const REASONS: usize = 5;

/// Puts what holds removals into the box; the list holds them one by one.
pub(super) fn held(alerts: &mut Alerts, pass: &ShownPass<'_>, rows: &[rows::Row<'_>]) -> Section {
    let plan = &pass.decision.plan;
    let markup = words(pass.naming, pass.forge).markup;
    alerts.warning.extend(reasons(plan, &pass.decision.limited, pass.naming, markup));
    let limited = pass.decision.limited.iter().filter(|it| it.set != Set::Creations);
    let count = plan.held.len();
    Section {
        title: format!("Held: {}", counted(count, ["removal", "removals"])),
        intro: limited.map(|it| approved_by(it, plan)).collect::<Vec<_>>().join("\n\n"),
        ..table(pass, rows, |it| matches!(it, Change::Hold(_)).then_some(("!", "")))
    }
}

/// What the caller did not ask for.
pub(super) fn withheld(alerts: &mut Alerts, pass: &ShownPass<'_>, rows: &[rows::Row<'_>]) -> Section {
    let withheld = &pass.decision.withheld;
    let count = withheld.creations.len() + withheld.removals.len();
    let title = format!("Withheld: {}", counted(count, ["step", "steps"]));
    if count > 0 {
        let steps = counted(count, ["step withheld", "steps withheld"]);
        alerts
            .warning
            .push(format!("**{steps}:** due and not sent, because the call was narrowed or its mode allows less"));
    }
    let section = table(pass, rows, |it| match it {
        Change::WithholdRemoval(_) | Change::WithholdCreation(_) if it.is_end() => Some(("~", "")),
        Change::WithholdRemoval(_) => Some(("−", "")),
        Change::WithholdCreation(_) => Some(("+", "")),
        _ => None,
    });
    Section { title, ..section }
}

/// What is wanted and cannot be, through no fault of the files.
pub(super) fn skipped(pass: &ShownPass<'_>, rows: &[rows::Row<'_>]) -> Section {
    let limited = pass.decision.limited.iter().filter(|it| it.set == Set::Creations);
    let limited = limited.map(|it| {
        format!("{}.\n\n{}", capitalized(&over_limit(it, pass.naming)), approved_by(it, &pass.decision.plan))
    });
    let section = table(pass, rows, |it| match it {
        Change::Skip(it) if matches!(it.why, Skip::OutsideScope | Skip::Managed) => None,
        Change::Skip(_) if it.is_end() => Some(("!", "end not changed · ")),
        Change::Skip(_) => Some(("!", "")),
        _ => None,
    });
    let count = section.lines.iter().map(|it| it.count).sum();
    Section { title: format!("Skipped: {}", counted(count, ["grant", "grants"])), intro: limited.collect(), ..section }
}

/// What nobody asks for, and stays.
pub(super) fn kept(pass: &ShownPass<'_>, rows: &[rows::Row<'_>]) -> Section {
    let section = table(pass, rows, |it| matches!(it, Change::Keep(_)).then_some(("=", "")));
    let count: usize = section.lines.iter().map(|it| it.count).sum();
    Section { title: format!("Kept: {}", counted(count, ["grant", "grants"])), fold: Fold::HIDDEN, ..section }
}

/// The rows that fit, each with a sign and words before its reason.
fn table(
    pass: &ShownPass<'_>,
    rows: &[rows::Row<'_>],
    fits: impl Fn(&Change<'_>) -> Option<(&'static str, &'static str)>,
) -> Section {
    let entry = |row: &rows::Row<'_>| {
        let (sign, what) = fits(&row.change)?;
        // The files before a change would bring it about, too.
        let since = match (row.before, row.cause) {
            ("", Some(Cause::Drift)) => " · since before this change",
            (before, _) => before,
        };
        Some(Entry::of(row, sign, format!("{what}{}{since}", row.note), pass.naming))
    };
    let entries: Vec<_> = rows.iter().filter_map(entry).collect();
    Section { lines: lines(&entries, pass.naming), fold: Fold::OTHER, ..Section::default() }
}

/// Everything that holds, once, and what to do about it.
fn reasons(plan: &Plan, limited: &[Limited], naming: &Naming<'_>, markup: Markup<'_>) -> Vec<String> {
    let held = |count| counted(count, ["removal held", "removals held"]);
    let mut holds: Vec<_> = plan.held.iter().map(|it| &it.hold).filter(|it| !it.is_limit()).collect();
    holds.sort_unstable();
    let shares = hold::shares(plan);
    let limited = limited.iter().filter(|it| it.set != Set::Creations);
    let limited = limited.map(|it| {
        (it.links, format!("**{}**, {} → approve them as shown below", held(it.links), over_limit(it, naming)))
    });
    let alike = holds.chunk_by(|a, b| a.cause() == b.cause()).map(|holds| {
        let release = prose(&hold::release(holds[0], None));
        let lines: Vec<_> =
            shares.iter().filter(|it| holds.iter().any(|hold| hold.place() == Some(it.place))).collect();
        let mut told: Vec<_> = lines.iter().take(REASONS).map(|it| it.words(markup)).collect();
        told.extend((lines.len() > REASONS).then(|| format!("and {} more lines", grouped(lines.len() - REASONS))));
        let told = if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) };
        (holds.len(), format!("**{}**, {}{told} → {release}", held(holds.len()), holds[0].cause()))
    });
    let mut all: Vec<_> = limited.chain(alike).collect();
    all.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let more: usize = all.iter().skip(REASONS).map(|(count, _)| count).sum();
    let mut told: Vec<_> = all.into_iter().take(REASONS).map(|(_, reason)| reason).collect();
    told.extend((more > 0).then(|| format!("**{}** for other reasons, listed below", held(more))));
    told
}

/// How to send exactly what a limit holds.
fn approved_by(Limited { digest, .. }: &Limited, plan: &Plan) -> String {
    let (approve, lines) = (capitalized(&hold::approve(digest)), approval(digest, plan.now));
    format!("{approve} and the same files and options, or in the file with\n\n```yaml\n{lines}\n```")
}

/// Too much would go, and how much too much.
fn over_limit(limited: &Limited, naming: &Naming<'_>) -> String {
    let reasons: Vec<_> = hold::reasons(limited, naming).iter().map(|it| prose(it)).collect();
    format!("{}: {}", hold::cause(limited.set), reasons.join("; "))
}
