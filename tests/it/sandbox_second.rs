//! The second generation of the sandbox beyond its recordings: what tests seed it with, and what time does to it.

use std::collections::HashSet;

use grantsync::sandbox::second::{Grant, ScopeKind};
use grantsync::sandbox::{Act, EventKind, Fault, Reply, Sandbox, Waldur, World, tokens};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use uuid::Uuid;

const GRANTS: &str = "/api/user-permissions/?scope_type=resource";

async fn send(sandbox: &Sandbox, method: Method, target: &str, body: Option<Value>) -> Response {
    let mut request = Client::new().request(method, format!("{}{target}", sandbox.url()));
    request = request.header("authorization", format!("Token {}", tokens::STAFF));
    if let Some(body) = body {
        request = request.json(&body);
    }
    request.send().await.unwrap()
}

async fn rows(sandbox: &Sandbox, target: &str) -> Vec<Value> {
    let response = send(sandbox, Method::GET, target, None).await;
    assert_eq!(response.status(), 200, "{target}");
    response.json().await.unwrap()
}

/// The first link of a world: resource, role, user.
fn first(world: &World) -> [Uuid; 3] {
    world.active_links().next().map(|(resource, grant)| [resource, grant.role, grant.user]).unwrap()
}

fn days(world: &World, days: i64) -> Timestamp {
    let at = world.now().as_second() + days * 24 * 3600;
    Timestamp::from_second(at).unwrap()
}

async fn change(sandbox: &Sandbox, verb: &str, [resource, role, user]: [Uuid; 3], end: Option<Timestamp>) -> u16 {
    let target = format!("/api/marketplace-provider-resources/{}/{verb}/", resource.simple());
    let body = json!({ "role": role.simple().to_string(), "user": user.simple().to_string(), "expiration_time": end });
    send(sandbox, Method::POST, &target, Some(body)).await.status().as_u16()
}

#[test]
fn a_world_has_the_same_people_resources_and_links_on_every_version() {
    let triples = World::example().triples();
    for waldur in Waldur::ALL {
        let world = World::example().on(waldur);
        assert_eq!(world.triples(), triples, "{waldur}");
        assert_eq!(world.links.is_empty(), waldur.scopes_roles());
        assert_eq!(waldur.name().parse(), Ok(waldur));
    }
    let ids = |world: World| world.second.grants.iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(ids(World::example_of(Waldur::V8_1)), ids(World::example_of(Waldur::V8_1)));
    let ends = World::example_of(Waldur::V8_0).triples().iter().filter(|it| it.contains(" until ")).count();
    assert_eq!(ends, 2);
}

#[tokio::test]
async fn each_version_has_its_own_endpoints() {
    let old = ["/api/marketplace-resource-users/", "/api/marketplace-offering-user-roles/"];
    let new = ["/api/marketplace-offering-roles/?page_size=1", "/api/role-availabilities/"];
    let revoke = format!("/api/user-permissions/{}/revoke/", Uuid::nil().simple());
    for (waldur, has_old, has_new, revokes) in
        [(Waldur::V7_0, 200, 404, false), (Waldur::V8_0, 404, 200, false), (Waldur::V8_1, 404, 200, true)]
    {
        let sandbox = Sandbox::start(World::example().on(waldur)).await.unwrap();
        for (targets, status) in [(old, has_old), (new, has_new)] {
            for target in targets {
                let response = send(&sandbox, Method::GET, target, None).await;
                assert_eq!(response.status(), status, "{waldur} {target}");
                let html = response.headers()["content-type"].to_str().unwrap().starts_with("text/html");
                assert_eq!(html, status == 404, "{waldur} {target}");
            }
        }
        let unknown = send(&sandbox, Method::POST, &revoke, Some(json!({}))).await;
        assert_eq!(unknown.status(), 404);
        assert_eq!(unknown.text().await.unwrap().contains("No UserRole matches"), revokes, "{waldur}");
    }
}

#[tokio::test]
async fn a_second_row_is_added_where_the_first_would_not_last() {
    // The end of the row that is there, in days; the end that is asked for; the status.
    let table = [
        (None, None, 400),
        (None, Some(5), 400),
        (Some(9), None, 201),
        (Some(9), Some(5), 400),
        (Some(9), Some(9), 400),
        (Some(5), Some(9), 201),
        (Some(-1), None, 201),
        (Some(-1), Some(5), 201),
    ];
    for (existing, wanted, status) in table {
        let mut world = World::example().on(Waldur::V8_1);
        let link = first(&world);
        let now = world.now();
        let at = |end: Option<i64>| end.map(|days| now + SignedDuration::from_hours(24 * days));
        let id = world.active_links().next().unwrap().1.id;
        world.second.grants.get_mut(id).unwrap().end = at(existing);
        let sandbox = Sandbox::start(world).await.unwrap();
        assert_eq!(change(&sandbox, "add_user", link, at(wanted)).await, status, "{existing:?} {wanted:?}");
        let doubled = if status == 201 { 500 } else { 200 };
        assert_eq!(change(&sandbox, "update_user", link, at(Some(20))).await, doubled);
        assert_eq!(change(&sandbox, "delete_user", link, None).await, doubled);
        let left = if status == 201 { 11 } else { 9 };
        assert_eq!(rows(&sandbox, &format!("{GRANTS}&page_size=50")).await.len(), left);
    }
}

