//! Makes roles of offerings.

use std::sync::Arc;

use serde::Serialize;

use super::directory::of_offering;
use super::wire::Role;
use super::{OFFERING_ROLES, ROLES};
use crate::api::http::{Error, Http};
use crate::api::waldur::object;
use crate::binding::{OfferingId, RoleId};

/// A role that is to be made.
#[derive(Debug, Serialize)]
struct NewRole<'a> {
    name: &'a str,
    content_type_input: &'a str,
    offering: OfferingId,
}

/// Makes a role for the resources of an offering. The server takes a name that it has already, and makes a second one.
pub(in crate::api) async fn create_role(http: &Http, offering: OfferingId, name: &str) -> Result<RoleId, Error> {
    let role = NewRole { name, content_type_input: "resource", offering };
    let answer = http.post(OFFERING_ROLES, &role).await?;
    let role: Role = answer.json()?;
    if role.is_for_resources() && role.is_of(offering) && role.is_called(name) {
        return Ok(role.role());
    }
    Err(answer.unreadable("answered with another role"))
}

/// Whether both lists show a role: that of its offering, and that of all roles.
pub(in crate::api) async fn shows_role(
    http: &Arc<Http>,
    offering: OfferingId,
    role: RoleId,
    name: &str,
) -> Result<bool, Error> {
    let fits = |it: &Role| it.is_for_resources() && it.is_called(name);
    let of_offering = async { Ok(of_offering(Arc::clone(http), offering).await?.contains_key(&role)) };
    let global = async { Ok(object::<Role>(http, ROLES, role, &[]).await?.as_ref().is_some_and(fits)) };
    let (here, everywhere) = tokio::try_join!(of_offering, global)?;
    Ok(here && everywhere)
}
