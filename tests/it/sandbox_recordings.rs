//! The sandbox answers what a real server answered.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use grantsync::sandbox::{Sandbox, World, tokens};
use reqwest::{Client, Method, redirect};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::http;
use crate::sandbox_recorded_world::Shown;

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

/// Fields that the world cannot know, or that are new in every run: only their kind is compared.
const LOOSE: &[&str] = &[
    "created",
    "modified",
    "date_joined",
    "slug",
    "user_slug",
    "token",
    "order_uuid",
    "category_title",
    "category_uuid",
    "plan",
    "plan_uuid",
];
/// The headers that a client may look at.
const HEADERS: &[&str] = &[
    "content-type",
    "x-result-count",
    "link",
    "allow",
    "www-authenticate",
    "location",
    "content-language",
    "vary",
    "etag",
    "last-modified",
    "retry-after",
    "content-encoding",
];

#[derive(Deserialize)]
struct Exchange {
    #[serde(rename = "as")]
    caller: String,
    request: Request,
    response: Response,
}

#[derive(Deserialize)]
struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Value,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body_json: Option<Value>,
    body_text: Option<String>,
    body_as: Option<String>,
}

#[tokio::test]
async fn the_sandbox_answers_as_the_server_did() {
    let recordings = read();
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

impl Exchange {
    /// Whether it changed the server.
    fn writes(&self) -> bool {
        !["GET", "HEAD", "OPTIONS"].contains(&self.request.method.as_str()) && self.response.status < 300
    }
}

fn read() -> BTreeMap<String, Vec<Exchange>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recordings");
    let paths = fs::read_dir(dir).unwrap().map(|it| it.unwrap().path());
    let exchanges = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    };
    paths.filter(|it| it.extension().is_some_and(|it| it == "json")).map(exchanges).collect()
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

/// The clock of the server shows what it showed then.
fn set_clock(world: &mut World, headers: &[(String, String)], lag: i64) {
    if let Some((_, date)) = headers.iter().find(|(name, _)| name == "Date") {
        let then = jiff::fmt::rfc2822::parse(date).unwrap().timestamp();
        world.clock_ahead = then.duration_since(jiff::Timestamp::now()) - jiff::SignedDuration::from_secs(lag);
    }
}

async fn send(
    client: &Client,
    sandbox: &Sandbox,
    exchange: &Exchange,
    known: &BTreeMap<String, String>,
) -> reqwest::Response {
    let Request { method, path, headers, body } = &exchange.request;
    let path = known.iter().fold(path.clone(), |path, (theirs, ours)| path.replace(theirs, ours));
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = client.request(method, format!("{}{path}", sandbox.url()));
    // The address is in every URL of an answer.
    if !headers.contains_key("Host") {
        request = request.header("host", "127.0.0.1:8765");
    }
    for (name, value) in headers {
        request = request.header(name, value);
    }
    if let Some(authorization) = authorization(&exchange.caller) {
        request = request.header("authorization", authorization);
    }
    request = match body {
        Value::Null => request,
        // Raw bodies were kept a byte a letter.
        Value::String(raw) => {
            request.body(raw.chars().map(|it| u8::try_from(u32::from(it)).unwrap()).collect::<Vec<_>>())
        }
        json => request.body(json.to_string()),
    };
    request.send().await.unwrap()
}

fn authorization(caller: &str) -> Option<String> {
    let token = match caller {
        "staff" => tokens::STAFF,
        "support" => tokens::SUPPORT,
        "owner" => tokens::OWNER,
        "consumer" => tokens::CONSUMER,
        "admin" => tokens::ADMIN,
        "plain" => tokens::NOBODY,
        "expired" => tokens::EXPIRED,
        "inactive" => tokens::INACTIVE,
        "bad" => "0123456789abcdef0123456789abcdef01234567",
        "two-words" => "two words",
        "empty" => return Some("Token ".to_owned()),
        "bearer" => return Some(format!("Bearer {}", tokens::STAFF)),
        "lower-case-scheme" => return Some(format!("token {}", tokens::STAFF)),
        "anonymous" => return None,
        other => panic!("nobody knows `{other}`"),
    };
    Some(format!("Token {token}"))
}

/// A recorded body with our ids of what was made meanwhile.
fn renamed(body: &Value, known: &BTreeMap<String, String>) -> Value {
    let text = known.iter().fold(body.to_string(), |text, (theirs, ours)| text.replace(theirs, ours));
    serde_json::from_str(&text).unwrap()
}

/// Notes every difference in kind or meaning.
fn compare(place: &str, recorded: &Value, ours: &Value, differences: &mut Vec<String>) {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            let names = |it: &serde_json::Map<String, Value>| it.keys().cloned().collect::<BTreeSet<_>>();
            for name in names(recorded).symmetric_difference(&names(ours)) {
                differences.push(format!("{place}.{name} is there only once"));
            }
            // Events are made while recording, and nothing leads to them by id.
            let is_event = recorded.contains_key("event_type");
            for (name, recorded) in recorded.iter().filter(|it| !(is_event && it.0 == "uuid")) {
                if let Some(ours) = ours.get(name) {
                    compare(&format!("{place}.{name}"), recorded, ours, differences);
                }
            }
        }
        (Value::Array(recorded), Value::Array(ours)) => {
            if recorded.len() != ours.len() {
                differences.push(format!("{place} has {} entries instead of {}", ours.len(), recorded.len()));
            }
            for (number, (recorded, ours)) in recorded.iter().zip(ours).enumerate() {
                compare(&format!("{place}[{number}]"), recorded, ours, differences);
            }
        }
        (Value::String(recorded), Value::String(ours)) => {
            let field = place.rsplit(['.', '[']).next().unwrap_or_default();
            let loose = LOOSE.contains(&field) || place.starts_with(".permissions");
            if recorded != ours && !(loose && kind(recorded) == kind(ours)) {
                differences.push(format!("{place} is {ours:?} instead of {recorded:?}"));
            }
        }
        _ if recorded == ours => {}
        _ => differences.push(format!("{place} is {ours} instead of {recorded}")),
    }
}

/// What kind of text it is.
fn kind(text: &str) -> &'static str {
    if Uuid::try_parse(text).is_ok() {
        "id"
    } else if text.parse::<jiff::Timestamp>().is_ok() {
        "moment"
    } else if text.starts_with("http") {
        "URL"
    } else {
        "words"
    }
}
