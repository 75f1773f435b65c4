//! The status as JSON, version 1. Fields may be added; none is renamed, removed or given another meaning.

use jiff::Timestamp;
use serde::Serialize;

use crate::daemon::{
    self, Activity, Beginning, CurrentWait, Drift, Expiring, Flap, HeldRemoval, Listed, Note, Status, TokenState,
    Vanished,
};
use crate::report::Failure;

/// The status of a daemon at a moment.
pub fn json_v1(status: &Status, now: Timestamp) -> String {
    // Nothing in it can fail to be written: all keys are strings.
    serde_json::to_string_pretty(&Root::of(status, now)).unwrap_or_default()
}

#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    now: Timestamp,
    ready: bool,
    not_ready: Option<String>,
    program: &'static str,
    server: &'a str,
    files: &'a [String],
    schedule: &'a str,
    started: Timestamp,
    revision: Option<&'a str>,
    token: &'static str,
    token_problem: Option<&'a str>,
    /// Why the last pass could not be recorded.
    journal_problem: Option<&'a str>,
    running: Option<Running<'a>>,
    next: Option<Next>,
    last: Option<Past>,
    last_success: Option<Timestamp>,
    passes: u64,
    failure: Option<&'a Failure>,
    broken: &'a Listed<String>,
    access: Option<Access<'a>>,
    flapping: &'a Listed<Flap>,
    vanished: Option<&'a Vanished>,
    changes: Vec<Change<'a>>,
    /// Changes of the same passes that are not listed.
    changes_left_out: usize,
}

#[derive(Serialize)]
struct Running<'a> {
    since: Timestamp,
    asked_by: Vec<&'static str>,
    waiting: Option<&'a CurrentWait>,
    /// Steps that had their answer.
    steps: u64,
}

#[derive(Serialize)]
struct Next {
    at: Timestamp,
    because: &'static str,
    backing_off: bool,
}

#[derive(Serialize)]
struct Past {
    result: &'static str,
    began: Timestamp,
    seconds: f64,
    asked_by: Vec<&'static str>,
}

#[derive(Serialize)]
struct Access<'a> {
    at: Timestamp,
    in_sync: u64,
    drift: &'a Drift,
    held: &'a Listed<HeldRemoval>,
    /// Since when one of them is held, at the longest.
    held_since: Option<Timestamp>,
    /// The command that does now what waits because files have vanished.
    at_once: Option<&'a str>,
    held_by_limits: Option<Limited<'a>>,
    approvals: &'a Listed<Note>,
    withheld: &'a Listed<String>,
    unresolved: &'a Listed<String>,
    beginning: &'a Listed<Beginning>,
    expiring: &'a Listed<Expiring>,
    token_lacks: Option<&'static str>,
}

#[derive(Serialize)]
struct Limited<'a> {
    digest: &'a str,
    since: Timestamp,
    links: u64,
    exceeded: &'a [String],
    /// Both ways in one text.
    release: String,
    release_lines: &'a str,
    release_command: &'a str,
    /// Whether the command releases exactly these.
    release_command_is_exact: bool,
    room_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Change<'a> {
    at: Timestamp,
    action: &'static str,
    result: &'static str,
    what: &'a str,
    why: &'a str,
}

impl<'a> Root<'a> {
    fn of(status: &'a Status, now: Timestamp) -> Self {
        let ready = status.ready(now);
        let (running, next) = match &status.activity {
            Activity::Running { asked, since, waits, so_far } => {
                let asked_by = asked.iter().map(|it| it.label()).collect();
                (Some(Running { since: *since, asked_by, waiting: waits.as_ref(), steps: so_far.steps }), None)
            }
            Activity::Waiting(due) => {
                (None, Some(Next { at: due.at, because: due.trigger.label(), backing_off: due.gated }))
            }
            Activity::Stopping => (None, None),
        };
        Self {
            version: 1,
            now,
            ready: ready.is_ok(),
            not_ready: ready.err().map(|it| it.to_string()),
            program: status.about.version,
            server: &status.about.server,
            files: &status.about.files,
            schedule: &status.about.schedule,
            started: status.started,
            revision: status.revision.as_deref(),
            token: token(status.token),
            token_problem: status.token_problem.as_deref(),
            journal_problem: status.journal.problem(),
            running,
            next,
            last: status.last().map(Past::of),
            last_success: status.last_good,
            passes: status.totals.finished(),
            failure: status.failure.as_ref(),
            broken: &status.broken,
            access: status.view.as_ref().map(Access::of),
            flapping: &status.flaps,
            vanished: status.vanished.as_ref(),
            changes: status
                .changes
                .iter()
                .flat_map(|(at, all)| all.first.iter().map(|it| Change::of(*at, it)))
                .collect(),
            changes_left_out: status.changes.iter().map(|(_, all)| all.count - all.first.len()).sum(),
        }
    }
}

impl Past {
    fn of(past: &daemon::Past) -> Self {
        let daemon::Past { verdict, asked, began, took } = past;
        let asked_by = asked.iter().map(|it| it.label()).collect();
        Self { result: verdict.label(), began: *began, seconds: took.as_secs_f64(), asked_by }
    }
}

impl<'a> Access<'a> {
    fn of(view: &'a daemon::Observed) -> Self {
        let daemon::Observed {
            at,
            in_sync,
            drift,
            held,
            held_since,
            at_once,
            limited,
            room,
            approvals,
            unlisted: _,
            withheld,
            unresolved,
            beginning,
            expiring,
            token_lifetime: _,
            token_lacks,
            uncounted: _,
        } = view;
        Self {
            at: *at,
            in_sync: *in_sync,
            drift,
            held_since: *held_since,
            held,
            at_once: at_once.as_deref(),
            held_by_limits: limited.as_ref().map(|(limited, since)| {
                let daemon::HeldSet { digest, exceeded, links, release, room_for: _ } = limited;
                Limited {
                    digest,
                    since: *since,
                    links: *links,
                    exceeded,
                    release: release.to_string(),
                    release_lines: &release.lines,
                    release_command: &release.command,
                    release_command_is_exact: release.exactly,
                    room_at: *room,
                }
            }),
            approvals,
            withheld,
            unresolved,
            beginning,
            expiring,
            token_lacks: *token_lacks,
        }
    }
}

impl<'a> Change<'a> {
    fn of(at: Timestamp, change: &'a daemon::PassStep) -> Self {
        let daemon::PassStep { action, became, what, why } = change;
        Self { at, action: action.label(), result: became.label(), what: &what.plain, why }
    }
}

const fn token(token: TokenState) -> &'static str {
    match token {
        TokenState::Untried => "untried",
        TokenState::Accepted => "accepted",
        TokenState::Rejected => "rejected",
    }
}
