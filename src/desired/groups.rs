//! Groups to the users in them.

use std::collections::{HashMap, HashSet};

use super::codes;
use super::document::{Document, Member};
use super::problems::Problems;
use super::quote::Quoted;
use super::raw::{Group, RawDocument};
use crate::diagnostic::{Diagnostic, Span};

/// How deep groups may be nested.
const DEEPEST: usize = 16;
/// How many bindings a set of files may ask for. A server with so many would take hours to list them.
const MOST: usize = 2_000_000;
/// In how many ways a group may reach the users and groups within it, on average. A few groups that each contain the
/// next
/// one twice have millions, and each way is told as an origin.
const WAYS: usize = 16;
/// How many groups of a cycle are named.
const SHOWN: usize = 6;

/// The groups of all files, by name; of groups with one name, the first.
#[derive(Debug)]
pub(super) struct Groups<'d> {
    all: &'d [Group],
    by_name: HashMap<&'d str, usize>,
}

impl<'d> Groups<'d> {
    /// Those that are defined.
    pub(super) fn of(all: &'d [Group]) -> Self {
        let mut by_name = HashMap::with_capacity(all.len());
        for (n, group) in all.iter().enumerate() {
            by_name.entry(&*group.name.name).or_insert(n);
        }
        Self { all, by_name }
    }

    /// Where the group of this name is in the order of the files.
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The group of this name.
    pub(super) fn get(&self, name: &str) -> Option<&'d Group> {
        self.index(name).map(|it| &self.all[it])
    }

    /// How many users and groups there are within a group, each once, counted as far as this many.
    fn size(&self, group: usize, most: usize) -> usize {
        let (mut reached, mut open) = (HashSet::from([group]), vec![group]);
        let mut users = 0_usize;
        while let Some(group) = open.pop()
            && users + reached.len() < most
        {
            users += self.all[group].users.len();
            open.extend(self.within(group).map(|(it, _)| it).filter(|it| reached.insert(*it)));
        }
        users + reached.len()
    }

    /// The groups right within one, with the places where they are named.
    fn within(&self, group: usize) -> impl Iterator<Item = (usize, &'d Span)> {
        self.all[group].groups.iter().filter_map(|it| Some((self.index(&it.name)?, &it.span)))
    }
}

/// Whether every group comes to a list of users of bearable length; if not, it is told.
pub(super) fn can_expand(groups: &Groups<'_>, raw: &RawDocument, document: &Document, problems: &mut Problems) -> bool {
    let Some(order) = inner_first(groups, problems) else { return false };
    let mut depths = vec![1_usize; groups.all.len()];
    let mut counts = vec![0_usize; groups.all.len()];
    let mut fine = true;
    for group in order {
        // One that holds nobody is walked through all the same.
        let own = groups.all[group].users.len().max(1);
        depths[group] = groups.within(group).map(|(it, _)| depths[it] + 1).max().unwrap_or(1);
        counts[group] = groups.within(group).fold(own, |sum, (it, _)| sum.saturating_add(counts[it]));
        // Only the first one beyond is told, not everything around it.
        if depths[group] == DEEPEST + 1 {
            let name = &groups.all[group].name;
            let message = format!("the groups within {} are nested more than {DEEPEST} deep", Quoted(&name.name));
            problems.push(
                Diagnostic::error(codes::GROUP_DEPTH, name.span.clone(), message)
                    .help("name the users of the innermost groups in one group"),
            );
        }
        fine &= depths[group] <= DEEPEST;
    }
    fine && not_too_many(groups, &counts, raw, document, problems)
}

fn not_too_many(
    groups: &Groups<'_>,
    counts: &[usize],
    raw: &RawDocument,
    document: &Document,
    problems: &mut Problems,
) -> bool {
    let mut users: Vec<_> = document.entries.iter().map(|it| it.users.len()).collect();
    for it in &raw.uses {
        if let Some((entry, group)) = it.entry.zip(groups.index(&it.group.name)) {
            users[entry] = users[entry].saturating_add(counts[group]);
        }
    }
    let mut sum = 0_usize;
    for (entry, users) in document.entries.iter().zip(users) {
        sum = sum.saturating_add(entry.resources.len().saturating_mul(entry.roles.len()).saturating_mul(users));
        if sum > MOST {
            let message = format!("the files ask for more than {MOST} bindings");
            problems.push(
                Diagnostic::error(codes::TOO_MANY_BINDINGS, entry.span.clone(), message)
                    .help("look for groups that contain others several times over"),
            );
            return false;
        }
    }
    branching(groups, counts, raw, problems)
}

