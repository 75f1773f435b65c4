//! What things are called in front of people.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use crate::binding::{LinkId, OfferingId, ResourceId, RoleId, UserId};
use crate::directory::{Directory, Resource, User};
use crate::visible::visible;

/// Names for people, from a directory; where a name says too little, more is said.
#[derive(Debug, Clone)]
pub struct Naming<'a> {
    directory: &'a Directory,
    /// Names that resources of several offerings have.
    across: BTreeSet<&'a str>,
    /// Names that several resources of one offering have.
    within: BTreeSet<(OfferingId, &'a str)>,
    /// Names that several resources of one offering in projects of one name have, or in projects that are not known.
    alike: BTreeSet<(OfferingId, &'a str, Option<&'a str>)>,
    ids: bool,
    people: People,
}

/// Whether people's full names are shown beside their usernames. What is posted where anybody may read it does not, unless
/// that is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum People {
    /// Usernames only.
    #[default]
    Usernames,
    /// Full names, too.
    FullNames,
}

impl<'a> Naming<'a> {
    /// Names as a directory has them.
    pub fn new(directory: &'a Directory) -> Self {
        let mut offerings: BTreeMap<&str, BTreeMap<OfferingId, usize>> = BTreeMap::new();
        let mut projects: BTreeMap<_, usize> = BTreeMap::new();
        for resource in directory.resources.values() {
            *offerings.entry(&resource.name).or_default().entry(resource.offering).or_default() += 1;
            *projects.entry((resource.offering, &*resource.name, project(resource))).or_default() += 1;
        }
        let alike = projects.into_iter().filter(|(_, count)| *count > 1).map(|(it, _)| it).collect();
        let across = offerings.iter().filter(|(_, it)| it.len() > 1).map(|(name, _)| *name).collect();
        let within = offerings.iter().flat_map(|(name, it)| it.iter().map(move |(id, count)| (*id, *name, *count)));
        let within = within.filter(|(.., count)| *count > 1).map(|(id, name, _)| (id, name)).collect();
        Self { directory, across, within, alike, ids: false, people: People::default() }
    }

    /// With the id behind every name.
    #[must_use]
    pub fn with_ids(self) -> Self {
        Self { ids: true, ..self }
    }

    /// With people's full names beside their usernames, or without.
    #[must_use]
    pub fn with(self, people: People) -> Self {
        Self { people, ..self }
    }

    /// Whether people's full names are shown.
    pub fn people(&self) -> People {
        self.people
    }

    /// The names as the server has them, for programs.
    pub fn directory(&self) -> &'a Directory {
        self.directory
    }

    /// A resource: its name; where another one of its offering has the same, with the project if that tells them apart,
    /// else with the id.
    pub fn resource(&self, id: ResourceId) -> String {
        let Some(resource) = self.directory.resources.get(&id) else { return id.to_string() };
        let Resource { name, offering, .. } = resource;
        if !self.within.contains(&(*offering, name)) {
            return self.name(name, id, false);
        }
        match project(resource).filter(|it| !self.alike.contains(&(*offering, name, Some(it)))) {
            Some(project) => format!("{} [{}]", self.name(name, id, false), visible(project)),
            None => self.name(name, id, true),
        }
    }

    /// The offering of a resource; empty if not known.
    pub fn offering(&self, id: ResourceId) -> Cow<'a, str> {
        self.directory.resources.get(&id).map_or(Cow::Borrowed(""), |it| visible(&it.offering_name))
    }

    /// A resource in one line: with its offering where its name is used in several.
    pub fn resource_in_line(&self, id: ResourceId) -> String {
        let name = self.resource(id);
        match self.directory.resources.get(&id) {
            Some(resource) if self.across.contains(&*resource.name) => format!("{name} ({})", self.offering(id)),
            _ => name,
        }
    }

    /// A role.
    pub fn role(&self, id: RoleId) -> String {
        self.directory.roles.get(&id).map_or_else(|| id.to_string(), |it| self.name(&it.name, id, false))
    }

    /// A user.
    pub fn user(&self, id: UserId) -> String {
        match self.people {
            People::Usernames => self.username(id),
            People::FullNames => self.person(id),
        }
    }

    /// A user with the full name, if there is one, however users are shown otherwise.
    pub fn person(&self, id: UserId) -> String {
        let username = self.username(id);
        match self.directory.users.get(&id).and_then(full_name) {
            Some(full_name) => format!("{username} ({full_name})"),
            None => username,
        }
    }

    fn username(&self, id: UserId) -> String {
        self.directory.users.get(&id).map_or_else(|| id.to_string(), |it| self.name(&it.username, id, false))
    }

    /// A link: its id, where ids are asked for.
    pub fn link(&self, id: LinkId) -> Option<String> {
        self.ids.then(|| format!("link {id}"))
    }

    fn name(&self, name: &str, id: impl Display, needed: bool) -> String {
        if self.ids || needed { format!("{} [{id}]", visible(name)) } else { visible(name).into_owned() }
    }
}

fn project(resource: &Resource) -> Option<&str> {
    resource.project.as_ref().map(|it| &*it.name)
}

/// What a person is called, as it may stand in parentheses: people choose it, so it is short, has no parentheses of its own,
/// and does nothing but be read.
pub(super) fn full_name(User { username, full_name, active: _ }: &User) -> Option<String> {
    /// Longer names are cut.
    const LONGEST: usize = 60;
    let full_name = full_name.trim();
    let plain = |it: char| match it {
        '(' => '[',
        ')' => ']',
        other => other,
    };
    let mut short: String = full_name.chars().take(LONGEST).map(plain).collect();
    if full_name.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    (!full_name.is_empty() && full_name != username).then(|| visible(&short).into_owned())
}
