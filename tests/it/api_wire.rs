//! What a network and its proxies do to answers: each is a clear error or a correct result, and never shows the token.

use std::error::Error as _;
use std::time::Duration;

use expect_test::expect;
use grantsync::api::{Client, Error, ErrorKind, Method};

use crate::api_support::{Raw, Reply, TOKEN, answer, client, json, settings};

const ME: &str = r#"{"uuid": "1989458f790a43a393b445a2a6b10dc1", "username": "staff", "is_staff": true, "is_support": false, "token_lifetime": null}"#;

/// What a person reads: the message, its cause and its remedy.
fn told(error: &Error, url: &str) -> String {
    let cause = error.source().map(|it| format!("\n  cause: {it}")).unwrap_or_default();
    let help = error.help.as_ref().map(|it| format!("\n  help: {it}")).unwrap_or_default();
    let told = format!("{:?} {error}{cause}{help}", error.kind);
    assert!(!told.contains(TOKEN) && !format!("{error:?}").contains(TOKEN), "{told}");
    told.replace(url.trim_start_matches("http://"), "host")
}

/// Asks who we are, which fails; returns what a person reads then.
async fn fails(raw: &Raw, kind: ErrorKind) -> String {
    let mut settings = settings(&raw.url, TOKEN);
    settings.patience.tries = 2;
    let error = Client::new(settings).unwrap().caller().await.unwrap_err();
    assert_eq!(error.kind, kind);
    told(&error, &raw.url)
}

fn with_nonce_hidden(head: &str) -> String {
    let (before, after) = head.split_once("nonce=").unwrap();
    let digits = after.find(|it: char| !it.is_ascii_hexdigit()).unwrap();
    assert_eq!(digits, 16);
    format!("{before}nonce=<nonce>{}", &after[digits..])
}

#[tokio::test]
async fn every_read_and_each_try_of_it_has_an_address_that_no_cache_knows() {
    // The first try of each read fails.
    let raw = Raw::start(|_, before| {
        let me = answer("200 OK", &["X-Result-Count: 0"], if before == 1 { ME } else { "[]" });
        Reply::Bytes(if before % 2 == 0 { answer("500 Internal Server Error", &[], "") } else { me })
    });
    let raw = raw.await;
    let client = client(&raw.url, TOKEN);
    client.caller().await.unwrap();
    client.links_of_resource(uuid::Uuid::nil().into()).await.unwrap();
    client.everybody().await.unwrap();
    let heads = raw.heads();
    assert_eq!(heads.len(), 6);
    let mut nonces: Vec<_> = heads.iter().map(|it| it.split_once("nonce=").unwrap().1.get(..16).unwrap()).collect();
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), heads.len(), "{heads:#?}");
    assert!(heads.iter().all(|it| it.to_lowercase().contains("cache-control: no-cache")));
    // It is nobody's business what a request was called by the way.
    assert!(raw.requests().iter().all(|it| !it.contains("nonce")));
}

