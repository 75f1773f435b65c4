//! A decision: what must not be missed, then who gets and loses what, by resource, then what is not done.

use std::collections::{BTreeMap, BTreeSet};

use super::alerts::Alerts;
use super::entries::{Entry, lines};
use super::section::{Fold, Line, Section};
use super::{Page, held, notes, problems, risks, words};
use crate::binding::{ResourceId, RoleId, UserId};
use crate::policy::{Cause, Causes, Decision};
use crate::render::review::{SectionTable, parts};
use crate::render::risk_groups::Weight;
use crate::render::rows::{self, Change};
use crate::render::tally::{Tally, verdict};
use crate::render::words::{capitalized, without};
use crate::render::{Counts, Naming, ShownPass, Verb, counted, grouped};

/// A plan, or what there was to do where that was nothing.
pub(super) fn page(pass: &ShownPass<'_>, rows: &[rows::Row<'_>]) -> Page {
    let ShownPass { decision, naming, causes, .. } = *pass;
    let mut alerts = Alerts::default();
    let grave_risks = risks::risks(&mut alerts, pass, Weight::Grave);
    notes(&mut alerts, pass);
    let broken = problems::tell(&mut alerts, problems::of_pass(pass));
    let held = held::held(&mut alerts, pass, rows);
    let risks = risks::risks(&mut alerts, pass, Weight::Notable);
    let withheld = held::withheld(&mut alerts, pass, rows);
    let changes = Changes { pass, rows, staying: staying(decision) };
    let changes = match causes {
        None => vec![changes.section(None, "Changes".to_owned())],
        Some(causes) => {
            let Tally { before, .. } = Tally::of(decision, causes);
            let before = changes
                .section(Some(Cause::Drift), format!("Already different before this change: {}", before.words()));
            vec![
                changes.section(Some(Cause::Change), "In this change".to_owned()),
                Section { fold: Fold::OTHER, ..before },
                fixed(causes, pass),
            ]
        }
    };
    let (grave, later) = review(pass);
    let one_by_one = [grave_risks, risks];
    let left = [held, withheld, held::skipped(pass, rows), held::kept(pass, rows), risks::accepted(pass)];
    let warnings = problems::warnings(decision.plan.warnings.iter(), words(naming, pass.forge).markup);
    let mut changes = changes.into_iter();
    let now = changes.next();
    let sections = [broken].into_iter().chain(grave).chain(now).chain(later).chain(changes);
    let (title, more) = title(pass);
    let sections = sections.chain(left).chain([warnings]).chain(one_by_one).collect();
    Page { title, more, alerts, sections, ..Page::default() }
}

/// All of it in one line, and what does not fit there.
fn title(pass: &ShownPass<'_>) -> (String, String) {
    let counts = Counts::of(pass.decision);
    if pass.verb == Verb::Apply {
        // What was done about something is on another page.
        let waiting = [vec!["Applied: nothing to do".to_owned()], counts.due()].concat();
        return (waiting.join(" · "), String::new());
    }
    let mut parts = verdict(pass).into_iter();
    let mut title = vec![format!("Plan: {}", parts.next().unwrap_or_default())];
    if pass.causes.is_some() {
        let Counts { unresolved, incomplete, outside_own_scope, .. } = counts;
        title.extend(Counts { unresolved, incomplete, outside_own_scope, ..Counts::default() }.due());
    }
    let risks = pass.assessment.risks.len();
    title.extend((risks > 0).then(|| counted(risks, ["risk", "risks"])));
    (title.join(" · "), capitalized(&parts.collect::<Vec<_>>().join(" · ")))
}

/// What the change does beside steps: what must not be missed, and the rest.
fn review(pass: &ShownPass<'_>) -> (Vec<Section>, Vec<Section>) {
    let words = words(pass.naming, pass.forge);
    let section = |part: &SectionTable<'_>| {
        let entries: Vec<_> = part.rows.iter().filter_map(Entry::of_review).collect();
        let others = part.rows.iter().filter(|it| it.resource.is_none()).map(|it| {
            let mut cells = it.cells.iter().filter(|it| !it.is_empty()).map(String::as_str);
            let first = cells.next().unwrap_or_default();
            let rest = cells.collect::<Vec<_>>().join(" · ");
            Line::item(&if rest.is_empty() { first.to_owned() } else { format!("{first}: {rest}") })
        });
        Section {
            title: capitalized(&counted(part.rows.len(), part.what)),
            intro: part.intro.to_owned(),
            lines: others.chain(lines(&entries, pass.naming)).collect(),
            fold: Fold::CHANGES,
        }
    };
    let (grave, later): (Vec<_>, Vec<_>) = parts(pass.review, words).into_iter().partition(|it| it.grave);
    (grave.iter().map(section).collect(), later.iter().map(section).collect())
}

fn fixed(causes: &Causes, pass: &ShownPass<'_>) -> Section {
    let rows = causes.fixed.iter().map(|it| (it.binding, format!("{} without this change", without(it.intent))));
    let entries = Entry::sorted(rows, words(pass.naming, pass.forge));
    Section {
        title: format!("Fixed by this change: {}", grouped(causes.fixed.len())),
        lines: lines(&entries, pass.naming),
        fold: Fold::OTHER,
        ..Section::default()
    }
}

/// What is sent.
struct Changes<'a> {
    pass: &'a ShownPass<'a>,
    rows: &'a [rows::Row<'a>],
    /// What else people have who lose something.
    staying: Staying,
}

impl Changes<'_> {
    /// Those of a cause: first resources on which something is removed, then those with other roles, then the others.
    fn section(&self, cause: Option<Cause>, title: String) -> Section {
        let Self { pass, rows, staying: _ } = self;
        let rows: Vec<_> = rows.iter().filter(|it| it.cause == cause && it.is_sent()).collect();
        let mut resources: Vec<_> = rows.chunk_by(|a, b| a.resource == b.resource).collect();
        resources.sort_by_key(|rows| rows.iter().map(|it| order(&it.change)).min());
        let entries: Vec<_> = resources.into_iter().flatten().map(|it| self.entry(it, pass.naming)).collect();
        let lines = lines(&entries, pass.naming);
        Section { title, lines, fold: Fold::CHANGES, ..Section::default() }
    }

    fn entry(&self, row: &rows::Row<'_>, naming: &Naming<'_>) -> Entry {
        let note = format!("{}{}", row.note, row.before);
        let sign = sign(&row.change);
        if row.is_duplicate() {
            // Nobody's access changes by it.
            return Entry::of(row, sign, note.replacen("duplicate", "duplicate row, access stays", 1), naming);
        }
        let entry = Entry::of(row, sign, note, naming);
        let gone = matches!(row.change, Change::Remove(_) | Change::Replace(..));
        match self.staying.get(&(row.resource, row.user)).filter(|_| gone) {
            Some(roles) => {
                let roles = words(naming, None).roles(roles.iter().copied());
                Entry { who: format!("{} (keeps {roles})", entry.who), ..entry }
            }
            None => entry,
        }
    }
}

fn sign(change: &Change<'_>) -> &'static str {
    match change {
        Change::Remove(_) => "−",
        Change::Replace(..) => "−/+",
        Change::Lengthen(_) | Change::Shorten(_) => "~",
        _ => "+",
    }
}

fn order(change: &Change<'_>) -> u8 {
    match change {
        Change::Remove(_) => 0,
        Change::Replace(..) => 1,
        Change::Create(_) => 2,
        _ => 3,
    }
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
