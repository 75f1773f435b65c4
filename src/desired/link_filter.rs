//! What somebody asks about on the command line, to look at it.

use std::collections::BTreeSet;

use super::document::Reference;
use super::names::{Names, Unresolved};
use super::pass_filter::asked;
use crate::binding::{ResourceId, RoleId, UserId};
use crate::diagnostic::{Diagnostic, Span};
use crate::directory::{Directory, Lookups};

/// What is asked about: any of these resources, roles and users; of a kind that is not there, any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkFilter {
    resources: Vec<Reference>,
    roles: Vec<Reference>,
    users: Vec<Reference>,
}

/// What is asked about, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picked {
    /// Any of these; everything, if empty.
    pub resources: BTreeSet<ResourceId>,
    /// Any of these; every role, if empty. A name means that name in every offering.
    pub roles: BTreeSet<Named<RoleId>>,
    /// Any of these; everybody, if empty. A name is one that the asker is not shown among the users.
    pub users: BTreeSet<Named<UserId>>,
}

/// Something by its id or by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named<Id> {
    /// This one.
    Id(Id),
    /// What is called so.
    Name(Box<str>),
}

/// How much of what is there its asker is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// All of it: what is not shown does not exist.
    Everything,
    /// A part: the roles and users of links that are shown may themselves not be.
    Part,
}

impl LinkFilter {
    /// Asks about these, each by name or UUID.
    pub fn new(resources: &[String], roles: &[String], users: &[String]) -> Self {
        let all = |flag, texts: &[String]| texts.iter().map(|it| asked(flag, it)).collect();
        Self { resources: all("--resource", resources), roles: all("--role", roles), users: all("--user", users) }
    }

    /// What has to be looked up for it, besides [`LinkFilter::resource_names`].
    pub fn lookups(&self) -> Lookups {
        let Self { resources, roles, users } = self;
        Lookups {
            resources: resources.iter().filter_map(|it| it.id).map(ResourceId::from).collect(),
            roles: roles.iter().filter_map(|it| it.id).map(RoleId::from).collect(),
            users: users.iter().filter_map(|it| it.id).map(UserId::from).collect(),
            usernames: names(users).collect(),
        }
    }

    /// The names of resources that have to be looked up for it.
    pub fn resource_names(&self) -> BTreeSet<String> {
        names(&self.resources).collect()
    }

    /// Resolves it. Names of roles stay names: whether there are such roles, [`LinkFilter::check_roles`] tells.
    ///
    /// # Errors
    /// All that means nothing, or too much.
    pub fn resolve(&self, directory: &Directory, visibility: Visibility) -> Result<Picked, Vec<Diagnostic>> {
        let Self { resources, roles, users } = self;
        let names = Names::new(directory);
        let mut problems = Problems::default();
        let picked = Picked {
            resources: resources.iter().filter_map(|it| problems.sort(it, resource(it, &names, visibility))).collect(),
            roles: roles.iter().filter_map(|it| problems.sort(it, role(it, directory, visibility))).collect(),
            users: users.iter().filter_map(|it| problems.sort(it, user(it, &names, visibility))).collect(),
        };
        if problems.0.is_empty() { Ok(picked) } else { Err(problems.0) }
    }

    /// Says which names of roles no offering has.
    pub fn check_roles(&self, directory: &Directory) -> Vec<Diagnostic> {
        let names = Names::new(directory);
        let unknown = |reference: &&Reference| {
            let is_it = |name: &str| reference.name.as_deref() == Some(name);
            reference.id.is_none() && !directory.roles.values().any(|it| is_it(&it.name))
        };
        let unknown = self.roles.iter().filter(unknown);
        let told = unknown.map(|it| names.unknown_role(it.name.as_deref().unwrap_or_default()).at(it.span.clone()));
        told.collect()
    }
}

/// The problems so far.
#[derive(Default)]
struct Problems(Vec<Diagnostic>);

impl Problems {
    fn sort<T, Id>(&mut self, reference: &Reference, result: Result<T, Unresolved<Id>>) -> Option<T> {
        let Reference { span, .. } = reference;
        result.map_err(|problem| self.keep(problem, span)).ok()
    }

    fn keep<Id>(&mut self, problem: Unresolved<Id>, span: &Span) {
        self.0.push(problem.at(span.clone()));
    }
}

/// Whoever sees a link sees its resource, so that a resource that is not shown means nothing to anybody.
fn resource(
    reference: &Reference,
    names: &Names<'_>,
    visibility: Visibility,
) -> Result<ResourceId, Unresolved<ResourceId>> {
    let (Some(name), None) = (&reference.name, reference.id) else {
        let id = reference.id.map(ResourceId::from);
        return id.filter(|_| visibility == Visibility::Part).map_or_else(|| names.resource(reference), Ok);
    };
    // The words of `names` are for files; on the command line a name can't be told apart by its offering.
    let directory = names.directory;
    let named = names.resources.get(&**name).map_or(&[][..], Vec::as_slice);
    let (terminated, running): (Vec<_>, Vec<_>) = named.iter().partition(|id| directory.resources[*id].terminated);
    match if running.is_empty() { &terminated[..] } else { &running[..] } {
        [] | [_] => names.resource(reference),
        several => {
            let ids = several.iter().map(|id| format!("`{id}` ({})", directory.resources[id].offering_name));
            Err(Unresolved {
                message: format!("{} resources are called `{name}`", several.len()),
                help: Some(format!("say which by its UUID: {}", ids.collect::<Vec<_>>().join(", "))),
                guesses: Vec::new(),
            })
        }
    }
}

fn role(
    reference: &Reference,
    directory: &Directory,
    visibility: Visibility,
) -> Result<Named<RoleId>, Unresolved<RoleId>> {
    match (reference.id.map(RoleId::from), &reference.name) {
        (Some(id), _) if visibility == Visibility::Everything && !directory.roles.contains_key(&id) => {
            Err(Unresolved { message: format!("no role has the UUID `{id}`"), help: None, guesses: Vec::new() })
        }
        (Some(id), _) => Ok(Named::Id(id)),
        (None, name) => Ok(Named::Name(name.clone().unwrap_or_default())),
    }
}

fn user(reference: &Reference, names: &Names<'_>, visibility: Visibility) -> Result<Named<UserId>, Unresolved<UserId>> {
    let Reference { id, name, .. } = reference;
    match (names.user(reference), id.map(UserId::from)) {
        (Err(problem), _) if visibility == Visibility::Everything => Err(problem),
        (Err(_), None) => Ok(Named::Name(name.clone().unwrap_or_default())),
        (Ok(id), _) | (Err(_), Some(id)) => Ok(Named::Id(id)),
    }
}

fn names(references: &[Reference]) -> impl Iterator<Item = String> {
    references.iter().filter_map(|it| it.name.as_deref()).map(str::to_owned)
}
