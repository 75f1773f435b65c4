//! Roles that were created before anything else.

use std::fmt;

use super::Failure;
use crate::binding::RoleId;
use crate::plan::{NewRole, RolePlan};

/// Roles that are to be created, and what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles {
    /// What was planned.
    pub plan: RolePlan,
    /// What became of each creation, in their order; empty while none was sent.
    pub outcomes: Vec<RoleOutcome>,
}

/// What became of a role to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleOutcome {
    /// It is there, under this id, and every list shows it.
    Created(RoleId),
    /// Somebody else created it meanwhile, or the answer was lost and it is there.
    Adopted(RoleId),
    /// The server, or something in between, said no; or it does not show what it made.
    Failed(Failure),
    /// The answer was lost, and the role is not there, or not yet.
    Unknown(Failure),
    /// An earlier one did not work.
    Unsent,
}

impl Roles {
    /// Each role to create, with what became of it.
    pub fn steps(&self) -> impl Iterator<Item = (&NewRole, Option<&RoleOutcome>)> {
        self.plan.creations.iter().enumerate().map(|(at, it)| (it, self.outcomes.get(at)))
    }

    /// Whether roles were to be created and some are not there.
    pub fn incomplete(&self) -> bool {
        self.steps().any(|(_, outcome)| !outcome.is_some_and(RoleOutcome::is_done))
    }
}

impl RoleOutcome {
    /// Whether the role is there.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Created(_) | Self::Adopted(_))
    }

    /// Why it did not work, if it was tried.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) | Self::Unknown(failure) => Some(failure),
            Self::Created(_) | Self::Adopted(_) | Self::Unsent => None,
        }
    }
}

impl fmt::Display for RoleOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created(_) => f.write_str("created"),
            Self::Adopted(_) => f.write_str("exists now"),
            Self::Failed(failure) => write!(f, "failed: {failure}"),
            Self::Unknown(failure) => write!(f, "unknown: {failure}"),
            Self::Unsent => f.write_str("not sent"),
        }
    }
}
