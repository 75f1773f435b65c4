//! A decision as people read it, for every format: rows by resource, with the two halves of a role change together.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{Markup, Words};
use super::{Compared, Naming};
use crate::binding::{Binding, Link, LinkId, ResourceId, UserId};
use crate::desired::Origin;
use crate::plan::{Creation, Held, Hold, Kept, Removal, Skipped, Why};
use crate::policy::{Cause, Causes, Decision, Intent};
use crate::review::AccessChange;

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Risks and numbers.
    Summary,
    /// What changes, or would. What is held or withheld is counted where it is much.
    Changes,
    /// All links, those that stay included.
    Everything,
}

/// One thing that a decision does, does not do, or leaves as it is.
#[derive(Debug, Clone)]
pub(super) enum Change<'a> {
    /// A link is removed.
    Remove(&'a Removal),
    /// Roles of one user are replaced by others.
    Replace(Vec<&'a Removal>, Vec<&'a Creation>),
    /// A link is created.
    Create(&'a Creation),
    /// A link is to last longer.
    Lengthen(&'a Creation),
    /// A link is to end earlier.
    Shorten(&'a Removal),
    /// A link would be removed, or end earlier.
    Hold(&'a Held),
    /// A link would be created, or last longer.
    Skip(&'a Skipped),
    /// A link would be removed or end earlier, and the caller asked for less.
    WithholdRemoval(&'a Removal),
    /// A link would be created or last longer, and the caller asked for less.
    WithholdCreation(&'a Creation),
    /// A link is wanted.
    InSync,
    /// A link that nobody asks for stays.
    Keep(&'a Kept),
    /// A link is outside the scope.
    Outside,
}

/// What happens to one user on one resource, in the words of a format.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    pub(super) change: Change<'a>,
    pub(super) resource: ResourceId,
    pub(super) user: UserId,
    /// The role; of a role change the old ones and the new ones.
    pub(super) roles: String,
    /// Why, and where that is written.
    pub(super) note: String,
    /// What would have kept it from being sent before the change, or that only the change does; empty, or after a `·`.
    pub(super) before: &'static str,
    /// Where it comes from, if that is known.
    pub(super) cause: Option<Cause>,
    pub(super) link: Option<LinkId>,
    /// An earlier row removes another row of the same binding: nobody's access changes by this one.
    pub(super) again: bool,
}

/// What is said of something that only the change keeps from being sent.
pub(super) const STOPPED: &str = " · stopped by this change";

/// What a decision does and leaves, in the order of resources, then of what is done, then of users and roles. Links that
/// are in sync or outside the scope are among it only where everything is asked for.
pub(super) fn rows<'a>(
    decision: &'a Decision,
    compared: Option<Compared<'_>>,
    words: Words<'_>,
    detail: Detail,
) -> Vec<Row<'a>> {
    let Decision { plan, approved, withheld, limited: _ } = decision;
    let causes = compared.map(|it| it.causes);
    let new = |change, binding| Row::new(change, binding, causes, words);
    let mut pairs: BTreeMap<_, Pair<'_>> = BTreeMap::new();
    for it in approved.removals() {
        let key = (it.link.binding.pair(), causes.map(|causes| causes.of_removal(it)));
        pairs.entry(key).or_default().removals.push(it);
    }
    for it in approved.creations() {
        let key = (it.binding.pair(), causes.map(|causes| causes.of_creation(it)));
        pairs.entry(key).or_default().creations.push(it);
    }
    let sent = pairs.into_values().flat_map(Pair::changes).map(|(change, binding)| new(change, binding));
    let later = approved.lengthenings().iter().map(|it| new(Change::Lengthen(it), it.binding));
    let earlier = approved.shortenings().iter().map(|it| new(Change::Shorten(it), it.link.binding));
    let sent = sent.chain(later).chain(earlier);
    let held = plan.held.iter().map(|it| new(Change::Hold(it), it.removal.link.binding));
    let skipped = plan.skipped.iter().map(|it| new(Change::Skip(it), it.creation.binding));
    let not_removed = withheld.removals.iter().map(|it| new(Change::WithholdRemoval(it), it.link.binding));
    let not_created = withheld.creations.iter().map(|it| new(Change::WithholdCreation(it), it.binding));
    let kept = plan.kept.iter().map(|it| new(Change::Keep(it), it.link.binding));
    let mut rows: Vec<_> = sent.chain(held).chain(skipped).chain(not_removed).chain(not_created).chain(kept).collect();
    if detail == Detail::Everything {
        rows.extend(plan.in_sync.iter().map(|Link { binding, .. }| new(Change::InSync, *binding)));
        rows.extend(plan.outside.iter().map(|Link { binding, .. }| new(Change::Outside, *binding)));
    }
    sort(&mut rows, words.naming);
    let deleted = deleted(compared);
    let mut gone = BTreeSet::new();
    for row in &mut rows {
        match &row.change {
            Change::Remove(it) | Change::WithholdRemoval(it) => {
                if let Some(line) = deleted.get(&it.link.binding) {
                    row.note = words.markup.deleted(line);
                }
            }
            Change::Hold(held) => {
                if let Some(line) = deleted.get(&held.removal.link.binding) {
                    row.note = format!("{} · {}", row.note, words.markup.deleted(line));
                }
            }
            _ => {}
        }
        if let Change::Remove(removal) = row.change {
            row.again = !row.is_duplicate() && !gone.insert((row.cause, removal.link.binding));
        }
    }
    rows
}

/// The first line of each grant that the change takes away by deleting all its lines.
fn deleted(compared: Option<Compared<'_>>) -> BTreeMap<Binding, &Origin> {
    let removed = compared.map_or(&[][..], |it| it.review.access(AccessChange::Removed)).iter();
    removed.filter(|it| it.lines.is_empty()).filter_map(|it| Some((it.binding, it.was.first()?))).collect()
}

fn sort(rows: &mut [Row<'_>], naming: &Naming<'_>) {
    rows.sort_by_cached_key(|it| {
        let resource = (naming.offering(it.resource), naming.resource(it.resource), it.resource);
        (resource, it.change.rank(), naming.user(it.user), it.roles.clone())
    });
}

/// What happens to one user on one resource.
#[derive(Default)]
struct Pair<'a> {
    removals: Vec<&'a Removal>,
    creations: Vec<&'a Creation>,
}

impl<'a> Pair<'a> {
    fn changes(self) -> Vec<(Change<'a>, Binding)> {
        let Self { removals, creations } = self;
        // Where a duplicate is removed, the role stays: nothing replaces it.
        let (duplicates, removals): (Vec<_>, Vec<_>) = removals.into_iter().partition(|it| it.why == Why::Duplicate);
        let remove = |it: &'a Removal| (Change::Remove(it), it.link.binding);
        let mut changes: Vec<_> = duplicates.into_iter().map(remove).collect();
        match (removals.is_empty(), creations.first()) {
            (false, Some(first)) => changes.push((Change::Replace(removals, creations.clone()), first.binding)),
            (_, None) => changes.extend(removals.into_iter().map(remove)),
            (true, _) => changes.extend(creations.into_iter().map(|it| (Change::Create(it), it.binding))),
        }
        changes
    }
}

impl<'a> Row<'a> {
    fn new(change: Change<'a>, binding: Binding, causes: Option<&Causes>, words: Words<'_>) -> Self {
        let markup = words.markup;
        let (link, note) = match &change {
            Change::Remove(it) | Change::Shorten(it) | Change::WithholdRemoval(it) => {
                (Some(it.link.id), markup.why(it))
            }
            Change::Replace(_, it) => match it.as_slice() {
                [one] => (None, markup.created(one)),
                several => (None, markup.lines(several.iter().flat_map(|it| it.origins.iter()))),
            },
            Change::Create(it) | Change::Lengthen(it) | Change::WithholdCreation(it) => created(it, markup),
            Change::Hold(Held { removal, hold }) => {
                let hold = markup.hold(hold);
                let note = match removal.why {
                    Why::NotDeclared => hold,
                    _ => format!("{hold} · {}", markup.why(removal)),
                };
                (Some(removal.link.id), note)
            }
            Change::Skip(Skipped { creation, why }) => match creation.end_change() {
                Some(change) => (Some(change.link.id), format!("{why} · {}", markup.end_change(change))),
                None => (None, format!("{why} · {}", markup.lines(creation.origins.iter()))),
            },
            Change::InSync => (None, "in sync".to_owned()),
            Change::Keep(it) => (None, it.why.to_string()),
            Change::Outside => (None, "outside scope".to_owned()),
        };
        let roles = match &change {
            Change::Replace(old, new) => format!(
                "{} → {}",
                words.roles(old.iter().map(|it| it.link.binding.role)),
                words.roles(new.iter().map(|it| it.binding.role))
            ),
            _ => words.roles(std::iter::once(binding.role)),
        };
        let cause = causes.and_then(|it| change.cause(it));
        let before = causes.map_or("", |it| change.before(it));
        Self { change, resource: binding.resource, user: binding.user, roles, note, before, cause, link, again: false }
    }

    /// Whether it is a removal that leaves the user the role.
    pub(super) fn is_duplicate(&self) -> bool {
        matches!(self.change, Change::Remove(it) if it.why == Why::Duplicate)
    }

    /// Whether it changes something on the server.
    pub(super) fn is_sent(&self) -> bool {
        matches!(
            self.change,
            Change::Remove(_) | Change::Replace(..) | Change::Create(_) | Change::Lengthen(_) | Change::Shorten(_)
        )
    }

    /// Whether nothing is to be done about it.
    pub(super) fn is_unchanged(&self) -> bool {
        matches!(self.change, Change::InSync | Change::Keep(_) | Change::Outside)
    }

    /// Whether it is a removal held because the files have no scope and don't name the resource.
    pub(super) fn is_unnamed(&self) -> bool {
        matches!(self.change, Change::Hold(held) if held.hold == Hold::NotNamed)
    }
}

/// The row, if it is about one, and why.
fn created(creation: &Creation, markup: Markup<'_>) -> (Option<LinkId>, String) {
    match creation.end_change() {
        Some(change) => (Some(change.link.id), markup.end_change(change)),
        None => (None, markup.created(creation)),
    }
}

impl Change<'_> {
    /// Whether it would change an end, and create or remove nothing.
    pub(super) fn is_end(&self) -> bool {
        match self {
            Self::Lengthen(_) | Self::Shorten(_) => true,
            Self::Hold(held) => held.removal.end_change().is_some(),
            Self::Skip(skipped) => skipped.creation.row.is_some(),
            Self::WithholdRemoval(removal) => removal.end_change().is_some(),
            Self::WithholdCreation(creation) => creation.row.is_some(),
            _ => false,
        }
    }

    fn cause(&self, causes: &Causes) -> Option<Cause> {
        match self {
            Self::Remove(it) | Self::Shorten(it) | Self::WithholdRemoval(it) => Some(causes.of_removal(it)),
            Self::Replace(_, it) => it.first().map(|it| causes.of_creation(it)),
            Self::Create(it) | Self::Lengthen(it) | Self::WithholdCreation(it) => Some(causes.of_creation(it)),
            Self::Hold(it) => Some(causes.of_held(it)),
            Self::Skip(it) => Some(causes.of_skipped(it)),
            Self::InSync | Self::Keep(_) | Self::Outside => None,
        }
    }

    fn before(&self, causes: &Causes) -> &'static str {
        let stopped = match self {
            Self::Hold(held) => causes.stop_removal(&held.removal),
            Self::WithholdRemoval(removal) => causes.stop_removal(removal),
            Self::WithholdCreation(creation) => causes.stop_creation(creation),
            _ => false,
        };
        let without = match self {
            Self::Remove(removal) | Self::Shorten(removal) => causes.without_removal(removal),
            Self::Replace(removals, _) => removals.iter().find_map(|it| causes.without_removal(it)),
            Self::Create(creation) | Self::Lengthen(creation) => causes.without(creation),
            _ => None,
        };
        match without {
            _ if stopped => STOPPED,
            Some(Intent::Hold | Intent::Limit) => " · held before this change",
            Some(Intent::Withhold) => " · withheld before this change",
            Some(Intent::Create | Intent::Skip | Intent::Remove | Intent::SetEnd) | None => "",
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Remove(_) => 0,
            Self::Replace(..) => 1,
            Self::Create(_) => 2,
            Self::Lengthen(_) | Self::Shorten(_) => 3,
            Self::Hold(_) => 4,
            Self::Skip(_) => 5,
            Self::WithholdRemoval(_) => 6,
            Self::WithholdCreation(_) => 7,
            Self::InSync | Self::Keep(_) | Self::Outside => 8,
        }
    }
}
