//! Steps that are left for a later pass.

use std::collections::BTreeSet;

use super::gates;
use crate::binding::{Binding, ResourceId, UserId};
use crate::plan::{Creation, Removal, Why};

/// A step that is left for a later pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deferred {
    /// This is not created.
    Creation(Binding),
    /// This exists although it is not listed: it is not created, and nothing waits for it.
    Exists(Binding),
    /// No row of this is removed, whatever its id: who puts it back makes a new one.
    Removal(Binding),
    /// The end of this is not changed.
    End(Binding),
}

impl Deferred {
    /// Leaves a creation.
    pub const fn of_creation(creation: &Creation) -> Self {
        let binding = creation.binding;
        if creation.row.is_some() { Self::End(binding) } else { Self::Creation(binding) }
    }

    /// Leaves a removal.
    pub const fn of_removal(Removal { link, why, origins: _ }: &Removal) -> Self {
        if let Why::EndsEarlier(_) = why { Self::End(link.binding) } else { Self::Removal(link.binding) }
    }
}

/// What is left for a later pass, and what has to wait with it.
#[derive(Debug)]
pub struct DeferredSteps<'a> {
    steps: &'a BTreeSet<Deferred>,
    /// Where and for whom something is not created.
    missing: BTreeSet<(ResourceId, UserId)>,
}

impl<'a> DeferredSteps<'a> {
    /// Leaves these.
    pub fn new(steps: &'a BTreeSet<Deferred>) -> Self {
        let missing = steps.iter().filter_map(|it| match it {
            Deferred::Creation(binding) => Some(binding.pair()),
            Deferred::Exists(_) | Deferred::Removal(_) | Deferred::End(_) => None,
        });
        Self { steps, missing: missing.collect() }
    }

    /// Whether this is not created now.
    pub fn creation(&self, creation: &Creation) -> bool {
        let exists = creation.row.is_none() && self.steps.contains(&Deferred::Exists(creation.binding));
        exists || self.steps.contains(&Deferred::of_creation(creation))
    }

    /// Whether this is not removed now. No gap: what a creation that is left is to replace waits with it, and what ended
    /// does not, as in [`crate::report::Replacements`].
    pub fn removal(&self, removal: &Removal) -> bool {
        let binding = removal.link.binding;
        let replaced = gates::waits_for_replacement(removal);
        self.steps.contains(&Deferred::of_removal(removal)) || (replaced && self.missing.contains(&binding.pair()))
    }
}
