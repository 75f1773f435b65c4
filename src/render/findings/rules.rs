//! What is looked for: each by a stable name, with what it is about.

use crate::render::incomplete;
use crate::snapshot;

/// Something that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::render) struct Rule {
    /// Stable short name, e.g. `unresolved`.
    pub(in crate::render) id: &'static str,
    /// What it is about; empty where the name says it.
    pub(super) about: &'static str,
}

pub(super) const FAILED: Rule = Rule { id: "failed", about: "no plan could be made" };
pub(super) const NOT_APPLIED: Rule = Rule { id: "failed", about: "nothing was applied" };
pub(super) const NOT_CONVERGED: Rule =
    Rule { id: "not-converged", about: "something was left to be done after the last step" };
pub(super) const NOT_READ_AGAIN: Rule =
    Rule { id: "not-read-again", about: "what was touched could not be read again" };
pub(super) const CHANGING: Rule = Rule { id: "observed-while-changing", about: snapshot::CHANGING };
pub(super) const OUTSIDE: Rule =
    Rule { id: "outside-own-scope", about: "a line asks for what is outside the scope of its own files" };
pub(super) const INCOMPLETE: Rule = Rule { id: "incomplete-link", about: incomplete::ABOUT };
pub(super) const NOT_STAFF: Rule = Rule { id: "not-staff", about: "the token is not a staff token" };
pub(super) const SKIPPED_CLOCK: Rule =
    Rule { id: "skipped-clock", about: "not created: clocks differ, and its line has a date" };
pub(super) const SKIPPED_INCOMPLETE: Rule =
    Rule { id: "skipped-incomplete", about: "not created: the server shows a link without all of its parts" };
pub(super) const SKIPPED_LIMIT: Rule = Rule { id: "skipped-limit", about: "not created: over the limit" };
pub(super) const SKIPPED_MANAGED: Rule =
    Rule { id: "skipped-managed", about: "end not changed: another automation keeps the link" };
pub(super) const SKIPPED_INACTIVE: Rule = Rule { id: "skipped-inactive", about: "not created: the user is not active" };
pub(super) const SKIPPED_TERMINATED: Rule =
    Rule { id: "skipped-terminated", about: "not created: the resource is terminated" };
pub(super) const STALE: Rule = Rule { id: "stale-plan", about: "something else would be done now than was planned" };
pub(super) const STEP_FAILED: Rule = Rule { id: "step-failed", about: "a step failed" };
pub(super) const STEP_UNKNOWN: Rule = Rule { id: "step-unknown", about: "it is not known what became of a step" };
pub(super) const STOPPED: Rule = Rule { id: "stopped", about: "the pass ended before all steps were sent" };

/// Not a fault: what the whole of it comes to, where a format has no other place to say so.
pub(in crate::render) const SUMMARY: Rule = Rule { id: "summary", about: "what the plan comes to, or what was done" };

impl Rule {
    /// What it is about, in words.
    pub(in crate::render) fn about(self) -> String {
        match self {
            Self { id, about: "" } => id.replace('-', " "),
            Self { id, about } if id.starts_with("held-") => format!("a removal is held: {about}"),
            Self { id: _, about } => about.to_owned(),
        }
    }
}
