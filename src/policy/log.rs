//! Removals of the last day, counted from the server's log: what a restart would forget.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::binding::{Binding, ResourceId, RoleId, UserId};
use crate::desired::{Desired, Phase};
use crate::directory::Directory;
use crate::event::{Event, EventKind, LinkNames};

/// How long a removal counts.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What was removed before this process began.
#[derive(Debug, Clone, Copy, Default)]
pub struct Earlier<'a> {
    /// The server's log.
    pub events: &'a [Event],
    /// When this process began; what is removed later is counted by the process itself.
    pub before: Timestamp,
    /// Removals before that, by the journal.
    pub recorded: u32,
}

impl Earlier<'_> {
    /// The larger of what the log and the journal say: at most so many bindings were removed by this account in the 24 hours before `now`: those in scope, each once, less
    /// those whose lines have ended.
    ///
    /// The log has names only. What cannot be told from a binding that counts is counted.
    pub fn count(self, by: &str, desired: &Desired, directory: &Directory, now: Timestamp) -> u32 {
        let Self { events, before, recorded } = self;
        let ours = events.iter().filter(|it| it.what == EventKind::LinkRemoved && it.by.as_deref() == Some(by));
        let ours = ours.filter(|it| it.at <= before && now.duration_since(it.at) < DAY);
        let (told, unread): (Vec<_>, Vec<_>) = ours.map(|it| &it.about[..]).partition(|it| !it.is_empty());
        let told: BTreeSet<&[LinkNames]> = told.into_iter().collect();
        if told.is_empty() {
            return u32::try_from(unread.len()).unwrap_or(u32::MAX).max(recorded);
        }
        let names = NameIndex::of(directory);
        let counts = |binding: &Binding| {
            let inside = match &desired.scope {
                Some(scope) => scope.contains(binding, directory),
                None => desired.named.contains(&binding.resource),
            };
            inside && desired.get(binding).is_none_or(|it| it.phase(now) != Phase::Ended)
        };
        let counted = told.into_iter().filter(|it| {
            let meanings = names.meanings(it);
            meanings.is_empty() || meanings.iter().any(counts)
        });
        u32::try_from(counted.count() + unread.len()).unwrap_or(u32::MAX).max(recorded)
    }
}

/// What is called so.
struct NameIndex<'a> {
    directory: &'a Directory,
    users: BTreeMap<&'a str, UserId>,
    resources: BTreeMap<&'a str, Vec<ResourceId>>,
    roles: BTreeMap<&'a str, Vec<RoleId>>,
}

impl<'a> NameIndex<'a> {
    fn of(directory: &'a Directory) -> Self {
        let mut names = Self {
            directory,
            users: directory.users.iter().map(|(id, it)| (&*it.username, *id)).collect(),
            resources: BTreeMap::new(),
            roles: BTreeMap::new(),
        };
        for (id, it) in &directory.resources {
            names.resources.entry(&*it.name).or_default().push(*id);
        }
        for (id, it) in &directory.roles {
            names.roles.entry(&*it.name).or_default().push(*id);
        }
        names
    }

    /// Every binding that an event can be about. A user whom nobody knows is in no list of a scope, and gets an id of nobody.
    fn meanings(&self, about: &[LinkNames]) -> Vec<Binding> {
        let mut meanings = Vec::new();
        for LinkNames { user, role, resource } in about {
            let user = self.users.get(&**user).copied().unwrap_or_else(|| UserId::from(uuid::Uuid::nil()));
            for resource in self.resources.get(&**resource).into_iter().flatten() {
                let offering = self.directory.resources[resource].offering;
                let roles = self.roles.get(&**role).into_iter().flatten();
                let roles = roles.filter(|it| self.directory.roles[*it].fits(offering));
                meanings.extend(roles.map(|role| Binding { resource: *resource, role: *role, user }));
            }
        }
        meanings
    }
}
