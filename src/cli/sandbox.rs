//! `sandbox`: a Waldur to try things on.

use anyhow::{Context as _, Result};

use super::args::Sandbox as Arguments;
use super::{Exit, output};
use crate::sandbox::{Sandbox, World, tokens};

pub(super) async fn run(Arguments { links, listen }: &Arguments) -> Result<Exit> {
    let world = links.map_or_else(World::example, |links| World::generated(200, 2_000, links));
    let sandbox = Sandbox::listen(*listen, world).await;
    let sandbox = sandbox.with_context(|| format!("could not listen on {listen}"))?;
    output::say("A sandbox to try things on: it forgets everything when it ends. In another terminal:\n\n");
    output::data(&format!("export WALDUR_API_URL={}\nexport WALDUR_ACCESS_TOKEN={}\n", sandbox.url(), tokens::STAFF))?;
    output::say("\nCtrl-C ends it.\n");
    tokio::signal::ctrl_c().await.context("could not wait for Ctrl-C")?;
    Ok(Exit::Done)
}
