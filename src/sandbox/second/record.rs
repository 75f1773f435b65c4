//! What the log says of grants. It names users and scopes by id and name, and roles by name only.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::state::{Grant, Scope};
use crate::sandbox::state::{Event, EventKind, User};
use crate::sandbox::world::World;

impl World {
    pub(super) fn record_grant(&mut self, kind: EventKind, grant: Uuid, actor: Option<Uuid>, reason: &str) {
        let Some(grant) = self.second.grants.get(grant) else { return };
        let (Some(user), serial) = (self.users.get(grant.user), grant.serial) else { return };
        let person = |user: &User| format!("{} ({})", user.full_name(), user.username);
        let by = actor.and_then(|id| self.users.get(id)).map_or_else(|| "System".to_owned(), person);
        let role = self.roles.get(grant.role).map_or("", |it| &it.name);
        let scope = self.scope_name(grant.scope).unwrap_or_default();
        let what = match kind {
            EventKind::Updated => {
                // The end that was is lost: the server reads it after it has written the new one.
                let end = grant.end.map_or_else(|| "None".to_owned(), |it| it.strftime("%F %T%.f+00:00").to_string());
                format!(
                    "Permission expiration time for user {} in {scope} is updated from {end} to {end}",
                    person(user)
                )
            }
            EventKind::Revoked => format!("User {} has lost role of {role} in {scope}", person(user)),
            _ => format!("User {} has gained role of {role} in {scope}", person(user)),
        };
        let message = format!("{what}. Initiated by: {by}. Reason: {reason}");
        let mut context = self.context(grant);
        add_person(&mut context, "affected_user", user);
        if let Some(actor) = actor.and_then(|id| self.users.get(id)) {
            add_person(&mut context, "user", actor);
            context.insert("ip_address".to_owned(), "127.0.0.1".into());
        }
        context.insert("role_name".to_owned(), role.into());
        context.insert("initiated_by".to_owned(), by.into());
        context.insert("reason".to_owned(), reason.into());
        let (id, created) = (self.fresh_id(), self.moment());
        self.events.push(Event { id, created, kind, message, serial, actor, context: Value::Object(context) });
    }

    /// The name of where a role is given, if that is still there.
    pub(super) fn scope_name(&self, scope: Scope) -> Option<&str> {
        match scope {
            Scope::Resource(id) => self.resources.get(id).map(|it| it.name.as_str()),
            Scope::SubProject(id) => self.second.sub_projects.get(id).map(|it| it.name.as_str()),
            Scope::Project(id) => self.projects.get(id).map(|it| it.name.as_str()),
            Scope::Organisation(id) => self.organisations.get(id).map(|it| it.name.as_str()),
            Scope::Offering(id) => self.offerings.get(id).map(|it| it.name.as_str()),
        }
    }

    /// Of the scope. Python's spelling of nothing: the log keeps texts.
    fn context(&self, grant: &Grant) -> Map<String, Value> {
        let mut context = json!({
            "scope_type": grant.scope.kind().name(),
            "scope_uuid": grant.scope.id().simple().to_string(),
            "scope_name": self.scope_name(grant.scope),
        });
        let Scope::Resource(id) = grant.scope else { return object(context) };
        let Some(resource) = self.resources.get(id) else { return object(context) };
        let created = resource.created.strftime("%FT%T%.f+00:00").to_string();
        for name in ["scope_cost", "scope_plan", "scope_backend_type", "scope_backend_uuid", "project_end_date"] {
            context[name] = "None".into();
        }
        for name in ["scope_limits", "scope_attributes", "scope_backend_metadata"] {
            context[name] = json!({});
        }
        context["scope_created"] = created.as_str().into();
        context["scope_modified"] = created.as_str().into();
        context["scope_get_state_display"] = resource.state.name().into();
        context["customer_contact_details"] = "".into();
        let project = self.projects.get(resource.project);
        let customer = project.and_then(|it| self.organisations.get(it.organisation));
        let abbreviation: String = customer.map_or("", |it| &it.name).chars().take(10).collect();
        context["customer_abbreviation"] = abbreviation.into();
        let parts = [
            ("project", project.map(|it| (it.id, it.name.as_str()))),
            ("customer", customer.map(|it| (it.id, it.name.as_str()))),
            ("offering", self.offerings.get(resource.offering).map(|it| (it.id, it.name.as_str()))),
        ];
        for (kind, (id, name)) in parts.into_iter().filter_map(|(kind, part)| Some((kind, part?))) {
            context[format!("{kind}_uuid")] = id.simple().to_string().into();
            context[format!("{kind}_name")] = name.into();
        }
        object(context)
    }
}

fn add_person(context: &mut Map<String, Value>, prefix: &str, user: &User) {
    let flag = |it: bool| if it { "True" } else { "False" };
    let lifetime = user.token_lifetime.map_or_else(|| "None".to_owned(), |it| it.to_string());
    for (name, value) in [
        ("uuid", user.id.simple().to_string()),
        ("username", user.username.clone()),
        ("full_name", user.full_name()),
        ("native_name", String::new()),
        ("is_staff", flag(user.is_staff).to_owned()),
        ("is_support", flag(user.is_support).to_owned()),
        ("token_lifetime", lifetime),
    ] {
        context.insert(format!("{prefix}_{name}"), value.into());
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
