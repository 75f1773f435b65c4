//! What is right and what is wrong with a setup: facts in, findings out, each with what to do about it.

mod caller;
mod server;
mod setup;
mod upgrade;

use std::fmt;

pub use caller::{lifetime, links, listing, rights, rights_on_newer, token, turned_away, visibility};
pub use server::{clock, generations, site, version};
pub use setup::{TokenOrigin, Transport, address, encryption, proxy, token_source};
pub use upgrade::upgraded;

use crate::report::Failure;

/// What was found about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// What it is about.
    pub check: Check,
    /// How bad it is.
    pub level: Level,
    /// What was found; literals in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// How bad something is, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works, and may surprise.
    Warning,
    /// Does not work.
    Problem,
}

/// What is looked at, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Where Waldur is said to be.
    Address,
    /// Where the token comes from, and whether it opens anything.
    Token,
    /// What requests go through.
    Proxy,
    /// Who answers.
    Server,
    /// Who may read along.
    Encryption,
    /// What is spoken there.
    Api,
    /// When the token ends.
    Lifetime,
    /// Whether the clocks agree.
    Clock,
    /// How much the token is shown.
    Visibility,
    /// Whether an upgrade has left nothing of roles and links.
    Roles,
    /// What that means.
    Rights,
    /// Whether it could read back what it makes.
    Listing,
    /// What the server calls itself.
    Version,
}

impl Check {
    /// What is looked at always, unless something before it failed.
    pub const ALWAYS: [Self; 10] = [
        Self::Address,
        Self::Token,
        Self::Server,
        Self::Encryption,
        Self::Api,
        Self::Lifetime,
        Self::Clock,
        Self::Visibility,
        Self::Rights,
        Self::Listing,
    ];
}

impl CheckResult {
    fn ok(check: Check, message: impl Into<String>) -> Self {
        Self { check, level: Level::Ok, message: message.into(), help: None }
    }

    fn warning(check: Check, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { check, level: Level::Warning, message: message.into(), help: Some(help.into()) }
    }

    fn problem(check: Check, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { check, level: Level::Problem, message: message.into(), help: Some(help.into()) }
    }

    /// It could not be found out, which is a problem of its own.
    pub fn failed(check: Check, Failure { message, help }: Failure) -> Self {
        Self { check, level: Level::Problem, message, help }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Address => "address",
            Self::Token => "token",
            Self::Proxy => "proxy",
            Self::Server => "server",
            Self::Encryption => "encryption",
            Self::Api => "API",
            Self::Lifetime => "lifetime",
            Self::Clock => "clock",
            Self::Visibility => "sight",
            Self::Roles => "roles",
            Self::Rights => "rights",
            Self::Listing => "listing",
            Self::Version => "version",
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        })
    }
}

/// So many of something, in words.
fn count(number: u64, word: &str) -> String {
    match number {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    }
}
