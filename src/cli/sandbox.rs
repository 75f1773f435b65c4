//! `sandbox`: a Waldur to try things on.

use anyhow::{Context as _, Result};

use super::args::Sandbox as Arguments;
use super::signals::interrupted;
use super::{Exit, output};
use crate::sandbox::{Load, Sandbox, World, tokens};

/// Who else there is; the staff token is printed on its own.
const CALLERS: [(&str, &str); 7] = [
    (tokens::SUPPORT, "support: sees everything, may create, may not remove"),
    (tokens::OWNER, "owner of the service provider: sees nothing"),
    (tokens::CONSUMER, "owner of the consuming organisation: sees its resources, may create, may not remove"),
    (tokens::ADMIN, "project admin: the same for one project"),
    (tokens::NOBODY, "somebody without any role"),
    (tokens::EXPIRED, "staff, expired"),
    (tokens::INACTIVE, "staff, deactivated"),
];

pub(super) async fn run(Arguments { waldur, links, state, slow, listen }: &Arguments) -> Result<Exit> {
    let mut world = links.map_or_else(World::example, |links| World::generated(200, 2_000, links)).on(*waldur);
    if links.is_none() && waldur.scopes_roles() {
        world = world.with_ends();
    }
    if let Some(path) = state {
        world = world.kept_in(path).with_context(|| format!("could not keep the world in {}", path.display()))?;
    }
    world.forgets_requests = true;
    world.load = slow.then_some(Load::WALDUR);
    let sandbox = Sandbox::listen(*listen, world).await;
    let sandbox = sandbox.with_context(|| format!("could not listen on {listen}"))?;
    let kept = if state.is_some() { "" } else { " It forgets everything when it ends." };
    output::say(&format!("A Waldur to try things on.{kept} In another terminal:\n\n"));
    let others: String = CALLERS.map(|(token, who)| format!("#      WALDUR_ACCESS_TOKEN={token}  # {who}\n")).concat();
    output::data(&format!(
        "export WALDUR_API_URL={}\nexport WALDUR_ACCESS_TOKEN={}\n# or, to see what others see:\n{others}",
        sandbox.url(),
        tokens::STAFF
    ))?;
    output::say("\nCtrl-C ends it.\n");
    interrupted().await.context("could not wait for Ctrl-C")?;
    Ok(Exit::Done)
}
