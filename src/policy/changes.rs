//! What a decision comes to, for somebody who said yes to another one: is it still the same?

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::Decision;
use crate::binding::{Binding, Link, LinkId};
use crate::plan::{Creation, End, EndChange, Removal, Skip};

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
    /// Links that get another end, with that.
    pub ends: BTreeSet<(Link, End)>,
    /// Links that limits keep from getting another end, with that.
    pub held_ends: BTreeSet<(Link, End)>,
}

/// What becomes of a binding or a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlannedAction {
    /// Nothing.
    Nothing,
    /// It is created.
    #[serde(rename = "create")]
    Created,
    /// It is removed.
    #[serde(rename = "remove")]
    Removed,
    /// It gets another end.
    #[serde(rename = "set-end")]
    EndSet,
    /// It would be created or removed or get another end, and a limit holds it.
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
    /// The other end, if it is about that.
    pub end: Option<End>,
    /// What the first set says.
    pub then: PlannedAction,
    /// What the second one says.
    pub now: PlannedAction,
}

impl ChangeSet {
    /// What this decision comes to.
    pub fn of(decision: &Decision) -> Self {
        let Decision { plan, approved, withheld: _, limited: _ } = decision;
        let held = || plan.held.iter().filter(|it| it.hold.is_limit()).map(|it| &it.removal);
        let held_creations = || plan.skipped.iter().filter(|it| it.why == Skip::Limit).map(|it| &it.creation);
        let to = |it: EndChange<'_>| (it.link, it.ends);
        let later = held_creations().filter_map(Creation::end_change);
        let earlier = held().filter_map(Removal::end_change);
        Self {
            creations: approved.creations().iter().map(|it| it.binding).collect(),
            removals: approved.removals().iter().map(|it| it.link).collect(),
            held: held().filter(|it| it.end_change().is_none()).map(|it| it.link).collect(),
            held_creations: held_creations().filter(|it| it.row.is_none()).map(|it| it.binding).collect(),
            ends: approved.end_changes().map(to).collect(),
            held_ends: later.chain(earlier).map(to).collect(),
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
            end: key.2,
            then: then.get(&key).copied().unwrap_or(PlannedAction::Nothing),
            now: now.get(&key).copied().unwrap_or(PlannedAction::Nothing),
        });
        all.filter(|it| it.then != it.now).collect()
    }

    fn fates(&self) -> BTreeMap<(Binding, Option<LinkId>, Option<End>), PlannedAction> {
        let Self { creations, removals, held, held_creations, ends, held_ends } = self;
        let new = |binding: &Binding, fate| ((*binding, None, None), fate);
        let row = |link: &Link, end, fate| ((link.binding, Some(link.id), end), fate);
        let creations = creations.iter().map(|it| new(it, PlannedAction::Created));
        let removals = removals.iter().map(|it| row(it, None, PlannedAction::Removed));
        let ends = ends.iter().map(|(it, end)| row(it, Some(*end), PlannedAction::EndSet));
        let held = held.iter().map(|it| row(it, None, PlannedAction::Held));
        let held_creations = held_creations.iter().map(|it| new(it, PlannedAction::Held));
        let held_ends = held_ends.iter().map(|(it, end)| row(it, Some(*end), PlannedAction::Held));
        creations.chain(removals).chain(ends).chain(held).chain(held_creations).chain(held_ends).collect()
    }
}

impl fmt::Display for PlannedAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Nothing => "nothing",
            Self::Created => "create",
            Self::Removed => "remove",
            Self::EndSet => "set-end",
            Self::Held => "hold",
        })
    }
}
