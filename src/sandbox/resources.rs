//! `/api/marketplace-resources/` and `/api/marketplace-provider-resources/`: the same resources, seen by consumers and by
//! providers.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::paging::{page, page_by};
use super::parameters::{linked, uuids};
use super::query::uuid;
use super::second::Scope;
use super::state::{Resource, State, User};
use super::view::{Answer, Ask, Caller, narrowed};
use super::world::World;
use super::{roles, site};

pub(super) const CONSUMED: &str = "marketplace-resources";
pub(super) const PROVIDED: &str = "marketplace-provider-resources";
const PUBLIC_OFFERINGS: &str = "marketplace-public-offerings";

pub(super) fn collection(ask: &Ask, Caller(caller): &Caller, world: &World, name: &str) -> Result<Answer, Answer> {
    site::reads(ask)?;
    let wanted = Wanted::of(ask)?;
    let seen = |resource: &&Resource| wanted.admits(world, resource) && sees(world, caller, name, resource);
    let mut rows: Vec<_> = world.resources.iter().filter(seen).collect();
    let page = match ask.query.get("o") {
        // What was made in the same instant has no order.
        None => page_by(rows, &ask.query, |it: &Resource| it.created)?,
        Some(order) => {
            sort(&mut rows, order)?;
            page(rows, &ask.query)?
        }
    };
    let rows: Vec<_> = page.rows.iter().map(|it| narrowed(shown(ask, world, it), &ask.query)).collect();
    Ok(page.sign(&format!("{}{}", ask.origin(), ask.path), &ask.query, Answer::json(200, &rows)))
}

pub(super) fn item(ask: &Ask, caller: &Caller, world: &World, name: &str, id: &str) -> Result<Answer, Answer> {
    let resource = found(caller, world, name, id)?;
    site::reads(ask)?;
    let mut body = shown(ask, world, resource);
    // Lists don't have these two.
    body["order_in_progress"] = Value::Null;
    body["creation_order"] = Value::Null;
    Ok(Answer::json(200, &narrowed(body, &ask.query)))
}

/// `terminate` and `unlink`, for staff.
pub(super) fn action(ask: &Ask, caller: &Caller, world: &mut World, id: &str, verb: &str) -> Result<Answer, Answer> {
    let id = found(caller, world, CONSUMED, id)?.id;
    if ask.method != Method::POST {
        return Err(ask.not_allowed());
    }
    let Caller(caller) = caller;
    if !caller.is_staff {
        return Err(Answer::forbidden());
    }
    if verb == "unlink" {
        world.delete_resource(Some(caller.id), id);
        return Ok(Answer::empty(204));
    }
    world.terminate(id);
    Ok(Answer::json(200, &json!({ "order_uuid": world.fresh_id().simple().to_string() })))
}

fn found<'a>(Caller(caller): &Caller, world: &'a World, name: &str, id: &str) -> Result<&'a Resource, Answer> {
    let resource = uuid(id).and_then(|id| world.resources.get(id)).filter(|it| sees(world, caller, name, it));
    resource.ok_or_else(|| Answer::no_match("Resource"))
}

/// A resource whose team is asked for: the filters of the list apply to it, too.
pub(super) fn looked_up<'a>(
    ask: &Ask,
    caller: &Caller,
    world: &'a World,
    collection: &str,
    id: &str,
) -> Result<&'a Resource, Answer> {
    let wanted = Wanted::of(ask)?;
    let resource = found(caller, world, collection, id)?;
    if wanted.admits(world, resource) { Ok(resource) } else { Err(Answer::no_match("Resource")) }
}

fn sees(world: &World, caller: &User, name: &str, resource: &Resource) -> bool {
    if name == PROVIDED {
        world.provides(caller, resource.offering) || world.holds(caller, Scope::Offering(resource.offering))
    } else {
        world.consumes(caller, resource) || world.holds(caller, Scope::Resource(resource.id))
    }
}

/// As `o=` says.
fn sort(rows: &mut [&Resource], order: &str) -> Result<(), Answer> {
    match order.strip_prefix('-').unwrap_or(order) {
        "name" => rows.sort_by(|a, b| a.name.cmp(&b.name)),
        "created" => rows.sort_by_key(|it| it.created),
        "state" => rows.sort_by_key(|it| it.state.name()),
        _ => return Err(Answer::no_choice("o", order)),
    }
    if order.starts_with('-') {
        rows.reverse();
    }
    Ok(())
}

/// What a list is filtered by. `uuid`, `slug` and anything else is ignored.
struct Wanted<'a> {
    name: Option<String>,
    name_exact: Option<&'a str>,
    backend_id: Option<&'a str>,
    query: Option<String>,
    states: Vec<State>,
    offering: Option<Uuid>,
    offering_id: Option<Uuid>,
    project_id: Option<Uuid>,
}

