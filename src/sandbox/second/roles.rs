//! `/api/marketplace-offering-roles/`, `/api/roles/` and `/api/role-availabilities/`.

use axum::http::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::state::{Availability, ScopeKind, Traits};
use crate::sandbox::form::{self, Form};
use crate::sandbox::paging::page;
use crate::sandbox::query::uuid;
use crate::sandbox::site;
use crate::sandbox::state::{Role, User};
use crate::sandbox::view::{Answer, Ask, Caller, narrowed};
use crate::sandbox::world::World;

pub(in crate::sandbox) const OFFERING_ROLES: &str = "marketplace-offering-roles";
pub(super) const ROLES: &str = "roles";
pub(super) const AVAILABILITIES: &str = "role-availabilities";
const LANGUAGES: [&str; 14] = ["en", "et", "lt", "lv", "ru", "it", "de", "da", "sv", "es", "fr", "nb", "ar", "cs"];

/// Roles that are bound to an offering; anybody with a token may read them.
pub(super) fn of_offerings(ask: &Ask, Caller(caller): &Caller, world: &mut World) -> Result<Answer, Answer> {
    if ask.method == Method::POST {
        return create(ask, caller, world);
    }
    site::reads(ask)?;
    // What is no id leads to no offering.
    let offering = ask.query.get("offering_uuid").map(|it| uuid(it).unwrap_or_default());
    let name = ask.query.get("name").map(str::to_lowercase);
    let kind = ask.query.get("content_type");
    let bound = |role: &Role| {
        let mut bindings = world.second.availabilities.iter().filter(|it| it.role == role.id);
        bindings.any(|it| offering.is_none_or(|offering| offering == it.offering))
    };
    let wanted = |role: &&Role| {
        bound(role)
            && kind.is_none_or(|it| it == role.traits.kind.name())
            && name.as_ref().is_none_or(|it| role.name.to_lowercase().contains(it))
    };
    let mut rows: Vec<_> = world.roles.iter().filter(wanted).collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    let page = page(rows, &ask.query)?;
    let rows: Vec<_> = page.rows.iter().map(|role| of_offering(world, role)).collect();
    Ok(page.sign(&format!("{}{}", ask.origin(), ask.path), &ask.query, Answer::json(200, &rows)))
}

/// One of them: read, renamed, described, deleted. Its grants go with it, without an event.
pub(super) fn one_of_offerings(
    ask: &Ask,
    Caller(caller): &Caller,
    world: &mut World,
    id: &str,
) -> Result<Answer, Answer> {
    let role = uuid(id).and_then(|id| world.roles.get(id)).filter(|it| !it.offering.is_nil());
    let (id, offering) = role.map(|it| (it.id, it.offering)).ok_or_else(|| Answer::no_match("Role"))?;
    if !ask.reads() {
        may_update(world, caller, offering)?;
        if ask.method == Method::DELETE {
            world.delete_role(Some(caller.id), id);
            return Ok(Answer::empty(204));
        }
        let form = form::read(ask)?;
        if let Some(role) = world.roles.get_mut(id) {
            change(role, &form)?;
        }
    }
    let role = world.roles.get(id).ok_or_else(|| Answer::no_match("Role"))?;
    Ok(Answer::json(200, &of_offering(world, role)))
}

