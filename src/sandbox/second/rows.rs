//! Grants as the two lists show them. What has no source is absent, not null.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::state::{Grant, Scope};
use crate::sandbox::state::{Organisation, User};
use crate::sandbox::waldur::Waldur;
use crate::sandbox::world::World;

/// A row of `/api/user-permissions/`.
pub(in crate::sandbox) fn permission(world: &World, grant: &Grant) -> Value {
    let newest = world.waldur == Waldur::V8_1;
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    let user = world.users.get(grant.user);
    if newest {
        put("uuid", plain(grant.id));
        put("user_username", user.map(|it| it.username.as_str()).into());
        put("user_email", user.map(|it| it.email.as_str()).into());
        put("is_active", grant.is_active().into());
        put("source", grant.source.as_str().into());
        let by = grant.revoked.as_ref().and_then(|it| it.by).and_then(|id| world.users.get(id));
        put("revoked_by_full_name", by.map(User::full_name).into());
        put("revoked_by_username", by.map(|it| it.username.as_str()).into());
        put("revoke_reason", grant.revoked.as_ref().map_or("", |it| &it.reason).into());
        put("scope_is_removed", false.into());
    }
    put("user_uuid", plain(grant.user));
    put("user_name", user.map(User::full_name).into());
    put("user_slug", user.map(|it| it.username.as_str()).into());
    put("created", instant(grant.created).into());
    put("expiration_time", grant.end.map(instant).into());
    if let Some(creator) = grant.created_by.and_then(|id| world.users.get(id)) {
        put("created_by_full_name", creator.full_name().into());
        put("created_by_username", creator.username.as_str().into());
    }
    let role = world.roles.get(grant.role);
    put("role_name", role.map(|it| it.name.as_str()).into());
    put("role_description", role.map(|it| it.traits.description.as_str()).into());
    put("role_uuid", plain(grant.role));
    let name = world.scope_name(grant.scope);
    put("scope_type", name.map(|_| grant.scope.kind().name()).into());
    if let Some(name) = name {
        put("scope_uuid", plain(grant.scope.id()));
        put("scope_name", name.into());
    }
    let place = ScopeOwner::of(world, grant.scope);
    if place.customer.is_some() || newest {
        put("customer_uuid", place.customer.map(|it| plain(it.id)).into());
        put("customer_name", place.customer.map(|it| it.name.as_str()).into());
    }
    put("resource_uuid", place.resource.map(plain).into());
    if newest {
        put("project_uuid", place.project.map(plain).into());
    }
    Value::Object(row)
}

/// A row of `list_users`.
pub(super) fn member(world: &World, grant: &Grant) -> Value {
    let user = world.users.get(grant.user);
    let role = world.roles.get(grant.role);
    let mut row = json!({
        "uuid": plain(grant.id),
        "created": instant(grant.created),
        "expiration_time": grant.end.map(instant),
        "role_name": role.map(|it| it.name.as_str()),
        "role_uuid": plain(grant.role),
        "user_email": user.map(|it| it.email.as_str()),
        "user_full_name": user.map(User::full_name),
        "user_username": user.map(|it| it.username.as_str()),
        "user_uuid": plain(grant.user),
        "user_image": null,
    });
    if let Some(creator) = grant.created_by.and_then(|id| world.users.get(id)) {
        row["created_by_full_name"] = creator.full_name().into();
        row["created_by_uuid"] = plain(creator.id);
    }
    if world.waldur == Waldur::V8_1 {
        row["source"] = grant.source.as_str().into();
    }
    row
}

/// What is around a scope.
#[derive(Default)]
struct ScopeOwner<'a> {
    customer: Option<&'a Organisation>,
    project: Option<Uuid>,
    resource: Option<Uuid>,
}

impl<'a> ScopeOwner<'a> {
    fn of(world: &'a World, scope: Scope) -> Self {
        let of_project = |id: Uuid| world.projects.get(id).and_then(|it| world.organisations.get(it.organisation));
        let of_resource = |id: Uuid| {
            let project = world.resources.get(id).map(|it| it.project);
            Self { customer: project.and_then(of_project), project, resource: None }
        };
        match scope {
            Scope::Resource(id) => of_resource(id),
            Scope::SubProject(id) => {
                let resource = world.second.sub_projects.get(id).map(|it| it.resource);
                resource.map_or_else(Self::default, |id| Self { resource: Some(id), ..of_resource(id) })
            }
            Scope::Project(id) => Self { customer: of_project(id), ..Self::default() },
            Scope::Organisation(id) => Self { customer: world.organisations.get(id), ..Self::default() },
            Scope::Offering(id) => {
                let owner = world.offerings.get(id).and_then(|it| world.organisations.get(it.organisation));
                Self { customer: owner, ..Self::default() }
            }
        }
    }
}

/// A moment as the server writes it: with six digits of a fraction, or none.
pub(super) fn instant(moment: Timestamp) -> String {
    let fraction = if moment.subsec_microsecond() == 0 && moment.subsec_millisecond() == 0 { "" } else { "%.6f" };
    moment.strftime(&format!("%FT%T{fraction}Z")).to_string()
}

fn plain(id: Uuid) -> Value {
    id.simple().to_string().into()
}
