//! Scope: which links are ours to touch. A link outside is never touched.

use std::collections::BTreeSet;

use super::document::{Kinds, Reference, Scope, Selector};
use super::names::{Names, Unresolved};
use super::pattern::fits;
use super::resolve::Pattern;
use crate::binding::{Binding, OfferingId, ResourceId, RoleId, UserId};
use crate::diagnostic::{Diagnostic, Span};
use crate::directory::Directory;

/// A scope, resolved to ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolvedScope {
    pub(super) include: Ids,
    pub(super) exclude: Ids,
}

/// Ids by kind; an absent kind says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ids {
    pub(super) offerings: Option<BTreeSet<OfferingId>>,
    pub(super) resources: Option<BTreeSet<ResourceId>>,
    pub(super) roles: Option<BTreeSet<RoleId>>,
    pub(super) users: Option<BTreeSet<UserId>>,
}

impl ResolvedScope {
    /// Whether a binding lies inside. One whose offering is not known lies in no scope that asks for offerings.
    pub fn contains(&self, binding: &Binding, directory: &Directory) -> bool {
        let Binding { resource, role, user } = *binding;
        self.could_contain(&Pattern { resource: Some(resource), role: Some(role), user: Some(user) }, directory)
    }

    /// Whether a binding with these parts could lie inside, whatever its other parts are.
    pub fn could_contain(&self, parts: &Pattern, directory: &Directory) -> bool {
        fn among<Id: Ord>(ids: &BTreeSet<Id>, part: Option<&Id>, otherwise: bool) -> bool {
            part.map_or(otherwise, |id| ids.contains(id))
        }
        let Pattern { resource, role, user } = parts;
        let resource = resource.as_ref();
        let offering = resource.map(|id| directory.resources.get(id).map(|it| it.offering));
        let of = |it: &BTreeSet<OfferingId>, otherwise| {
            offering.map_or(otherwise, |offering| offering.is_some_and(|id| it.contains(&id)))
        };
        let Self { include, exclude } = self;
        let inside = include.offerings.as_ref().is_none_or(|it| of(it, true))
            && include.resources.as_ref().is_none_or(|it| among(it, resource, true))
            && include.roles.as_ref().is_none_or(|it| among(it, role.as_ref(), true))
            && include.users.as_ref().is_none_or(|it| among(it, user.as_ref(), true));
        let excluded = exclude.offerings.as_ref().is_some_and(|it| of(it, false))
            || exclude.resources.as_ref().is_some_and(|it| among(it, resource, false))
            || exclude.roles.as_ref().is_some_and(|it| among(it, role.as_ref(), false))
            || exclude.users.as_ref().is_some_and(|it| among(it, user.as_ref(), false));
        inside && !excluded
    }
}

/// What the settings turned into, and what of them could not be resolved.
#[derive(Debug, Default)]
pub(super) struct ResolvedSettings {
    /// The scope; absent where the files have none.
    pub(super) scope: Option<ResolvedScope>,
    /// Users whose links are never removed.
    pub(super) protected: BTreeSet<UserId>,
    /// What in `protect` or `exclude` could not be resolved: anything might be meant to stay.
    pub(super) blocking: Option<Span>,
    /// References that could not be resolved.
    pub(super) unresolved: Vec<Diagnostic>,
    /// Worth saying.
    pub(super) warnings: Vec<Diagnostic>,
}

impl ResolvedSettings {
    pub(super) fn resolve(scope: Option<&Scope>, protect: &[Selector], names: &Names<'_>) -> Self {
        let mut settings = Self::default();
        settings.scope = scope.map(|Scope { span: _, include, exclude }| ResolvedScope {
            include: settings.ids(include, names, SelectorUse::Include),
            exclude: settings.ids(exclude, names, SelectorUse::Exclude),
        });
        settings.protected = settings.select(protect, SelectorUse::Protect, |it| names.users_meant(it));
        settings
    }

    fn ids(&mut self, kinds: &Kinds, names: &Names<'_>, part: SelectorUse) -> Ids {
        let Kinds { offerings, resources, roles, users } = kinds;
        Ids {
            offerings: offerings.as_ref().map(|it| self.select(it, part, |it| names.offerings_meant(it))),
            resources: resources.as_ref().map(|it| {
                self.select(it, part, |it| match part {
                    SelectorUse::Exclude => names.all_resources_meant(it),
                    SelectorUse::Include | SelectorUse::Protect => names.resources_meant(it),
                })
            }),
            roles: roles.as_ref().map(|it| self.select(it, part, |it| names.roles_meant(it))),
            users: users.as_ref().map(|it| self.select(it, part, |it| names.users_meant(it))),
        }
    }

