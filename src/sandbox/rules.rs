//! The server's own rules: who is calling, who sees what, what may be created and deleted, what goes with what.

use jiff::SignedDuration;
use serde_json::Value;
use uuid::Uuid;

use super::state::{Event, EventKind, Link, Offering, Resource, State, User};
use super::world::World;

impl World {
    /// Whose token this is, or why it opens nothing, in the server's words. A request keeps the token alive.
    pub(super) fn authenticate(&mut self, token: &str) -> Result<Uuid, &'static str> {
        let now = self.now();
        let token = self.tokens.get_mut(token).ok_or("Invalid token.")?;
        let user = self.users.get(token.user).ok_or("Invalid token.")?;
        if !user.is_active {
            return Err("User inactive or deleted.");
        }
        let lifetime = user.token_lifetime.map(|it| SignedDuration::from_secs(it.into()));
        if lifetime.is_some_and(|lifetime| now.duration_since(token.last_used) > lifetime) {
            return Err("Token has expired.");
        }
        token.last_used = now;
        Ok(user.id)
    }

    /// Whether a caller sees a resource among those consumed; its links are seen with it.
    pub(super) fn consumes(&self, caller: &User, resource: &Resource) -> bool {
        let organisation = self.projects.get(resource.project).map(|it| it.organisation);
        caller.sees_everything()
            || caller.administers.contains(&resource.project)
            || organisation.is_some_and(|it| caller.owns.contains(&it))
    }

    /// Whether a caller sees a resource among those provided. Its links are not seen with it.
    pub(super) fn provides(&self, caller: &User, offering: Uuid) -> bool {
        let organisation = self.offerings.get(offering).map(|it: &Offering| it.organisation);
        caller.sees_everything() || organisation.is_some_and(|it| caller.owns.contains(&it))
    }

    /// Whether a caller sees a link.
    pub(super) fn sees_link(&self, caller: &User, link: &Link) -> bool {
        caller.sees_everything() || self.resources.get(link.resource).is_some_and(|it| self.consumes(caller, it))
    }

    /// Whether a caller sees a user: themself, and whom they share an organisation or a project with. A provider sees
    /// the members of projects that consume its offerings.
    pub(super) fn sees_user(&self, caller: &User, user: &User) -> bool {
        let owner_of = |it: &Uuid| self.projects.get(*it).map(|it| it.organisation);
        let own_project = |it: &Uuid| {
            caller.administers.contains(it)
                || owner_of(it).is_some_and(|it| caller.owns.contains(&it))
                || self.resources.iter().any(|resource| {
                    let offering = self.offerings.get(resource.offering);
                    resource.project == *it && offering.is_some_and(|it| caller.owns.contains(&it.organisation))
                })
        };
        let own_organisation = |it: &Uuid| {
            caller.owns.contains(it) || caller.administers.iter().any(|project| owner_of(project) == Some(*it))
        };
        caller.sees_everything()
            || caller.id == user.id
            || user.administers.iter().any(own_project)
            || user.owns.iter().any(own_organisation)
    }

    /// Makes a link as the application does, with an event. What may be linked was decided before.
    pub(super) fn create(&mut self, actor: Uuid, resource: Uuid, role: Uuid, user: Uuid) -> Uuid {
        let created = self.now();
        let id = self.link_at(created, resource, role, user);
        if let Some(link) = self.links.get(id).cloned() {
            self.record(EventKind::Created, &link, Some(actor));
        }
        id
    }

    /// Deletes a link as the application does, with an event. Says whether it was there.
    pub fn delete(&mut self, actor: Option<Uuid>, link: Uuid) -> bool {
        let Some(link) = self.links.get(link).cloned() else { return false };
        self.record(EventKind::Deleted, &link, actor);
        self.links.remove(link.id);
        true
    }

    /// Deletes a user; their links and tokens go with them.
    pub fn delete_user(&mut self, actor: Option<Uuid>, user: Uuid) -> bool {
        self.delete_links(actor, |link| link.user == user);
        self.forget_grants(|grant| grant.user == user);
        self.tokens.retain(|_, token| token.user != user);
        self.users.remove(user).is_some()
    }

    /// Deletes a role; its links go with it.
    pub fn delete_role(&mut self, actor: Option<Uuid>, role: Uuid) -> bool {
        self.delete_links(actor, |link| link.role == role);
        self.forget_grants(|grant| grant.role == role);
        self.forget_availabilities(role);
        self.roles.remove(role).is_some()
    }

    /// Deletes a resource from the database; its links go with it. In the second generation its grants stay, without a
    /// scope.
    pub fn delete_resource(&mut self, actor: Option<Uuid>, resource: Uuid) -> bool {
        self.delete_links(actor, |link| link.resource == resource);
        self.resources.remove(resource).is_some()
    }

    /// Terminates a resource. Its links stay, and new ones are accepted.
    pub fn terminate(&mut self, resource: Uuid) {
        if let Some(resource) = self.resources.get_mut(resource) {
            resource.state = State::Terminated;
        }
    }

    fn delete_links(&mut self, actor: Option<Uuid>, goes: impl Fn(&Link) -> bool) {
        let ids: Vec<_> = self.links.iter().filter(|link| goes(link)).map(|link| link.id).collect();
        for id in ids {
            self.delete(actor, id);
        }
    }
}

impl World {
    fn record(&mut self, kind: EventKind, link: &Link, actor: Option<Uuid>) {
        let name = |it: Option<&String>| it.cloned().unwrap_or_default();
        let user = name(self.users.get(link.user).map(|it| &it.username));
        let role = name(self.roles.get(link.role).map(|it| &it.name));
        let resource = name(self.resources.get(link.resource).map(|it| &it.name));
        let done = match kind {
            EventKind::Deleted => "unassigned",
            _ => "assigned",
        };
        let message = format!("User {user} has been {done} role {role} in resource {resource}.");
        let (id, created) = (self.fresh_id(), self.now());
        self.events.push(Event { id, created, kind, message, serial: link.serial, actor, context: Value::Null });
    }
}
