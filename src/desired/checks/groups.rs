//! Whether names of groups mean what they seem to mean.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::CheckedFiles;
use crate::desired::codes;
use crate::desired::document::Reference;
use crate::desired::problems::Problems;
use crate::desired::quote::Quoted;
use crate::desired::raw::{Group, RawNamed};
use crate::diagnostic::Diagnostic;

/// A name has one group.
pub(super) fn defined_once(set: &CheckedFiles<'_>, problems: &mut Problems) {
    for (n, group) in set.raw.groups.iter().enumerate() {
        let name = &group.name;
        let first = set.groups.index(&name.name).filter(|it| *it != n);
        if let Some(first) = first {
            problems.push(
                Diagnostic::error(
                    codes::DUPLICATE_GROUP,
                    name.span.clone(),
                    format!("the group {} is defined twice", Quoted(&name.name)),
                )
                .label("again here")
                .related(set.raw.groups[first].name.span.clone(), "first here")
                .help("put both lists into one, or give one of them another name"),
            );
        }
    }
}

/// A group that is named is defined.
pub(super) fn known(set: &CheckedFiles<'_>, problems: &mut Problems) {
    if set.raw.broken {
        return;
    }
    let used = set.raw.uses.iter().map(|it| &it.group);
    let nested = set.raw.groups.iter().flat_map(|it| &it.groups);
    for named in used.chain(nested).filter(|it| set.groups.index(&it.name).is_none()) {
        unknown(set, named, problems);
    }
}

fn unknown(set: &CheckedFiles<'_>, named: &RawNamed, problems: &mut Problems) {
    let message = format!("unknown group: {}", Quoted(&named.name));
    let found = Diagnostic::error(codes::UNKNOWN_GROUP, named.span.clone(), message);
    let groups = &set.raw.groups;
    let meant = problems.suggest(&named.name, groups.iter().map(|it| &*it.name.name));
    problems.push(match meant {
        Some(meant) => found.help(format!("did you mean `{meant}`?")),
        None if groups.is_empty() => found.help("no file of the set defines groups"),
        None => found.help("define it under `groups`, or name a user under `users`"),
    });
}

/// A group that is defined is used, itself or through another one.
pub(super) fn used(set: &CheckedFiles<'_>, problems: &mut Problems) {
    if set.raw.broken {
        return;
    }
    let mut open: Vec<&str> = set.raw.uses.iter().map(|it| &*it.group.name).collect();
    let mut used = HashSet::new();
    while let Some(name) = open.pop() {
        if used.insert(name)
            && let Some(group) = set.groups.get(name)
        {
            open.extend(group.groups.iter().map(|it| &*it.name));
        }
    }
    let all = set.raw.groups.iter().enumerate();
    // Of groups with one name, one word is enough.
    let first = all.filter(|(n, it)| set.groups.index(&it.name.name) == Some(*n)).map(|(_, it)| &it.name);
    for group in first.filter(|it| !used.contains(&*it.name)) {
        let message = format!("no binding uses the group {}", Quoted(&group.name));
        problems.push(Diagnostic::warning(codes::UNUSED_GROUP, group.span.clone(), message));
    }
}

/// A group that bindings name has somebody in it: the last member is easily removed, and everybody's access with it.
pub(super) fn of_somebody(set: &CheckedFiles<'_>, problems: &mut Problems) {
    let mut empty = HashMap::new();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for it in &set.raw.uses {
        *uses.entry(&it.group.name).or_default() += 1;
    }
    for (name, uses) in uses {
        let Some(group) = set.groups.get(name).filter(|it| is_empty(set, it, &mut empty)) else { continue };
        let message = format!("the group {} has no members", Quoted(name));
        let bindings = if uses == 1 { "the binding that names it gives" } else { "the bindings that name it give" };
        let found = Diagnostic::warning(codes::EMPTY_GROUP, group.name.span.clone(), message);
        problems.push(found.help(format!("{bindings} nobody access; if this is intended, remove the group")));
    }
}

/// Whether nobody is in a group or in those within it. Each is asked once, and a circle is told as such.
fn is_empty<'d>(set: &CheckedFiles<'d>, group: &'d Group, known: &mut HashMap<&'d str, bool>) -> bool {
    if let Some(known) = known.get(&*group.name.name) {
        return *known;
    }
    known.insert(&group.name.name, false);
    let is_empty = group.items == group.groups.len()
        && group.groups.iter().all(|it| set.groups.get(&it.name).is_some_and(|it| is_empty(set, it, known)));
    known.insert(&group.name.name, is_empty);
    is_empty
}

/// A user is not called like a group: it is easily written where the group is meant.
pub(super) fn not_taken_for_users(set: &CheckedFiles<'_>, problems: &mut Problems) {
    let mut tell = |user: &Reference, help: &str| {
        if let Some(name) = user.name.as_deref().filter(|it| set.groups.index(it).is_some()) {
            let message = format!("{} is read as a user, and there is a group of that name", Quoted(name));
            problems.push(Diagnostic::warning(codes::USER_NAMED_LIKE_GROUP, user.span.clone(), message).help(help));
        }
    };
    for user in set.raw.groups.iter().flat_map(|it| &it.users) {
        tell(user, "if the group is meant, write `{group: …}`");
    }
    for member in set.document.entries.iter().flat_map(|it| &it.users).filter(|it| it.groups.is_empty()) {
        tell(&member.user, "if the group is meant, name it under `groups`");
    }
}