fn create(ask: &Ask, caller: &User, world: &mut World) -> Result<Answer, Answer> {
    let form = form::read(ask)?;
    let mut problems = Map::new();
    let text = |name: &str| form.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    let mut needed = |name: &str| {
        let found = text(name);
        if found.is_none() {
            problems.insert(name.to_owned(), json!(["This field is required."]));
        }
        found
    };
    let (Some(_), Some(offering)) = (needed("name"), needed("offering")) else {
        return Err(Answer::json(400, &Value::Object(problems)));
    };
    let kind = text("content_type_input").unwrap_or(ScopeKind::Resource.name());
    let kinds = [ScopeKind::Resource, ScopeKind::SubProject];
    let Some(kind) = kinds.into_iter().find(|it| it.name() == kind) else {
        return Err(Answer::invalid("content_type_input", &format!("\"{kind}\" is not a valid choice.")));
    };
    let known = uuid(offering).and_then(|id| world.offerings.get(id)).map(|it| it.id);
    let missing = || Answer::invalid("offering", &format!("Object with uuid={offering} does not exist."));
    let offering = known.ok_or_else(missing)?;
    may_update(world, caller, offering)?;
    let id = world.fresh_id();
    let traits = Traits { kind, ..Traits::default() };
    let mut role = Role { id, name: String::new(), offering, traits };
    change(&mut role, &form)?;
    let body = of_offering(world, &role);
    world.roles.insert(role);
    world.make_available(id, offering);
    Ok(Answer::json(201, &body))
}

/// Names may repeat.
fn change(role: &mut Role, form: &Form) -> Result<(), Answer> {
    let text = |name: &str| form.get(name).and_then(Value::as_str);
    if text("name") == Some("") {
        return Err(Answer::invalid("name", "This field may not be blank."));
    }
    if let Some(name) = text("name") {
        name.clone_into(&mut role.name);
    }
    if let Some(description) = text("description") {
        description.clone_into(&mut role.traits.description);
    }
    Ok(())
}

/// Staff, and owners of the offering's organisation.
fn may_update(world: &World, caller: &User, offering: Uuid) -> Result<(), Answer> {
    let owner = world.offerings.get(offering).map(|it| it.organisation);
    let may = caller.is_staff || owner.is_some_and(|it| caller.owns.contains(&it));
    if may { Ok(()) } else { Err(Answer::forbidden()) }
}

/// A role that two offerings have names one of them only.
fn of_offering(world: &World, role: &Role) -> Value {
    json!({
        "uuid": role.id.simple().to_string(),
        "name": role.name,
        "description": role.traits.description,
        "content_type": role.traits.kind.name(),
        "offering_uuid": role.offering.simple().to_string(),
        "offering_name": world.offerings.get(role.offering).map(|it| it.name.as_str()),
        "is_active": !role.traits.disabled,
        "permissions": role.traits.permissions,
    })
}

/// Every role of every scope.
pub(super) fn all(ask: &Ask, Caller(caller): &Caller, world: &World) -> Result<Answer, Answer> {
    site::reads(ask)?;
    let contains =
        |name: &str, text: &str| ask.query.get(name).is_none_or(|it| text.to_lowercase().contains(&it.to_lowercase()));
    let is = |name: &str, value: bool| match ask.query.get(name).map(str::to_lowercase).as_deref() {
        Some("true") => value,
        Some("false") => !value,
        _ => true,
    };
    let wanted = |role: &&Role| {
        contains("name", &role.name)
            && contains("query", &role.name)
            && contains("description", &role.traits.description)
            && is("is_active", !role.traits.disabled)
            && is("is_system_role", role.traits.system)
            && ask.query.get("content_type").is_none_or(|it| it == role.traits.kind.name())
    };
    let mut rows: Vec<_> = world.roles.iter().filter(wanted).collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    let page = page(rows, &ask.query)?;
    let rows: Vec<_> = page.rows.iter().map(|role| narrowed(global(world, caller, role), &ask.query)).collect();
    Ok(page.sign(&format!("{}{}", ask.origin(), ask.path), &ask.query, Answer::json(200, &rows)))
}

/// One of them: read, or deleted while nobody has it.
pub(super) fn one(ask: &Ask, Caller(caller): &Caller, world: &mut World, id: &str) -> Result<Answer, Answer> {
    let role = uuid(id).and_then(|id| world.roles.get(id)).ok_or_else(|| Answer::no_match("Role"))?;
    let id = role.id;
    if ask.method == Method::DELETE {
        if !caller.is_staff {
            return Err(Answer::forbidden());
        }
        if world.second.grants.iter().any(|it| it.role == id && it.is_active()) {
            return Err(Answer::json(400, &["Role is still used."]));
        }
        world.delete_role(Some(caller.id), id);
        return Ok(Answer::empty(204));
    }
    site::reads(ask)?;
    Ok(Answer::json(200, &narrowed(global(world, caller, role), &ask.query)))
}

