//! Ctrl-C and SIGTERM: the first finishes what is in flight, the second leaves at once.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::{Exit, output};

/// Listens for signals from now on.
#[derive(Debug, Clone)]
pub(super) struct Signals {
    stop: watch::Receiver<bool>,
    /// Locked for as long as it matters that it stays as it is.
    writing: Arc<Mutex<bool>>,
    by: Arc<AtomicU8>,
}

impl Signals {
    /// Takes over from the system. While nothing is being written, a signal ends the process at once.
    pub(super) fn listen() -> std::io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (ask, stop) = watch::channel(false);
        let signals = Self { stop, writing: Arc::default(), by: Arc::default() };
        let Self { writing, by, .. } = signals.clone();
        tokio::spawn(async move {
            loop {
                let exit = either(&mut interrupt, &mut terminate).await;
                by.store(exit as u8, Ordering::Relaxed);
                let writing = lock(&writing);
                if !*writing {
                    // Nothing can be written from here on: the lock is never given back.
                    output::say("\ninterrupted: nothing was written\n");
                    leave(exit);
                }
                drop(writing);
                if *ask.borrow() {
                    output::say("\nleaving at once: what was in flight may or may not have been done\n");
                    leave(exit);
                }
                // First, so that whoever reads it can rely on it.
                let _ = ask.send(true);
                output::say("\nfinishing what is in flight; once more to leave at once\n");
            }
        });
        Ok(signals)
    }

    /// From now on, a signal has to let what is in flight finish.
    pub(super) fn writing(&self) {
        *lock(&self.writing) = true;
    }

    /// Turns true at the first signal.
    pub(super) fn stop(&self) -> watch::Receiver<bool> {
        self.stop.clone()
    }

    /// The exit code of an interrupted pass: which signal it was.
    pub(super) fn exit(&self) -> Exit {
        if self.by.load(Ordering::Relaxed) == Exit::Terminated as u8 { Exit::Terminated } else { Exit::Interrupted }
    }
}

/// Waits for the first signal.
pub(super) async fn interrupted() -> std::io::Result<Exit> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(either(&mut interrupt, &mut terminate).await)
}

fn lock(writing: &Mutex<bool>) -> MutexGuard<'_, bool> {
    writing.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) -> Exit {
    tokio::select! {
        _ = interrupt.recv() => Exit::Interrupted,
        _ = terminate.recv() => Exit::Terminated,
    }
}

#[expect(clippy::exit, reason = "somebody asked twice, or nothing is in flight: there is nothing to unwind for")]
fn leave(exit: Exit) -> ! {
    std::process::exit(i32::from(exit as u8))
}
