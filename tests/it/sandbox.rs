//! The sandbox as a server: what it answers to whom.

use grantsync::sandbox::{Sandbox, World, tokens};
use reqwest::{Method, Response, redirect};
use serde_json::{Value, json};

use crate::http;

const LINKS: &str = "/api/marketplace-resource-users/";

/// A client that follows nothing and speaks as one caller.
struct As<'a>(&'a Sandbox, &'a str);

impl As<'_> {
    async fn send(&self, method: Method, target: &str, body: Option<Value>) -> Response {
        let client = http::builder().redirect(redirect::Policy::none()).build().unwrap();
        let mut request = client.request(method, format!("{}{target}", self.0.url()));
        if !self.1.is_empty() {
            request = request.header("authorization", format!("Token {}", self.1));
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    async fn get(&self, target: &str) -> Response {
        self.send(Method::GET, target, None).await
    }

    async fn rows(&self, target: &str) -> Vec<Value> {
        let response = self.get(target).await;
        assert_eq!(response.status(), 200, "{target}");
        response.json().await.unwrap()
    }
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |it| it.to_str().unwrap())
}

/// A link's fields for a POST, as paths.
fn binding(world: &World, resource: &str, role: &str, user: &str) -> Value {
    let resource = world.resources.iter().find(|it| it.name == resource).unwrap();
    let role = world.roles.iter().find(|it| it.name == role && it.offering == resource.offering).unwrap();
    let user = world.users.iter().find(|it| it.username == user).unwrap();
    json!({
        "resource": format!("/api/marketplace-resources/{}/", resource.id.simple()),
        "role": format!("/api/marketplace-offering-user-roles/{}/", role.id.simple()),
        "user": format!("/api/users/{}/", user.id.simple()),
    })
}

#[tokio::test]
async fn every_caller_is_told_apart() {
    // Caller, links seen, status of a creation on cluster-a, of the deletion of the first link.
    let table = [
        (tokens::STAFF, 10, 201, 204),
        (tokens::SUPPORT, 10, 201, 403),
        (tokens::OWNER, 0, 400, 404),
        (tokens::CONSUMER, 10, 201, 403),
        (tokens::ADMIN, 9, 201, 403),
        (tokens::NOBODY, 0, 400, 404),
    ];
    for (token, seen, created, deleted) in table {
        let sandbox = Sandbox::start(World::example()).await.unwrap();
        let caller = As(&sandbox, token);
        let (first, wanted) = {
            let world = sandbox.world();
            let first = world.links.iter().next().unwrap().id.simple().to_string();
            (first, binding(&world, "cluster-a", "viewer", "grace"))
        };
        assert_eq!(caller.rows(LINKS).await.len(), seen, "{token}");
        assert_eq!(caller.send(Method::POST, LINKS, Some(wanted)).await.status(), created, "{token}");
        assert_eq!(caller.send(Method::DELETE, &format!("{LINKS}{first}/"), None).await.status(), deleted, "{token}");
    }
}

#[tokio::test]
async fn tokens_that_open_nothing_say_why() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    for (token, why) in [
        ("", "Authentication credentials were not provided."),
        ("wrong", "Invalid token."),
        ("two words", "Invalid token. Token string should not contain spaces."),
        (tokens::EXPIRED, "Token has expired."),
        (tokens::INACTIVE, "User inactive or deleted."),
    ] {
        let response = As(&sandbox, token).get(LINKS).await;
        assert_eq!((response.status().as_u16(), header(&response, "www-authenticate")), (401, "Token"), "{token}");
        assert_eq!(response.json::<Value>().await.unwrap(), json!({ "detail": why }));
    }
}

#[tokio::test]
async fn a_token_lives_as_long_as_it_is_used() {
    let mut world = World::example();
    world.change_user("staff", |user| user.token_lifetime = Some(3600));
    let sandbox = Sandbox::start(world).await.unwrap();
    let staff = As(&sandbox, tokens::STAFF);
    for _ in 0..3 {
        sandbox.world().clock_ahead += jiff::SignedDuration::from_mins(50);
        assert_eq!(staff.get(LINKS).await.status(), 200);
    }
    sandbox.world().clock_ahead += jiff::SignedDuration::from_mins(61);
    assert_eq!(staff.get(LINKS).await.status(), 401);
}

#[tokio::test]
async fn the_clock_shows_in_the_date() {
    let mut world = World::example();
    world.clock_ahead = jiff::SignedDuration::from_hours(24 * 365 * 40);
    let sandbox = Sandbox::start(world).await.unwrap();
    let response = As(&sandbox, tokens::STAFF).get("/api/configuration/").await;
    let date = jiff::fmt::rfc2822::parse(header(&response, "date")).unwrap();
    assert!(date.year() > 2060, "{date}");
    assert!(header(&response, "date").ends_with(" GMT"));
}

