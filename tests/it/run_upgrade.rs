//! An agent under which the server is upgraded to another API: everything it saw is gone, and nobody took it away.

use grantsync::sandbox::{Waldur, World};

use crate::http;
use crate::reconcile_support::wanting;
use crate::run_kit::{live, start, world_on};

const WANTED: [&str; 3] = ["cluster-a admin alice", "cluster-b member bob", "cluster-a member carol"];

/// Makes the roles again that the upgrade dropped.
fn make_roles(world: &mut World) {
    let offering = world.offerings.iter().next().unwrap().id;
    for name in ["admin", "member", "viewer"] {
        let role = world.role(offering, name);
        world.make_available(role, offering);
    }
}

#[tokio::test]
async fn an_agent_writes_nothing_on_another_api_until_somebody_asks() {
    for waldur in [Waldur::V8_0, Waldur::V8_1] {
        let sandbox = world_on(Waldur::V7_0).await;
        let write = |folder: &std::path::Path| std::fs::write(folder.join("grants.yaml"), wanting(&WANTED)).unwrap();
        let mut agent = start(&sandbox, "grants.yaml", "--interval 1s", write).await;
        live(&sandbox, &WANTED).await;
        agent.result("in_sync").await;
        {
            let mut world = sandbox.world();
            world.upgrade(waldur);
            make_roles(&mut world);
            world.requests.clear();
        }
        let status = agent.result("other_api").await;
        let said = status["failure"]["message"].as_str().unwrap().to_owned();
        assert!(said.contains("spoke the older API (up to 8.0.7)"), "{said}");
        assert!(!agent.ready().await);
        // Passes go on, show what they would do, and write nothing; another content of the files is no answer.
        let shown = agent.until("seen", |it| it["access"]["drift"]["create"] == 3).await;
        assert_eq!(shown["last"]["result"], "other_api");
        agent.want("grants.yaml", &WANTED[..2]);
        agent.until("seen again", |it| it["access"]["drift"]["create"] == 2).await;
        assert!(sandbox.world().requests.iter().all(|it| it.method != "POST"));
        agent.signal("HUP");
        live(&sandbox, &WANTED[..2]).await;
        agent.result("in_sync").await;
        assert!(agent.ready().await);
        let metrics = http::get(format!("{}/metrics", agent.url)).await.unwrap().text().await.unwrap();
        assert!(metrics.contains("other_api"), "{metrics}");
        agent.said("in sync");
        assert_eq!(agent.stop().await.code, Some(0));
        assert_eq!(sandbox.world().triples().len(), 2);
    }
}
