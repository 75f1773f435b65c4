//! What is not done, and what is to be mended, each with what to do about it.

use super::escape::{code, prose};
use super::section::{Section, SectionRow};
use super::{FEW, MARKUP, item, problems, warnings, words};
use crate::plan::{Creation, Plan, Skip, Skipped};
use crate::policy::{Cause, Decision, Limited, Set};
use crate::render::rows::{self, Change};
use crate::render::words::capitalized;
use crate::render::{Naming, ShownPass, approval, grouped, hold, incomplete};
use crate::risk::{Accepted, Assessment};

/// What somebody has to do something about, or wait for.
pub(super) fn open_ends(pass: &ShownPass<'_>, rows: &[rows::Row<'_>]) -> [Section; 3] {
    let Decision { plan, approved: _, withheld: _, limited } = pass.decision;
    let naming = pass.naming;
    let table = |fits: fn(&Change<'_>) -> Option<&'static str>| table(rows, fits, naming);
    let held = Section {
        what: ["removal held", "removals held"],
        intro: holds(plan, limited, naming),
        columns: &["Resource", "Who", "Role", "Held because"],
        rows: table(|it| matches!(it, Change::Hold(_)).then_some("")),
        open: FEW,
        ..Section::default()
    };
    let withheld = Section {
        what: ["step withheld", "steps withheld"],
        intro: "They are due, and not sent: the call was narrowed, or its mode allows less.".to_owned(),
        columns: &["Resource", "Who", "Role", "Step"],
        rows: table(|it| match it {
            Change::WithholdRemoval(_) | Change::WithholdCreation(_) if it.is_end() => Some("end · "),
            Change::WithholdRemoval(_) => Some("removal · "),
            Change::WithholdCreation(_) => Some("addition · "),
            _ => None,
        }),
        open: FEW,
        ..Section::default()
    };
    [to_mend(plan, naming), held, withheld]
}

/// What is as it may be.
pub(super) fn by_the_way(pass: &ShownPass<'_>, rows: &[rows::Row<'_>]) -> [Section; 4] {
    let ShownPass { decision, naming, assessment, .. } = pass;
    let table = |fits: fn(&Change<'_>) -> Option<&'static str>| table(rows, fits, naming);
    let limited = decision.limited.iter().filter(|it| it.set == Set::Creations);
    let limited =
        limited.map(|it| format!("{}.{}", capitalized(&over_limit(it, naming)), approved_by(it, &decision.plan)));
    // What is wanted and can't be, through no fault of the files.
    let skipped = Section {
        what: ["grant not made", "grants not made"],
        intro: limited.collect(),
        columns: &["Resource", "Who", "Role", "Why not"],
        rows: table(|it| match it {
            Change::Skip(it) if matches!(it.why, Skip::OutsideScope | Skip::Managed) => None,
            Change::Skip(_) if it.is_end() => Some("end not changed · "),
            Change::Skip(_) => Some(""),
            _ => None,
        }),
        open: FEW,
        ..Section::default()
    };
    let kept = Section {
        what: ["grant stays that nobody asks for", "grants stay that nobody asks for"],
        columns: &["Resource", "Who", "Role", "Why"],
        rows: table(|it| matches!(it, Change::Keep(_)).then_some("")),
        open: 0,
        ..Section::default()
    };
    let warnings = warnings(decision.plan.warnings.iter().map(item).collect());
    [skipped, kept, accepted(assessment), warnings]
}

/// The rows that fit, each with a word before its reason.
fn table(
    rows: &[rows::Row<'_>],
    fits: impl Fn(&Change<'_>) -> Option<&'static str>,
    naming: &Naming<'_>,
) -> Vec<SectionRow> {
    let row = |row: &rows::Row<'_>| {
        let what = fits(&row.change)?;
        let [place, who, roles] = SectionRow::subject(row, naming);
        // The files before a change would bring it about, too.
        let since = match (row.before, row.cause) {
            ("", Some(Cause::Drift)) => " · since before this change",
            (before, _) => before,
        };
        Some(SectionRow::cells(row.resource, [place, who, roles, format!("{what}{}{since}", row.note)]))
    };
    rows.iter().filter_map(row).collect()
}

/// What has to be fixed: what could not be resolved, what lies outside of the files' own scope, and links that the server
/// does not show in full.
fn to_mend(plan: &Plan, naming: &Naming<'_>) -> Section {
    let outside = plan.skipped.iter().filter(|it| matches!(it.why, Skip::OutsideScope | Skip::Managed));
    let outside = outside.map(|Skipped { creation: Creation { binding, origins, .. }, why }| {
        let at = origins.first().map_or(String::new(), |it| code(&it.span.to_string()) + " ");
        SectionRow::item(&format!("{at}asks for {}: {why}", words(naming).binding(*binding)))
    });
    let broken = incomplete::rows(&plan.incomplete, words(naming));
    let broken = broken.into_iter().map(|it| SectionRow::item(&format!("{it} · {}", incomplete::HELP)));
    problems(plan.problems.iter().map(item).chain(outside).chain(broken).collect())
}

/// More reasons than this nobody reads.
const REASONS: usize = 5;

/// Everything that holds, once, and what to do about it.
fn holds(plan: &Plan, limited: &[Limited], naming: &Naming<'_>) -> String {
    let limited = || limited.iter().filter(|it| it.set != Set::Creations);
    let mut holds: Vec<_> = plan.held.iter().map(|it| &it.hold).filter(|it| !it.is_limit()).collect();
    holds.sort_unstable();
    let shares = hold::shares(plan);
    let alike = holds.chunk_by(|a, b| a.cause() == b.cause());
    let mut causes: Vec<_> = limited().map(|it| (it.links, over_limit(it, naming))).collect();
    causes.extend(alike.map(|holds| {
        let release = prose(&hold::release(holds[0], None));
        let lines: Vec<_> =
            shares.iter().filter(|it| holds.iter().any(|hold| hold.place() == Some(it.place))).collect();
        let mut told: Vec<_> = lines.iter().take(REASONS).map(|it| it.words(MARKUP)).collect();
        told.extend((lines.len() > REASONS).then(|| format!("and {} more lines", grouped(lines.len() - REASONS))));
        if !told.is_empty() {
            return (holds.len(), format!("{}: {} → {release}", holds[0].cause(), told.join(", ")));
        }
        (holds.len(), format!("{} → {release}", holds[0].cause()))
    }));
    let mut out = match causes.as_slice() {
        // The heading has counted them.
        [(_, only)] => format!("{}.", capitalized(only)),
        several => {
            let items = several.iter().map(|(count, cause)| format!("- {}: {cause}", grouped(*count)));
            items.collect::<Vec<_>>().join("\n")
        }
    };
    limited().for_each(|it| out.push_str(&approved_by(it, plan)));
    out
}

/// How to send exactly what a limit holds.
fn approved_by(Limited { digest, .. }: &Limited, plan: &Plan) -> String {
    let (approve, lines) = (capitalized(&hold::approve(digest)), approval(digest, plan.now));
    format!("\n\n{approve} and the same files and options, or in the file with\n\n```yaml\n{lines}\n```")
}

/// Too much would go, and how much too much.
fn over_limit(Limited { set, exceeded, .. }: &Limited, naming: &Naming<'_>) -> String {
    let mut reasons: Vec<_> = exceeded.iter().take(REASONS).map(|it| prose(&hold::exceeded(it, naming))).collect();
    let more = exceeded.len().saturating_sub(REASONS);
    reasons.extend((more > 0).then(|| format!("and the same of {more} more")));
    format!("{}: {}", hold::cause(*set), reasons.join("; "))
}

/// What somebody has thought about.
fn accepted(Assessment { risks: _, accepted }: &Assessment) -> Section {
    let row = |Accepted { rule, found, reason, span }: &Accepted| {
        SectionRow::item(&format!("{} ({found} found): {} · {}", code(rule), prose(reason), code(&span.to_string())))
    };
    let rows = accepted.iter().map(row).collect();
    Section { what: ["risk accepted", "risks accepted"], rows, open: FEW, ..Section::default() }
}
