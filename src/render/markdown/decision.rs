//! A decision: who loses what, whose role changes, who gets what.

use std::collections::{BTreeMap, BTreeSet};

use super::escape::{code, prose};
use super::left::{by_the_way, open_ends};
use super::section::{Section, SectionRow, titles};
use super::{FEW, ONCE, OPEN, Page, words};
use crate::binding::{ResourceId, RoleId, UserId};
use crate::policy::{Cause, Causes, Decision};
use crate::render::review::{SectionTable, parts};
use crate::render::risks::{excuse, message, ordered};
use crate::render::rows::{self, Change};
use crate::render::tally::{self, Tally};
use crate::render::words::without;
use crate::render::{Naming, ShownPass, Verb};
use crate::risk::{Assessment, Risk};

const BECAUSE: &str = " in this change";
const BEFORE: &str = " · already different before this change";

/// A plan, or what there was to do where that was nothing.
pub(super) fn page(pass: &ShownPass<'_>, rows: &[rows::Row<'_>]) -> Page {
    let ShownPass { verb, decision, naming, causes, assessment, .. } = *pass;
    let stays = staying(decision);
    let part = |cause| changed(rows.iter().filter(|it| it.cause == cause), &stays, naming);
    let (because, already, fixed) = match causes {
        None => (part(None), Vec::new(), None),
        Some(causes) => {
            let because = part(Some(Cause::Change)).map(|it| Section { cause: BECAUSE, ..it });
            let already = part(Some(Cause::Drift));
            let already = already.map(|it| Section { cause: BEFORE, open: FEW.min(it.open), ..it });
            (because, already.into(), Some(fixed(causes, naming)))
        }
    };
    let (grave, later) = review(pass);
    let (open_ends, risks) = (open_ends(pass, rows), [risks(assessment, naming)]);
    let tally = causes.map(|it| Tally::of(rows, it));
    let mut verdict = match (titles(&because).join(", "), causes) {
        (none, _) if none.is_empty() => Vec::new(),
        (changes, None) => vec![changes],
        (changes, Some(_)) => vec![changes + BECAUSE],
    };
    verdict.extend(tally.into_iter().flat_map(Tally::held));
    if verdict.is_empty() {
        match causes {
            None => verdict.push("no changes".to_owned()),
            // What else there is has sections of its own.
            Some(_) => verdict.extend(tally::nothing(pass.review, naming).into_iter().take(1)),
        }
    }
    let verdict = verdict.join(" · ");
    let before = tally.and_then(Tally::drift);
    let rest = [
        titles(&risks),
        titles(&grave),
        titles(&later),
        before.into_iter().collect(),
        titles(fixed.as_slice()),
        titles(&open_ends),
    ]
    .concat();
    let verdict = match verb {
        Verb::Plan => format!("Plan: {verdict}"),
        // What was done about something is on another page.
        Verb::Apply => "Applied: nothing to do".to_owned(),
    };
    let title = [vec![verdict], rest].concat().join(" · ");
    let sections =
        risks.into_iter().chain(grave).chain(because).chain(later).chain(already).chain(fixed).chain(open_ends);
    Page { title, sections: sections.chain(by_the_way(pass, rows)).collect(), ..Page::default() }
}

/// What the change does beside steps: what must not be missed, and the rest.
fn review(pass: &ShownPass<'_>) -> (Vec<Section>, Vec<Section>) {
    let section = |part: &SectionTable<'_>| Section {
        what: part.what,
        intro: part.intro.to_owned(),
        columns: part.columns,
        rows: part.rows.iter().map(|it| SectionRow::of_review(it, part.columns.is_empty())).collect(),
        open: OPEN,
        ..Section::default()
    };
    let (grave, later): (Vec<_>, Vec<_>) = parts(pass.review, words(pass.naming)).into_iter().partition(|it| it.grave);
    (grave.iter().map(section).collect(), later.iter().map(section).collect())
}

