//! Why a step is decided: because of the change to the files, or because the world was different already.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::Decision;
use crate::binding::{Binding, Link, LinkId};
use crate::plan::{Creation, Held, Removal, Skip, Skipped};

/// What is decided about a binding that is not live, or about a row that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intent {
    /// The binding is created.
    Create,
    /// The binding is wanted, and not created.
    Skip,
    /// The row is removed.
    Remove,
    /// The row would be removed, and doubt holds it.
    Hold,
    /// The binding would be created or the row removed, and a limit holds it.
    Limit,
    /// The binding would be created or the row removed, and less is asked for.
    Withhold,
}

/// Why a step is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The files before the change would not bring it about.
    Change,
    /// The files before the change would bring about the same: the server, or time, is what moved.
    Drift,
}

/// A binding, and the row that stands for it if there is one.
type Key = (Binding, Option<LinkId>);

/// Two decisions about the same live links, one by the files before a change and one by those after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Causes {
    before: BTreeMap<Key, Intent>,
    /// What is due after the change and was before it.
    drift: BTreeSet<Key>,
    /// What would be sent before the change, and is held by a limit or withheld after it.
    stopped: BTreeSet<Key>,
    /// What the files before the change would do, and those after it need not, in the order of bindings.
    pub fixed: Vec<Fixed>,
}

/// A step that a change makes needless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fixed {
    /// What it is about.
    pub binding: Binding,
    /// The row, if there is one.
    pub link: Option<LinkId>,
    /// What would be decided without the change.
    pub intent: Intent,
}

impl Causes {
    /// Compares both decisions. Where the files before the change could not be used, nothing would have been done with
    /// them.
    pub fn new(base: Option<&Decision>, head: &Decision) -> Self {
        let (before, after) = (base.map(intents).unwrap_or_default(), intents(head));
        let gone = before.iter().filter(|(key, _)| !after.contains_key(key));
        let fixed = gone.map(|((binding, link), intent)| Fixed { binding: *binding, link: *link, intent: *intent });
        let fixed = fixed.collect();
        let such = |is: fn(Intent, Intent) -> bool| {
            let such = after.iter().filter(|(key, now)| before.get(key).is_some_and(|then| is(*then, **now)));
            such.map(|(key, _)| *key).collect()
        };
        Self { drift: such(drifts), stopped: such(stops), fixed, before }
    }

    /// Why a binding is created.
    pub fn of_creation(&self, Creation { binding, origins: _ }: &Creation) -> Cause {
        self.of(&(*binding, None))
    }

    /// Why a binding is wanted and not created.
    pub fn of_skipped(&self, Skipped { creation, why: _ }: &Skipped) -> Cause {
        self.of_creation(creation)
    }

    /// Why a row is removed.
    pub fn of_removal(&self, Removal { link, why: _, origins: _ }: &Removal) -> Cause {
        self.of(&(link.binding, Some(link.id)))
    }

    /// Why a row would be removed.
    pub fn of_held(&self, Held { removal, hold: _ }: &Held) -> Cause {
        self.of_removal(removal)
    }

    /// What would be decided about a binding without the change.
    pub fn without(&self, creation: &Creation) -> Option<Intent> {
        self.before.get(&(creation.binding, None)).copied()
    }

    /// What would be decided about a row without the change.
    pub fn without_removal(&self, Removal { link, why: _, origins: _ }: &Removal) -> Option<Intent> {
        self.before.get(&(link.binding, Some(link.id))).copied()
    }

    /// Whether a row would be removed, and is not because of the change.
    pub fn stop_removal(&self, Removal { link, why: _, origins: _ }: &Removal) -> bool {
        self.stopped.contains(&(link.binding, Some(link.id)))
    }

    /// Whether a binding would be created, and is not because of the change.
    pub fn stop_creation(&self, creation: &Creation) -> bool {
        self.stopped.contains(&(creation.binding, None))
    }

    /// How many steps would be sent, and are not because of the change.
    pub fn stopped(&self) -> usize {
        self.stopped.len()
    }

    fn of(&self, key: &Key) -> Cause {
        if self.drift.contains(key) { Cause::Drift } else { Cause::Change }
    }
}

/// Whether what is due now was due before. Who gets a step sent that would have been held or withheld has caused it. What
/// is held by a limit or withheld, on the other hand, is nobody's doing: it stays drift, even where a change makes so much
/// of it that limits hold all.
fn drifts(then: Intent, now: Intent) -> bool {
    match now {
        Intent::Create | Intent::Skip | Intent::Remove | Intent::Hold => then == now,
        Intent::Limit => matches!(then, Intent::Create | Intent::Remove | Intent::Limit),
        Intent::Withhold => matches!(then, Intent::Create | Intent::Remove | Intent::Limit | Intent::Withhold),
    }
}

/// What is due as before, and the change keeps it from being sent.
fn stops(then: Intent, now: Intent) -> bool {
    matches!(then, Intent::Create | Intent::Remove) && matches!(now, Intent::Limit | Intent::Withhold)
}

fn intents(Decision { plan, approved, withheld, limited: _ }: &Decision) -> BTreeMap<Key, Intent> {
    let row = |link: &Link, intent| ((link.binding, Some(link.id)), intent);
    let held = |it: &Held| if it.hold.is_limit() { Intent::Limit } else { Intent::Hold };
    let skip = |it: &Skipped| if it.why == Skip::Limit { Intent::Limit } else { Intent::Skip };
    let creations = approved.creations().iter().map(|it| ((it.binding, None), Intent::Create));
    let removals = approved.removals().iter().map(|it| row(&it.link, Intent::Remove));
    let skipped = plan.skipped.iter().map(|it| ((it.creation.binding, None), skip(it)));
    let held = plan.held.iter().map(|it| row(&it.removal.link, held(it)));
    let not_created = withheld.creations.iter().map(|it| ((it.binding, None), Intent::Withhold));
    let not_removed = withheld.removals.iter().map(|it| row(&it.link, Intent::Withhold));
    creations.chain(removals).chain(skipped).chain(held).chain(not_created).chain(not_removed).collect()
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Change => "because of this change",
            Self::Drift => "already different before it",
        })
    }
}
