//! Every fault at every request of one scenario, for a plan, an apply and two passes as the agent makes them.
//!
//! A run tries a sample of the cells; with `GRANTSYNC_CASES=all` it tries all and prints the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use grantsync::api::Client;
use grantsync::binding::{Binding, Link, LinkId};
use grantsync::reconcile::prepare;
use grantsync::report::{Outcome, Report, Step};
use grantsync::sandbox::{EventKind, Fault, World, tokens};

use crate::api_support::settings;
use crate::fault_matrix_faults::{IMPATIENT, ROWS, Row};
use crate::reconcile_properties::{bound, named};
use crate::reconcile_support::{Stage, document, request, run};

/// Two creations, a role change of ben, a duplicate of cat, three removals; boss is protected, out is out of scope.
const WORLD: &str = "
    HPC a: admin ann, member ben, member cat, member cat, viewer old, viewer boss
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
";
/// What is to be there in the end, and may never be missing once it is there.
const GOAL: [&str; 7] =
    ["a admin ann", "a admin ben", "a member cat", "a member new", "a viewer boss", "b member new", "s admin out"];
/// Every so many cells make the sample; a prime, so that it spreads over rows, requests and columns.
const SAMPLE: usize = 41;

/// The columns.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Verb {
    Plan,
    Apply,
    /// Two passes, the second without the fault.
    Run,
}

const VERBS: [Verb; 3] = [Verb::Plan, Verb::Apply, Verb::Run];

/// What one cell has against the product.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn unless(&mut self, holds: bool, says: impl FnOnce() -> String) {
        if !holds {
            self.0.push(says());
        }
    }
}

/// The world of a cell, as it was told by the server's own record so far.
struct Watch {
    rows: BTreeMap<String, usize>,
    created: BTreeSet<String>,
    events: usize,
}

impl Watch {
    fn new(world: &World) -> Self {
        let mut rows = BTreeMap::new();
        for triple in world.triples() {
            *rows.entry(triple).or_default() += 1;
        }
        Self { rows, created: BTreeSet::new(), events: world.events.len() }
    }

    /// Follows what was written since, one write after the other.
    fn follow(&mut self, world: &World, findings: &mut Findings) {
        for event in &world.events[self.events..] {
            let triple = named(event);
            let rows = self.rows.entry(triple.clone()).or_default();
            match event.kind {
                EventKind::Created | EventKind::Granted => {
                    *rows += 1;
                    findings.unless(*rows == 1, || format!("{triple} was created where it was"));
                    findings.unless(GOAL.contains(&&*triple), || format!("{triple} was created, and nobody wants it"));
                    findings.unless(self.created.insert(triple.clone()), || format!("{triple} was created twice"));
                }
                EventKind::Deleted | EventKind::Revoked => {
                    *rows -= 1;
                    let last = *rows == 0;
                    findings.unless(!last || !GOAL.contains(&&*triple), || format!("{triple} was removed"));
                    let gap = triple == "a member ben" && self.rows.get("a admin ben").is_none_or(|it| *it == 0);
                    findings.unless(!gap, || "ben had no role for a while".to_owned());
                }
                EventKind::Updated => findings.unless(false, || format!("{triple} was changed")),
            }
        }
        self.events = world.events.len();
    }
}

/// Whether what a report says of each step is so.
fn believe(report: &Report, world: &World, findings: &mut Findings) {
    let live = world.links.iter().map(|it| (it.id.into(), bound([it.resource, it.role, it.user])));
    let live: Vec<(LinkId, Binding)> = live.collect();
    let has = |link: &Link| live.contains(&(link.id, link.binding));
    for (step, outcome) in &report.steps {
        let there = match step {
            Step::Create(creation) | Step::Lengthen(creation) => live.iter().any(|(_, it)| *it == creation.binding),
            Step::Remove(removal) | Step::Shorten(removal) => has(&removal.link),
        };
        let so = match outcome {
            Outcome::Created(link) | Outcome::Adopted(link) => has(link) && link.binding == step.binding(),
            Outcome::Removed | Outcome::AlreadyGone => !there,
            Outcome::EndSet => there,
            Outcome::Failed(_) | Outcome::Unsent | Outcome::Held(_) => there != matches!(step, Step::Create(_)),
            Outcome::Unknown(_) => true,
        };
        findings.unless(so, || format!("told of `{step}`: {outcome}"));
    }
}

