//! What is said of a plan that rests on a view that was kept: how old that is, and what it can't know.

use std::time::Duration;

use jiff::Timestamp;

use super::dates::{instant, span};

/// When the links were seen, if that was not for this plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// How long that was before the plan was made.
    pub age: Duration,
}

/// What nobody can tell who only has such a view.
pub(super) const UNKNOWN: &str = "Users who are not in that view are unresolved here, even if they exist.";

impl Seen {
    /// What was seen then, for a plan that was made then. Nothing is younger than the plan, whatever the clocks say.
    pub fn new(at: Timestamp, made: Timestamp) -> Self {
        Self { at, age: Duration::try_from(made.duration_since(at)).unwrap_or_default() }
    }
}

/// In words that follow "as".
pub(super) fn words(Seen { at, age }: Seen) -> String {
    format!("seen at {}, {} before this plan", instant(at), span(age))
}

/// The first lines of a plan in text, with whatever else is said of the view; with an empty line at the end.
pub fn seen(seen: Seen, more: &str) -> String {
    format!("As {}{more}\n{UNKNOWN}\n\n", words(seen))
}
