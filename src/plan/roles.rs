//! Which roles to create before anything else: those that the files name and the server lacks.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::binding::{OfferingId, RoleId};
use crate::desired::{Desired, Document, MissingRole, Mode, Phase, missing_roles, resolve};
use crate::diagnostic::{Diagnostic, Span};
use crate::directory::{Directory, Role};

/// The roles that a pass creates before anything else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolePlan {
    /// By offering and name.
    pub creations: Vec<NewRole>,
    /// Roles that are missing and are not created, each with the reason.
    pub refused: Vec<Diagnostic>,
}

/// A role to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRole {
    /// Stands for the role until the server has given it an id.
    pub placeholder: RoleId,
    /// Whose role it is.
    pub offering: OfferingId,
    /// What people call that.
    pub offering_name: String,
    /// What the role is called.
    pub name: String,
    /// The lines that name it, in order; never empty.
    pub spans: Vec<Span>,
}

/// Decides which roles are created, from the names that resolve to nothing.
///
/// A role is created only if somebody in scope gets it, now or later. A name that is probably a typo of a role that
/// exists is refused: a role that was created by mistake would hide the typo.
pub fn plan_roles(document: &Document, directory: &Directory, now: Timestamp) -> RolePlan {
    let mut plan = RolePlan::default();
    for missing in missing_roles(document, directory, now) {
        match typo(&missing) {
            Some(typo) => plan.refused.push(typo),
            None => plan.creations.push(missing.into()),
        }
    }
    let desired = resolve(document, &plan.entered_into(directory));
    let given = given(&desired, directory, now);
    plan.creations.retain(|it| given.contains(&it.placeholder));
    if desired.mode == Mode::Observe {
        let observed = plan.creations.drain(..);
        let why = "the mode is `observe`";
        plan.refused.extend(observed.filter_map(|it| not_created(&it.name, &it.offering_name, &it.spans, why)));
    }
    plan
}

impl RolePlan {
    /// Whether there is no role to create.
    pub fn is_empty(&self) -> bool {
        self.creations.is_empty()
    }

    /// What names would mean if these roles existed.
    #[must_use]
    pub fn entered_into(&self, directory: &Directory) -> Directory {
        let mut directory = directory.clone();
        let roles = self.creations.iter().map(|it| {
            let role = Role { name: it.name.clone(), offerings: [it.offering].into() };
            (it.placeholder, role)
        });
        directory.roles.extend(roles);
        directory
    }
}

/// The roles that somebody in scope gets, now or later.
fn given(desired: &Desired, directory: &Directory, now: Timestamp) -> BTreeSet<RoleId> {
    let wanted = desired.bindings.iter().filter(|it| it.phase(now) != Phase::Ended).map(|it| it.binding);
    let in_scope = wanted.filter(|it| desired.scope.as_ref().is_none_or(|of| of.contains(it, directory)));
    let running = in_scope.filter(|it| directory.resources.get(&it.resource).is_some_and(|it| !it.terminated));
    running.map(|it| it.role).collect()
}

fn typo(MissingRole { offering_name, name, spans, near, .. }: &MissingRole) -> Option<Diagnostic> {
    let near = near.as_ref()?;
    let why = format!("the offering has a role `{near}`, and this is probably a typo");
    let help = format!("if that role is meant, write `{near}`; if not, create the role in Waldur");
    not_created(name, offering_name, spans, &why).map(|it| it.help(help))
}

fn not_created(name: &str, offering: &str, spans: &[Span], why: &str) -> Option<Diagnostic> {
    let message = format!("the role `{name}` is not created in the offering `{offering}`: {why}");
    spans.first().map(|it| Diagnostic::warning("role-not-created", it.clone(), message))
}

impl From<MissingRole> for NewRole {
    fn from(MissingRole { offering, offering_name, name, spans, near: _ }: MissingRole) -> Self {
        Self { placeholder: RoleId::placeholder(offering, &name), offering, offering_name, name, spans }
    }
}
