//! A review names everything that a change does to access, at any time, and nothing else.
//!
//! What happens is found out by doing it: the files before the change and those after it are each planned for and applied
//! at every instant at which anything may begin or end, and what is live then is compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use grantsync::binding::{Binding, Link};
use grantsync::desired::{Life, Phase};
use grantsync::review::{Access, AccessChange, Effect, FileSet, Review, Section, SettingChange, review};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::cases::config;
use crate::properties::worlds;
use crate::world::{World, document, resource, role, user};

const USERS: [&str; 4] = ["ann", "ben", "cat", "dan"];
const RESOURCES: [&str; 4] = ["a", "b", "lab", "old"];

/// Days are counted from here.
fn day(n: i64) -> Timestamp {
    "2027-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * n)
}

/// Ten years, and a little of the past.
fn days() -> impl Strategy<Value = i64> {
    prop_oneof![-30..30_i64, 0..3650_i64]
}

/// The dates of a line, as days; a line may have neither.
fn dates() -> impl Strategy<Value = (Option<i64>, Option<i64>)> {
    let date = || prop::option::weighted(0.4, days());
    (date(), date()).prop_map(|dates| match dates {
        (Some(from), Some(until)) => (Some(from.min(until)), Some(from.max(until) + 1)),
        other => other,
    })
}

/// A line: a resource, a role, whom it means, and when.
type Line = (&'static str, &'static str, &'static str, (Option<i64>, Option<i64>));

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let resource = prop::sample::select(RESOURCES.to_vec());
    let role = prop::sample::select(vec!["admin", "member", "viewer"]);
    let who = prop::sample::select(vec!["ann", "ben", "cat", "dan", "team", "crew"]);
    prop::collection::vec((resource, role, who, dates()), 0..10).prop_map(|mut lines| {
        lines.sort_unstable();
        lines.dedup_by_key(|(resource, role, who, _)| (*resource, *role, *who));
        lines
    })
}

#[derive(Debug, Clone)]
struct Set {
    /// `scope`, or nothing.
    scope: String,
    protect: Vec<&'static str>,
    mode: usize,
    removals: u32,
    team: Vec<&'static str>,
    crew: Vec<&'static str>,
    lines: Vec<Line>,
}

const MODES: [&str; 3] = ["enforce", "add-only", "observe"];

fn scopes() -> impl Strategy<Value = String> {
    let [ann, cat] = ["ann", "cat"].map(user);
    let [admin, viewer] = ["admin", "viewer"].map(|it| role("HPC", it));
    let (a, lab) = (resource("HPC", "a", false), resource("Storage", "lab", false));
    prop::sample::select(vec![
        String::new(),
        "scope: all\n".to_owned(),
        "scope: {offerings: [HPC]}\n".to_owned(),
        format!("scope: {{users: [{ann}, {cat}]}}\n"),
        format!("scope: {{exclude: {{users: [{ann}]}}}}\n"),
        format!("scope: {{roles: [{admin}, {viewer}], exclude: {{resources: [{lab}]}}}}\n"),
        format!("scope: {{resources: [{a}, {lab}], exclude: {{users: [{cat}]}}}}\n"),
    ])
}

fn set() -> impl Strategy<Value = Set> {
    let some = |of: Vec<&'static str>, most| prop::sample::subsequence(of, 0..=most);
    let settings = (scopes(), some(USERS.to_vec(), 2), 0..3_usize, prop::sample::select(vec![0, 5, 25]));
    (settings, some(USERS.to_vec(), 3), some(USERS.to_vec(), 3), lines()).prop_map(
        |((scope, protect, mode, removals), team, crew, lines)| Set {
            scope,
            protect,
            mode,
            removals,
            team,
            crew,
            lines,
        },
    )
}

/// Two sets that have most in common, as before and after a change; or nothing.
fn pairs() -> impl Strategy<Value = (Set, Set)> {
    (set(), set(), any::<u8>(), 0..=10_usize).prop_map(|(before, other, differs, new)| {
        let mut after = before.clone();
        let part = |bit: u8| differs & (1 << bit) != 0;
        if part(0) && part(1) {
            after.scope.clone_from(&other.scope);
        }
        if part(2) && part(3) {
            after.protect.clone_from(&other.protect);
        }
        if part(4) {
            (after.mode, after.removals) = (other.mode, other.removals);
        }
        if part(5) {
            after.team.clone_from(&other.team);
        }
        if part(6) {
            after.lines.truncate(after.lines.len() / 2);
        }
        after.lines.extend(other.lines.into_iter().take(new));
        after.lines.sort_unstable();
        after.lines.dedup_by_key(|(resource, role, who, _)| (*resource, *role, *who));
        (before, after)
    })
}

impl Set {
    fn settings(&self) -> String {
        let Self { scope, protect, mode, removals, team, crew, lines: _ } = self;
        format!(
            "{scope}mode: {}\nprotect: [{}]\nlimits: {{removals: {removals}}}\ngroups:\n  team: [{}]\n  crew: [{}]\n",
            MODES[*mode],
            protect.join(", "),
            team.join(", "),
            crew.join(", "),
        )
    }

