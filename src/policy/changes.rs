//! What a decision comes to, for somebody who said yes to another one: is it still the same?

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::Decision;
use crate::binding::{Binding, Link, LinkId};
use crate::plan::Skip;

/// What would be sent, and what limits alone keep from being sent. Nothing else of a decision is in it: links that stay,
/// links of other people's scope and reasons may differ between two decisions that do the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// Bindings to create.
    pub creations: BTreeSet<Binding>,
    /// Links to remove.
    pub removals: BTreeSet<Link>,
    /// Links that limits hold.
    pub held: BTreeSet<Link>,
    /// Bindings to create that limits hold.
    pub held_creations: BTreeSet<Binding>,
}

/// What becomes of a binding or a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Nothing.
    Nothing,
    /// It is created.
    #[serde(rename = "create")]
    Created,
    /// It is removed.
    #[serde(rename = "remove")]
    Removed,
    /// It would be created or removed, and a limit holds it.
    #[serde(rename = "hold")]
    Held,
}

/// One thing that two change sets do not agree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Difference {
    /// About whom and what.
    pub binding: Binding,
    /// The row, if it is about one that is there.
    pub link: Option<LinkId>,
    /// What the first set says.
    pub then: Fate,
    /// What the second one says.
    pub now: Fate,
}

impl ChangeSet {
    /// What this decision comes to.
    pub fn of(decision: &Decision) -> Self {
        let Decision { plan, approved, withheld: _, limited: _ } = decision;
        let held = plan.held.iter().filter(|it| it.hold.is_limit());
        let held_creations = plan.skipped.iter().filter(|it| it.why == Skip::Limit);
        Self {
            creations: approved.creations().iter().map(|it| it.binding).collect(),
            removals: approved.removals().iter().map(|it| it.link).collect(),
            held: held.map(|it| it.removal.link).collect(),
            held_creations: held_creations.map(|it| it.creation.binding).collect(),
        }
    }

    /// What differs between this one, made earlier, and another one, in the order of bindings; nothing, if they are
    /// the same.
    pub fn differences(&self, now: &Self) -> Vec<Difference> {
        let (then, now) = (self.fates(), now.fates());
        let keys: BTreeSet<_> = then.keys().chain(now.keys()).copied().collect();
        let all = keys.into_iter().map(|key| Difference {
            binding: key.0,
            link: key.1,
            then: then.get(&key).copied().unwrap_or(Fate::Nothing),
            now: now.get(&key).copied().unwrap_or(Fate::Nothing),
        });
        all.filter(|it| it.then != it.now).collect()
    }

    fn fates(&self) -> BTreeMap<(Binding, Option<LinkId>), Fate> {
        let Self { creations, removals, held, held_creations } = self;
        let row = |link: &Link, fate| ((link.binding, Some(link.id)), fate);
        let creations = creations.iter().map(|it| ((*it, None), Fate::Created));
        let removals = removals.iter().map(|it| row(it, Fate::Removed));
        let waiting = held_creations.iter().map(|it| ((*it, None), Fate::Held));
        creations.chain(removals).chain(held.iter().map(|it| row(it, Fate::Held))).chain(waiting).collect()
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Nothing => "nothing",
            Self::Created => "create",
            Self::Removed => "remove",
            Self::Held => "hold",
        })
    }
}
