//! The admin port, over real HTTP on loopback.

use std::fs;
use std::time::Duration;

use grantsync::admin::{Admin, SyncToken, serve};
use grantsync::daemon::{Activity, CurrentWait, SoFar, Status, Trigger, TriggerQueue, channel};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Response, StatusCode};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::admin_kit::{now, status};
use super::daemon_kit::at;

use crate::http;

/// An admin port that shows one status.
pub(super) struct Port {
    pub(super) url: String,
    input: TriggerQueue,
    status: watch::Sender<Status>,
}

/// When the daemons of the kit are looked at, about.
fn clock() -> Timestamp {
    at("2027-01-01T15:40:00Z")
}

impl Port {
    pub(super) async fn showing(status: Status, sync_token: Option<SyncToken>) -> Self {
        let (asker, input) = channel();
        let (status, shown) = watch::channel(status);
        let names = vec!["grants.example.org".to_owned()];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener, Admin { status: shown, asker, sync_token, names, clock }));
        Self { url, input, status }
    }

    async fn get(&self, path: &str) -> Response {
        http::client().get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    async fn ask(&self, authorization: Option<&str>) -> StatusCode {
        let request = http::client().post(format!("{}/sync", self.url));
        let request = authorization.into_iter().fold(request, |request, it| request.header("Authorization", it));
        request.send().await.unwrap().status()
    }
}

/// Status of a kind, made where the clock jumps.
pub(super) fn made(name: &'static str) -> Status {
    let jumping = || tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    std::thread::spawn(move || jumping().block_on(status(name))).join().unwrap()
}

#[tokio::test]
async fn probes_tell_alive_from_ready() {
    let port = Port::showing(made("held"), None).await;
    let probe = async |path| {
        let answer = port.get(path).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(probe("/livez").await, (200, "alive\n".to_owned()));
    assert_eq!(probe("/readyz").await, (503, "not ready: the last good pass is too long ago\n".to_owned()));
    port.status.send_modify(|it| it.last_good = Some(clock()));
    assert_eq!(probe("/readyz").await, (200, "ready\n".to_owned()));
    port.status.send_modify(|it| {
        let asked = [Trigger::Schedule].into();
        it.activity = Activity::Running {
            asked,
            since: clock() - SignedDuration::from_secs(40),
            waits: None,
            so_far: SoFar::default(),
        };
        it.note(
            Some(CurrentWait { since: clock() - SignedDuration::from_secs(40), why: "no answer yet".to_owned() }),
            SoFar::default(),
        );
    });
    let why = "not ready: the pass under way gets no answer from the server\nwaiting for 40s: no answer yet\n";
    assert_eq!(probe("/readyz").await, (503, why.to_owned()));
    port.status.send_replace(made("broken"));
    assert_eq!(probe("/livez").await, (200, "alive\n".to_owned()));
    assert_eq!(probe("/readyz").await, (503, "not ready: the last pass failed: broken files\n".to_owned()));
}

#[tokio::test]
async fn whoever_asks_by_a_name_that_may_be_anybodys_is_turned_away() {
    let port = Port::showing(made("in_sync"), None).await;
    let ask = async |path: &str, host: &str| {
        let request = http::client().get(format!("{}{path}", port.url)).header("Host", host);
        request.send().await.unwrap().status().as_u16()
    };
    for host in
        ["127.0.0.1", "10.1.2.3", "[::1]", "localhost", "LocalHost.", "a.localhost", "grantsync", "Grants.example.org"]
    {
        for host in [host.to_owned(), format!("{host}:9090")] {
            assert_eq!(ask("/status", &host).await, 200, "{host}");
        }
    }
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "a.grants.example.org",
        "[::1",
        "[evil]",
        ".",
    ] {
        for path in ["/", "/status", "/metrics", "/readyz", "/sync"] {
            assert_eq!(ask(path, &format!("{host}:9090")).await, 421, "{host}{path}");
        }
    }
}

#[tokio::test]
async fn everything_has_its_type_and_is_kept_nowhere() {
    let port = Port::showing(made("in_sync"), None).await;
    let cases = [
        ("/", "text/html; charset=utf-8"),
        ("/livez", "text/plain; charset=utf-8"),
        ("/status", "application/json"),
        ("/metrics", "text/plain; version=0.0.4; charset=utf-8"),
    ];
    for (path, kind) in cases {
        let answer = port.get(path).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), kind, "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert!(header("content-security-policy").starts_with("default-src 'none'; "), "{path}");
    }
    let open = http::client().get(format!("{}/metrics", port.url)).header("Accept", "application/openmetrics-text");
    let answer = open.send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(answer.text().await.unwrap().ends_with("# EOF\n"));
    assert_eq!(port.get("/nothing").await.status(), 404);
}

#[tokio::test]
async fn the_style_is_allowed_by_its_digest_and_nothing_else_is() {
    let port = Port::showing(made("in_sync"), None).await;
    let answer = port.get("/").await;
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let html = answer.text().await.unwrap();
    let style = html.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let digest = policy.split_once("style-src 'sha256-").unwrap().1.split_once('\'').unwrap().0;
    assert_eq!(decoded(digest), Sha256::digest(style).as_slice());
    let rest = policy.replace(digest, "");
    assert_eq!(
        rest,
        "default-src 'none'; style-src 'sha256-'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
}

/// Base64, the slow way.
fn decoded(text: &str) -> Vec<u8> {
    let letters: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let values = text.chars().filter_map(|letter| letters.iter().position(|it| *it == letter));
    let bits: Vec<bool> = values.flat_map(|it| (0..6).rev().map(move |bit| it >> bit & 1 == 1)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | u8::from(*bit))).collect()
}

