//! Writes are recorded: each intent before it is sent, and each outcome after it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::released::Released;
use super::{PassRequest, View};
use crate::binding::{Binding, Link, LinkId};
use crate::desired::Origin;
use crate::directory::Directory;
use crate::journal::{Action, Counted, Entry, Intent, LinkRecord, PassContext, Request, ResultKind, StepOutcome};
use crate::journal_file::{JournalError, JournalFile};
use crate::plan::{Creation, EndChange, Removal};
use crate::policy::gates::{Effect, Gate};
use crate::policy::{Set, StepKind};
use crate::report::{Failure, Outcome};

/// Where a pass records its writes, and under which name.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The journal.
    pub file: Arc<JournalFile>,
    /// The name of the pass.
    pub pass: String,
    /// What asked for it.
    pub trigger: String,
    /// The base URL of the server.
    pub server: String,
}

/// A write, as it is recorded.
#[derive(Debug, Clone, Copy)]
pub(super) enum Write<'a> {
    Create(&'a Creation),
    SetEnd(EndChange<'a>),
    Remove(&'a Removal),
    /// A link is created again that was removed to make room.
    PutBack(&'a Link),
}

/// Records the writes of one pass.
pub(super) struct Recorder<'a> {
    file: Arc<JournalFile>,
    context: PassContext,
    request: &'a PassRequest<'a>,
    directory: &'a Directory,
    released: Released<'a>,
    next: AtomicU64,
    /// The last creation of each binding: its outcome may be found out later.
    creations: Mutex<BTreeMap<Binding, u64>>,
}

impl Recording {
    /// What entries of the pass begin with.
    pub fn context(&self, account: &str, commit: Option<&str>) -> PassContext {
        let Self { file: _, pass, trigger, server } = self.clone();
        PassContext { pass, trigger, server, account: account.to_owned(), commit: commit.map(str::to_owned) }
    }

    /// Appends an entry without holding up anything else.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn append(&self, entry: Entry) -> Result<(), JournalError> {
        append(Arc::clone(&self.file), entry).await
    }
}

async fn append(file: Arc<JournalFile>, entry: Entry) -> Result<(), JournalError> {
    let written = tokio::task::spawn_blocking(move || file.append(Timestamp::now(), &entry));
    match written.await {
        Ok(written) => written,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

impl<'a> Recorder<'a> {
    /// For a pass that is about to write; `None` if it records nothing.
    pub(super) fn new(view: &'a View, request: &'a PassRequest<'a>) -> Option<Self> {
        let recording = request.recording.as_ref()?;
        Some(Self {
            file: Arc::clone(&recording.file),
            context: recording.context(&view.snapshot.observation.caller.username, request.commit),
            request,
            directory: &view.directory,
            released: Released::of(view, request),
            next: AtomicU64::new(1),
            creations: Mutex::default(),
        })
    }

    /// Records that a write is about to be sent, and returns its number.
    ///
    /// # Errors
    /// If that cannot be recorded and the write gives access: then it must not be sent. What takes access away is sent
    /// all the same, or filling the disk would keep it.
    pub(super) async fn intent(&self, write: Write<'_>) -> Result<u64, Failure> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if let Write::Create(creation) = write {
            self.creations.lock().unwrap_or_else(PoisonError::into_inner).insert(creation.binding, number);
        }
        let intent = self.entry(write, number);
        let Err(error) = append(Arc::clone(&self.file), Entry::Intent(Box::new(intent.clone()))).await else {
            return Ok(number);
        };
        if write.gives_access() {
            return Err(Failure {
                message: format!("{error}: nothing that gives access is sent"),
                help: Some(error.help().to_owned()),
            });
        }
        let text = serde_json::to_string(&intent).unwrap_or_default();
        tracing::error!(%error, intent = %text, "sent without a record in the journal");
        Ok(number)
    }

    /// Records the outcome of a write.
    pub(super) async fn outcome(&self, write: u64, outcome: &Outcome) {
        let entry = StepOutcome {
            pass: self.context.pass.clone(),
            write,
            result: result(outcome),
            id: created(outcome),
            message: message(outcome),
        };
        if let Err(error) = append(Arc::clone(&self.file), Entry::Outcome(entry)).await {
            tracing::error!(%error, write, %outcome, "answered without a record in the journal");
        }
    }

    /// Records the outcome of a creation whose answer was lost before.
    pub(super) async fn found(&self, binding: &Binding, outcome: &Outcome) {
        let write = self.creations.lock().unwrap_or_else(PoisonError::into_inner).get(binding).copied();
        if let Some(write) = write {
            self.outcome(write, outcome).await;
        }
    }

    fn entry(&self, write: Write<'_>, number: u64) -> Intent {
        let (action, until, why) = match write {
            Write::Create(creation) => (Action::Create, creation.ends.at(), "declared".to_owned()),
            Write::SetEnd(change) => (Action::SetEnd, change.ends.at(), "another end is declared".to_owned()),
            Write::Remove(removal) => (Action::Remove, None, removal.why.to_string()),
            Write::PutBack(link) => (Action::PutBack, link.ends, "what was to replace it was not created".to_owned()),
        };
        let removal = if let Write::Remove(removal) = write { Some(removal) } else { None };
        Intent {
            context: self.context.clone(),
            write: number,
            action,
            link: self.link(write),
            until,
            why,
            requests: write.origins().iter().map(asked).collect(),
            approval: removal.and_then(|it| self.released.approval(it)),
            counts: removal.filter(|it| !self.released.contains(it)).and_then(|it| self.counts(it)),
        }
    }

    fn link(&self, write: Write<'_>) -> LinkRecord {
        let (binding, link) = match write {
            Write::Create(creation) => (creation.binding, None),
            Write::SetEnd(EndChange { link, .. }) => (link.binding, Some(link)),
            Write::Remove(removal) => (removal.link.binding, Some(removal.link)),
            Write::PutBack(link) => (link.binding, None),
        };
        let Binding { resource, role, user } = binding;
        let of_resource = self.directory.resources.get(&resource);
        LinkRecord {
            id: link.map(|it| it.id),
            resource,
            resource_name: of_resource.map(|it| it.name.clone()).unwrap_or_default(),
            offering_name: of_resource.map(|it| it.offering_name.clone()).unwrap_or_default(),
            role,
            role_name: self.directory.roles.get(&role).map(|it| it.name.clone()).unwrap_or_default(),
            user,
            username: self.directory.users.get(&user).map(|it| it.username.clone()).unwrap_or_default(),
            ends: link.and_then(|it| it.ends),
            created: link.and_then(|it| it.created),
        }
    }

    fn counts(&self, removal: &Removal) -> Option<Counted> {
        let kind = StepKind::of(removal, self.request.now, &self.request.last_seen);
        match Gate::Day.effect(kind) {
            Effect::Counts(Set::Removals) => Some(Counted::Removals),
            Effect::Counts(Set::Ended) => Some(Counted::Ended),
            _ => None,
        }
    }
}

impl Write<'_> {
    fn gives_access(self) -> bool {
        match self {
            Write::Create(_) => true,
            Write::SetEnd(change) => change.link.ends.is_some_and(|had| change.ends.at().is_none_or(|it| it > had)),
            // Whoever lost a role to make room waits without access; that was recorded.
            Write::Remove(_) | Write::PutBack(_) => false,
        }
    }

    fn origins(&self) -> &[Origin] {
        match self {
            Write::Create(it) => &it.origins,
            Write::SetEnd(it) => it.origins,
            Write::Remove(it) => &it.origins,
            Write::PutBack(_) => &[],
        }
    }
}

fn asked(Origin { span, groups, life: _, reason }: &Origin) -> Request {
    Request {
        at: span.to_string(),
        groups: groups.iter().map(ToString::to_string).collect(),
        reason: reason.as_ref().map(ToString::to_string),
    }
}

fn result(outcome: &Outcome) -> ResultKind {
    match outcome {
        Outcome::Created(_) | Outcome::Removed | Outcome::EndSet => ResultKind::Done,
        Outcome::Adopted(_) | Outcome::AlreadyGone => ResultKind::DoneBefore,
        Outcome::Held(_) | Outcome::Unsent => ResultKind::Refused,
        Outcome::Failed(_) => ResultKind::Failed,
        Outcome::Unknown(_) => ResultKind::Unknown,
    }
}

fn created(outcome: &Outcome) -> Option<LinkId> {
    match outcome {
        Outcome::Created(link) | Outcome::Adopted(link) => Some(link.id),
        _ => None,
    }
}

fn message(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Failed(failure) | Outcome::Unknown(failure) => Some(failure.message.clone()),
        Outcome::Held(hold) => Some(hold.to_string()),
        _ => None,
    }
}
