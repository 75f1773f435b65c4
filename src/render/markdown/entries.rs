//! What is told about bindings: by resource, and people of whom the same is said in one line.

use std::collections::HashMap;
use std::rc::Rc;

use super::escape::code;
use super::section::{Line, Under};
use crate::binding::{Binding, ResourceId};
use crate::render::review::ReviewRow;
use crate::render::words::Words;
use crate::render::{Naming, rows};

/// More people or resources than this are in several lines.
const TOGETHER: usize = 20;

/// What is told about one person on one resource, in Markdown.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) resource: ResourceId,
    /// The role, and what happens to it.
    pub(super) what: String,
    /// Who.
    pub(super) who: String,
    /// Why, and where that is written; may be empty.
    pub(super) note: String,
}

impl Entry {
    /// A row of a decision, with a sign and words before its note.
    pub(super) fn of(row: &rows::Row<'_>, sign: &str, note: String, naming: &Naming<'_>) -> Self {
        let (what, who) = (format!("**{sign}** {}", row.roles), code(&naming.user(row.user)));
        Self { resource: row.resource, what, who, note }
    }

    /// A row of a review that is about a binding.
    pub(super) fn of_review(row: &ReviewRow<'_>) -> Option<Self> {
        match &row.cells[..] {
            [_, who, what, note] => {
                Some(Self { resource: row.resource?, what: what.clone(), who: who.clone(), note: note.clone() })
            }
            _ => None,
        }
    }

    /// Bindings with a word about each, in the order of names, as people look for them.
    pub(super) fn sorted(rows: impl Iterator<Item = (Binding, String)>, words: Words<'_>) -> Vec<Self> {
        let mut rows: Vec<_> = rows.collect();
        let naming = words.naming;
        rows.sort_by_cached_key(|(Binding { resource, role, user }, _)| {
            (naming.offering(*resource), naming.resource(*resource), *resource, naming.role(*role), naming.user(*user))
        });
        let entry = |(binding, note): (Binding, String)| {
            let [_, who, what] = words.cells(binding);
            Self { resource: binding.resource, what, who, note }
        };
        rows.into_iter().map(entry).collect()
    }
}

/// A line, and how much it tells.
type Counted = (String, usize);

/// One line for all of whom the same is said, below their resource; resources of which all the same is said are together.
/// Entries of one resource follow each other.
pub(super) fn lines(entries: &[Entry], naming: &Naming<'_>) -> Vec<Line> {
    let mut alike: Vec<(Vec<ResourceId>, Vec<Counted>)> = Vec::new();
    let mut seen: HashMap<(String, Vec<Counted>), usize> = HashMap::new();
    for entries in entries.chunk_by(|a, b| a.resource == b.resource) {
        let (id, told) = (entries[0].resource, of_resource(entries));
        let key = (naming.offering(id).into_owned(), told.clone());
        if let Some(at) = seen.get(&key) {
            alike[*at].0.push(id);
        } else {
            seen.insert(key, alike.len());
            alike.push((vec![id], told));
        }
    }
    let mut lines = Vec::new();
    for (resources, told) in alike {
        for resources in resources.chunks(TOGETHER) {
            let under = Rc::new(Under { resources: resources.into(), head: head(resources, naming) });
            let line = |(text, count): &(String, usize)| Line {
                under: Some(Rc::clone(&under)),
                text: text.clone(),
                count: count * resources.len(),
            };
            lines.extend(told.iter().map(line));
        }
    }
    lines
}

fn head(resources: &[ResourceId], naming: &Naming<'_>) -> String {
    let offering = naming.offering(resources[0]);
    let offering = if offering.is_empty() { String::new() } else { format!(" · {}", code(&offering)) };
    let names: Vec<_> = resources.iter().map(|id| format!("**{}**", code(&naming.resource(*id)))).collect();
    format!("- {}{offering}\n", names.join(", "))
}

/// The lines of one resource.
fn of_resource(entries: &[Entry]) -> Vec<Counted> {
    let mut alike: Vec<(&Entry, Vec<(&str, usize)>)> = Vec::new();
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    for entry in entries {
        let at = *seen.entry((&entry.what, &entry.note)).or_insert(alike.len());
        if at == alike.len() {
            alike.push((entry, Vec::new()));
        }
        let people = &mut alike[at].1;
        match people.last_mut().filter(|(who, _)| *who == entry.who) {
            // Several rows of one grant.
            Some((_, rows)) => *rows += 1,
            None => people.push((&entry.who, 1)),
        }
    }
    let line = |entry: &Entry, people: &[(&str, usize)]| {
        let rows = |rows: usize| if rows > 1 { format!(" ({rows} rows)") } else { String::new() };
        let who: Vec<_> = people.iter().map(|(who, count)| format!("{who}{}", rows(*count))).collect();
        let note = if entry.note.is_empty() { String::new() } else { format!(" · {}", entry.note) };
        let text = format!("  - {}: {}{note}\n", entry.what, who.join(", "));
        (text, people.iter().map(|(_, rows)| rows).sum())
    };
    alike.iter().flat_map(|(entry, people)| people.chunks(TOGETHER).map(|it| line(entry, it))).collect()
}
