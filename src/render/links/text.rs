//! Links as a table for people.

use std::collections::BTreeMap;

use super::ListedLink;
use crate::binding::{OfferingId, ResourceId};
use crate::directory::Project;
use crate::render::style::{HOLD, PLAIN, QUIET, STRONG};
use crate::render::{table, visible};
use crate::snapshot::NamedLink;

/// A table with a line for each link, and its heading; nothing where there is no link.
pub(super) fn table(entries: &[ListedLink<'_>], ids: bool) -> String {
    let mut out = String::new();
    if entries.is_empty() {
        return out;
    }
    let alike = alike(entries);
    if ids {
        let heading = ["LINK", "OFFERING", "RESOURCE", "ROLE", "USER", "NAME", "RESOURCE ID", "ROLE ID", "USER ID", ""];
        let line = |entry: &ListedLink<'_>| {
            let [offering, resource, role, user, name, note] = cells(entry, &BTreeMap::new());
            let link = entry.row.link;
            let [id, of_resource, of_role, of_user] = [
                link.id.to_string(),
                link.binding.resource.to_string(),
                link.binding.role.to_string(),
                link.binding.user.to_string(),
            ]
            .map(|it| (QUIET, it));
            [id, offering, resource, role, user, name, of_resource, of_role, of_user, note]
        };
        write(&mut out, heading, entries.iter().map(line));
    } else {
        let heading = ["OFFERING", "RESOURCE", "ROLE", "USER", "NAME", ""];
        write(&mut out, heading, entries.iter().map(|it| cells(it, &alike)));
    }
    out
}

fn write<const N: usize>(out: &mut String, heading: [&str; N], lines: impl Iterator<Item = table::Line<N>>) {
    let heading = heading.map(|it| (STRONG, it.to_owned()));
    let lines: Vec<_> = std::iter::once(heading).chain(lines).collect();
    table::write(out, "", &lines);
}

fn cells(entry: &ListedLink<'_>, alike: &BTreeMap<ResourceId, String>) -> table::Line<6> {
    let NamedLink { link, resource, role, username, full_name } = entry.row;
    let name = |it: &str| visible(it).into_owned();
    let resource = match alike.get(&link.binding.resource) {
        Some(which) => format!("{} [{}]", visible(resource), visible(which)),
        None => name(resource),
    };
    [
        (QUIET, name(entry.offering())),
        (PLAIN, resource),
        (PLAIN, name(role)),
        (PLAIN, name(username)),
        (QUIET, name(full_name)),
        (HOLD, notes(entry).join(", ")),
    ]
}

/// What should strike the eye.
fn notes(entry: &ListedLink<'_>) -> Vec<&'static str> {
    let terminated = entry.resource.is_some_and(|it| it.terminated);
    let notes = [(entry.duplicate, "duplicate"), (terminated, "resource terminated")];
    notes.into_iter().filter_map(|(holds, note)| holds.then_some(note)).collect()
}

/// Resources that have the same name in the same offering, and what tells them apart: the project, or else the id.
fn alike(entries: &[ListedLink<'_>]) -> BTreeMap<ResourceId, String> {
    let mut named: BTreeMap<(Option<OfferingId>, &str), Projects<'_>> = BTreeMap::new();
    for entry in entries {
        let name = (entry.resource.map(|it| it.offering), &*entry.row.resource);
        let project = entry.resource.and_then(|it| it.project.as_ref()).map_or("", |it| &it.name);
        named.entry(name).or_default().insert(entry.row.link.binding.resource, project);
    }
    let mut alike = BTreeMap::new();
    for resources in named.into_values().filter(|it| it.len() > 1) {
        for (id, project) in &resources {
            let alone = !project.is_empty() && resources.values().filter(|it| *it == project).count() == 1;
            alike.insert(*id, if alone { (*project).to_owned() } else { id.to_string() });
        }
    }
    alike
}

/// The names of projects by resource; empty if not known.
type Projects<'a> = BTreeMap<ResourceId, &'a str>;

/// All that is known of links, each a block of lines.
pub(super) fn card(entries: &[ListedLink<'_>]) -> String {
    let mut out = String::new();
    for entry in entries {
        let NamedLink { link, resource, role, username, full_name } = entry.row;
        let line = |what: &str, name: &str, id: String, note: String| {
            let note = visible(&note).into_owned();
            [(QUIET, what.to_owned()), (PLAIN, visible(name).into_owned()), (QUIET, id), (QUIET, note)]
        };
        let terminated = entry.resource.filter(|it| it.terminated).map(|_| "terminated".to_owned());
        let mut lines = vec![
            line("link", "", link.id.to_string(), String::new()),
            line("resource", resource, link.binding.resource.to_string(), terminated.unwrap_or_default()),
        ];
        if let Some(resource) = entry.resource {
            lines.push(line("offering", &resource.offering_name, resource.offering.to_string(), String::new()));
            if let Some(Project { id, name, organisation }) = &resource.project {
                lines.push(line("project", name, id.to_string(), organisation.clone()));
            }
        }
        lines.push(line("role", role, link.binding.role.to_string(), String::new()));
        lines.push(line("user", username, link.binding.user.to_string(), full_name.clone()));
        table::write(&mut out, "", &lines);
    }
    out
}
