//! The page in a real browser, where there is one.

use std::fmt::Write as _;
use std::fs;
use std::process::Output;

use grantsync::admin::page;
use grantsync::daemon::Status;

use super::admin_http::{Port, made};
use super::admin_kit::{ALL, hostile, now, status};
use super::programs::program;

/// Runs Chromium over an address and returns the document as it came out, and what it said.
fn chromium(arguments: &[&str], address: &str) -> Option<(String, String)> {
    let mut command = program("chromium")?;
    let profile = tempfile::tempdir().unwrap();
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--enable-logging=stderr"]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    let Output { stdout, stderr, .. } = command.args(arguments).arg("--dump-dom").arg(address).output().unwrap();
    Some((String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr).into_owned()))
}

/// All pages, in frames of the widths of a phone and of a desk.
fn frames(pages: &[(&str, String)]) -> String {
    let script = include_str!("admin_browser.js");
    let mut html = format!("<!doctype html>\n<meta charset=\"utf-8\">\n<script>{script}</script>\n");
    for (name, page) in pages {
        let page = page.replace('&', "&amp;").replace('"', "&quot;");
        for width in [320, 390, 1280] {
            let _ =
                writeln!(html, "<iframe title=\"{name}\" width=\"{width}\" height=\"900\" srcdoc=\"{page}\"></iframe>");
        }
    }
    html
}

#[tokio::test(start_paused = true)]
async fn it_fits_a_phone_and_can_be_read_by_day_and_by_night() {
    let mut pages = Vec::new();
    for name in ALL {
        let status = status(name).await;
        pages.push((name, page(&status, now(&status))));
    }
    let status = hostile().await;
    pages.push(("hostile", page(&status, now(&status))));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("frames.html");
    fs::write(&file, frames(&pages)).unwrap();
    let address = format!("file://{}", file.display());
    for scheme in ["0", "1"] {
        let arguments = [&*format!("--blink-settings=preferredColorScheme={scheme}"), "--window-size=1400,1000"];
        let Some((document, said)) = chromium(&arguments, &address) else { return };
        let title = document.split_once("<title>").map_or("", |it| it.1).split("</title>").next().unwrap();
        assert_eq!(title, format!("measured {}: []", 3 * pages.len()), "{said}");
    }
}

#[tokio::test]
async fn it_says_nothing_to_the_console_and_asks_nobody_for_anything() {
    let hostile = || {
        let jumping = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        jumping.block_on(hostile())
    };
    let statuses: [Status; 2] = [made("held"), std::thread::spawn(hostile).join().unwrap()];
    for status in statuses {
        let port = Port::showing(status, None).await;
        let url = port.url.clone();
        // Whatever it asked for elsewhere could not be found, and that would be said.
        let arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
        let Some((document, said)) = tokio::task::spawn_blocking(move || chromium(&arguments, &url)).await.unwrap()
        else {
            return;
        };
        assert!(document.contains("<h1>"), "{document}{said}");
        let console: Vec<_> = said.lines().filter(|it| it.contains("CONSOLE")).collect();
        assert_eq!(console, Vec::<&str>::new());
        // Blocked by the policy, the style would be there and do nothing; the console is where that is said.
        assert!(!document.contains("<img"), "{document}");
    }
}