#[tokio::test]
async fn pages_have_the_size_and_the_links_of_the_server() {
    let sandbox = Sandbox::start(World::generated(20, 50, 1000)).await.unwrap();
    let staff = As(&sandbox, tokens::STAFF);
    for (query, status, rows) in [
        ("", 200, 10),
        ("?page_size=300", 200, 300),
        ("?page_size=301", 200, 300),
        ("?page_size=0", 200, 10),
        ("?page_size=-1", 200, 10),
        ("?page_size=abc", 200, 10),
        ("?page=last&page_size=300", 200, 100),
        ("?page=4&page_size=300", 200, 100),
        ("?page=", 200, 10),
        ("?page=5&page_size=300", 404, 0),
        ("?page=0", 404, 0),
        ("?page=-1", 404, 0),
        ("?page=abc", 404, 0),
    ] {
        let response = staff.get(&format!("{LINKS}{query}")).await;
        assert_eq!(response.status(), status, "{query}");
        assert_eq!(header(&response, "x-result-count"), if status == 200 { "1000" } else { "" }, "{query}");
        if status == 200 {
            assert_eq!(response.json::<Vec<Value>>().await.unwrap().len(), rows, "{query}");
        }
    }
    let response = staff.get(&format!("{LINKS}?page_size=300&page=2&x=a+b")).await;
    let url = format!("<{}{LINKS}", sandbox.url());
    let expected = format!(
        "{url}?page_size=300&x=a+b>; rel=\"first\", {url}?page_size=300&x=a+b>; rel=\"prev\", \
         {url}?page=3&page_size=300&x=a+b>; rel=\"next\", {url}?page=4&page_size=300&x=a+b>; rel=\"last\""
    );
    assert_eq!(header(&response, "link"), expected);
    let head = staff.send(Method::HEAD, &format!("{LINKS}?page_size=1"), None).await;
    assert_eq!(header(&head, "x-result-count"), "1000");
}

#[tokio::test]
async fn rows_of_one_moment_are_lost_and_doubled_between_pages() {
    let mut world = World::generated(20, 150, 0);
    let rows: Vec<_> = world
        .resources
        .iter()
        .flat_map(|resource| {
            let role = world.roles.iter().find(|it| it.offering == resource.offering).unwrap().id;
            world.users.iter().skip(8).map(move |user| [resource.id, role, user.id])
        })
        .collect();
    world.import(rows);
    let sandbox = Sandbox::start(world).await.unwrap();
    let staff = As(&sandbox, tokens::STAFF);
    let mut ids = Vec::new();
    for page in 1..=10 {
        ids.extend(
            staff.rows(&format!("{LINKS}?page_size=300&page={page}")).await.into_iter().map(|it| it["uuid"].clone()),
        );
    }
    let distinct: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (3000, 2997));
}

#[tokio::test]
async fn filters_join_and_what_is_no_filter_is_ignored() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let [resource, alice] = {
        let world = sandbox.world();
        let resource = world.resources.iter().find(|it| it.name == "cluster-a").unwrap().id;
        let alice = world.users.iter().find(|it| it.username == "alice").unwrap().id;
        [resource.simple().to_string(), alice.hyphenated().to_string().to_uppercase()]
    };
    let staff = As(&sandbox, tokens::STAFF);
    for (query, expected) in [
        (format!("resource_uuid={resource}"), 5),
        (format!("resource=https://elsewhere.example.org/api/marketplace-resources/{resource}/"), 5),
        (format!("resource=/api/marketplace-provider-resources/{resource}/"), 0),
        (format!("user_uuid={alice}"), 2),
        (format!("user_uuid={alice}&resource_uuid={resource}"), 1),
        // Of every offering, exactly.
        ("role_name=admin".to_owned(), 4),
        ("role_name=Admin".to_owned(), 0),
        ("role_name=adm".to_owned(), 0),
        ("role_name=".to_owned(), 10),
        ("user_username=alice&o=-created&field=uuid".to_owned(), 10),
    ] {
        let rows = staff.rows(&format!("{LINKS}?{query}")).await;
        assert_eq!(rows.len(), expected, "{query}");
        assert!(rows.iter().all(|it| it.as_object().unwrap().len() == 11), "{query}");
    }
    let response = staff.get(&format!("{LINKS}?user_uuid=x&role_uuid=y")).await;
    assert_eq!(response.status(), 400);
    let problem = json!(["Enter a valid UUID."]);
    assert_eq!(response.json::<Value>().await.unwrap(), json!({ "user_uuid": problem, "role_uuid": problem }));
}

