//! What earlier readings of the files mean for this one: a file may be half-written.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::{SignedDuration, Timestamp};

use super::Deferred;
use super::unsettled::{NewRemovals, Unsettled};
use crate::desired::Document;
use crate::diagnostic::Source;
use crate::plan::{Plan, Removal, Removed};

/// How long content must stay unchanged before its creations are sent.
const CREATIONS: SignedDuration = SignedDuration::from_secs(1);

/// The readings of one set of files so far.
///
/// A removal is sent when every reading of the last quiet period, and at least two, asked for exactly it. What the same
/// bytes ask for now they asked for before, so that only edits cause waiting.
#[derive(Debug, Clone)]
pub struct Readings {
    quiet_period: SignedDuration,
    /// Whether anything was read, valid or not. The first reading does not wait.
    begun: bool,
    /// A name for the bytes read last, and since when they are the same.
    content: Option<(u64, Timestamp)>,
    /// When they were read last, and when other bytes were.
    read: (Timestamp, Timestamp),
    /// The settings read last, and since when they are the same.
    settings: Option<(Document, Timestamp)>,
    /// The last settings that were the same for a quiet period.
    settled: Option<Document>,
    /// The removals that the last reading asked for, each with the first reading of the unbroken run that did.
    asked: BTreeMap<Removed, Timestamp>,
    /// Whether `asked` is of the bytes read last: a pass that fails does not tell.
    told: bool,
}

impl Readings {
    /// No readings yet.
    pub const fn new(quiet_period: SignedDuration) -> Self {
        Self {
            quiet_period,
            begun: false,
            content: None,
            read: (Timestamp::MIN, Timestamp::MIN),
            settings: None,
            settled: None,
            asked: BTreeMap::new(),
            told: false,
        }
    }

    /// Adds a reading that is valid, and returns what must wait.
    pub fn add(&mut self, sources: &[Source], document: &Document, now: Timestamp) -> Unsettled {
        self.clock_is(now);
        let first = if self.begun { now } else { Timestamp::MIN };
        self.begun = true;
        let (content, settings) = (hash(sources), document.settings());
        if self.content.is_none_or(|(last, _)| last != content) {
            if !self.told {
                self.asked.clear();
            }
            (self.content, self.told) = (Some((content, first)), false);
            self.read.1 = self.read.0;
        }
        self.read.0 = now;
        if self.settings.as_ref().is_none_or(|(last, _)| *last != settings) {
            self.settings = Some((settings, first));
        }
        if let Some((settings, since)) = &self.settings
            && self.quiet(*since, now)
        {
            self.settled = Some(settings.clone());
        }
        self.unsettled(now)
    }

    /// Adds a reading that is invalid or failed: it asks for nothing.
    pub fn add_broken(&mut self) {
        self.begun = true;
        (self.content, self.settings, self.told) = (None, None, false);
        self.asked.clear();
    }

    /// Records what the last reading asked for. `plan` is before any limit.
    pub fn asked_for(&mut self, plan: &Plan) {
        let Some((_, since)) = self.content else { return };
        let removed = plan.removals.iter().map(Removal::removed);
        self.asked = removed.map(|it| (it, self.asked.get(&it).copied().unwrap_or(since))).collect();
        self.told = true;
    }

    /// When the first of these steps that wait, or settings, are quiet, after `now`.
    pub fn next(&self, waiting: &BTreeSet<Deferred>, now: Timestamp) -> Option<Timestamp> {
        let (_, since) = self.content?;
        let creations = waiting.iter().filter(|it| matches!(it, Deferred::Creation(_) | Deferred::End(_)));
        let creations = creations.map(|_| after(since, self.creations()));
        let waits = |(link, end): &Removed| {
            let binding = link.binding;
            waiting.contains(&if end.is_some() { Deferred::End(binding) } else { Deferred::Removal(binding) })
        };
        let removals = self.asked.iter().filter(|(it, _)| waits(it));
        let removals = removals.map(|(_, since)| after(*since, self.quiet_period));
        let settings = self.settings.iter().map(|(_, since)| after(*since, self.quiet_period));
        creations.chain(removals).chain(settings).filter(|it| *it > now).min()
    }

    fn unsettled(&self, now: Timestamp) -> Unsettled {
        let Some((_, since)) = self.content else { return Unsettled::default() };
        let asked = self.asked.iter().filter(|(_, since)| self.quiet(**since, now));
        let removals = (!self.quiet(since, now))
            .then(|| NewRemovals { except: asked.map(|(link, _)| *link).collect(), or_ended_after: self.read.1 });
        let settings = self.settled.clone().filter(|it| self.settings.as_ref().is_none_or(|(now, _)| now != it));
        Unsettled { creations: after(since, self.creations()) > now, removals, settings }
    }

    fn creations(&self) -> SignedDuration {
        CREATIONS.min(self.quiet_period)
    }

    fn quiet(&self, since: Timestamp, now: Timestamp) -> bool {
        after(since, self.quiet_period) <= now
    }

    /// A clock that was set back must not make anything wait until it is there again.
    fn clock_is(&mut self, now: Timestamp) {
        let contents = self.content.iter_mut().map(|(_, since)| since);
        let settings = self.settings.iter_mut().map(|(_, since)| since);
        for since in self.asked.values_mut().chain(contents).chain(settings) {
            *since = now.min(*since);
        }
    }
}

fn after(since: Timestamp, wait: SignedDuration) -> Timestamp {
    since.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

fn hash(sources: &[Source]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for Source { name, text } in sources {
        (name, text).hash(&mut hasher);
    }
    hasher.finish()
}
