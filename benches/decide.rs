//! What deciding costs in time and memory: reading files, resolving them, planning, and printing.
//!
//! `cargo bench --bench decide`. Ratios between lines of one run mean something; absolute times depend on the machine.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};
use grantsync::binding::{Binding, Link};
use grantsync::desired::{self, Document, resolve};
use grantsync::diagnostic::Source;
use grantsync::directory::{Directory, Resource, Role, User};
use grantsync::plan::plan;
use grantsync::policy::{PolicyInput, approve};
use grantsync::render::{self, Detail, Naming};
use grantsync::snapshot::{Caller, Observation, Snapshot};
use jiff::Timestamp;
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// Bindings by the number of links.
const SIZES: [usize; 2] = [10_000, 100_000];
const RESOURCES: usize = 200;
const USERS: usize = 2_000;

fn main() {
    divan::main();
}

/// Reads so many bindings, an entry each, from 40 files.
#[divan::bench(args = SIZES)]
fn parse(bencher: Bencher<'_, '_>, size: usize) {
    let sources = sources(size, 40);
    bencher.counter(ItemsCount::new(size)).bench(|| desired::parse(black_box(&sources)).unwrap());
}

/// From names to ids.
#[divan::bench(args = SIZES)]
fn resolve_names(bencher: Bencher<'_, '_>, size: usize) {
    let (document, directory) = (document(size), directory());
    bencher.counter(ItemsCount::new(size)).bench(|| resolve(black_box(&document), &directory));
}

/// All in sync.
#[divan::bench(args = SIZES)]
fn plan_in_sync(bencher: Bencher<'_, '_>, size: usize) {
    let (desired, directory) = (resolve(&document(size), &directory()), directory());
    let snapshot = snapshot(desired.bindings.iter().map(|it| it.binding).collect());
    bencher.counter(ItemsCount::new(size)).bench(|| plan(black_box(&desired), &directory, &snapshot, now()));
}

/// Half of it to be created, and as much to be removed: planned, approved and printed.
#[divan::bench(args = SIZES)]
fn plan_approve_print(bencher: Bencher<'_, '_>, size: usize) {
    let (desired, directory) = (resolve(&document(size), &directory()), directory());
    let mut live: Vec<_> = desired.bindings.iter().map(|it| it.binding).collect();
    let roles: Vec<_> = directory.roles.keys().copied().collect();
    for (at, binding) in live.iter_mut().enumerate().filter(|(at, _)| at % 2 == 0) {
        binding.role = roles[(at / 2) % roles.len()];
    }
    let snapshot = snapshot(live);
    bencher.counter(ItemsCount::new(size)).bench(|| {
        let plan = plan(black_box(&desired), &directory, &snapshot, now());
        let decision = approve(plan, &PolicyInput::default()).unwrap();
        render::plan(&decision, None, &Naming::new(&directory), Detail::Changes)
    });
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// Resource, role and user of the n-th binding; each triple once, up to 1,200,000.
fn triple(n: usize) -> (usize, usize, usize) {
    (n % RESOURCES, (n / RESOURCES / USERS) % 3, (n / RESOURCES + n % RESOURCES) % USERS)
}

fn sources(size: usize, files: usize) -> Vec<Source> {
    let mut sources: Vec<_> = (0..files)
        .map(|file| Source { name: format!("grants/{file:02}.yaml").into(), text: "bindings:\n".to_owned() })
        .collect();
    for n in 0..size {
        let (resource, role, user) = triple(n);
        let text = &mut sources[n % files].text;
        writeln!(text, "  - {{resource: resource-{resource:04}, role: role-{role}, user: user-{user:04}}}").unwrap();
    }
    sources
}

fn document(size: usize) -> Document {
    desired::parse(&sources(size, 1)).unwrap()
}

fn directory() -> Directory {
    let id = |kind: u128, n: usize| Uuid::from_u128((kind << 64) | n as u128);
    let offering = id(1, 0).into();
    let resource = |n| {
        let name = format!("resource-{n:04}");
        (
            id(2, n).into(),
            Resource { name, offering, offering_name: "HPC".to_owned(), project: None, terminated: false },
        )
    };
    let role = |n| (id(3, n).into(), Role { name: format!("role-{n}"), offerings: [offering].into() });
    let user =
        |n| (id(4, n).into(), User { username: format!("user-{n:04}"), full_name: String::new(), active: Some(true) });
    Directory {
        resources: (0..RESOURCES).map(resource).collect(),
        roles: (0..3).map(role).collect(),
        users: (0..USERS).map(user).collect(),
        aliases: BTreeMap::new(),
    }
}

fn snapshot(bindings: Vec<Binding>) -> Snapshot {
    let links = bindings.into_iter().zip(1..).map(|(binding, n)| Link::plain(Uuid::from_u128(n).into(), binding));
    let mut links: Vec<_> = links.collect();
    links.sort_unstable();
    let caller = Caller {
        user: Uuid::nil().into(),
        username: "operator".to_owned(),
        is_staff: true,
        is_support: false,
        token_lifetime: None,
    };
    let observation =
        Observation { pages: 34, ..Observation::new("https://waldur.example.org/api".to_owned(), caller) };
    Snapshot { links, incomplete: Vec::new(), users: BTreeMap::new(), observation }
}
