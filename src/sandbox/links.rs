//! `/api/marketplace-resource-users/`: the four endpoints.

use axum::http::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::form;
use super::lists::List;
use super::paging::{page_by, page_of};
use super::parameters::{linked, uuids};
use super::query::uuid;
use super::state::{Link, User};
use super::urls::{Target, follow};
use super::view::{Answer, Ask, Caller};
use super::waldur::Waldur;
use super::world::World;
use super::{resources, roles, site, users};

pub(super) const COLLECTION: &str = "marketplace-resource-users";

/// A link as the server shows it.
#[derive(Serialize)]
struct Row<'a> {
    uuid: String,
    resource: String,
    role: Option<String>,
    user: Option<String>,
    resource_uuid: String,
    role_uuid: Option<String>,
    user_uuid: Option<String>,
    resource_name: &'a str,
    role_name: Option<&'a str>,
    user_username: Option<&'a str>,
    user_full_name: Option<String>,
}

pub(super) fn collection(ask: &Ask, caller: &Caller, world: &mut World) -> Result<Answer, Answer> {
    if ask.method == Method::POST {
        return create(ask, caller, world);
    }
    site::reads(ask)?;
    list(ask, caller, world)
}

pub(super) fn item(ask: &Ask, Caller(caller): &Caller, world: &mut World, id: &str) -> Result<Answer, Answer> {
    if ask.method != Method::GET && ask.method != Method::HEAD && ask.method != Method::DELETE {
        return Err(ask.not_allowed());
    }
    let id = uuid(id).ok_or_else(|| Answer::no_match("ResourceUser"))?;
    let link = world.links.get(id).filter(|link| world.sees_link(caller, link));
    let link = link.ok_or_else(|| Answer::no_match("ResourceUser"))?;
    if ask.method != Method::DELETE {
        return Ok(Answer::json(200, &shown(ask, world, link)));
    }
    if !caller.is_staff {
        return Err(Answer::forbidden());
    }
    world.delete(Some(caller.id), id);
    Ok(Answer::empty(204))
}

fn list(ask: &Ask, Caller(caller): &Caller, world: &World) -> Result<Answer, Answer> {
    let wanted = Wanted::of(ask)?;
    let list = world.links.list(wanted.list());
    let page = if caller.sees_everything() && wanted.is_whole_list() {
        page_of(&list, &ask.query)?
    } else {
        let seen = list.iter().filter(|link| wanted.admits(world, link) && world.sees_link(caller, link)).collect();
        page_by(seen, &ask.query, |link: &Link| link.created)?
    };
    let rows: Vec<_> = page.rows.iter().map(|link| shown(ask, world, link)).collect();
    Ok(page.sign(&format!("{}{}", ask.origin(), ask.path), &ask.query, Answer::json(200, &rows)))
}

/// What a list is filtered by. Other parameters are ignored, and so are empty values.
struct Wanted<'a> {
    resource: Option<Uuid>,
    resource_id: Option<Uuid>,
    role_id: Option<Uuid>,
    user_id: Option<Uuid>,
    role_name: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn of(ask: &'a Ask) -> Result<Self, Answer> {
        let [resource_id, role_id, user_id] = uuids(ask, ["resource_uuid", "role_uuid", "user_uuid"])?;
        let resource = ask.query.get("resource").map(|url| linked(ask, url, resources::CONSUMED)).transpose()?;
        Ok(Self { resource, resource_id, role_id, user_id, role_name: ask.query.get("role_name") })
    }

    /// The list that all of these links are on.
    fn list(&self) -> List {
        self.resource_id.or(self.resource).map_or(Link::ALL, List::Of)
    }

    /// Whether they are all of it.
    fn is_whole_list(&self) -> bool {
        let Self { resource, resource_id, role_id, user_id, role_name } = self;
        let one = resource.is_none() || resource_id.is_none();
        one && role_id.is_none() && user_id.is_none() && role_name.is_none()
    }

    fn admits(&self, world: &World, link: &Link) -> bool {
        let Self { resource, resource_id, role_id, user_id, role_name } = self;
        resource.is_none_or(|it| it == link.resource)
            && resource_id.is_none_or(|it| it == link.resource)
            && role_id.is_none_or(|it| it == link.role)
            && user_id.is_none_or(|it| it == link.user)
            && role_name.is_none_or(|it| world.roles.get(link.role).is_some_and(|role| role.name == it))
    }
}