impl<'a> Wanted<'a> {
    fn of(ask: &'a Ask) -> Result<Self, Answer> {
        let [offering_id, project_id] = uuids(ask, ["offering_uuid", "project_uuid"])?;
        let states = ask.query.all("state").iter().filter(|it| !it.is_empty()).map(|name| {
            let state = State::ALL.into_iter().find(|it| it.name() == name);
            state.ok_or_else(|| Answer::no_choice("state", name))
        });
        Ok(Self {
            name: ask.query.get("name").map(str::to_lowercase),
            name_exact: ask.query.get("name_exact"),
            backend_id: ask.query.get("backend_id"),
            query: ask.query.get("query").map(str::to_lowercase),
            states: states.collect::<Result<_, _>>()?,
            offering: ask.query.get("offering").map(|url| linked(ask, url, roles::OFFERINGS)).transpose()?,
            offering_id,
            project_id,
        })
    }

    fn admits(&self, world: &World, resource: &Resource) -> bool {
        let Self { name, name_exact, backend_id, query, states, offering, offering_id, project_id } = self;
        let contains = |wanted: &String| resource.name.to_lowercase().contains(wanted);
        let queried = |wanted: &String| {
            let project = world.projects.get(resource.project).map_or("", |it| &it.name);
            contains(wanted)
                || uuid(wanted) == Some(resource.id)
                || resource.backend_id.to_lowercase().contains(wanted)
                || project.to_lowercase().contains(wanted)
        };
        name.as_ref().is_none_or(contains)
            && name_exact.is_none_or(|it| it == resource.name)
            && backend_id.is_none_or(|it| it == resource.backend_id)
            && query.as_ref().is_none_or(queried)
            && (states.is_empty() || states.contains(&resource.state))
            && offering.is_none_or(|it| it == resource.offering)
            && offering_id.is_none_or(|it| it == resource.offering)
            && project_id.is_none_or(|it| it == resource.project)
    }
}

/// A resource. Its `url` has the consumers' form in both collections, which is the form that a link wants.
fn shown(ask: &Ask, world: &World, resource: &Resource) -> Value {
    let parts = [of_offering(ask, world, resource), of_project(ask, world, resource), of_itself(ask, resource)];
    let fields = parts.into_iter().filter_map(|part| match part {
        Value::Object(fields) => Some(fields),
        _ => None,
    });
    Value::Object(fields.flatten().collect())
}

fn of_offering(ask: &Ask, world: &World, resource: &Resource) -> Value {
    let offering = world.offerings.get(resource.offering);
    let provider = offering.and_then(|it| world.organisations.get(it.organisation));
    let provider_id = provider.map(|it| it.id.simple().to_string());
    let plan = Uuid::from_u128(resource.offering.as_u128() ^ 1).simple();
    let category = Uuid::from_u128(resource.offering.as_u128() ^ 2).simple();
    let url = ask.url(PUBLIC_OFFERINGS, resource.offering);
    json!({
        "offering": url,
        "offering_name": offering.map(|it| it.name.as_str()),
        "offering_uuid": resource.offering.simple().to_string(),
        "offering_description": "",
        "offering_image": null,
        "offering_thumbnail": null,
        "offering_type": "Support.OfferingTemplate",
        "offering_terms_of_service": "",
        "offering_shared": true,
        "offering_billable": false,
        "offering_plugin_options": {},
        "offering_customer_uuid": provider_id,
        "provider_name": provider.map(|it| it.name.as_str()),
        "provider_uuid": provider_id,
        "category_title": "Category",
        "category_uuid": category.to_string(),
        "category_icon": null,
        "plan": format!("{url}plans/{plan}/"),
        "plan_unit": "quantity",
        "plan_name": "Default plan",
        "plan_uuid": plan.to_string(),
        "plan_description": "",
    })
}

fn of_project(ask: &Ask, world: &World, resource: &Resource) -> Value {
    let project = world.projects.get(resource.project);
    let customer = project.and_then(|it| world.organisations.get(it.organisation));
    json!({
        "project": ask.url("projects", resource.project),
        "project_uuid": resource.project.simple().to_string(),
        "project_name": project.map(|it| it.name.as_str()),
        "project_description": "",
        "project_end_date": null,
        "project_end_date_requested_by": null,
        "customer_uuid": customer.map(|it| it.id.simple().to_string()),
        "customer_name": customer.map(|it| it.name.as_str()),
    })
}

fn of_itself(ask: &Ask, resource: &Resource) -> Value {
    json!({
        "uuid": resource.id.simple().to_string(),
        "url": ask.url(CONSUMED, resource.id),
        "name": resource.name,
        "slug": resource.name,
        "state": resource.state.name(),
        "backend_id": resource.backend_id,
        "created": resource.created.to_string(),
        "modified": resource.created.to_string(),
        "attributes": {},
        "limits": {},
        "scope": null,
        "description": "",
        "resource_uuid": null,
        "effective_id": "",
        "resource_type": null,
        "backend_metadata": {},
        "is_usage_based": false,
        "is_limit_based": false,
        "current_usages": {},
        "can_terminate": true,
        "report": null,
        "end_date": null,
        "end_date_requested_by": null,
        "username": null,
        "limit_usage": null,
        "downscaled": false,
        "restrict_member_access": false,
        "paused": false,
        "endpoints": [],
        "error_message": "",
        "error_traceback": "",
        "options": null,
        "available_actions": [],
    })
}
