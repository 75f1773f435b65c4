//! What is said of a plan that rests on a view that was kept: how old that is, and what it can't know.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::dates::{instant, span};
use super::prose::prose;
use crate::binding::UserId;
use crate::snapshot::Caller;

/// When the links were seen, if that was not for this plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotAge {
    /// When.
    pub at: Timestamp,
    /// How long that was before the plan was made.
    pub age: Duration,
    /// Every user that there was is known.
    pub everybody: bool,
}

/// What nobody can tell who only has such a view; empty if there is nothing.
pub(super) fn unknown(seen: SnapshotAge) -> &'static str {
    if seen.everybody { "" } else { "Users who are not in that view are unresolved here, even if they exist." }
}

/// Whose token it was, as words and a name: views that are kept don't hold the username.
pub(super) fn holder(Caller { user, username, .. }: &Caller) -> (&'static str, &str) {
    match username.strip_prefix("fingerprint ") {
        Some(fingerprint) if *user == UserId::from(Uuid::nil()) => ("with the fingerprint", fingerprint),
        _ => ("of", username),
    }
}

impl SnapshotAge {
    /// What was seen then, for a plan that was made then. Nothing is younger than the plan, whatever the clocks say.
    pub fn new(at: Timestamp, made: Timestamp, everybody: bool) -> Self {
        Self { at, age: Duration::try_from(made.duration_since(at)).unwrap_or_default(), everybody }
    }
}

/// In words that follow "as".
pub(super) fn words(SnapshotAge { at, age, everybody: _ }: SnapshotAge) -> String {
    format!("seen at {}, {} before this plan", instant(at), span(age))
}

/// The first lines of a plan in text, with whatever else is said of the view; with an empty line at the end.
pub fn seen(seen: SnapshotAge, more: &str) -> String {
    let unknown = unknown(seen);
    let unknown = if unknown.is_empty() { String::new() } else { format!("{}\n", prose(unknown)) };
    format!("{}\n{unknown}\n", prose(format!("As {}{more}", words(seen))))
}
