//! What a call is narrowed to, and the limits that replace those of the files.

use std::collections::BTreeSet;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;

use super::Exit;
use super::error::{Error, Result, about_option};
use super::values::{digest, switch};
use crate::desired::{Document, Mode, PassFilter};
use crate::policy::{Digest, Earlier, Unsettled};
use crate::reconcile::{Overrides, PassRequest};
use crate::saved::PlanOptions;

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
    /// Approves exactly the held steps that this digest was printed for.
    #[arg(long, env = "GRANTSYNC_APPROVE", value_name = "DIGEST", value_parser = digest)]
    pub(super) approve: Option<Digest>,
    /// Removes nothing.
    #[arg(long, env = "GRANTSYNC_NO_REMOVALS", value_parser = switch())]
    pub(super) no_removals: bool,
    /// Only for this user, or on this resource (`user=alice`, `resource=cluster-a`; `user=name:…` for a name that looks
    /// like a UUID); can be repeated.
    #[arg(long, env = "GRANTSYNC_ONLY", value_name = "WHAT", value_parser = only)]
    pub(super) only: Vec<String>,
}

impl Narrowing {
    /// What the command line asks for, as it is kept.
    pub(super) fn asked(&self) -> PlanOptions {
        let Self { max_removals, max_removal_percent, max_creations, approve, no_removals, only } = self;
        PlanOptions {
            mode: if *no_removals { Mode::AddOnly } else { Mode::Enforce },
            max_removals: *max_removals,
            max_removal_percent: *max_removal_percent,
            max_creations: *max_creations,
            only: only.clone(),
            approve: approve.clone(),
        }
    }
}

/// What a pass is narrowed to, from what is kept of it.
pub(super) fn narrow(PlanOptions { only, .. }: &PlanOptions) -> Result<PassFilter> {
    let mut narrow = PassFilter::default();
    only.iter().try_for_each(|it| add(&mut narrow, it)).map_err(|it| Error::new(Exit::Refused, it))?;
    Ok(narrow)
}

/// Reads one `--only`.
fn only(text: &str) -> Result<String, String> {
    add(&mut PassFilter::default(), text).map(|()| text.to_owned())
}

fn add(narrow: &mut PassFilter, only: &str) -> Result<(), String> {
    let added = match only.split_once('=') {
        Some(("user", user)) if !user.is_empty() => narrow.user("--only user", user),
        Some(("resource", resource)) if !resource.is_empty() => narrow.resource("--only resource", resource),
        _ => return Err("write `user=NAME` or `resource=NAME`".to_owned()),
    };
    added.map_err(|problems| problems.iter().map(about_option).collect::<Vec<_>>().join("; "))
}

/// A pass by hand, which knows of no other passes.
pub(super) fn request<'a>(document: &'a Document, asked: &PlanOptions, only: &'a PassFilter) -> PassRequest<'a> {
    PassRequest {
        document,
        commit: None,
        now: Timestamp::now(),
        limits: overrides(asked),
        mode: asked.mode,
        only,
        approval: asked.approve.clone(),
        partial_view: false,
        removed_lately: 0,
        earlier: Earlier::default(),
        ended_lately: 0,
        last_seen: Arc::default(),
        deferred: BTreeSet::new(),
        unsettled: Unsettled::default(),
        known: None,
        recording: None,
    }
}

/// The limits that are asked for.
pub(super) fn overrides(asked: &PlanOptions) -> Overrides {
    Overrides {
        removals: asked.max_removals,
        removal_percent: asked.max_removal_percent,
        creations: asked.max_creations,
    }
}
