//! `/api/events/`: what happened to links, for staff and support.

use serde_json::{Value, json};
use uuid::Uuid;

use super::paging::page;
use super::parameters::uuids;
use super::query::uuid;
use super::state::{Event, User};
use super::urls::{Target, follow};
use super::view::{Answer, Ask, Caller, narrowed};
use super::world::World;
use super::{resources, site};

pub(super) fn collection(ask: &Ask, Caller(caller): &Caller, world: &World) -> Result<Answer, Answer> {
    site::reads(ask)?;
    let from = seconds(ask, "created_from")?;
    let to = seconds(ask, "created_to")?;
    let [actor] = uuids(ask, ["user_uuid"])?;
    let kinds = ask.query.all("event_type");
    let scope = ask.query.get("scope").filter(|_| ask.waldur.scopes_roles());
    let scope = scope.map(|url| resource_at(ask, url, caller, world)).transpose()?;
    let words = ask.query.get("message").map(str::to_lowercase);
    let wanted = |event: &&Event| {
        let created = event.created.as_duration().as_secs_f64();
        (scope.is_some() || caller.sees_everything())
            && scope.is_none_or(|id| event.context["scope_uuid"] == id.simple().to_string())
            && (kinds.is_empty() || kinds.iter().any(|it| it == event.kind.name()))
            && from.is_none_or(|from| created >= from)
            && to.is_none_or(|to| created < to)
            && actor.is_none_or(|it| event.actor == Some(it))
            && words.as_ref().is_none_or(|it| event.message.to_lowercase().contains(it))
    };
    let mut rows: Vec<_> = world.events.iter().filter(wanted).collect();
    match ask.query.get("o") {
        Some("created") => {}
        // Newest first, unless asked otherwise.
        None | Some("-created") => rows.reverse(),
        Some(other) => return Err(Answer::no_choice("o", other)),
    }
    let page = page(rows, &ask.query)?;
    let rows: Vec<_> = page.rows.iter().map(|event| narrowed(shown(world, event), &ask.query)).collect();
    Ok(page.sign(&format!("{}{}", ask.origin(), ask.path), &ask.query, Answer::json(200, &rows)))
}

pub(super) fn item(ask: &Ask, Caller(caller): &Caller, world: &World, id: &str) -> Result<Answer, Answer> {
    site::reads(ask)?;
    let id = uuid(id).ok_or_else(|| Answer::no_match("Event"))?;
    let event = world.events.iter().find(|it| it.id == id && caller.sees_everything());
    event.map(|it| Answer::json(200, &shown(world, it))).ok_or_else(|| Answer::no_match("Event"))
}

/// The resource behind a URL, in either form, if the caller consumes it. The second generation alone has scopes here.
fn resource_at(ask: &Ask, url: &str, caller: &User, world: &World) -> Result<Uuid, Answer> {
    let id = match follow(url, ask.waldur) {
        Some(Target::Item(resources::CONSUMED | resources::PROVIDED, id)) => uuid(id),
        _ => None,
    };
    let resource = id.and_then(|id| world.resources.get(id)).filter(|it| world.consumes(caller, it));
    let missing = || Answer::json(400, &[format!("Can't restore object from url: {url}")]);
    resource.map(|it| it.id).ok_or_else(missing)
}

/// A moment in seconds since 1970.
fn seconds(ask: &Ask, name: &str) -> Result<Option<f64>, Answer> {
    let parse = |text: &str| text.trim().parse().map_err(|_| Answer::invalid(name, "Enter a number."));
    ask.query.get(name).map(parse).transpose()
}

fn shown(world: &World, event: &Event) -> Value {
    let mut context = event.context.clone();
    if context.is_null() {
        context = json!({ "resource_user": format!("ResourceUser object ({})", event.serial) });
        if let Some(actor) = event.actor.and_then(|id| world.users.get(id)) {
            add_actor(&mut context, actor);
        }
    }
    json!({
        "uuid": event.id.simple().to_string(),
        "created": event.created.to_string(),
        "event_type": event.kind.name(),
        "message": event.message,
        "context": context,
    })
}

/// Python's spelling of everything: the log keeps texts only.
fn add_actor(context: &mut Value, actor: &User) {
    let flag = |it: bool| if it { "True" } else { "False" };
    context["ip_address"] = "127.0.0.1".into();
    context["user_uuid"] = actor.id.simple().to_string().into();
    context["user_username"] = actor.username.as_str().into();
    context["user_full_name"] = actor.full_name().into();
    context["user_native_name"] = "".into();
    context["user_is_staff"] = flag(actor.is_staff).into();
    context["user_is_support"] = flag(actor.is_support).into();
    let lifetime = actor.token_lifetime.map_or_else(|| "None".to_owned(), |it| it.to_string());
    context["user_token_lifetime"] = lifetime.into();
}