async fn pass(stage: &Stage, client: &Client, watch: &mut Watch, findings: &mut Findings) {
    let document = document(YAML);
    let told = run(client, &request(&document)).await;
    let world = stage.sandbox.world();
    let before = watch.events;
    watch.follow(&world, findings);
    match told.map(|it| it.report) {
        Ok(Some(report)) => believe(&report, &world, findings),
        Ok(None) | Err(_) => findings.unless(watch.events == before, || "written without a report".to_owned()),
    }
}

/// One use of the product, with whatever is in the script.
async fn act(stage: &Stage, verb: Verb, client: &Client, watch: &mut Watch, findings: &mut Findings) {
    match verb {
        Verb::Plan => {
            let before = stage.live();
            // Whether it goes through or not: it writes nothing.
            let document = document(YAML);
            let _ = prepare(client, &request(&document)).await;
            findings.unless(stage.writes().is_empty() && stage.live() == before, || "plan wrote".to_owned());
        }
        Verb::Apply | Verb::Run => pass(stage, client, watch, findings).await,
    }
    stage.sandbox.world().change_user("staff", |it| it.is_staff = true);
    stage.sandbox.world().faults.clear();
    if verb == Verb::Run {
        pass(stage, client, watch, findings).await;
    }
}

async fn cell(row: &Row, nth: usize, verb: Verb) -> Findings {
    let stage = Stage::new(WORLD).await;
    let mut findings = Findings::default();
    let mut watch = Watch::new(&stage.sandbox.world());
    let mut settings = settings(&stage.sandbox.url(), tokens::STAFF);
    if row.late {
        settings.attempt_timeout = IMPATIENT;
    }
    let client = Client::new(settings).unwrap();
    stage.sandbox.world().faults = row.acts().into_iter().map(|it| Fault::on(row.method, "/", it).nth(nth)).collect();
    act(&stage, verb, &client, &mut watch, &mut findings).await;
    // The next pass, by whoever comes then.
    pass(&stage, &stage.client, &mut watch, &mut findings).await;
    findings.unless(stage.live() == GOAL, || format!("the next pass left {:?}", stage.live()));
    stage.calm();
    pass(&stage, &stage.client, &mut watch, &mut findings).await;
    findings.unless(stage.writes().is_empty(), || "a third pass wrote".to_owned());
    findings
}

/// How many requests that a fault can happen to a verb sends before its second pass.
async fn requests(verb: Verb) -> BTreeMap<&'static str, usize> {
    let stage = Stage::new(WORLD).await;
    let (mut watch, mut findings) = (Watch::new(&stage.sandbox.world()), Findings::default());
    let verb = if verb == Verb::Run { Verb::Apply } else { verb };
    act(&stage, verb, &stage.client, &mut watch, &mut findings).await;
    assert_eq!(findings.0, Vec::<String>::new());
    BTreeMap::from([("", stage.asked("GET", "/") + stage.writes().len()), ("GET", stage.asked("GET", "/"))])
}

#[tokio::test]
async fn no_fault_at_any_request_does_harm_or_makes_a_report_lie() {
    let all = std::env::var("GRANTSYNC_CASES").is_ok_and(|it| it == "all");
    let mut lengths = Vec::new();
    for verb in VERBS {
        lengths.push((verb, requests(verb).await));
    }
    let (mut number, mut tried, mut wrong) = (0, 0, Vec::new());
    if all {
        println!("{:28}{:>14}{:>14}{:>14}", "cells / violations", "plan", "apply", "two passes");
    }
    for row in ROWS {
        let mut line = format!("{:28}", row.name);
        for (verb, lengths) in &lengths {
            let (mut cells, mut bad) = (0, 0);
            for nth in 1..=lengths[row.method] {
                number += 1;
                if !all && number % SAMPLE != 0 {
                    continue;
                }
                let findings = cell(row, nth, *verb).await.0;
                cells += 1;
                bad += usize::from(!findings.is_empty());
                wrong.extend(findings.iter().map(|it| format!("{} at request {nth} of {verb:?}: {it}", row.name)));
            }
            tried += cells;
            write!(line, "{:>14}", format!("{cells} / {bad}")).unwrap();
        }
        if all {
            println!("{line}");
        }
    }
    assert!(tried > 30, "{tried} cells of {number}");
    assert_eq!(wrong, Vec::<String>::new());
}
