//! Two agents over the same scope: they converge, leave no duplicate, and nobody loses access on the way.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use grantsync::sandbox::{Act, World};

use crate::reconcile_support::{Asked, wanting};
use crate::run_kit::{is_in_sync, live, start, trouble, world};

/// What everybody should have, in each round.
const ROUNDS: [&[&str]; 3] = [
    &["cluster-a admin alice", "cluster-b member bob", "cluster-a member carol", "cluster-b viewer dave"],
    &["cluster-a admin alice", "cluster-b admin bob", "cluster-a viewer carol", "cluster-b viewer dave"],
    &["cluster-a admin alice", "cluster-b admin bob", "cluster-b viewer erin", "cluster-a member frank"],
];

#[tokio::test]
async fn they_converge_and_nobody_loses_access() {
    let sandbox = world().await;
    let write = |folder: &Path| fs::write(folder.join("grants.yaml"), wanting(ROUNDS[0])).unwrap();
    let wanted = Arc::new(Mutex::new(names(ROUNDS[0])));
    let lost = Arc::new(Mutex::new(Vec::new()));
    {
        let mut world = sandbox.world();
        for (at, delay) in [3, 40, 11, 90, 1, 60, 25].into_iter().enumerate() {
            // Each of them falls on every seventh request, whoever sends it.
            for asked in [Asked::List, Asked::Create, Asked::Remove] {
                for turn in 0..40 {
                    let fault = trouble(asked, Act::DelayAnswer(Duration::from_millis(delay)));
                    world.faults.push(fault.nth(turn * 7 + at).times(1));
                }
            }
        }
        let (wanted, lost) = (Arc::clone(&wanted), Arc::clone(&lost));
        let mut had: BTreeSet<String> = BTreeSet::new();
        let watch = move |world: &mut World, _: &_| {
            let has: BTreeSet<String> = world.triples().into_iter().collect();
            let wanted = wanted.lock().unwrap();
            let gone = had.difference(&has).filter(|it| wanted.contains(*it)).cloned();
            lost.lock().unwrap().extend(gone);
            had = has;
        };
        world.faults.push(trouble(Asked::Remove, Act::after(watch)));
    }
    let one = start(&sandbox, "grants.yaml", "--interval 1s", write).await;
    let two = start(&sandbox, "grants.yaml", "--interval 1s", write).await;
    for round in ROUNDS {
        *wanted.lock().unwrap() = names(round);
        one.want("grants.yaml", round);
        two.want("grants.yaml", round);
        // Exactly these, each once: a duplicate would be there twice.
        live(&sandbox, round).await;
        for agent in [&one, &two] {
            agent.until("in sync", |it| is_in_sync(it) && it["access"]["in_sync"] == 4).await;
        }
    }
    assert_eq!(*lost.lock().unwrap(), Vec::<String>::new());
    assert_eq!((one.stop().await.code, two.stop().await.code), (Some(0), Some(0)));
}

fn names(bindings: &[&str]) -> BTreeSet<String> {
    bindings.iter().map(|it| (*it).to_owned()).collect()
}
