//! Two passes on the same scope at the same time: they converge, leave nothing double, and nobody loses access.

use std::time::Duration;

use grantsync::sandbox::{Act, Fault, World, tokens};

use crate::api_support::client;
use crate::reconcile_support::{LINKS, Stage, document, request, rows, run, wanting};

const WORLD: &str = "
HPC cluster-a: admin alice, admin alice, viewer bob, viewer carol, member dave
HPC cluster-b: admin alice, viewer bob
users: erin
";
const WANTED: [&str; 6] = [
    "cluster-a admin alice",
    "cluster-a admin bob",
    "cluster-a member dave",
    "cluster-a member erin",
    "cluster-b admin alice",
    "cluster-b viewer erin",
];

/// Whoever is to keep something, or to get something in its place, has something at every moment.
fn assert_nobody_locked_out(world: &World) {
    for (resource, user) in
        [("cluster-a", "alice"), ("cluster-a", "bob"), ("cluster-a", "dave"), ("cluster-b", "alice")]
    {
        let has = ["admin", "member", "viewer"]
            .iter()
            .any(|role| !rows(world, &format!("{resource} {role} {user}")).is_empty());
        assert!(has, "{user} has nothing left on {resource}");
    }
}

#[tokio::test]
async fn they_converge_whatever_the_delays() {
    // Delays of single writes bring the two into every order.
    for (post, delete) in [(0, 0), (1, 1), (2, 0), (3, 2), (4, 4), (0, 3)] {
        let stage = Stage::new(WORLD).await;
        let other = client(&stage.sandbox.url(), tokens::STAFF);
        let late = || Act::Delay(Duration::from_millis(20));
        {
            let mut world = stage.sandbox.world();
            world.faults.push(Fault::on("", LINKS, Act::after(|world, _| assert_nobody_locked_out(world))));
            world.faults.push(Fault::on("POST", LINKS, late()).nth(post));
            world.faults.push(Fault::on("DELETE", LINKS, late()).nth(delete));
        }
        let document = document(&wanting(&WANTED));
        let request = request(&document);
        for _ in 0..2 {
            let (one, two) = tokio::join!(run(&stage.client, &request), run(&other, &request));
            // A link may be gone already, or held for a keeper; nothing fails for good.
            drop((one.unwrap(), two.unwrap()));
        }
        stage.pass(&wanting(&WANTED)).await;
        assert_eq!(stage.live(), WANTED, "{post} {delete}");
        stage.calm();
        assert_eq!(stage.pass(&wanting(&WANTED)).await, "nothing to do\n");
        assert_eq!(stage.writes(), Vec::<String>::new());
    }
}
