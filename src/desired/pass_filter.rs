//! Narrowing a pass to some users and resources: less than the files say, never more.

use std::collections::BTreeSet;

use super::document::Reference;
use super::names::Names;
use super::problems::Problems;
use super::read::{ReferenceKind, reference};
use crate::binding::{Binding, ResourceId, UserId};
use crate::diagnostic::Diagnostic;
use crate::directory::{Directory, Lookups};

/// What a pass is narrowed to, as it was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassFilter {
    users: Vec<Reference>,
    resources: Vec<Reference>,
}

/// What a pass is narrowed to, in ids: any of these users, on any of these resources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolvedPassFilter {
    /// Any of these; everybody, if absent.
    pub users: Option<BTreeSet<UserId>>,
    /// Any of these; everything, if absent.
    pub resources: Option<BTreeSet<ResourceId>>,
}

impl PassFilter {
    /// Narrows to this user, among others asked for, in the words of a file: a name, a UUID, a URL, or a mapping in
    /// braces; or a name behind `name:`.
    ///
    /// # Errors
    /// What can't be read.
    pub fn user(&mut self, flag: &str, text: &str) -> Result<(), Vec<Diagnostic>> {
        self.users.push(asked(flag, text, ReferenceKind::User)?);
        Ok(())
    }

    /// Narrows to this resource, among others asked for.
    ///
    /// # Errors
    /// What can't be read.
    pub fn resource(&mut self, flag: &str, text: &str) -> Result<(), Vec<Diagnostic>> {
        self.resources.push(asked(flag, text, ReferenceKind::Resource)?);
        Ok(())
    }

    /// The user, if it is narrowed to one by a username.
    pub fn named_user(&self) -> Option<String> {
        named(&self.users)
    }

    /// The resource, if it is narrowed to one by nothing but a name.
    pub fn named_resource(&self) -> Option<String> {
        named(&self.resources)
    }

    /// What has to be looked up for it.
    pub fn lookups(&self, lookups: &mut Lookups) {
        let Self { users, resources } = self;
        lookups.users.extend(users.iter().filter_map(|it| it.id).map(UserId::from));
        lookups.usernames.extend(users.iter().filter_map(|it| it.name.as_deref()).map(str::to_owned));
        lookups.resources.extend(resources.iter().filter_map(|it| it.id).map(ResourceId::from));
    }

    /// Resolves it.
    ///
    /// # Errors
    /// All that can't be resolved: narrowed to less than was meant, a pass would do less than was meant.
    pub fn resolve(&self, directory: &Directory) -> Result<ResolvedPassFilter, Vec<Diagnostic>> {
        let Self { users, resources } = self;
        let mut problems = Vec::new();
        if users.is_empty() && resources.is_empty() {
            return Ok(ResolvedPassFilter::default());
        }
        let names = Names::new(directory);
        let mut users_meant = BTreeSet::new();
        for reference in users {
            match names.user(reference) {
                Ok(id) => drop(users_meant.insert(id)),
                Err(problem) => problems.push(problem.at(reference.span.clone())),
            }
        }
        let mut resources_meant = BTreeSet::new();
        for reference in resources {
            match names.resource(reference) {
                Ok(id) => drop(resources_meant.insert(id)),
                Err(problem) => problems.push(problem.at(reference.span.clone())),
            }
        }
        let only = ResolvedPassFilter {
            users: (!users.is_empty()).then_some(users_meant),
            resources: (!resources.is_empty()).then_some(resources_meant),
        };
        if problems.is_empty() { Ok(only) } else { Err(problems) }
    }
}

impl ResolvedPassFilter {
    /// Whether a binding is among those asked for. Both roles of a role change are, or neither.
    pub fn contains(&self, binding: &Binding) -> bool {
        let Self { users, resources } = self;
        users.as_ref().is_none_or(|it| it.contains(&binding.user))
            && resources.as_ref().is_none_or(|it| it.contains(&binding.resource))
    }
}

fn named(references: &[Reference]) -> Option<String> {
    match references {
        [one] => one.only_name().map(str::to_owned),
        _ => None,
    }
}

/// A reference from the command line.
fn asked(flag: &str, text: &str, kind: ReferenceKind) -> Result<Reference, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let asked = reference(flag, text, kind, &mut problems);
    // What a file is warned of may be asked for.
    asked.ok_or_else(|| problems.sorted(&[]))
}
