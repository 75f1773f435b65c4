//! What git and the server remember, beside what is known now.

use expect_test::expect;
use grantsync::event::EventKind::{self, LinkCreated, LinkRemoved};
use grantsync::event::{Event, LinkNames};
use grantsync::explain::{Authored, FileLine, History, Question};

use crate::explain::{FILE, WORLD, told};
use crate::world::{World, instant, resource, role, user};

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
        reason: None,
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
    let said = told(&world, FILE, Question::user(user("alice")), &history());
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
    let said = told(&world, FILE, Question::user(user("yan")), &history());
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
    assert!(!told(&world, FILE, Question::user(user("alice")), &history).contains("outside of git"));
}

#[test]
fn of_a_long_history_the_newest_is_told() {
    let world = World::read(WORLD);
    let mut history = history();
    let first = history.events.swap_remove(0);
    history.events =
        (1..=5).map(|day| Event { at: instant(&format!("2026-12-0{day}T00:00:00Z")), ..first.clone() }).collect();
    let said = told(&world, FILE, Question::pair(resource("HPC", "cluster-a", false), user("alice")), &history);
    let told: Vec<_> = said.lines().filter(|it| it.contains("made") || it.contains("more")).map(str::trim).collect();
    expect![[r#"
        made 2026-12-05 by operator
        made 2026-12-04 by operator
        made 2026-12-03 by operator
        and 2 more in the server's log"#]]
    .assert_eq(&told.join("\n"));
}

fn event(at: &str, what: EventKind, [user, role, resource]: [&str; 3]) -> Event {
    let about = vec![LinkNames { user: user.into(), role: role.into(), resource: resource.into() }];
    Event { at: instant(at), what, about, by: Some("staff".into()), address: None, reason: None }
}

fn remembering(events: Vec<Event>) -> History {
    History { events, since: Some(instant("2026-10-01T00:00:00Z")), ours: "operator".into(), ..History::default() }
}

#[test]
fn a_role_that_is_lacking_has_its_history() {
    let history = remembering(vec![
        event("2026-11-01T16:40:00Z", LinkCreated, ["erin", "member", "cluster-b"]),
        event("2026-11-28T16:40:00Z", LinkRemoved, ["erin", "member", "cluster-b"]),
        event("2026-11-28T16:41:00Z", LinkRemoved, ["alice", "member", "cluster-b"]),
    ]);
    let question = Question::pair(resource("HPC", "cluster-b", false), user("erin"));
    expect![[r#"
        cluster-b  HPC
          ·    member  erin  lacks it: no line asks for it
               removed 2026-11-28 16:40 UTC by staff
               made 2026-11-01 16:40 UTC by staff
          ·    viewer  erin  lacks it: ended, was until 2026-11-30
               grants.yaml:19 · until 2026-11-30 · ended
          lacks admin: no line asks for it

        The server's log was read back to 2026-10-01.
    "#]]
    .assert_eq(&told(&World::read(WORLD), FILE, question, &history));
}

#[test]
fn a_resource_that_only_the_log_knows_is_named() {
    let history = remembering(vec![
        event("2026-11-01T16:40:00Z", LinkCreated, ["yan", "member", "cluster-z"]),
        event("2026-11-02T16:40:00Z", LinkRemoved, ["yan", "member", "cluster-z"]),
        event("2026-11-02T16:40:00Z", LinkRemoved, ["yan", "admin", "\u{1b}[31mred\u{202e}"]),
        // Only its role is gone.
        event("2026-11-03T16:40:00Z", LinkRemoved, ["yan", "owner", "cluster-b"]),
        event("2026-11-03T16:40:00Z", LinkRemoved, ["zoe", "member", "cluster-z"]),
    ]);
    expect![[r#"
        yan

        cluster-a  HPC
          +    member  yan  gets it
               grants.yaml:15 via staff › interns (grants.yaml:8)

        \u{1b}[31mred\u{202e}  only in the server's log: deleted or renamed since, or its name is not unique
          ·    admin  yan
               removed 2026-11-02 16:40 UTC by staff

        cluster-b  only in the server's log: deleted or renamed since, or its name is not unique
          ·    owner  yan
               removed 2026-11-03 16:40 UTC by staff

        cluster-z  only in the server's log: deleted or renamed since, or its name is not unique
          ·    member  yan
               removed 2026-11-02 16:40 UTC by staff
               made 2026-11-01 16:40 UTC by staff

        Unresolved, and might mean something of this:
          grants.yaml:20: no user has the username `alcie`
            help: did you mean `alice`?

        The server's log was read back to 2026-10-01.
    "#]]
    .assert_eq(&told(&World::read(WORLD), FILE, Question::user(user("yan")), &history));
}

#[test]
fn what_made_a_live_link_comes_first() {
    let names = ["alice", "admin", "cluster-a"];
    let history = remembering(vec![
        event("2026-11-01T00:00:00Z", LinkCreated, names),
        event("2026-11-02T00:00:00Z", LinkRemoved, names),
        event("2026-11-03T00:00:00Z", LinkCreated, names),
        // A second row of the same.
        event("2026-11-04T00:00:00Z", LinkRemoved, names),
        event("2026-11-05T00:00:00Z", LinkRemoved, names),
        event("2026-11-06T00:00:00Z", LinkRemoved, names),
    ]);
    let question = Question::pair(resource("HPC", "cluster-a", false), user("alice"));
    let said = told(&World::read(WORLD), FILE, question, &history);
    let told: Vec<_> =
        said.lines().filter(|it| it.contains("by staff") || it.contains("more")).map(str::trim).collect();
    expect![[r#"
        made 2026-11-03 by staff
        removed 2026-11-06 by staff
        removed 2026-11-05 by staff
        and 3 more in the server's log"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn only_some_roles_are_asked_about() {
    let roles = ["member", "viewer"].map(|it| role("HPC", it));
    let question = Question { roles: Some(roles.into()), ..Question::resource(resource("HPC", "cluster-b", false)) };
    let history = remembering(vec![
        event("2026-11-01T00:00:00Z", LinkRemoved, ["yan", "viewer", "cluster-b"]),
        event("2026-11-02T00:00:00Z", LinkRemoved, ["yan", "admin", "cluster-b"]),
    ]);
    expect![[r#"
        cluster-b  HPC
          -    member  alice  has it, and loses it: not declared
               link 00000000000000000000000000000007
          ·    viewer  alice  lacks it: not begun, begins 2027-02-01
               grants.yaml:17 · from 2027-02-01 · not begun
          ·    viewer  erin   lacks it: ended, was until 2026-11-30
               grants.yaml:19 · until 2026-11-30 · ended
          ·    viewer  yan    lacks it: no line asks for it
               removed 2026-11-01 by staff
          !    viewer  zoe    lacks it: the user is not active
               grants.yaml:18

        The server's log was read back to 2026-10-01.
    "#]]
    .assert_eq(&told(&World::read(WORLD), FILE, question, &history));
}

/// Names may have anything in them, also the words of the sentences that they are in.
#[test]
fn of_several_ways_to_read_the_log_the_one_that_makes_sense_is_told() {
    let mut event = event("2026-11-01T00:00:00Z", LinkRemoved, ["yan", "member in resource x", "cluster-b"]);
    event.about.push(LinkNames {
        user: "yan".into(),
        role: "member".into(),
        resource: "x in resource cluster-b".into(),
    });
    let said = told(&World::read(WORLD), FILE, Question::user(user("yan")), &remembering(vec![event]));
    assert!(said.contains("cluster-b  only in") && !said.contains("x in resource cluster-b"), "{said}");
}
