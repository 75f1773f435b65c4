//! Every fault at every request of one scenario, for a plan, an apply and two passes as the agent makes them.
//!
//! A run tries a sample of the cells; with `GRANTSYNC_CASES=all` it tries all and prints the table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt as _, stream};
use grantsync::api::Client;
use grantsync::policy::LastSeen;
use grantsync::reconcile::{KnownLinks, PassRequest, prepare};
use grantsync::report::{Outcome, Step};
use grantsync::sandbox::{Waldur, tokens};
use jiff::SignedDuration;

use crate::api_support::{client, settings};
use crate::fault_matrix_faults::{IMPATIENT, Row, rows};
use crate::fault_matrix_watch::{Findings, Watch};
use crate::reconcile_support::{Stage, document, in_words, request, run};

/// So many people on `a` that it is read again by person, and `b` as a whole. Two creations, a role change of ben, a duplicate of cat, three removals; boss is protected, out is out of scope. On 8.0,
/// where nothing removes one of two rows, cat has no duplicate.
const WORLD: &str = "
    HPC a: admin ann, member ben, member cat, member cat, viewer old, viewer boss, viewer k0, viewer k1, viewer k2, viewer k3, viewer k4, viewer k5, viewer k6, viewer k7, viewer k8, viewer k9
    HPC b: viewer gone, viewer cat
    Storage s: admin out
    users: new";
const YAML: &str = "
scope: {exclude: {offerings: [Storage]}}
protect: [boss]
limits: {removals: 1000, removal_percent: 100}
bindings:
  - {resource: a, role: admin, user: ann}
  - {resource: a, role: admin, user: ben}
  - {resource: a, role: member, user: cat}
  - {resource: a, role: member, user: new}
  - {resource: b, role: member, user: new}
  - {resource: a, role: viewer, users: [k0, k1, k2, k3, k4, k5, k6, k7, k8, k9]}
";
/// More of both where a row asks for it: a name that could be either of two, of which one is out of scope.
const TWINS: [&str; 2] = [
    "
    HPC twin:
    Storage twin:",
    "
  - {resource: twin, role: admin, user: ann}
",
];
const GOAL: [&str; 17] = [
    "a admin ann",
    "a admin ben",
    "a member cat",
    "a member new",
    "a viewer boss",
    "a viewer k0",
    "a viewer k1",
    "a viewer k2",
    "a viewer k3",
    "a viewer k4",
    "a viewer k5",
    "a viewer k6",
    "a viewer k7",
    "a viewer k8",
    "a viewer k9",
    "b member new",
    "s admin out",
];
/// Every so many cells make the sample; a prime, so that it spreads over rows, requests and columns.
const SAMPLE: usize = 61;
/// A cell mostly waits: so many are under way on each thread.
const TOGETHER: usize = 8;

/// The columns.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Verb {
    Plan,
    Apply,
    /// Two passes of one agent.
    Run,
}

const VERBS: [Verb; 3] = [Verb::Plan, Verb::Apply, Verb::Run];

/// What the agent carries from pass to pass, and the command line does not.
#[derive(Default)]
struct Memory {
    known: KnownLinks,
    last_seen: Arc<LastSeen>,
    removed: u32,
    /// How long ago its first pass was.
    age: SignedDuration,
}

/// A cell under way.
struct Trial {
    stage: Stage,
    watch: Watch,
    findings: Findings,
    yaml: String,
}

impl Trial {
    async fn begin(waldur: Waldur, twins: bool) -> Self {
        let [more_world, more_yaml] = if twins { TWINS } else { [""; 2] };
        let doubled = "member cat, member cat";
        let one = if waldur == Waldur::V8_0 { "member cat" } else { doubled };
        let world = format!("{}{more_world}", WORLD.replace(doubled, one));
        let stage = Stage::of(in_words(&world).on(waldur)).await;
        let watch = Watch::new(&stage.sandbox.world(), &GOAL);
        let yaml = format!("{}{more_yaml}", YAML.trim_end());
        Self { stage, watch, findings: Findings::default(), yaml }
    }

