//! Risks of names: those that look like others, and those that belong to somebody else now.

use std::collections::{BTreeMap, BTreeSet};

use unicode_security::skeleton;

use super::gains::{Found, gains, place};
use super::{Facts, Finding};
use crate::binding::UserId;
use crate::desired::Reference;

/// Everybody who gets access and whose username has the skeleton of another one, by Unicode Technical Standard 39.
pub(super) fn look_alike(facts: &Facts<'_>) -> Vec<Found> {
    let mut skeletons: BTreeMap<String, Vec<UserId>> = BTreeMap::new();
    for (id, user) in &facts.directory.users {
        skeletons.entry(skeleton(&user.username).collect()).or_default().push(*id);
    }
    let alike: BTreeMap<_, _> = skeletons
        .values()
        .filter(|it| it.len() > 1)
        .flat_map(|all| all.iter().filter_map(|user| Some((*user, *all.iter().find(|it| *it != user)?))))
        .collect();
    let mut told = BTreeSet::new();
    let found = gains(facts).into_iter().filter_map(|(binding, lines)| {
        let (user, other) = (binding.user, *alike.get(&binding.user)?);
        told.insert(user).then(|| (Finding::LookAlike { user, other }, place(lines)))
    });
    found.collect()
}

/// Every name that is written beside a UUID and that another account has.
pub(super) fn identity_changed(facts: &Facts<'_>) -> Vec<Found> {
    let users = &facts.directory.users;
    let named: BTreeMap<_, _> = users.iter().map(|(id, it)| (&*it.username, *id)).collect();
    let mut told = BTreeSet::new();
    let members = facts.document.entries.iter().flat_map(|it| &it.users);
    let found = members.filter_map(|it| {
        let Reference { span, id, name, .. } = &it.user;
        let pinned = UserId::from((*id)?);
        let named = *named.get(name.as_deref()?).filter(|it| **it != pinned)?;
        told.insert((pinned, named)).then(|| (Finding::Identity { pinned, named }, Some(span.clone())))
    });
    found.collect()
}
