//! One pass of the agent: reads the files, makes live equal to them, and puts into words what came of it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::agent::Agent;
use super::baseline::Baseline;
use super::sources::{read_with_commit, reading};
use super::words::{finished, refused, waits};
use crate::api::{self, ChangeMark, Method};
use crate::cli::narrowing::overrides;
use crate::daemon::{self, ContentId, End, JournalState, Memory, Requests, SoFar};
use crate::desired::{self, Mode};
use crate::diagnostic::{Diagnostic, Source};
use crate::journal::Recalled;
use crate::policy::Earlier;
use crate::reconcile::files::FilesError;
use crate::reconcile::{Confirmation, PassRequest, Recording, reconcile};
use crate::render;

/// How often a pass that is under way is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long the record of changes may take: without it, later passes list all links.
const MARK: Duration = Duration::from_secs(10);
/// More findings than this are counted, not shown.
const SHOWN: usize = 50;

/// How far the pass has come.
#[derive(Default)]
struct PassProgress {
    files_read: AtomicBool,
    /// The commit that the files are of, once they are read.
    revision: OnceLock<Option<String>>,
    /// The username of the token, once that is known.
    account: OnceLock<String>,
    steps: AtomicU64,
}

/// Requests so far, by method and status.
type Counted = BTreeMap<(Method, Option<u16>), u64>;

impl Agent {
    /// One pass to its end. While nothing is written yet, it ends at once when it is to.
    pub(super) async fn pass(&self, memory: &mut Memory) -> daemon::PassSummary {
        let (requests, retries) = (self.client.counters().requests(), self.client.counters().retries());
        let (writing, progress) = (Cell::new(false), PassProgress::default());
        let recording = self.recording();
        if let Some(recalled) = &self.recalled {
            memory.recall(&recalled.held);
        }
        let end = tokio::select! {
            biased;
            end = self.end(memory, &writing, &progress, recording.clone()) => end,
            () = self.stopped_before(&writing) => End::Interrupted,
            never = self.tell_progress(&progress, &requests) => match never {},
        };
        let sent = self.client.counters().requests().into_iter().filter_map(|((method, code), count)| {
            let count = count - requests.get(&(method, code)).copied().unwrap_or(0);
            (count > 0).then(|| Requests { method: name(method), code, count })
        });
        let mut summary = daemon::PassSummary {
            end,
            revision: progress.revision.into_inner().flatten(),
            journal: JournalState::Unused,
            token_problem: self.client.token_problem(),
            requests: sent.collect(),
            retries: self.client.counters().retries() - retries,
        };
        if let Some(recording) = recording {
            let account = progress.account.into_inner().unwrap_or_default();
            summary.journal = self.record(&recording, &account, &summary, memory).await;
        }
        summary
    }

    /// Tells how far the pass has come, and what it waits for while it does: the first one of many links takes long, a
    /// server that is down or hangs is given minutes, and whoever looks meanwhile has to see why nothing comes.
    async fn tell_progress(&self, progress: &PassProgress, before: &Counted) -> Infallible {
        loop {
            tokio::time::sleep(LOOK).await;
            let wait = self.client.longest_call();
            // A try that failed is in the log already.
            let silent = wait.as_ref().is_some_and(|it| it.failed == 0);
            let waits = wait.and_then(waits);
            let why = waits.as_ref().map(|it| it.why.clone()).filter(|_| silent);
            let answered = self.client.counters().requests().into_iter().any(|((method, code), count)| {
                code == Some(200) && before.get(&(method, code)).is_none_or(|it| *it < count)
            });
            let files_read = progress.files_read.load(Ordering::Relaxed);
            let so_far = SoFar { files_read, answered, steps: progress.steps.load(Ordering::Relaxed) };
            if self.tell.send_if_modified(|status| status.note(waits, so_far))
                && let Some(why) = why
            {
                tracing::warn!("{why}");
            }
        }
    }

    async fn end(
        &self,
        memory: &mut Memory,
        writing: &Cell<bool>,
        progress: &PassProgress,
        recording: Option<Recording>,
    ) -> End {
        let sources = match self.read(progress).await {
            Ok(sources) => sources,
            Err(findings) => return self.broken(findings),
        };
        let content = reading(&sources).content;
        if self.is_unchanged(memory, content).await {
            return End::NoChange;
        }
        let document = match desired::parse(&sources) {
            Ok(document) => document,
            Err(diagnostics) => return self.broken(broken(&sources, &diagnostics)),
        };
        progress.files_read.store(true, Ordering::Relaxed);
        let now = memory.now();
        let unsettled = self.readings.borrow_mut().add(&sources, &document, now);
        let vanished = memory.files_read(reading(&sources)).is_some();
        let earlier = match self.earlier(now).await {
            Ok(earlier) => earlier,
            Err(error) => return refused(error.into()),
        };
        let known = self.known.borrow().clone();
        let request = PassRequest {
            document: &document,
            commit: progress.revision.get().and_then(Option::as_deref),
            now,
            limits: overrides(&self.asked),
            mode: self.asked.mode.max(match (memory.other_api(), vanished) {
                (Some(_), _) => Mode::Observe,
                (None, true) => Mode::AddOnly,
                (None, false) => Mode::Enforce,
            }),
            only: &self.only,
            approval: None,
            partial_view: self.partial_view,
            removed_lately: memory.removed_lately(),
            earlier,
            ended_lately: memory.ended_lately()
                + self.recalled.as_ref().map_or(0, |it| Recalled::count(&it.ended, now)),
            last_seen: Arc::clone(&self.last_seen.borrow()),
            deferred: memory.deferred().clone(),
            unsettled,
            known: Some(&known),
            recording,
        };
        let mark = match self.change_mark().await {
            Ok(mark) => mark,
            Err(error) => return refused(error.into()),
        };
        let (confirm, begin) = (async |_: &_| Confirmation::Apply, |_: &_| writing.set(true));
        let tell = |_: &_, _: &_, _: &_| {
            progress.steps.fetch_add(1, Ordering::Relaxed);
        };
        match reconcile(&self.client, &request, self.write_options, confirm, begin, &tell, self.interrupted()).await {
            Ok(pass) => {
                let _ = progress.account.set(pass.prepared.view.snapshot.observation.caller.username.clone());
                self.readings.borrow_mut().asked_for(&pass.prepared.view.plan);
                self.known.borrow_mut().learn(&pass, Timestamp::now());
                let mut finished = finished(&pass, &request, vanished, self);
                finished.other_api = memory.other_api().cloned();
                // Where links come and go, one that is not shown may be there all the same: nothing is forgotten.
                if !pass.prepared.view.plan.changing {
                    let seen = request.last_seen.after(&pass.prepared.view.plan);
                    *self.last_seen.borrow_mut() = Arc::new(seen);
                }
                let end = End::Finished(Box::new(finished));
                let baseline = Baseline::of(now, content, mark, &end, &pass.prepared.view.snapshot);
                self.baseline.replace(baseline);
                end
            }
            Err(error) => refused(error),
        }
    }

