//! A username that nobody has: what people write in its place.

use std::collections::{BTreeSet, HashMap};

use unicode_security::skeleton;

use super::names::{Names, Unresolved};
use super::suggest::{did_you_mean, list};
use crate::binding::UserId;

impl Names<'_> {
    /// Says that nobody has a username, and who is meant, as far as that can be known.
    pub(super) fn unknown_user(&self, name: &str) -> Unresolved<UserId> {
        let message = format!("no user has the username `{name}`");
        if let Some((what, meant)) = self.other_name(name) {
            let usernames = self.usernames(&meant);
            let help = Some(format!("it is the {what} of {}: write the username", list(&usernames, "and")));
            return Unresolved { message, help, guesses: meant.into_iter().collect() };
        }
        let near = self.near_users.nearest(name);
        if let Some((local, id)) = self.local_part(name).filter(|_| near.is_empty()) {
            let help = Some(format!("write a username, not an e-mail address: `{local}`?"));
            return Unresolved { message, help, guesses: vec![id] };
        }
        let guesses = near.iter().map(|near| self.users[near]).collect();
        let help = near.iter().find_map(|near| look_alike(name, near)).or_else(|| did_you_mean(&near));
        Unresolved { message, help, guesses }
    }

    /// What it is instead, and whose.
    fn other_name(&self, name: &str) -> Option<(&'static str, BTreeSet<UserId>)> {
        let users = &self.directory.users;
        if let Some(meant) = self.directory.aliases.get(name) {
            let known: BTreeSet<_> = meant.iter().copied().filter(|it| users.contains_key(it)).collect();
            let what = if name.contains('@') { "e-mail address" } else { "full name" };
            return (!known.is_empty()).then_some((what, known));
        }
        if !name.contains(' ') {
            return None;
        }
        let meant = self.full_names().get(&name.to_lowercase())?;
        Some(("full name", meant.clone()))
    }

    /// Everybody by full name, in lower case.
    fn full_names(&self) -> &HashMap<String, BTreeSet<UserId>> {
        self.people.get_or_init(|| {
            let mut names: HashMap<String, BTreeSet<UserId>> = HashMap::new();
            for (id, user) in &self.directory.users {
                names.entry(user.full_name.to_lowercase()).or_default().insert(*id);
            }
            names
        })
    }

    /// Without a server to ask, what stands before the `@` may be the username.
    fn local_part<'n>(&self, name: &'n str) -> Option<(&'n str, UserId)> {
        let (local, _) = name.split_once('@')?;
        Some((local, *self.users.get(local)?))
    }

    fn usernames(&self, users: &BTreeSet<UserId>) -> Vec<&str> {
        let mut names: Vec<_> = users.iter().map(|it| self.directory.users[it].username.as_str()).collect();
        names.sort_unstable();
        names
    }
}

/// Says of a name that looks like another one how it differs: nobody can see it.
fn look_alike(name: &str, near: &str) -> Option<String> {
    if !skeleton(name).eq(skeleton(near)) {
        return None;
    }
    let other = name.chars().find(|it| !near.contains(*it))?;
    Some(format!("it looks like `{near}`, but has the character U+{:04X}: write `{near}`", u32::from(other)))
}
