//! Waldur's own Python client works with the sandbox.

use std::env;
use std::path::Path;
use std::process::Stdio;

use grantsync::sandbox::{Sandbox, Waldur, World, tokens};

#[tokio::test]
async fn waldurs_own_client_is_served() {
    let Ok(python) = env::var("GRANTSYNC_OFFICIAL_CLIENT") else {
        println!("skipped: GRANTSYNC_OFFICIAL_CLIENT names no Python that has waldur-api-client 8.0.7");
        return;
    };
    let sandbox = driven(&python, "official_client.py", Waldur::V7_0).await;
    let world = sandbox.world();
    assert_eq!(world.links.len(), 999);
    let writes: Vec<_> =
        world.requests.iter().filter(|it| it.method != "GET" && it.method != "HEAD").map(|it| it.status).collect();
    assert_eq!(writes, [201, 204, 404, 204, 400]);
}

#[tokio::test]
async fn waldurs_own_client_of_the_second_generation_is_served() {
    let Ok(python) = env::var("GRANTSYNC_OFFICIAL_CLIENT_8_1") else {
        println!("skipped: GRANTSYNC_OFFICIAL_CLIENT_8_1 names no Python that has waldur-api-client 8.1.3");
        return;
    };
    let sandbox = driven(&python, "official_client_second.py", Waldur::V8_1).await;
    let world = sandbox.world();
    assert_eq!(world.active_links().count(), 1000);
    let writes: Vec<_> =
        world.requests.iter().filter(|it| it.method != "GET" && it.method != "HEAD").map(|it| it.status).collect();
    assert_eq!(writes, [201, 201, 400, 200, 200, 200, 200, 200, 500, 204]);
}

/// A sandbox that a script has driven with the official client that belongs to it.
async fn driven(python: &str, script: &str, waldur: Waldur) -> Sandbox {
    let sandbox = Sandbox::start(World::generated(20, 50, 1000).on(waldur)).await.unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(script);
    let mut command = std::process::Command::new(python);
    command.arg(script).args([sandbox.url(), "1000".to_owned()]).env("WALDUR_ACCESS_TOKEN", tokens::STAFF);
    command.stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    sandbox
}
