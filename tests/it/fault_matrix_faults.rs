//! The rows of the fault matrix: everything that may go wrong with one request.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use grantsync::sandbox::{Act, Reply, World};

/// How long the client of a cell waits for an answer when the fault is that none comes.
pub(crate) const IMPATIENT: Duration = Duration::from_millis(250);
const TOO_LATE: Duration = Duration::from_millis(400);

/// One row.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// The requests that it can happen to; `""` is any.
    pub(crate) method: &'static str,
    /// Whether the client is to lose its patience.
    pub(crate) late: bool,
    acts: fn() -> Vec<Act>,
}

impl Row {
    pub(crate) fn acts(&self) -> Vec<Act> {
        (self.acts)()
    }
}

const fn any(name: &'static str, acts: fn() -> Vec<Act>) -> Row {
    Row { name, method: "", late: false, acts }
}

const fn late(name: &'static str, acts: fn() -> Vec<Act>) -> Row {
    Row { name, method: "", late: true, acts }
}

const fn read(name: &'static str, acts: fn() -> Vec<Act>) -> Row {
    Row { name, method: "GET", late: false, acts }
}

pub(crate) const ROWS: &[Row] = &[
    any("reset before the commit", || vec![Act::HangUp]),
    any("reset after the commit", || vec![Act::LoseAnswer]),
    late("time-out before the commit", || vec![Act::Delay(TOO_LATE), Act::HangUp]),
    late("time-out after the commit", || vec![Act::DelayAnswer(TOO_LATE)]),
    late("slow drip", || vec![Act::Drip(1, Duration::from_millis(20))]),
    any("drip", || vec![Act::Drip(64, Duration::from_millis(1))]),
    any("429 with Retry-After", || vec![Act::Answer(json(429).header("retry-after", "0"))]),
    any("429", || vec![Act::Answer(json(429))]),
    any("503 with Retry-After", || vec![Act::Answer(Reply::html(503).header("retry-after", "0"))]),
    any("503", || vec![Act::Answer(Reply::html(503))]),
    any("503 after the commit", || vec![Act::AnswerAfter(Reply::html(503))]),
    any("500", || vec![Act::Answer(Reply::html(500))]),
    any("500 after the commit", || vec![Act::AnswerAfter(Reply::html(500))]),
    any("502", || vec![Act::Answer(Reply::html(502))]),
    any("502 after the commit", || vec![Act::AnswerAfter(Reply::html(502))]),
    any("504", || vec![Act::Answer(Reply::html(504))]),
    any("504 after the commit", || vec![Act::AnswerAfter(Reply::html(504))]),
    any("cut body", || vec![Act::CutBody(20)]),
    any("truncated JSON", || vec![Act::AnswerAfter(Reply::json(200, r#"[{"uuid": "0"#))]),
    any("200 HTML", || vec![Act::Answer(Reply::html(200))]),
    any("200 HTML after the commit", || vec![Act::AnswerAfter(Reply::html(200))]),
    any("bad gzip", || vec![Act::WithHeader("content-encoding", "gzip".to_owned())]),
    any("400", || vec![Act::Answer(json(400))]),
    any("401", || vec![Act::Answer(json(401))]),
    any("403", || vec![Act::Answer(json(403))]),
    any("404", || vec![Act::Answer(json(404))]),
    any("redirection away", || vec![Act::Answer(Reply::redirect(302, "http://127.0.0.1:9/login/"))]),
    any("rights lost", || vec![Act::before(|world, _| world.change_user("staff", |it| it.is_staff = false))]),
    read("[] with count 0", || vec![Act::Answer(Reply::json(200, "[]").header("x-result-count", "0"))]),
    read("no count", || vec![Act::WithoutHeader("x-result-count")]),
    read("count too low", || vec![Act::WithHeader("x-result-count", "1".to_owned())]),
    read("count too high", || vec![Act::WithHeader("x-result-count", "3000000000".to_owned())]),
    read("empty list", || seen_as(|world| world.links = std::iter::empty().collect())),
    read("list short of its first", || seen_as(|world| world.links = world.links.iter().skip(1).cloned().collect())),
    read("list short of its last", || {
        seen_as(|world| world.links = world.links.iter().take(world.links.len() - 1).cloned().collect())
    }),
    read("list late by two changes", || {
        seen_as(|world| {
            let late: Vec<_> = world.events.iter().rev().take(2).map(|it| it.serial).collect();
            world.links = world.links.iter().filter(|it| !late.contains(&it.serial)).cloned().collect();
        })
    }),
    read("short directory of users", || {
        seen_as(|world| {
            let new = world.users.iter().find(|it| it.username == "new").unwrap().id;
            if world.links.iter().all(|it| it.user != new) {
                world.users.remove(new);
            }
        })
    }),
];

fn json(status: u16) -> Reply {
    Reply::json(status, r#"{"detail": "No."}"#)
}

/// For one request, the world looks different.
fn seen_as(change: impl Fn(&mut World) + Send + 'static) -> Vec<Act> {
    let true_one = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&true_one);
    let before = Act::before(move |world, _| {
        *kept.lock().unwrap() = Some((world.links.clone(), world.users.clone()));
        change(world);
    });
    let after = Act::after(move |world, _| {
        (world.links, world.users) = true_one.lock().unwrap().take().unwrap();
    });
    vec![before, after]
}
