//! What both generations of the API share: lists and objects, users, resources, the caller, the server itself.

mod aliases;
mod by_offering;
mod caller;
mod directory;
mod pages;
mod probe;
pub(super) mod resources;
mod users;
mod wire;

use std::collections::BTreeMap;
use std::fmt::Display;

use uuid::Uuid;

pub(super) use by_offering::by_offering;
pub(super) use caller::caller;
pub(super) use directory::{People, look_up, unlisted, users_of};
pub(super) use pages::{List, Reading};
pub(super) use probe::{exists, site, version};
pub(super) use users::{everybody, list as list_of_users, usernames, users};
pub(super) use wire::{Bare, Id, Item, OfOffering, present, shown};

use super::http::{Error, ErrorKind, Http, Method};

/// Retrieves one object of a collection: `None` when there is none, or none that the caller may see.
pub(super) async fn object<T: Item>(
    http: &Http,
    path: &str,
    id: impl Display,
    fields: &[&str],
) -> Result<Option<T>, Error> {
    let request = http.request(Method::Get, &format!("{path}{id}/"));
    let request = fields.iter().fold(request, |request, field| request.with("field", field));
    let answer = match http.call(&request).await {
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
        answer => answer?,
    };
    let item: T = answer.json()?;
    if item.id().simple().to_string() == id.to_string() {
        Ok(Some(item))
    } else {
        Err(answer.unreadable(&format!("answered with another object: {}", item.id().simple())))
    }
}

/// Objects as values, by id.
pub(super) fn by_id<I: From<Uuid> + Ord, D: From<T>, T: Item>(items: impl Iterator<Item = T>) -> BTreeMap<I, D> {
    items.map(|item| (item.id().into(), item.into())).collect()
}