#[tokio::test]
async fn whoever_has_the_token_may_ask() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sync-token");
    fs::write(&file, "correct horse battery staple\n").unwrap();
    let mut port =
        Port::showing(made("in_sync"), Some(SyncToken::in_file(&file, Duration::from_secs(60)).unwrap())).await;

    for wrong in [
        None,
        Some(""),
        Some("Bearer"),
        Some("Bearer "),
        Some("Bearer correct"),
        Some("Token correct horse battery staple"),
    ] {
        assert_eq!(port.ask(wrong).await, 401, "{wrong:?}");
    }
    assert_eq!(port.get("/sync").await.status(), 405);
    assert_eq!(port.ask(Some("Bearer correct horse battery staple")).await, 202);
    assert_eq!(port.input.next().await.into_iter().collect::<Vec<_>>(), [Trigger::Request]);

    fs::write(&file, "another").unwrap();
    assert_eq!(port.ask(Some("Bearer correct horse battery staple")).await, 401);
    assert_eq!(port.ask(Some("bearer another")).await, 202);
    fs::remove_file(&file).unwrap();
    assert_eq!(port.ask(Some("Bearer another")).await, 401);
    assert_eq!(port.ask(Some("Bearer ")).await, 401);
}

#[tokio::test]
async fn a_sync_token_in_a_pipe_is_read_once_and_nobody_waits_for_it_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = |name: &str| {
        let pipe = dir.path().join(name);
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        pipe
    };
    let unwritten = SyncToken::in_file(&pipe("unwritten"), Duration::from_millis(20)).unwrap_err();
    assert_eq!(unwritten.kind(), std::io::ErrorKind::TimedOut);

    let written = pipe("written");
    let writer = std::thread::spawn({
        let written = written.clone();
        move || fs::write(written, "correct horse").unwrap()
    });
    let token = SyncToken::in_file(&written, Duration::from_secs(60)).unwrap();
    writer.join().unwrap();
    let port = Port::showing(made("in_sync"), Some(token)).await;
    for _ in 0..2 {
        assert_eq!(port.ask(Some("Bearer correct horse")).await, 202);
        assert_eq!(port.ask(Some("Bearer wrong")).await, 401);
    }

    // One that takes the place of the file later is not waited for.
    let file = dir.path().join("file");
    fs::write(&file, "correct horse").unwrap();
    let port = Port::showing(made("in_sync"), Some(SyncToken::in_file(&file, Duration::from_secs(60)).unwrap())).await;
    fs::rename(&written, &file).unwrap();
    assert_eq!(port.ask(Some("Bearer correct horse")).await, 401);

    // What never ends is not read to its end.
    let endless = SyncToken::in_file(std::path::Path::new("/dev/zero"), Duration::from_secs(60)).unwrap_err();
    assert_eq!(endless.to_string(), "too long for a token");
}

#[tokio::test]
async fn without_a_token_nobody_may_ask() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sync-token");
    assert!(SyncToken::in_file(&file, Duration::from_secs(60)).is_err());
    fs::write(&file, " \n").unwrap();
    assert_eq!(SyncToken::in_file(&file, Duration::from_secs(60)).unwrap_err().to_string(), "the file is empty");
    let port = Port::showing(made("in_sync"), None).await;
    assert_eq!(port.ask(Some("Bearer ")).await, 404);
    assert_eq!(port.ask(None).await, 404);
}

#[tokio::test]
async fn the_status_is_versioned_json() {
    let held = made("held");
    let looked_at = now(&held);
    let json: serde_json::Value = serde_json::from_str(&grantsync::admin::json_v1(&held, looked_at)).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["ready"], true);
    assert_eq!(json["last"]["result"], "held");
    assert_eq!(json["last"]["asked_by"], serde_json::json!(["file_change"]));
    assert_eq!(json["next"]["because"], "schedule");
    assert_eq!(json["passes"], 41);
    assert_eq!(json["access"]["held"]["count"], 31);
    assert_eq!(json["access"]["held_by_limits"]["digest"], "held-aaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_eq!(json["access"]["expiring"]["first"][0]["until"], "2027-01-04T12:00:00Z");
    assert_eq!(json["access"]["beginning"]["first"][0]["from"], "2027-01-03T12:00:00Z");
    assert_eq!(json["changes"][0]["what"], "alice: admin on cluster-a");
    let keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "access",
        "broken",
        "changes",
        "changes_left_out",
        "failure",
        "files",
        "flapping",
        "journal_problem",
        "last",
        "last_success",
        "next",
        "not_ready",
        "now",
        "passes",
        "program",
        "ready",
        "revision",
        "running",
        "schedule",
        "server",
        "started",
        "token",
        "token_problem",
        "vanished",
        "version",
    ];
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected, "fields are added here too, and never taken away");
    let port = Port::showing(held, None).await;
    let served: serde_json::Value = serde_json::from_str(&port.get("/status").await.text().await.unwrap()).unwrap();
    assert_eq!(served["passes"], 41);
}
