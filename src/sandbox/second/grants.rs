//! `/api/user-permissions/`: every grant for staff and support, and one's own for anybody else.

use axum::http::Method;
use uuid::Uuid;

use super::filters::Wanted;
use super::rows;
use super::state::{Grant, Scope};
use crate::sandbox::lists::List;
use crate::sandbox::paging::{Page, page, page_by, page_of};
use crate::sandbox::query::uuid;
use crate::sandbox::state::User;
use crate::sandbox::view::{Answer, Ask, Caller};
use crate::sandbox::waldur::Waldur;
use crate::sandbox::world::World;
use crate::sandbox::{form, site};

pub(in crate::sandbox) const COLLECTION: &str = "user-permissions";
/// The reason where none is given.
const UNGIVEN: &str = "Manual role removal via API";
const GIVEN_BACK: &str = "Manual role restoration via API";

pub(super) fn collection(ask: &Ask, Caller(caller): &Caller, world: &World) -> Result<Answer, Answer> {
    site::reads(ask)?;
    let wanted = Wanted::of(ask, caller)?;
    let grants = &world.second.grants;
    let list = wanted.list().map(|it| grants.list(it));
    let is_seen = |grant: &&Grant| sees(caller, grant) && wanted.admits(world, grant);
    let in_order =
        caller.sees_everything() && wanted.is_whole_list() && matches!(ask.query.get("o"), None | Some("created"));
    let page = match list {
        Some(list) if in_order && list.in_order() => page_of(&list, &ask.query)?,
        Some(list) => ordered(ask, world, list.iter().filter(is_seen).collect())?,
        None => ordered(ask, world, grants.iter().filter(is_seen).collect())?,
    };
    let rows: Vec<_> = page.rows.iter().map(|grant| rows::permission(world, grant)).collect();
    Ok(page.sign(&format!("{}{}", ask.origin(), ask.path), &ask.query, Answer::json(200, &rows)))
}

pub(super) fn item(ask: &Ask, caller: &Caller, world: &World, id: &str) -> Result<Answer, Answer> {
    site::reads(ask)?;
    let id = found(caller, world, id)?;
    world.second.grants.get(id).map(|it| Answer::json(200, &rows::permission(world, it))).ok_or_else(no_match)
}

/// `revoke` and `restore`. They look neither at the offering nor at the organisation.
pub(super) fn action(ask: &Ask, caller: &Caller, world: &mut World, id: &str, verb: &str) -> Result<Answer, Answer> {
    if ask.method != Method::POST {
        return Err(ask.not_allowed());
    }
    let id = found(caller, world, id)?;
    let grant = world.second.grants.get(id).ok_or_else(no_match)?;
    let Caller(caller) = caller;
    let may = match grant.scope {
        Scope::Resource(_) => world.permits(caller, grant.scope, "RESOURCE.DELETE_PERMISSION"),
        _ => false,
    };
    if !caller.is_staff && !may {
        return Err(Answer::forbidden());
    }
    let form = form::read(ask)?;
    let reason = form.get("reason").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    if reason.chars().count() > 255 {
        return Err(Answer::invalid("reason", "Ensure this field has no more than 255 characters."));
    }
    if world.scope_name(grant.scope).is_none() {
        return Err(Answer::json(400, &["Role scope is not available."]));
    }
    let or = |default: &str| if reason.is_empty() { default.to_owned() } else { reason.clone() };
    match (verb, grant.is_active()) {
        ("revoke", false) => return Err(Answer::json(400, &["Role is already revoked."])),
        ("revoke", true) => {
            world.revoke(Some(caller.id), id, &or(UNGIVEN));
        }
        (_, true) => return Err(Answer::json(400, &["Role is already active."])),
        (_, false) => {
            let Grant { scope, role, user, .. } = *grant;
            if world
                .second
                .grants
                .list(List::Of(scope.id()))
                .iter()
                .any(|it| it.is_active() && it.is_of(scope, role, user))
            {
                return Err(Answer::json(400, &["An active grant for this role already exists."]));
            }
            world.restore(caller.id, id, &or(GIVEN_BACK));
        }
    }
    Ok(Answer::empty(200))
}

/// The page of grants that a query asks for. Without `o`, 8.1 breaks ties of `created` by the number of the row.
pub(super) fn ordered<'a>(ask: &Ask, world: &World, mut rows: Vec<&'a Grant>) -> Result<Page<&'a Grant>, Answer> {
    let name = |grant: &Grant| world.users.get(grant.user).map_or("", |it| &it.username).to_owned();
    match ask.query.get("o") {
        None if world.waldur == Waldur::V8_1 => {
            rows.sort_by_key(|grant| (grant.created, grant.serial));
            page(rows, &ask.query)
        }
        None | Some("created") => page_by(rows, &ask.query, |grant: &Grant| grant.created),
        Some("-created") => page_by(rows, &ask.query, |grant: &Grant| std::cmp::Reverse(grant.created)),
        Some("username") => page_by(rows, &ask.query, |grant: &Grant| name(grant)),
        Some("-username") => page_by(rows, &ask.query, |grant: &Grant| std::cmp::Reverse(name(grant))),
        // The database has nulls last, and first in a reversed order.
        Some("expiration_time") => page_by(rows, &ask.query, |grant: &Grant| (grant.end.is_none(), grant.end)),
        Some("-expiration_time") => {
            page_by(rows, &ask.query, |grant: &Grant| std::cmp::Reverse((grant.end.is_none(), grant.end)))
        }
        Some(other) => Err(Answer::no_choice("o", other)),
    }
}

fn found(Caller(caller): &Caller, world: &World, id: &str) -> Result<Uuid, Answer> {
    let grant = uuid(id).and_then(|id| world.second.grants.get(id)).filter(|grant| sees(caller, grant));
    grant.map(|grant| grant.id).ok_or_else(no_match)
}

fn sees(caller: &User, grant: &Grant) -> bool {
    caller.sees_everything() || grant.user == caller.id
}

fn no_match() -> Answer {
    Answer::no_match("UserRole")
}
