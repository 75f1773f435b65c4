//! The rows of the fault matrix: everything that may go wrong with one request, or from one request on.

use std::collections::BTreeMap;
use std::time::Duration;

use grantsync::sandbox::{Act, EventKind, Fault, Reply};
use serde_json::Value;

use crate::api_support::without_nonce;
use crate::reconcile_support::all_rows;

/// How long the client of a cell waits for an answer when the fault is that none comes.
pub(crate) const IMPATIENT: Duration = Duration::from_millis(250);
const TOO_LATE: Duration = Duration::from_millis(400);
/// Lists of links, of one API and the other.
const LINKS: &[&str] = &["/marketplace-resource-users/?", "/user-permissions/?"];

/// One row.
pub(crate) struct Row {
    pub(crate) name: String,
    /// The requests that it can happen to; `""` is any.
    pub(crate) method: &'static str,
    /// Whether the client is to lose its patience.
    pub(crate) late: bool,
    /// Whether all readings from then on hide or show the same rows wrongly.
    pub(crate) lasts: bool,
    /// Whether the files have a line whose resource could be either of two.
    pub(crate) twins: bool,
    /// The script, from the number of the request.
    faults: Box<dyn Fn(usize) -> Vec<Fault> + Sync>,
}

impl Row {
    pub(crate) fn faults(&self, nth: usize) -> Vec<Fault> {
        (self.faults)(nth)
    }
}

/// A fault of one request.
fn one(method: &'static str, name: &str, acts: fn() -> Vec<Act>) -> Row {
    let faults = move |nth| acts().into_iter().map(|it| Fault::on(method, "/", it).nth(nth)).collect();
    Row { name: name.to_owned(), method, late: false, lasts: false, twins: false, faults: Box::new(faults) }
}

/// A fault of one request that makes the client wait in vain.
fn late(name: &str, acts: fn() -> Vec<Act>) -> Row {
    Row { late: true, ..one("", name, acts) }
}

/// Two rows: the fault of one reading, and the same of all readings from then on.
fn reading(name: &str, act: impl Fn() -> Act + Sync + Clone + 'static) -> [Row; 2] {
    let (once, always) = (act.clone(), act);
    let once = move |nth| vec![Fault::on("GET", "/", once()).nth(nth)];
    let always = move |nth| vec![Fault::on("GET", "/", always()).from(nth)];
    let row = |name: String, lasts, faults| Row { name, method: "GET", late: false, lasts, twins: false, faults };
    [row(name.to_owned(), false, Box::new(once)), row(format!("{name}, from then on"), true, Box::new(always))]
}

/// All rows.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = connections();
    rows.extend(answers());
    rows.extend(lists());
    rows.extend(incomplete_rows());
    rows.extend(directories());
    rows
}

fn connections() -> Vec<Row> {
    vec![
        one("", "reset before the commit", || vec![Act::HangUp]),
        one("", "reset after the commit", || vec![Act::LoseAnswer]),
        one("POST", "commit after the pass", || vec![Act::Postpone]),
        one("DELETE", "commit after the pass, removal", || vec![Act::Postpone]),
        late("time-out before the commit", || vec![Act::Delay(TOO_LATE), Act::HangUp]),
        late("time-out after the commit", || vec![Act::DelayAnswer(TOO_LATE)]),
        late("slow drip", || vec![Act::Drip(1, Duration::from_millis(20))]),
        one("", "drip", || vec![Act::Drip(64, Duration::from_millis(1))]),
        one("", "cut body", || vec![Act::CutBody(20)]),
    ]
}