#[tokio::test]
async fn what_we_send() {
    let raw = Raw::always(json("200 OK", ME)).await;
    let caller = client(&raw.url, TOKEN).caller().await.unwrap();
    assert!(caller.is_staff && !caller.is_support && caller.username == "staff" && caller.token_lifetime.is_none());
    let host = raw.url.trim_start_matches("http://");
    expect![[r#"
        get /api/users/me/?field=uuid&field=username&field=is_staff&field=is_support&field=token_lifetime&nonce=<nonce> http/1.1
        authorization: token <token>
        accept: application/json
        user-agent: grantsync/<version>
        accept-language: en
        cache-control: no-cache
        accept-encoding: gzip
        host: <host>"#]]
    .assert_eq(
        &with_nonce_hidden(&raw.head())
            .replace(TOKEN, "<token>")
            .replace(host, "<host>")
            .replace(env!("CARGO_PKG_VERSION"), "<version>")
            .replace('\r', ""),
    );
}

#[tokio::test]
async fn a_web_page_that_answers_everything() {
    let page = "<!doctype html><html><head><title>Sign in &amp; go</title><style>b {}</style></head><body>Hello</body>";
    let raw = Raw::always(answer("200 OK", &["Content-Type: text/html"], page)).await;
    expect![[r#"
        Unreadable GET /api/users/me/: answered 200 OK, but with something else: Sign in & go
          cause: expected value at line 1 column 1
          help: this is not an answer of Waldur: check the address, and ask who runs the proxy before it (a login page, a cache, a filter of headers?)"#]].assert_eq(&fails(&raw, ErrorKind::Unreadable).await);
}

#[tokio::test]
async fn json_of_another_shape() {
    let raw = Raw::always(json("200 OK", r#"{"status": "up"}"#)).await;
    expect![[r#"
        Unreadable GET /api/users/me/: answered 200 OK, but with something else: status: up
          cause: missing field `uuid` at line 1 column 16
          help: this is not an answer of Waldur: check the address, and ask who runs the proxy before it (a login page, a cache, a filter of headers?)"#]].assert_eq(&fails(&raw, ErrorKind::Unreadable).await);
    let raw = Raw::always(json("200 OK", &ME.replace("1989458f", "not-"))).await;
    expect![[r#"
        Unreadable GET /api/users/me/: answered 200 OK, but with something else: is_staff: true; is_support: false; token_lifetime: null; username: staff; uuid: not-790a43a393b445a2a6b10dc1
          cause: invalid value: string "not-790a43a393b445a2a6b10dc1", expected a UUID at line 1 column 39
          help: this is not an answer of Waldur: check the address, and ask who runs the proxy before it (a login page, a cache, a filter of headers?)"#]].assert_eq(&fails(&raw, ErrorKind::Unreadable).await);
    let raw = Raw::always(json("200 OK", "")).await;
    expect![[r#"
        Unreadable GET /api/users/me/: answered 200 OK, but with nothing
          cause: EOF while parsing a value at line 1 column 0
          help: this is not an answer of Waldur: check the address, and ask who runs the proxy before it (a login page, a cache, a filter of headers?)"#]].assert_eq(&fails(&raw, ErrorKind::Unreadable).await);
}

#[tokio::test]
async fn an_answer_that_breaks_off() {
    let raw = Raw::always(format!("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{ME}")).await;
    expect![[r#"
        Lost GET /api/users/me/: the answer broke off (2 tries)
          cause: end of file before message length reached
          help: the server is overloaded, or the network between is bad: try again later"#]]
    .assert_eq(&fails(&raw, ErrorKind::Lost).await);
    let raw = Raw::always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"uui\r\n").await;
    expect![[r#"
        Lost GET /api/users/me/: the answer broke off (2 tries)
          cause: unexpected EOF during chunk size line
          help: the server is overloaded, or the network between is bad: try again later"#]]
    .assert_eq(&fails(&raw, ErrorKind::Lost).await);
    let raw = Raw::always("").await;
    expect![[r#"
        Lost GET /api/users/me/: no answer (2 tries)
          cause: connection closed before message completed
          help: does this port speak TLS? then write the address with `https://`"#]]
    .assert_eq(&fails(&raw, ErrorKind::Lost).await);
    let raw = Raw::always("\u{15}\u{3}\u{1}\0\u{2}\u{2}P").await;
    expect![[r#"
        Lost GET /api/users/me/: no answer (2 tries)
          cause: invalid HTTP version parsed
          help: does this port speak TLS? then write the address with `https://`"#]]
    .assert_eq(&fails(&raw, ErrorKind::Lost).await);
}

#[tokio::test]
async fn what_is_gzip_is_unpacked() {
    // `{"uuid": "1989458f790a43a393b445a2a6b10dc1", "username": "staff", "token_lifetime": null}`, by `gzip -9`.
    let body = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x2a\x2d\xcd\x4c\x51\xb2\x52\x50\x32\xb4\xb4\xb0\x34\
        \x31\xb5\x48\x33\xb7\x34\x48\x34\x31\x4e\x34\xb6\x34\x4e\x32\x31\x31\x4d\x34\x4a\x34\x4b\x32\x34\x48\
        \x49\x36\x54\xd2\x51\x50\x2a\x2d\x4e\x2d\xca\x4b\xcc\x4d\x05\xa9\x2f\x2e\x49\x4c\x4b\x03\x09\x96\xe4\
        \x67\xa7\xe6\xc5\xe7\x64\xa6\xa5\x96\x64\x82\xa5\xf2\x4a\x73\x72\x6a\x01\x0e\xe1\xa3\xe9\x59\x00\x00\
        \x00";
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
    let raw = Raw::always([head.as_bytes(), body].concat()).await;
    assert_eq!(client(&raw.url, TOKEN).caller().await.unwrap().username, "staff");
}

#[tokio::test]
async fn what_says_gzip_and_is_not() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".to_vec();
    let raw = Raw::always([&head, &b"\x1f\x8b\x08\0\0\0\0\0\0\0\xff\xff\xff\xff"[..]].concat()).await;
    fails(&raw, ErrorKind::Unreadable).await;
    let raw = Raw::always([&head, ME.as_bytes()].concat()).await;
    expect![[r#"
        Unreadable GET /api/users/me/: answered with a body that cannot be unpacked
          cause: Invalid gzip header
          help: a proxy between here and Waldur spoils its answers: ask who runs it"#]]
    .assert_eq(&fails(&raw, ErrorKind::Unreadable).await);
}

#[tokio::test]
async fn an_answer_without_end() {
    let raw = Raw::start(|_, _| Reply::Drip("HTTP/1.1 200 OK\r\n\r\n")).await;
    expect![[r#"
        Unreadable GET /api/users/me/: answered with more than 16 MiB
          help: a proxy between here and Waldur spoils its answers: ask who runs it"#]]
    .assert_eq(&fails(&raw, ErrorKind::Unreadable).await);
}

#[tokio::test]
async fn an_answer_that_takes_too_long() {
    for begun in ["", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n["] {
        let raw = Raw::start(move |_, _| Reply::Stall(begun.into())).await;
        let mut settings = settings(&raw.url, TOKEN);
        settings.attempt_timeout = Duration::from_millis(20);
        settings.patience.tries = 2;
        let error = Client::new(settings).unwrap().caller().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Lost);
        assert_eq!(error.detail, "no complete answer within 20ms (2 tries)");
    }
}

#[tokio::test]
async fn a_redirect_elsewhere_is_not_followed() {
    let raw = Raw::always(answer("301 Moved Permanently", &["Location: https://other.example.org/api/"], "")).await;
    expect![[r#"
        Redirected GET /api/users/me/: answered 301 Moved Permanently, sent to `https://other.example.org/api/`
          help: if that is where Waldur is, write its address in full; else ask who runs the proxy before it"#]]
    .assert_eq(&fails(&raw, ErrorKind::Redirected).await);
    assert_eq!(raw.requests().len(), 1);
    let other_port = Raw::always(json("200 OK", ME)).await;
    let location = format!("Location: {}/api/users/me/", other_port.url);
    let raw = Raw::always(answer("302 Found", &[&location], "")).await;
    assert_eq!(client(&raw.url, TOKEN).caller().await.unwrap_err().kind, ErrorKind::Redirected);
    assert!(other_port.requests().is_empty());
}

#[tokio::test]
async fn a_read_follows_a_redirect_at_its_origin_but_not_for_ever() {
    let raw = Raw::start(|head, _| {
        Reply::Bytes(if head.starts_with("GET /moved/") {
            json("200 OK", ME)
        } else {
            answer("307 Temporary Redirect", &["Location: /moved/"], "")
        })
    });
    let raw = raw.await;
    assert_eq!(client(&raw.url, TOKEN).caller().await.unwrap().username, "staff");
    let raw = Raw::always(answer("302 Found", &["Location: /again/"], "")).await;
    expect![[r#"
        Redirected GET /api/users/me/: answered 302 Found, sent to `/again/`
          help: if that is where Waldur is, write its address in full; else ask who runs the proxy before it"#]]
    .assert_eq(&fails(&raw, ErrorKind::Redirected).await);
    assert_eq!(raw.requests().len(), 4);
}

#[tokio::test]
async fn a_gateway_that_is_down_is_asked_again() {
    let page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
    let raw = Raw::start(move |_, before| {
        Reply::Bytes(if before < 4 { answer("502 Bad Gateway", &[], page) } else { json("200 OK", ME) })
    });
    let raw = raw.await;
    let client = client(&raw.url, TOKEN);
    assert_eq!(client.caller().await.unwrap().username, "staff");
    assert_eq!(client.counters().retries(), 4);
    let counted: Vec<_> = client.counters().requests().into_iter().collect();
    assert_eq!(counted, [((Method::Get, Some(200)), 1), ((Method::Get, Some(502)), 4)]);

    let raw = Raw::always(answer("502 Bad Gateway", &[], page)).await;
    expect![[r#"
        Busy GET /api/users/me/: answered 502 Bad Gateway (2 tries)
          help: the server is down or overloaded: try again later"#]]
    .assert_eq(&fails(&raw, ErrorKind::Busy).await);
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it() {
    let busy = |headers: &[&str]| answer("429 Too Many Requests", headers, r#"{"detail": "Request was throttled."}"#);
    let now = [busy(&["Retry-After: 0"]), json("200 OK", ME)];
    let raw = Raw::start(move |_, before| Reply::Bytes(now[before].clone())).await;
    assert_eq!(client(&raw.url, TOKEN).caller().await.unwrap().username, "staff");

    // Longer than we are ready to wait: said at once.
    let raw = Raw::always(busy(&["Retry-After: 7200"])).await;
    expect![[r#"
        Busy GET /api/users/me/: answered 429 Too Many Requests: Request was throttled.
          help: the server asks to wait 2h: try again then"#]]
    .assert_eq(&fails(&raw, ErrorKind::Busy).await);
    let date = ["Date: Mon, 23 Nov 2026 22:00:00 GMT", "Retry-After: Mon, 23 Nov 2026 23:30:00 GMT"];
    let raw = Raw::always(busy(&date)).await;
    expect![[r#"
        Busy GET /api/users/me/: answered 429 Too Many Requests: Request was throttled.
          help: the server asks to wait 1h 30m: try again then"#]]
    .assert_eq(&fails(&raw, ErrorKind::Busy).await);
    assert_eq!(raw.requests().len(), 1);
}

#[tokio::test]
async fn refusals() {
    for (status, body, kind, expected) in [
        (
            "401 Unauthorized",
            r#"{"detail": "Token has expired."}"#,
            ErrorKind::Unauthorized,
            expect![[r#"
            Unauthorized GET /api/users/me/: answered 401 Unauthorized: Token has expired.
              help: the token is wrong or has expired (one that is not used for its lifetime does): get a new one"#]],
        ),
        (
            "403 Forbidden",
            r#"{"detail": "You do not have permission."}"#,
            ErrorKind::Forbidden,
            expect![[r#"
            Forbidden GET /api/users/me/: answered 403 Forbidden: You do not have permission.
              help: the owner of the token may not do this; grantsync needs a token of a staff user"#]],
        ),
        (
            "404 Not Found",
            "<h1>Not Found</h1><p>The requested resource was not found.</p>",
            ErrorKind::NotFound,
            expect![[r#"
                NotFound GET /api/users/me/: answered 404 Not Found: The requested resource was not found.
                  help: check the address: what comes before `/api/` in it may be wrong"#]],
        ),
        (
            "400 Bad Request",
            "Client sent an HTTP request to an HTTPS server.\n",
            ErrorKind::Rejected,
            expect![[r#"
            Rejected GET /api/users/me/: answered 400 Bad Request: Client sent an HTTP request to an HTTPS server.
              help: this port speaks TLS: write the address with `https://`"#]],
        ),
        (
            "414 URI Too Long",
            r#"["Too long.", {"a": ["b", null]}]"#,
            ErrorKind::Rejected,
            expect!["Rejected GET /api/users/me/: answered 414 URI Too Long: Too long.; a: b; null"],
        ),
        (
            "407 Proxy Authentication Required",
            "",
            ErrorKind::Rejected,
            expect![[r#"
            Rejected GET /api/users/me/: answered 407 Proxy Authentication Required
              help: the proxy between here and Waldur asks for a password: check `HTTP_PROXY` and `HTTPS_PROXY`"#]],
        ),
        (
            "500 Internal Server Error",
            "\u{1b}[31mred\u{202e}\0",
            ErrorKind::Failed,
            expect![[
                r#"Failed GET /api/users/me/: answered 500 Internal Server Error: \u{1b}[31mred\u{202e}\u{0} (2 tries)"#
            ]],
        ),
        (
            "504 Gateway Timeout",
            "",
            ErrorKind::Busy,
            expect![[r#"
            Busy GET /api/users/me/: answered 504 Gateway Timeout (2 tries)
              help: the server is down or overloaded: try again later"#]],
        ),
    ] {
        let raw = Raw::always(answer(status, &[], body)).await;
        expected.assert_eq(&fails(&raw, kind).await);
    }
}

#[tokio::test]
async fn nobody_there() {
    let raw = Raw::always("").await;
    let url = raw.url.clone();
    drop(raw);
    let mut settings = settings(&url, TOKEN);
    settings.patience.tries = 2;
    let client = Client::new(settings).unwrap();
    let error = client.caller().await.unwrap_err();
    expect![[r#"
        Unreachable GET /api/users/me/: could not connect to `host` (2 tries)
          cause: Connection refused (os error 111)
          help: check host and port of the address, and whether the server is up"#]]
    .assert_eq(&told(&error, &url));
    assert_eq!(client.counters().requests().into_iter().collect::<Vec<_>>(), [((Method::Get, None), 2)]);
}

#[tokio::test]
async fn tls_spoken_to_a_port_without() {
    let raw = Raw::always(answer("400 Bad Request", &[], "")).await;
    let url = raw.url.replace("http:", "https:");
    let mut settings = settings(&url, TOKEN);
    settings.patience.tries = 1;
    let error = Client::new(settings).unwrap().caller().await.unwrap_err();
    expect![[r#"
        Unreachable GET /api/users/me/: could not connect to `host`
          cause: received corrupt message of type InvalidContentType
          help: this port speaks no TLS: is the port right? (`http://` sends the token unencrypted)"#]]
    .assert_eq(&told(&error, &raw.url));
}

#[tokio::test]
async fn the_token_is_cut_out_of_what_comes_back() {
    let long = "x".repeat(180);
    for body in [
        format!("you sent {TOKEN}, didn't you"),
        format!(r#"{{"detail": "bad token {TOKEN}"}}"#),
        format!("<title>{TOKEN}</title>"),
        // Cut in two by the end of an excerpt, and by the end of what is looked at.
        format!("{long} {TOKEN}"),
        format!("<title> </title>{}{TOKEN}", " ".repeat((64 << 10) - 36)),
        format!("{}{TOKEN}{}", " ".repeat((64 << 10) - 79), "x".repeat(100)),
        format!("{}{TOKEN}{}", " ".repeat((64 << 10) - 39), "x".repeat(100)),
    ] {
        for status in ["200 OK", "500 Internal Server Error"] {
            let raw = Raw::always(answer(status, &[], &body)).await;
            let error = client(&raw.url, TOKEN).caller().await.unwrap_err();
            assert!(!told(&error, &raw.url).contains(&TOKEN[..20]), "{error}");
        }
    }
    let raw = Raw::always(answer("302 Found", &[&format!("Location: http://other/?token={TOKEN}")], "")).await;
    let error = client(&raw.url, TOKEN).caller().await.unwrap_err();
    assert!(told(&error, &raw.url).contains("<token>"));
}
