//! Rows that the server does not show in full: what they could be is neither created nor removed.

use std::collections::BTreeSet;

use crate::binding::{Binding, ResourceId};
use crate::desired::{Desired, Pattern};
use crate::directory::Directory;
use crate::snapshot::IncompleteLink;

/// The incomplete rows that could be about what the files are about, ready to be asked.
pub(super) struct Incomplete {
    /// Resources with such a row.
    resources: BTreeSet<ResourceId>,
    /// Rows whose resource is not shown.
    elsewhere: Vec<IncompleteLink>,
    rows: Vec<IncompleteLink>,
}

impl Incomplete {
    pub(super) fn new(rows: &[IncompleteLink], desired: &Desired, directory: &Directory) -> Self {
        let mut rows: Vec<_> = rows.iter().copied().filter(|it| concerns(it, desired, directory)).collect();
        rows.sort_unstable();
        rows.dedup();
        Self {
            resources: rows.iter().filter_map(|it| it.resource).collect(),
            elsewhere: rows.iter().copied().filter(|it| it.resource.is_none()).collect(),
            rows,
        }
    }

    /// Whether one of them could be this binding, or is on its resource.
    pub(super) fn blocks(&self, binding: &Binding) -> bool {
        self.resources.contains(&binding.resource) || self.elsewhere.iter().any(|it| it.blocks(binding))
    }

    /// All of them, in order.
    pub(super) fn into_rows(self) -> Vec<IncompleteLink> {
        self.rows
    }
}

/// Whether the row blocks anything in scope. On terminated resources nothing is created or removed anyway.
fn concerns(row: &IncompleteLink, desired: &Desired, directory: &Directory) -> bool {
    let IncompleteLink { id: _, resource, role, user } = *row;
    let blocked = match resource {
        Some(_) => Pattern { resource, role: None, user: None },
        None => Pattern { resource, role, user },
    };
    let terminated = resource.and_then(|it| directory.resources.get(&it)).is_some_and(|it| it.terminated);
    let ours = match &desired.scope {
        Some(scope) => scope.could_contain(&blocked, directory),
        None => resource.is_none_or(|it| desired.named.contains(&it)),
    };
    ours && !terminated
}
