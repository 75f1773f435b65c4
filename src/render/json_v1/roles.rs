//! Roles that are created before anything else.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::{Offering, Place};
use crate::binding::RoleId;
use crate::plan;
use crate::report::{self, Failure};

/// A role that the files name and the server lacks.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct NewRole<'a> {
    offering: Offering<'a>,
    name: &'a str,
    /// Stands for the role in the steps of this plan; the server has another id for it once it is created.
    placeholder: RoleId,
    /// Where the files name it.
    places: Vec<Place<'a>>,
    /// What became of it; null while nothing was sent.
    outcome: Option<Outcome<'a>>,
}

/// What became of a role.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[schemars(rename = "RoleOutcome")]
enum Outcome<'a> {
    /// It is there, under this id.
    Created { role: RoleId },
    /// Somebody else created it meanwhile, or the answer was lost and it is there.
    Adopted { role: RoleId },
    /// It was answered with a no, or is not listed.
    Failed(&'a Failure),
    /// The answer was lost, and the role is not there, or not yet.
    Unknown(&'a Failure),
    /// An earlier one did not work.
    Unsent,
}

/// In the order in which they are created.
pub(super) fn roles(roles: &report::Roles) -> Vec<NewRole<'_>> {
    roles.steps().map(|(role, outcome)| NewRole::new(role, outcome)).collect()
}

impl<'a> NewRole<'a> {
    fn new(role: &'a plan::NewRole, outcome: Option<&'a report::RoleOutcome>) -> Self {
        let plan::NewRole { placeholder, offering, offering_name, name, spans } = role;
        Self {
            offering: Offering { id: *offering, name: offering_name },
            name,
            placeholder: *placeholder,
            places: spans.iter().map(Place::from).collect(),
            outcome: outcome.map(|it| match it {
                report::RoleOutcome::Created(role) => Outcome::Created { role: *role },
                report::RoleOutcome::Adopted(role) => Outcome::Adopted { role: *role },
                report::RoleOutcome::Failed(failure) => Outcome::Failed(failure),
                report::RoleOutcome::Unknown(failure) => Outcome::Unknown(failure),
                report::RoleOutcome::Unsent => Outcome::Unsent,
            }),
        }
    }
}
