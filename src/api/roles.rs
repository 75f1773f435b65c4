//! Making roles of offerings: what a server lacks after an upgrade.

use super::generation::Generation;
use super::{Client, Error, resource_users, user_permissions};
use crate::binding::{OfferingId, RoleId};

impl Client {
    /// Makes a role of an offering that can be given on its resources. A server takes the same name twice and makes two.
    ///
    /// Of the errors, [`ErrorKind::Lost`](super::ErrorKind::Lost) and [`ErrorKind::Repeatable`](super::ErrorKind::Repeatable) leave open
    /// whether it was made; after all others it was not.
    pub async fn create_role(&self, offering: OfferingId, name: &str) -> Result<RoleId, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::create_role(&self.http, offering, name).await,
            Generation::UserPermissions(_) => user_permissions::create_role(&self.http, offering, name).await,
        }
    }

    /// Whether a role is listed under its name everywhere where it should be: among the roles of its offering and, where
    /// the server has such a list, among all roles.
    pub async fn shows_role(&self, offering: OfferingId, role: RoleId, name: &str) -> Result<bool, Error> {
        match self.generation().await? {
            Generation::ResourceUsers => resource_users::shows_role(&self.http, offering, role, name).await,
            Generation::UserPermissions(_) => user_permissions::shows_role(&self.http, offering, role, name).await,
        }
    }
}
