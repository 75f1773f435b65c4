//! Connections of the admin port that keep silent, and its end.

use std::io;

use grantsync::admin::leave_with;
use grantsync::daemon::{By, Stop};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::admin_http::{Port, made};
use super::http;

#[tokio::test(start_paused = true)]
async fn silent_connections_are_closed_and_those_after_them_served() {
    let port = Port::showing(made("held"), None).await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(TcpStream::connect(port.url.trim_start_matches("http://")).await.unwrap());
    }
    let alive = http::get(format!("{}/livez", port.url)).await.unwrap();
    assert_eq!(alive.text().await.unwrap(), "alive\n");
    for mut it in silent {
        let mut said = Vec::new();
        let _ = it.read_to_end(&mut said).await;
        assert!(!String::from_utf8_lossy(&said).contains("alive"));
    }
}

#[tokio::test]
async fn when_it_ends_the_agent_is_asked_to_leave() {
    for before in [Stop::No, Stop::Now(By::Interrupt)] {
        for end in [Some(Ok(())), Some(Err(io::Error::other("no more descriptors"))), None] {
            let served = tokio::spawn(async move { end.expect("a panic must not go unnoticed") });
            let (stop, stopped) = watch::channel(before);
            leave_with(served, stop).await;
            let after = if before == Stop::No { Stop::Soon(By::Terminate) } else { before };
            assert_eq!(*stopped.borrow(), after);
        }
    }
}
