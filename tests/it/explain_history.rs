//! What git and the server remember, beside what is known now.

use expect_test::expect;
use grantsync::event::EventKind::{self, LinkCreated, LinkRemoved};
use grantsync::event::{Event, LinkNames};
use grantsync::explain::{Authored, FileLine, History, Question};

use crate::explain::{FILE, WORLD, told};
use crate::world::{World, instant, resource, user};

/// Who wrote each line of the file, and what happened on the server.
fn history() -> History {
    let place = |line| FileLine { file: "grants.yaml".into(), line };
    let commit = |day: &str, author: &str, summary: &str| Authored::Commit {
        id: "1a2b3c4d5e6f708192a3b4c5d6e7f80912345678".into(),
        author: author.into(),
        at: instant(&format!("{day}T10:00:00Z")),
        summary: summary.into(),
    };
    let event = |at: &str, what: EventKind, [user, role, resource]: [&str; 3], by: Option<&str>| Event {
        at: instant(at),
        what,
        about: vec![LinkNames { user: user.into(), role: role.into(), resource: resource.into() }],
        by: by.map(str::to_owned),
        address: None,
    };
    History {
        authors: [
            (place(12), commit("2026-11-02", "Jane Doe", "Let Alice in")),
            (place(15), commit("2026-11-03", "Jane Doe", "Give the staff the cluster")),
            (place(8), commit("2026-11-05", "Evil\u{1b}[31m", "Add \u{202e}nay")),
            (place(16), Authored::Uncommitted),
        ]
        .into(),
        events: vec![
            event("2026-11-02T10:05:00Z", LinkCreated, ["alice", "admin", "cluster-a"], Some("operator")),
            event("2026-12-01T10:05:00Z", LinkCreated, ["alice", "viewer", "cluster-a"], Some("mallory")),
            event("2026-12-02T10:05:00Z", LinkRemoved, ["alice", "admin", "cluster-b"], Some("mallory")),
            event("2026-12-03T10:05:00Z", LinkRemoved, ["yan", "member", "cluster-a"], None),
            event("2026-12-04T10:05:00Z", LinkCreated, ["zoe", "admin", "cluster-a"], Some("x")),
        ],
        since: Some(instant("2026-10-01T00:00:00Z")),
        ours: "operator".into(),
    }
}

#[test]
fn who_wrote_a_line_and_who_did_what_outside_of_git() {
    let world = World::read(WORLD);
    let said = told(&world, FILE, Question::User(user("alice")), &history());
    expect![[r#"
        alice

        cluster-a  HPC
          =    admin   alice  has it, and keeps it
               grants.yaml:12 · OPS-12 · until 2027-03-31
                 last changed 2026-11-02 by Jane Doe in 1a2b3c4d5e6f: Let Alice in
               link 00000000000000000000000000000001
               made 2026-11-02 10:05 UTC by operator
          !    viewer  alice  has it, and keeps it for now: an unresolved line might refer to it · grants.yaml:20
               link 00000000000000000000000000000002
                 help: fix that line
               made 2026-12-01 10:05 UTC by mallory, outside of git

        cluster-b  HPC
          +    admin   alice  gets it
               grants.yaml:16
                 not committed yet
               removed 2026-12-02 10:05 UTC by mallory, outside of git
          -    member  alice  has it, and loses it: not declared
               link 00000000000000000000000000000007
          ·    viewer  alice  lacks it: not begun, begins 2027-02-01
               grants.yaml:17 · from 2027-02-01 · not begun

        old  HPC
          =    viewer  alice  has it, and keeps it: terminated
               link 00000000000000000000000000000008

        archive  Storage
          ·    admin  alice  has it, outside the scope: it is left alone
               link 00000000000000000000000000000009

        Unresolved, and might mean something of this:
          grants.yaml:20: no user has the username `alcie`, and probably does
            help: did you mean `alice`?

        The server's log was read back to 2026-10-01.
    "#]]
    .assert_eq(&said);
    let said = told(&world, FILE, Question::User(user("yan")), &history());
    expect![[r#"
        yan

        cluster-a  HPC
          +    member  yan  gets it
               grants.yaml:15 via staff › interns (grants.yaml:8)
                 grants.yaml:15 last changed 2026-11-03 by Jane Doe in 1a2b3c4d5e6f: Give the staff the cluster
                 grants.yaml:8 last changed 2026-11-05 by Evil\u{1b}[31m in 1a2b3c4d5e6f: Add \u{202e}nay
               removed 2026-12-03 10:05 UTC by the server itself, outside of git

        Unresolved, and might mean something of this:
          grants.yaml:20: no user has the username `alcie`
            help: did you mean `alice`?

        The server's log was read back to 2026-10-01.
    "#]]
    .assert_eq(&said);
}

#[test]
fn what_was_done_in_our_own_name_is_no_surprise() {
    let world = World::read(WORLD);
    let mut history = history();
    history.ours = "mallory".into();
    assert!(!told(&world, FILE, Question::User(user("alice")), &history).contains("outside of git"));
}

#[test]
fn of_a_long_history_the_newest_is_told() {
    let world = World::read(WORLD);
    let mut history = history();
    let first = history.events.swap_remove(0);
    history.events =
        (1..=5).map(|day| Event { at: instant(&format!("2026-12-0{day}T00:00:00Z")), ..first.clone() }).collect();
    let said = told(&world, FILE, Question::Pair(resource("HPC", "cluster-a", false), user("alice")), &history);
    let told: Vec<_> = said.lines().filter(|it| it.contains("made") || it.contains("more")).map(str::trim).collect();
    expect![[r#"
        made 2026-12-05 by operator
        made 2026-12-04 by operator
        made 2026-12-03 by operator
        and 2 more in the server's log"#]]
    .assert_eq(&told.join("\n"));
}
