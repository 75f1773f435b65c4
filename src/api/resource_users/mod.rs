//! The first generation: links are rows of `/api/marketplace-resource-users/` (Waldur up to 8.0.7).

mod directory;
mod events;
mod listing;
mod lookup;
mod named;
mod probe;
mod roles;
mod rows;
mod wire;
mod writes;

pub(super) use directory::directory;
pub(super) use events::{change_mark, changes, events};
pub(super) use listing::snapshot;
pub(super) use lookup::{look_up, roles_of};
pub(super) use named::{named, named_link};
pub(super) use probe::{count, counts};
pub(super) use roles::{create_role, shows_role};
pub(super) use rows::{Filter, PATH, READ_COST, link};
pub(super) use writes::{create, delete, keeps_no_ends};

/// Where the roles of offerings are.
const ROLES: &str = "marketplace-offering-user-roles/";
