//! Makes roles of offerings.

use std::sync::Arc;

use serde::Serialize;

use super::wire::Role;
use super::{ROLES, roles_of};
use crate::api::http::{Error, Http};
use crate::api::waldur::{Item as _, OfOffering as _};
use crate::binding::{OfferingId, RoleId};

/// A role that is to be made.
#[derive(Debug, Serialize)]
struct NewRole<'a> {
    name: &'a str,
    offering: String,
}

/// Makes a role of an offering. The server takes a name that it has already, and makes a second one.
pub(in crate::api) async fn create_role(http: &Http, offering: OfferingId, name: &str) -> Result<RoleId, Error> {
    let role = NewRole { name, offering: http.address.reference("marketplace-provider-offerings", offering) };
    let answer = http.post(ROLES, &role).await?;
    let role: Role = answer.json()?;
    if OfferingId::from(role.offering()) == offering && role.is_called(name) {
        return Ok(role.id().into());
    }
    Err(answer.unreadable("answered with another role"))
}

/// Whether the offering lists a role of this id and name.
pub(in crate::api) async fn shows_role(
    http: &Arc<Http>,
    offering: OfferingId,
    role: RoleId,
    name: &str,
) -> Result<bool, Error> {
    Ok(roles_of(http, offering).await?.get(&role).is_some_and(|it| it.name == name))
}
