//! Recordings, and how they are sent again and compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use grantsync::sandbox::{Sandbox, World, tokens};
use reqwest::{Client, Method};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// Fields that the world cannot know, or that are new in every run: only their kind is compared.
pub(crate) const LOOSE: &[&str] = &[
    "created",
    "modified",
    "scope_created",
    "scope_modified",
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
pub(crate) const HEADERS: &[&str] = &[
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
pub(crate) struct Exchange {
    #[serde(rename = "as")]
    pub(crate) caller: String,
    pub(crate) request: Request,
    pub(crate) response: Response,
}

#[derive(Deserialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

#[derive(Deserialize)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body_json: Option<Value>,
    pub(crate) body_text: Option<String>,
    pub(crate) body_as: Option<String>,
}

impl Exchange {
    /// Whether it changed the server.
    pub(crate) fn writes(&self) -> bool {
        !["GET", "HEAD", "OPTIONS"].contains(&self.request.method.as_str()) && self.response.status < 300
    }
}

pub(crate) fn read(dir: &str) -> BTreeMap<String, Vec<Exchange>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/recordings").join(dir);
    let paths = fs::read_dir(dir).unwrap().map(|it| it.unwrap().path());
    let exchanges = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    };
    paths.filter(|it| it.extension().is_some_and(|it| it == "json")).map(exchanges).collect()
}

/// The clock of the server shows what it showed then.
pub(crate) fn set_clock(world: &mut World, headers: &[(String, String)], lag: i64) {
    if let Some((_, date)) = headers.iter().find(|(name, _)| name == "Date") {
        let then = jiff::fmt::rfc2822::parse(date).unwrap().timestamp();
        world.clock_ahead = then.duration_since(jiff::Timestamp::now()) - jiff::SignedDuration::from_secs(lag);
    }
}

pub(crate) async fn send(
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

pub(crate) fn authorization(caller: &str) -> Option<String> {
    let token = match caller {
        "staff" => tokens::STAFF,
        "support" => tokens::SUPPORT,
        "owner" => tokens::OWNER,
        "consumer" => tokens::CONSUMER,
        "admin" => tokens::ADMIN,
        "plain" => tokens::NOBODY,
        "agent" | "offering-manager" | "holder" | "delegate" => return Some(format!("Token {caller}")),
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
pub(crate) fn renamed(body: &Value, known: &BTreeMap<String, String>) -> Value {
    let text = known.iter().fold(body.to_string(), |text, (theirs, ours)| text.replace(theirs, ours));
    serde_json::from_str(&text).unwrap()
}

/// Notes every difference in kind or meaning.
pub(crate) fn compare(place: &str, recorded: &Value, ours: &Value, differences: &mut Vec<String>) {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            let names = |it: &serde_json::Map<String, Value>| it.keys().cloned().collect::<BTreeSet<_>>();
            for name in names(recorded).symmetric_difference(&names(ours)) {
                differences.push(format!("{place}.{name} is there only once"));
            }
            // Events are made while recording, and nothing leads to them by id.
            let is_event = recorded.contains_key("event_type") || recorded.contains_key("context");
            // A revoked row shows when that was.
            let revoked = recorded.get("is_active") == Some(&false.into()) && recorded.contains_key("revoke_reason");
            let new = |name: &str| is_event && name == "uuid" || revoked && name == "expiration_time";
            for (name, recorded) in recorded.iter().filter(|it| !new(it.0)) {
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
pub(crate) fn kind(text: &str) -> &'static str {
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
