//! Why a step is in a plan: because of the change to the files, or because the world was different already.

use std::collections::BTreeMap;
use std::fmt;

use crate::binding::{Binding, Link, LinkId};
use crate::plan::{Creation, Held, Hold, Plan, Removal, Skipped};

/// What a plan intends for a binding that is not live, or for a row that is.
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
}

/// Why a step is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The files before the change would not do it.
    Change,
    /// The files before the change would do the same: somebody changed something elsewhere, or time did.
    Drift,
}

/// A binding, and the row that stands for it if there is one.
type Key = (Binding, Option<LinkId>);

/// Two plans against the same live links, one from the files before a change and one from those after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Causes {
    before: BTreeMap<Key, Intent>,
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
    /// What would be done without the change.
    pub intent: Intent,
}

impl Causes {
    /// Compares both plans. Where the files before the change could not be used, nothing would have been done with them.
    ///
    /// Limits are no cause: they are not looked at, so that what drifted is drift even where a change makes so much of
    /// it that limits hold all.
    pub fn new(base: Option<&Plan>, head: &Plan) -> Self {
        let (before, after) = (base.map(intents).unwrap_or_default(), intents(head));
        let gone = before.iter().filter(|(key, _)| !after.contains_key(key));
        let fixed = gone.map(|((binding, link), intent)| Fixed { binding: *binding, link: *link, intent: *intent });
        Self { fixed: fixed.collect(), before }
    }

    /// Why a binding is created.
    pub fn of_creation(&self, Creation { binding, origins: _ }: &Creation) -> Cause {
        self.of((*binding, None), Intent::Create)
    }

    /// Why a binding is wanted and not created.
    pub fn of_skipped(&self, Skipped { creation, why: _ }: &Skipped) -> Cause {
        self.of((creation.binding, None), Intent::Skip)
    }

    /// Why a row is removed.
    pub fn of_removal(&self, Removal { link, why: _, origins: _ }: &Removal) -> Cause {
        self.of((link.binding, Some(link.id)), Intent::Remove)
    }

    /// Why a row would be removed.
    pub fn of_held(&self, Held { removal: Removal { link, .. }, hold }: &Held) -> Cause {
        // What only limits hold is intended all the same.
        let intent = if *hold == Hold::Limit { Intent::Remove } else { Intent::Hold };
        self.of((link.binding, Some(link.id)), intent)
    }

    fn of(&self, key: Key, intent: Intent) -> Cause {
        if self.before.get(&key) == Some(&intent) { Cause::Drift } else { Cause::Change }
    }
}

fn intents(plan: &Plan) -> BTreeMap<Key, Intent> {
    let Plan { creations, removals, held, skipped, .. } = plan;
    let row = |link: &Link, intent| ((link.binding, Some(link.id)), intent);
    let creations = creations.iter().map(|it| ((it.binding, None), Intent::Create));
    let skipped = skipped.iter().map(|it| ((it.creation.binding, None), Intent::Skip));
    let removals = removals.iter().map(|it| row(&it.link, Intent::Remove));
    let held = held.iter().map(|it| row(&it.removal.link, Intent::Hold));
    creations.chain(skipped).chain(removals).chain(held).collect()
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Change => "because of this change",
            Self::Drift => "already different before it",
        })
    }
}
