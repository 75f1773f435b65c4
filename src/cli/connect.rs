//! From arguments and environment to a client.

use std::num::{NonZeroU16, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::error::{Context as _, Error, Result};
use super::values::{SandboxChoice, choice, duration, switch};
use super::{output, secrets};
use crate::api::{self, Address, Client, TokenSource, retry::RetryPolicy};
use crate::sandbox::{Sandbox, Waldur, World, tokens};

/// Which server, and how to speak to it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub(super) struct Server {
    /// The address of Waldur, with or without `/api`. The token is read from `WALDUR_ACCESS_TOKEN` or `--token-file`.
    #[arg(long, env = "WALDUR_API_URL", value_name = "URL")]
    pub(super) url: Option<String>,
    /// A file that contains the token; read again when it changes.
    #[arg(long, env = "WALDUR_ACCESS_TOKEN_FILE", value_name = "PATH")]
    pub(super) token_file: Option<PathBuf>,
    /// Sends the token over plain `http://` to another machine: whoever can read the traffic can use the token.
    #[arg(long, env = "GRANTSYNC_INSECURE_HTTP", value_parser = switch())]
    pub(super) insecure_http: bool,
    /// Uses a sandbox inside this process, with example data, instead of a server. It is a Waldur 7.0, or another
    /// version with e.g. `--sandbox=8.1`.
    #[arg(long, env = "GRANTSYNC_SANDBOX", value_name = "VERSION", value_parser = choice, num_args = 0..=1,
          require_equals = true, default_value = "false", default_missing_value = "true", hide_default_value = true)]
    pub(super) sandbox: SandboxChoice,
    /// Certificates to trust besides those of the system, in PEM.
    #[arg(long, env = "GRANTSYNC_CA_FILE", value_name = "PATH")]
    pub(super) ca_file: Option<PathBuf>,
    /// Concurrent reads. Waldur handles the requests of one token one at a time, so more is rarely faster.
    #[arg(long, env = "GRANTSYNC_PARALLELISM", default_value = "2", value_name = "N")]
    pub(super) parallelism: NonZeroU16,
    /// The limit for one call, including retries.
    #[arg(long, env = "GRANTSYNC_TIMEOUT", default_value = "5m", value_name = "DURATION", value_parser = duration)]
    pub(super) timeout: Duration,
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
        (None, None) => {
            let help = "set WALDUR_API_URL and WALDUR_ACCESS_TOKEN, or try it with --sandbox";
            return Err(Error::usage("no server", help));
        }
    };
    let address = Address::parse(&url)?;
    if let Some(refused) = unencrypted(&address, server) {
        return Err(refused);
    }
    if !address.is_private() {
        output::say(&format!("warning: the token is sent to {address} without encryption; use `https://`\n\n"));
    }
    let settings = api::ConnectionSettings {
        parallelism: NonZeroUsize::from(*parallelism),
        patience: RetryPolicy { budget: *timeout, ..RetryPolicy::default() },
        ca_file: ca_file.clone(),
        ..api::ConnectionSettings::new(address, secrets::read_pipe(token, *timeout)?)
    };
    Ok(Connection { client: Client::new(settings)?, sandbox })
}

/// Why the token is not sent there: others might read it on the way, and nobody said that they may.
pub(super) fn unencrypted(address: &Address, server: &Server) -> Option<Error> {
    let help = "use `https://`; or `--insecure-http`, if nobody can read the traffic between here and there";
    (!address.is_private() && !server.insecure_http)
        .then(|| Error::usage(format!("{address} would receive the token without encryption"), help))
}

/// Starts the sandbox that is asked for, if one is.
pub(super) async fn start_sandbox(SandboxChoice(waldur): SandboxChoice) -> Result<Option<Sandbox>> {
    let Some(waldur) = waldur else { return Ok(None) };
    let sandbox = Sandbox::start(World::example_of(waldur)).await.context(|| "could not start a sandbox")?;
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
        _ => Err(Error::usage(
            "no token",
            "put a staff token into WALDUR_ACCESS_TOKEN, or its file's name into WALDUR_ACCESS_TOKEN_FILE",
        )),
    }
}
