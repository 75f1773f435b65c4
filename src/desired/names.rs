//! From names to ids: one index over a directory, and the answer to "what does this reference mean?".

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Display;

use super::document::{Document, Reference};
use super::suggest::{Suggestions, all_nearest, did_you_mean};
use super::within::Index;
use crate::binding::{OfferingId, ProjectId, ResourceId, RoleId, UserId};
use crate::diagnostic::{Diagnostic, Span};
use crate::directory::{Directory, Project, Role};

/// A directory, indexed by name.
pub(super) struct Names<'a> {
    pub(super) directory: &'a Directory,
    pub(super) resources: HashMap<&'a str, Vec<ResourceId>>,
    roles: HashMap<(OfferingId, &'a str), Vec<RoleId>>,
    pub(super) users: HashMap<&'a str, UserId>,
    /// Users by full name, in lower case; put together when the first one is asked for.
    pub(super) people: OnceCell<HashMap<String, BTreeSet<UserId>>>,
    pub(super) offerings: Index<'a, OfferingId>,
    pub(super) projects: Index<'a, ProjectId>,
    pub(super) near_resources: Suggestions<'a>,
    pub(super) near_users: Suggestions<'a>,
}

/// Why a reference means nothing, or too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unresolved<Id> {
    /// What is wrong with it.
    pub(super) message: String,
    /// What to do about it.
    pub(super) help: Option<String>,
    /// What may be meant: what the help suggests, each of several candidates, the UUID and what has the name. Nothing
    /// may
    /// be removed on the strength of it *not* being meant.
    pub(super) guesses: Vec<Id>,
}

impl<'a> Names<'a> {
    pub(super) fn new(directory: &'a Directory) -> Self {
        let mut names = Self {
            directory,
            resources: HashMap::new(),
            roles: HashMap::new(),
            users: directory.users.iter().map(|(id, it)| (it.username.as_str(), *id)).collect(),
            people: OnceCell::new(),
            offerings: Index::new(),
            projects: Index::new(),
            near_resources: Suggestions::out_of(directory.resources.values().map(|it| it.name.as_str())),
            near_users: Suggestions::out_of(directory.users.values().map(|it| it.username.as_str())),
        };
        for (id, resource) in &directory.resources {
            names.resources.entry(&resource.name).or_default().push(*id);
            names.offerings.entry(&resource.offering_name).or_default().insert(resource.offering);
            if let Some(Project { id, name, organisation: _ }) = &resource.project {
                names.projects.entry(name).or_default().insert(*id);
            }
        }
        for (id, role) in &directory.roles {
            let everywhere = names.offerings.values().flatten().filter(|_| role.offerings.is_empty());
            for offering in role.offerings.iter().chain(everywhere) {
                names.roles.entry((*offering, &role.name)).or_default().push(*id);
            }
        }
        names
    }

    /// Prepares for all the references of a document.
    pub(super) fn expect(&mut self, document: &Document) {
        let entries = &document.entries;
        let distinct = |names: &mut dyn Iterator<Item = &Reference>, known: &dyn Fn(&str) -> bool| {
            let names: HashSet<&str> = names.filter_map(|it| it.name.as_deref()).filter(|it| !known(it)).collect();
            names.len()
        };
        let resources =
            distinct(&mut entries.iter().flat_map(|it| &it.resources), &|it| self.resources.contains_key(it));
        let users = entries.iter().flat_map(|it| &it.users).map(|it| &it.user);
        let users = distinct(&mut { users }, &|it| self.users.contains_key(it));
        self.near_resources.expect(resources);
        self.near_users.expect(users);
    }

    /// The resource a reference means.
    ///
    /// A name is looked for among resources that are not terminated, and only where there are none among those.
    pub(super) fn resource(&self, reference: &Reference) -> Result<ResourceId, Unresolved<ResourceId>> {
        let Reference { id, name, .. } = reference;
        let within = self.within(reference)?;
        if let Some(id) = id.map(ResourceId::from) {
            let found = self.directory.resources.get(&id);
            let named = name.as_deref().and_then(|it| self.resources.get(it)).into_iter().flatten().copied();
            let guesses = || named.chain([id]).collect();
            let Some(found) = found else {
                return Err(Unresolved::new(format!("no resource has the UUID `{id}`")).guesses(guesses()));
            };
            if let Some(problem) = disagree(&id, &found.name, name.as_deref()) {
                return Err(problem.guesses(guesses()));
            }
            let elsewhere = within.elsewhere(id, found);
            return elsewhere.map_or(Ok(id), |it| Err(Unresolved::new(it).guesses(vec![id])));
        }
        let name = name.as_deref().unwrap_or_default();
        let named = self.resources.get(name).map_or(&[][..], Vec::as_slice).iter().copied();
        let named = named.filter(|id| within.holds(&self.directory.resources[id]));
        let (terminated, running): (Vec<_>, Vec<_>) = named.partition(|id| self.directory.resources[id].terminated);
        match if running.is_empty() { &terminated[..] } else { &running[..] } {
            [id] => Ok(*id),
            [] => Err(self.unknown_resource(reference)),
            several => Err(Unresolved {
                message: format!("{} resources are called `{name}`", several.len()),
                help: Some(format!("write one of {}", shown(&self.choices(reference, several)))),
                guesses: several.to_vec(),
            }),
        }
    }

