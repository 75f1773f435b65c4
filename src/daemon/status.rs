//! What the daemon is doing and what it found, for people, probes and tests to watch.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::activity::{Activity, CurrentWait, SoFar};
use super::agenda::Due;
use super::flapping::Flap;
use super::pass::{Beginning, Drift, Expiring, HeldRemoval, HeldSet, JournalState, Note, PassStep};
use super::totals::Totals;
use super::trigger::Trigger;
use super::vanished::Vanished;
use super::verdict::Verdict;
use crate::report::Failure;

/// What the daemon is doing and what it found.
#[derive(Debug, Clone)]
pub struct Status {
    /// What it was started with.
    pub about: About,
    /// When it was started.
    pub started: Timestamp,
    /// What it does just now.
    pub activity: Activity,
    /// Whether somebody wants it to leave.
    pub leaving: bool,
    /// Its last passes, the latest last.
    pub history: VecDeque<Past>,
    /// When the last pass that read, planned and failed at nothing ended.
    pub last_good: Option<Timestamp>,
    /// What the last pass saw that went all the way. A later one that failed leaves it as it is.
    pub view: Option<Observed>,
    /// Why the last pass failed; broken files are in `broken`.
    pub failure: Option<Failure>,
    /// What is wrong with the files, each finding as text; empty unless the last pass found them broken.
    pub broken: Listed<String>,
    /// What the server thinks of the token.
    pub token: TokenState,
    /// Why the last token stays in use, if the one that is to replace it can't be used.
    pub token_problem: Option<String>,
    /// Whether the last pass could be recorded in the journal.
    pub journal: JournalState,
    /// What the last passes changed, each when it ended, the latest first. Of many changes only the first are kept.
    pub changes: VecDeque<(Timestamp, Listed<PassStep>)>,
    /// Steps that come back again and again.
    pub flaps: Listed<Flap>,
    /// Files that have vanished, while removals wait for another reading.
    pub vanished: Option<Vanished>,
    /// The commit that the files of the last pass are of.
    pub revision: Option<String>,
    /// How old a good pass may be before it says nothing about now.
    pub good_for: SignedDuration,
    /// Counts since the start.
    pub totals: Totals,
}

/// What the daemon was started with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Of the program.
    pub version: &'static str,
    /// The base URL.
    pub server: String,
    /// The files and directories that are read.
    pub files: Vec<String>,
    /// When passes are due, in words.
    pub schedule: String,
}

/// A pass that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// What it came to.
    pub verdict: Verdict,
    /// What asked for it.
    pub asked: BTreeSet<Trigger>,
    /// When it began.
    pub began: Timestamp,
    /// How long it took.
    pub took: Duration,
}

/// What the server thinks of the token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenState {
    /// It was not asked yet.
    #[default]
    Untried,
    /// It is good.
    Accepted,
    /// It is not.
    Rejected,
}

/// What a pass saw.
#[derive(Debug, Clone)]
pub struct Observed {
    /// When it was over.
    pub at: Timestamp,
    /// Bindings that were as declared from the start.
    pub in_sync: u64,
    /// What was not, whatever became of it.
    pub drift: Drift,
    /// Removals that are held.
    pub held: Listed<HeldRemoval>,
    /// Since when one of them is held, at the longest; as far as this process knows.
    pub held_since: Option<Timestamp>,
    /// The command that does now what waits because files have vanished.
    pub at_once: Option<String>,
    /// What limits hold of them, and since when just this.
    pub limited: Option<(HeldSet, Timestamp)>,
    /// From when on there is room for them, if only the removals of the last 24 hours hold them.
    pub room: Option<Timestamp>,
    /// What is to be said about approvals in the files.
    pub approvals: Listed<Note>,
    /// Why the count of removals of the last 24 hours began at zero, if it did.
    pub uncounted: Option<String>,
    /// Bindings that are not created because the server's list lacks links that exist.
    pub unlisted: u64,
    /// Steps withheld, in words.
    pub withheld: Listed<String>,
    /// Lines and settings that could not be resolved.
    pub unresolved: Listed<String>,
    /// Grants that begin soon, soonest first.
    pub beginning: Listed<Beginning>,
    /// Grants that end soon, soonest first.
    pub expiring: Listed<Expiring>,
    /// How long the token lives without being used, if it ends at all.
    pub token_lifetime: Option<Duration>,
    /// What the token is not good for, in words that follow "it".
    pub token_lacks: Option<&'static str>,
}

/// Items of a list that are kept.
const ITEMS: usize = 200;

/// The first items of a list, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed<T> {
    /// All.
    pub count: usize,
    /// The first ones.
    pub first: Vec<T>,
}

