//! `add_user`, `update_user`, `delete_user` and `list_users` of a resource, under the provider's and the consumer's URL.

use axum::http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::entry::Entry;
use super::filters::parsed;
use super::grants::ordered;
use super::rows;
use super::state::{Grant, Scope};
use crate::sandbox::lists::List;
use crate::sandbox::query::uuid;
use crate::sandbox::resources;
use crate::sandbox::state::{Role, User};
use crate::sandbox::view::{Answer, Ask, Caller};
use crate::sandbox::world::World;

const REMOVED: &str = "Manual user removal via delete_user API endpoint";

/// What is done to the team of a resource.
pub(super) fn action(
    ask: &Ask,
    caller: &Caller,
    world: &mut World,
    (collection, id): (&str, &str),
    verb: &str,
) -> Result<Answer, Answer> {
    if verb == "list_users" {
        return list(ask, caller, world, collection, id);
    }
    if ask.method != Method::POST {
        return Err(ask.not_allowed());
    }
    let resource = resources::looked_up(ask, caller, world, collection, id)?;
    let (id, offering, project) = (resource.id, resource.offering, resource.project);
    if world.second.unavailable.contains(&offering) {
        return Err(Answer::json(400, &["Offering is unavailable."]));
    }
    let Caller(caller) = caller;
    let entry = Entry::read(ask, world)?;
    let permission = match verb {
        "add_user" => "RESOURCE.CREATE_PERMISSION",
        "update_user" => "RESOURCE.UPDATE_PERMISSION",
        _ => "RESOURCE.DELETE_PERMISSION",
    };
    if !world.may_manage(caller, id, permission) {
        return Err(Answer::forbidden());
    }
    if world.projects.get(project).is_some_and(|it| world.second.blocked.contains(&it.organisation)) {
        return Err(refused("Customer is not available."));
    }
    match verb {
        "add_user" => add(caller, world, id, offering, &entry),
        "update_user" => update(caller, world, id, &entry),
        _ => remove(caller, world, id, &entry),
    }
}

fn add(caller: &User, world: &mut World, resource: Uuid, offering: Uuid, entry: &Entry) -> Result<Answer, Answer> {
    let Entry { role, user, end } = *entry;
    if user == caller.id && !caller.is_staff {
        return Err(refused("User can not manage own role."));
    }
    let scope = Scope::Resource(resource);
    if !caller.is_staff && world.users.get(user).is_some_and(|it| !it.is_active) {
        return Err(refused("Only staff users can assign roles to deactivated users."));
    }
    if active(world, scope, role, user).any(|grant| lasts(grant.end, end, world.now())) {
        return Err(refused("User has already the same role in this scope."));
    }
    let is_one = |it: &Grant| it.is_active() && it.scope == scope && it.user == user;
    if world.second.switches.one_role && world.second.grants.list(List::Of(resource)).iter().any(is_one) {
        return Err(refused("User already has role within this scope."));
    }
    let Some(Role { traits, .. }) = world.roles.get(role) else { return Err(Answer::crash()) };
    if traits.kind != scope.kind() {
        return Err(refused("Role is not valid for this scope."));
    }
    if traits.disabled {
        return Err(refused("Role is not active."));
    }
    let bound: Vec<_> = world.second.availabilities.iter().filter(|it| it.role == role).map(|it| it.offering).collect();
    if !bound.is_empty() && !bound.contains(&offering) {
        return Err(refused("Role is not available for this scope."));
    }
    world.add_grant(caller.id, scope, role, user, end);
    Ok(Answer::json(201, &json!({ "expiration_time": end.map(rows::instant) })))
}

/// Whether a grant until `existing` is there for as long as one until `wanted` would be. The server looks no further: if
/// not, a second row is added.
fn lasts(existing: Option<Timestamp>, wanted: Option<Timestamp>, now: Timestamp) -> bool {
    match (existing, wanted) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(existing), Some(wanted)) => existing > now && existing >= wanted,
    }
}

