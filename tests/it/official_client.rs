//! Waldur's own Python client works with the sandbox.

use std::env;
use std::path::Path;
use std::process::Stdio;

use grantsync::sandbox::{Sandbox, World, tokens};

/// Names a Python that has `waldur-api-client` 8.0.7.
const PYTHON: &str = "GRANTSYNC_OFFICIAL_CLIENT";

#[tokio::test]
async fn waldurs_own_client_is_served() {
    let Ok(python) = env::var(PYTHON) else {
        println!("skipped: {PYTHON} names no Python that has waldur-api-client 8.0.7");
        return;
    };
    let sandbox = Sandbox::start(World::generated(20, 50, 1000)).await.unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/official_client.py");
    let mut command = std::process::Command::new(python);
    command.arg(script).args([sandbox.url(), "1000".to_owned()]).env("WALDUR_ACCESS_TOKEN", tokens::STAFF);
    command.stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let world = sandbox.world();
    assert_eq!(world.links.len(), 999);
    let writes: Vec<_> =
        world.requests.iter().filter(|it| it.method != "GET" && it.method != "HEAD").map(|it| it.status).collect();
    assert_eq!(writes, [201, 204, 404, 204, 400]);
}