#[tokio::test]
async fn ends_are_enforced_once_in_24_hours() {
    let mut world = World::example().on(Waldur::V8_1);
    let link = first(&world);
    let soon = world.now() + SignedDuration::from_hours(2);
    let id = world.link_as(link, |grant| grant.end = Some(soon));
    let sandbox = Sandbox::start(world).await.unwrap();
    let active = async || rows(&sandbox, &format!("{GRANTS}&page_size=50")).await.len();
    assert_eq!(active().await, 11);
    sandbox.world().clock_ahead += SignedDuration::from_hours(20);
    assert_eq!(active().await, 11, "past its end, and not swept");
    sandbox.world().clock_ahead += SignedDuration::from_hours(5);
    assert_eq!(active().await, 10);
    let world = sandbox.world();
    let grant = world.second.grants.get(id).unwrap();
    let revoked = grant.revoked.as_ref().unwrap();
    assert_eq!((revoked.by, revoked.reason.as_str()), (None, "Automatic expiration cleanup task"));
    let late = grant.end.unwrap().duration_since(soon);
    assert!(late > SignedDuration::from_hours(21) && late < SignedDuration::from_hours(23), "{late:?}");
    assert_eq!(world.events.last().unwrap().kind, EventKind::Revoked);
    assert!(world.events.last().unwrap().message.contains("Initiated by: System."));
}

#[tokio::test]
async fn rows_of_one_moment_keep_their_order_only_where_their_number_breaks_ties() {
    for (waldur, o, lost) in [(Waldur::V8_0, "", true), (Waldur::V8_1, "", false), (Waldur::V8_1, "&o=created", true)] {
        let mut world = World::generated(20, 150, 0).on(waldur);
        let role = world.role_for(ScopeKind::Resource, "everywhere");
        let people: Vec<_> = world.users.iter().skip(8).map(|it| it.id).collect();
        let rows: Vec<_> = world
            .resources
            .iter()
            .flat_map(|resource| people.iter().map(move |user| [resource.id, role, *user]))
            .collect();
        world.import(rows);
        let sandbox = Sandbox::start(world).await.unwrap();
        let mut seen = HashSet::new();
        for page in 1..=10 {
            for row in self::rows(&sandbox, &format!("{GRANTS}&page_size=300&page={page}{o}")).await {
                seen.insert(format!("{}{}", row["scope_uuid"], row["user_uuid"]));
            }
        }
        assert_eq!(seen.len() < 3000, lost, "{waldur} {o}: {}", seen.len());
    }
}

#[tokio::test]
async fn an_upgrade_drops_every_link_and_every_role_of_an_offering() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    sandbox.world().upgrade(Waldur::V8_1);
    assert_eq!(rows(&sandbox, GRANTS).await.len(), 0);
    assert_eq!(rows(&sandbox, "/api/marketplace-offering-roles/").await.len(), 0);
    assert!(sandbox.world().events.is_empty());
    let offering = sandbox.world().offerings.iter().next().unwrap().id.simple().to_string();
    let role = json!({ "name": "admin", "content_type_input": "resource", "offering": offering });
    let made = send(&sandbox, Method::POST, "/api/marketplace-offering-roles/", Some(role)).await;
    assert_eq!(made.status(), 201);
    let role: Uuid = made.json::<Value>().await.unwrap()["uuid"].as_str().unwrap().parse().unwrap();
    let link = {
        let world = sandbox.world();
        let user = world.users.iter().find(|it| it.username == "alice").unwrap().id;
        [world.resources.iter().next().unwrap().id, role, user]
    };
    assert_eq!(change(&sandbox, "add_user", link, None).await, 201);
    assert_eq!(sandbox.world().triples(), ["cluster-a admin alice"]);
}

#[tokio::test]
async fn rows_of_a_deleted_resource_stay_without_a_scope_and_cannot_be_removed() {
    let mut world = World::example().on(Waldur::V8_1);
    let link = first(&world);
    let id = world.active_links().next().unwrap().1.id;
    world.delete_resource(None, link[0]);
    let sandbox = Sandbox::start(world).await.unwrap();
    let all = rows(&sandbox, &format!("{GRANTS}&page_size=50")).await;
    let orphans: Vec<_> = all.iter().filter(|it| it.get("scope_uuid").is_none()).collect();
    assert_eq!((all.len(), orphans.len()), (10, 5));
    assert!(orphans.iter().all(|it| it["scope_type"].is_null() && it["customer_uuid"].is_null()));
    assert_eq!(rows(&sandbox, &format!("{GRANTS}&scope_uuid={}", link[0].simple())).await.len(), 0);
    let revoke = format!("/api/user-permissions/{}/revoke/", id.simple());
    let answer = send(&sandbox, Method::POST, &revoke, Some(json!({}))).await;
    assert_eq!(answer.text().await.unwrap(), "[\"Role scope is not available.\"]");
    assert_eq!(change(&sandbox, "delete_user", link, None).await, 404);
}

