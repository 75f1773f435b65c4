//! Which links are exported, in the words of a scope.

use std::fmt;

use super::page::list;
use super::written::{Written, again};
use crate::desired::document::{Document, Kinds, Reference, Scope, Selector};
use crate::desired::names::Names;
use crate::desired::problems::Problems;
use crate::desired::read::{ReferenceKind, is_name, selector};
use crate::desired::resolved_scope::{ResolvedScope, ResolvedSettings};
use crate::desired::scalar::scalar;
use crate::desired::yaml::TextSpan;
use crate::diagnostic::Diagnostic;
use crate::directory::Lookups;

/// Which links are exported: all, unless something is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportFilter(Kinds);

/// What to export, in the words of a scope: names, UUIDs, URLs, patterns, or mappings in braces. A kind of which nothing
/// is given does not narrow.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// Offerings.
    pub offerings: &'a [String],
    /// Resources.
    pub resources: &'a [String],
    /// Roles.
    pub roles: &'a [String],
    /// Users.
    pub users: &'a [String],
}

impl ExportFilter {
    /// Reads what was asked for.
    ///
    /// # Errors
    /// What can't be read; the file of its place is the flag it was given with.
    pub fn read(given: Given<'_>) -> Result<Self, Vec<Diagnostic>> {
        let Given { offerings, resources, roles, users } = given;
        let mut problems = Problems::default();
        let mut selectors = |flag, kind, texts: &[String]| {
            let read: Vec<_> = texts.iter().filter_map(|it| selector(flag, it, kind, &mut problems)).collect();
            (!texts.is_empty()).then_some(read)
        };
        let kinds = Kinds {
            offerings: selectors("--offering", ReferenceKind::Offering, offerings),
            resources: selectors("--resource", ReferenceKind::Resource, resources),
            roles: selectors("--role", ReferenceKind::Role, roles),
            users: selectors("--user", ReferenceKind::User, users),
        };
        // What a file is warned of is no way to begin one.
        let problems = problems.sorted(&[]);
        if problems.is_empty() { Ok(Self(kinds)) } else { Err(problems) }
    }

    /// What has to be asked of the server to resolve it.
    pub fn lookups(&self) -> Lookups {
        Document { scope: Some(self.scope()), ..Document::default() }.lookups()
    }

    pub(super) fn resolve(&self, names: &Names<'_>) -> Result<ResolvedScope, Vec<Diagnostic>> {
        let ResolvedSettings { scope, mut unresolved, warnings, .. } =
            ResolvedSettings::resolve(Some(&self.scope()), &[], names);
        // Whoever names a pattern means something by it.
        unresolved.extend(warnings);
        if unresolved.is_empty() { Ok(scope.unwrap_or_default()) } else { Err(unresolved) }
    }

    fn scope(&self) -> Scope {
        let Self(include) = self;
        Scope { span: TextSpan::START.span(&"export".into()), include: include.clone(), exclude: Kinds::default() }
    }

    /// The key `scope` of a file.
    pub(super) fn written(&self) -> String {
        let kinds: Vec<_> = self.kinds().into_iter().filter(|it| !it.selectors.is_empty()).collect();
        if kinds.is_empty() {
            return "scope: all\n\n".to_owned();
        }
        let mut text = "scope:\n".to_owned();
        for Named { key, flag: _, kind, selectors } in kinds {
            text += &list("  ", key, selectors.iter().map(|it| Written::plain(written(it, kind))));
        }
        text + "\n"
    }

    fn kinds(&self) -> [Named<'_>; 4] {
        let Self(Kinds { offerings, resources, roles, users }) = self;
        let named = |key, flag, kind, selectors| Named { key, flag, kind, selectors };
        [
            named("offerings", "--offering", ReferenceKind::Offering, offerings.as_deref().unwrap_or_default()),
            named("resources", "--resource", ReferenceKind::Resource, resources.as_deref().unwrap_or_default()),
            named("roles", "--role", ReferenceKind::Role, roles.as_deref().unwrap_or_default()),
            named("users", "--user", ReferenceKind::User, users.as_deref().unwrap_or_default()),
        ]
    }
}

/// What is named of one kind.
struct Named<'a> {
    /// Its key in a scope.
    key: &'static str,
    /// Its flag on the command line.
    flag: &'static str,
    kind: ReferenceKind,
    selectors: &'a [Selector],
}

/// In the words that were read.
fn written(selector: &Selector, kind: ReferenceKind) -> String {
    match selector {
        Selector::Pattern { pattern, .. } => scalar(pattern),
        Selector::One(reference) => again(reference, kind),
    }
}

/// The flags that name it, each after a space, quoted for a shell where it needs that.
impl fmt::Display for ExportFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Named { key: _, flag, kind, selectors } in self.kinds() {
            for selector in selectors {
                let text = match selector {
                    Selector::Pattern { pattern, .. } => pattern.to_string(),
                    Selector::One(reference) => unquoted(reference, kind),
                };
                write!(f, " {flag} {}", in_a_shell(&text))?;
            }
        }
        Ok(())
    }
}

/// Bare text is not YAML on the command line, so that it needs no quotes there.
fn unquoted(reference: &Reference, kind: ReferenceKind) -> String {
    match (reference.only_name(), reference.only_id()) {
        (Some(name), _) if is_name(name) => name.to_owned(),
        (_, Some(id)) => id.simple().to_string(),
        _ => again(reference, kind),
    }
}

fn in_a_shell(text: &str) -> String {
    let safe = |it: char| it.is_ascii_alphanumeric() || "_-./@:+=".contains(it);
    if text.chars().all(safe) && !text.is_empty() {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
