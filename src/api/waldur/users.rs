//! User accounts, by id or by username.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::object;
use super::pages::{List, SIZE};
use super::wire::{Item, User};
use crate::api::http::{Error, Http, Method, bounded_map, clean};
use crate::binding::UserId;
use crate::directory;

const PATH: &str = "users/";
const FIELDS: &[&str] = &["uuid", "username", "full_name", "is_active"];
/// The server's own limit.
const LONGEST_USERNAME: usize = 128;

/// Looks up the users with these ids and those with these usernames. Who does not exist, or is not visible to the
/// caller, is not in the answer.
///
/// It takes one request for each, or lists everybody where that takes fewer.
pub(in crate::api) async fn users(
    http: &Arc<Http>,
    ids: BTreeSet<UserId>,
    usernames: BTreeSet<String>,
) -> Result<BTreeMap<UserId, directory::User>, Error> {
    let usernames: BTreeSet<_> = usernames.into_iter().filter(|name| can_be_asked_for(name)).collect();
    let single = (ids.len() + usernames.len()) as u64;
    let list = list();
    // Counting is a request, too.
    if single > 2 && list.count(http).await?.div_ceil(SIZE) + 1 < single {
        let everybody = list.read::<User>(http).await?;
        if everybody.settled {
            let wanted = |user: &User| ids.contains(&user.id().into()) || usernames.contains(&user.username);
            return Ok(named(everybody.items.into_values().filter(wanted)));
        }
        // With so much coming and going, one by one is slower, but right.
    }
    let by_id = bounded_map(http.parallelism, ids, |id| {
        let http = Arc::clone(http);
        async move { object::<User>(&http, PATH, id, FIELDS).await }
    });
    let by_username = bounded_map(http.parallelism, usernames, |username| {
        let (list, http) = (list.clone(), Arc::clone(http));
        async move { by_username(&http, list, username).await }
    });
    let (by_id, by_username) = tokio::try_join!(by_id, by_username)?;
    Ok(named(by_id.into_iter().chain(by_username).flatten()))
}

/// Lists everybody that the caller can see.
pub(in crate::api) async fn everybody(http: &Arc<Http>) -> Result<BTreeMap<UserId, directory::User>, Error> {
    let list = list();
    let everybody = list.read::<User>(http).await?;
    if everybody.settled { Ok(named(everybody.items.into_values())) } else { Err(list.moving(http)) }
}

/// Lists all users, unless there are more than `most`.
pub(in crate::api) async fn usernames(http: &Arc<Http>, most: u64) -> Result<BTreeMap<UserId, directory::User>, Error> {
    if list().count(http).await? > most { Ok(BTreeMap::new()) } else { everybody(http).await }
}

/// All users, with as little of each as is needed.
pub(in crate::api) fn list() -> List {
    FIELDS.iter().fold(List::new(PATH), |list, field| list.with("field", *field))
}

async fn by_username(http: &Http, list: List, username: String) -> Result<Option<User>, Error> {
    let list = list.with("username", username.as_str());
    let answer = http.call(&list.request(http, Method::Get)).await?;
    let users: Vec<User> = answer.json()?;
    if let Some(other) = users.iter().find(|user| user.username != username) {
        let other = clean(&other.username, &answer.token);
        return Err(answer.unreadable(&format!("answered with `{other}`, who was not asked for")));
    }
    Ok(users.into_iter().next())
}

/// Whether the server can know somebody by this name and takes it for a filter: an empty one it ignores, one with
/// spaces around it trims, one with control characters refuses.
fn can_be_asked_for(username: &str) -> bool {
    !username.is_empty()
        && username.trim() == username
        && username.chars().count() <= LONGEST_USERNAME
        && !username.contains(char::is_control)
}

fn named(users: impl Iterator<Item = User>) -> BTreeMap<UserId, directory::User> {
    users.map(|user| (user.id().into(), user.into())).collect()
}
