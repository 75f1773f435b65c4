//! What is set, before anything is sent.

use super::{Check, CheckResult};
use crate::report::Failure;

/// Where a token comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenOrigin {
    /// The environment.
    Environment,
    /// A file.
    File {
        /// Its path.
        path: String,
        /// Its mode: who may read it. `None` where that is not known.
        mode: Option<u32>,
        /// Whether there is one in the environment, too.
        shadows: bool,
    },
    /// It is known: that of a sandbox.
    Sandbox,
}

/// How requests travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// With TLS.
    Tls,
    /// Without, within this machine.
    Loopback,
    /// Without, over a network.
    Open,
}

/// The address that is set.
pub fn address(address: Result<String, Option<Failure>>) -> CheckResult {
    match address {
        Ok(address) => CheckResult::ok(Check::Address, format!("`{address}`")),
        Err(Some(Failure { message, help })) => {
            let message = message.strip_prefix("address ").unwrap_or(&message).to_owned();
            CheckResult::failed(Check::Address, Failure { message, help })
        }
        Err(None) => CheckResult::problem(
            Check::Address,
            "no server is named",
            "`export WALDUR_API_URL=https://waldur.example.org`, with the address of yours; to look around without a \
             server: `grantsync doctor --sandbox`",
        ),
    }
}

/// Where the token comes from, and who else may read it there.
pub fn token_source(source: Result<TokenOrigin, Option<Failure>>) -> CheckResult {
    let (path, mode, shadows) = match source {
        Ok(TokenOrigin::File { path, mode, shadows }) => (path, mode, shadows),
        Ok(TokenOrigin::Environment) => {
            return CheckResult::ok(Check::Token, "from the environment, `WALDUR_ACCESS_TOKEN`");
        }
        Ok(TokenOrigin::Sandbox) => return CheckResult::ok(Check::Token, "the sandbox's own"),
        Err(Some(failure)) => return CheckResult::failed(Check::Token, failure),
        Err(None) => {
            return CheckResult::problem(
                Check::Token,
                "there is none",
                "`export WALDUR_ACCESS_TOKEN=…` with the token of a staff user (Waldur shows it in their profile), or the \
                 name of a file that holds it in `WALDUR_ACCESS_TOKEN_FILE`",
            );
        }
    };
    let shadows = if shadows { "; `WALDUR_ACCESS_TOKEN` is set, too, and not used" } else { "" };
    match mode {
        Some(mode) if mode & 0o004 != 0 => CheckResult::warning(
            Check::Token,
            format!(
                "from the file `{path}`, which everybody on this machine may read (mode {:03o}){shadows}",
                mode & 0o777
            ),
            format!("`chmod o= {path}`; and get a new token if somebody may have looked"),
        ),
        Some(_) | None => CheckResult::ok(Check::Token, format!("from the file `{path}`{shadows}")),
    }
}

/// What requests go through, and which variable says so; none where it is a setting of the system.
pub fn proxy(proxy: &str, variable: Option<&str>) -> CheckResult {
    let by = variable.map_or_else(|| "the system's settings say".to_owned(), |it| format!("`{it}` says"));
    CheckResult::ok(Check::Proxy, format!("requests go through `{proxy}`, as {by}; `NO_PROXY` names exceptions"))
}

/// Who may read along.
pub fn encryption(transport: Transport) -> CheckResult {
    match transport {
        Transport::Tls => CheckResult::ok(Check::Encryption, "TLS, with a certificate that is valid for the address"),
        Transport::Loopback => CheckResult::ok(Check::Encryption, "none, and none needed: nothing leaves this machine"),
        Transport::Open => CheckResult::warning(
            Check::Encryption,
            "none: whoever is on the way can read the token, and do with it what its owner may do",
            "write the address with `https://`; if the server offers no TLS, ask who runs it",
        ),
    }
}