    /// The use of the product that trouble happens to.
    async fn in_trouble(&mut self, verb: Verb, client: &Client) -> Memory {
        let mut memory = Memory::default();
        match verb {
            Verb::Plan => self.plan(client).await,
            Verb::Apply => self.pass(client, None).await,
            Verb::Run => {
                self.pass(client, Some(&mut memory)).await;
                memory.age = SignedDuration::from_secs(30);
                self.pass(client, Some(&mut memory)).await;
            }
        }
        memory
    }

    async fn plan(&mut self, client: &Client) {
        let before = self.stage.live();
        // Whether it goes through or not: it writes nothing.
        let document = document(&self.yaml);
        let _ = prepare(client, &request(&document)).await;
        let quiet = self.stage.writes().is_empty() && self.stage.live() == before;
        self.findings.unless(quiet, || "plan wrote".to_owned());
    }

    async fn pass(&mut self, client: &Client, memory: Option<&mut Memory>) {
        let document = document(&self.yaml);
        let mut request = request(&document);
        let told = match memory {
            None => run(client, &request).await,
            Some(memory) => memory.pass(client, &mut request).await,
        };
        let mut world = self.stage.sandbox.world();
        let written = self.watch.follow(&world, &mut self.findings);
        let findings = &mut self.findings;
        match told {
            Ok(pass) => {
                findings.unless(written.is_empty() || pass.report.is_some(), || "written without a report".to_owned());
                self.watch.believe(&pass, &written, &world, findings);
            }
            Err(error) => findings.unless(written.is_empty(), || format!("written without a report: {error}")),
        }
        world.change_user("staff", |it| it.is_staff = true);
    }

    /// No more trouble, all rights, and nothing on its way any more.
    fn settle(&mut self) {
        let mut world = self.stage.sandbox.world();
        world.faults.clear();
        world.change_user("staff", |it| it.is_staff = true);
        world.handle_postponed();
        self.watch.follow(&world, &mut self.findings);
    }
}

impl Memory {
    /// A pass of the agent.
    async fn pass(
        &mut self,
        client: &Client,
        request: &mut PassRequest<'_>,
    ) -> Result<grantsync::reconcile::Pass, grantsync::reconcile::Error> {
        let Self { known, last_seen, removed, age } = self;
        request.now += *age;
        let before = known.clone();
        let request = PassRequest {
            known: Some(&before),
            last_seen: Arc::clone(last_seen),
            removed_lately: *removed,
            ..request.clone()
        };
        let pass = run(client, &request).await?;
        known.learn(&pass, request.now);
        if !pass.prepared.view.plan.changing {
            *last_seen = Arc::new(last_seen.after(&pass.prepared.view.plan));
        }
        let gone = |step: &Step, outcome: &Outcome| matches!(step, Step::Remove(_)) && outcome.is_done();
        *removed += u32::try_from(pass.report.iter().map(|it| it.count(gone)).sum::<usize>()).unwrap();
        Ok(pass)
    }
}

/// A fault, the request it begins with, and who is in trouble.
struct Cell<'a> {
    server: Waldur,
    row: &'a Row,
    nth: usize,
    verb: Verb,
}

impl Cell<'_> {
    async fn try_out(&self) -> Vec<String> {
        let Self { server, row, nth, verb } = *self;
        let mut trial = Trial::begin(server, row.twins).await;
        let mut settings = settings(&trial.stage.sandbox.url(), tokens::STAFF);
        if row.late {
            settings.attempt_timeout = IMPATIENT;
        }
        let troubled = Client::new(settings).unwrap();
        trial.stage.sandbox.world().faults = row.faults(nth);
        trial.watch.needless = usize::from(row.lasts);
        let mut memory = trial.in_trouble(verb, &troubled).await;
        trial.settle();
        // The next pass: the agent's, after all that it waits for; else of whoever comes then.
        let calm = client(&trial.stage.sandbox.url(), tokens::STAFF);
        memory.age = SignedDuration::from_mins(10);
        trial.pass(&calm, (verb == Verb::Run).then_some(&mut memory)).await;
        let live = trial.stage.live();
        trial.findings.unless(live == GOAL, || format!("the next pass left {live:?}"));
        trial.stage.calm();
        trial.pass(&calm, None).await;
        trial.findings.unless(trial.stage.writes().is_empty(), || "a third pass wrote".to_owned());
        let told = |it| format!("{} at request {nth} of {verb:?} on {server}: {it}", row.name);
        trial.findings.0.into_iter().map(told).collect()
    }
}

