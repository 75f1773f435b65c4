//! What every step needs while it is sent: the server, the pace, and whether the pass goes on.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::watch;

use super::record::{Recorder, Write};
use super::{PassRequest, Tell, View, WriteOptions};
use crate::api::{self, Client, ErrorKind, LinksAnswer};
use crate::binding::{Binding, Link};
use crate::plan::keeper;
use crate::report::{Failure, Outcome, Step, Stop};

/// So many writes in a row that the server forbids are no matter of one resource.
const FORBIDDEN_IN_A_ROW: u32 = 5;

/// What every step needs while it is sent.
pub(super) struct Sending<'a> {
    pub(super) client: &'a Client,
    pub(super) view: &'a View,
    /// The commit that asks for the steps, if it is known.
    pub(super) commit: Option<&'a str>,
    pub(super) write_options: WriteOptions,
    recorder: Option<Recorder<'a>>,
    tell: Tell<'a>,
    interrupted: watch::Receiver<bool>,
    stopped: Mutex<Option<Stop>>,
    /// Writes in a row that were answered 403.
    forbidden: AtomicU32,
}

impl<'a> Sending<'a> {
    pub(super) fn new(
        (client, view, request): (&'a Client, &'a View, &'a PassRequest<'a>),
        write_options: WriteOptions,
        tell: Tell<'a>,
        interrupted: watch::Receiver<bool>,
    ) -> Self {
        Self {
            client,
            view,
            commit: request.commit,
            write_options,
            recorder: Recorder::new(view, request),
            tell,
            interrupted,
            stopped: Mutex::new(None),
            forbidden: AtomicU32::new(0),
        }
    }

    /// Sends steps side by side, and says what became of each, in their order. Once the pass is stopped, what is under
    /// way is finished and the rest is not begun.
    pub(super) async fn send_concurrently<S: Sync>(
        &self,
        steps: &[S],
        send: impl AsyncFn(&S) -> Outcome,
    ) -> Vec<Outcome> {
        let mut outcomes = vec![Outcome::Unsent; steps.len()];
        let sent = stream::iter(steps.iter().enumerate()).map(async |(at, step)| {
            let outcome = if self.stopped().is_some() { Outcome::Unsent } else { send(step).await };
            (at, outcome)
        });
        let mut sent = std::pin::pin!(sent.buffer_unordered(self.write_options.parallelism.max(1)));
        while let Some((at, outcome)) = sent.next().await {
            outcomes[at] = outcome;
        }
        outcomes
    }

    /// Sends a write, with its intent on record before and its outcome after.
    pub(super) async fn recorded(&self, write: Write<'_>, send: impl Future<Output = Outcome>) -> Outcome {
        let Some(recorder) = &self.recorder else { return send.await };
        let number = match recorder.intent(write).await {
            Ok(number) => number,
            Err(failure) => return Outcome::Failed(failure),
        };
        let outcome = send.await;
        recorder.outcome(number, &outcome).await;
        outcome
    }

    /// Puts on record that a creation was found whose answer was lost.
    pub(super) async fn found(&self, binding: &Binding, outcome: &Outcome) {
        if let Some(recorder) = &self.recorder {
            recorder.found(binding, outcome).await;
        }
    }

    /// Why nothing more may be sent, if so.
    pub(super) fn stopped(&self) -> Option<Stop> {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone();
        stopped.or_else(|| self.interrupted.borrow().then_some(Stop::Interrupted))
    }

    /// Lets nothing more be sent; the first reason is kept.
    pub(super) fn stop(&self, why: Stop) {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
    }

    /// What a failed request means for its step, and for the pass.
    pub(super) async fn failed(&self, error: api::Error) -> Outcome {
        self.turned_away(&error);
        self.forbidden(&error);
        self.unanswered(&error).await;
        Outcome::Failed(error.into())
    }

    /// What a write whose answer was lost means.
    pub(super) async fn lost(&self, error: api::Error) -> Outcome {
        self.unanswered(&error).await;
        Outcome::Unknown(error.into())
    }

    /// Where nobody answers, asks something small, and stops the pass if that is not answered either: each step that is
    /// left would take its time, and all of them hours.
    pub(super) async fn unanswered(&self, error: &api::Error) {
        if error.is_throttled() {
            return self.stop(Stop::Down(error.clone().into()));
        }
        if matches!(error.kind, ErrorKind::Lost | ErrorKind::Repeatable | ErrorKind::Unreachable | ErrorKind::Busy)
            && self.stopped().is_none()
            && let Err(error) = self.client.caller().await
        {
            self.turned_away(&error);
            self.stop(Stop::Down(error.into()));
        }
    }

    /// Stops the pass if the error says that the token opens nothing any more.
    pub(super) fn turned_away(&self, error: &api::Error) {
        if error.kind == ErrorKind::Unauthorized {
            self.stop(Stop::Unauthorized(error.clone().into()));
        }
    }

    /// Stops the pass if the server forbids one write after the other. Staff may write everything, but no read shows whether
    /// their token may.
    fn forbidden(&self, error: &api::Error) {
        if error.kind != ErrorKind::Forbidden || !self.view.snapshot.observation.caller.is_staff {
            return;
        }
        if self.forbidden.fetch_add(1, Ordering::Relaxed) + 1 >= FORBIDDEN_IN_A_ROW {
            let help = "the owner of the token is staff, so the token is narrower than its owner: use one that may \
                        change the roles of resources";
            self.stop(Stop::Unauthorized(Failure { help: Some(help.to_owned()), ..error.clone().into() }));
        }
    }

    /// Tells what became of a step: to whoever watches, and to the log.
    pub(super) fn told(&self, step: &Step, outcome: Outcome) -> Outcome {
        if outcome.is_failure() {
            tracing::warn!(step = %step, %outcome, "answered");
        } else {
            self.forbidden.store(0, Ordering::Relaxed);
            tracing::info!(step = %step, %outcome, "answered");
        }
        (self.tell)(self.view, step, &outcome);
        outcome
    }

    /// The rows that stand for a binding now, the one to keep first.
    pub(super) async fn rows(&self, binding: &Binding) -> Result<Vec<Link>, api::Error> {
        Ok(self.seen(binding).await?.links)
    }

    /// The same, and those that are not shown in full.
    pub(super) async fn seen(&self, binding: &Binding) -> Result<LinksAnswer, api::Error> {
        let mut seen = self.client.links_of(binding).await?;
        seen.links.sort_unstable();
        if let Some(keeper) = keeper(&seen.links, self.view.plan.now) {
            seen.links.sort_by_key(|it| *it != keeper);
        }
        Ok(seen)
    }
}
