//! `grantsync doctor`: what each kind of caller is told, and what is said of what is set.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use expect_test::{Expect, expect};
use grantsync::sandbox::{Sandbox, World, tokens};
use grantsync::{doctor, render};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::command::{against, as_staff, grantsync, reads};

/// What `doctor` says to a caller, from the line about their token on.
async fn check(token: &str, expected: Expect) {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let said = against(&sandbox, token, &["doctor"]).await.to_string();
    let (_, told) = said.split_once("as in Waldur up to 8.0.7\n").unwrap();
    expected.assert_eq(told);
    // Only asked, and nothing changed.
    reads(&sandbox);
    assert_eq!(sandbox.world().links.len(), 10);
}

/// The findings about one thing.
pub(crate) fn lines(said: &str, check: &str) -> String {
    let mut inside = false;
    let mut is_it = |line: &str| {
        if !line.starts_with(' ') {
            inside = line.split_whitespace().nth(1) == Some(check);
        }
        inside
    };
    let lines: Vec<_> = said.lines().filter(|it| is_it(it)).collect();
    lines.join("\n") + "\n"
}

#[tokio::test]
async fn all_is_well_for_staff() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let said = as_staff(&sandbox, &["doctor"]).await.to_string();
    expect![[r#"
        ok       address     `http://host/api`
        ok       token       from the environment, `WALDUR_ACCESS_TOKEN`
        ok       encryption  none, and none needed: nothing leaves this machine
        ok       server      a Waldur answers, `Waldur`
        ok       API         links are at `/api/marketplace-resource-users/`, as in Waldur up to 8.0.7
        ok       token       valid, and belongs to `staff`
        ok       lifetime    the token does not expire
        ok       clock       the server's and this machine's agree
        ok       sight       it is shown 10 links, 4 resources, 5 roles, 16 users, and no events in the log
        ok       rights      `staff` is staff: sees everything, may create links and remove them, as `apply` needs
        ok       listing     a resource read by itself shows its 5 links: what is created can be read back
        ok       version     Waldur 7.0.7

        all is well
    "#]]
    .assert_eq(&said.replace(&sandbox.url(), "http://host"));
    reads(&sandbox);
}

#[tokio::test]
async fn support_can_make_what_it_can_not_remove() {
    check(
        tokens::SUPPORT,
        expect![[r#"
        ok       token       valid, and belongs to `support`
        ok       lifetime    the token does not expire
        ok       clock       the server's and this machine's agree
        ok       sight       it is shown 10 links, 4 resources, 5 roles, 16 users, and no events in the log
        warning  rights      `support` is support: sees everything, may create links, and may never remove one
                             help: good for `plan` and `links`; `apply` needs the token of a staff user
        ok       listing     a resource read by itself shows its 5 links: what is created can be read back
        ok       version     Waldur 7.0.7

        1 warning
    "#]],
    )
    .await;
}

#[tokio::test]
async fn the_owner_of_the_offerings_sees_nothing() {
    check(tokens::OWNER, expect![[r#"
        ok       token       valid, and belongs to `provider-owner`
        ok       lifetime    the token does not expire
        ok       clock       the server's and this machine's agree
        ok       sight       it is shown no links, no resources (4 as their provider), 5 roles, 2 users, and no events
                             in the log
        problem  rights      `provider-owner` owns what is offered, and is shown no link on it: every link would seem
                             to be missing
                             help: use the token of a staff user: Waldur shows links to who consumes a resource, not to who
                                   provides it

        1 problem; not looked at: listing
        [exit 1]
    "#]]).await;
}

#[tokio::test]
async fn consumers_see_a_part_and_no_roles() {
    check(
        tokens::CONSUMER,
        expect![[r#"
            ok       token       valid, and belongs to `consumer-owner`
            ok       lifetime    the token does not expire
            ok       clock       the server's and this machine's agree
            ok       sight       it is shown 10 links, 4 resources, no roles, 2 users, and no events in the log
            warning  rights      `consumer-owner` is not staff: it is shown only some of the links, with no hint that there
                                 are more; it can create links there, but not remove them
                                 help: good for `links`; `plan` and `apply` need the token of a staff user
            problem  listing     on 4 resources it could read back what it creates, but it is shown no role, so that no
                                 line of a file means anything to it
                                 help: roles are shown to who provides them, to support and to staff: use a staff token

            1 problem, 1 warning
            [exit 1]
        "#]],
    )
    .await;
    check(
        tokens::ADMIN,
        expect![[r#"
            ok       token       valid, and belongs to `project-admin`
            ok       lifetime    the token does not expire
            ok       clock       the server's and this machine's agree
            ok       sight       it is shown 9 links, 3 resources, no roles, 2 users, and no events in the log
            warning  rights      `project-admin` is not staff: it is shown only some of the links, with no hint that there
                                 are more; it can create links there, but not remove them
                                 help: good for `links`; `plan` and `apply` need the token of a staff user
            problem  listing     on 3 resources it could read back what it creates, but it is shown no role, so that no
                                 line of a file means anything to it
                                 help: roles are shown to who provides them, to support and to staff: use a staff token

            1 problem, 1 warning
            [exit 1]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn nobody_is_of_no_use() {
    check(
        tokens::NOBODY,
        expect![[r#"
        ok       token       valid, and belongs to `nobody`
        ok       lifetime    the token does not expire
        ok       clock       the server's and this machine's agree
        ok       sight       it is shown no links, no resources, no roles, 1 user, and no events in the log
        problem  rights      `nobody` has no role in Waldur that would show a link or a resource
                             help: use the token of a staff user

        1 problem; not looked at: listing
        [exit 1]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_token_that_opens_nothing_is_told_from_a_server_that_is_wrong() {
    check(tokens::EXPIRED, expect![[r#"
        problem  token       rejected: GET /api/users/me/: answered 401 Unauthorized: Token has expired.
                             help: a token that is not used for its lifetime expires: get a new one from Waldur, and for what
                                   runs on a schedule have its lifetime made longer than the schedule

        1 problem; not looked at: lifetime, clock, sight, rights, listing
        [exit 1]
    "#]]).await;
    check(
        tokens::INACTIVE,
        expect![[r#"
            problem  token       rejected: GET /api/users/me/: answered 401 Unauthorized: User inactive or deleted.
                                 help: the account is deactivated: ask a staff user of Waldur, or use the token of another
                                       account

            1 problem; not looked at: lifetime, clock, sight, rights, listing
            [exit 1]
        "#]],
    )
    .await;
    check("0123456789abcdef0123456789abcdef01234567", expect![[r#"
        problem  token       rejected: GET /api/users/me/: answered 401 Unauthorized: Invalid token.
                             help: Waldur does not know it: was it copied whole, for this server, and not replaced by a newer
                                   one since?

        1 problem; not looked at: lifetime, clock, sight, rights, listing
        [exit 1]
    "#]]).await;
}

#[tokio::test]
async fn a_token_has_to_outlive_the_schedule() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    sandbox.world().change_user("staff", |it| it.token_lifetime = Some(3600));
    let mut told = String::new();
    for arguments in [&["doctor"][..], &["doctor", "--interval", "5m"], &["doctor", "--interval", "24h"]] {
        let said = as_staff(&sandbox, arguments).await;
        assert_eq!(said.code, Some(0));
        told += &lines(&said.stdout, "lifetime");
    }
    expect![[r#"
        ok       lifetime    the token expires when it is not used for 1h: a schedule has to be shorter (`--interval 24h`
                             checks one)
        ok       lifetime    the token expires when it is not used for 1h, and is to be used every 5m
        warning  lifetime    the token expires when it is not used for 1h, and is to be used every 24h: each run after
                             the first would be rejected
                             help: run more often than every 1h, or have the lifetime of this account's tokens made longer
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn clocks_that_differ_hold_what_has_a_date() {
    let told = |seconds: Option<i64>| render::doctor::finding(&doctor::clock(seconds.map(SignedDuration::from_secs)));
    let table = [Some(0), Some(-5), Some(90), Some(300), Some(301), Some(-7200), None].map(told).concat();
    expect![[r#"
        ok       clock       the server's and this machine's agree
        ok       clock       the server's and this machine's agree
        ok       clock       the server's is 1m 30s ahead of this machine's; up to 5m does no harm
        ok       clock       the server's is 5m ahead of this machine's; up to 5m does no harm
        warning  clock       the server's clock is 5m 1s ahead of this machine's: what has `from` or `until` is neither
                             created nor removed
                             help: set the clock that is wrong; best, let both machines ask a time server
        warning  clock       the server's clock is 2h behind this machine's: what has `from` or `until` is neither
                             created nor removed
                             help: set the clock that is wrong; best, let both machines ask a time server
        warning  clock       the server does not tell its time, so nobody knows whether this machine's clock is right
                             help: a proxy takes the header `Date` away: ask who runs it
    "#]]
    .assert_eq(&anstream::adapter::strip_str(&table).to_string());

    let mut world = World::example();
    world.clock_ahead = SignedDuration::from_mins(90);
    let sandbox = Sandbox::start(world).await.unwrap();
    let said = as_staff(&sandbox, &["doctor"]).await;
    let line = lines(&said.stdout, "clock");
    assert!(line.starts_with("warning") && line.contains("ahead of this machine's"), "{line}");
}

#[tokio::test]
async fn what_is_set_is_looked_at_before_anything_is_sent() {
    let check = async |arguments: &[&str], token: Option<&str>, expected: Expect| {
        let environment: Vec<_> = token.map(|it| ("WALDUR_ACCESS_TOKEN", it)).into_iter().collect();
        let said = grantsync(&[&["doctor"], arguments].concat(), &environment).await;
        expected.assert_eq(&said.to_string());
    };
    check(&[], None, expect![[r#"
        problem  address     no server is named
                             help: `export WALDUR_API_URL=https://waldur.example.org`, with the address of yours; to look
                                   around without a server: `grantsync doctor --sandbox`
        problem  token       there is none
                             help: `export WALDUR_ACCESS_TOKEN=…` with the token of a staff user (Waldur shows it in their
                                   profile), or the name of a file that holds it in `WALDUR_ACCESS_TOKEN_FILE`

        2 problems; not looked at: server, encryption, API, lifetime, clock, sight, rights, listing
        [exit 1]
    "#]]).await;
    check(
        &["--url", "waldur.example.org"],
        Some("abc"),
        expect![[r#"
        problem  address     `waldur.example.org`: not a URL
                             help: write it as `https://waldur.example.org`
        ok       token       from the environment, `WALDUR_ACCESS_TOKEN`

        1 problem; not looked at: server, encryption, API, lifetime, clock, sight, rights, listing
        [exit 1]
    "#]],
    )
    .await;
    check(
        &["--url", "https://alice:secret@waldur.example.org"],
        Some("abc"),
        expect![[r#"
        problem  address     `waldur.example.org`: contains a user name or password
                             help: remove what stands before the `@`; the token is the only credential
        ok       token       from the environment, `WALDUR_ACCESS_TOKEN`

        1 problem; not looked at: server, encryption, API, lifetime, clock, sight, rights, listing
        [exit 1]
    "#]],
    )
    .await;
    check(
        &["--url", "https://waldur.example.org", "--ca-file", "LICENSE-MIT"],
        Some("abc"),
        expect![[r#"
        ok       address     `https://waldur.example.org/api`
        ok       token       from the environment, `WALDUR_ACCESS_TOKEN`
        problem  encryption  certificate file `LICENSE-MIT`: no certificate in it: no `BEGIN CERTIFICATE` line

        1 problem; not looked at: server, API, lifetime, clock, sight, rights, listing
        [exit 1]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_token_that_others_may_read_is_warned_of() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("token");
    let told = async |environment: &[(&str, &str)]| {
        let url = sandbox.url();
        let environment = [&[("WALDUR_API_URL", &*url)], environment].concat();
        let said = grantsync(&["doctor", "--token-file", path.to_str().unwrap()], &environment).await.stdout;
        lines(&said, "token").replace(dir.path().to_str().unwrap(), "/run")
    };
    let mut all = told(&[]).await;
    fs::write(&path, "Token abc").unwrap();
    all += &told(&[]).await;
    fs::write(&path, tokens::STAFF).unwrap();
    for mode in [0o600, 0o640, 0o644] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        all += &told(&[]).await;
    }
    fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
    all += &told(&[("WALDUR_ACCESS_TOKEN", "another")]).await;
    expect![[r#"
        problem  token       token file `/run/token`: cannot be read: No such file or directory (os error 2)
        problem  token       token file `/run/token`: character 6 cannot be part of a token
                             help: put the token alone there, as plain text (UTF-8), without `Token `
        ok       token       from the file `/run/token`
        ok       token       valid, and belongs to `staff`
        ok       token       from the file `/run/token`
        ok       token       valid, and belongs to `staff`
        warning  token       from the file `/run/token`, which everybody on this machine may read (mode 644)
                             help: `chmod o= /run/token`; and get a new token if somebody may have looked
        ok       token       valid, and belongs to `staff`
        ok       token       from the file `/run/token`; `WALDUR_ACCESS_TOKEN` is set, too, and not used
        ok       token       valid, and belongs to `staff`
    "#]]
    .assert_eq(&all);
}

#[tokio::test]
async fn a_marketplace_with_nothing_in_it() {
    let sandbox = Sandbox::start(World::new()).await.unwrap();
    let empty = as_staff(&sandbox, &["doctor"]).await;
    assert_eq!(empty.code, Some(0));
    expect![[r#"
        ok       sight       it is shown no links, no resources, no roles, 8 users, and no events in the log
        ok       listing     there is no resource yet on which a link could be created
    "#]]
    .assert_eq(&(lines(&empty.stdout, "sight") + &lines(&empty.stdout, "listing")));
    {
        let mut world = sandbox.world();
        let offering = world.offering("HPC");
        world.resource(offering, "cluster-a");
    }
    let without_roles = as_staff(&sandbox, &["doctor"]).await;
    expect![[r#"
        warning  listing     on 1 resource it could read back what it creates, but it is shown no role, so that no line
                             of a file means anything to it
                             help: no offering has roles: make some in Waldur first
    "#]]
    .assert_eq(&lines(&without_roles.stdout, "listing"));
}

#[tokio::test]
async fn programs_read_json() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let said = against(&sandbox, tokens::EXPIRED, &["doctor", "--format", "json"]).await;
    assert_eq!((said.code, said.stderr.as_str()), (Some(1), ""));
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(document["version"], 1);
    let findings = document["findings"].as_array().unwrap();
    let levels = findings.iter().map(|it| format!("{} {}", it["check"], it["level"]).replace('"', ""));
    let levels: Vec<_> = levels.collect();
    assert_eq!(levels, ["address ok", "token ok", "encryption ok", "server ok", "api ok", "token problem"]);
    let last = &findings[5];
    assert!(last["message"].as_str().unwrap().contains("401") && last["help"].as_str().unwrap().contains("expires"));
    assert_eq!(document["not_checked"], json!(["lifetime", "clock", "sight", "rights", "listing"]));
}

#[tokio::test]
async fn it_can_be_tried_without_a_server() {
    let said = grantsync(&["doctor", "--sandbox"], &[]).await;
    assert_eq!(said.code, Some(0));
    assert!(said.stdout.ends_with("\nall is well\n"), "{said}");
}

#[test]
fn colour_is_no_more_than_colour() {
    let styled = render::doctor::finding(&doctor::token_source(Err(None)));
    assert!(styled.starts_with("\u{1b}["), "{styled}");
    assert!(anstream::adapter::strip_str(&styled).to_string().starts_with("problem  token       there is none\n"));
}