    /// What was removed in the day before the process began, from the journal and from the server's log. The log is asked
    /// for until it was read.
    async fn earlier(&self, now: Timestamp) -> Result<Earlier<'_>, api::Error> {
        const DAY: SignedDuration = SignedDuration::from_hours(24);
        if self.log.get().is_none() {
            let caller = self.client.caller().await?;
            let since = self.began.saturating_sub(DAY).unwrap_or(Timestamp::MIN);
            let log = if caller.is_staff || caller.is_support {
                self.log.get_or_try_init(|| self.client.events(since)).await.map_err(|it| it.to_string())
            } else {
                Err("only staff and support can read the server's log".to_owned())
            };
            self.uncounted.replace(log.err().filter(|_| self.recalled.is_none()));
        }
        let recorded = self.recalled.as_ref().map_or(0, |it| Recalled::count(&it.removals, now));
        Ok(Earlier { events: self.log.get().map_or(&[], Vec::as_slice), before: self.began, recorded })
    }

    /// The files, if they can be read; otherwise what is wrong with them.
    async fn read(&self, progress: &PassProgress) -> Result<Vec<Source>, Vec<String>> {
        let paths = self.files.clone();
        let (sources, revision) = match tokio::task::spawn_blocking(move || read_with_commit(&paths)).await {
            Ok(read) => read,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        };
        let _ = progress.revision.set(revision);
        sources.map_err(|error| match error {
            FilesError::Invalid { sources, diagnostics } => broken(&sources, &diagnostics),
            error => {
                let help = error.help().map(|it| format!("\n  help: {it}")).unwrap_or_default();
                vec![format!("{error}{help}")]
            }
        })
    }

    fn broken(&self, findings: Vec<String>) -> End {
        self.readings.borrow_mut().add_broken();
        End::Broken(findings)
    }

    /// Whether nothing has changed since the last full pass. If that cannot be asked, a full pass will say why.
    async fn is_unchanged(&self, memory: &Memory, content: ContentId) -> bool {
        let baseline = self.baseline.take().filter(|it| it.fits(memory, content, self.full_listing));
        let Some(baseline) = baseline else { return false };
        let holds = baseline.holds(&self.client).await;
        if let Err(error) = &holds {
            tracing::info!("could not ask whether anything has changed, listing all links: {error}");
        }
        let holds = holds.unwrap_or(false);
        if holds {
            self.baseline.replace(Some(baseline));
        }
        holds
    }

    /// What the server's record of changes shows before links are listed, if later passes are to rest on it. A server that is
    /// down is waited for, a record that is slow is not.
    async fn change_mark(&self) -> Result<Option<ChangeMark>, api::Error> {
        if self.full_listing.is_zero() || !self.client.caller().await?.is_staff {
            return Ok(None);
        }
        match tokio::time::timeout(MARK, self.client.change_mark()).await {
            Ok(Ok(mark)) => Ok(mark),
            Ok(Err(error)) => {
                tracing::debug!("every pass lists all links, because the record of changes can't be read: {error}");
                Ok(None)
            }
            Err(_) => Ok(None),
        }
    }

    /// Turns true when the process is to leave.
    fn interrupted(&self) -> watch::Receiver<bool> {
        let (tell, told) = watch::channel(false);
        let mut stop = self.stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                Ok(_) = stop.wait_for(|it| it.wanted()) => drop(tell.send(true)),
                () = tell.closed() => {}
            }
        });
        told
    }

    async fn stopped_before(&self, writing: &Cell<bool>) {
        let mut stop = self.stop.clone();
        if stop.wait_for(|it| it.wanted()).await.is_err() || writing.get() {
            std::future::pending::<()>().await;
        }
    }
}

fn broken(sources: &[Source], diagnostics: &[Diagnostic]) -> Vec<String> {
    let one = |it: &Diagnostic| render::diagnostics(sources, std::slice::from_ref(it), false, 1).trim_end().to_owned();
    let errors = diagnostics.iter().filter(|it| it.severity == crate::diagnostic::Severity::Error);
    let mut findings: Vec<_> = errors.clone().take(SHOWN).map(one).collect();
    let more = errors.count().saturating_sub(SHOWN);
    if more > 0 {
        findings.push(format!("and {more} more"));
    }
    findings
}

const fn name(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Delete => "DELETE",
    }
}
