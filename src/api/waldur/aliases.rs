//! Who is meant by an e-mail address or a full name that stands where a username should.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::pages::SIZE;
use super::users::list;
use super::wire::{Item as _, User};
use crate::api::http::{Error, Http, Method, bounded_map};
use crate::binding::UserId;
use crate::directory;

/// Users by what they were called.
pub(in crate::api) type Aliases = BTreeMap<String, BTreeMap<UserId, directory::User>>;

/// Looks for the users who have one of these e-mail addresses or full names, in either case of letters. What looks like
/// neither is not looked for.
///
/// It takes one request for each, or lists everybody where that takes fewer.
pub(in crate::api) async fn aliases(http: &Arc<Http>, words: impl Iterator<Item = &String>) -> Result<Aliases, Error> {
    let words: Vec<_> = words.filter_map(|it| Some((it.clone(), filter(it)?))).collect();
    let list = list().with("field", "email");
    if words.len() > 2 && list.count(http).await?.div_ceil(SIZE) + 1 < words.len() as u64 {
        let everybody = list.read::<User>(http).await?.items;
        let meant = |word: &str| found(word, everybody.values());
        return Ok(words
            .into_iter()
            .map(|(word, _)| (word.clone(), meant(&word)))
            .filter(|(_, it)| !it.is_empty())
            .collect());
    }
    let asked = bounded_map(http.parallelism, words, |(word, filter)| {
        let (list, http) = (list.clone(), Arc::clone(http));
        async move {
            let answer = http.call(&list.with(filter, &*word).request(&http, Method::Get)).await?;
            // It is found by a part of it; who is meant is among the first, or there are too many to tell.
            let users: Vec<User> = answer.json()?;
            let found = found(&word, users.iter());
            Ok((word, found))
        }
    });
    Ok(asked.await?.into_iter().filter(|(_, it)| !it.is_empty()).collect())
}

/// The filter of the list that finds it.
fn filter(word: &str) -> Option<&'static str> {
    let fits = !word.contains(char::is_control) && word.trim() == word;
    match (word.contains('@'), word.contains(' ')) {
        _ if !fits => None,
        (true, false) => Some("email"),
        (false, true) => Some("full_name"),
        _ => None,
    }
}

fn found<'a>(word: &str, users: impl Iterator<Item = &'a User>) -> BTreeMap<UserId, directory::User> {
    let word = word.to_lowercase();
    let is_it = |user: &&User| {
        let email = user.email.as_deref().unwrap_or_default();
        user.full_name.to_lowercase() == word || email.to_lowercase() == word
    };
    users.filter(is_it).map(|it| (it.id().into(), it.clone().into())).collect()
}
