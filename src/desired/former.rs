//! Roles that were there before: an upgrade gives every role a new UUID, and files that pin one name nothing any more.

use std::collections::BTreeMap;

use super::document::{Document, Reference, Selector};
use crate::binding::RoleId;
use crate::diagnostic::{Diagnostic, Span};
use crate::directory::Directory;

/// Says of each reference to a role that is gone which role it meant, by the names of an earlier time.
pub fn name_former_roles(document: &Document, now: &Directory, then: &Directory, diagnostics: &mut [Diagnostic]) {
    let gone = references(document).filter_map(|Reference { span, id, .. }| {
        let id = RoleId::from((*id)?);
        let former = then.roles.get(&id).filter(|_| !now.roles.contains_key(&id))?;
        Some((span, former.name.as_str()))
    });
    let gone: BTreeMap<&Span, &str> = gone.collect();
    for diagnostic in diagnostics.iter_mut().filter(|it| it.code == "unresolved") {
        if let Some(name) = gone.get(&diagnostic.primary.span) {
            diagnostic.help = Some(format!("it was the role `{name}` in that view: write `{name}`"));
        }
    }
}

/// Everything that is to be a role.
fn references(document: &Document) -> impl Iterator<Item = &Reference> {
    let scoped = document.scope.iter().flat_map(|it| [&it.include.roles, &it.exclude.roles]).flatten().flatten();
    let scoped = scoped.filter_map(|it| match it {
        Selector::One(reference) => Some(reference),
        Selector::Pattern { .. } => None,
    });
    document.entries.iter().flat_map(|it| &it.roles).chain(scoped)
}
