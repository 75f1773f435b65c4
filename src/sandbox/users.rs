//! `/api/users/` and `/api/users/me/`.

use axum::http::Method;
use serde_json::{Value, json};

use super::paging::page;
use super::query::{Query, uuid};
use super::second::rows;
use super::state::User;
use super::view::{Answer, Ask, Caller, narrowed};
use super::world::World;
use super::{form, site};

pub(super) const COLLECTION: &str = "users";

pub(super) fn collection(ask: &Ask, Caller(caller): &Caller, world: &World) -> Result<Answer, Answer> {
    site::reads(ask)?;
    let mut seen: Vec<_> =
        world.users.iter().filter(|user| admits(&ask.query, user) && world.sees_user(caller, user)).collect();
    ordered(&mut seen, &ask.query)?;
    let page = page(seen, &ask.query)?;
    let rows: Vec<_> = page.rows.iter().map(|user| narrowed(shown(ask, caller, world, user), &ask.query)).collect();
    Ok(page.sign(&format!("{}{}", ask.origin(), ask.path), &ask.query, Answer::json(200, &rows)))
}

pub(super) fn item(ask: &Ask, Caller(caller): &Caller, world: &mut World, id: &str) -> Result<Answer, Answer> {
    let id = uuid(id).ok_or_else(|| Answer::no_match("User"))?;
    let seen = world.users.get(id).is_some_and(|user| world.sees_user(caller, user));
    if !seen {
        return Err(Answer::no_match("User"));
    }
    if !ask.reads() && !caller.is_staff {
        return Err(Answer::forbidden());
    }
    if ask.method == Method::DELETE {
        world.delete_user(Some(caller.id), id);
        return Ok(Answer::empty(204));
    }
    if ask.method == Method::PATCH {
        let form = form::read(ask)?;
        if let (Some(user), Some(active)) = (world.users.get_mut(id), form.get("is_active").and_then(Value::as_bool)) {
            user.is_active = active;
        }
    } else {
        site::reads(ask)?;
    }
    let user = world.users.get(id).ok_or_else(|| Answer::no_match("User"))?;
    Ok(Answer::json(200, &narrowed(shown(ask, caller, world, user), &ask.query)))
}

/// Who asks. Without `field=` the caller's own token is in it.
pub(super) fn me(ask: &Ask, Caller(caller): &Caller, world: &World) -> Result<Answer, Answer> {
    site::reads(ask)?;
    let mut body = shown(ask, caller, world, caller);
    body["token"] = world.tokens.iter().find(|(_, it)| it.user == caller.id).map(|(text, _)| text.as_str()).into();
    body["token_lifetime"] = caller.token_lifetime.into();
    Ok(Answer::json(200, &narrowed(body, &ask.query)))
}

/// The filters of the list. Others, `uuid` among them, are ignored.
fn admits(query: &Query, user: &User) -> bool {
    let contains = |name: &str, value: &str| {
        query.get(name).is_none_or(|wanted| value.to_lowercase().contains(&wanted.to_lowercase()))
    };
    let is = |name: &str, value: bool| match query.get(name).map(str::to_ascii_lowercase).as_deref() {
        Some("true") => value,
        Some("false") => !value,
        _ => true,
    };
    let words = [&user.username, &user.email, &user.full_name()].map(|it| it.to_lowercase());
    let found = |wanted: &str| words.iter().any(|it| it.contains(&wanted.to_lowercase()));
    query.get("query").is_none_or(found)
        && query.get("username").is_none_or(|it| it == user.username)
        && contains("email", &user.email)
        && contains("full_name", &user.full_name())
        && is("is_active", user.is_active)
        && is("is_staff", user.is_staff)
        && is("is_support", user.is_support)
        // Nobody here has any of these.
        && ["native_name", "organization", "job_title", "phone_number", "civil_number"]
            .iter()
            .all(|name| query.get(name).is_none())
}

/// By username, or as `o=` says.
fn ordered(rows: &mut [&User], query: &Query) -> Result<(), Answer> {
    let order = query.get("o").unwrap_or("username");
    rows.sort_by(|a, b| a.username.cmp(&b.username));
    match order.strip_prefix('-').unwrap_or(order) {
        "username" => {}
        "email" => rows.sort_by(|a, b| a.email.cmp(&b.email)),
        "full_name" => rows.sort_by_key(|it| it.full_name()),
        "is_active" => rows.sort_by_key(|it| it.is_active),
        "is_staff" => rows.sort_by_key(|it| it.is_staff),
        "is_support" => rows.sort_by_key(|it| it.is_support),
        _ => return Err(Answer::no_choice("o", order)),
    }
    if order.starts_with('-') {
        rows.reverse();
    }
    Ok(())
}

/// A user; only staff and support see flags and notes.
fn shown(ask: &Ask, caller: &User, world: &World, user: &User) -> Value {
    let mut body = json!({
        "url": ask.url(COLLECTION, user.id),
        "uuid": user.id.simple().to_string(),
        "username": user.username,
        "slug": user.username,
        "full_name": user.full_name(),
        "native_name": "",
        "job_title": "",
        "email": user.email,
        "phone_number": "",
        "organization": "",
        "civil_number": null,
        "registration_method": "default",
        "date_joined": user.created.to_string(),
        "agreement_date": null,
        "preferred_language": "",
        "permissions": permissions(world, user),
        "requested_email": null,
        "affiliations": [],
        "first_name": user.first_name,
        "last_name": user.last_name,
        "identity_provider_name": "Local DB",
        "identity_provider_label": "Local DB",
        "identity_provider_management_url": "",
        "identity_provider_fields": [],
        "image": null,
        "identity_source": "",
    });
    if caller.sees_everything() {
        body["description"] = "".into();
        body["is_staff"] = user.is_staff.into();
        body["is_active"] = user.is_active.into();
        body["is_support"] = user.is_support.into();
    }
    body
}

fn permissions(world: &World, user: &User) -> Vec<Value> {
    if world.waldur.scopes_roles() {
        let own = world.second.grants.iter().filter(|grant| grant.is_active() && grant.user == user.id);
        return own.map(|grant| rows::permission(world, grant)).collect();
    }
    let permission = |role: &str, description: &str, scope: &str, id: uuid::Uuid, name: &str| {
        json!({
            "user_uuid": user.id.simple().to_string(),
            "user_name": user.full_name(),
            "user_slug": user.username,
            "created": user.created.to_string(),
            "expiration_time": null,
            "role_name": role,
            "role_description": description,
            "role_uuid": uuid::Uuid::from_u128(user.id.as_u128() ^ 1).simple().to_string(),
            "scope_type": scope,
            "scope_uuid": id.simple().to_string(),
            "scope_name": name,
        })
    };
    let owns = user.owns.iter().filter_map(|id| world.organisations.get(*id));
    let owns = owns.map(|it| permission("CUSTOMER.OWNER", "Organization owner", "customer", it.id, &it.name));
    let administers = user.administers.iter().filter_map(|id| world.projects.get(*id));
    let administers =
        administers.map(|it| permission("PROJECT.ADMIN", "Project administrator", "project", it.id, &it.name));
    owns.chain(administers).collect()
}
