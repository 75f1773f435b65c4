//! Addresses, tokens and certificates, before anything is sent.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use expect_test::{Expect, expect};
use grantsync::api::{Address, Client, ConnectionSettings, ErrorKind, TokenSource};
use grantsync::sandbox::{Sandbox, World, tokens};

use crate::api_support::{Raw, Reply, TOKEN, answer, json, settings};

#[test]
fn an_address_is_read_in_all_its_forms() {
    for (text, meant) in [
        ("https://waldur.example.org", "https://waldur.example.org/api"),
        ("https://waldur.example.org/", "https://waldur.example.org/api"),
        ("https://waldur.example.org/api", "https://waldur.example.org/api"),
        ("https://waldur.example.org/api/", "https://waldur.example.org/api"),
        ("https://waldur.example.org//", "https://waldur.example.org/api"),
        (" https://waldur.example.org \n", "https://waldur.example.org/api"),
        ("HTTPS://Waldur.Example.ORG:443/api", "https://waldur.example.org/api"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api"),
        ("http://[::1]:8080/", "http://[::1]:8080/api"),
        ("https://example.org/waldur", "https://example.org/waldur/api"),
        ("https://example.org/waldur/api/", "https://example.org/waldur/api"),
        ("https://example.org/my-api", "https://example.org/my-api/api"),
    ] {
        assert_eq!(Address::parse(text).unwrap().to_string(), meant, "{text}");
    }
    assert!(Address::parse("https://waldur.example.org").unwrap().is_encrypted());
    assert!(!Address::parse("http://waldur.example.org").unwrap().is_encrypted());
    let private = ["https://waldur.example.org", "http://localhost:8000", "http://127.0.0.3/", "http://[::1]:8000"];
    for address in private {
        assert!(Address::parse(address).unwrap().is_private(), "{address}");
    }
    for address in ["http://waldur.example.org", "http://10.0.0.1", "http://localhost.example.org"] {
        assert!(!Address::parse(address).unwrap().is_private(), "{address}");
    }
}

#[test]
fn an_address_that_is_none_is_refused_with_a_remedy() {
    for (text, message) in [
        ("", expect!["address: not a URL (write it as `https://waldur.example.org`)"]),
        (
            "waldur.example.org",
            expect!["address `waldur.example.org`: not a URL (write it as `https://waldur.example.org`)"],
        ),
        ("localhost:8080", expect!["address `localhost:8080`: not a URL (write it as `https://waldur.example.org`)"]),
        (
            "ftp://example.org",
            expect![
                "address `ftp://example.org`: neither `http` nor `https` (write it as `https://waldur.example.org`)"
            ],
        ),
        (
            "https://example.org/?x=1",
            expect!["address `https://example.org/?x=1`: contains a `?` or `#` (write only scheme, host and path)"],
        ),
        (
            "https://example.org/#a",
            expect!["address `https://example.org/#a`: contains a `?` or `#` (write only scheme, host and path)"],
        ),
        (
            "https://user:secret@example.org",
            expect![
                "address `example.org`: contains a user name or password (remove what stands before the `@`; the token is the only credential)"
            ],
        ),
    ] {
        let error = Address::parse(text).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Settings, "{text}");
        message.assert_eq(&format!("{error} ({})", error.help.as_deref().unwrap()));
    }
}

#[test]
fn what_editors_put_around_a_token_is_no_part_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("token");
    for (written, sent) in [("abc\n", true), ("\u{feff}abc\r\n", true), ("\u{feff}", false), ("a\u{feff}bc", false)] {
        fs::write(&path, written).unwrap();
        let mut settings = settings("https://example.org", TOKEN);
        settings.token = TokenSource::File(path.clone());
        assert_eq!(Client::new(settings).is_ok(), sent, "{written:?}");
    }
}

#[test]
fn a_token_that_cannot_be_sent_is_refused_without_showing_it() {
    let check = |text: &str, message: Expect| {
        let mut settings = settings("https://example.org", TOKEN);
        settings.token = TokenSource::Text(text.into());
        let error = Client::new(settings).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Settings);
        message.assert_eq(&format!("{error} ({})", error.help.as_deref().unwrap()));
    };
    check(" \n", expect!["token: empty (put the token there, on one line)"]);
    check(
        "Token abc",
        expect![
            "token: character 6 cannot be part of a token (put the token alone there, as plain text (UTF-8), without `Token `)"
        ],
    );
    check(
        "abc\ndef",
        expect![
            "token: character 4 cannot be part of a token (put the token alone there, as plain text (UTF-8), without `Token `)"
        ],
    );
    check(
        "abcé",
        expect![
            "token: character 4 cannot be part of a token (put the token alone there, as plain text (UTF-8), without `Token `)"
        ],
    );
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::write(path("empty"), "").unwrap();
    fs::write(path("text"), "no certificate").unwrap();
    fs::write(path("broken"), "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n").unwrap();
    let message = |change: &dyn Fn(&mut ConnectionSettings)| {
        let mut settings = settings("https://example.org", TOKEN);
        change(&mut settings);
        let error = Client::new(settings).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Settings);
        error.to_string().replace(dir.path().to_str().unwrap(), "…")
    };
    let token = |name| message(&|it| it.token = TokenSource::File(path(name)));
    let ca = |name| message(&|it| it.ca_file = Some(path(name)));
    assert_eq!(token("none"), "token file `…/none`: cannot be read");
    assert_eq!(token("empty"), "token file `…/empty`: empty");
    assert_eq!(token("text"), "token file `…/text`: character 3 cannot be part of a token");
    assert_eq!(ca("none"), "certificate file `…/none`: cannot be read");
    assert_eq!(ca("text"), "certificate file `…/text`: no certificate in it");
    assert_eq!(ca("broken"), "certificate file `…/broken`: not certificates in PEM form");
}