/// Why a daemon is not ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// No pass is over yet.
    #[error("the first pass is not over yet")]
    First,
    /// The last pass failed.
    #[error("the last pass failed: {0}")]
    Failed(Verdict),
    /// The last good pass is too long ago.
    #[error("the last good pass is too long ago")]
    Stale,
    /// The last pass could not be recorded.
    #[error("the journal cannot be written")]
    Journal,
    /// The pass under way has been without an answer for too long.
    #[error("the pass under way gets no answer from the server")]
    NoAnswer,
    /// It is about to leave.
    #[error("stopping")]
    Stopping,
}

impl Status {
    /// Nothing happened yet; the first pass is due.
    pub fn new(about: About, now: Timestamp) -> Self {
        Self {
            about,
            started: now,
            activity: Activity::Waiting(Due { at: now, trigger: Trigger::Start, gated: false }),
            leaving: false,
            history: VecDeque::new(),
            last_good: None,
            view: None,
            failure: None,
            broken: Listed::default(),
            token: TokenState::Untried,
            token_problem: None,
            journal: JournalState::Unused,
            changes: VecDeque::new(),
            flaps: Listed::default(),
            vanished: None,
            revision: None,
            good_for: SignedDuration::MAX,
            totals: Totals::default(),
        }
    }

    /// The last pass that is over.
    pub fn last(&self) -> Option<&Past> {
        self.history.back()
    }

    /// What limits hold, and since when just this.
    pub fn limited(&self) -> Option<&(HeldSet, Timestamp)> {
        self.view.as_ref().and_then(|it| it.limited.as_ref())
    }

    /// Whether access is being kept as declared: the last pass read, planned and failed at nothing, not too long ago.
    /// What is held or unresolved waits for a person, and does not count against it.
    pub fn ready(&self, now: Timestamp) -> Result<(), NotReady> {
        match (self.last(), self.last_good) {
            _ if self.stopping() => Err(NotReady::Stopping),
            (Some(last), _) if !last.verdict.is_good() => Err(NotReady::Failed(last.verdict)),
            _ if self.journal.problem().is_some() => Err(NotReady::Journal),
            _ if self.waits().is_some_and(|it| now.duration_since(it.since) > PATIENCE) => Err(NotReady::NoAnswer),
            (None, _) => Err(NotReady::First),
            (_, Some(good)) if now.duration_since(good) <= self.good_for => Ok(()),
            _ => Err(NotReady::Stale),
        }
    }

    /// Whether it is about to leave, perhaps once what is in flight is finished.
    pub fn stopping(&self) -> bool {
        self.leaving || self.activity == Activity::Stopping
    }

    /// What the pass under way waits for, if there is one and it does.
    pub fn waits(&self) -> Option<&CurrentWait> {
        match &self.activity {
            Activity::Running { waits, .. } => waits.as_ref(),
            Activity::Waiting(_) | Activity::Stopping => None,
        }
    }

    /// How far the pass under way has come, if there is one.
    pub fn so_far(&self) -> SoFar {
        match self.activity {
            Activity::Running { so_far, .. } => so_far,
            Activity::Waiting(_) | Activity::Stopping => SoFar::default(),
        }
    }

    /// Notes what the pass under way waits for and how far it has come, and says whether what it waits for is news.
    pub fn note(&mut self, news: Option<CurrentWait>, come: SoFar) -> bool {
        let Activity::Running { waits, so_far, .. } = &mut self.activity else { return false };
        *so_far = come;
        let changed = *waits != news;
        *waits = news;
        changed
    }

    /// Whether the token is gone before the next pass, so that the server locks us out.
    pub fn token_too_short(&self) -> bool {
        let lifetime = self.view.as_ref().and_then(|it| it.token_lifetime);
        lifetime.is_some_and(|it| SignedDuration::try_from(it).is_ok_and(|it| it < self.good_for / INTERVALS))
    }
}

/// A good pass says something for three intervals.
pub(super) const INTERVALS: i32 = 3;
/// Waldur's own server ends a request after half a minute: who waits for longer waits for nothing.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { first: Vec::new(), count: 0 }
    }
}

impl<T> FromIterator<T> for Listed<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        let first: Vec<T> = items.by_ref().take(ITEMS).collect();
        Self { count: first.len() + items.count(), first }
    }
}

/// In one line, for a service manager.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last() {
            None => f.write_str("first pass")?,
            Some(last) => write!(f, "{}", last.verdict)?,
        }
        match &self.activity {
            Activity::Running { since, waits: None, .. } => write!(f, "; a pass runs since {}", clock(*since)),
            Activity::Running { since, waits: Some(CurrentWait { why, .. }), .. } => {
                write!(f, "; a pass runs since {} and waits: {why}", clock(*since))
            }
            Activity::Waiting(due) => write!(f, "; the next pass is due by {}", clock(due.at)),
            Activity::Stopping => f.write_str("; stopping"),
        }
    }
}

fn clock(at: Timestamp) -> impl fmt::Display {
    at.strftime("%Y-%m-%d %H:%M:%S UTC")
}
