//! What a client is made from.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::address::Address;
use super::retry::RetryPolicy;
use super::token::TokenSource;

/// Where Waldur is, who we are, and how patient.
#[derive(Debug, Clone)]
pub struct ConnectionSettings {
    /// The server.
    pub address: Address,
    /// The credential.
    pub token: TokenSource,
    /// Reads in flight at once. The server serves the requests of one token one after the other, so that more than a
    /// few only wait in its queue until it kills them.
    pub parallelism: NonZeroUsize,
    /// One request and its whole answer take no longer than this.
    pub attempt_timeout: Duration,
    /// How often and how long a request is tried.
    pub patience: RetryPolicy,
    /// Certificates (PEM) of authorities that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// How we introduce ourselves.
    pub user_agent: String,
}

impl ConnectionSettings {
    /// The server and the credential; the rest as fits a Waldur of usual size.
    pub fn new(address: Address, token: TokenSource) -> Self {
        Self {
            address,
            token,
            parallelism: NonZeroUsize::MIN.saturating_add(1),
            attempt_timeout: Duration::from_secs(60),
            patience: RetryPolicy::default(),
            ca_file: None,
            user_agent: concat!("grantsync/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}