/// `enable` and `disable`, for staff.
pub(super) fn switch(
    ask: &Ask,
    Caller(caller): &Caller,
    world: &mut World,
    id: &str,
    verb: &str,
) -> Result<Answer, Answer> {
    if ask.method != Method::POST {
        return Err(ask.not_allowed());
    }
    let id = uuid(id).unwrap_or_default();
    let role = world.roles.get_mut(id).ok_or_else(|| Answer::no_match("Role"))?;
    if !caller.is_staff {
        return Err(Answer::forbidden());
    }
    role.traits.disabled = verb == "disable";
    Ok(Answer::detail(200, &format!("The role {} has been {verb}d", role.name)))
}

fn global(world: &World, caller: &User, role: &Role) -> Value {
    let Traits { description, kind, disabled, permissions, system } = &role.traits;
    let users = world.second.grants.iter().filter(|it| it.is_active() && it.role == role.id).count();
    let mut body = json!({
        "uuid": role.id.simple().to_string(),
        "name": role.name,
        "description": description,
        "permissions": permissions,
        "is_system_role": system,
        "is_active": !disabled,
        "users_count": caller.sees_everything().then_some(users),
        "content_type": kind.name(),
    });
    for language in LANGUAGES {
        let known = (language == "en" && !description.is_empty()).then_some(description);
        body[format!("description_{language}")] = known.map(String::as_str).into();
    }
    body
}

/// Which role is bound to which offering: staff sees it, anybody else an empty list.
pub(super) fn availabilities(ask: &Ask, Caller(caller): &Caller, world: &World) -> Result<Answer, Answer> {
    site::reads(ask)?;
    let role = ask.query.get("role_uuid").map(|it| uuid(it).unwrap_or_default());
    let name = |it: &Availability| world.roles.get(it.role).map_or("", |role| &role.name);
    let wanted = |it: &&Availability| caller.is_staff && role.is_none_or(|role| role == it.role);
    let mut rows: Vec<_> = world.second.availabilities.iter().filter(wanted).collect();
    rows.sort_by(|a, b| name(a).cmp(name(b)));
    let page = page(rows, &ask.query)?;
    let rows: Vec<_> = page.rows.iter().map(|it| availability(world, it)).collect();
    Ok(page.sign(&format!("{}{}", ask.origin(), ask.path), &ask.query, Answer::json(200, &rows)))
}

/// One of them: read, or taken away by staff.
pub(super) fn one_availability(
    ask: &Ask,
    Caller(caller): &Caller,
    world: &mut World,
    id: &str,
) -> Result<Answer, Answer> {
    let found = uuid(id).and_then(|id| world.second.availabilities.get(id)).filter(|_| caller.is_staff);
    let found = found.ok_or_else(|| Answer::no_match("RoleAvailability"))?;
    if ask.method == Method::DELETE {
        let id = found.id;
        world.remove_availability(id);
        return Ok(Answer::empty(204));
    }
    site::reads(ask)?;
    Ok(Answer::json(200, &availability(world, found)))
}

fn availability(world: &World, it: &Availability) -> Value {
    let role = world.roles.get(it.role);
    json!({
        "uuid": it.id.simple().to_string(),
        "role_uuid": it.role.simple().to_string(),
        "role_name": role.map(|it| it.name.as_str()),
        "role_content_type": role.map(|it| it.traits.kind.name()),
        "scope_type": "offering",
        "scope_uuid": it.offering.simple().to_string(),
        "scope_name": world.offerings.get(it.offering).map(|it| it.name.as_str()),
        "is_profile_managed": false,
        "profile_uuid": null,
        "profile_name": null,
    })
}
