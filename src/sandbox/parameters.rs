//! Parameters of lists that name something by its id or its URL.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::query::uuid;
use super::urls::{Target, endpoints, path_of, resolve};
use super::view::{Answer, Ask};

/// Parameters that are UUIDs; all malformed ones are named in one answer.
pub(super) fn uuids<const N: usize>(ask: &Ask, names: [&str; N]) -> Result<[Option<Uuid>; N], Answer> {
    let mut problems = Map::new();
    let values = names.map(|name| {
        let text = ask.query.get(name)?;
        let value = uuid(text);
        if value.is_none() {
            problems.insert(name.to_owned(), json!(["Enter a valid UUID."]));
        }
        value
    });
    if problems.is_empty() { Ok(values) } else { Err(Answer::json(400, &Value::Object(problems))) }
}

/// The id in a URL that a list is filtered by: the nil one, which nothing has, when it leads to something else; 404 when
/// it leads nowhere.
pub(super) fn linked(ask: &Ask, url: &str, collection: &str) -> Result<Uuid, Answer> {
    let path = path_of(url);
    if !path.starts_with('/') {
        return Ok(Uuid::nil());
    }
    match resolve(path, ask.waldur) {
        Some(Target::Item(name, id)) if name == collection => Ok(uuid(id).unwrap_or_default()),
        Some(_) => Ok(Uuid::nil()),
        None => {
            // The server answers with the 7 kB of every pattern that it tried.
            let tried: Vec<_> = endpoints(ask.waldur).map(|name| [format!("<URLPattern '^api/{name}/$'>")]).collect();
            Err(Answer::json(404, &json!({ "tried": tried, "path": path.trim_start_matches('/') })))
        }
    }
}
