//! The sandbox answers what a real server answered.

use std::collections::{BTreeMap, BTreeSet};

use grantsync::sandbox::Sandbox;
use reqwest::{Client, redirect};
use serde_json::Value;
use uuid::Uuid;

use crate::http;
use crate::sandbox_recorded_world::Shown;
use crate::sandbox_replay::{Exchange, HEADERS, Response, compare, read, renamed, send, set_clock};

/// Recordings of one session, in its order: what one made, the next ones see. All others begin anew.
const SESSION: &[&str] = &[
    "create-ok",
    "create-duplicate",
    "create-role-of-other-offering",
    "create-missing-fields",
    "create-malformed-url",
    "create-unknown-uuid",
    "create-url-variants",
    "create-on-terminated-resource",
    "create-inactive-user",
    "create-as-roles",
    "delete-as-roles",
    "create-no-token",
    "create-form-body",
    "create-invalid-json",
    "delete-ok-twice",
    "throttling-none",
];
/// What had happened before a recording began: so many seconds ago, an exchange of a recording.
const BEFORE: &[(&str, i64, &str, usize)] = &[
    ("events-resource-users", 36, "events-resource-users", 0),
    ("events-resource-users", 36, "events-resource-users", 1),
    ("sem-event-log", 0, "events-resource-users", 0),
];
/// Pages that were recorded whole come first, so that their rows get their places.
const PAGES: [&str; 3] = ["list-page-size-300", "list-middle-page-link", "list-last-page"];

/// What the sandbox does not imitate: bodies that are not compared, by recording and place in it, and why. Their status
/// and headers are. Every exchange is replayed.
const OTHER_BODY: &[(&str, usize, &str)] = &[
    ("filter-resource-url-bad", 3, "the server lists every URL pattern that it has"),
    ("filter-resource-url-bad", 4, "the server lists every URL pattern that it has"),
    ("create-invalid-json", 0, "the sentence is the Python parser's own"),
    ("api-configuration", 0, "the sandbox shows a few of the server's hundred switches"),
];

#[tokio::test]
async fn the_sandbox_answers_as_the_server_did() {
    let recordings = read("");
    let world = shown(&recordings).world();
    let client = http::builder().redirect(redirect::Policy::none()).no_gzip().build().unwrap();
    let mut replay =
        Replay { client, recordings: &recordings, known: BTreeMap::new(), lag: 0, replayed: 0, problems: Vec::new() };
    let session = Sandbox::start(world.clone()).await.unwrap();
    for name in SESSION {
        replay.run(&session, name).await;
    }
    let quiet = Sandbox::start(world.clone()).await.unwrap();
    for name in recordings.keys().filter(|it| !SESSION.contains(&it.as_str())) {
        let before: Vec<_> = BEFORE.iter().filter(|it| it.0 == name).collect();
        if before.is_empty() && !recordings[name].iter().any(Exchange::writes) {
            replay.run(&quiet, name).await;
            continue;
        }
        let sandbox = Sandbox::start(world.clone()).await.unwrap();
        replay.known.clear();
        for (_, seconds, recording, place) in before {
            replay.lag = *seconds;
            replay.exchange(&sandbox, recording, *place).await;
            replay.replayed -= 1;
        }
        replay.lag = 0;
        replay.run(&sandbox, name).await;
    }
    let Replay { replayed, problems, .. } = replay;
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    let all: usize = recordings.values().map(Vec::len).sum();
    println!("{replayed} of {all} exchanges replayed; of {} of them the body is not compared:", OTHER_BODY.len());
    for (name, place, why) in OTHER_BODY {
        println!("- {name}, {place}: {why}");
    }
    assert_eq!((replayed, all), (275, 275));
}

/// What all bodies show of the world as it was before the recording.
fn shown(recordings: &BTreeMap<String, Vec<Exchange>>) -> Shown {
    let all = || recordings.values().flatten();
    let answers = |status: u16| all().filter(move |it| it.response.status == status);
    let made: BTreeSet<Uuid> = answers(201)
        .filter_map(|it| it.response.body_json.as_ref()?["uuid"].as_str())
        .map(|it| Uuid::try_parse(it).unwrap())
        .collect();
    let mut shown = Shown::default();
    for exchange in PAGES.iter().flat_map(|name| &recordings[*name]).chain(all()) {
        // Renamed roles are shown in answers to renamings and after them.
        if let Some(body) = &exchange.response.body_json
            && !body.to_string().contains("viewer-renamed")
        {
            shown.look(body, &made);
        }
    }
    shown
}

struct Replay<'a> {
    client: Client,
    recordings: &'a BTreeMap<String, Vec<Exchange>>,
    /// Recorded ids of things made, and ours.
    known: BTreeMap<String, String>,
    lag: i64,
    replayed: usize,
    problems: Vec<String>,
}

impl Replay<'_> {
    async fn run(&mut self, sandbox: &Sandbox, name: &str) {
        for place in 0..self.recordings[name].len() {
            self.exchange(sandbox, name, place).await;
        }
    }

    async fn exchange(&mut self, sandbox: &Sandbox, name: &str, place: usize) {
        let exchange = &self.recordings[name][place];
        let Response { status, headers, body_json, body_text, body_as } = &exchange.response;
        set_clock(&mut sandbox.world(), headers, self.lag);
        let answer = send(&self.client, sandbox, exchange, &self.known).await;
        self.replayed += 1;
        let what = format!("{name} {place} {} {}", exchange.request.method, &exchange.request.path);
        let mut problem = |text: String| self.problems.push(format!("{what}: {text}"));
        if answer.status() != *status {
            return problem(format!("{} instead of {status}", answer.status()));
        }
        for header in HEADERS {
            let recorded = headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(header)).map(|it| it.1.as_str());
            let ours = answer.headers().get(*header).map(|it| it.to_str().unwrap());
            if recorded != ours {
                problem(format!("{header}: {ours:?} instead of {recorded:?}"));
            }
        }
        let text = answer.text().await.unwrap();
        if OTHER_BODY.iter().any(|it| (it.0, it.1) == (name, place)) {
            return;
        }
        let same = body_as.as_ref().and_then(|name| self.recordings[name][0].response.body_json.as_ref());
        let Some(recorded) = body_json.as_ref().or(same) else {
            if text != body_text.clone().unwrap_or_default() {
                problem(format!("{text:?} instead of {body_text:?}"));
            }
            return;
        };
        let ours: Value = serde_json::from_str(&text).unwrap();
        if let ("POST", Some(theirs), Some(ours)) =
            (exchange.request.method.as_str(), recorded["uuid"].as_str(), ours["uuid"].as_str())
        {
            self.known.insert(theirs.to_owned(), ours.to_owned());
        }
        let mut differences = Vec::new();
        compare("", &renamed(recorded, &self.known), &ours, &mut differences);
        differences.truncate(3);
        self.problems.extend(differences.into_iter().map(|it| format!("{what}: {it}")));
    }
}
