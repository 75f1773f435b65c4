//! What all passes of the agent have in common.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OnceCell, watch};

use super::baseline::Baseline;
use crate::api::Client;
use crate::daemon::{Status, Stop};
use crate::desired::PassFilter;
use crate::event::Event;
use crate::journal::Recalled;
use crate::journal_file::JournalFile;
use crate::policy::{LastSeen, Readings};
use crate::reconcile::{KnownLinks, WriteOptions};
use crate::saved::PlanOptions;

/// What all passes have in common.
pub(super) struct Agent {
    pub(super) client: Client,
    pub(super) files: Vec<PathBuf>,
    pub(super) asked: PlanOptions,
    pub(super) only: PassFilter,
    pub(super) partial_view: bool,
    pub(super) write_options: WriteOptions,
    pub(super) expiring_within: Duration,
    pub(super) stop: watch::Receiver<Stop>,
    /// Where to tell what a pass waits for.
    pub(super) tell: watch::Sender<Status>,
    /// What earlier readings of the files asked for.
    pub(super) readings: RefCell<Readings>,
    /// When the process began.
    pub(super) began: Timestamp,
    /// The server's log of the day before that, once it was read.
    pub(super) log: OnceCell<Vec<Event>>,
    /// Why it could not be read.
    pub(super) uncounted: RefCell<Option<String>>,
    /// How old the last full listing may be; zero: none is old enough to rest on.
    pub(super) full_listing: SignedDuration,
    /// What later passes may rest on.
    pub(super) baseline: RefCell<Option<Baseline>>,
    /// Where writes are recorded.
    pub(super) journal: Option<Arc<JournalFile>>,
    /// The base URL of the server.
    pub(super) server: String,
    /// What the journal says of the time before the process began; `None` if it says nothing.
    pub(super) recalled: Option<Recalled>,
    /// The links that earlier passes saw or made.
    pub(super) known: RefCell<KnownLinks>,
    /// What the passes so far saw live and wanted.
    pub(super) last_seen: RefCell<Arc<LastSeen>>,
}
