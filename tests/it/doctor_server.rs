//! `grantsync doctor` against servers that are wrong, each in its way.

use expect_test::{Expect, expect};
use grantsync::sandbox::{Act, Fault, Reply, Sandbox, Waldur, World, tokens};

use crate::api_support::{Raw, Reply as RawReply, TOKEN, answer, json};
use crate::api_tls::Secure;
use crate::cli_support::Ran;
use crate::command::{against, as_staff, grantsync, reads};
use crate::doctor::lines;

/// What `doctor` says of a server.
async fn doctor(url: &str, arguments: &[&str]) -> Ran {
    let environment = [("WALDUR_API_URL", url), ("WALDUR_ACCESS_TOKEN", TOKEN)];
    grantsync(&[&["doctor"], arguments].concat(), &environment).await
}

/// What `doctor` says of who answers, and how it ends; the token was not shown to them.
async fn check(raw: &Raw, arguments: &[&str], expected: Expect) {
    let said = doctor(&raw.url, arguments).await;
    assert_eq!(said.code, Some(1));
    let told = lines(&said.stdout, "server");
    expected.assert_eq(&told.replace(raw.url.trim_start_matches("http://"), "host"));
    assert!(!raw.head().contains("authorization") && !raw.head().contains(TOKEN), "{}", raw.head());
}

fn page(title: &str) -> String {
    format!("<!doctype html>\n<html><head><title>{title}</title></head><body><div id=root></div></body></html>")
}

