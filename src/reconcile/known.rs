//! Links that earlier passes saw or made: what is created again only when they are gone.
//!
//! It is advice. Without it a pass creates what one call would, and no more.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Pass, PassRequest, View};
use crate::binding::{Binding, Link};
use crate::plan::{Skip, Why};
use crate::policy::Deferred;
use crate::report::{After, Outcome, Report, Step};

/// A link that was made and that no list has shown is taken for gone no earlier than this.
const LATE: SignedDuration = SignedDuration::from_mins(5);
/// A creation without an answer may be on its way for so long.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(60);
/// With so many bindings whose links exist and are not listed, the list says nothing about what is missing.
const ENOUGH: usize = 2;

/// What is known from earlier passes.
#[derive(Debug, Clone, Default)]
pub struct KnownLinks {
    links: BTreeMap<Binding, Trace>,
    /// Creations without an answer, and when the pass that sent them ended.
    unanswered: BTreeMap<Binding, Timestamp>,
}

#[derive(Debug, Clone, Copy)]
struct Trace {
    link: Link,
    /// If no list has shown it since it was made.
    unlisted: Option<Unlisted>,
}

#[derive(Debug, Clone, Copy)]
struct Unlisted {
    made: Timestamp,
    /// Whether the last look by id found nothing.
    gone: bool,
}

/// A look at a link by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It exists.
    There,
    /// It does not, or not any more.
    Gone,
}

/// Why something that is wanted and not listed is not created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CreationDelay {
    /// Its link exists, and the list does not show it.
    Listed,
    /// The list lacks other links that exist, so what it lacks may exist.
    ListAgrees,
    /// Its link was made a short time ago and can't be seen.
    Shown,
    /// It was sent a short time ago, and the answer was lost.
    Answered,
}

impl KnownLinks {
    /// Links to look at by id: those of what is about to be created, and those that no list has shown since they were made.
    pub(super) fn to_look_at(&self, view: &View) -> Vec<Link> {
        let planned: BTreeSet<_> = view.plan.created().collect();
        let listed: BTreeSet<_> = view.snapshot.links.iter().map(|it| it.binding).collect();
        let matter = self.links.iter().filter(|(binding, trace)| {
            planned.contains(binding) || (trace.unlisted.is_some() && !listed.contains(binding))
        });
        matter.map(|(_, trace)| trace.link).collect()
    }

    /// Whether enough was seen to know that the list is stale.
    pub(super) fn enough(presences: &BTreeMap<Binding, Presence>) -> bool {
        presences.values().filter(|it| **it == Presence::There).count() >= ENOUGH
    }

    fn waits(&self, binding: &Binding, view: &View, now: Timestamp) -> Option<CreationDelay> {
        let recent = |sent: &Timestamp| now.duration_since(*sent) < ON_ITS_WAY;
        let presence = view.presences.get(binding);
        match self.links.get(binding) {
            Some(_) if presence == Some(&Presence::There) => return Some(CreationDelay::Listed),
            _ if Self::enough(&view.presences) => return Some(CreationDelay::ListAgrees),
            Some(_) if presence.is_none() => return Some(CreationDelay::Listed),
            Some(Trace { unlisted: Some(it), .. }) if !it.is_over(now) => return Some(CreationDelay::Shown),
            _ => {}
        }
        self.unanswered.get(binding).is_some_and(recent).then_some(CreationDelay::Answered)
    }

    /// Takes in a pass that ended at `now`.
    pub fn learn(&mut self, pass: &Pass, now: Timestamp) {
        let Pass { prepared, report } = pass;
        let view = &prepared.view;
        // What an incomplete row keeps from being created is still wanted.
        let skipped = view.plan.skipped.iter().filter(|it| it.why == Skip::Incomplete).map(|it| it.creation.binding);
        let planned: BTreeSet<_> = view.plan.created().chain(skipped).collect();
        self.links = std::mem::take(&mut self.links)
            .into_iter()
            .filter_map(|(binding, trace)| Some((binding, trace.after(view.presences.get(&binding), now)?)))
            .filter(|(binding, trace)| trace.unlisted.is_some() || planned.contains(binding))
            .collect();
        // Of several rows the one with the smallest id stays; rows are in the order of ids.
        for link in view.snapshot.links.iter().rev() {
            self.links.insert(link.binding, Trace { link: *link, unlisted: None });
            self.unanswered.remove(&link.binding);
        }
        self.unanswered.retain(|_, sent| now.duration_since(*sent) < ON_ITS_WAY);
        if let Some(report) = report {
            self.learn_steps(report, now);
        }
    }

    fn learn_steps(&mut self, Report { steps, stopped: _, after }: &Report, now: Timestamp) {
        let listed: &[Link] = if let After::Decision(decision) = after { &decision.plan.in_sync } else { &[] };
        for (step, outcome) in steps {
            match (step, outcome) {
                (Step::Create(_), Outcome::Created(link) | Outcome::Adopted(link)) => {
                    let unlisted =
                        (!listed.iter().any(|it| it.is_same_row(link))).then_some(Unlisted { made: now, gone: false });
                    self.links.insert(link.binding, Trace { link: *link, unlisted });
                }
                (Step::Create(creation), Outcome::Unknown(_)) => {
                    self.unanswered.insert(creation.binding, now);
                }
                (Step::Remove(removal), Outcome::Removed | Outcome::AlreadyGone) if removal.why != Why::Duplicate => {
                    self.links.remove(&removal.link.binding);
                }
                _ => {}
            }
        }
    }
}

impl Trace {
    /// What is left of it after a look by id, if there was one.
    fn after(self, presence: Option<&Presence>, now: Timestamp) -> Option<Self> {
        match (presence, self.unlisted) {
            (None, _) => Some(self),
            (Some(Presence::There), unlisted) => {
                Some(Self { unlisted: unlisted.map(|it| Unlisted { gone: false, ..it }), ..self })
            }
            (Some(Presence::Gone), None) => None,
            (Some(Presence::Gone), Some(it)) if it.is_over(now) => None,
            (Some(Presence::Gone), Some(it)) => Some(Self { unlisted: Some(Unlisted { gone: true, ..it }), ..self }),
        }
    }
}

impl Unlisted {
    /// Whether one more look that finds nothing is enough: it is the second, and not too early.
    fn is_over(self, now: Timestamp) -> bool {
        self.gone && now.duration_since(self.made) >= LATE
    }
}

/// What is wanted, not listed, and not created in this pass, because of what earlier ones know.
pub fn waiting(view: &View, request: &PassRequest<'_>) -> BTreeMap<Binding, CreationDelay> {
    let Some(known) = request.known else { return BTreeMap::new() };
    view.plan.created().filter_map(|it| Some((it, known.waits(&it, view, request.now)?))).collect()
}

/// The same, as what a decision sets aside.
pub(super) fn deferred(view: &View, request: &PassRequest<'_>) -> impl Iterator<Item = Deferred> {
    waiting(view, request).into_iter().map(|(binding, waits)| match waits {
        CreationDelay::Listed => Deferred::Exists(binding),
        CreationDelay::ListAgrees | CreationDelay::Shown | CreationDelay::Answered => Deferred::Creation(binding),
    })
}
