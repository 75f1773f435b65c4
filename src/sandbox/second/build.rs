//! Words to build a world of the second generation with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::state::{Availability, Grant, Scope, ScopeKind, Second, SubProject, Traits};
use crate::sandbox::state::Role;
use crate::sandbox::waldur::Waldur;
use crate::sandbox::world::World;

impl World {
    /// The same people, resources, roles and links on another version. Ids stay the same, which makes it a way to write
    /// one test for all versions, and not what an upgrade does: that is [`World::upgrade`].
    #[must_use]
    pub fn on(mut self, waldur: Waldur) -> Self {
        waldur.release().clone_into(&mut self.version);
        if self.waldur.scopes_roles() || !waldur.scopes_roles() {
            self.waldur = waldur;
            return self;
        }
        self.waldur = waldur;
        let roles: Vec<_> = self.roles.iter().map(|role| (role.id, role.offering)).collect();
        for (role, offering) in roles {
            self.make_available(role, offering);
        }
        self.add_system_roles();
        for link in std::mem::take(&mut self.links).iter() {
            let grant = self.drafted(link.id, link.serial, Scope::Resource(link.resource), link.role, link.user);
            self.second.grants.insert(Grant { created: link.created, modified: link.created, ..grant });
        }
        self
    }

    /// Upgrades the server as the real migrations do: links and roles of offerings are dropped, nothing is copied, and no
    /// event is left.
    pub fn upgrade(&mut self, waldur: Waldur) {
        if self.waldur.scopes_roles() || !waldur.scopes_roles() {
            return;
        }
        self.links = std::iter::empty().collect();
        self.roles = std::iter::empty().collect();
        self.waldur = waldur;
        waldur.release().clone_into(&mut self.version);
        self.add_system_roles();
    }

    /// Adds an active grant on a resource as if written into the database: nothing is checked, no event is left. It is
    /// permanent and made by `staff`; change it to what a test needs, e.g. `|grant| grant.end = Some(…)`.
    pub fn link_as(&mut self, [resource, role, user]: [Uuid; 3], change: impl FnOnce(&mut Grant)) -> Uuid {
        self.link_on(Scope::Resource(resource), role, user, change)
    }

    /// Adds such a grant anywhere.
    pub fn link_on(&mut self, scope: Scope, role: Uuid, user: Uuid, change: impl FnOnce(&mut Grant)) -> Uuid {
        let id = self.fresh_id();
        let created = self.next_moment();
        self.put_grant(id, created, scope, role, user, change)
    }

    /// Adds a grant with an id and a moment of its own.
    pub(in crate::sandbox) fn put_grant(
        &mut self,
        id: Uuid,
        created: Timestamp,
        scope: Scope,
        role: Uuid,
        user: Uuid,
        change: impl FnOnce(&mut Grant),
    ) -> Uuid {
        let serial = self.next_serial();
        let mut grant = Grant { created, modified: created, ..self.drafted(id, serial, scope, role, user) };
        change(&mut grant);
        self.second.grants.insert(grant)
    }

    fn drafted(&self, id: Uuid, serial: u64, scope: Scope, role: Uuid, user: Uuid) -> Grant {
        let created_by = self.users.iter().find(|user| user.username == "staff").map(|user| user.id);
        let moment = Timestamp::UNIX_EPOCH;
        let source = String::new();
        Grant {
            id,
            serial,
            scope,
            role,
            user,
            created: moment,
            modified: moment,
            end: None,
            created_by,
            source,
            revoked: None,
        }
    }

    /// Adds a project inside a resource.
    pub fn sub_project(&mut self, resource: Uuid, name: &str) -> Uuid {
        let id = self.fresh_id();
        self.second.sub_projects.insert(SubProject { id, name: name.to_owned(), resource })
    }

    /// Adds a role that is bound to no offering, and so can be used in all of them.
    pub fn role_for(&mut self, kind: ScopeKind, name: &str) -> Uuid {
        let traits = Traits { kind, ..Traits::default() };
        let id = self.fresh_id();
        self.roles.insert(Role { id, name: name.to_owned(), offering: Uuid::nil(), traits })
    }

    /// Binds a role to one more offering.
    pub fn make_available(&mut self, role: Uuid, offering: Uuid) -> Uuid {
        let id = self.fresh_id();
        if let Some(role) = self.roles.get_mut(role).filter(|it| it.offering.is_nil()) {
            role.offering = offering;
        }
        self.second.availabilities.insert(Availability { id, role, offering })
    }

    /// Roles that every server has, and a grant for everybody who owns an organisation or administers a project.
    fn add_system_roles(&mut self) {
        let roles: BTreeMap<_, _> = SYSTEM_ROLES
            .map(|(name, description, kind)| {
                let id = self.role_for(kind, name);
                if let Some(role) = self.roles.get_mut(id) {
                    role.traits.system = true;
                    description.clone_into(&mut role.traits.description);
                }
                (name, id)
            })
            .into();
        let mut rows = Vec::new();
        for user in self.users.iter() {
            rows.extend(user.owns.iter().map(|it| (Scope::Organisation(*it), roles["CUSTOMER.OWNER"], user.id)));
            rows.extend(user.administers.iter().map(|it| (Scope::Project(*it), roles["PROJECT.ADMIN"], user.id)));
        }
        for (scope, role, user) in rows {
            self.link_on(scope, role, user, |grant| grant.created_by = None);
        }
    }

    /// The active grants on resources, each with the resource, also those of resources that are gone.
    pub fn active_links(&self) -> impl Iterator<Item = (Uuid, &Grant)> {
        let Second { grants, .. } = &self.second;
        grants.iter().filter(|grant| grant.is_active()).filter_map(|grant| match grant.scope {
            Scope::Resource(id) => Some((id, grant)),
            _ => None,
        })
    }
}

/// Names, descriptions and scopes.
const SYSTEM_ROLES: [(&str, &str, ScopeKind); 4] = [
    ("CUSTOMER.OWNER", "Organization owner", ScopeKind::Organisation),
    ("OFFERING.MANAGER", "Offering manager", ScopeKind::Offering),
    ("PROJECT.ADMIN", "Project administrator", ScopeKind::Project),
    ("PROJECT.MANAGER", "Project manager", ScopeKind::Project),
];