    fn yaml(&self) -> String {
        let mut yaml = format!("{}bindings:\n", self.settings());
        if self.lines.is_empty() {
            yaml = yaml.replace("bindings:\n", "bindings: []\n");
        }
        for (resource, role, who, (from, until)) in &self.lines {
            let key = if ["team", "crew"].contains(who) { "group" } else { "user" };
            write!(yaml, "  - {{resource: {resource}, role: {role}, {key}: {who}").unwrap();
            for (key, date) in [("from", from), ("until", until)] {
                if let Some(date) = date {
                    write!(yaml, ", {key}: \"{}\"", day(*date)).unwrap();
                }
            }
            yaml += "}\n";
        }
        yaml
    }

    /// Without lines for what its own scope shuts out: those are mistakes, and hold what they might replace.
    fn within_its_scope(mut self, world: &World) -> Self {
        let desired = world.desired(&self.yaml());
        let Some(scope) = &desired.scope else { return self };
        let outside = |(resource, role, who, _): &Line| {
            let users = match *who {
                "team" => self.team.clone(),
                "crew" => self.crew.clone(),
                user => vec![user],
            };
            users.iter().any(|who| !scope.contains(&named(world, [resource, role, who]), &world.directory))
        };
        let lines = self.lines.iter().copied().filter(|it| !outside(it)).collect();
        self.lines = lines;
        self
    }

    /// The same settings, and nobody wanted on the same resources.
    fn for_nobody(&self) -> String {
        let named: BTreeSet<_> = self.lines.iter().map(|(resource, ..)| *resource).collect();
        let lines = named.iter().map(|it| format!("  - {{resource: {it}, role: admin, users: []}}\n"));
        let lines: String = lines.collect();
        let bindings = if lines.is_empty() { "bindings: []\n".to_owned() } else { format!("bindings:\n{lines}") };
        self.settings() + &bindings
    }
}

fn named(world: &World, [resource, role, who]: [&str; 3]) -> Binding {
    let found = world.directory.resources.iter().find(|(_, it)| it.name == resource).unwrap();
    Binding { resource: *found.0, role: crate::world::role(&found.1.offering_name, role), user: user(who) }
}

/// What is live at each instant, once everything is done that the files ask for.
fn happens(yaml: &str, world: &World, instants: &BTreeSet<Timestamp>) -> Vec<BTreeSet<Binding>> {
    let mut world = world.clone();
    let mut happens = Vec::new();
    for now in instants {
        let plan = world.plan(yaml, &now.to_string());
        world = world.after(&plan);
        happens.push(world.snapshot.links.iter().map(|it| it.binding).collect());
    }
    happens
}

fn holds(periods: &[Life], at: Timestamp) -> bool {
    periods.iter().any(|it| it.phase(at) == Phase::Alive)
}

fn reviewed(before: &str, after: &str, world: &World, now: Timestamp) -> Review {
    let (documents, desired) = ([before, after].map(document), [before, after].map(|it| world.desired(it)));
    let [before, after] = [0, 1].map(|at| FileSet { document: &documents[at], desired: &desired[at] });
    review(before, after, grantsync::review::World { directory: &world.directory, snapshot: &world.snapshot, now })
}

fn named_access(review: &Review) -> BTreeMap<Binding, (AccessChange, Access)> {
    let mut named = BTreeMap::new();
    for section in &review.sections {
        if let Section::Access(kind, all) = section {
            for it in all {
                assert!(named.insert(it.binding, (*kind, it.clone())).is_none(), "named twice: {it:?}");
            }
        }
    }
    named
}

/// Everybody is active: what nobody can be given now is no change of the files.
fn active(mut world: World) -> World {
    world.directory.users.values_mut().for_each(|it| it.active = Some(true));
    world
}

