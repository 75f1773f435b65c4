//! `--create-roles`: roles that the files name and the server lacks are created before anything else.

use std::borrow::Cow;
use std::collections::BTreeSet;

use clap::Args;

use super::error::Result;
use super::formats::Reporter;
use super::signals::Signals;
use super::values::switch;
use super::{Exit, output};
use crate::api::Client;
use crate::binding::{Binding, OfferingId, ResourceId, UserId};
use crate::desired::Mode;
use crate::reconcile::{
    Confirmation, PassRequest, Prepared, WriteOptions, create_roles, prepare, prepare_with_roles, with_roles,
};
use crate::render;
use crate::report::Roles;
use crate::saved::PlanOptions;

/// Whether roles are created.
#[derive(Debug, Args)]
pub(super) struct CreateRoles {
    /// Adds the roles that the files name and the server lacks, before anything else, and removes nothing. For a server
    /// that was upgraded to Waldur 8, which drops all roles of offerings.
    #[arg(long, env = "GRANTSYNC_CREATE_ROLES", value_parser = switch(), conflicts_with_all = ["only", "approve"])]
    pub(super) create_roles: bool,
}

impl CreateRoles {
    /// A pass that creates roles removes nothing.
    pub(super) fn narrow(&self, asked: PlanOptions) -> PlanOptions {
        if self.create_roles { PlanOptions { mode: asked.mode.max(Mode::AddOnly), ..asked } } else { asked }
    }

    /// Observes and decides; where roles are to be created, as if they existed.
    pub(super) async fn prepare(&self, client: &Client, request: &PassRequest<'_>) -> Result<(Prepared, Roles)> {
        if !self.create_roles {
            return Ok((prepare(client, request).await?, Roles::default()));
        }
        let (prepared, plan) = prepare_with_roles(client, request).await?;
        Ok((prepared, Roles { plan, outcomes: Vec::new() }))
    }

    /// The same about what was decided from a saved view.
    pub(super) fn review(&self, prepared: Prepared, request: &PassRequest<'_>) -> Result<(Prepared, Roles)> {
        if !self.create_roles {
            return Ok((prepared, Roles::default()));
        }
        let (prepared, plan) = with_roles(prepared, request)?;
        Ok((prepared, Roles { plan, outcomes: Vec::new() }))
    }
}

/// Links to create, each by what its role is called: the ids of roles that are about to be created are not known.
#[derive(Debug, PartialEq, Eq)]
struct Additions(BTreeSet<(ResourceId, BTreeSet<OfferingId>, String, UserId)>);

impl Additions {
    fn of(Prepared { view, decision }: &Prepared) -> Self {
        let named = |Binding { resource, role, user }| {
            let role = view.directory.roles.get(&role).cloned();
            let (name, offerings) = role.map(|it| (it.name, it.offerings)).unwrap_or_default();
            (resource, offerings, name, user)
        };
        Self(decision.approved.creations().iter().map(|it| named(it.binding)).collect())
    }

    /// Whether nothing else is added than what was shown.
    fn covers(&self, other: &Self) -> bool {
        other.0.is_subset(&self.0)
    }
}

/// What is needed to create roles.
pub(super) struct Before<'a> {
    pub(super) client: &'a Client,
    pub(super) request: &'a PassRequest<'a>,
    pub(super) reporter: Reporter<'a>,
    pub(super) signals: &'a Signals,
    pub(super) write_options: WriteOptions,
}

/// What was done before anything else.
#[derive(Debug, Default)]
pub(super) struct First {
    /// Roles, and what became of them.
    pub(super) roles: Roles,
    /// What was agreed to along with them.
    agreed: Option<Additions>,
    /// How the call ended, if it went no further.
    pub(super) ended: Option<Exit>,
}

impl First {
    /// Shows the roles that are missing and all that would be added with them; once `confirm` agrees, creates the roles.
    pub(super) async fn create(
        Before { client, request, reporter, signals, write_options }: Before<'_>,
        confirm: impl AsyncFnOnce(&Prepared, &Roles) -> Confirmation,
    ) -> Result<Self> {
        let (prepared, plan) = prepare_with_roles(client, request).await?;
        let mut roles = Roles { plan, outcomes: Vec::new() };
        if roles.plan.is_empty() {
            return Ok(Self { roles, ..Self::default() });
        }
        prepared.may_write(request)?;
        Reporter { roles: &roles, ..reporter }.ask(&prepared)?;
        if confirm(&prepared, &roles).await == Confirmation::Leave {
            output::say("nothing was written\n");
            return Ok(Self { roles, agreed: None, ended: Some(Exit::Refused) });
        }
        signals.writing();
        roles.outcomes = create_roles(client, &roles.plan, write_options, &signals.stop()).await;
        reporter.formats.line(&format!("\n{}", render::roles(&roles)))?;
        let mut ended = None;
        if roles.incomplete() {
            Reporter { roles: &roles, ..reporter }.tell(&prepared, None)?;
            ended = Some(if *signals.stop().borrow() { signals.exit() } else { Exit::Incomplete });
        }
        Ok(Self { agreed: Some(Additions::of(&prepared)), roles, ended })
    }

    /// Whether exactly this, or less, was shown and agreed to.
    pub(super) fn agreed_to(&self, prepared: &Prepared) -> bool {
        self.agreed.as_ref().is_some_and(|it| it.covers(&Additions::of(prepared)))
    }

    /// What was decided, with what is said of roles that are not created.
    pub(super) fn noted<'a>(&self, prepared: &'a Prepared) -> Cow<'a, Prepared> {
        let refused = &self.roles.plan.refused;
        let mut noted = Cow::Borrowed(prepared);
        if !refused.is_empty() {
            noted.to_mut().decision.plan.warnings.extend(refused.iter().cloned());
        }
        noted
    }
}
