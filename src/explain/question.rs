//! What is asked about.

use std::collections::BTreeSet;

use crate::binding::{Binding, ResourceId, RoleId, UserId};

/// Every binding of this user, on this resource, with one of these roles. A part that is absent may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// On this resource.
    pub resource: Option<ResourceId>,
    /// Of this user.
    pub user: Option<UserId>,
    /// With one of these roles.
    pub roles: Option<BTreeSet<RoleId>>,
}

impl Question {
    /// Everything of one user.
    pub fn user(user: UserId) -> Self {
        Self { user: Some(user), ..Self::default() }
    }

    /// Everything on one resource.
    pub fn resource(resource: ResourceId) -> Self {
        Self { resource: Some(resource), ..Self::default() }
    }

    /// One user on one resource.
    pub fn pair(resource: ResourceId, user: UserId) -> Self {
        Self { resource: Some(resource), user: Some(user), roles: None }
    }

    /// One binding, e.g. that of a link.
    pub fn binding(Binding { resource, role, user }: Binding) -> Self {
        Self { resource: Some(resource), user: Some(user), roles: Some([role].into()) }
    }

    /// Whether a binding is asked about.
    pub fn covers(&self, &Binding { resource, role, user }: &Binding) -> bool {
        self.meets(Some(resource), Some(role), Some(user))
    }

    /// Whether something of which only some parts are known may be asked about.
    pub fn meets(&self, resource: Option<ResourceId>, role: Option<RoleId>, user: Option<UserId>) -> bool {
        /// Whether both are known, and not the same.
        fn differ<Id: PartialEq>(one: Option<Id>, other: Option<Id>) -> bool {
            one.zip(other).is_some_and(|(one, other)| one != other)
        }
        let other_role = role.is_some_and(|it| self.roles.as_ref().is_some_and(|roles| !roles.contains(&it)));
        !differ(self.resource, resource) && !other_role && !differ(self.user, user)
    }
}
