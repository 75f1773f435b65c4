//! Daemons as operators meet them, for the pages and numbers that show them.

use std::time::Duration;

use grantsync::daemon::{
    About, Action, Beginning, ContentId, Drift, End, Expiring, FileReading, Finished, HeldRemoval, HeldSet,
    JournalState, Memory, Note, PassStep, PassSummary, Requests, Status, StepResult, Trigger,
};
use grantsync::report::Failure;
use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use super::daemon_kit::{Controls, daemon, every_five_minutes, failure, finished, minutes, noon, release, wanted};

/// What a file may hold that a page must not believe.
pub(super) const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&\u{202e}txt.exe\u{0}</bdi></script>";

/// The names of all daemons that there are.
pub(super) const ALL: [&str; 9] =
    ["first", "in_sync", "changed", "held", "unresolved", "incomplete", "broken", "unreachable", "unauthorized"];

/// A daemon that has come to this, after some quiet hours.
pub(super) async fn status(name: &str) -> Status {
    let last = match name {
        "first" => return Status::new(about(), noon()),
        "in_sync" => in_sync(),
        "changed" => changed(),
        "held" => held(),
        "unresolved" => unresolved(),
        "incomplete" => incomplete(),
        "broken" => broken(),
        "unreachable" => PassSummary::new(End::Unreachable(Failure {
            message: "GET /api/marketplace-resource-users/: connection refused (waldur.example.org:443)".to_owned(),
            help: Some("is the server up? `grantsync doctor` looks at everything on the way".to_owned()),
        })),
        "unauthorized" => PassSummary::new(End::Unauthorized(Failure {
            message: "GET /api/users/me/: 401 Unauthorized: Token has expired.".to_owned(),
            help: Some("put a new staff token into the token file; it is read again by itself".to_owned()),
        })),
        other => panic!("there is no daemon `{other}`"),
    };
    after_some_hours(last).await
}

/// A moment in which its age is a sensible one.
pub(super) fn now(status: &Status) -> Timestamp {
    status.last().map_or(noon(), |it| it.began + it.took + SignedDuration::from_secs(72))
}

fn about() -> About {
    About {
        version: "0.1.0",
        server: "https://waldur.example.org".to_owned(),
        files: vec!["/etc/grantsync/access".to_owned()],
        schedule: "every 5m".to_owned(),
    }
}

async fn after_some_hours(last: PassSummary) -> Status {
    let mut passes = (0..40)
        .map(|at| match at {
            17 | 18 => {
                PassSummary::new(End::Unreachable(failure("GET /api/marketplace-resource-users/: 502 Bad Gateway")))
            }
            30 => changed(),
            _ => in_sync(),
        })
        .chain([last]);
    let pass = async move |memory: &mut Memory| {
        memory.files_read(FileReading { files: ["grants.yaml".to_owned()].into(), content: ContentId::of(&1) });
        sleep(Duration::from_millis(1240)).await;
        passes.next().unwrap()
    };
    let (_, status) = daemon(every_five_minutes(), pass, async |it: &mut Controls| {
        it.passes(40).await;
        it.asker.ask(Trigger::FileChange);
        it.passes(41).await;
        it.stop.send_replace(grantsync::daemon::Stop::Now(grantsync::daemon::By::Interrupt));
    })
    .await;
    // It is looked at before it stops, and it was told what it works from.
    let began = status.last().unwrap().began;
    let due = grantsync::daemon::Due { at: began + minutes(5), trigger: Trigger::Schedule, gated: false };
    Status { about: about(), activity: grantsync::daemon::Activity::Waiting(due), ..status }
}

fn pass(end: Finished) -> PassSummary {
    PassSummary {
        revision: Some("9f1c2e7ab04d5e6f7a8b9c0d1e2f3a4b5c6d7e8f".to_owned()),
        requests: vec![Requests { method: "GET", code: Some(200), count: 38 }],
        retries: 1,
        ..finished(Finished {
            in_sync: 1204,
            beginning: vec![beginning("erin: member on cluster-b (access/hpc.yaml:61)", 2)],
            expiring: expiring(),
            token_lifetime: Some(Duration::from_secs(3600)),
            ..end
        })
    }
}

fn in_sync() -> PassSummary {
    pass(Finished::default())
}

fn changes() -> Vec<PassStep> {
    let change = |action, what: &str, why: &str| PassStep {
        action,
        became: StepResult::Done,
        what: what.into(),
        why: why.to_owned(),
    };
    vec![
        change(Action::Create, "alice: admin on cluster-a", "access/hpc.yaml:12, OPS-1187"),
        change(Action::Create, "anna-liisa.kask: member on cluster-b", "access/hpc.yaml:31 via group gpu-team"),
        change(Action::Remove, "bob: member on cluster-a", "not declared"),
        change(Action::Remove, "carol: viewer on tenant-42", "ended, access/cloud.yaml:7 until 2026-12-31"),
    ]
}

fn changed() -> PassSummary {
    pass(Finished {
        drift: Drift { create: 2, remove: 2, set_end: 0 },
        changes: changes(),
        counted_removals: 1,
        ..Finished::default()
    })
}