/// How many requests a verb sends when all goes well, by what they are.
async fn requests(server: Waldur, verb: Verb, twins: bool) -> BTreeMap<String, usize> {
    let mut trial = Trial::begin(server, twins).await;
    let calm = client(&trial.stage.sandbox.url(), tokens::STAFF);
    trial.in_trouble(verb, &calm).await;
    assert_eq!(trial.findings.0, Vec::<String>::new());
    let mut counts = BTreeMap::new();
    for request in &trial.stage.sandbox.world().requests {
        *counts.entry(String::new()).or_default() += 1;
        *counts.entry(request.method.clone()).or_default() += 1;
    }
    counts
}

/// Every cell.
async fn cells(rows: &[Row]) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    for server in Waldur::ALL {
        for verb in VERBS {
            let counts = [requests(server, verb, false).await, requests(server, verb, true).await];
            for row in rows {
                let all = 1..=counts[usize::from(row.twins)].get(row.method).copied().unwrap_or(0);
                cells.extend(all.map(|nth| Cell { server, row, nth, verb }));
            }
        }
    }
    cells
}

/// Tries cells side by side: on a thread for each core, and several on each.
fn side_by_side(cells: &[Cell<'_>]) -> Vec<Vec<String>> {
    let next = AtomicUsize::new(0);
    let mine = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let numbers = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|it| *it < cells.len()));
        let tried = stream::iter(numbers).map(async |at| (at, cells[at].try_out().await));
        runtime.block_on(tried.buffer_unordered(TOGETHER).collect::<Vec<_>>())
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().unwrap().get();
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(mine)).collect();
        let mut found: Vec<_> = threads.into_iter().flat_map(|it| it.join().unwrap()).collect();
        found.sort();
        found.into_iter().map(|(_, findings)| findings).collect()
    })
}

/// A line for each fault: cells tried and cells with a violation, for each verb.
fn table(rows: &[Row], cells: &[Cell<'_>], found: &[Vec<String>]) -> String {
    let mut table = format!("{:42}{:>12}{:>12}{:>12}\n", "cells / violations", "plan", "apply", "two passes");
    let mut line = |name: &str, of: &dyn Fn(&Cell<'_>) -> bool| {
        write!(table, "{name:42}").unwrap();
        for verb in VERBS {
            let tried = cells.iter().zip(found).filter(|(it, _)| it.verb == verb && of(it));
            let (tried, bad) = tried.fold((0, 0), |(all, bad), (_, it)| (all + 1, bad + usize::from(!it.is_empty())));
            write!(table, "{:>12}", format!("{tried} / {bad}")).unwrap();
        }
        table.push('\n');
    };
    for row in rows {
        line(&row.name, &|it| std::ptr::eq(it.row, row));
    }
    line("all", &|_| true);
    table
}

#[test]
fn no_fault_at_any_request_does_harm_or_makes_a_report_lie() {
    let all = std::env::var("GRANTSYNC_CASES").is_ok_and(|it| it == "all");
    let rows = rows();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut cells = runtime.block_on(cells(&rows));
    if !all {
        cells = cells.into_iter().skip(SAMPLE / 2).step_by(SAMPLE).collect();
    }
    assert!(cells.len() > 30, "{} cells", cells.len());
    let found = side_by_side(&cells);
    if all {
        print!("{}", table(&rows, &cells, &found));
    }
    assert_eq!(found.concat(), Vec::<String>::new());
}
