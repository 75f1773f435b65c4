//! Signals: SIGHUP asks for a pass; SIGTERM and SIGINT want the daemon to leave, and the second of them at once.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::stop::{By, Stop};
use super::trigger::{Asker, Trigger};

/// The signals that concern us, caught from now on.
#[derive(Debug)]
pub struct Signals {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Catches them, so that none of them ends the process any more.
    ///
    /// # Errors
    /// If the system does not let us.
    pub fn catch() -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Passes them on for as long as it runs.
    pub async fn pass_on(mut self, asker: Asker, stop: watch::Sender<Stop>) {
        loop {
            let (name, by) = tokio::select! {
                _ = self.hangup.recv() => {
                    asker.ask(Trigger::Signal);
                    continue;
                }
                _ = self.interrupt.recv() => ("SIGINT", By::Interrupt),
                _ = self.terminate.recv() => ("SIGTERM", By::Terminate),
            };
            stop.send_modify(|it| *it = it.more(by));
            if *stop.borrow() == Stop::Now(by) {
                tracing::warn!("{name} again: leaving at once");
            } else {
                tracing::info!("{name}: leaving after the step in flight");
            }
        }
    }
}