fn held() -> PassSummary {
    let held = (1..=31).map(|it| HeldRemoval {
        what: format!("user{it:04}: member on cluster-{}", if it % 2 == 0 { "b" } else { "c" }).into(),
        why: "over the limit".to_owned(),
    });
    let digest = "held-aaaaaaaaaaaaaaaaaaaaaaaaaa";
    pass(Finished {
        drift: Drift { create: 0, remove: 31, set_end: 0 },
        held: held.collect(),
        limited: Some(HeldSet {
            digest: digest.to_owned(),
            exceeded: vec!["31 bindings would go, more than the 25 that `limits.removals` allows".to_owned()],
            links: 31,
            release: release("/etc/grantsync/access", digest),
            room_for: None,
        }),
        changes: changes()[..1].to_vec(),
        ..Finished::default()
    })
}

fn unresolved() -> PassSummary {
    pass(Finished {
        unresolved: vec![
            "access/hpc.yaml:18: no user `jürgen.müler`; did you mean `jürgen.müller`?".to_owned(),
            "access/cloud.yaml:44: 2 resources are named `tenant-7`; write its UUID".to_owned(),
        ],
        held: vec![HeldRemoval {
            what: "jürgen.müller: admin on cluster-a".into(),
            why: "an unresolved line might refer to it · access/hpc.yaml:18".to_owned(),
        }],
        ..Finished::default()
    })
}

fn incomplete() -> PassSummary {
    let mut changes = changes();
    changes[0].became = StepResult::Failed;
    changes[0].why = String::from("POST /api/marketplace-resource-users/: 400 Bad Request: role: Incorrect URL match.");
    changes[1].became = StepResult::Unknown;
    changes[1].why = String::from("access/hpc.yaml:31; the answer was lost");
    changes[2].became = StepResult::Held;
    changes[2].why = String::from("replacement not created");
    pass(Finished {
        drift: Drift { create: 2, remove: 2, set_end: 0 },
        changes,
        wanted: vec![wanted("+ alice: admin on cluster-a", true)],
        ..Finished::default()
    })
}

fn broken() -> PassSummary {
    let finding = "error[unknown-key]: unknown key `usr`\n  --> access/hpc.yaml:14:5\n   |\n14 |     usr: alice\n   |     ^^^ \
                   did you mean `user`?\n";
    PassSummary::new(End::Broken(vec![
        finding.to_owned(),
        "error[duplicate]: the same binding twice: access/hpc.yaml:20:5 and access/cloud.yaml:3:5".to_owned(),
    ]))
}

fn beginning(what: &str, days: i64) -> Beginning {
    Beginning { what: what.into(), from: noon() + SignedDuration::from_hours(24 * days) }
}

fn expiring() -> Vec<Expiring> {
    let grant =
        |what: &str, days: i64| Expiring { what: what.into(), until: noon() + SignedDuration::from_hours(24 * days) };
    vec![
        grant("guest-turing: viewer on cluster-a (access/hpc.yaml:52)", 3),
        grant("dave: member on tenant-42 (access/cloud.yaml:19)", 9),
    ]
}

/// The same daemon, in which every name is hostile.
pub(super) async fn hostile() -> Status {
    let held = || HeldRemoval { what: HOSTILE.into(), why: HOSTILE.to_owned() };
    let all = pass(Finished {
        changes: vec![PassStep { what: HOSTILE.into(), why: HOSTILE.to_owned(), ..changes()[0].clone() }],
        held: vec![held()],
        limited: Some(HeldSet {
            digest: HOSTILE.to_owned(),
            exceeded: vec![HOSTILE.to_owned()],
            links: 1,
            release: release(HOSTILE, HOSTILE),
            room_for: Some(0),
        }),
        at_once: Some(HOSTILE.to_owned()),
        approvals: vec![Note { code: "approval-ended", text: HOSTILE.to_owned() }],
        withheld: vec![HOSTILE.to_owned()],
        unresolved: vec![HOSTILE.to_owned()],
        beginning: vec![beginning(HOSTILE, 1)],
        expiring: vec![Expiring { what: HOSTILE.into(), until: noon() }],
        ..Finished::default()
    });
    let mut status = after_some_hours(all).await;
    status.broken = [HOSTILE.to_owned()].into_iter().collect();
    status.failure = Some(Failure { message: HOSTILE.to_owned(), help: Some(HOSTILE.to_owned()) });
    status.token_problem = Some(HOSTILE.to_owned());
    status.journal = JournalState::Failed(HOSTILE.to_owned());
    status.revision = Some(HOSTILE.to_owned());
    status.about.server = String::from(HOSTILE);
    status.about.files = vec![HOSTILE.to_owned()];
    status.about.schedule = String::from(HOSTILE);
    let waits = grantsync::daemon::CurrentWait { since: noon(), why: HOSTILE.to_owned() };
    let asked = [Trigger::Schedule].into();
    status.activity = grantsync::daemon::Activity::Running {
        asked,
        since: noon(),
        waits: Some(waits),
        so_far: grantsync::daemon::SoFar::default(),
    };
    let many = vec![PassStep { what: HOSTILE.into(), why: HOSTILE.to_owned(), ..changes()[0].clone() }; 300];
    status.changes.push_front((noon(), many.into_iter().collect()));
    let flap = grantsync::daemon::Flap { what: HOSTILE.into(), tries: 4, since: noon(), not_before: noon() };
    status.flaps = [flap].into_iter().collect();
    let vanished = grantsync::daemon::Vanished { files: [HOSTILE.to_owned()].into(), until: noon() };
    status.vanished = Some(vanished);
    status
}
