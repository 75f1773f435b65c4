//! What each gate does to each kind of step: one table.
//!
//! A plan is made up of steps, and every step meets every gate. A fault is mostly a cell that nobody thought of: a new kind
//! of step is a new column, a new gate a new line, and the test of the table asks for each of their cells.

use super::LastSeen;
use super::limits::Set;
use crate::desired::Mode;
use crate::plan::{Creation, Removal, Why};
use jiff::{SignedDuration, Timestamp};

/// What ended so recently is ordinary: a typo in a date is seldom off by so little.
const LATELY: SignedDuration = SignedDuration::from_hours(48);
/// Until an end that is further away somebody will notice that it is wrong.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A kind of step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// A link is created.
    Create,
    /// A link is removed that no entry asks for.
    NotDeclared,
    /// A link is removed that entries ask for later.
    NotBegun,
    /// A link is removed whose entries ended lately, or since a pass saw it live and wanted.
    Ended,
    /// A link is removed whose entries ended before that.
    LongEnded,
    /// A second row of a binding is removed.
    Duplicate,
    /// A link gets a later end, or none.
    EndsLater,
    /// A link gets an earlier end, soon.
    EndsSoon,
    /// A link gets an earlier end that is more than 30 days away.
    EndsEarlier,
}

/// What a step has to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// It is outside the scope.
    Scope,
    /// The user is in `protect`.
    Protect,
    /// The resource is terminated.
    Terminated,
    /// The server does not show a row in full that is on the same resource, or could be it.
    Incomplete,
    /// There are several rows of it, and the server has no ids by which to remove one.
    Indistinct,
    /// The user is not active.
    Inactive,
    /// A reference in `protect` or `exclude` is unresolved.
    Settings,
    /// There is no scope, and no entry names the resource.
    NotNamed,
    /// Resource, role or user cannot be looked up.
    Unseen,
    /// An unresolved entry might mean it.
    Unresolved,
    /// The clocks differ, and an entry for it has a date.
    Clocks,
    /// A binding of the same user on the same resource is wanted and is not there.
    Replacement,
    /// It is a duplicate, and the row to keep is gone.
    Keeper,
    /// The server lets a user have one role on a resource, and this one has another.
    OneRole,
    /// The row is not as it was seen, or another row of the binding is there.
    Row,
    /// Another automation of the server keeps the link.
    Managed,
    /// More than `limits` allows, in one pass.
    Limits,
    /// More than `limits` allows, in the last 24 hours.
    Day,
    /// `mode: add-only` or `--no-removals`.
    AddOnly,
    /// `mode: observe`.
    Observe,
    /// `--only` names others.
    Only,
    /// It comes back again and again.
    DeferredSteps,
    /// The files have not been quiet for long enough.
    Quiet,
    /// The server's list may lack links that exist.
    StaleList,
    /// Files have vanished since the last pass of the agent.
    Vanished,
    /// `apply` asks whoever started it.
    Prompt,
}

/// What a gate does to a step that meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Nothing.
    Passes,
    /// Its link is left alone, and counted.
    Leaves,
    /// It is not created, and that is said.
    Skips,
    /// It is held until the reason is gone.
    Holds,
    /// It counts in this set, which is held as a whole until it is approved.
    Counts(Set),
    /// It is withheld: shown, and not sent.
    Withholds,
    /// Nothing is sent without a yes.
    PolicyInput,
    /// A step of this kind cannot meet this gate.
    Never,
}

/// The kinds, in the order of the columns.
pub const KINDS: [StepKind; 9] = [
    StepKind::Create,
    StepKind::NotDeclared,
    StepKind::NotBegun,
    StepKind::Ended,
    StepKind::LongEnded,
    StepKind::Duplicate,
    StepKind::EndsLater,
    StepKind::EndsSoon,
    StepKind::EndsEarlier,
];

