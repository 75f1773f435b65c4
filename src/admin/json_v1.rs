//! The status as JSON, version 1. Fields may be added; none is renamed, removed or given another meaning.

use jiff::Timestamp;
use serde::Serialize;

use crate::daemon::{self, Activity, Listed, Status, Token};

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
    running: Option<Running<'a>>,
    next: Option<Next>,
    last: Option<Past>,
    last_success: Option<Timestamp>,
    passes: u64,
    failure: Option<Failure<'a>>,
    broken: List<&'a str>,
    access: Option<Access<'a>>,
    flapping: List<Flap<'a>>,
    vanished: Option<Vanished<'a>>,
    changes: Vec<Change<'a>>,
    /// Changes of the same passes that are not listed.
    changes_left_out: usize,
}

#[derive(Serialize)]
struct Running<'a> {
    since: Timestamp,
    asked_by: Vec<&'static str>,
    waiting: Option<Waiting<'a>>,
    /// Steps that had their answer.
    steps: u64,
}

#[derive(Serialize)]
struct Waiting<'a> {
    since: Timestamp,
    why: &'a str,
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
struct Failure<'a> {
    message: &'a str,
    help: Option<&'a str>,
}

/// The first items, and how many there are.
#[derive(Serialize)]
struct List<T> {
    count: usize,
    first: Vec<T>,
}

#[derive(Serialize)]
struct Access<'a> {
    at: Timestamp,
    in_sync: u64,
    drift: Drift,
    held: List<Held<'a>>,
    /// Since when one of them is held, at the longest.
    held_since: Option<Timestamp>,
    /// The command that does now what waits because files have vanished.
    at_once: Option<&'a str>,
    held_by_limits: Option<Limited<'a>>,
    approvals: List<Note<'a>>,
    withheld: List<&'a str>,
    unresolved: List<&'a str>,
    expiring: List<Expiring<'a>>,
    token_lacks: Option<&'static str>,
}

#[derive(Serialize)]
struct Drift {
    create: u64,
    remove: u64,
}

#[derive(Serialize)]
struct Held<'a> {
    what: &'a str,
    why: &'a str,
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

/// What is to be said about an approval in the files.
#[derive(Serialize)]
struct Note<'a> {
    code: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct Expiring<'a> {
    what: &'a str,
    until: Timestamp,
}

#[derive(Serialize)]
struct Flap<'a> {
    what: &'a str,
    tries: u32,
    since: Timestamp,
    not_before: Timestamp,
}

#[derive(Serialize)]
struct Vanished<'a> {
    files: Vec<&'a str>,
    until: Timestamp,
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
                let waiting = waits.as_ref().map(|daemon::Waits { since, why }| Waiting { since: *since, why });
                let asked_by = asked.iter().map(|it| it.label()).collect();
                (Some(Running { since: *since, asked_by, waiting, steps: so_far.steps }), None)
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
            running,
            next,
            last: status.last().map(Past::of),
            last_success: status.last_good,
            passes: status.totals.finished(),
            failure: status.failure.as_ref().map(Failure::of),
            broken: List::of(&status.broken, String::as_str),
            access: status.view.as_ref().map(Access::of),
            flapping: List::of(&status.flaps, Flap::of),
            vanished: status.vanished.as_ref().map(Vanished::of),
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

impl<'a> Failure<'a> {
    fn of(daemon::Failure { message, help }: &'a daemon::Failure) -> Self {
        Self { message, help: help.as_deref() }
    }
}

impl<T> List<T> {
    fn of<'a, U>(listed: &'a Listed<U>, one: impl Fn(&'a U) -> T) -> Self {
        let Listed { first, count } = listed;
        Self { count: *count, first: first.iter().map(one).collect() }
    }
}

impl<'a> Access<'a> {
    fn of(view: &'a daemon::View) -> Self {
        let daemon::View {
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
            expiring,
            token_lifetime: _,
            token_lacks,
            uncounted: _,
        } = view;
        Self {
            at: *at,
            in_sync: *in_sync,
            drift: Drift { create: drift.create, remove: drift.remove },
            held_since: *held_since,
            held: List::of(held, |daemon::Held { what, why }| Held { what, why }),
            at_once: at_once.as_deref(),
            held_by_limits: limited.as_ref().map(|(limited, since)| {
                let daemon::Limited { digest, exceeded, links, release, room_for: _ } = limited;
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
            approvals: List::of(approvals, |daemon::Note { code, text }| Note { code, text }),
            withheld: List::of(withheld, String::as_str),
            unresolved: List::of(unresolved, String::as_str),
            expiring: List::of(expiring, |daemon::Expiring { what, until }| Expiring { what, until: *until }),
            token_lacks: *token_lacks,
        }
    }
}

impl<'a> Flap<'a> {
    fn of(flap: &'a daemon::Flap) -> Self {
        let daemon::Flap { what, tries, since, not_before } = flap;
        Self { what, tries: *tries, since: *since, not_before: *not_before }
    }
}

impl<'a> Vanished<'a> {
    fn of(daemon::Vanished { files, until }: &'a daemon::Vanished) -> Self {
        Self { files: files.iter().map(String::as_str).collect(), until: *until }
    }
}

impl<'a> Change<'a> {
    fn of(at: Timestamp, change: &'a daemon::Change) -> Self {
        let daemon::Change { action, became, what, why } = change;
        Self { at, action: action.label(), result: became.label(), what, why }
    }
}

const fn token(token: Token) -> &'static str {
    match token {
        Token::Untried => "untried",
        Token::Accepted => "accepted",
        Token::Rejected => "rejected",
    }
}
