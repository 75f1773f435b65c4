//! A decision: who loses what, whose role changes, who gets what.

use std::collections::{BTreeMap, BTreeSet};

use super::escape::{code, prose};
use super::left::{by_the_way, open_ends};
use super::section::{Row, Section, titles};
use super::words::{lines, names, why};
use super::{ONCE, OPEN, Page};
use crate::binding::{ResourceId, RoleId, UserId};
use crate::plan::{Creation, Why};
use crate::policy::Decision;
use crate::render::changes::{Change, changes};
use crate::render::{Pass, Risk};

/// A plan.
pub(super) fn page(pass: &Pass<'_>) -> Page {
    let (changes, open_ends, risks) = (changed(pass), open_ends(pass), [risks(pass.risks)]);
    let changing = titles(&changes);
    let changing = if changing.is_empty() { "no changes".to_owned() } else { changing.join(", ") };
    let title = [vec![format!("Plan: {changing}")], titles(&risks), titles(&open_ends)].concat().join(" · ");
    let sections = risks.into_iter().chain(changes).chain(open_ends).chain(by_the_way(pass)).collect();
    Page { title, sections, ..Page::default() }
}

fn risks(risks: &[Risk]) -> Section {
    let row = |Risk { rule, message, span }: &Risk| {
        let place = span.as_ref().map_or(String::new(), |it| format!(" · {}", code(&it.to_string())));
        Row::item(&format!("{}{place} · rule {}", prose(message), code(rule)))
    };
    let rows = risks.iter().map(row).collect();
    Section { what: ["risk", "risks"], rows, open: OPEN, ..Section::default() }
}

/// Removals first, then what takes the place of something, then what is new.
fn changed(pass: &Pass<'_>) -> [Section; 4] {
    let naming = pass.naming;
    let stays = staying(pass.decision);
    let keeps = |resource: ResourceId, user: UserId| match stays.get(&(resource, user)) {
        Some(roles) => format!(" (keeps {})", names(roles.iter().copied(), naming)),
        None => String::new(),
    };
    let [mut removed, mut replaced, mut created, mut duplicates] = [const { Vec::new() }; 4];
    let mut gone = None;
    for group in changes(pass.decision, naming) {
        let on = group.resource;
        let place = code(&naming.resource_in_line(on));
        for change in &group.changes {
            let who = code(&naming.user(change.user()));
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
                    removed.push(Row::cells(on, [place.clone(), who, role, why(removal)]));
                }
                Change::Replace(user, removals, creations) => {
                    let old = names(removals.iter().map(|it| it.link.binding.role), naming);
                    let new = names(creations.iter().map(|it| it.binding.role), naming);
                    let roles = format!("{old} → {new}{}", keeps(on, *user));
                    let lines = lines(creations.iter().flat_map(|it| it.origins.iter()));
                    replaced.push(Row::cells(on, [place.clone(), who, roles, lines]));
                }
                Change::Create(Creation { binding, origins }) => {
                    let role = code(&naming.role(binding.role));
                    created.push(Row::cells(on, [place.clone(), who, role, lines(origins.iter())]));
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

/// Roles that stay, of those who lose one on the same resource.
fn staying(decision: &Decision) -> BTreeMap<(ResourceId, UserId), BTreeSet<RoleId>> {
    let Decision { plan, approved, withheld, limited: _ } = decision;
    let losing: BTreeSet<_> = approved.removals().iter().map(|it| it.link.binding.pair()).collect();
    let links = plan.in_sync.iter().chain(&plan.outside).map(|it| it.binding);
    let kept = plan.kept.iter().map(|it| it.link.binding);
    let held = plan.held.iter().map(|it| it.removal.link.binding);
    let withheld = withheld.removals.iter().map(|it| it.link.binding);
    let mut stays: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for binding in links.chain(kept).chain(held).chain(withheld).filter(|it| losing.contains(&it.pair())) {
        stays.entry(binding.pair()).or_default().insert(binding.role);
    }
    stays
}