/// The table: for each gate what it does to each kind, in the order of [`KINDS`].
#[rustfmt::skip]
pub const GATES: &[(Gate, [Effect; KINDS.len()])] = {
    use Effect::{PolicyInput, Counts, Holds, Leaves, Never, Passes, Skips, Withholds};
    use Set::{Creations, Ended, Removals};
    &[
//                   create             not declared      not begun         ended      long ended     duplicate  ends later         ends soon         ends earlier
        (Gate::Scope,       [Skips,             Leaves,           Leaves,           Leaves,    Leaves,        Leaves,    Leaves,            Leaves,           Leaves]),
        (Gate::Protect,     [Passes,            Leaves,           Leaves,           Leaves,    Leaves,        Leaves,    Passes,            Leaves,            Leaves]),
        (Gate::Terminated,  [Skips,             Leaves,           Leaves,           Leaves,    Leaves,        Leaves,    Skips,             Leaves,           Leaves]),
        (Gate::Incomplete,  [Skips,             Holds,            Holds,            Holds,     Holds,         Holds,     Skips,             Holds,            Holds]),
        (Gate::Indistinct,  [Never,             Holds,            Holds,            Holds,     Holds,         Holds,     Leaves,            Leaves,           Leaves]),
        (Gate::Inactive,    [Skips,             Passes,           Passes,           Passes,    Passes,        Passes,    Skips,             Passes,           Passes]),
        (Gate::Settings,    [Passes,            Holds,            Holds,            Holds,     Holds,         Holds,     Passes,            Holds,            Holds]),
        (Gate::NotNamed,    [Never,             Holds,            Never,            Never,     Never,         Never,     Never,             Never,            Never]),
        (Gate::Unseen,      [Never,             Holds,            Never,            Never,     Never,         Never,     Never,             Never,            Never]),
        (Gate::Unresolved,  [Passes,            Holds,            Holds,            Holds,     Holds,         Holds,     Passes,            Holds,            Holds]),
        (Gate::Clocks,      [Skips,             Never,            Holds,            Holds,     Holds,         Holds,     Skips,             Holds,            Holds]),
        (Gate::Replacement, [Passes,            Holds,            Holds,            Passes,    Passes,        Passes,    Passes,            Passes,           Passes]),
        (Gate::Keeper,      [Never,             Never,            Never,            Never,     Never,         Holds,     Never,             Never,            Never]),
        (Gate::OneRole,     [Holds,             Never,            Never,            Never,     Never,         Never,     Never,             Never,            Never]),
        (Gate::Row,         [Never,             Never,            Never,            Never,     Never,         Never,     Holds,             Holds,            Holds]),
        (Gate::Managed,     [Never,             Leaves,           Leaves,           Leaves,    Leaves,        Leaves,    Skips,             Leaves,           Leaves]),
        (Gate::Limits,      [Counts(Creations), Counts(Removals), Counts(Removals), Passes,    Counts(Ended), Passes,    Counts(Creations), Counts(Removals), Passes]),
        (Gate::Day,         [Passes,            Counts(Removals), Counts(Removals), Passes,    Counts(Ended), Passes,    Passes,            Counts(Removals), Passes]),
        (Gate::AddOnly,     [Passes,            Withholds,        Withholds,        Withholds, Withholds,     Withholds, Passes,            Withholds,        Withholds]),
        (Gate::Observe,     [Withholds,         Withholds,        Withholds,        Withholds, Withholds,     Withholds, Withholds,         Withholds,        Withholds]),
        (Gate::Only,        [Withholds,         Withholds,        Withholds,        Withholds, Withholds,     Withholds, Withholds,         Withholds,        Withholds]),
        (Gate::DeferredSteps,    [Withholds,         Withholds,        Withholds,        Withholds, Withholds,     Withholds, Withholds,         Withholds,        Withholds]),
        (Gate::Quiet,       [Withholds,         Withholds,        Withholds,        Passes,    Withholds,     Withholds, Withholds,         Withholds,        Withholds]),
        (Gate::StaleList,   [Withholds,         Passes,           Passes,           Passes,    Passes,        Passes,    Passes,            Passes,           Passes]),
        (Gate::Vanished,    [Passes,            Withholds,        Withholds,        Withholds, Withholds,     Withholds, Passes,            Withholds,        Withholds]),
        (Gate::Prompt,      [PolicyInput,              PolicyInput,             PolicyInput,             PolicyInput,      PolicyInput,          PolicyInput,      PolicyInput,              PolicyInput,             PolicyInput]),
    ]
};

impl Gate {
    /// What it does to a step of this kind.
    pub fn effect(self, kind: StepKind) -> Effect {
        let effects = GATES.iter().find(|(gate, _)| *gate == self).map(|(_, effects)| effects);
        let at = KINDS.iter().position(|it| *it == kind);
        effects.zip(at).map_or(Effect::Holds, |(effects, at)| effects[at])
    }

    /// The set in which a step of this kind counts.
    pub(super) fn set(self, kind: StepKind) -> Option<Set> {
        match self.effect(kind) {
            Effect::Counts(set) => Some(set),
            _ => None,
        }
    }
}

impl StepKind {
    /// The kind of a creation.
    pub const fn of_creation(creation: &Creation) -> Self {
        if creation.row.is_some() { Self::EndsLater } else { Self::Create }
    }

    /// The kind of a removal in a plan for `now`, by what earlier passes have seen.
    pub fn of(removal: &Removal, now: Timestamp, seen: &LastSeen) -> Self {
        match removal.why {
            Why::NotDeclared => Self::NotDeclared,
            Why::NotBegun => Self::NotBegun,
            Why::Duplicate => Self::Duplicate,
            Why::EndsEarlier(end) if end.duration_since(now) > SOON => Self::EndsEarlier,
            Why::EndsEarlier(_) => Self::EndsSoon,
            Why::Ended => {
                let end = removal.origins.iter().filter_map(|it| it.life.until).max().unwrap_or(Timestamp::MIN);
                let expected = seen.at(&removal.link.binding).is_some_and(|seen| seen < end);
                if expected || now.duration_since(end) <= LATELY { Self::Ended } else { Self::LongEnded }
            }
        }
    }
}

/// Whether a missing binding of the same user on the same resource holds this removal. What ended does not wait, whenever
/// that was.
pub fn waits_for_replacement(removal: &Removal) -> bool {
    let kind = match removal.why {
        Why::NotDeclared => StepKind::NotDeclared,
        Why::NotBegun => StepKind::NotBegun,
        Why::Ended => StepKind::Ended,
        Why::Duplicate => StepKind::Duplicate,
        Why::EndsEarlier(_) => StepKind::EndsSoon,
    };
    Gate::Replacement.effect(kind) == Effect::Holds
}

/// Whether this mode lets a step of this kind go.
pub(super) fn lets_go(mode: Mode, kind: StepKind) -> bool {
    let gate = match mode {
        Mode::Enforce => return true,
        Mode::AddOnly => Gate::AddOnly,
        Mode::Observe => Gate::Observe,
    };
    gate.effect(kind) == Effect::Passes
}
