//! The second generation: links are grants of roles, rows of `/api/user-permissions/` (Waldur from 8.0.8 on).

mod changes;
mod directory;
mod events;
mod grants;
mod listing;
mod named;
mod probe;
mod roles;
mod searched;
mod wire;
mod writes;

pub(super) use changes::{change_mark, changes};
pub(super) use directory::{directory, look_up, roles_of};
pub(super) use events::events;
pub(super) use grants::{READ_COST, link, links_on, seen_of, seen_of_user, seen_on};
pub(super) use listing::snapshot;
pub(super) use named::{named, named_link};
pub(super) use probe::{count, counts};
pub(super) use roles::{create_role, shows_role};
pub(super) use searched::Searched;
pub(super) use writes::{create, delete, set_end};

use super::http::{Error, ErrorKind, Http};
use super::waldur;

/// Where grants are, those of every kind of thing.
const GRANTS: &str = "user-permissions/";
/// Where the roles are that offerings have.
pub(super) const OFFERING_ROLES: &str = "marketplace-offering-roles/";
/// Where all roles are, also those that no offering has.
const ROLES: &str = "roles/";
/// Which role belongs to which offering; shown to staff.
const AVAILABILITIES: &str = "role-availabilities/";
/// Resources as their provider sees them: there grants are made, changed and removed.
const RESOURCES: &str = "marketplace-provider-resources/";

/// Whoever is neither staff nor support is shown their own grants and nothing else, as if there were no others.
async fn refuse_own_rows(http: &Http) -> Result<(), Error> {
    let (caller, _) = waldur::caller(http).await?;
    own_rows(&caller).map_or(Ok(()), Err)
}

fn own_rows(caller: &crate::snapshot::Caller) -> Option<Error> {
    let shown = caller.is_staff || caller.is_support;
    (!shown).then(|| {
        let detail = format!(
            "shows `{}` no grants but their own, and does not say so: the token is neither of staff nor of support",
            caller.username
        );
        Error::new(format!("GET /api/{GRANTS}"), ErrorKind::Forbidden, detail)
            .help("use the token of a staff user; one of support can plan, and cannot apply")
    })
}
