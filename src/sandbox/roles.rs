//! `/api/marketplace-offering-user-roles/`: roles of offerings, seen by their providers, staff and support.

use axum::http::Method;
use serde_json::{Value, json};

use super::paging::page;
use super::parameters::{linked, uuids};
use super::query::uuid;
use super::second::Traits;
use super::state::Role;
use super::urls::{Target, follow};
use super::view::{Answer, Ask, Caller};
use super::world::World;
use super::{form, site};

pub(super) const COLLECTION: &str = "marketplace-offering-user-roles";
pub(super) const OFFERINGS: &str = "marketplace-provider-offerings";

pub(super) fn collection(ask: &Ask, Caller(caller): &Caller, world: &mut World) -> Result<Answer, Answer> {
    if !ask.reads() && !caller.is_staff {
        return Err(Answer::forbidden());
    }
    if ask.method == Method::POST {
        let (name, offering) = read(ask, world)?;
        let id = world.role(offering, &name);
        return found(world, id).map(|role| Answer::json(201, &shown(ask, world, role)));
    }
    site::reads(ask)?;
    let [offering_id] = uuids(ask, ["offering_uuid"])?;
    let offering = ask.query.get("offering").map(|url| linked(ask, url, OFFERINGS)).transpose()?;
    let wanted = |role: &Role| [offering_id, offering].into_iter().flatten().all(|offering| offering == role.offering);
    let mut seen: Vec<_> =
        world.roles.iter().filter(|role| wanted(role) && world.provides(caller, role.offering)).collect();
    seen.sort_by(|a, b| a.name.cmp(&b.name));
    let page = page(seen, &ask.query)?;
    let rows: Vec<_> = page.rows.iter().map(|role| shown(ask, world, role)).collect();
    Ok(page.sign(&format!("{}{}", ask.origin(), ask.path), &ask.query, Answer::json(200, &rows)))
}

pub(super) fn item(ask: &Ask, Caller(caller): &Caller, world: &mut World, id: &str) -> Result<Answer, Answer> {
    let id = uuid(id).ok_or_else(|| Answer::no_match("OfferingUserRole"))?;
    let seen = found(world, id).is_ok_and(|role| world.provides(caller, role.offering));
    if !seen {
        return Err(Answer::no_match("OfferingUserRole"));
    }
    if !ask.reads() && !caller.is_staff {
        return Err(Answer::forbidden());
    }
    if ask.method == Method::DELETE {
        world.delete_role(Some(caller.id), id);
        return Ok(Answer::empty(204));
    }
    if ask.method == Method::PUT {
        let (name, offering) = read(ask, world)?;
        world.roles.insert(Role { id, name, offering, traits: Traits::default() });
    } else {
        site::reads(ask)?;
    }
    found(world, id).map(|role| Answer::json(200, &shown(ask, world, role)))
}

fn found(world: &World, id: uuid::Uuid) -> Result<&Role, Answer> {
    world.roles.get(id).ok_or_else(|| Answer::no_match("OfferingUserRole"))
}

/// Name and offering of a role that is made or changed.
fn read(ask: &Ask, world: &World) -> Result<(String, uuid::Uuid), Answer> {
    let form = form::read(ask)?;
    let text = |name: &str| form.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    let name = text("name").ok_or_else(|| Answer::invalid("name", "This field is required."))?;
    let offering = text("offering").ok_or_else(|| Answer::invalid("offering", "This field is required."))?;
    let offering = match follow(offering, ask.waldur) {
        Some(Target::Item(OFFERINGS, id)) => uuid(id).filter(|id| world.offerings.get(*id).is_some()),
        _ => None,
    };
    let offering = offering.ok_or_else(|| Answer::invalid("offering", "Invalid hyperlink - Object does not exist."))?;
    Ok((name.to_owned(), offering))
}

fn shown(ask: &Ask, world: &World, role: &Role) -> Value {
    json!({
        "name": role.name,
        "uuid": role.id.simple().to_string(),
        "offering": ask.url(OFFERINGS, role.offering),
        "offering_uuid": role.offering.simple().to_string(),
        "offering_name": world.offerings.get(role.offering).map(|it| it.name.as_str()),
    })
}