#[tokio::test]
async fn a_web_page_that_answers_everything() {
    let raw = Raw::always(answer("200 OK", &["Content-Type: text/html"], &page("Waldur | Cloud Management"))).await;
    check(&raw, &[], expect![[r#"
        problem  server      a web page answers, `Waldur | Cloud Management`, and no API
                             help: this may be Waldur's own web interface, whose API has another address, or a login page
                                   before it: opened in a browser, `…/api/configuration/` at the right address shows JSON
    "#]]).await;
    assert_eq!(raw.requests(), ["GET /api/configuration/"], "what follows would mean nothing");
}

#[tokio::test]
async fn a_wrong_path() {
    let raw = Raw::always(answer("404 Not Found", &[], &page("404 Not Found"))).await;
    check(
        &raw,
        &[],
        expect![[r#"
        problem  server      nothing of Waldur is at `http://host/api`: GET /api/configuration/: answered
                             404 Not Found
                             help: check the host, and what comes before `/api` in the address: opened in a browser,
                                   `…/api/configuration/` at the right address shows JSON
    "#]],
    )
    .await;
}

#[tokio::test]
async fn nobody_there() {
    let raw = Raw::always("").await;
    let url = raw.url.clone();
    drop(raw);
    let said = doctor(&url, &[]).await.to_string();
    expect![[r#"
        problem  server      could not connect to `host`: Connection refused (os error 111)
                             help: check host and port of the address, and whether the server is up
    "#]]
    .assert_eq(&lines(&said, "server").replace(url.trim_start_matches("http://"), "host"));
    let said = doctor("https://waldur.invalid", &[]).await.to_string();
    assert!(lines(&said, "server").contains("the host name is not known"), "{said}");
}

#[tokio::test]
async fn a_server_that_hangs() {
    let raw = Raw::start(|_, _| RawReply::Stall(Vec::new())).await;
    check(&raw, &["--timeout", "500ms"], expect![[r#"
        problem  server      somebody takes the connection, and then: no complete answer within 500ms
                             help: if this port speaks TLS, write the address with `https://`; is the port right? if it is,
                                   the server hangs or has too much to do: ask who runs it
    "#]]).await;
}

#[tokio::test]
async fn an_https_port_spoken_to_in_http() {
    // With an alert that no HTTP client understands, as TLS libraries do it; and as nginx does.
    let raw = Raw::always(b"\x15\x03\x01\x00\x02\x02\x46".to_vec()).await;
    check(&raw, &[], expect![[r#"
        problem  server      somebody takes the connection, and then: no answer: invalid HTTP version parsed
                             help: if this port speaks TLS, write the address with `https://`; is the port right? if it is,
                                   the server hangs or has too much to do: ask who runs it
    "#]]).await;
    let nginx = page("400 The plain HTTP request was sent to HTTPS port");
    let raw = Raw::always(answer("400 Bad Request", &["Content-Type: text/html"], &nginx)).await;
    check(
        &raw,
        &[],
        expect![[r#"
        problem  server      GET /api/configuration/: answered 400 Bad Request: The plain HTTP request was sent to
                             HTTPS port
                             help: this port speaks TLS: write the address with `https://`
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_http_port_spoken_to_in_https() {
    let raw = Raw::always(answer("400 Bad Request", &[], "")).await;
    let host = raw.url.trim_start_matches("http://");
    let said = doctor(&format!("https://{host}"), &[]).await.to_string();
    expect![[r#"
        ok       address     `https://host/api`
        ok       token       from the environment, `WALDUR_ACCESS_TOKEN`
        problem  server      could not connect to `host`: received corrupt message of type
                             InvalidContentType
                             help: this port speaks no TLS: is the port right? (`http://` sends the token unencrypted)

        1 problem; not looked at: encryption, API, lifetime, clock, sight, rights, listing
        [exit 1]
    "#]]
    .assert_eq(&said.replace(host, "host"));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for() {
    let server = Secure::start(&["http/1.1"]).await;
    let url = format!("https://127.0.0.1:{}", server.port);
    let said = doctor(&url, &[]).await.to_string();
    expect![[r#"
        ok       address     `https://127.0.0.1:<port>/api`
        ok       token       from the environment, `WALDUR_ACCESS_TOKEN`
        problem  server      could not connect to `127.0.0.1:<port>`: invalid peer certificate: UnknownIssuer
                             help: if your own authority signed the server's certificate, name its certificate with
                                   `--ca-file`

        1 problem; not looked at: encryption, API, lifetime, clock, sight, rights, listing
        [exit 1]
    "#]]
    .assert_eq(&said.replace(&server.port.to_string(), "<port>"));
    let said = doctor(&url, &["--ca-file", server.ca_file.to_str().unwrap()]).await.to_string();
    let encryption = "ok       encryption  TLS, with a certificate that is valid for the address\n";
    assert_eq!(lines(&said, "encryption"), encryption, "{said}");
}

#[tokio::test]
async fn a_redirect_elsewhere_is_not_followed() {
    let to = "Location: https://waldur.example.org/api/configuration/";
    let raw = Raw::always(answer("301 Moved Permanently", &[to], "")).await;
    check(&raw, &[], expect![[r#"
        problem  server      GET /api/configuration/: answered 301 Moved Permanently, sent to
                             `https://waldur.example.org/api/configuration/`
                             help: if that is where Waldur is, write its address in full; else ask who runs the proxy before
                                   it
    "#]]).await;
}

#[tokio::test]
async fn a_gateway_whose_server_is_down() {
    let raw = Raw::always(answer("502 Bad Gateway", &[], &page("502 Bad Gateway"))).await;
    check(
        &raw,
        &[],
        expect![[r#"
        problem  server      GET /api/configuration/: answered 502 Bad Gateway
                             help: the server is down or overloaded: try again later
    "#]],
    )
    .await;
    assert_eq!(raw.requests().len(), 1, "a person waits, and may ask again");
}

#[tokio::test]
async fn something_that_answers_everything_alike() {
    let raw = Raw::always(json("200 OK", r#"{"status": "ok"}"#)).await;
    let said = doctor(&raw.url, &[]).await.to_string();
    assert!(raw.heads().iter().all(|it| !it.contains(TOKEN)));
    expect![[r#"
        warning  server      somebody answers, and does not say whether they are a Waldur: GET /api/configuration/:
                             answered 200 OK with status: ok
                             help: if what follows looks wrong, check the address (opened in a browser,
                                   `…/api/configuration/` at the right address shows JSON), and ask who runs the proxy before
                                   it
        problem  API         whatever is asked for is answered alike, as no Waldur does
                             help: check the address, and ask who runs the proxy before it; the token was not sent there

        1 problem, 1 warning; not looked at: lifetime, clock, sight, rights, listing
        [exit 1]
    "#]].assert_eq(said.split_once("machine\n").unwrap().1);
}

#[tokio::test]
async fn a_proxy_in_the_environment_is_named_without_its_password() {
    let raw = Raw::always(answer("403 Forbidden", &[], &page("Access denied by policy"))).await;
    let proxy = format!("http://alice:secret@{}", raw.url.trim_start_matches("http://"));
    let environment = [
        ("WALDUR_API_URL", "http://waldur.invalid"),
        ("GRANTSYNC_INSECURE_HTTP", "1"),
        ("WALDUR_ACCESS_TOKEN", TOKEN),
        ("HTTP_PROXY", &*proxy),
    ];
    let said = grantsync(&["doctor"], &environment).await.to_string();
    expect![[r#"
        ok       address     `http://waldur.invalid/api`
        ok       token       from the environment, `WALDUR_ACCESS_TOKEN`
        ok       proxy       requests go through `http://proxy`, as `HTTP_PROXY` says; `NO_PROXY` names
                             exceptions
        warning  encryption  none: whoever is on the way can read the token, and do with it what its owner may do
                             help: write the address with `https://`; if the server offers no TLS, ask who runs it
        warning  server      somebody answers, and does not say whether they are a Waldur: GET /api/configuration/:
                             answered 403 Forbidden: Access denied by policy
                             help: if what follows looks wrong, check the address (opened in a browser,
                                   `…/api/configuration/` at the right address shows JSON), and ask who runs the proxy before
                                   it; the way is through the proxy `http://proxy`: is it up, and does it know the
                                   host?
        problem  API         whatever is asked for is answered alike, as no Waldur does
                             help: check the address, and ask who runs the proxy before it; the token was not sent there

        1 problem, 2 warnings; not looked at: lifetime, clock, sight, rights, listing
        [exit 1]
    "#]].assert_eq(&said.replace(&raw.url, "http://proxy"));
}

async fn spoiled(faults: Vec<Fault>) -> Sandbox {
    let mut world = World::example();
    world.faults = faults;
    Sandbox::start(world).await.unwrap()
}

#[tokio::test]
async fn the_newer_api() {
    for waldur in [Waldur::V8_0, Waldur::V8_1] {
        let sandbox = Sandbox::start(World::example().on(waldur)).await.unwrap();
        let said = as_staff(&sandbox, &["doctor"]).await;
        assert_eq!(said.code, Some(0), "{said}");
        expect![[r#"
            ok       API         links are roles on resources, at `/api/user-permissions/`, as in Waldur from 8.0.8 on
        "#]]
        .assert_eq(&lines(&said.stdout, "API"));
        reads(&sandbox);
    }
}

#[tokio::test]
async fn links_of_deleted_resources_on_the_newer_api() {
    let mut world = World::example().on(Waldur::V8_1);
    let resource = world.resources.iter().find(|it| it.name == "cluster-b").unwrap().id;
    world.delete_resource(None, resource);
    let sandbox = Sandbox::start(world).await.unwrap();
    let said = as_staff(&sandbox, &["doctor"]).await;
    assert_eq!(said.code, Some(0), "{said}");
    expect![[r#"
        ok       listing     a resource read by itself shows its 5 links: what is created can be read back
        ok       listing     3 links belong to resources that were deleted: left alone, since the server lets nobody
                             remove them
    "#]]
    .assert_eq(&lines(&said.stdout, "listing"));
}

#[tokio::test]
async fn a_proxy_that_lets_only_some_paths_pass() {
    // Without the public page, what only Waldur has tells that it is one.
    let sandbox = spoiled(vec![Fault::on("", "configuration/", Act::Answer(Reply::html(404)))]).await;
    let said = as_staff(&sandbox, &["doctor"]).await;
    assert_eq!(said.code, Some(0));
    expect![[r#"
        warning  server      somebody answers, and does not say whether they are a Waldur: GET /api/configuration/:
                             answered 404 Not Found
                             help: if what follows looks wrong, check the address (opened in a browser,
                                   `…/api/configuration/` at the right address shows JSON), and ask who runs the proxy before
                                   it
    "#]].assert_eq(&lines(&said.stdout, "server"));

    let sandbox = spoiled(vec![Fault::on("", "marketplace-", Act::Answer(Reply::html(404)))]).await;
    let said = as_staff(&sandbox, &["doctor"]).await;
    assert_eq!(said.code, Some(1));
    expect![[r#"
        problem  API         there is no `/api/marketplace-resource-users/`, nor what took its place in Waldur 8.0.8
                             help: check what comes before `/api` in the address; a proxy that lets only some paths pass
                                   looks like this, too
    "#]]
    .assert_eq(&lines(&said.stdout, "API"));
}

#[tokio::test]
async fn a_proxy_that_takes_things_away() {
    let sandbox = spoiled(vec![Fault::on("", "page_size=1", Act::WithoutHeader("x-result-count"))]).await;
    let said = as_staff(&sandbox, &["doctor"]).await;
    assert_eq!(said.code, Some(1));
    expect![[r#"
        problem  sight       HEAD /api/marketplace-resource-users/?page_size=1: answered 200 OK without a count in
                             `X-Result-Count`
                             help: this is not an answer of Waldur: check the address, and ask who runs the proxy before it
                                   (a login page, a cache, a filter of headers?)
    "#]].assert_eq(&lines(&said.stdout, "sight"));

    // The links of one resource cannot be had by themselves.
    let nothing = Reply::json(200, "[]").header("x-result-count", "10");
    let sandbox = spoiled(vec![Fault::on("GET", "resource_uuid=", Act::Answer(nothing))]).await;
    let said = as_staff(&sandbox, &["doctor"]).await;
    assert_eq!(said.code, Some(1));
    assert!(lines(&said.stdout, "listing").starts_with("problem"), "{said}");
}

#[tokio::test]
async fn who_may_do_what_on_the_newer_api() {
    let mut said = Vec::new();
    for token in [tokens::STAFF, tokens::SUPPORT, tokens::OWNER, tokens::NOBODY] {
        let sandbox = Sandbox::start(World::example().on(Waldur::V8_1)).await.unwrap();
        let told = against(&sandbox, token, &["doctor"]).await;
        said.push(format!("[exit {}] {}", told.code.unwrap(), lines(&told.stdout, "rights")));
        reads(&sandbox);
    }
    expect![[r#"
        [exit 0] ok       rights      `staff` is staff: sees everything, may create, change and remove links, as `apply` needs
        [exit 0] warning  rights      `support` is support: is shown everything, but cannot change anything
                             help: good for `plan` and `links`; `apply` needs the token of a staff user
        [exit 1] problem  rights      `provider-owner` is neither staff nor support: it is shown its own links only, without
                             being told so
                             help: use the token of a staff user; with this one every link of somebody else would seem to be
                                   missing
        [exit 1] problem  rights      `nobody` is neither staff nor support: it is shown its own links only, without being told
                             so
                             help: use the token of a staff user; with this one every link of somebody else would seem to be
                                   missing
    "#]].assert_eq(&said.concat());
}
