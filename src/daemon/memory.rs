//! What earlier passes mean for this one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::flapping::{Flap, Flapping};
use super::pass::{End, PassSummary};
use super::trigger::Trigger;
use super::vanished::{ContentId, FileReading, Vanished, Watched};
use super::window::Window;
use crate::policy::Deferred;
use crate::report::Failure;

/// What the daemon remembers from pass to pass, and hands to each.
///
/// All of it makes a pass more careful, nothing bolder. It is kept in this process only; of an earlier
/// one only the journal tells since when removals are held.
#[derive(Debug)]
pub struct Memory {
    now: Timestamp,
    removed: Window,
    ended: Window,
    files: Watched,
    content: Option<ContentId>,
    flapping: Flapping,
    deferred: BTreeSet<Deferred>,
    /// Removals that the last pass held, in words, each with the end of the first pass in a row that did.
    held: BTreeMap<String, Timestamp>,
    /// Whether a pass went all the way.
    has_ended: bool,
    /// What was said when the server spoke another API, until somebody asks for a pass.
    other_api: Option<Failure>,
    /// Nobody and nothing but the schedule asked for this pass.
    is_scheduled: bool,
}

impl Memory {
    /// Remembers nothing yet. Passes are about this far apart.
    pub fn new(interval: SignedDuration) -> Self {
        Self {
            now: Timestamp::UNIX_EPOCH,
            removed: Window::default(),
            ended: Window::default(),
            files: Watched::new(interval),
            content: None,
            flapping: Flapping::new(interval),
            deferred: BTreeSet::new(),
            held: BTreeMap::new(),
            has_ended: false,
            other_api: None,
            is_scheduled: false,
        }
    }

    /// When the pass began: the time by which lines are alive or not.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Removals of the last 24 hours that count towards the limit.
    pub fn removed_lately(&self) -> u32 {
        self.removed.count(self.now)
    }

    /// The same of what ended longer ago than anybody expects.
    pub fn ended_lately(&self) -> u32 {
        self.ended.count(self.now)
    }

    /// When no more than so many removals of those known now count towards the limit.
    pub(super) fn room_for(&self, count: u32, now: Timestamp) -> Timestamp {
        self.removed.down_to(count, now)
    }

    /// Steps that came back too often, and are not to be sent in this pass.
    pub const fn deferred(&self) -> &BTreeSet<Deferred> {
        &self.deferred
    }

    /// Tells which files were read. If some of the last pass that went to its end have vanished, no removal may go in
    /// this one; the answer says which files, and until when.
    pub fn files_read(&mut self, reading: FileReading) -> Option<&Vanished> {
        if self.content.replace(reading.content) != Some(reading.content) {
            self.flapping.forget();
            self.deferred.clear();
        }
        self.files.look(reading, self.now)
    }

    /// A pass begins, for these reasons. A new token or a person who asks might have fixed the cause of a step that is
    /// undone again and again, and a person who asks knows about the server's API.
    pub fn begin(&mut self, now: Timestamp, asked: &BTreeSet<Trigger>) {
        self.now = now;
        if asked.iter().any(|it| it.bypasses_backoff()) {
            self.flapping.forget();
        }
        if asked.iter().any(|it| it.is_by_somebody()) {
            self.other_api = None;
        }
        self.is_scheduled = asked.iter().all(|it| *it == Trigger::Schedule);
        self.deferred = self.flapping.deferred(now);
    }

    /// Whether only the schedule asked for this pass.
    pub const fn is_scheduled(&self) -> bool {
        self.is_scheduled
    }

    /// Why nothing is to be written until somebody asks for it: the server speaks another API than before. All that
    /// earlier passes saw is gone there, and nobody took it away.
    pub const fn other_api(&self) -> Option<&Failure> {
        self.other_api.as_ref()
    }

    /// A pass ended.
    pub fn end(&mut self, pass: &PassSummary, now: Timestamp) {
        if let End::OtherApi(failure) = &pass.end {
            self.other_api = Some(failure.clone());
        }
        let End::Finished(finished) = &pass.end else { return };
        self.removed.add(now, finished.counted_removals);
        self.ended.add(now, finished.counted_ended);
        self.has_ended = true;
        let held = finished.held.iter().map(|it| it.what.plain.clone());
        self.held =
            held.map(|it| (self.held.get(&it).copied().unwrap_or(now), it)).map(|(since, it)| (it, since)).collect();
        self.flapping.look(&finished.wanted, &self.deferred, now);
        // One that did not do all there was to do has seen the files all the same.
        if finished.stopped.is_none() {
            self.files.went_well(self.now);
        }
    }

    /// Takes in what the journal says of held removals, unless a pass of this process has held some.
    pub fn recall(&mut self, held: &BTreeMap<String, Timestamp>) {
        if !self.has_ended {
            self.held.clone_from(held);
        }
    }

    /// Since when a removal is held, by its words.
    pub fn held_since_of(&self, what: &str) -> Option<Timestamp> {
        self.held.get(what).copied()
    }

    /// Since when the removal is held that is held for the longest time, whatever holds it.
    pub fn held_since(&self) -> Option<Timestamp> {
        self.held.values().min().copied()
    }

    /// Steps that come back again and again.
    pub fn flaps(&self) -> impl Iterator<Item = &Flap> {
        self.flapping.flaps(self.now)
    }

    /// When a step that comes back again and again is to be tried next. One whose time has come had it in this pass.
    pub(super) fn next_try(&self) -> Option<Timestamp> {
        self.flaps().map(|it| it.not_before).filter(|it| *it > self.now).min()
    }

    /// Files that have vanished, while removals wait for another reading.
    pub fn vanished(&self) -> Option<&Vanished> {
        self.files.pending()
    }
}
