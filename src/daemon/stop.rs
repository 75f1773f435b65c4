//! Leaving: what was asked for, and how it went.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

/// How urgently somebody wants the daemon to leave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stop {
    /// Not at all.
    #[default]
    No,
    /// After the step in flight.
    Soon(By),
    /// At once.
    Now(By),
}

/// The signal by which it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// How the daemon left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// With nothing in flight.
    Clean,
    /// A pass was cut off: what was in flight has an unknown outcome, and the next start looks.
    CutOff(By),
}

impl Stop {
    /// Whether anybody wants it at all.
    pub const fn wanted(self) -> bool {
        matches!(self, Self::Soon(_) | Self::Now(_))
    }

    /// What another signal makes of it.
    pub(super) const fn more(self, by: By) -> Self {
        match self {
            Self::No => Self::Soon(by),
            Self::Soon(_) | Self::Now(_) => Self::Now(by),
        }
    }
}

/// Waits until somebody wants us to leave.
pub(super) async fn wanted(stop: &mut watch::Receiver<Stop>) {
    // When nobody is left who could want it, nobody ever will.
    if stop.wait_for(|it| it.wanted()).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Waits until a pass in flight has had its time, or has none, and says by whom.
pub(super) async fn out_of_time(stop: &mut watch::Receiver<Stop>, timeout: Duration) -> By {
    wanted(stop).await;
    tokio::select! {
        // An error means that nobody can be more urgent any more, and must not end the wait.
        Ok(_) = stop.wait_for(|it| matches!(it, Stop::Now(_))) => {}
        () = sleep(timeout) => {}
    }
    match *stop.borrow() {
        Stop::Soon(by) | Stop::Now(by) => by,
        // Nobody takes it back.
        Stop::No => By::Terminate,
    }
}