#[tokio::test]
async fn what_goes_takes_its_links_along_and_leaves_events() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let (grant, role) = {
        let world = sandbox.world();
        let role = world.roles.iter().find(|it| it.name == "member").unwrap().id;
        (binding(&world, "cluster-b", "viewer", "grace"), role.simple().to_string())
    };
    let staff = As(&sandbox, tokens::STAFF);
    assert_eq!(staff.send(Method::POST, LINKS, Some(grant.clone())).await.status(), 201);
    assert_eq!(staff.send(Method::POST, LINKS, Some(grant)).await.status(), 201, "duplicates are allowed");
    let role = format!("/api/marketplace-offering-user-roles/{role}/");
    assert_eq!(staff.send(Method::DELETE, &role, None).await.status(), 204);
    assert_eq!(staff.rows(LINKS).await.len(), 8);
    let events =
        "/api/events/?event_type=marketplace_resource_user_created&event_type=marketplace_resource_user_deleted";
    let messages: Vec<_> =
        staff.rows(&format!("{events}&o=created")).await.iter().map(|it| it["message"].clone()).collect();
    assert_eq!(messages.len(), 6);
    assert_eq!(messages[0], "User grace has been assigned role viewer in resource cluster-b.");
    assert_eq!(messages[2], "User bob has been unassigned role member in resource cluster-a.");
    assert_eq!(As(&sandbox, tokens::SUPPORT).rows(events).await.len(), 6);
    assert_eq!(As(&sandbox, tokens::CONSUMER).rows(events).await.len(), 0);
}

#[tokio::test]
async fn every_request_is_on_record() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    As(&sandbox, tokens::STAFF).get(&format!("{LINKS}?page=9")).await;
    As(&sandbox, "").get("/api/users").await;
    let requests: Vec<_> =
        sandbox.world().requests.iter().map(|it| format!("{} {} {}", it.method, it.target, it.status)).collect();
    assert_eq!(requests, [format!("GET {LINKS}?page=9 404"), "GET /api/users 301".to_owned()]);
}

#[test]
fn worlds_are_the_same_in_every_run() {
    let [one, other] = [(); 2].map(|()| World::generated(20, 50, 1000));
    let ids = |world: &World| world.links.iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(ids(&one), ids(&other));
    assert!(one.links.iter().all(|it| it.id.get_version_num() == 4));
    let mut triples: Vec<_> = one.links.iter().map(|it| (it.resource, it.role, it.user)).collect();
    triples.sort();
    triples.dedup();
    assert_eq!(triples.len(), 1000);
    assert_eq!(World::example().with_duplicate().links.len(), World::example().links.len() + 1);
}

#[tokio::test]
async fn a_redirection_to_the_path_with_a_slash_has_neither_length_nor_frame_options() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let response = As(&sandbox, tokens::STAFF).get("/api/users").await;
    assert_eq!((response.status().as_u16(), header(&response, "location")), (301, "/api/users/"));
    assert_eq!((header(&response, "content-length"), header(&response, "x-frame-options")), ("", ""));
    let page = As(&sandbox, tokens::STAFF).get("/api/users/").await;
    assert_eq!(header(&page, "x-frame-options"), "DENY");
}

#[tokio::test]
async fn an_id_that_is_none_is_answered_with_the_model() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    for (collection, model) in [
        ("marketplace-resource-users", "ResourceUser"),
        ("marketplace-offering-user-roles", "OfferingUserRole"),
        ("marketplace-resources", "Resource"),
        ("users", "User"),
        ("events", "Event"),
    ] {
        let response = As(&sandbox, tokens::STAFF).get(&format!("/api/{collection}/abc/")).await;
        let detail = format!("No {model} matches the given query.");
        assert_eq!(response.json::<Value>().await.unwrap(), json!({ "detail": detail }), "{collection}");
    }
}

#[tokio::test]
async fn users_are_found_by_a_part_of_their_names_or_address() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    for (query, found) in [("ALI", 1), ("alice@example", 1), ("Example", 16), ("nope", 0), ("", 16)] {
        let rows = As(&sandbox, tokens::STAFF).rows(&format!("/api/users/?page_size=50&query={query}")).await;
        assert_eq!(rows.len(), found, "{query}");
    }
}

#[tokio::test]
async fn a_sandbox_may_forget_its_requests() {
    let mut world = World::example();
    world.forgets_requests = true;
    let sandbox = Sandbox::start(world).await.unwrap();
    assert_eq!(As(&sandbox, tokens::STAFF).rows(LINKS).await.len(), 10);
    assert!(sandbox.world().requests.is_empty());
}
