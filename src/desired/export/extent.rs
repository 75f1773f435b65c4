//! Which links are exported, in the words of a scope.

use std::fmt;

use super::page::list;
use super::scalar::scalar;
use super::written::Written;
use crate::desired::document::{Document, Kinds, Reference, Scope, Selector};
use crate::desired::names::Names;
use crate::desired::problems::Problems;
use crate::desired::read::{Kind, selector};
use crate::desired::territory::{Settings, Territory};
use crate::desired::yaml::Place;
use crate::diagnostic::Diagnostic;
use crate::directory::Lookups;

/// Which links are exported: all, unless something is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extent(Kinds);

/// What is named of each kind: names, UUIDs, URLs or patterns. A kind of which nothing is named does not narrow.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    /// Offerings.
    pub offerings: &'a [String],
    /// Resources.
    pub resources: &'a [String],
    /// Roles.
    pub roles: &'a [String],
    /// Users.
    pub users: &'a [String],
}

impl Extent {
    /// Reads what was asked for.
    ///
    /// # Errors
    /// What can't be read; the file of its place is the flag it was given with.
    pub fn read(named: Named<'_>) -> Result<Self, Vec<Diagnostic>> {
        let Named { offerings, resources, roles, users } = named;
        let mut problems = Problems::default();
        let mut selectors = |flag, kind, texts: &[String]| {
            let read: Vec<_> = texts.iter().filter_map(|it| selector(flag, it, kind, &mut problems)).collect();
            (!texts.is_empty()).then_some(read)
        };
        let kinds = Kinds {
            offerings: selectors("--offering", Kind::Offering, offerings),
            resources: selectors("--resource", Kind::Resource, resources),
            roles: selectors("--role", Kind::Role, roles),
            users: selectors("--user", Kind::User, users),
        };
        if problems.any_error() { Err(problems.sorted(&[])) } else { Ok(Self(kinds)) }
    }

    /// What has to be asked of the server to resolve it.
    pub fn lookups(&self) -> Lookups {
        Document { scope: Some(self.scope()), ..Document::default() }.lookups()
    }

    pub(super) fn resolve(&self, names: &Names<'_>) -> Result<Territory, Vec<Diagnostic>> {
        let Settings { territory, mut unresolved, warnings, .. } = Settings::resolve(Some(&self.scope()), &[], names);
        // Whoever names a pattern means something by it.
        unresolved.extend(warnings);
        if unresolved.is_empty() { Ok(territory.unwrap_or_default()) } else { Err(unresolved) }
    }

    fn scope(&self) -> Scope {
        let Self(include) = self;
        Scope { span: Place::START.span(&"export".into()), include: include.clone(), exclude: Kinds::default() }
    }

    /// The key `scope` of a file.
    pub(super) fn written(&self) -> String {
        let kinds: Vec<_> = self.kinds().into_iter().filter(|(.., selectors)| !selectors.is_empty()).collect();
        if kinds.is_empty() {
            return "scope: all\n\n".to_owned();
        }
        let mut text = "scope:\n".to_owned();
        for (key, _, selectors) in kinds {
            text += &list("  ", key, selectors.iter().map(|it| Written::plain(written(it))));
        }
        text + "\n"
    }

    /// Key, flag and selectors of each kind.
    fn kinds(&self) -> [(&'static str, &'static str, &[Selector]); 4] {
        let Self(Kinds { offerings, resources, roles, users }) = self;
        [
            ("offerings", "--offering", offerings.as_deref().unwrap_or_default()),
            ("resources", "--resource", resources.as_deref().unwrap_or_default()),
            ("roles", "--role", roles.as_deref().unwrap_or_default()),
            ("users", "--user", users.as_deref().unwrap_or_default()),
        ]
    }
}

/// The bare form, which is what was read.
fn written(selector: &Selector) -> String {
    match selector {
        Selector::Pattern { pattern: text, .. } | Selector::One(Reference { id: None, name: Some(text), .. }) => {
            scalar(text)
        }
        Selector::One(Reference { id, .. }) => id.map(|it| scalar(&it.simple().to_string())).unwrap_or_default(),
    }
}

/// The flags that name it, each after a space.
impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (_, flag, selectors) in self.kinds() {
            for selector in selectors {
                write!(f, " {flag} {}", written(selector))?;
            }
        }
        Ok(())
    }
}
