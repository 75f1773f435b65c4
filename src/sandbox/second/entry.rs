//! The body of `add_user`, `update_user` and `delete_user`.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::sandbox::form::{self, Form};
use crate::sandbox::query::uuid;
use crate::sandbox::view::{Answer, Ask};
use crate::sandbox::world::World;

const FORMATS: &str = "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DD, YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";

/// Who, in which role, until when.
pub(super) struct Entry {
    pub(super) role: Uuid,
    pub(super) user: Uuid,
    pub(super) end: Option<Timestamp>,
}

impl Entry {
    /// Reads a body, or names everything that is wrong with its fields. A role name that two roles have breaks the
    /// server.
    pub(super) fn read(ask: &Ask, world: &World) -> Result<Self, Answer> {
        let form = form::read(ask)?;
        let mut problems = Map::new();
        let mut note = |name: &str, problem: &str| {
            problems.insert(name.to_owned(), json!([problem]));
        };
        let role = match text(&form, "role") {
            Ok(text) => role(world, &text)?.ok_or_else(|| "Role is not found.".to_owned()),
            Err(problem) => Err(problem.to_owned()),
        };
        let role = role.map_err(|problem| note("role", &problem)).ok();
        let user = text(&form, "user").map_err(str::to_owned).and_then(|it| user(world, &it).map_err(str::to_owned));
        let user = user.map_err(|problem| note("user", &problem)).ok();
        let end = end(world, &form).map_err(|problem| note("expiration_time", problem)).ok();
        match (role, user, end) {
            (Some(role), Some(user), Some(end)) => Ok(Self { role, user, end }),
            _ => Err(Answer::json(400, &Value::Object(problems))),
        }
    }
}

fn text(form: &Form, name: &str) -> Result<String, &'static str> {
    match form.get(name) {
        None => Err("This field is required."),
        Some(Value::Null) => Err("This field may not be null."),
        Some(Value::String(text)) if text.is_empty() => Err("This field may not be blank."),
        Some(Value::String(text)) => Ok(text.trim().to_owned()),
        Some(other) => Ok(other.to_string()),
    }
}

/// What looks like an id is one; anything else is an exact name, among the roles of all scopes.
fn role(world: &World, text: &str) -> Result<Option<Uuid>, Answer> {
    if let Some(id) = uuid(text) {
        return Ok(world.roles.get(id).map(|it| it.id));
    }
    let mut named = world.roles.iter().filter(|role| role.name == text).map(|role| role.id);
    match (named.next(), named.next()) {
        (_, Some(_)) => Err(Answer::crash()),
        (found, None) => Ok(found),
    }
}

fn user(world: &World, text: &str) -> Result<Uuid, &'static str> {
    let id = uuid(text).ok_or("Must be a valid UUID.")?;
    world.users.get(id).map(|it| it.id).ok_or("User is not found.")
}

fn end(world: &World, form: &Form) -> Result<Option<Timestamp>, &'static str> {
    let end = match form.get("expiration_time") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => moment(text).ok_or(FORMATS)?,
        Some(_) => return Err(FORMATS),
    };
    if end <= world.now() { Err("Expiration time should be greater than current time.") } else { Ok(Some(end)) }
}

/// A moment as the server reads it: a date is the start of that day, and without an offset it is in the zone of the
/// server, here UTC. Microseconds are kept.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let found = text.parse::<Timestamp>().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        local.to_zoned(TimeZone::UTC).ok().as_ref().map(Zoned::timestamp)
    })?;
    Timestamp::from_microsecond(found.as_microsecond()).ok()
}