fn answers() -> Vec<Row> {
    vec![
        one("", "429 with Retry-After", || vec![Act::Answer(json(429).header("retry-after", "0"))]),
        one("", "429", || vec![Act::Answer(json(429))]),
        one("", "503 with Retry-After", || vec![Act::Answer(Reply::html(503).header("retry-after", "0"))]),
        one("", "503", || vec![Act::Answer(Reply::html(503))]),
        one("", "503 after the commit", || vec![Act::AnswerAfter(Reply::html(503))]),
        one("", "500", || vec![Act::Answer(Reply::html(500))]),
        one("", "500 after the commit", || vec![Act::AnswerAfter(Reply::html(500))]),
        one("", "502", || vec![Act::Answer(Reply::html(502))]),
        one("", "502 after the commit", || vec![Act::AnswerAfter(Reply::html(502))]),
        one("", "504", || vec![Act::Answer(Reply::html(504))]),
        one("", "504 after the commit", || vec![Act::AnswerAfter(Reply::html(504))]),
        one("", "truncated JSON", || vec![Act::AnswerAfter(Reply::json(200, r#"[{"uuid": "0"#))]),
        one("", "200 HTML", || vec![Act::Answer(Reply::html(200))]),
        one("", "200 HTML after the commit", || vec![Act::AnswerAfter(Reply::html(200))]),
        one("", "bad gzip", || vec![Act::WithHeader("content-encoding", "gzip".to_owned())]),
        one("", "400", || vec![Act::Answer(json(400))]),
        one("", "401", || vec![Act::Answer(json(401))]),
        one("", "403", || vec![Act::Answer(json(403))]),
        one("", "404", || vec![Act::Answer(json(404))]),
        one("", "redirection away", || vec![Act::Answer(Reply::redirect(302, "http://127.0.0.1:9/login/"))]),
        one("", "rights lost", || vec![Act::before(|world, _| world.change_user("staff", |it| it.is_staff = false))]),
    ]
}

fn lists() -> Vec<Row> {
    let mut rows = vec![
        one("GET", "[] with count 0", || vec![Act::Answer(Reply::json(200, "[]").header("x-result-count", "0"))]),
        one("GET", "no count", || vec![Act::WithoutHeader("x-result-count")]),
        one("GET", "count too low", || vec![Act::WithHeader("x-result-count", "1".to_owned())]),
        one("GET", "count too high", || vec![Act::WithHeader("x-result-count", "3000000000".to_owned())]),
        cached(),
    ];
    rows.extend(reading("empty list", || {
        in_list(&["/?"], |rows, count| {
            rows.clear();
            *count = 0;
        })
    }));
    rows.extend(reading("list short of its first", || in_list(LINKS, |rows, count| shorten(rows, count, 0))));
    rows.extend(reading("list short of its last", || {
        in_list(LINKS, |rows, count| shorten(rows, count, rows.len().saturating_sub(1)))
    }));
    rows.extend(reading("list late by two changes", late_by_two));
    rows.extend(reading("rows twice", || {
        in_list(LINKS, |rows, _| *rows = rows.iter().flat_map(|it| [it.clone(), it.clone()]).collect())
    }));
    rows.extend(reading("rows twice and counted twice", || {
        in_list(LINKS, |rows, count| {
            *rows = rows.iter().flat_map(|it| [it.clone(), it.clone()]).collect();
            *count *= 2;
        })
    }));
    rows
}

/// Rows that are not shown in full, in lists and alone: one that is wanted, one to be replaced, one to be removed.
fn incomplete_rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (username, part) in [("ann", "role"), ("ben", "role"), ("gone", "user")] {
        let name = format!("null {part} in the row of {username}");
        rows.extend(reading(&name, move || null_part(username, part, || true)).map(|it| Row { lasts: false, ..it }));
        let now_and_then = move |nth| {
            let mut number = 0;
            let every_second = move || {
                number += 1;
                number % 2 == 1
            };
            vec![Fault::on("GET", "/", null_part(username, part, every_second)).from(nth)]
        };
        let row = one("GET", &format!("{name}, now and then"), Vec::new);
        rows.push(Row { faults: Box::new(now_and_then), ..row });
    }
    rows
}

/// Answers show a part of this user's link as null.
fn null_part(username: &'static str, part: &'static str, mut when: impl FnMut() -> bool + Send + 'static) -> Act {
    Act::edit(move |world, _, reply| {
        let user = world.users.iter().find(|it| it.username == username).unwrap().id;
        let links = all_rows(world).filter(|(_, [.., it])| *it == user).map(|(id, _)| id.simple().to_string());
        let links: Vec<_> = links.map(Value::from).collect();
        let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return };
        let rows = if let Value::Array(rows) = &mut body { rows } else { std::slice::from_mut(&mut body) };
        let mut rows = rows.iter_mut().filter(|it| links.contains(&it["uuid"])).peekable();
        if rows.peek().is_none() || !when() {
            return;
        }
        let names = [part.to_owned(), format!("{part}_uuid"), format!("{part}_name"), format!("{part}_username")];
        for row in rows {
            let fields = row.as_object_mut().unwrap().iter_mut().filter(|(name, _)| names.contains(name));
            fields.for_each(|(_, value)| *value = Value::Null);
        }
        reply.body = serde_json::to_vec(&body).unwrap();
    })
}

/// Lists of what names mean that lack one, once.
fn directories() -> Vec<Row> {
    const LISTS: [(&str, &[&str]); 3] =
        [("resources", &["-resources/?"]), ("roles", &["roles/?"]), ("users", &["/users/?"])];
    let first: fn(&mut Vec<Value>, &mut usize) = |rows, count| shorten(rows, count, 0);
    let last: fn(&mut Vec<Value>, &mut usize) = |rows, count| shorten(rows, count, rows.len().saturating_sub(1));
    let mut rows = Vec::new();
    for (name, targets) in LISTS {
        for (which, change) in [("first", first), ("last", last)] {
            let faults = move |nth| vec![Fault::on("GET", "/", in_list(targets, change)).nth(nth)];
            let row = one("GET", &format!("{name} short of their {which}"), Vec::new);
            rows.push(Row { twins: true, faults: Box::new(faults), ..row });
        }
    }
    rows
}

/// The list changes, and its count.
fn in_list(targets: &'static [&'static str], change: fn(&mut Vec<Value>, &mut usize)) -> Act {
    Act::edit(move |_, request, reply| {
        if targets.iter().any(|it| request.target.contains(it)) {
            edit_list(reply, change);
        }
    })
}

/// Changes the rows of a list, and how many it says there are. Another answer stays as it is.
fn edit_list(reply: &mut Reply, change: impl FnOnce(&mut Vec<Value>, &mut usize)) {
    let Ok(Value::Array(mut rows)) = serde_json::from_slice(&reply.body) else { return };
    let Some((_, count)) = reply.headers.iter_mut().find(|(name, _)| *name == "x-result-count") else { return };
    let mut number = count.parse().unwrap();
    change(&mut rows, &mut number);
    *count = number.to_string();
    reply.body = serde_json::to_vec(&rows).unwrap();
}

fn shorten(rows: &mut Vec<Value>, count: &mut usize, at: usize) {
    if at < rows.len() {
        rows.remove(at);
    }
    *count = count.saturating_sub(1);
}

/// A list does not show the links that were made by the last two changes.
fn late_by_two() -> Act {
    Act::edit(|world, _, reply| {
        let late = world.events.iter().rev().take(2);
        let late = late.filter(|it| matches!(it.kind, EventKind::Created | EventKind::Granted)).map(|it| it.serial);
        let late: Vec<_> = late.collect();
        let links = world.links.iter().map(|it| (it.serial, it.id));
        let links = links.chain(world.second.grants.iter().map(|it| (it.serial, it.id)));
        let links = links.filter(|(serial, _)| late.contains(serial));
        let links: Vec<_> = links.map(|(_, id)| Value::from(id.simple().to_string())).collect();
        edit_list(reply, |rows, count| {
            let before = rows.len();
            rows.retain(|it| !links.contains(&it["uuid"]));
            *count -= before - rows.len();
        });
    })
}

/// From one request on, what was answered before is answered again, as by a cache that nobody can pass.
fn cached() -> Row {
    let faults = |nth| {
        let (mut kept, mut number) = (BTreeMap::<String, Reply>::new(), 0);
        let cache = Act::edit(move |_, request, reply| {
            number += 1;
            let asked = without_nonce(&request.target).to_owned();
            match kept.get(&asked).filter(|_| number >= nth) {
                Some(earlier) => *reply = earlier.clone(),
                None => _ = kept.insert(asked, reply.clone()),
            }
        });
        vec![Fault::on("GET", "/", cache)]
    };
    let name = "a cache, from then on".to_owned();
    Row { name, method: "GET", late: false, lasts: true, twins: false, faults: Box::new(faults) }
}

fn json(status: u16) -> Reply {
    Reply::json(status, r#"{"detail": "No."}"#)
}
