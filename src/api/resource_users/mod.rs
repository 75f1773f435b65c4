//! The first generation: links are rows of `/api/marketplace-resource-users/` (Waldur up to 8.0.7).

mod caller;
mod directory;
mod events;
mod listing;
mod lookup;
mod named;
mod pages;
mod probe;
mod rows;
mod users;
mod wire;
mod writes;

pub(super) use caller::caller;
pub(super) use directory::directory;
pub(super) use events::events;
pub(super) use listing::snapshot;
pub(super) use lookup::{called, look_up, resources, roles_of, usernames};
pub(super) use named::{named, named_link};
pub(super) use probe::{any_resource, counts, generations, site, version};
pub(super) use rows::{Filter, link};
pub(super) use users::{everybody, users};
pub(super) use writes::{create, delete};

use std::fmt::Display;

use super::Method;
use super::error::{Error, Kind};
use super::http::Http;
use wire::Item;

/// Retrieves one object of a collection: `None` when there is none, or none that the caller may see.
async fn object<T: Item>(http: &Http, path: &str, id: impl Display, fields: &[&str]) -> Result<Option<T>, Error> {
    let request = http.request(Method::Get, &format!("{path}{id}/"));
    let request = fields.iter().fold(request, |request, field| request.with("field", field));
    let answer = match http.call(&request).await {
        Err(error) if error.kind == Kind::NotFound => return Ok(None),
        answer => answer?,
    };
    let item: T = answer.json()?;
    if item.id().simple().to_string() == id.to_string() {
        Ok(Some(item))
    } else {
        Err(answer.unreadable(&format!("answered with another object: {}", item.id().simple())))
    }
}