    pub(super) fn unknown_resource(&self, reference: &Reference) -> Unresolved<ResourceId> {
        let name = reference.name.as_deref().unwrap_or_default();
        let place = match (&reference.offering, &reference.project) {
            (None, None) => "",
            (Some(_), None) => " in that offering",
            (None, Some(_)) => " in that project",
            (Some(_), Some(_)) => " in that offering and project",
        };
        let message = format!("no resource is called `{name}`{place}");
        let near = self.near_resources.nearest(name);
        // In another place than the one that was asked for, what has the very name may be meant.
        let named = self.resources.get(name).into_iter().chain(near.iter().map(|near| &self.resources[near]));
        let guesses = named.flatten().copied().collect();
        Unresolved { message, help: did_you_mean(&near), guesses }
    }

    /// Whether an offering has a role of this name.
    pub(super) fn has_role(&self, offering: OfferingId, name: &str) -> bool {
        self.roles.contains_key(&(offering, name))
    }

    /// The role a reference means on a resource.
    pub(super) fn role(&self, reference: &Reference, on: ResourceId) -> Result<RoleId, Unresolved<RoleId>> {
        let Reference { id, name, .. } = reference;
        let resource = &self.directory.resources[&on];
        if let Some(id) = id.map(RoleId::from) {
            let found = self.role_by_id(reference, id)?;
            return if found.fits(resource.offering) {
                Ok(id)
            } else {
                let message = format!("the role `{id}` belongs to another offering than `{}`", resource.name);
                Err(Unresolved::new(message).help(self.roles_of(resource.offering)))
            };
        }
        let name = name.as_deref().unwrap_or_default();
        match self.roles.get(&(resource.offering, name)).map_or(&[][..], Vec::as_slice) {
            [id] => Ok(*id),
            [] => {
                let message =
                    format!("offering `{}` (of `{}`) has no role `{name}`", resource.offering_name, resource.name);
                Err(Unresolved::new(message).help(self.roles_of(resource.offering)))
            }
            several => Err(Unresolved {
                message: format!(
                    "{} roles of the offering `{}` are called `{name}`",
                    several.len(),
                    resource.offering_name
                ),
                help: Some(format!("write one of {}", list(several.iter().map(|id| format!("{{uuid: {id}}}"))))),
                guesses: Vec::new(),
            }),
        }
    }

    /// The role named by UUID, if the rest of the reference agrees.
    pub(super) fn role_by_id(&self, reference: &Reference, id: RoleId) -> Result<&Role, Unresolved<RoleId>> {
        let found = self.directory.roles.get(&id);
        let found = found.ok_or_else(|| Unresolved::new(format!("no role has the UUID `{id}`")))?;
        disagree(&id, &found.name, reference.name.as_deref()).map_or(Ok(found), Err)
    }

    pub(super) fn unknown_role(&self, name: &str) -> Unresolved<RoleId> {
        let near = all_nearest(name, self.directory.roles.values().map(|it| it.name.as_str()));
        Unresolved {
            message: format!("no role is called `{name}` in any offering"),
            help: did_you_mean(&near),
            guesses: Vec::new(),
        }
    }

    fn roles_of(&self, offering: OfferingId) -> String {
        let names = self.directory.roles.values().filter(|it| it.fits(offering)).map(|it| it.name.as_str());
        let names: BTreeSet<_> = names.collect();
        if names.is_empty() {
            return "this offering has no roles that this token can see".to_owned();
        }
        format!("its roles are {}", list(names.iter()))
    }

    /// The user a reference means.
    pub(super) fn user(&self, reference: &Reference) -> Result<UserId, Unresolved<UserId>> {
        let Reference { id, name, .. } = reference;
        if let Some(id) = id.map(UserId::from) {
            let found = self.directory.users.get(&id);
            let problem = match found {
                None => Some(Unresolved::new(format!("no user has the UUID `{id}`"))),
                Some(found) => disagree(&id, &found.username, name.as_deref()),
            };
            let named = name.as_deref().and_then(|it| self.users.get(it)).copied();
            return problem.map_or(Ok(id), |it| Err(it.guesses(named.into_iter().chain([id]).collect())));
        }
        let name = name.as_deref().unwrap_or_default();
        self.users.get(name).copied().ok_or_else(|| self.unknown_user(name))
    }
}

impl<Id> Unresolved<Id> {
    pub(super) fn new(message: String) -> Self {
        Self { message, help: None, guesses: Vec::new() }
    }

    fn guesses(self, guesses: Vec<Id>) -> Self {
        Self { guesses, ..self }
    }

    fn help(self, help: String) -> Self {
        Self { help: Some(help), ..self }
    }

    pub(super) fn at(self, span: Span) -> Diagnostic {
        let Self { message, help, guesses: _ } = self;
        Diagnostic { help, ..Diagnostic::error("unresolved", span, message) }
    }

    pub(super) fn without_guess<Other>(self) -> Unresolved<Other> {
        let Self { message, help, guesses: _ } = self;
        Unresolved { message, help, guesses: Vec::new() }
    }
}

/// With both a UUID and a name, both must mean the same.
pub(super) fn disagree<Id>(id: &impl Display, found: &str, name: Option<&str>) -> Option<Unresolved<Id>> {
    let name = name.filter(|it| *it != found)?;
    let message = format!("`{id}` is called `{found}`, not `{name}`");
    Some(Unresolved::new(message).help("write the one that is meant, or both as they are".to_owned()))
}

fn list<S: Display>(items: impl Iterator<Item = S>) -> String {
    let items: Vec<_> = items.map(|it| format!("`{it}`")).collect();
    shown(&items)
}

fn shown(items: &[String]) -> String {
    /// More than this nobody reads.
    const SHOWN: usize = 8;
    let more = items.len().saturating_sub(SHOWN);
    let shown = items[..items.len().min(SHOWN)].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
