//! Roles that the files name and the server lacks: planned and created before anything else, where that is asked for.
//! Nothing else creates a role, and nothing removes one.

use tokio::sync::watch;

use super::{Error, PassRequest, Prepared, View, WriteOptions, decide, prepare};
use crate::api::{self, Client, ErrorKind};
use crate::binding::RoleId;
use crate::plan::{NewRole, RolePlan, plan_roles};
use crate::report::{Failure, RoleOutcome};

/// Observes and decides as if the missing roles existed, and says which those are; sends nothing that writes.
pub async fn prepare_with_roles(client: &Client, request: &PassRequest<'_>) -> Result<(Prepared, RolePlan), Error> {
    let (mut prepared, roles) = with_roles(prepare(client, request).await?, request)?;
    let unknown_users = prepared.view.unknown_users();
    if !unknown_users.is_empty() {
        prepared.view.directory.users.extend(client.users(unknown_users).await?);
        prepared = again(prepared.view, request)?;
        prepared.decision.plan.warnings.extend(roles.refused.iter().cloned());
    }
    Ok((prepared, roles))
}

/// The same about what was seen at another time; asks nobody.
pub fn with_roles(
    Prepared { mut view, .. }: Prepared,
    request: &PassRequest<'_>,
) -> Result<(Prepared, RolePlan), Error> {
    let roles = plan_roles(request.document, &view.directory, view.plan.now);
    view.directory = roles.entered_into(&view.directory);
    let mut prepared = again(view, request)?;
    prepared.decision.plan.warnings.extend(roles.refused.iter().cloned());
    Ok((prepared, roles))
}

fn again(
    View { directory, snapshot, plan, presences, .. }: View,
    request: &PassRequest<'_>,
) -> Result<Prepared, Error> {
    let view = View { presences, ..View::new(directory, snapshot, request.document, plan.now) };
    let decision = decide(&view, request, request.approval.clone())?;
    Ok(Prepared { view, decision })
}

/// Creates roles one after the other, each only after a look, and confirms each by reading. The first that does not work
/// is the last that is sent.
pub async fn create_roles(
    client: &Client,
    roles: &RolePlan,
    write_options: WriteOptions,
    stop: &watch::Receiver<bool>,
) -> Vec<RoleOutcome> {
    let mut outcomes = vec![RoleOutcome::Unsent; roles.creations.len()];
    for (role, outcome) in roles.creations.iter().zip(&mut outcomes) {
        if *stop.borrow() {
            break;
        }
        *outcome = create(client, role, write_options).await;
        tracing::info!(offering = %role.offering, role = role.name, %outcome, "answered");
        if !outcome.is_done() {
            break;
        }
    }
    outcomes
}

async fn create(client: &Client, role: &NewRole, write_options: WriteOptions) -> RoleOutcome {
    match look(client, role).await {
        Ok(None) => {}
        Ok(Some(id)) => return RoleOutcome::Adopted(id),
        Err(error) => return RoleOutcome::Failed(error.into()),
    }
    tracing::info!(offering = %role.offering, role = role.name, "creating a role");
    match client.create_role(role.offering, &role.name).await {
        Ok(id) => confirm(client, role, id, write_options).await,
        // It may still be on its way: it is looked for, and not sent again.
        Err(error) if matches!(error.kind, ErrorKind::Lost | ErrorKind::Repeatable) => {
            tokio::time::sleep(write_options.settle).await;
            match look(client, role).await {
                Ok(Some(id)) => RoleOutcome::Adopted(id),
                _ => RoleOutcome::Unknown(error.into()),
            }
        }
        Err(error) => RoleOutcome::Failed(error.into()),
    }
}

/// The role of that name, if the offering has one.
async fn look(client: &Client, role: &NewRole) -> Result<Option<RoleId>, api::Error> {
    let there = client.roles_of(role.offering).await?;
    Ok(there.into_iter().find(|(_, it)| it.name == role.name).map(|(id, _)| id))
}

/// Whether the lists show it, patiently: a replica may lag behind.
async fn confirm(client: &Client, role: &NewRole, id: RoleId, write_options: WriteOptions) -> RoleOutcome {
    let mut waits = write_options.waits();
    loop {
        match client.shows_role(role.offering, id, &role.name).await {
            Ok(true) => return RoleOutcome::Created(id),
            Ok(false) => {}
            Err(error) => return RoleOutcome::Unknown(error.into()),
        }
        let Some(wait) = waits.next() else { break };
        tokio::time::sleep(wait).await;
    }
    let message = format!("the role `{}` was created as {id}, and the server does not list it", role.name);
    let help = "ask who runs the server whether a cache or replica is in front of it, then run it again";
    RoleOutcome::Failed(Failure { message, help: Some(help.to_owned()) })
}
