//! `--journal`: opens the file, names passes in it, and closes each with a line of its own.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;

use super::error::{Error, Result};
use super::{Exit, output, secrets};
use crate::journal::{Entry, PassRecord};
use crate::journal_file::{JournalError, JournalFile};
use crate::reconcile::{self, Pass, PassRequest, Recording};

/// Where writes are recorded.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct JournalTo {
    /// A file that records every write before it is sent, its outcome, and the result of each pass. It is appended to.
    /// `grantsync history` reads it.
    #[arg(long, env = "GRANTSYNC_JOURNAL", value_name = "FILE")]
    pub(super) journal: Option<PathBuf>,
}

impl JournalTo {
    /// Where it is, if there is one.
    pub(super) fn path(&self) -> Option<&Path> {
        self.journal.as_deref()
    }

    /// Opens it, if there is one.
    pub(super) fn open(&self) -> Result<Option<Arc<JournalFile>>> {
        let Some(path) = self.path() else { return Ok(None) };
        let file = JournalFile::open(path, Timestamp::now(), secrets::cut_out)?;
        if let Some(problem) = file.problem() {
            tracing::error!("{problem}: nothing that gives access is sent until it can be written");
        }
        Ok(Some(Arc::new(file)))
    }

    /// The same, for the only pass of a call.
    pub(super) fn recording(&self, server: &str) -> Result<Option<Recording>> {
        Ok(self.open()?.map(|file| recording(&file, "apply".to_owned(), server)))
    }
}

/// A pass of a new name that records what it writes.
pub(super) fn recording(file: &Arc<JournalFile>, trigger: String, server: &str) -> Recording {
    let now = Timestamp::now();
    // Two passes may begin within one second, on two machines.
    let pass = format!("{}-{:04x}", now.strftime("%Y%m%dT%H%M%S"), fastrand::u16(..));
    Recording { file: Arc::clone(file), pass, trigger, server: server.to_owned() }
}

/// Writes the line of a pass that is over.
///
/// # Errors
/// If it cannot be written.
pub(super) async fn close(recording: &Recording, record: PassRecord) -> Result<(), JournalError> {
    let (pass, result) = (record.context.pass.clone(), record.result.clone());
    let closed = recording.append(Entry::Pass(Box::new(record))).await;
    match &closed {
        // Whoever keeps it elsewhere can tell later whether the end of the file was cut off.
        Ok(()) => tracing::info!(%pass, %result, last_hash = %recording.file.last(), "pass recorded"),
        Err(error) => tracing::error!(%pass, %result, "{error}"),
    }
    closed
}

impl From<JournalError> for Error {
    fn from(error: JournalError) -> Self {
        let exit = match &error {
            JournalError::Io { error, .. } if error.kind() != ErrorKind::NotFound => Exit::Refused,
            JournalError::Io { .. } | JournalError::Other(_) => Exit::Usage,
            JournalError::Locked(_) | JournalError::Newer(..) => Exit::Refused,
        };
        Self::new(exit, error.to_string()).help(error.help())
    }
}

/// Hands on the result of a call's pass, with a line for it in the journal.
pub(super) async fn closed(
    request: &PassRequest<'_>,
    done: Result<Pass, reconcile::Error>,
) -> Result<Pass, reconcile::Error> {
    let Some(recording) = &request.recording else { return done };
    let mut record = PassRecord { context: recording.context("", request.commit), ..PassRecord::default() };
    match &done {
        Ok(Pass { prepared, report }) => {
            let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
            record.context.account.clone_from(&prepared.view.snapshot.observation.caller.username);
            record.in_sync = count(prepared.decision.plan.in_sync.len());
            record.held = Some(count(prepared.decision.plan.held.len()));
            if let Some(report) = report {
                record.done = count(report.count(|_, outcome| outcome.is_done()));
                record.failed = count(report.count(|_, outcome| outcome.is_failure()));
            }
            let result = match (report, Exit::of_apply(&prepared.decision, report.as_ref())) {
                (None, Exit::Done) => "in_sync",
                (Some(_), Exit::Done) => "changed",
                (_, Exit::Held) => "held",
                (_, Exit::Refused) => "unauthorized",
                _ => "incomplete",
            };
            result.clone_into(&mut record.result);
        }
        Err(error) => {
            "refused".clone_into(&mut record.result);
            record.failure = Some(error.to_string());
        }
    }
    // A pass that could not be recorded is told already; its steps have failed where that matters.
    if close(recording, record).await.is_ok() {
        let hash = recording.file.last();
        output::say(&format!("journal: pass {} recorded, last hash {hash}\n", recording.pass));
    }
    done
}