fn risks(Assessment { risks, accepted: _ }: &Assessment, naming: &Naming<'_>) -> Section {
    let row = |risk: &Risk| {
        let place = risk.span.as_ref().map_or(String::new(), |it| format!(" · {}", code(&it.to_string())));
        let excuse = excuse(risk, &prose);
        SectionRow::item(&format!(
            "{}{place} · rule {}{excuse}",
            message(risk, naming, &|name| code(&name)),
            code(risk.rule)
        ))
    };
    let rows = ordered(risks, naming).into_iter().map(row).collect();
    Section { what: ["risk", "risks"], rows, open: OPEN, ..Section::default() }
}

fn fixed(causes: &Causes, naming: &Naming<'_>) -> Section {
    let rows = causes.fixed.iter().map(|it| (it.binding, without(it.intent).to_owned()));
    Section {
        what: ["fixed by this change", "fixed by this change"],
        columns: &["Resource", "Who", "Role", "Without this change"],
        rows: SectionRow::sorted(rows, words(naming)),
        open: FEW,
        ..Section::default()
    }
}

/// Removals first, then what replaces something, then what is new, then what ends at another time. `stays` is what else people have.
fn changed<'r>(rows: impl Iterator<Item = &'r rows::Row<'r>>, stays: &Staying, naming: &Naming<'_>) -> [Section; 5] {
    let keeps = |it: &rows::Row<'_>| match stays.get(&(it.resource, it.user)) {
        Some(roles) => format!(" (keeps {})", words(naming).roles(roles.iter().copied())),
        None => String::new(),
    };
    let [mut removed, mut replaced, mut created, mut ends, mut duplicates] = [const { Vec::new() }; 5];
    for row in rows.filter(|it| !it.again) {
        match row.change {
            Change::Remove(_) if row.is_duplicate() => {
                let [place, who, role] = SectionRow::subject(row, naming);
                duplicates.push(SectionRow::cells(row.resource, [place, who, role]));
            }
            Change::Remove(_) => removed.push(SectionRow::of(row, &keeps(row), naming)),
            Change::Replace(..) => replaced.push(SectionRow::of(row, &keeps(row), naming)),
            Change::Create(_) => created.push(SectionRow::of(row, "", naming)),
            Change::Lengthen(_) | Change::Shorten(_) => ends.push(SectionRow::of(row, "", naming)),
            _ => {}
        }
    }
    let section = |what, columns, rows| Section { what, columns, rows, open: OPEN, ..Section::default() };
    [
        section(["grant to remove", "grants to remove"], &["Resource", "Who", "Loses", "Why"], removed),
        section(["role to change", "roles to change"], &["Resource", "Who", "Role", "Asked for by"], replaced),
        section(["grant to add", "grants to add"], &["Resource", "Who", "Gets", "Asked for by"], created),
        section(["end to change", "ends to change"], &["Resource", "Who", "Role", "End"], ends),
        Section {
            intro: ONCE.to_owned(),
            open: 0,
            ..section(["duplicate row to remove", "duplicate rows to remove"], &["Resource", "Who", "Role"], duplicates)
        },
    ]
}

/// Roles of somebody on a resource.
type Staying = BTreeMap<(ResourceId, UserId), BTreeSet<RoleId>>;

/// Roles that stay, of those who lose one on the same resource.
fn staying(decision: &Decision) -> Staying {
    let Decision { plan, approved, withheld, limited: _ } = decision;
    let losing: BTreeSet<_> = approved.removals().iter().map(|it| it.link.binding.pair()).collect();
    let links = plan.in_sync.iter().chain(&plan.outside).map(|it| it.binding);
    let kept = plan.kept.iter().map(|it| it.link.binding);
    let held = plan.held.iter().map(|it| it.removal.link.binding);
    let withheld = withheld.removals.iter().map(|it| it.link.binding);
    let mut stays = Staying::new();
    for binding in links.chain(kept).chain(held).chain(withheld).filter(|it| losing.contains(&it.pair())) {
        stays.entry(binding.pair()).or_default().insert(binding.role);
    }
    stays
}