/// Changes the end of exactly one row; of none or of two it breaks the server.
fn update(caller: &User, world: &mut World, resource: Uuid, entry: &Entry) -> Result<Answer, Answer> {
    let Entry { role, user, end } = *entry;
    let ids: Vec<_> = active(world, Scope::Resource(resource), role, user).map(|it| it.id).collect();
    let [id] = *ids else { return Err(Answer::crash()) };
    world.change_end(caller.id, id, end);
    Ok(Answer::json(200, &json!({ "expiration_time": end.map(rows::instant) })))
}

/// Revokes one row or none, both with 200; two break the server.
fn remove(caller: &User, world: &mut World, resource: Uuid, entry: &Entry) -> Result<Answer, Answer> {
    let ids: Vec<_> = active(world, Scope::Resource(resource), entry.role, entry.user).map(|it| it.id).collect();
    match *ids {
        [] => {}
        [id] => {
            world.revoke(Some(caller.id), id, REMOVED);
        }
        _ => return Err(Answer::crash()),
    }
    Ok(Answer::empty(200))
}

fn active(world: &World, scope: Scope, role: Uuid, user: Uuid) -> impl Iterator<Item = &Grant> {
    let here = world.second.grants.list(List::Of(scope.id())).iter();
    here.filter(move |grant| grant.is_active() && grant.is_of(scope, role, user))
}

/// Active grants of active users. Under the consumer's URL those on sub-projects are among them.
fn list(ask: &Ask, caller: &Caller, world: &World, collection: &str, id: &str) -> Result<Answer, Answer> {
    if !ask.reads() {
        return Err(ask.not_allowed());
    }
    if let Some(order) = ask.query.get("o").filter(|it| !["created", "-created"].contains(it)) {
        return Err(Answer::no_choice("o", order));
    }
    let mut problems = Map::new();
    let [user, role_id] = ["user", "role_uuid"].map(|it| parsed(ask, it, uuid, "Enter a valid UUID.", &mut problems));
    parsed(
        ask,
        "created",
        |text| text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10),
        "Enter a valid date.",
        &mut problems,
    );
    if !problems.is_empty() {
        return Err(Answer::json(400, &Value::Object(problems)));
    }
    let resource = resources::looked_up(ask, caller, world, collection, id)?.id;
    let inside = world.second.sub_projects.iter().filter(|it| it.resource == resource).map(|it| it.id);
    let inside = inside.filter(|_| collection == resources::CONSUMED);
    let roles = ask.query.all("role");
    let search = ask.query.get("search_string").map(str::to_lowercase);
    let wanted = |grant: &Grant, person: &User| {
        let role = world.roles.get(grant.role).map_or("", |it| &it.name);
        let is = |wanted: &String| uuid(wanted).map_or(*wanted == role, |id| id == grant.role);
        let found = |text: &str, wanted: &String| text.to_lowercase().contains(wanted);
        user.is_none_or(|it| it == person.id)
            && role_id.is_none_or(|it| it == grant.role)
            && ask.query.get("username").is_none_or(|it| it == person.username)
            && (roles.iter().all(String::is_empty) || roles.iter().any(is))
            && search.as_ref().is_none_or(|it| {
                found(&person.full_name(), it) || found(&person.username, it) || found(&person.email, it)
            })
    };
    let rows = std::iter::once(resource).chain(inside).flat_map(|id| world.second.grants.list(List::Of(id)).iter());
    let mut rows: Vec<_> = rows
        .filter(|grant| {
            let person = world.users.get(grant.user).filter(|it| it.is_active);
            grant.is_active() && person.is_some_and(|it| wanted(grant, it))
        })
        .collect();
    rows.sort_by_key(|grant| grant.serial);
    let page = ordered(ask, world, rows)?;
    // HEAD counts, and renders nothing.
    let shown = if ask.method == Method::HEAD { &[][..] } else { &page.rows[..] };
    let rows: Vec<_> = shown.iter().map(|grant| rows::member(world, grant)).collect();
    Ok(page.sign(&format!("{}{}", ask.origin(), ask.path), &ask.query, Answer::json(200, &rows)))
}

fn refused(text: &str) -> Answer {
    Answer::invalid("non_field_errors", text)
}
