//! What a pass did: every step, and what became of it.

mod roles;

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::binding::{Binding, Link, ResourceId, UserId};
use crate::plan::{Creation, EndChange, Hold, Removal};
use crate::policy::{Decision, gates};
pub use roles::{RoleOutcome, Roles};

/// One change to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Create a link.
    Create(Creation),
    /// Give a link a later end, or none.
    Lengthen(Creation),
    /// Give a link an earlier end.
    Shorten(Removal),
    /// Remove a link.
    Remove(Removal),
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The link is there, under this id.
    Created(Link),
    /// The answer was lost, and the link is there.
    Adopted(Link),
    /// The link is gone.
    Removed,
    /// The link was gone before we came.
    AlreadyGone,
    /// The link has the new end.
    EndSet,
    /// It was not sent, because of what became of other steps.
    Held(Hold),
    /// The server, or something in between, said no.
    Failed(Failure),
    /// The answer was lost. A link to be created is not there, or not yet, and was not sent again; one to be removed was
    /// sent until there was nothing more to hope for.
    Unknown(Failure),
    /// The pass ended before its turn came.
    Unsent,
}

/// Why something did not work, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Failure {
    /// What was attempted and what happened.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Why a pass ended before all its steps were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Stop {
    /// Somebody asked for it.
    Interrupted,
    /// The token was rejected.
    Unauthorized(Failure),
    /// What was created can't be read: this token sees too little to be trusted with the rest.
    Blind(Failure),
    /// The server stopped answering: after a write, a question that the next step depends on failed.
    Down(Failure),
    /// The list does not show what was created. Creations stopped; removals of links that were seen went on.
    StaleList(Failure),
}

/// What a list that does not show what exists means, for people.
pub const STALE_LIST: &str = "the server's list is stale (cache or replica in front?): ask who runs it, and do not create the link again by hand";

/// What a pass did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "a report says whether access is as declared"]
pub struct Report {
    /// Every step that was approved, and what became of it; creations first.
    pub steps: Vec<(Step, Outcome)>,
    /// Why the pass ended early, if it did.
    pub stopped: Option<Stop>,
    /// What was still to be done when all changes were read back afterwards.
    pub after: After,
}

/// The look back after the last step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum After {
    /// Nothing was sent, so there was nothing to look at.
    #[default]
    Untouched,
    /// It could not be had.
    Unread(Failure),
    /// What would be decided now.
    Decision(Box<Decision>),
}

impl Step {
    /// The binding that comes or goes, or ends at another time.
    pub fn binding(&self) -> Binding {
        match self {
            Self::Create(creation) | Self::Lengthen(creation) => creation.binding,
            Self::Shorten(removal) | Self::Remove(removal) => removal.link.binding,
        }
    }

    /// The change of an end, if it is one.
    pub fn end_change(&self) -> Option<EndChange<'_>> {
        match self {
            Self::Create(it) | Self::Lengthen(it) => it.end_change(),
            Self::Shorten(it) | Self::Remove(it) => it.end_change(),
        }
    }

    /// Where and who.
    pub fn pair(&self) -> (ResourceId, UserId) {
        self.binding().pair()
    }
}

impl Outcome {
    /// Whether what the step was to bring about is so.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Created(_) | Self::Adopted(_) | Self::Removed | Self::AlreadyGone | Self::EndSet)
    }

    /// Whether something went wrong with it.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Unknown(_))
    }
}

impl Report {
    /// Steps whose outcome fits.
    pub fn count(&self, fits: impl Fn(&Step, &Outcome) -> bool) -> usize {
        self.steps.iter().filter(|(step, outcome)| fits(step, outcome)).count()
    }

    /// Whether all went well, nothing that may be sent is left to be done, and no line is unresolved.
    pub fn converged(&self) -> bool {
        let left = match &self.after {
            After::Untouched => false,
            After::Unread(_) => true,
            After::Decision(decision) => {
                !decision.approved.is_empty() || decision.plan.changing || decision.plan.has_problems()
            }
        };
        self.stopped.is_none() && !left && self.steps.iter().all(|(_, outcome)| outcome.is_done())
    }

    /// Links that were made.
    pub fn created(&self) -> impl Iterator<Item = &Link> {
        self.steps.iter().filter_map(|(_, outcome)| match outcome {
            Outcome::Created(link) | Outcome::Adopted(link) => Some(link),
            _ => None,
        })
    }

    /// Resources on which something was sent.
    pub fn touched(&self) -> BTreeSet<ResourceId> {
        let sent = self.steps.iter().filter(|(_, outcome)| !matches!(outcome, Outcome::Unsent | Outcome::Held(_)));
        sent.map(|(step, _)| step.pair().0).collect()
    }
}

/// What became of the creations, for the removals that wait for them.
#[derive(Debug, Clone, Default)]
pub struct Replacements {
    /// Pairs with a creation that is not confirmed.
    missing: BTreeSet<(ResourceId, UserId)>,
}

impl Replacements {
    /// Looks at what became of all creations.
    pub fn new<'a>(creations: impl IntoIterator<Item = (&'a Creation, &'a Outcome)>) -> Self {
        let missing = creations.into_iter().filter(|(_, outcome)| !outcome.is_done());
        Self { missing: missing.map(|(creation, _)| creation.binding.pair()).collect() }
    }

    /// The same, with a creation that was answered as done and that nothing shows.
    #[must_use]
    pub fn without(mut self, unseen: Option<Binding>) -> Self {
        self.missing.extend(unseen.map(|it| it.pair()));
        self
    }

    /// What holds a removal now. No gap: what nobody declares, or not yet, goes only when everything that is wanted for
    /// the same user on the same resource is there. What ended only waits until its replacement was tried.
    pub fn hold(&self, removal: &Removal) -> Option<Hold> {
        let waits = gates::waits_for_replacement(removal) && self.missing.contains(&removal.link.binding.pair());
        waits.then_some(Hold::Replacement)
    }
}

/// For the log: ids and the reason, names are for people.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(Creation { binding, origins, ends, row: _ }) => {
                write!(f, "create {binding}")?;
                ends.at().map_or(Ok(()), |end| write!(f, " until {end}"))?;
                origins.iter().try_for_each(|it| write!(f, " ({})", it.span))
            }
            Self::Lengthen(Creation { origins, .. }) | Self::Shorten(Removal { origins, .. }) => {
                if let Some(EndChange { link: Link { id, binding, ends: had, .. }, ends, .. }) = self.end_change() {
                    write!(f, "change the end of {binding} link {id}")?;
                    had.map_or(Ok(()), |end| write!(f, " from {end}"))?;
                    match ends.at() {
                        None => f.write_str(" to none")?,
                        Some(end) => write!(f, " to {end}")?,
                    }
                }
                origins.iter().try_for_each(|it| write!(f, " ({})", it.span))
            }
            Self::Remove(Removal { link: Link { id, binding, .. }, why, origins }) => {
                write!(f, "remove {binding} link {id} ({why})")?;
                origins.iter().try_for_each(|it| write!(f, " ({})", it.span))
            }
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created(_) => f.write_str("created"),
            Self::Adopted(_) => f.write_str("created (the answer was lost, and it is there)"),
            Self::Removed => f.write_str("removed"),
            Self::AlreadyGone => f.write_str("was gone already"),
            Self::EndSet => f.write_str("end changed"),
            Self::Held(hold) => write!(f, "held: {hold}"),
            Self::Failed(failure) => write!(f, "failed: {failure}"),
            Self::Unknown(failure) => write!(f, "unknown: {failure}"),
            Self::Unsent => f.write_str("not sent"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
