//! Leaving: what was asked for, and how it went.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

/// How urgently somebody wants the daemon to leave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// Not at all.
    #[default]
    No,
    /// After the step in flight.
    Soon,
    /// At once.
    Now,
}

impl Stop {
    /// What another signal makes of it.
    pub(super) const fn more(self) -> Self {
        match self {
            Self::No => Self::Soon,
            Self::Soon | Self::Now => Self::Now,
        }
    }
}

/// How the daemon left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// With nothing in flight.
    Clean,
    /// A pass was cut off: what was in flight has an unknown outcome, and the next start looks.
    CutOff,
}

/// Waits until somebody wants us to leave.
pub(super) async fn wanted(stop: &mut watch::Receiver<Stop>) {
    // When nobody is left who could want it, nobody ever will.
    if stop.wait_for(|it| *it != Stop::No).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Waits until a pass in flight has had its time, or has none.
pub(super) async fn out_of_time(stop: &mut watch::Receiver<Stop>, timeout: Duration) {
    wanted(stop).await;
    tokio::select! {
        // An error means that nobody can be more urgent any more, and must not end the wait.
        Ok(_) = stop.wait_for(|it| *it == Stop::Now) => {}
        () = sleep(timeout) => {}
    }
}
