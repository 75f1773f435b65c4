//! What the service manager is told, where there is one (`Type=notify`).

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::sync::watch;
use tokio::time::timeout;

use super::activity::Activity;
use super::status::Status;

/// Tells systemd that we are ready, what we are doing, and that we are alive, until we are stopping. Does nothing where
/// the environment names no service manager.
///
/// Ready means: files, port and signals are in place and the first pass has begun. It does not wait for a server that
/// may be down for hours; that is what `/readyz` and the status text tell.
pub async fn tell(mut status: watch::Receiver<Status>) {
    send(&[NotifyState::Ready]);
    // Twice in the time that we are given, so that a late one does no harm.
    let beat = sd_notify::watchdog_enabled().map_or(Duration::MAX, |it| it / 2);
    loop {
        let now = {
            let status = status.borrow_and_update();
            if status.activity == Activity::Stopping {
                send(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
                return;
            }
            status.to_string()
        };
        send(&[NotifyState::Status(&now), NotifyState::Watchdog]);
        // An elapsed beat is as good as a change.
        if let Ok(Err(_closed)) = timeout(beat, status.changed()).await {
            return;
        }
    }
}

/// Nothing depends on it, so a failure is only worth a line.
fn send(states: &[NotifyState<'_>]) {
    if let Err(why) = sd_notify::notify(states) {
        tracing::debug!("could not tell the service manager: {why}");
    }
}
