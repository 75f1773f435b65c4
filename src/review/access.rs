//! Who has which role on which resource, and when: before a change and after it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::World;
use super::control::{Control, GrantState, Live, Stay};
use crate::binding::Binding;
use crate::desired::{Desired, Life, Origin};

/// A grant that a change affects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Which.
    pub binding: Binding,
    /// When it would be there without the change, from now on. What is there now has no beginning.
    pub before: Vec<Life>,
    /// When it is there with the change, from now on.
    pub after: Vec<Life>,
    /// The lines that asked for it.
    pub was: Arc<[Origin]>,
    /// The lines that ask for it.
    pub lines: Arc<[Origin]>,
    /// Why it stays whatever lines say, if that is so after the change.
    pub stays: Option<Stay>,
}

/// What a change does to a grant. The order is that of sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessChange {
    /// It is live and was managed or declared: after the change nothing removes it.
    NoLongerManaged,
    /// It is live and was left alone: after the change it is removed, now or at an end.
    NewlyManaged,
    /// It is there now, and no more after the change.
    Removed,
    /// It is there after the change, and would not be there now without it.
    Added,
    /// It is there now in both cases, and until another time.
    EndChanged,
    /// It is there later at other times, and now no otherwise.
    Scheduled,
}

impl AccessChange {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::NoLongerManaged, Self::NewlyManaged, Self::Removed, Self::Added, Self::EndChanged, Self::Scheduled];
}

impl Access {
    /// Whether somebody has it at some time at which they would not have it without the change.
    pub fn gains(&self) -> bool {
        !within(&self.after, &self.before)
    }

    /// Whether somebody does not have it at some time at which they would have it without the change.
    pub fn loses(&self) -> bool {
        !within(&self.before, &self.after)
    }
}

/// Every grant that is live or that lines ask for, of those that the change affects, in the order of bindings.
pub(super) fn compare(before: &Desired, after: &Desired, world: World<'_>) -> Vec<(AccessChange, Access)> {
    let live = live(world);
    let wanted = before.bindings.iter().chain(&after.bindings).map(|it| it.binding);
    let all: BTreeSet<Binding> = wanted.chain(live.keys().copied()).collect();
    let affected = all.into_iter().filter_map(|binding| {
        let seen = |desired| GrantState::new(desired, world.directory, &binding, live.get(&binding).copied());
        one(binding, &seen(before), &seen(after), world)
    });
    affected.collect()
}

fn one(
    binding: Binding,
    then: &GrantState<'_>,
    now: &GrantState<'_>,
    World { now: at, .. }: World<'_>,
) -> Option<(AccessChange, Access)> {
    let (before, after) = (then.periods(at), now.periods(at));
    let kind = kind(then, now, [&before, &after], at)?;
    let lines = |it: &GrantState<'_>| it.wanted.map_or_else(|| Arc::from([]), |it| Arc::clone(&it.origins));
    let stays = if let Control::Stays(why) = now.control { Some(why) } else { None };
    Some((kind, Access { binding, before, after, was: lines(then), lines: lines(now), stays }))
}

fn kind(
    then: &GrantState<'_>,
    now: &GrantState<'_>,
    [before, after]: [&[Life]; 2],
    at: jiff::Timestamp,
) -> Option<AccessChange> {
    let managed = |it: &GrantState<'_>| it.control == Control::Managed;
    let dropped = then.is_declared(at) && !now.is_declared(at);
    if now.live.is_some() && !managed(now) && (managed(then) || dropped) {
        return Some(AccessChange::NoLongerManaged);
    }
    if before == after {
        return None;
    }
    if now.live.is_some() && !managed(then) && managed(now) {
        return Some(AccessChange::NewlyManaged);
    }
    let current = |periods: &[Life]| periods.first().filter(|it| it.from.is_none()).copied();
    Some(match (current(before), current(after)) {
        (Some(_), None) => AccessChange::Removed,
        (None, Some(_)) => AccessChange::Added,
        (Some(then), Some(now)) if then != now => AccessChange::EndChanged,
        _ => AccessChange::Scheduled,
    })
}

/// Live bindings with the time for which the server has them: of several rows the one that stays longest.
fn live(World { snapshot, now, .. }: World<'_>) -> BTreeMap<Binding, Live> {
    let mut live: BTreeMap<Binding, Live> = BTreeMap::new();
    for link in snapshot.links.iter().filter(|it| it.ends.is_none_or(|ends| now < ends)) {
        let row = Live { life: Life { from: None, until: link.ends }, managed: link.managed };
        let longest = |it: &mut Live| {
            it.life.until = it.life.until.zip(link.ends).map(|(one, other)| one.max(other));
            it.managed |= link.managed;
        };
        live.entry(link.binding).and_modify(longest).or_insert(row);
    }
    live
}

/// Whether some periods lie within others; both are in order and have gaps between them.
fn within(inner: &[Life], outer: &[Life]) -> bool {
    let covers = |outer: &Life, inner: &Life| {
        let begins = outer.from.is_none_or(|out| inner.from.is_some_and(|it| out <= it));
        begins && outer.until.is_none_or(|out| inner.until.is_some_and(|it| it <= out))
    };
    inner.iter().all(|it| outer.iter().any(|out| covers(out, it)))
}