proptest! {
    #![proptest_config(config(192))]

    #[test]
    fn every_change_of_access_at_any_time_is_named_and_nothing_else(
        (before, after) in pairs(),
        world in worlds().prop_map(active),
        now in days(),
    ) {
        let now = day(now);
        let [before, after] = [before, after].map(|it| it.within_its_scope(&world));
        let (old, new) = (before.yaml(), after.yaml());
        let review = reviewed(&old, &new, &world, now);
        let edges = before.lines.iter().chain(&after.lines).flat_map(|(.., (from, until))| [*from, *until]).flatten();
        let instants: BTreeSet<_> = edges.map(day).chain([now, day(20_000)]).filter(|it| *it >= now).collect();
        let (without, with) = (happens(&old, &world, &instants), happens(&new, &world, &instants));
        let live: BTreeSet<Binding> = world.snapshot.links.iter().map(|it| it.binding).collect();
        let everything: BTreeSet<_> = without.iter().chain(&with).flatten().chain(&live).copied().collect();

        let managed = |set: &Set| -> BTreeSet<Link> {
            world.plan(&set.for_nobody(), &now.to_string()).removals.iter().map(|it| it.link).collect()
        };
        let (managed_before, managed_after) = (managed(&before), managed(&after));
        let declared = |yaml: &str, binding: &Binding| {
            let desired = world.desired(yaml);
            let wanted = desired.get(binding);
            wanted.is_some_and(|it| it.origins.iter().any(|it| it.life.until.is_none_or(|until| now < until)))
        };
        let mut named = named_access(&review);
        for binding in everything {
            let named = named.remove(&binding);
            let happens = |all: &[BTreeSet<Binding>]| all.iter().map(|it| it.contains(&binding)).collect::<Vec<_>>();
            let (without, with) = (happens(&without), happens(&with));
            let link = world.snapshot.links.iter().find(|it| it.binding == binding);
            let leaves = link.is_some_and(|link| {
                !managed_after.contains(link)
                    && (managed_before.contains(link) || (declared(&old, &binding) && !declared(&new, &binding)))
            });
            match &named {
                None => prop_assert_eq!(&without, &with, "not named: {:?}\n{}\n{}", binding, old, new),
                Some((kind, it)) => {
                    let told = |periods: &[Life]| instants.iter().map(|at| holds(periods, *at)).collect::<Vec<_>>();
                    prop_assert_eq!(&told(&it.before), &without, "before: {:?}\n{}\n{}", it, old, new);
                    prop_assert_eq!(&told(&it.after), &with, "after: {:?}\n{}\n{}", it, old, new);
                    let differs = without != with;
                    prop_assert!(differs || *kind == AccessChange::NoLongerManaged, "nothing changes: {:?}\n{}\n{}", it, old, new);
                    prop_assert_eq!(it.gains() || it.loses(), differs, "{:?}", it);
                }
            }
            let told = named.is_some_and(|(kind, _)| kind == AccessChange::NoLongerManaged);
            prop_assert_eq!(told, leaves, "{:?} leaves\n{}\n{}", binding, old, new);
        }
        prop_assert!(named.is_empty(), "what never is: {:?}", named);
    }

    #[test]
    fn every_weakened_setting_is_named_and_none_that_is_the_same(
        (before, after) in pairs(),
        world in worlds(),
    ) {
        let (old, new) = (before.yaml(), after.yaml());
        let review = reviewed(&old, &new, &world, day(0));
        let settings: BTreeMap<_, _> = review.settings().iter().map(|it| (it.name, it)).collect();
        let weakened = |name| settings.get(name).is_some_and(|it| it.effect == Effect::Weakens);
        prop_assert_eq!(settings.contains_key("mode"), before.mode != after.mode);
        prop_assert_eq!(weakened("mode"), before.mode < after.mode);
        prop_assert_eq!(settings.contains_key("limits.removals"), before.removals != after.removals);
        let looser = before.removals < after.removals || (after.removals == 0 && before.removals != 0);
        prop_assert_eq!(weakened("limits.removals"), looser);
        let protects: Vec<_> = after.protect.iter().filter(|it| !before.protect.contains(it)).collect();
        prop_assert_eq!(settings.contains_key("protect"), before.protect != after.protect);
        prop_assert_eq!(weakened("protect"), !protects.is_empty());
        if let Some(it) = settings.get("protect") {
            let SettingChange::Items { added, .. } = &it.change else { panic!("{it:?}") };
            prop_assert_eq!(added.iter().collect::<Vec<_>>(), protects);
        }
        let scope: Vec<_> = review.settings().iter().filter(|it| it.name.starts_with("scope")).collect();
        prop_assert_eq!(scope.is_empty(), before.scope == after.scope, "{:?}\n{}\n{}", scope, old, new);
        let [then, now] = [&old, &new].map(|it| world.desired(it));
        let in_scope = |desired: &grantsync::desired::Desired, binding: &Binding| match &desired.scope {
            Some(it) => it.contains(binding, &world.directory),
            None => desired.named.contains(&binding.resource),
        };
        let (resources, users) = (&world.directory.resources, &world.directory.users);
        let every = resources.keys().flat_map(|resource| {
            world.directory.roles.keys().flat_map(move |role| users.keys().map(move |user| Binding { resource: *resource, role: *role, user: *user }))
        });
        let narrower = before.scope != after.scope && every.into_iter().any(|it| in_scope(&then, &it) && !in_scope(&now, &it));
        let told = scope.iter().any(|it| it.effect == Effect::Weakens);
        prop_assert!(told || !narrower, "{:?}\n{}\n{}", scope, old, new);
        // What weakens is first.
        prop_assert!(review.settings().is_sorted_by_key(|it| it.effect));
    }

    #[test]
    fn the_same_files_are_no_change(set in set(), world in worlds(), now in days()) {
        prop_assert_eq!(reviewed(&set.yaml(), &set.yaml(), &world, day(now)), Review::default());
    }
}
