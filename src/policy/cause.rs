//! Why a step is decided: because of the change to the files, or because the world was different already.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::Decision;
use crate::binding::{Binding, LinkId};
use crate::plan::{Creation, End, Held, Removal, Skip, Skipped};

/// What is decided about a binding that is not live, or about a row that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intent {
    /// The binding is created.
    Create,
    /// The binding is wanted, and not created.
    Skip,
    /// The row is removed.
    Remove,
    /// The row gets another end.
    SetEnd,
    /// The row would be removed or end earlier, and doubt holds it.
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

/// A binding, the row that stands for it if there is one, and the end if that gets another one: a change of the files
/// that asks for yet another end is a change.
type Key = (Binding, Option<LinkId>, Option<End>);

fn created(it: &Creation) -> Key {
    (it.binding, it.row.map(|it| it.id), it.end_change().map(|it| it.ends))
}

fn removed(it: &Removal) -> Key {
    (it.link.binding, Some(it.link.id), it.end_change().map(|it| it.ends))
}

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
        let still: BTreeSet<_> = after.keys().map(|(binding, link, _)| (*binding, *link)).collect();
        let gone = before.iter().filter(|((binding, link, _), _)| !still.contains(&(*binding, *link)));
        let fixed = gone.map(|((binding, link, _), intent)| Fixed { binding: *binding, link: *link, intent: *intent });
        let fixed = fixed.collect();
        let such = |is: fn(Intent, Intent) -> bool| {
            let such = after.iter().filter(|(key, now)| before.get(key).is_some_and(|then| is(*then, **now)));
            such.map(|(key, _)| *key).collect()
        };
        Self { drift: such(drifts), stopped: such(stops), fixed, before }
    }

    /// Why a binding is created.
    pub fn of_creation(&self, creation: &Creation) -> Cause {
        self.of(&created(creation))
    }

    /// Why a binding is wanted and not created.
    pub fn of_skipped(&self, Skipped { creation, why: _ }: &Skipped) -> Cause {
        self.of_creation(creation)
    }

    /// Why a row is removed.
    pub fn of_removal(&self, removal: &Removal) -> Cause {
        self.of(&removed(removal))
    }

    /// Why a row would be removed.
    pub fn of_held(&self, Held { removal, hold: _ }: &Held) -> Cause {
        self.of_removal(removal)
    }

    /// What would be decided about a binding without the change.
    pub fn without(&self, creation: &Creation) -> Option<Intent> {
        self.before.get(&created(creation)).copied()
    }

    /// What would be decided about a row without the change.
    pub fn without_removal(&self, removal: &Removal) -> Option<Intent> {
        self.before.get(&removed(removal)).copied()
    }

    /// Whether a row would be removed, and is not because of the change.
    pub fn stop_removal(&self, removal: &Removal) -> bool {
        self.stopped.contains(&removed(removal))
    }

    /// Whether a binding would be created, and is not because of the change.
    pub fn stop_creation(&self, creation: &Creation) -> bool {
        self.stopped.contains(&created(creation))
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
        Intent::Create | Intent::Skip | Intent::Remove | Intent::SetEnd | Intent::Hold => then == now,
        Intent::Limit => then.is_sent() || then == Intent::Limit,
        Intent::Withhold => then.is_sent() || matches!(then, Intent::Limit | Intent::Withhold),
    }
}

/// What is due as before, and the change keeps it from being sent.
fn stops(then: Intent, now: Intent) -> bool {
    then.is_sent() && matches!(now, Intent::Limit | Intent::Withhold)
}

impl Intent {
    const fn is_sent(self) -> bool {
        matches!(self, Self::Create | Self::Remove | Self::SetEnd)
    }
}

fn intents(Decision { plan, approved, withheld, limited: _ }: &Decision) -> BTreeMap<Key, Intent> {
    let held = |it: &Held| if it.hold.is_limit() { Intent::Limit } else { Intent::Hold };
    let skip = |it: &Skipped| if it.why == Skip::Limit { Intent::Limit } else { Intent::Skip };
    let creations = approved.creations().iter().map(|it| (created(it), Intent::Create));
    let removals = approved.removals().iter().map(|it| (removed(it), Intent::Remove));
    let later = approved.lengthenings().iter().map(|it| (created(it), Intent::SetEnd));
    let earlier = approved.shortenings().iter().map(|it| (removed(it), Intent::SetEnd));
    let skipped = plan.skipped.iter().map(|it| (created(&it.creation), skip(it)));
    let held = plan.held.iter().map(|it| (removed(&it.removal), held(it)));
    let not_created = withheld.creations.iter().map(|it| (created(it), Intent::Withhold));
    let not_removed = withheld.removals.iter().map(|it| (removed(it), Intent::Withhold));
    let sent = creations.chain(removals).chain(later).chain(earlier);
    sent.chain(skipped).chain(held).chain(not_created).chain(not_removed).collect()
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Change => "in this change",
            Self::Drift => "already different before it",
        })
    }
}
