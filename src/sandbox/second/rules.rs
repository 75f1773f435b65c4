//! The server's own rules about grants: what makes, changes and ends one.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::state::{Grant, Revocation, Scope};
use crate::sandbox::state::{EventKind, User};
use crate::sandbox::world::World;

const ADDED: &str = "Manual role assignment via API";
const CHANGED: &str = "Manual role update via API";
const EXPIRED: &str = "Automatic expiration cleanup task";
const UNAVAILABLE: &str = "Role availability removed";
/// How often grants past their end are revoked.
const DAY: SignedDuration = SignedDuration::from_hours(24);

impl World {
    /// What a write would see on the server's clock: the database keeps microseconds.
    pub(super) fn moment(&self) -> Timestamp {
        let now = self.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Makes a grant as the application does. Whether it may be made was decided before.
    pub(super) fn add_grant(&mut self, actor: Uuid, scope: Scope, role: Uuid, user: Uuid, end: Option<Timestamp>) {
        let (id, created) = (self.fresh_id(), self.moment());
        self.put_grant(id, created, scope, role, user, |grant| {
            grant.end = end;
            grant.created_by = Some(actor);
        });
        if self.second.switches.deactivates
            && let Some(user) = self.users.get_mut(user)
        {
            user.is_active = true;
        }
        self.record_grant(EventKind::Granted, id, Some(actor), ADDED);
    }

    /// Gives a grant another end, or none.
    pub(super) fn change_end(&mut self, actor: Uuid, grant: Uuid, end: Option<Timestamp>) {
        let now = self.moment();
        if let Some(grant) = self.second.grants.get_mut(grant) {
            (grant.end, grant.modified) = (end, now);
        }
        self.record_grant(EventKind::Updated, grant, Some(actor), CHANGED);
    }

    /// Revokes a grant as the application does, with an event. It stays as an inactive row. Says whether it was active.
    pub fn revoke(&mut self, actor: Option<Uuid>, grant: Uuid, reason: &str) -> bool {
        let now = self.moment();
        self.revoke_at(now, actor, grant, reason)
    }

    fn revoke_at(&mut self, at: Timestamp, by: Option<Uuid>, id: Uuid, reason: &str) -> bool {
        let Some(grant) = self.second.grants.get(id).filter(|it| it.is_active()) else { return false };
        let user = grant.user;
        self.second.grants.change(id, |grant| {
            (grant.end, grant.modified) = (Some(at), at);
            grant.revoked = Some(Revocation { by, reason: reason.to_owned() });
        });
        if self.second.switches.deactivates
            && !self.second.grants.iter().any(|it| it.is_active() && it.user == user)
            && let Some(user) = self.users.get_mut(user)
        {
            user.is_active = false;
        }
        self.record_grant(EventKind::Revoked, id, by, reason);
        true
    }

    /// Makes a revoked grant active again, without an end.
    pub(super) fn restore(&mut self, actor: Uuid, id: Uuid, reason: &str) {
        let now = self.moment();
        let Some(user) = self.second.grants.get(id).map(|it| it.user) else { return };
        self.second.grants.change(id, |grant| (grant.end, grant.modified, grant.revoked) = (None, now, None));
        if self.second.switches.deactivates
            && let Some(user) = self.users.get_mut(user)
        {
            user.is_active = true;
        }
        self.record_grant(EventKind::Granted, id, Some(actor), reason);
    }

    /// Revokes every grant that is past its end, as the server's own task does once in 24 hours.
    pub fn sweep(&mut self) {
        let now = self.moment();
        self.second.swept = Some(now);
        self.sweep_at(now);
    }

    /// Runs the sweeps that are due by the server's clock.
    pub(in crate::sandbox) fn sweep_when_due(&mut self) {
        if !self.waldur.scopes_roles() {
            return;
        }
        let now = self.moment();
        let last = *self.second.swept.get_or_insert(now);
        let Some(days) = now.duration_since(last).as_secs().checked_div(DAY.as_secs()).filter(|days| *days > 0) else {
            return;
        };
        let at = |day: i64| last + SignedDuration::from_secs(DAY.as_secs() * day);
        // Days on which nothing ended are passed over.
        let ended = |grant: &Grant| grant.end.filter(|_| grant.is_active());
        let mut due: Vec<_> = self.second.grants.iter().filter_map(ended).filter(|end| *end <= at(days)).collect();
        due.sort_unstable();
        for end in due {
            let day = (end.duration_since(last).as_secs() / DAY.as_secs() + 1).clamp(1, days);
            self.sweep_at(at(day));
        }
        self.second.swept = Some(at(days));
    }

    fn sweep_at(&mut self, at: Timestamp) {
        let over = |grant: &&Grant| grant.is_active() && grant.end.is_some_and(|end| end <= at);
        let ids: Vec<_> = self.second.grants.iter().filter(over).map(|grant| grant.id).collect();
        for id in ids {
            self.revoke_at(at, None, id, EXPIRED);
        }
    }

    /// Unbinds a role from an offering. Its grants there are revoked, unless that was the last binding: then the role can
    /// be used everywhere.
    pub fn remove_availability(&mut self, id: Uuid) -> bool {
        let Some(gone) = self.second.availabilities.remove(id) else { return false };
        let others: Vec<_> = self.second.availabilities.iter().filter(|it| it.role == gone.role).cloned().collect();
        if others.is_empty() {
            if let Some(role) = self.roles.get_mut(gone.role) {
                role.offering = Uuid::nil();
            }
            return true;
        }
        let on_it = |resource: Uuid| self.resources.get(resource).is_some_and(|it| it.offering == gone.offering);
        let ids: Vec<_> = self
            .active_links()
            .filter(|(resource, grant)| grant.role == gone.role && on_it(*resource))
            .map(|(_, grant)| grant.id)
            .collect();
        for id in ids {
            self.revoke(None, id, UNAVAILABLE);
        }
        true
    }

    /// Takes out grants with their history: no event is left.
    pub(in crate::sandbox) fn forget_grants(&mut self, goes: impl Fn(&Grant) -> bool) {
        let ids: Vec<_> = self.second.grants.iter().filter(|grant| goes(grant)).map(|grant| grant.id).collect();
        for id in ids {
            self.second.grants.remove(id);
        }
    }

    /// Takes out the bindings of a role.
    pub(in crate::sandbox) fn forget_availabilities(&mut self, role: Uuid) {
        let ids: Vec<_> = self.second.availabilities.iter().filter(|it| it.role == role).map(|it| it.id).collect();
        for id in ids {
            self.second.availabilities.remove(id);
        }
    }

    /// Whether somebody holds a role here that carries a permission.
    pub(super) fn permits(&self, user: &User, scope: Scope, permission: &str) -> bool {
        let carries = |role: Uuid| {
            self.roles.get(role).is_some_and(|role| role.traits.permissions.iter().any(|it| it == permission))
        };
        let given = |grant: &Grant| grant.is_active() && grant.user == user.id && grant.scope == scope;
        self.second.grants.iter().any(|grant| given(grant) && carries(grant.role))
    }

    /// Whether somebody holds any role here.
    pub(in crate::sandbox) fn holds(&self, user: &User, scope: Scope) -> bool {
        self.second.grants.iter().any(|grant| grant.is_active() && grant.user == user.id && grant.scope == scope)
    }

    /// Whether somebody may make, change or end grants on a resource: staff, owners of the consuming organisation, and
    /// whoever holds a role on the resource that carries the permission.
    pub(super) fn may_manage(&self, user: &User, resource: Uuid, permission: &str) -> bool {
        let project = self.resources.get(resource).and_then(|it| self.projects.get(it.project));
        user.is_staff
            || project.is_some_and(|it| user.owns.contains(&it.organisation))
            || self.permits(user, Scope::Resource(resource), permission)
    }
}