/// Refuses groups that reach the same users in very many ways.
fn branching(groups: &Groups<'_>, counts: &[usize], raw: &RawDocument, problems: &mut Problems) -> bool {
    let mut seen = HashSet::new();
    let used = raw.uses.iter().filter_map(|it| groups.index(&it.group.name));
    let mut fine = true;
    for group in used.filter(|it| seen.insert(*it)) {
        if counts[group] / WAYS > groups.size(group, counts[group] / WAYS) {
            let name = &groups.all[group].name;
            let message = format!("the group {} holds the same users in {} ways", Quoted(&name.name), counts[group]);
            problems.push(
                Diagnostic::error(codes::GROUP_WAYS, name.span.clone(), message)
                    .help("name groups that others contain only once"),
            );
            fine = false;
        }
    }
    fine
}

/// The groups in such an order that those within come first; `None` when a group contains itself, which is told.
fn inner_first(groups: &Groups<'_>, problems: &mut Problems) -> Option<Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; groups.all.len()];
    let mut order = Vec::with_capacity(groups.all.len());
    let mut cyclic = false;
    for start in 0..groups.all.len() {
        if marks[start] != Mark::New {
            continue;
        }
        // No recursion: a chain of groups can be as long as the file.
        marks[start] = Mark::Open;
        let mut path = vec![(start, groups.within(start).collect::<Vec<_>>().into_iter())];
        while let Some((group, rest)) = path.last_mut() {
            match rest.next() {
                None => {
                    marks[*group] = Mark::Done;
                    order.push(*group);
                    path.pop();
                }
                Some((inner, span)) => match marks[inner] {
                    Mark::Done => {}
                    Mark::New => {
                        marks[inner] = Mark::Open;
                        path.push((inner, groups.within(inner).collect::<Vec<_>>().into_iter()));
                    }
                    Mark::Open => {
                        cyclic = true;
                        let cycle = path.iter().map(|(it, _)| *it).skip_while(|it| *it != inner);
                        problems.push(cycle_found(groups, cycle, span));
                    }
                },
            }
        }
    }
    (!cyclic).then_some(order)
}

fn cycle_found(groups: &Groups<'_>, cycle: impl Iterator<Item = usize>, closing: &Span) -> Diagnostic {
    let members: Vec<_> = cycle.take(SHOWN + 1).map(|it| &groups.all[it].name).collect();
    let first = Quoted(&members[0].name);
    let mut way: Vec<_> = members.iter().take(SHOWN).map(|it| Quoted(&it.name).to_string()).collect();
    if members.len() > SHOWN {
        way.push("…".to_owned());
    }
    way.push(first.to_string());
    let found = Diagnostic::error(codes::GROUP_CYCLE, closing.clone(), format!("the group {first} contains itself"))
        .label("which closes the circle")
        .help(format!("cycle: {}; remove one of them", way.join(" → ")));
    members.iter().take(1).fold(found, |found, it| found.related(it.span.clone(), "it begins here"))
}

/// Adds to every entry the users of its groups, each with the way to it. Every group must be known to end.
pub(super) fn expand(groups: &Groups<'_>, raw: &RawDocument, document: &mut Document) {
    let mut way = Vec::new();
    for it in &raw.uses {
        if let Some((entry, group)) = it.entry.zip(groups.get(&it.group.name)) {
            add(groups, group, &mut way, &mut document.entries[entry].users);
        }
    }
}

fn add<'d>(groups: &Groups<'d>, group: &'d Group, way: &mut Vec<&'d str>, users: &mut Vec<Member>) {
    way.push(&group.name.name);
    let path: Vec<Box<str>> = way.iter().map(|it| Box::from(*it)).collect();
    users.extend(group.users.iter().map(|user| Member { user: user.clone(), groups: path.clone() }));
    for inner in group.groups.iter().filter_map(|it| groups.get(&it.name)) {
        add(groups, inner, way, users);
    }
    way.pop();
}
