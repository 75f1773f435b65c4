//! `sandbox`: a Waldur to try things on.

use std::path::PathBuf;

use clap::Args;

use super::error::{Context as _, Result};
use super::signals::interrupted;
use super::{Exit, output};
use crate::sandbox::{Load, Sandbox, Waldur, World, tokens};

/// `sandbox`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Which version of Waldur to be: `7.0`, `8.0` or `8.1`.
    #[arg(long, default_value = "7.0", value_name = "VERSION")]
    waldur: Waldur,
    /// Instead of the little world: a large one with this many links, on 200 resources among 2,000 users.
    #[arg(long, value_name = "N")]
    links: Option<usize>,
    /// Keeps the world in this file, so that it survives a restart.
    #[arg(long, env = "GRANTSYNC_STATE", value_name = "PATH")]
    state: Option<PathBuf>,
    /// Takes as long for everything as a real Waldur on two cores.
    #[arg(long)]
    slow: bool,
    /// Where to listen.
    #[arg(long, env = "GRANTSYNC_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: std::net::SocketAddr,
}

/// Who else there is, and what they can see and change; the staff token is printed on its own.
const CALLERS: [(&str, [&str; 2]); 7] = [
    (
        tokens::SUPPORT,
        ["support: sees everything, can create, cannot remove", "support: sees everything, changes nothing"],
    ),
    (
        tokens::OWNER,
        [
            "owner of the service provider: sees nothing",
            "owner of the service provider: sees the users of each resource, changes nothing",
        ],
    ),
    (
        tokens::CONSUMER,
        [
            "owner of the consuming organisation: sees its resources, can create, cannot remove",
            "owner of the consuming organisation: sees and changes the users of its resources",
        ],
    ),
    (
        tokens::ADMIN,
        [
            "project admin: the same for one project",
            "project admin: sees the users of the resources of one project, changes nothing",
        ],
    ),
    (tokens::NOBODY, ["somebody without any role"; 2]),
    (tokens::EXPIRED, ["staff, expired"; 2]),
    (tokens::INACTIVE, ["staff, deactivated"; 2]),
];

pub(super) async fn run(Arguments { waldur, links, state, slow, listen }: &Arguments) -> Result<Exit> {
    let mut world = links.map_or_else(World::example, |links| World::generated(200, 2_000, links)).on(*waldur);
    if links.is_none() && waldur.scopes_roles() {
        world = world.with_ends();
    }
    if let Some(path) = state {
        world = world.kept_in(path).context(|| format!("could not keep the world in {}", path.display()))?;
    }
    world.forgets_requests = true;
    world.load = slow.then_some(Load::WALDUR);
    let sandbox = Sandbox::listen(*listen, world).await;
    let sandbox = sandbox.context(|| format!("could not listen on {listen}"))?;
    let kept = if state.is_some() { "" } else { " It forgets everything when it ends." };
    output::say(&format!("A Waldur to try things on.{kept} In another terminal:\n\n"));
    let line = |(token, [first, second]): (&str, [&str; 2])| {
        let who = if waldur.scopes_roles() { second } else { first };
        format!("#      WALDUR_ACCESS_TOKEN={token}  # {who}\n")
    };
    let others = CALLERS.map(line).concat();
    output::data(&format!(
        "export WALDUR_API_URL={}\nexport WALDUR_ACCESS_TOKEN={}\n# or, to see what others see:\n{others}",
        sandbox.url(),
        tokens::STAFF
    ))?;
    output::say("\nCtrl-C ends it.\n");
    interrupted().await.context(|| "could not wait for Ctrl-C")?;
    Ok(Exit::Done)
}