#[test]
fn settings_and_clients_keep_the_token_to_themselves() {
    let settings = settings("https://example.org", TOKEN);
    assert!(!format!("{settings:?}").contains(TOKEN));
    assert!(!format!("{:?}", Client::new(settings).unwrap()).contains(TOKEN));
}

#[tokio::test]
async fn a_token_file_is_read_again_when_it_is_replaced() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    fs::write(&file, format!("{}\n", tokens::STAFF)).unwrap();
    let mut settings = settings(&sandbox.url(), TOKEN);
    settings.token = TokenSource::File(file.clone());
    let client = Client::new(settings).unwrap();
    assert_eq!(client.caller().await.unwrap().username, "staff");

    fs::write(&file, tokens::SUPPORT).unwrap();
    assert_eq!(client.caller().await.unwrap().username, "support");

    // Between truncating and writing, and between unlinking and renaming: the last good token serves.
    fs::write(&file, "").unwrap();
    assert_eq!(client.caller().await.unwrap().username, "support");
    fs::remove_file(&file).unwrap();
    assert_eq!(client.caller().await.unwrap().username, "support");

    fs::write(&file, "not-a-token-of-anybody").unwrap();
    assert_eq!(client.caller().await.unwrap_err().kind, ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_token_in_a_pipe_is_read_once_and_nobody_waits_for_it_for_ever() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let pipe = |name: &str| {
        let pipe = dir.path().join(name);
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        pipe
    };
    let file = |path: &Path, budget: Duration| {
        let mut settings = settings(&sandbox.url(), TOKEN);
        settings.token = TokenSource::File(path.to_owned());
        settings.patience.budget = budget;
        Client::new(settings)
    };
    let error = file(&pipe("unwritten"), Duration::from_millis(20)).unwrap_err();
    assert!(error.to_string().ends_with("/unwritten`: cannot be read"), "{error}");

    let written = pipe("written");
    let writer = std::thread::spawn({
        let written = written.clone();
        move || fs::write(written, tokens::STAFF).unwrap()
    });
    let client = file(&written, Duration::from_secs(60)).unwrap();
    writer.join().unwrap();
    for _ in 0..2 {
        assert_eq!(client.caller().await.unwrap().username, "staff");
    }

    // One that takes the place of the file later is not waited for.
    let regular = dir.path().join("token");
    fs::write(&regular, tokens::STAFF).unwrap();
    let client = file(&regular, Duration::from_secs(60)).unwrap();
    fs::rename(&written, &regular).unwrap();
    for _ in 0..2 {
        assert_eq!(client.caller().await.unwrap().username, "staff");
    }
    assert!(client.token_problem().unwrap().contains("not a regular file any more"), "{:?}", client.token_problem());

    // What never ends is not read to its end.
    let error = file(Path::new("/dev/zero"), Duration::from_secs(60)).unwrap_err();
    assert!(format!("{error:?}").contains("too long for a token"), "{error:?}");
}

#[tokio::test]
async fn a_token_that_is_replaced_under_way_gets_its_chance() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    fs::write(&file, "the-old-one").unwrap();
    let replaced = file.clone();
    let raw = Raw::start(move |request, _| {
        // Rotated between our reading of the file and the server's look at the token.
        fs::write(&replaced, "the-new-one").unwrap();
        Reply::Bytes(if request.contains("the-old-one") {
            answer("401 Unauthorized", &[], "")
        } else {
            json("200 OK", r#"{"uuid": "1989458f790a43a393b445a2a6b10dc1", "username": "staff", "token_lifetime": 60}"#)
        })
    });
    let raw = raw.await;
    let mut settings = settings(&raw.url, TOKEN);
    settings.token = TokenSource::File(file);
    let caller = Client::new(settings).unwrap().caller().await.unwrap();
    assert_eq!((caller.username.as_str(), caller.token_lifetime), ("staff", Some(60)));
    assert_eq!(raw.requests().len(), 2);
}
