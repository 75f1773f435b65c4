//! A decision: who loses what, whose role changes, who gets what.

use std::collections::{BTreeMap, BTreeSet};

use super::escape::{code, prose};
use super::left::{by_the_way, open_ends};
use super::section::{Row, Section, titles};
use super::words::{by_resource, lines, names, row, why};
use super::{FEW, ONCE, OPEN, Page};
use crate::binding::{ResourceId, RoleId, UserId};
use crate::plan::{Creation, Why};
use crate::policy::{Cause, Causes, Decision, Fixed, Intent};
use crate::render::causes::{NOTHING, Tally, before};
use crate::render::changes::{Change, changes};
use crate::render::risks::{excuse, message, ordered};
use crate::render::{Naming, Pass, Verb};
use crate::risk::{Assessment, Risk};

const BECAUSE: &str = " because of this change";
const BEFORE: &str = " · already different before this change";

/// A plan, or what there was to do where that was nothing.
pub(super) fn page(pass: &Pass<'_>) -> Page {
    let Pass { verb, decision, naming, causes, assessment, .. } = *pass;
    let stays = staying(decision);
    let part = |causes, cause| changed(&decision.part(causes, cause), Some(causes), &stays, naming);
    let (because, already, fixed) = match causes {
        None => (changed(decision, None, &stays, naming), Vec::new(), None),
        Some(causes) => {
            let because = part(causes, Cause::Change).map(|it| Section { cause: BECAUSE, ..it });
            let already = part(causes, Cause::Drift).map(|it| Section { cause: BEFORE, open: FEW.min(it.open), ..it });
            (because, already.into(), Some(fixed(causes, naming)))
        }
    };
    let (open_ends, risks) = (open_ends(pass), [risks(assessment, naming)]);
    let tally = causes.map(|it| Tally::of(decision, it, naming));
    let mut verdict = match (titles(&because).join(", "), causes) {
        (none, _) if none.is_empty() => Vec::new(),
        (changes, None) => vec![changes],
        (changes, Some(_)) => vec![changes + BECAUSE],
    };
    verdict.extend(tally.and_then(Tally::held));
    verdict.extend(tally.and_then(Tally::stopped));
    if verdict.is_empty() {
        verdict.push(if causes.is_some() { NOTHING } else { "no changes" }.to_owned());
    }
    let verdict = verdict.join(" · ");
    let before = tally.and_then(Tally::drift);
    let rest = [titles(&risks), before.into_iter().collect(), titles(fixed.as_slice()), titles(&open_ends)].concat();
    let verdict = match verb {
        Verb::Plan => format!("Plan: {verdict}"),
        // What was done about something is on another page.
        Verb::Apply => "Applied: nothing to do".to_owned(),
    };
    let title = [vec![verdict], rest].concat().join(" · ");
    let sections = risks.into_iter().chain(because).chain(already).chain(fixed).chain(open_ends);
    Page { title, sections: sections.chain(by_the_way(pass)).collect(), ..Page::default() }
}

fn risks(Assessment { risks, accepted: _ }: &Assessment, naming: &Naming<'_>) -> Section {
    let row = |risk: &Risk| {
        let place = risk.span.as_ref().map_or(String::new(), |it| format!(" · {}", code(&it.to_string())));
        let excuse = excuse(risk, &prose);
        Row::item(&format!("{}{place} · rule {}{excuse}", message(risk, naming, &|name| code(&name)), code(risk.rule)))
    };
    let rows = ordered(risks, naming).into_iter().map(row).collect();
    Section { what: ["risk", "risks"], rows, open: OPEN, ..Section::default() }
}

fn fixed(causes: &Causes, naming: &Naming<'_>) -> Section {
    let fixed = causes.fixed.iter().map(|Fixed { binding, link: _, intent }| {
        let without = match intent {
            Intent::Create => "it would be created",
            Intent::Skip => "it could not be created",
            Intent::Remove => "it would be removed",
            Intent::Hold | Intent::Limit => "its removal would be held",
            Intent::Withhold => "it would be withheld",
        };
        (*binding, row(*binding, without.to_owned(), naming))
    });
    Section {
        what: ["fixed by this change", "fixed by this change"],
        columns: &["Resource", "Who", "Role", "Without this change"],
        rows: by_resource(fixed, naming),
        open: FEW,
        ..Section::default()
    }
}

/// Removals first, then what takes the place of something, then what is new. `stays` is what else people have.
fn changed(decision: &Decision, causes: Option<&Causes>, stays: &Staying, naming: &Naming<'_>) -> [Section; 4] {
    let keeps = |resource: ResourceId, user: UserId| match stays.get(&(resource, user)) {
        Some(roles) => format!(" (keeps {})", names(roles.iter().copied(), naming)),
        None => String::new(),
    };
    let [mut removed, mut replaced, mut created, mut duplicates] = [const { Vec::new() }; 4];
    let mut gone = None;
    for group in changes(decision, naming) {
        let on = group.resource;
        let place = code(&naming.resource_in_line(on));
        for change in &group.changes {
            let who = code(&naming.user(change.user()));
            let before = causes.map_or("", |it| before(change, it));
            match change {
                Change::Remove(removal) if removal.why == Why::Duplicate => {
                    let role = code(&naming.role(removal.link.binding.role));
                    duplicates.push(Row::cells(on, [place.clone(), who, role]));
                }
                Change::Remove(removal) => {
                    let binding = removal.link.binding;
                    // A binding with several rows goes once.
                    if gone.replace(binding) == Some(binding) {
                        continue;
                    }
                    let role = code(&naming.role(binding.role)) + &keeps(on, binding.user);
                    removed.push(Row::cells(on, [place.clone(), who, role, why(removal) + before]));
                }
                Change::Replace(user, removals, creations) => {
                    let old = names(removals.iter().map(|it| it.link.binding.role), naming);
                    let new = names(creations.iter().map(|it| it.binding.role), naming);
                    let roles = format!("{old} → {new}{}", keeps(on, *user));
                    let lines = lines(creations.iter().flat_map(|it| it.origins.iter())) + before;
                    replaced.push(Row::cells(on, [place.clone(), who, roles, lines]));
                }
                Change::Create(Creation { binding, origins }) => {
                    let role = code(&naming.role(binding.role));
                    created.push(Row::cells(on, [place.clone(), who, role, lines(origins.iter()) + before]));
                }
                Change::Hold(_) | Change::Skip(_) | Change::WithholdRemoval(_) | Change::WithholdCreation(_) => {}
            }
        }
    }
    let section = |what, columns, rows| Section { what, columns, rows, open: OPEN, ..Section::default() };
    [
        section(["grant to remove", "grants to remove"], &["Resource", "Who", "Loses", "Why"], removed),
        section(["role to change", "roles to change"], &["Resource", "Who", "Role", "Asked for by"], replaced),
        section(["grant to add", "grants to add"], &["Resource", "Who", "Gets", "Asked for by"], created),
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
