//! Which facts are asked for.

use jiff::Timestamp;

use super::Fact;

/// Which facts are asked for; an empty list asks for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FactFilter {
    /// Not before.
    pub since: Option<Timestamp>,
    /// Of one of these users, by username or id.
    pub users: Vec<String>,
    /// On one of these resources, by name or id.
    pub resources: Vec<String>,
    /// With one of these roles, by name or id.
    pub roles: Vec<String>,
    /// Of this pass.
    pub pass: Option<String>,
    /// Of this commit: the beginning of its id.
    pub commit: Option<String>,
}

impl FactFilter {
    /// Whether a fact is asked for.
    pub fn meets(&self, fact: &Fact) -> bool {
        let Self { since, users, resources, roles, pass, commit } = self;
        let ids = fact.ids;
        since.is_none_or(|it| fact.at >= it)
            && meets(users, &fact.user, ids.map(|it| it.user.to_string()).as_deref())
            && meets(resources, &fact.resource, ids.map(|it| it.resource.to_string()).as_deref())
            && meets(roles, &fact.role, ids.map(|it| it.role.to_string()).as_deref())
            && pass.as_ref().is_none_or(|it| fact.pass.as_ref().is_some_and(|of| of.pass == *it))
            && commit.as_ref().is_none_or(|it| fact.commit().is_some_and(|of| of.starts_with(it.as_str())))
    }
}

fn meets(asked: &[String], name: &str, id: Option<&str>) -> bool {
    let is_it = |it: &String| it == name || id.is_some_and(|id| *id == it.replace('-', "").to_lowercase());
    asked.is_empty() || asked.iter().any(is_it)
}
