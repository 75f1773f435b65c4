//! From arguments and environment to a client.

use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::args::Server;
use super::values::SandboxChoice;
use super::{output, secrets};
use crate::api::{self, Address, Client, TokenSource, retry::Patience};
use crate::sandbox::{Sandbox, Waldur, World, tokens};

/// Something on the command line or in the environment is missing or makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Usage {
    pub(super) message: String,
    pub(super) help: String,
}

/// A client, and the sandbox it speaks to, if it does.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) sandbox: Option<Sandbox>,
}

/// Connects to the server that is asked for, or starts a sandbox.
pub(super) async fn connect(server: &Server) -> Result<Connection> {
    let Server { url, token_file, insecure_http: _, sandbox, ca_file, parallelism, timeout } = server;
    let sandbox = start_sandbox(*sandbox).await?;
    let (url, token) = match (&sandbox, url) {
        (Some(sandbox), _) => (sandbox.url(), TokenSource::Text(tokens::STAFF.into())),
        (None, Some(url)) => (url.clone(), token(token_file.as_deref())?),
        (None, None) => return Err(no_server().into()),
    };
    let address = Address::parse(&url)?;
    if let Some(refused) = unencrypted(&address, server) {
        return Err(refused.into());
    }
    if !address.is_private() {
        output::say(&format!("warning: the token is sent to {address} without encryption; use `https://`\n\n"));
    }
    let settings = api::Settings {
        parallelism: NonZeroUsize::from(*parallelism),
        patience: Patience { budget: *timeout, ..Patience::default() },
        ca_file: ca_file.clone(),
        ..api::Settings::new(address, token)
    };
    Ok(Connection { client: Client::new(settings)?, sandbox })
}

/// Why the token is not sent there: others might read it on the way, and nobody said that they may.
pub(super) fn unencrypted(address: &Address, server: &Server) -> Option<Usage> {
    (!address.is_private() && !server.insecure_http).then(|| Usage {
        message: format!("{address} would receive the token without encryption"),
        help: "use `https://`; or `--insecure-http`, if nobody can read the traffic between here and there".to_owned(),
    })
}

/// Starts the sandbox that is asked for, if one is.
pub(super) async fn start_sandbox(SandboxChoice(waldur): SandboxChoice) -> Result<Option<Sandbox>> {
    let Some(waldur) = waldur else { return Ok(None) };
    let sandbox = Sandbox::start(World::example_of(waldur)).await.context("could not start a sandbox")?;
    let version = if waldur == Waldur::default() { String::new() } else { format!(" {waldur}") };
    output::say(&format!("sandbox: a Waldur{version} inside this process, at {}\n\n", sandbox.url()));
    Ok(Some(sandbox))
}

fn token(file: Option<&Path>) -> Result<TokenSource> {
    if let Some(path) = file {
        secrets::in_file(path);
        return Ok(TokenSource::File(path.to_owned()));
    }
    match std::env::var("WALDUR_ACCESS_TOKEN") {
        Ok(text) if !text.trim().is_empty() => Ok(TokenSource::Text(text.into())),
        _ => Err(Usage {
            message: "no token".to_owned(),
            help: "put a staff token into WALDUR_ACCESS_TOKEN, or its file's name into WALDUR_ACCESS_TOKEN_FILE"
                .to_owned(),
        }
        .into()),
    }
}

fn no_server() -> Usage {
    Usage {
        message: "no server".to_owned(),
        help: "set WALDUR_API_URL and WALDUR_ACCESS_TOKEN, or try it with --sandbox".to_owned(),
    }
}