#[tokio::test]
async fn scope_uuid_answers_nothing_where_resources_are_not_searched() {
    let mut world = World::example().on(Waldur::V8_0);
    let filter = format!("{GRANTS}&scope_uuid={}", first(&world)[0].simple());
    world.second.switches.unsearched = true;
    let sandbox = Sandbox::start(world).await.unwrap();
    assert_eq!(rows(&sandbox, &filter).await.len(), 0);
    sandbox.world().second.switches.unsearched = false;
    assert_eq!(rows(&sandbox, &filter).await.len(), 5);
}

#[tokio::test]
async fn removing_the_availability_of_a_role_revokes_its_grants_unless_it_was_the_last() {
    let mut world = World::example().on(Waldur::V8_1);
    let [resource, role, user] = first(&world);
    let elsewhere = world.offerings.iter().last().unwrap().id;
    let here = world.resources.get(resource).unwrap().offering;
    let more = world.make_available(role, elsewhere);
    let binding = world.second.availabilities.iter().find(|it| it.role == role && it.offering == here).unwrap().id;
    let active = |world: &World| world.active_links().filter(|(_, it)| it.role == role).count();
    assert_eq!(active(&world), 3);
    let sandbox = Sandbox::start(world).await.unwrap();
    let remove = async |id: Uuid| {
        send(&sandbox, Method::DELETE, &format!("/api/role-availabilities/{}/", id.simple()), None).await.status()
    };
    assert_eq!(remove(more).await, 204);
    assert_eq!(active(&sandbox.world()), 3, "nothing is granted there");
    let more = sandbox.world().make_available(role, elsewhere);
    assert_eq!(remove(binding).await, 204);
    assert_eq!(active(&sandbox.world()), 0);
    sandbox.world().link(resource, role, user);
    assert_eq!(remove(more).await, 204);
    assert_eq!(active(&sandbox.world()), 1, "it can be used everywhere now");
}

#[tokio::test]
async fn a_role_that_is_deleted_takes_its_grants_along_without_an_event() {
    let sandbox = Sandbox::start(World::example().on(Waldur::V8_1)).await.unwrap();
    let role = first(&sandbox.world())[1].simple().to_string();
    let used = send(&sandbox, Method::DELETE, &format!("/api/roles/{role}/"), None).await;
    assert_eq!((used.status().as_u16(), used.text().await.unwrap().as_str()), (400, "[\"Role is still used.\"]"));
    let deleted = send(&sandbox, Method::DELETE, &format!("/api/marketplace-offering-roles/{role}/"), None).await;
    assert_eq!(deleted.status(), 204);
    assert_eq!(rows(&sandbox, &format!("{GRANTS}&page_size=50")).await.len(), 7);
    assert!(sandbox.world().events.is_empty());
}

#[tokio::test]
async fn changes_since_a_moment_are_listed_with_what_was_revoked() {
    let mut world = World::example().on(Waldur::V8_1);
    let link = first(&world);
    let now = world.now();
    let source = |grant: &mut Grant| "rule:1".clone_into(&mut grant.source);
    world.link_as([link[0], link[1], world.users.iter().last().unwrap().id], source);
    let sandbox = Sandbox::start(world).await.unwrap();
    assert_eq!(change(&sandbox, "delete_user", link, None).await, 200);
    assert_eq!(change(&sandbox, "delete_user", link, None).await, 200, "nothing to remove is no error");
    let since = format!("{GRANTS}&show_inactive=true&modified={now}");
    let changed = rows(&sandbox, &since).await;
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["is_active"], false);
    assert_eq!(rows(&sandbox, &format!("{GRANTS}&modified={now}")).await.len(), 0);
    let sources: Vec<_> = rows(&sandbox, &format!("{GRANTS}&page_size=50")).await;
    assert_eq!(sources.iter().filter(|it| it["source"] == "rule:1").count(), 1);
    assert_eq!(sandbox.world().events.len(), 1, "a removal of nothing writes none");
}

#[tokio::test]
async fn faults_and_ends_of_tests_work_as_in_the_first_generation() {
    let mut world = World::example().on(Waldur::V8_1);
    let link = first(&world);
    let end = days(&world, 30);
    world.faults.push(Fault::on("POST", "/update_user/", Act::AnswerAfter(Reply::html(502))).nth(1));
    let sandbox = Sandbox::start(world).await.unwrap();
    assert_eq!(change(&sandbox, "update_user", link, Some(end)).await, 502);
    let name = format!("cluster-a admin alice until {end}");
    assert!(sandbox.world().triples().contains(&name), "it was handled");
    assert_eq!(change(&sandbox, "update_user", link, None).await, 200);
    assert!(!sandbox.world().triples().contains(&name), "without an end it is permanent");
}
