//! The sandbox answers what a real server of the second generation answered.

use std::collections::{BTreeMap, BTreeSet};

use grantsync::sandbox::second::{Grant, Scope};
use grantsync::sandbox::{Sandbox, Waldur, World};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, redirect};
use serde_json::Value;
use uuid::Uuid;

use crate::sandbox_recorded_second::Shown;
use crate::sandbox_replay::{Exchange, HEADERS, compare, read, renamed, send, set_clock};

/// The recordings in their order: what one did, the next ones see.
const ORDER: &[&str] = &[
    "perm-list-default",
    "perm-list-resource",
    "perm-page-sizes",
    "perm-pages",
    "perm-head",
    "perm-options",
    "perm-unknown-param",
    "perm-filter-scope-uuid",
    "perm-filter-scope-type",
    "perm-filter-user",
    "perm-filter-role",
    "perm-filter-times",
    "perm-filter-customer",
    "perm-order",
    "perm-field",
    "perm-retrieve",
    "perm-as-roles",
    "perm-missing-keys",
    "perm-auth",
    "perm-methods",
    "lu-provider",
    "lu-consumer",
    "lu-filters",
    "lu-head",
    "lu-field-order",
    "lu-pages",
    "lu-provider-as-roles",
    "lu-consumer-as-roles",
    "lu-unknown-resource",
    "roles-list",
    "roles-malformed-offering",
    "roles-as-roles",
    "roles-head",
    "roles-global",
    "role-availabilities",
    "probe-generation",
    "probe-api-root",
    "add-ok",
    "add-until",
    "add-time-forms",
    "add-id-forms",
    "add-role-by-name",
    "add-missing-fields",
    "add-wrong-role",
    "add-deactivated-user",
    "add-resource-states",
    "add-order-of-checks",
    "add-as-roles",
    "delete-as-roles",
    "update-as-roles",
    "add-methods",
    "dup-permanent",
    "dup-until-then-shorter",
    "dup-other-role",
    "delete-ok-twice",
    "delete-nothing",
    "update-end",
    "update-nothing",
    "revoke-restore",
    "revoke-bodies",
    "revoke-as-roles",
    "restore-beside-active",
    "show-inactive",
    "source-row",
    "events-lifecycle",
    "events-filters",
    "events-as-roles",
    "expired-update",
    "role-create",
    "role-rename",
    "role-disable",
    "sem-user-deactivated",
    "sem-user-deleted",
    "orphan-revoke",
    "sem-resource-terminated",
    "concurrent-one-token",
    "concurrent-delete",
    "v808-perm-list",
    "v808-list-users",
    "v808-no-revoke",
    "switch-one-role",
    "switch-deactivate",
    "lu-resource-filters",
    "revoke-where-delete-is-refused",
];

#[tokio::test]
async fn the_sandbox_answers_as_a_server_of_the_second_generation_did() {
    let recordings = read("second");
    assert_eq!(recordings.len(), ORDER.len());
    let mut shown = Shown::default();
    for exchange in ORDER.iter().flat_map(|name| &recordings[*name]) {
        shown.look(exchange.response.body_json.as_ref().unwrap_or(&Value::Null));
    }
    let start = date(&recordings[ORDER[0]][0]);
    let sandbox = Sandbox::start(shown.world(start)).await.unwrap();
    let client = Client::builder().redirect(redirect::Policy::none()).no_gzip().build().unwrap();
    let made = made(&recordings);
    let mut replay = Replay { client, shown, made, replayed: 0, problems: Vec::new() };
    for name in ORDER {
        replay.prepare(&mut sandbox.world(), name, &recordings[*name]);
        let mut exchanges: Vec<_> = recordings[*name].iter().enumerate().collect();
        if *name == "concurrent-one-token" {
            // They were sent at once; the one that went through was the first to be handled.
            exchanges.sort_by_key(|(_, it)| (it.request.method != "POST", it.response.status));
        }
        for (place, exchange) in exchanges {
            replay.exchange(&sandbox, (name, place), exchange).await;
        }
    }
    let Replay { replayed, problems, .. } = replay;
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    for (name, why) in OTHER_COUNT {
        println!("- count of {name}: {why}");
    }
    println!("{replayed} exchanges replayed; of {} of them the body is not compared:", OTHER_BODY.len());
    for (name, place, why) in OTHER_BODY {
        println!("- {name}, {place}: {why}");
    }
    assert_eq!(replayed, 454);
}

/// What the sandbox does not imitate: bodies that are not compared, by recording and place in it, and why.
const OTHER_BODY: &[(&str, usize, &str)] = &[
    ("add-missing-fields", 6, "the sentence is the Python parser's own"),
    ("lu-resource-filters", 0, "other grants were on the resource by then"),
    ("lu-resource-filters", 2, "other grants were on the resource by then"),
    ("lu-resource-filters", 4, "other grants were on the resource by then"),
];