fn create(ask: &Ask, Caller(caller): &Caller, world: &mut World) -> Result<Answer, Answer> {
    let form = form::read(ask)?;
    let mut problems = Map::new();
    let mut field = |name: &str, collection: &str, exists: &dyn Fn(Uuid) -> bool| {
        hyperlink(ask.waldur, form.get(name), collection, exists)
            .map_err(|problem| problems.insert(name.to_owned(), json!([problem])))
            .ok()
    };
    let resource = field("resource", resources::CONSUMED, &|id| {
        world.resources.get(id).is_some_and(|resource| world.consumes(caller, resource))
    });
    let role = field("role", roles::COLLECTION, &|id| world.roles.get(id).is_some());
    let user = field("user", users::COLLECTION, &|id| world.users.get(id).is_some_and(|user| user.is_active));
    let (Some(resource), Some(role), Some(user)) = (resource, role, user) else {
        return Err(Answer::json(400, &Value::Object(problems)));
    };
    let offerings = (world.resources.get(resource).map(|it| it.offering), world.roles.get(role).map(|it| it.offering));
    if offerings.0 != offerings.1 {
        return Err(Answer::invalid("non_field_errors", "Role and resource should belong to the same offering."));
    }
    let id = world.create(caller.id, resource, role, user);
    let link = world.links.get(id).ok_or_else(|| Answer::no_match("ResourceUser"))?;
    Ok(Answer::json(201, &shown(ask, world, link)))
}

/// The id in a hyperlink of a form, or what is wrong with it.
fn hyperlink(
    waldur: Waldur,
    value: Option<&Value>,
    collection: &str,
    exists: &dyn Fn(Uuid) -> bool,
) -> Result<Uuid, String> {
    let text = match value {
        None => return Err("This field is required.".to_owned()),
        Some(Value::Null) => return Err("This field may not be null.".to_owned()),
        Some(Value::String(text)) if text.is_empty() => return Err("This field may not be null.".to_owned()),
        Some(Value::String(text)) => text,
        Some(other) => {
            return Err(format!("Incorrect type. Expected URL string, received {}.", form::type_name(other)));
        }
    };
    match follow(text, waldur) {
        None => Err("Invalid hyperlink - No URL match.".to_owned()),
        Some(Target::Item(found, id)) if found == collection => {
            uuid(id).filter(|id| exists(*id)).ok_or_else(|| "Invalid hyperlink - Object does not exist.".to_owned())
        }
        Some(_) => Err("Invalid hyperlink - Incorrect URL match.".to_owned()),
    }
}

fn shown<'a>(ask: &Ask, world: &'a World, link: &Link) -> Row<'a> {
    let role = world.roles.get(link.role);
    let user = world.users.get(link.user);
    Row {
        uuid: link.id.simple().to_string(),
        resource: ask.url(resources::CONSUMED, link.resource),
        role: role.map(|it| ask.url(roles::COLLECTION, it.id)),
        user: user.map(|it| ask.url(users::COLLECTION, it.id)),
        resource_uuid: link.resource.simple().to_string(),
        role_uuid: role.map(|it| it.id.simple().to_string()),
        user_uuid: user.map(|it| it.id.simple().to_string()),
        resource_name: world.resources.get(link.resource).map_or("", |it| &it.name),
        role_name: role.map(|it| it.name.as_str()),
        user_username: user.map(|it| it.username.as_str()),
        user_full_name: user.map(User::full_name),
    }
}

/// What OPTIONS tells of the fields of a POST.
pub(super) fn fields() -> Value {
    let field = |name: &str| {
        let label = name.replace('_', " ");
        let label = label[..1].to_uppercase() + &label[1..];
        let required = ["resource", "role", "user"].contains(&name);
        let kind = if name == "uuid" { "string" } else { "field" };
        (name.to_owned(), json!({ "type": kind, "required": required, "read_only": !required, "label": label }))
    };
    let names = [
        "uuid",
        "resource",
        "role",
        "user",
        "resource_uuid",
        "role_uuid",
        "user_uuid",
        "resource_name",
        "role_name",
        "user_username",
        "user_full_name",
    ];
    Value::Object(names.into_iter().map(field).collect())
}
