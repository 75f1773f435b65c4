//! Lists that name the same thing again.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::hash::Hash;

use super::CheckedFiles;
use super::duplicates::Key;
use crate::desired::codes;
use crate::desired::document::{Kinds, Reference, Selector};
use crate::desired::problems::Problems;
use crate::desired::quote::Quoted;
use crate::diagnostic::{Diagnostic, Severity, Span};

/// In a binding a repeat is an error, since it declares bindings twice; elsewhere it has no effect.
pub(super) fn within_lists(set: &CheckedFiles<'_>, problems: &mut Problems) {
    for entry in &set.document.entries {
        let users = entry.users.iter().filter(|it| it.groups.is_empty()).map(|it| &it.user);
        references(entry.resources.iter(), Severity::Error, problems);
        references(entry.roles.iter(), Severity::Error, problems);
        references(users, Severity::Error, problems);
    }
    for group in &set.raw.groups {
        references(group.users.iter(), Severity::Warning, problems);
        let inner = group.groups.iter().map(|it| (&*it.name, &it.span));
        repeats(inner, |it| Quoted(it).to_string(), Severity::Warning, problems);
    }
    let uses = set.raw.uses.iter().filter_map(|it| Some(((it.entry?, &*it.group.name), &it.group.span)));
    repeats(uses, |(_, it)| Quoted(it).to_string(), Severity::Warning, problems);
    let files = set.raw.files.iter().map(|it| (&*it.name, &it.span));
    repeats(files, |it| Quoted(it).to_string(), Severity::Warning, problems);
    selectors(&set.document.protect, problems);
    if let Some(scope) = &set.document.scope {
        for Kinds { offerings, resources, roles, users } in [&scope.include, &scope.exclude] {
            for kind in [offerings, resources, roles, users].into_iter().flatten() {
                selectors(kind, problems);
            }
        }
    }
}

fn references<'d>(list: impl Iterator<Item = &'d Reference>, severity: Severity, problems: &mut Problems) {
    repeats(list.map(|it| (Key::of(it), &it.span)), Key::called, severity, problems);
}

fn selectors(list: &[Selector], problems: &mut Problems) {
    references(list.iter().filter_map(Selector::one), Severity::Warning, problems);
    let patterns = list.iter().filter_map(|it| match it {
        Selector::Pattern { span, pattern } => Some((&**pattern, span)),
        Selector::One(_) => None,
    });
    repeats(patterns, |it| Quoted(it).to_string(), Severity::Warning, problems);
}

fn repeats<'d, K: Eq + Hash + Clone>(
    list: impl Iterator<Item = (K, &'d Span)>,
    called: impl Fn(&K) -> String,
    severity: Severity,
    problems: &mut Problems,
) {
    let mut seen: HashMap<K, &Span> = HashMap::new();
    for (key, span) in list {
        match seen.entry(key) {
            Slot::Vacant(free) => drop(free.insert(span)),
            Slot::Occupied(first) => {
                let message = format!("{} is listed twice", called(first.key()));
                let found = Diagnostic::error(codes::LISTED_TWICE, span.clone(), message);
                problems.push(
                    Diagnostic { severity, ..found }
                        .related((*first.get()).clone(), "first here")
                        .help("remove one of the two"),
                );
            }
        }
    }
}
