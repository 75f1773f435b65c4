//! The same binding declared twice.

use std::collections::HashMap;
use std::fmt::Write;

use uuid::Uuid;

use super::CheckedFiles;
use super::fit::called;
use crate::desired::codes;
use crate::desired::document::{Entry, Reference};
use crate::desired::problems::Problems;
use crate::desired::quote::Quoted;
use crate::diagnostic::Diagnostic;

/// What a reference is, as far as its text alone can tell: equal keys are surely one thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key<'d> {
    Id(Uuid),
    /// With the offering and the project, where they are said.
    Name(&'d str, [Option<Box<Key<'d>>>; 2]),
}

impl<'d> Key<'d> {
    /// What a person would call it.
    pub(super) fn called(&self) -> String {
        match self {
            Self::Id(id) => format!("`{}`", id.simple()),
            Self::Name(name, _) => Quoted(name).to_string(),
        }
    }

    /// Of what a file says.
    pub(super) fn of(reference: &'d Reference) -> Self {
        let Reference { span: _, id, name, offering, project } = reference;
        let key = |it: &'d Option<Box<Reference>>| it.as_deref().map(Self::of).map(Box::new);
        match id {
            Some(id) => Self::Id(*id),
            None => Self::Name(name.as_deref().unwrap_or_default(), [key(offering), key(project)]),
        }
    }
}

/// A binding as one entry declares it.
#[derive(Debug, Clone, Copy)]
struct Occurrence {
    /// Resource, role and user; the same number for the same key.
    binding: [u32; 3],
    entry: u32,
    /// Which of the resources, roles and users of the entry they are.
    item: [u32; 3],
}

/// Tells of every pair of entries that declare the same binding for the same time, once.
///
/// Users that come through groups are left out: that is one binding with several origins.
pub(super) fn of_bindings(set: &CheckedFiles<'_>, problems: &mut Problems) {
    let entries = &set.document.entries;
    let life = |it: &Occurrence| entries[it.entry as usize].life;
    let mut rows = rows(entries);
    rows.sort_unstable_by_key(|it| (it.binding, life(it).from, it.entry, it.item));

    let mut pairs: Vec<(Occurrence, Occurrence)> = Vec::new();
    for rows in rows.chunk_by(|a, b| a.binding == b.binding) {
        let [first, rest @ ..] = rows else { continue };
        // In the order of their beginnings, a line overlaps an earlier one if it does the one that ends last.
        let mut last = first;
        for row in rest {
            // Within one entry a list repeats itself, which is another problem.
            if row.entry != last.entry && life(row).overlaps(life(last)) {
                pairs.push(if row.entry > last.entry { (*last, *row) } else { (*row, *last) });
            }
            let end = |it: &Occurrence| (life(it).until.is_none(), life(it).until);
            if end(row) > end(last) {
                last = row;
            }
        }
    }
    pairs.sort_unstable_by_key(|(first, again)| (again.entry, first.entry, again.item));
    for pairs in pairs.chunk_by(|a, b| (a.0.entry, a.1.entry) == (b.0.entry, b.1.entry)) {
        if let Some((first, again)) = pairs.first() {
            problems.push(declared_twice(entries, first, again, pairs.len() - 1));
        }
    }
}

fn declared_twice(entries: &[Entry], first: &Occurrence, again: &Occurrence, more: usize) -> Diagnostic {
    let entry = |it: &Occurrence| &entries[it.entry as usize];
    let user = |it: &Occurrence| &entry(it).users[it.item[2] as usize].user;
    let [resource, role, _] = again.item;
    let (resource, role) = (&entry(again).resources[resource as usize], &entry(again).roles[role as usize]);
    let message = format!("{} on {} for {} is declared twice", called(role), called(resource), called(user(again)));
    let mut help = "keep one of the two".to_owned();
    if entry(first).life.dated() || entry(again).life.dated() {
        help.push_str(", or let one end before the other begins");
    }
    if more > 0 {
        let _ = write!(help, "; {more} more bindings are in both");
    }
    Diagnostic::error(codes::DUPLICATE_BINDING, user(again).span.clone(), message)
        .label("again here")
        .related(user(first).span.clone(), "first here")
        .help(help)
}

/// Every binding whose user is named in the entry itself.
fn rows(entries: &[Entry]) -> Vec<Occurrence> {
    let mut numbers = Numbers::default();
    let mut rows = Vec::new();
    for (entry, n) in entries.iter().zip(0..) {
        let resources = numbers.of(entry.resources.iter());
        let roles = numbers.of(entry.roles.iter());
        // Users of groups come after the others.
        let users = numbers.of(entry.users.iter().take_while(|it| it.groups.is_empty()).map(|it| &it.user));
        for (resource, r) in resources.iter().zip(0..) {
            for (role, o) in roles.iter().zip(0..) {
                for (user, u) in users.iter().zip(0..) {
                    rows.push(Occurrence { binding: [*resource, *role, *user], entry: n, item: [r, o, u] });
                }
            }
        }
    }
    rows
}

/// One number for each key.
#[derive(Debug, Default)]
struct Numbers<'d>(HashMap<Key<'d>, u32>);

impl<'d> Numbers<'d> {
    fn of(&mut self, references: impl Iterator<Item = &'d Reference>) -> Vec<u32> {
        references
            .map(|it| {
                let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
                *self.0.entry(Key::of(it)).or_insert(next)
            })
            .collect()
    }
}
