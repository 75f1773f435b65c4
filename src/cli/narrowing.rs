//! What a call is narrowed to, and the limits that replace those of the files.

use clap::Args;

use super::values::{OnlyOne, digest, only, switch};
use crate::policy::Digest;

/// Less than the files say.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct Narrowing {
    /// Holds removals beyond this many; instead of `limits.removals` in the files.
    #[arg(long, env = "GRANTSYNC_MAX_REMOVALS", value_name = "N")]
    pub(super) max_removals: Option<u32>,
    /// Holds removals beyond this share, 100 for none; instead of `limits.removal_percent` in the files.
    #[arg(long, env = "GRANTSYNC_MAX_REMOVAL_PERCENT", value_name = "PERCENT",
          value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(super) max_removal_percent: Option<u32>,
    /// Holds creations beyond this many; instead of `limits.creations` in the files.
    #[arg(long, env = "GRANTSYNC_MAX_CREATIONS", value_name = "N")]
    pub(super) max_creations: Option<u32>,
    /// Releases exactly the held steps that this digest was printed for.
    #[arg(long, env = "GRANTSYNC_APPROVE", value_name = "DIGEST", value_parser = digest)]
    pub(super) approve: Option<Digest>,
    /// Removes nothing.
    #[arg(long, env = "GRANTSYNC_NO_REMOVALS", value_parser = switch())]
    pub(super) no_removals: bool,
    /// Only for this user, or on this resource (`user=alice`, `resource=cluster-a`); may be repeated.
    #[arg(long, env = "GRANTSYNC_ONLY", value_name = "WHAT", value_parser = only)]
    pub(super) only: Vec<OnlyOne>,
}
