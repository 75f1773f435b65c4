//! What the server's log says of what is asked about. It knows names only: what is called the same counts as the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Account, Explanation, Question};
use crate::binding::{Binding, ResourceId};
use crate::directory::Directory;
use crate::event::{Event, LinkNames};

/// Which links are looked for, by name. A part that is absent may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Of this user.
    pub user: Option<String>,
    /// On resources of this name.
    pub resource: Option<String>,
    /// With a role of one of these names.
    pub roles: Option<BTreeSet<String>>,
}

/// What happened to each link that is looked for, newest first; `events` are oldest first.
pub fn about<'e>(events: &'e [Event], filter: &LogFilter) -> BTreeMap<&'e LinkNames, Vec<&'e Event>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in events.iter().rev() {
        for names in event.about.iter().filter(|it| filter.meets(it)) {
            found.entry(names).or_default().push(event);
        }
    }
    found
}

impl LogFilter {
    /// The names of what a question is about.
    pub fn of(question: &Question, directory: &Directory) -> Self {
        let Question { resource, user, roles } = question;
        let roles = roles.as_ref().map(|it| it.iter().filter_map(|id| directory.roles.get(id)));
        Self {
            user: user.and_then(|id| directory.users.get(&id)).map(|it| it.username.clone()),
            resource: resource.and_then(|id| directory.resources.get(&id)).map(|it| it.name.clone()),
            roles: roles.map(|it| it.map(|it| it.name.clone()).collect()),
        }
    }

    fn meets(&self, LinkNames { user, role, resource }: &LinkNames) -> bool {
        let Self { user: who, resource: on, roles } = self;
        who.as_ref().is_none_or(|it| it == user)
            && on.as_ref().is_none_or(|it| it == resource)
            && roles.as_ref().is_none_or(|it| it.contains(role))
    }
}

impl Explanation {
    /// Adds what the log knows and nothing else does: roles that somebody had, on resources that may be gone.
    pub fn remember(&mut self, events: &[Event], directory: &Directory) {
        let filter = LogFilter::of(&self.question, directory);
        if filter == LogFilter::default() {
            return;
        }
        let names = Meanings::new(directory);
        let known: BTreeSet<LinkNames> = self.accounts.iter().filter_map(|it| it.names(directory)).collect();
        let logged: BTreeSet<&LinkNames> = events.iter().filter_map(|it| names.reading(it, &filter)).collect();
        for logged in logged.into_iter().filter(|it| !known.contains(*it)) {
            match names.binding(logged, self.question.resource) {
                Some(binding) => {
                    self.others.retain(|it| *it != binding.role);
                    self.accounts.push(Account { binding, rows: Vec::new(), absent: None, lines: Vec::new() });
                }
                None => self.logged.push(logged.clone()),
            }
        }
        self.accounts.sort_by_key(|it| it.binding);
    }
}

impl Account {
    /// What its parts are called, as far as that is known.
    pub(super) fn names(&self, directory: &Directory) -> Option<LinkNames> {
        let Binding { resource, role, user } = &self.binding;
        Some(LinkNames {
            user: directory.users.get(user)?.username.clone(),
            role: directory.roles.get(role)?.name.clone(),
            resource: directory.resources.get(resource)?.name.clone(),
        })
    }
}

/// What names mean today.
struct Meanings<'a> {
    directory: &'a Directory,
    resources: HashMap<&'a str, Vec<ResourceId>>,
}

impl<'a> Meanings<'a> {
    fn new(directory: &'a Directory) -> Self {
        let mut resources: HashMap<&str, Vec<ResourceId>> = HashMap::new();
        for (id, resource) in &directory.resources {
            resources.entry(&resource.name).or_default().push(*id);
        }
        Self { directory, resources }
    }

    /// What an event is about, if that is asked for. Of several ways to read it, one that makes sense today is the likely one.
    fn reading<'e>(&self, event: &'e Event, filter: &LogFilter) -> Option<&'e LinkNames> {
        let meets = || event.about.iter().filter(|it| filter.meets(it));
        meets().find(|it| self.resources.contains_key(&*it.resource)).or_else(|| meets().next())
    }

    /// The binding that has these names, if it is one: `asked` is the resource that is asked about, if one is.
    fn binding(&self, LinkNames { user, role, resource }: &LinkNames, asked: Option<ResourceId>) -> Option<Binding> {
        fn only<Id>(mut ids: impl Iterator<Item = Id>) -> Option<Id> {
            ids.next().filter(|_| ids.next().is_none())
        }
        let Directory { resources, roles, users, aliases: _ } = self.directory;
        let named = self.resources.get(&**resource).into_iter().flatten().copied();
        let resource = only(named.filter(|id| asked.is_none_or(|it| it == *id)))?;
        let offering = resources[&resource].offering;
        Some(Binding {
            resource,
            role: *only(roles.iter().filter(|(_, it)| it.name == *role && it.fits(offering)))?.0,
            user: *only(users.iter().filter(|(_, it)| it.username == *user))?.0,
        })
    }
}
