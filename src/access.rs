//! Who has access: one row per live link, with all that is known of it.

use jiff::Timestamp;
use serde::Serialize;

use crate::binding::{Binding, Link};
use crate::desired::{Desired, Origin, Phase};
use crate::directory::Directory;
use crate::history::{Fact, FactKind, FactOutcome};
use crate::snapshot::Snapshot;

/// A person with a role on a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessRow {
    /// The username.
    pub username: String,
    /// The person; may be empty.
    pub full_name: String,
    /// The name of the resource.
    pub resource: String,
    /// The name of its offering.
    pub offering: String,
    /// The name of the role.
    pub role: String,
    /// Since when, if that is known.
    pub since: Option<Timestamp>,
    /// The username of who gave it, if that is known.
    pub by: Option<String>,
    /// The commit that asked for it, if that is known.
    pub commit: Option<String>,
    /// The reasons that the lines give.
    pub reason: String,
    /// When it ends; absent: never.
    pub until: Option<Timestamp>,
    /// The lines that ask for it now.
    pub declared_at: String,
    /// The groups that the user is a member of there.
    pub groups: String,
    /// Whether `protect` names the user.
    pub protected: bool,
    /// Whether the account is not active; absent if nobody asked.
    pub deactivated: Option<bool>,
    /// The ids.
    pub ids: Binding,
}

/// What a review rests on.
#[derive(Debug, Clone, Copy)]
pub struct AccessInput<'a> {
    /// What is live.
    pub snapshot: &'a Snapshot,
    /// What is wanted.
    pub desired: &'a Desired,
    /// What things are called.
    pub directory: &'a Directory,
    /// What happened.
    pub facts: &'a [Fact],
    /// Now.
    pub now: Timestamp,
}

/// The rows of all live links, by resource, role and user.
pub fn access(input: AccessInput<'_>) -> Vec<AccessRow> {
    let mut rows: Vec<_> = input.snapshot.links.iter().map(|it| row(it, input)).collect();
    let key = |it: &AccessRow| (it.offering.clone(), it.resource.clone(), it.role.clone(), it.username.clone(), it.ids);
    rows.sort_by_cached_key(key);
    rows
}

fn row(link: &Link, AccessInput { snapshot, desired, directory, facts, now }: AccessInput<'_>) -> AccessRow {
    let binding = link.binding;
    let resource = directory.resources.get(&binding.resource);
    let user = directory.users.get(&binding.user).or_else(|| snapshot.users.get(&binding.user));
    let wanted = desired.get(&binding);
    let alive = |it: &&Origin| it.life.phase(now) == Phase::Alive;
    let origins: Vec<&Origin> = wanted.iter().flat_map(|it| it.origins.iter()).filter(alive).collect();
    let mut row = AccessRow {
        username: user.map(|it| it.username.clone()).unwrap_or_default(),
        full_name: user.map(|it| it.full_name.clone()).unwrap_or_default(),
        resource: resource.map(|it| it.name.clone()).unwrap_or_default(),
        offering: resource.map(|it| it.offering_name.clone()).unwrap_or_default(),
        role: directory.roles.get(&binding.role).map(|it| it.name.clone()).unwrap_or_default(),
        since: link.created,
        by: None,
        commit: None,
        reason: listed(origins.iter().filter_map(|it| it.reason.as_deref().map(str::to_owned))),
        until: link.ends.or_else(|| end(&origins)),
        declared_at: listed(origins.iter().map(|it| it.span.to_string())),
        groups: listed(origins.iter().filter(|it| !it.groups.is_empty()).map(|it| it.groups.join(" → "))),
        protected: desired.protected.contains(&binding.user),
        deactivated: user.and_then(|it| it.active).map(|it| !it),
        ids: binding,
    };
    if let Some(made) = facts.iter().rev().find(|it| is_creation_of(it, &row)) {
        row.since = row.since.or(Some(made.at));
        row.by.clone_from(&made.by);
        row.commit = made.commit().map(str::to_owned);
    }
    row
}

/// The log knows names only.
fn is_creation_of(fact: &Fact, row: &AccessRow) -> bool {
    let is_it = match fact.ids {
        Some(ids) => ids == row.ids,
        None => fact.user == row.username && fact.role == row.role && fact.resource == row.resource,
    };
    is_it && fact.what == FactKind::Created && fact.outcome == FactOutcome::Done
}

/// When the last line ends, if all of them do.
fn end(origins: &[&Origin]) -> Option<Timestamp> {
    let ends: Option<Vec<_>> = origins.iter().map(|it| it.life.until).collect();
    ends?.into_iter().max()
}

fn listed(parts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<_> = parts.collect();
    parts.dedup();
    parts.join("; ")
}
