//! A little world in words, for tests that decide without a server.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use expect_test::Expect;
use grantsync::binding::{Binding, Link, LinkId, OfferingId, ResourceId, RoleId, UserId};
use grantsync::desired::{self, Desired, Document, Limits};
use grantsync::diagnostic::Source;
use grantsync::directory::{Directory, Project, Resource, Role, User};
use grantsync::plan::{Creation, Plan, Removal, plan};
use grantsync::policy::{Decision, PolicyInput, approve};
use grantsync::render::{self, Detail, Naming};
use grantsync::snapshot::{Caller, Observation, Snapshot};
use jiff::Timestamp;
use uuid::Uuid;

/// When tests happen, unless they say otherwise.
pub(crate) const NOW: &str = "2027-01-01T12:00:00Z";

/// The roles of every offering.
const ROLES: [&str; 3] = ["admin", "member", "viewer"];

/// What is live, and what names mean.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) directory: Directory,
    pub(crate) snapshot: Snapshot,
}

impl World {
    /// Reads lines like `HPC cluster-a: admin alice, member bob`, a resource of an offering and its links, numbered
    /// from 1 as they come; `@ PROJECT of ORGANISATION` may stand behind the name and `(terminated)` before the colon. A line `users: yan, (inactive) zoe` adds users
    /// without links. After a user may follow what a server that keeps ends says: `until 2027-03-31`, a day or an
    /// instant, `made 2026-01-01`, and `managed`.
    pub(crate) fn read(text: &str) -> Self {
        let mut directory = Directory::default();
        let mut links = Vec::new();
        for line in text.lines().map(str::trim).filter(|it| !it.is_empty()) {
            let (head, tail) = line.split_once(':').unwrap();
            let items = tail.split(',').map(str::trim).filter(|it| !it.is_empty());
            if head == "users" {
                for item in items {
                    let name = item.trim_start_matches("(inactive) ");
                    directory.users.insert(
                        user(name),
                        User { username: name.into(), full_name: String::new(), active: Some(name == item) },
                    );
                }
                continue;
            }
            let terminated = head.ends_with(" (terminated)");
            let (offering_name, name) = head.trim_end_matches(" (terminated)").split_once(' ').unwrap();
            let offering = offering(offering_name);
            for it in ROLES {
                directory.roles.insert(role(offering_name, it), Role { name: it.into(), offerings: [offering].into() });
            }
            let id = resource(offering_name, name, terminated);
            let (name, project) = match name.split_once(" @ ") {
                Some((name, place)) => (name, Some(project(place))),
                None => (name, None),
            };
            let found =
                Resource { name: name.into(), offering, offering_name: offering_name.into(), project, terminated };
            directory.resources.insert(id, found);
            for item in items {
                let mut words = item.split(' ');
                let (role_name, username) = (words.next().unwrap(), words.next().unwrap());
                let named = || User { username: username.into(), full_name: String::new(), active: None };
                directory.users.entry(user(username)).or_insert_with(named);
                let binding = Binding { resource: id, role: role(offering_name, role_name), user: user(username) };
                let mut link = Link::plain(link(links.len() + 1), binding);
                while let Some(word) = words.next() {
                    match word {
                        "until" => link.ends = words.next().map(until),
                        "made" => link.created = words.next().map(until),
                        "managed" => link.managed = true,
                        _ => panic!("`{word}` of `{item}`"),
                    }
                }
                links.push(link);
            }
        }
        links.sort_unstable();
        let caller = Caller {
            user: user("operator"),
            username: "operator".into(),
            is_staff: true,
            is_support: false,
            token_lifetime: None,
        };
        let observation = Observation { pages: 1, ..Observation::new("https://waldur.example.org/api".into(), caller) };
        Self { directory, snapshot: Snapshot { links, incomplete: Vec::new(), users: BTreeMap::new(), observation } }
    }

    /// The same of a server that keeps ends.
    pub(crate) fn keeping_ends(text: &str) -> Self {
        let mut world = Self::read(text);
        world.snapshot.observation.keeps_ends = true;
        world
    }

    pub(crate) fn desired(&self, yaml: &str) -> Desired {
        desired::resolve(&document(yaml), &self.directory)
    }

    pub(crate) fn plan(&self, yaml: &str, now: &str) -> Plan {
        plan(&self.desired(yaml), &self.directory, &self.snapshot, instant(now))
    }

    /// What is decided by a file, as it asks for it.
    pub(crate) fn decision(&self, yaml: &str) -> Decision {
        let Desired { limits, mode, .. } = self.desired(yaml);
        let approvals = document(yaml).approvals;
        approve(self.plan(yaml, NOW), &PolicyInput { limits, mode, approvals, ..PolicyInput::default() }).unwrap()
    }

