//! What somebody asks about on the command line, to look at it.

use std::collections::BTreeSet;

use super::document::{Reference, Selector};
use super::names::{Names, Unresolved};
use super::pattern::fits;
use super::problems as file;
use super::read::{ReferenceKind, reference, selector};
use crate::binding::{ResourceId, RoleId, UserId};
use crate::diagnostic::{Diagnostic, Span};
use crate::directory::{Directory, Lookups};

/// What is asked about: any of these resources, roles and users; of a kind that is not there, any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkFilter {
    resources: Vec<Selector>,
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
    /// Asks about these, each in the words of a file: a name, a UUID, a URL, or a mapping in braces; or a name behind
    /// `name:`. Resources may be patterns.
    ///
    /// # Errors
    /// What can't be read; the file of its place is the flag it was given with.
    pub fn new(resources: &[String], roles: &[String], users: &[String]) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = file::Problems::default();
        let resource = |it: &String| selector("--resource", it, ReferenceKind::Resource, &mut problems);
        let resources: Vec<_> = resources.iter().filter_map(resource).collect();
        let mut all = |flag, texts: &[String], kind| -> Vec<_> {
            texts.iter().filter_map(|it| reference(flag, it, kind, &mut problems)).collect()
        };
        let (roles, users) = (all("--role", roles, ReferenceKind::Role), all("--user", users, ReferenceKind::User));
        if problems.any_error() { Err(problems.sorted(&[])) } else { Ok(Self { resources, roles, users }) }
    }

    /// Whether all resources have to be known for it.
    pub fn has_patterns(&self) -> bool {
        self.resources.iter().any(|it| it.one().is_none())
    }

    /// What has to be looked up for it, besides [`LinkFilter::resource_names`].
    pub fn lookups(&self) -> Lookups {
        let Self { resources, roles, users } = self;
        Lookups {
            resources: ones(resources).filter_map(|it| it.id).map(ResourceId::from).collect(),
            roles: roles.iter().filter_map(|it| it.id).map(RoleId::from).collect(),
            users: users.iter().filter_map(|it| it.id).map(UserId::from).collect(),
            usernames: names(users.iter()).collect(),
        }
    }

    /// The names of resources that have to be looked up for it.
    pub fn resource_names(&self) -> BTreeSet<String> {
        names(ones(&self.resources)).collect()
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
            resources: resources.iter().flat_map(|it| problems.resources(it, &names, visibility)).collect(),
            roles: roles.iter().filter_map(|it| problems.sort(it, role(it, directory, visibility))).collect(),
            users: users.iter().filter_map(|it| problems.sort(it, user(it, &names, visibility))).collect(),
        };
        if problems.0.is_empty() { Ok(picked) } else { Err(problems.0) }
    }

    /// The names by which it asks for roles; `None`, if it asks for all.
    pub fn role_names(&self) -> Option<BTreeSet<String>> {
        (!self.roles.is_empty()).then(|| names(self.roles.iter()).collect())
    }

    /// The roles it asks for; `None`, if all. A name means all roles of that name.
    ///
    /// # Errors
    /// Those that there are not.
    pub fn roles_meant(&self, directory: &Directory) -> Result<Option<BTreeSet<RoleId>>, Vec<Diagnostic>> {
        let names = Names::new(directory);
        let mut problems = Problems::default();
        let meant = |it: &Reference| problems.sort(it, names.roles_meant(&Selector::One(it.clone())));
        let roles: BTreeSet<_> = self.roles.iter().filter_map(meant).flatten().collect();
        if problems.0.is_empty() { Ok((!self.roles.is_empty()).then_some(roles)) } else { Err(problems.0) }
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

    fn resources(&mut self, selector: &Selector, names: &Names<'_>, visibility: Visibility) -> BTreeSet<ResourceId> {
        match selector {
            Selector::One(one) => self.sort(one, resource(one, names, visibility)).into_iter().collect(),
            Selector::Pattern { span, pattern } => {
                let all = names.directory.resources.iter().filter(|(_, it)| fits(pattern, &it.name));
                let found: BTreeSet<_> = all.map(|(id, _)| *id).collect();
                if found.is_empty() {
                    let message = format!("no resource matches `{pattern}`");
                    self.keep(Unresolved::<ResourceId>::new(message), span);
                }
                found
            }
        }
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
    let id = reference.id.map(ResourceId::from).filter(|_| visibility == Visibility::Part);
    id.map_or_else(|| names.resource(reference), Ok)
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

fn ones(selectors: &[Selector]) -> impl Iterator<Item = &Reference> {
    selectors.iter().filter_map(Selector::one)
}

fn names<'r>(references: impl Iterator<Item = &'r Reference>) -> impl Iterator<Item = String> {
    references.filter_map(|it| it.name.as_deref()).map(str::to_owned)
}