    fn select<Id: Ord>(
        &mut self,
        selectors: &[Selector],
        part: SelectorUse,
        meant: impl Fn(&Selector) -> Result<BTreeSet<Id>, Unresolved<Id>>,
    ) -> BTreeSet<Id> {
        let mut all = BTreeSet::new();
        for selector in selectors {
            match (meant(selector), selector) {
                (Ok(ids), Selector::Pattern { span, pattern }) if ids.is_empty() => {
                    let message = format!("nothing fits the pattern `{pattern}`");
                    self.warnings.push(Diagnostic::warning("pattern-without-match", span.clone(), message));
                }
                (Ok(ids), _) => all.extend(ids),
                (Err(problem), Selector::Pattern { span, .. } | Selector::One(Reference { span, .. })) => {
                    if part != SelectorUse::Include && self.blocking.is_none() {
                        self.blocking = Some(span.clone());
                    }
                    self.unresolved.push(problem.at(span.clone()));
                }
            }
        }
        all
    }
}

/// Where a selector stands. What cannot be resolved narrows a scope, and might be anything in the other two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SelectorUse {
    Include,
    Exclude,
    Protect,
}

impl Names<'_> {
    fn offerings_meant(&self, selector: &Selector) -> Result<BTreeSet<OfferingId>, Unresolved<OfferingId>> {
        match selector {
            Selector::One(reference) => self.offering(reference),
            Selector::Pattern { pattern, .. } => {
                let fitting = self.directory.resources.values().filter(|it| fits(pattern, &it.offering_name));
                Ok(fitting.map(|it| it.offering).collect())
            }
        }
    }

    fn resources_meant(&self, selector: &Selector) -> Result<BTreeSet<ResourceId>, Unresolved<ResourceId>> {
        match selector {
            Selector::One(reference) => self.resource(reference).map(|id| BTreeSet::from([id])),
            Selector::Pattern { pattern, .. } => {
                let fitting = self.directory.resources.iter().filter(|(_, it)| fits(pattern, &it.name));
                Ok(fitting.map(|(id, _)| *id).collect())
            }
        }
    }

    /// A plain name means all of that name here, terminated ones too.
    fn all_resources_meant(&self, selector: &Selector) -> Result<BTreeSet<ResourceId>, Unresolved<ResourceId>> {
        match selector {
            Selector::One(reference @ Reference { id: None, name: Some(name), .. }) => {
                let within = self.within(reference)?;
                let named = self.resources.get(&**name).into_iter().flatten().copied();
                let ids: BTreeSet<_> = named.filter(|id| within.holds(&self.directory.resources[id])).collect();
                if ids.is_empty() { Err(self.unknown_resource(reference)) } else { Ok(ids) }
            }
            other => self.resources_meant(other),
        }
    }

    /// A role name means that name in every offering here.
    pub(super) fn roles_meant(&self, selector: &Selector) -> Result<BTreeSet<RoleId>, Unresolved<RoleId>> {
        let fitting = |fits: &dyn Fn(&str) -> bool| -> BTreeSet<RoleId> {
            self.directory.roles.iter().filter(|(_, it)| fits(&it.name)).map(|(id, _)| *id).collect()
        };
        match selector {
            Selector::One(reference) => match (reference.id.map(RoleId::from), reference.name.as_deref()) {
                (Some(id), _) => self.role_by_id(reference, id).map(|_| BTreeSet::from([id])),
                (None, name) => {
                    let name = name.unwrap_or_default();
                    let ids = fitting(&|it| it == name);
                    if ids.is_empty() { Err(self.unknown_role(name)) } else { Ok(ids) }
                }
            },
            Selector::Pattern { pattern, .. } => Ok(fitting(&|it| fits(pattern, it))),
        }
    }

    fn users_meant(&self, selector: &Selector) -> Result<BTreeSet<UserId>, Unresolved<UserId>> {
        match selector {
            Selector::One(reference) => self.user(reference).map(|id| BTreeSet::from([id])),
            Selector::Pattern { pattern, .. } => {
                let fitting = self.directory.users.iter().filter(|(_, it)| fits(pattern, &it.username));
                Ok(fitting.map(|(id, _)| *id).collect())
            }
        }
    }
}
