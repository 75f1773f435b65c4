//! Signals, sent by the real `kill` to this very process.

use std::process::{Command, id};
use std::time::Duration;

use grantsync::daemon::{By, Signals, Stop, Trigger, channel};
use tokio::sync::watch;
use tokio::time::timeout;

fn send(signal: &str) {
    let kill = format!("kill -{signal} {}", id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

#[tokio::test]
async fn a_hangup_asks_and_a_second_termination_is_more_urgent() {
    let (asker, mut input) = channel();
    let (stop, mut stopped) = watch::channel(Stop::No);
    tokio::spawn(Signals::catch().unwrap().pass_on(asker, stop));
    let patience = Duration::from_secs(30);

    send("HUP");
    let asked = timeout(patience, input.next()).await.unwrap();
    assert_eq!(asked.into_iter().collect::<Vec<_>>(), [Trigger::Signal]);

    for (signal, expected) in
        [("TERM", Stop::Soon(By::Terminate)), ("INT", Stop::Now(By::Interrupt)), ("TERM", Stop::Now(By::Terminate))]
    {
        send(signal);
        timeout(patience, stopped.wait_for(|it| *it == expected)).await.unwrap().unwrap();
    }
}