/// Lists whose count is not compared, and why: what was done between recordings is in it.
const OTHER_COUNT: &[(&str, &str)] = &[
    ("events-filters", "the log has calls that were not recorded"),
    ("events-as-roles", "the log has calls that were not recorded"),
    ("show-inactive", "grants were made and revoked in calls that were not recorded"),
    ("lu-resource-filters", "grants were made and revoked in calls that were not recorded"),
    ("v808-perm-list", "grants were made in calls that were not recorded"),
    ("v808-list-users", "grants were made in calls that were not recorded"),
    ("v808-no-revoke", "grants were made in calls that were not recorded"),
];
/// A row that no list shows: the addition that made it, its id and its moment.
const NOT_LISTED: (&str, usize, &str, &str) =
    ("events-lifecycle", 5, "1e7e3cb8d5074e4cb93c263647e7c247", "2026-11-28T17:14:37.900000Z");

/// The recording that needs another state of offering and organisation.
const REFUSED: &str = "revoke-where-delete-is-refused";

struct Replay {
    client: Client,
    shown: Shown,
    /// The rows that additions made, by recording and place.
    made: BTreeMap<(String, usize), (Uuid, Timestamp)>,
    replayed: usize,
    problems: Vec<String>,
}

impl Replay {
    /// Brings about what happened between recordings.
    fn prepare(&self, world: &mut World, name: &str, exchanges: &[Exchange]) {
        world.waldur = if name.starts_with("v808") { Waldur::V8_0 } else { Waldur::V8_1 };
        world.second.switches.one_role = name == "switch-one-role";
        world.second.switches.deactivates = name == "switch-deactivate";
        // A recording begins within the second of its first answer.
        let start = date(&exchanges[0]) + SignedDuration::from_millis(if name == REFUSED { 800 } else { 0 });
        match name {
            "orphan-revoke" => hidden(world, "9fd0737205c948c5bad3595fbc2beb6e", Uuid::from_u128(9), start),
            REFUSED => {
                let resource = world.resources.iter().find(|it| it.name == "resource-014").unwrap().clone();
                hidden(world, "f1279c93c69d40ee957aef9c252fffe8", resource.id, start);
                world.second.unavailable.insert(resource.offering);
            }
            _ => {}
        }
        let made: BTreeSet<_> = self.made.values().map(|it| it.0).collect();
        for row in self.shown.rows_before(start) {
            let id = Uuid::try_parse(row["uuid"].as_str().unwrap()).unwrap();
            if world.second.grants.get(id).is_none() && !made.contains(&id) {
                self.shown.put(world, &row, start);
            }
        }
        if name == "switch-deactivate" {
            keep_one_role(world, "user0034");
        }
    }

    async fn exchange(&mut self, sandbox: &Sandbox, (name, place): (&str, usize), exchange: &Exchange) {
        set_clock(&mut sandbox.world(), &exchange.response.headers, 0);
        if (name, place) == (REFUSED, 5) {
            block(&mut sandbox.world());
        }
        let answer = send(&self.client, sandbox, exchange, &BTreeMap::new()).await;
        if let Some((id, created)) = self.made.get(&(name.to_owned(), place)) {
            as_recorded(&mut sandbox.world(), *id, *created);
        }
        self.replayed += 1;
        let what = format!("{name} {place} {} {}", exchange.request.method, &exchange.request.path);
        let recorded = &exchange.response;
        let mut problem = |text: String| self.problems.push(format!("{what}: {text}"));
        if answer.status() != recorded.status {
            return problem(format!("{} instead of {}", answer.status(), recorded.status));
        }
        let other_count = OTHER_COUNT.iter().any(|it| it.0 == name);
        for header in HEADERS.iter().filter(|it| !(other_count && ["x-result-count", "link"].contains(it))) {
            let theirs =
                recorded.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(header)).map(|it| it.1.as_str());
            let ours = answer.headers().get(*header).map(|it| it.to_str().unwrap());
            if theirs != ours {
                problem(format!("{header}: {ours:?} instead of {theirs:?}"));
            }
        }
        let text = answer.text().await.unwrap();
        if OTHER_BODY.iter().any(|it| (it.0, it.1) == (name, place)) {
            return;
        }
        let Some(body) = &recorded.body_json else {
            if text != recorded.body_text.clone().unwrap_or_default() {
                problem(format!("{text:?} instead of {:?}", recorded.body_text));
            }
            return;
        };
        let ours: Value = serde_json::from_str(&text).unwrap();
        let mut known = BTreeMap::new();
        if let ("POST", Some(theirs), Some(ours)) =
            (exchange.request.method.as_str(), body["uuid"].as_str(), ours["uuid"].as_str())
        {
            rename_role(&mut sandbox.world(), Uuid::try_parse(theirs).unwrap());
            known.insert(theirs.to_owned(), ours.to_owned());
        }
        let mut differences = Vec::new();
        compare("", &renamed(body, &known), &ours, &mut differences);
        differences.truncate(3);
        self.problems.extend(differences.into_iter().map(|it| format!("{what}: {it}")));
    }
}

