//! Whether the client adds anything to the server's own time: listing 10,000 links from a server as slow as a real one,
//! made faster by a whole number so that nobody has to wait for a minute.
//!
//! `cargo bench --bench listing`, or with `-- 1` at its real speed. A ratio of 1 is the server's own time, worked off one request after the other.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may panic, and prints")]

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use grantsync::api::{Address, Client, ConnectionSettings, TokenSource};
use grantsync::sandbox::{Load, Sandbox, World, tokens};

/// How many times as fast, unless an argument says otherwise.
const FASTER: u32 = 10;

fn main() {
    let faster = std::env::args().find_map(|it| it.parse().ok()).unwrap_or(FASTER);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for parallelism in [1, 2, 4] {
        runtime.block_on(list(NonZeroUsize::new(parallelism).unwrap(), faster));
    }
}

async fn list(parallelism: NonZeroUsize, faster: u32) {
    let mut world = World::generated(200, 2_000, 10_000);
    world.load = Some(Load::WALDUR.faster(faster));
    let sandbox = Sandbox::start(world).await.unwrap();
    let address = Address::parse(&sandbox.url()).unwrap();
    let token = TokenSource::Text(tokens::STAFF.into());
    let client = Client::new(ConnectionSettings { parallelism, ..ConnectionSettings::new(address, token) }).unwrap();
    let began = Instant::now();
    let snapshot = client.snapshot().await.unwrap();
    let elapsed = began.elapsed();
    let world = sandbox.world();
    let server: Duration = world.requests.iter().map(|it| it.took).sum();
    println!(
        "parallelism {parallelism}: {} links, {} requests, {:.2} s, {:.3} of the server's own time",
        snapshot.links.len(),
        world.requests.len(),
        elapsed.as_secs_f64(),
        elapsed.as_secs_f64() / server.as_secs_f64()
    );
}
