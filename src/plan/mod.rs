//! The decision: which links to create, which to remove, which to leave, and why.
//!
//! A pure function of what is wanted, what names mean, what is live and what time it is. It is total, and its answer
//! does not depend on the order of lines or rows.

mod compare;
mod doubts;
mod end;
mod ends;
mod incomplete;
mod keeper;
mod roles;
mod step;

pub use compare::{CLOCKS_AGREE, plan};
pub use end::End;
pub use keeper::keeper;
pub use roles::{NewRole, RolePlan, plan_roles};
pub use step::{BindingPart, Creation, EndChange, Held, Hold, Keep, Kept, Removal, Removed, Skip, Skipped, Why};

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::binding::{Binding, Link, ResourceId};
use crate::diagnostic::Diagnostic;
use crate::snapshot::IncompleteLink;

/// Everything one pass intends, decided before anything is changed. Every list is in the order of bindings.
///
/// Every live link is in exactly one of `removals`, `held`, `kept`, `in_sync` and `outside`. Every binding that is wanted
/// now has one link in `in_sync`, or is in exactly one of `creations` and `skipped`. Where the server keeps ends, a link
/// that stays may be in one more list: in `creations` or `skipped` if it is to last longer, in `removals` or `held` if it
/// is to end earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Which server it is for, as in [`Observation`](crate::snapshot::Observation).
    pub server: String,
    /// The instant it was made for.
    pub now: Timestamp,
    /// Links came and went while they were read, so that this plan may not be the whole of it.
    pub changing: bool,
    /// Links to create, and those to last longer.
    pub creations: Vec<Creation>,
    /// Links to remove, and those to end earlier.
    pub removals: Vec<Removal>,
    /// Links that would be removed or end earlier, were there no doubt about it.
    pub held: Vec<Held>,
    /// Bindings that are wanted and not created, and links that do not last longer although that is wanted.
    pub skipped: Vec<Skipped>,
    /// Links that nobody asks for and that stay all the same.
    pub kept: Vec<Kept>,
    /// Links that are wanted.
    pub in_sync: Vec<Link>,
    /// Links outside the scope.
    pub outside: Vec<Link>,
    /// Rows in scope that the server does not show in full. They are no links, and what they could be is left alone.
    pub incomplete: Vec<IncompleteLink>,
    /// Bindings wanted now, and settings, that could not be resolved in full.
    pub unresolved: usize,
    /// What is wrong: references of lines wanted now, and of settings, that could not be resolved.
    pub problems: Vec<Diagnostic>,
    /// Worth saying: references of lines not wanted now that could not be resolved, and what else was noticed.
    pub warnings: Vec<Diagnostic>,
    /// Without a scope: the resources that are named, since limits count only those.
    pub counted: Option<BTreeSet<ResourceId>>,
}

impl Plan {
    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.creations.is_empty() && self.removals.is_empty()
    }

    /// Bindings to create: those of creations that have no row yet.
    pub fn created(&self) -> impl Iterator<Item = Binding> {
        self.creations.iter().filter(|it| it.row.is_none()).map(|it| it.binding)
    }

    /// Links to remove, whether or not something holds that.
    pub fn removed(&self) -> impl Iterator<Item = Link> {
        let all = self.removals.iter().chain(self.held.iter().map(|it| &it.removal));
        all.filter(|it| it.end_change().is_none()).map(|it| it.link)
    }

    /// How many links are to end at another time, whether or not something holds that.
    pub fn end_changes(&self) -> usize {
        let later = self.creations.iter().filter(|it| it.row.is_some()).count();
        let held = self.held.iter().map(|it| &it.removal);
        later + self.removals.iter().chain(held).filter(|it| it.end_change().is_some()).count()
    }

    /// Rows that stand for a binding another row stands for already.
    pub fn duplicates(&self) -> usize {
        let held = self.held.iter().map(|it| &it.removal);
        self.removals.iter().chain(held).filter(|it| it.why == Why::Duplicate).count()
    }

    /// The row that stays for a wanted binding, whatever becomes of its duplicates.
    pub fn keeper(&self, binding: &Binding) -> Option<Link> {
        let at = self.in_sync.binary_search_by_key(binding, |it| it.binding);
        at.ok().map(|at| self.in_sync[at])
    }

    /// Whether something is not as the files say, as far as a person has to do something: unresolved, outside of the files'
    /// own scope, for longer than another automation keeps it, or not shown in full by the server.
    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty()
            || !self.incomplete.is_empty()
            || self.skipped.iter().any(|it| matches!(it.why, Skip::OutsideScope | Skip::Managed))
    }
}