/// The rows that additions made: an answer names none, but lists show them afterwards.
fn made(recordings: &BTreeMap<String, Vec<Exchange>>) -> BTreeMap<(String, usize), (Uuid, Timestamp)> {
    let mut made = BTreeMap::new();
    let (name, place, id, created) = NOT_LISTED;
    made.insert((name.to_owned(), place), (Uuid::try_parse(id).unwrap(), created.parse().unwrap()));
    let mut taken = BTreeSet::new();
    for name in ORDER {
        for (place, exchange) in recordings[*name].iter().enumerate() {
            if exchange.response.status != 201 || !exchange.request.path.contains("/add_user/") {
                continue;
            }
            let body = &exchange.request.body;
            let plain = |value: &Value| Uuid::try_parse(value.as_str().unwrap_or_default()).ok();
            let fits = |row: &&Value| {
                let created: Timestamp = row["created"].as_str().unwrap().parse().unwrap();
                let age = date(exchange).duration_since(created).as_secs_f64();
                plain(&row["user_uuid"]) == plain(&body["user"])
                    && plain(&body["role"]).is_none_or(|role| plain(&row["role_uuid"]) == Some(role))
                    && row["scope_uuid"].as_str().is_none_or(|scope| exchange.request.path.contains(scope))
                    && (-1.5..1.5).contains(&age)
            };
            let mut rows = Vec::new();
            for exchange in recordings.values().flatten() {
                collect(exchange.response.body_json.as_ref().unwrap_or(&Value::Null), &mut rows);
            }
            let row = |row: &Value| Some((plain(&row["uuid"])?, row["created"].as_str()?.parse().ok()?));
            let mut found = rows.into_iter().filter(fits).filter_map(row);
            if let Some((id, created)) = found.find(|it| !taken.contains(&it.0)) {
                taken.insert(id);
                made.insert(((*name).to_owned(), place), (id, created));
            }
        }
    }
    made
}

/// All rows of grants in a body.
fn collect<'a>(body: &'a Value, rows: &mut Vec<&'a Value>) {
    if let Value::Array(items) = body {
        rows.extend(items.iter().filter(|it| it["role_uuid"].is_string() && it["user_uuid"].is_string()));
    }
}

/// Gives the newest row the id and the moment that it had then.
fn as_recorded(world: &mut World, id: Uuid, created: Timestamp) {
    let newest = world.second.grants.iter().next_back().map(|it| it.id).unwrap();
    let mut grant = world.second.grants.remove(newest).unwrap();
    (grant.id, grant.created, grant.modified) = (id, created, created);
    world.second.grants.insert(grant);
}

/// Gives the newest role the id that it had then.
fn rename_role(world: &mut World, id: Uuid) {
    let newest = world.roles.iter().next_back().map(|it| it.id).unwrap();
    let mut role = world.roles.remove(newest).unwrap();
    role.id = id;
    let binding = world.second.availabilities.iter().find(|it| it.role == newest).map(|it| it.id).unwrap();
    world.second.availabilities.get_mut(binding).unwrap().role = id;
    world.roles.insert(role);
}

/// A grant that a request names and no body shows; the resource may be gone.
fn hidden(world: &mut World, id: &str, resource: Uuid, created: Timestamp) {
    let any = world.second.grants.iter().next().cloned().unwrap();
    let (id, scope) = (Uuid::try_parse(id).unwrap(), Scope::Resource(resource));
    world.second.grants.insert(Grant { id, scope, created, end: None, revoked: None, ..any });
}

/// Leaves somebody the newest of their roles.
fn keep_one_role(world: &mut World, username: &str) {
    let user = world.users.iter().find(|it| it.username == username).unwrap().id;
    let own = world.second.grants.iter().filter(|it| it.is_active() && it.user == user);
    let mut own: Vec<_> = own.map(|it| (it.created, it.id)).collect();
    own.sort_unstable();
    own.pop();
    for (_, id) in own {
        world.unlink(id);
    }
}

/// The offering of the resource can be used again, and its consumer is blocked.
fn block(world: &mut World) {
    let resource = world.resources.iter().find(|it| it.name == "resource-014").unwrap().clone();
    world.second.unavailable.remove(&resource.offering);
    let organisation = world.projects.get(resource.project).unwrap().organisation;
    world.second.blocked.insert(organisation);
}

fn date(exchange: &Exchange) -> Timestamp {
    let date = exchange.response.headers.iter().find(|(name, _)| name == "Date").unwrap();
    jiff::fmt::rfc2822::parse(&date.1).unwrap().timestamp()
}