    /// The world once everything in this plan is done.
    pub(crate) fn after(&self, plan: &Plan) -> Self {
        let mut after = self.clone();
        let next = after.snapshot.links.len() + 1000;
        let removed = |it: &Link| plan.removals.iter().any(|gone| gone.end_change().is_none() && gone.link == *it);
        after.snapshot.links.retain(|it| !removed(it));
        let later = plan.creations.iter().filter_map(Creation::end_change);
        for change in later.chain(plan.removals.iter().filter_map(Removal::end_change)) {
            let link = after.snapshot.links.iter_mut().find(|it| **it == change.link).unwrap();
            link.ends = change.ends.at();
        }
        let made = plan.creations.iter().filter(|it| it.row.is_none()).zip(next..);
        let made = made.map(|(it, n)| Link { ends: it.ends.at(), ..Link::plain(link(n), it.binding) });
        after.snapshot.links.extend(made);
        after.snapshot.links.sort_unstable();
        after
    }
}

/// Plans and approves at [`NOW`] with the limits of the file, and compares what people read.
#[track_caller]
pub(crate) fn check(yaml: &str, world: &str, expect: Expect) {
    check_at(NOW, yaml, &World::read(world), expect);
}

/// The same at another time, in a world that may have been changed.
#[track_caller]
pub(crate) fn check_at(now: &str, yaml: &str, world: &World, expect: Expect) {
    let limits = document(yaml).limits;
    expect.assert_eq(&decided(world, yaml, now, &PolicyInput { limits, ..PolicyInput::default() }));
}

/// What people read of a decision: findings, then the plan.
pub(crate) fn decided(world: &World, yaml: &str, now: &str, input: &PolicyInput) -> String {
    let plan = world.plan(yaml, now);
    let found = plan.problems.iter().map(|it| ("problem", it)).chain(plan.warnings.iter().map(|it| ("warning", it)));
    let mut out = String::new();
    for (severity, it) in found {
        let help = it.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        writeln!(out, "{severity} {}: {}{help}", it.primary.span, it.message).unwrap();
    }
    let decision = match approve(plan, input) {
        Ok(decision) => decision,
        Err(stale) => return format!("{out}{stale}\n"),
    };
    let text = render::plan(&decision, None, &Naming::new(&world.directory), Detail::Changes);
    out + &anstream::adapter::strip_str(&text).to_string()
}

/// What references turned into: problems, and the bindings that are wanted, in names.
pub(crate) fn resolved(yaml: &str, world: &str) -> String {
    let world = World::read(world);
    let desired = world.desired(yaml);
    let naming = Naming::new(&world.directory);
    let mut out = String::new();
    for it in desired.doubts.iter().flat_map(|it| &it.diagnostics) {
        let help = it.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        writeln!(out, "{}: {}{help}", it.primary.span, it.message).unwrap();
    }
    for Binding { resource, role, user } in desired.bindings.iter().map(|it| it.binding) {
        let (offering, resource) = (naming.offering(resource), naming.resource(resource));
        writeln!(out, "{offering} {resource}: {} {}", naming.role(role), naming.user(user)).unwrap();
    }
    out
}

pub(crate) fn document(yaml: &str) -> Document {
    let source = Source { name: "grants.yaml".into(), text: yaml.into() };
    desired::parse(&[source]).unwrap()
}

pub(crate) fn no_limits() -> Limits {
    Limits { removals: u32::MAX, removal_percent: 100, creations: None }
}

/// An instant, or the end of a day.
fn until(text: &str) -> Timestamp {
    match text.parse::<jiff::civil::Date>() {
        Ok(day) if !text.contains('T') => {
            day.tomorrow().unwrap().to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp()
        }
        _ => instant(text),
    }
}

pub(crate) fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn link(n: usize) -> LinkId {
    Uuid::from_u128(n as u128).into()
}

pub(crate) fn offering(name: &str) -> OfferingId {
    id("offering", name).into()
}

pub(crate) fn resource(offering: &str, name: &str, terminated: bool) -> ResourceId {
    id("resource", &format!("{offering} {name} {terminated}")).into()
}

fn project(place: &str) -> Project {
    let (name, organisation) = place.split_once(" of ").unwrap();
    Project { id: id("project", place).into(), name: name.into(), organisation: organisation.into() }
}

pub(crate) fn role(offering: &str, name: &str) -> RoleId {
    id("role", &format!("{offering} {name}")).into()
}

pub(crate) fn user(name: &str) -> UserId {
    id("user", name).into()
}

/// An id that is the same in every run: FNV-1a over kind and name.
fn id(kind: &str, name: &str) -> Uuid {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in kind.bytes().chain([0]).chain(name.bytes()) {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    Uuid::from_u128(hash)
}
