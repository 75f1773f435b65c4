//! Pages of lists that change, and what they cost the server.

use grantsync::sandbox::{Sandbox, Waldur, World, tokens};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http;

async fn send(sandbox: &Sandbox, method: Method, target: &str, body: Option<Value>) -> Response {
    let mut request = http::client().request(method, format!("{}{target}", sandbox.url()));
    request = request.header("authorization", format!("Token {}", tokens::STAFF));
    if let Some(body) = body {
        request = request.json(&body);
    }
    request.send().await.unwrap()
}

fn list(waldur: Waldur) -> &'static str {
    if waldur.scopes_roles() {
        "/api/user-permissions/?scope_type=resource"
    } else {
        "/api/marketplace-resource-users/?"
    }
}

/// All pages of a list: resource and user of each row, and how many rows each page says there are.
async fn pages(sandbox: &Sandbox, list: &str) -> (Vec<[String; 2]>, Vec<usize>) {
    let (mut rows, mut counts) = (Vec::new(), Vec::new());
    loop {
        let response = send(sandbox, Method::GET, &format!("{list}&page_size=7&page={}", counts.len() + 1), None).await;
        if response.status() == 404 {
            return (rows, counts);
        }
        counts.push(response.headers()["x-result-count"].to_str().unwrap().parse().unwrap());
        for row in response.json::<Vec<Value>>().await.unwrap() {
            // In the second generation, `resource_uuid` is of sub-projects only.
            let place = row["scope_uuid"].as_str().or(row["resource_uuid"].as_str());
            rows.push([place, row["user_uuid"].as_str()].map(|it| it.unwrap().to_owned()));
        }
    }
}

/// The live rows on a resource, or on all, as the pages should show them: the oldest first.
fn expected(world: &World, on: Option<Uuid>) -> Vec<[String; 2]> {
    let links = world.links.iter().map(|it| (it.created, it.resource, it.user));
    let grants = world.active_links().map(|(resource, it)| (it.created, resource, it.user));
    let mut rows: Vec<_> = links.chain(grants).filter(|it| on.is_none_or(|on| on == it.1)).collect();
    rows.sort();
    rows.iter().map(|(_, resource, user)| [resource, user].map(|it| it.simple().to_string())).collect()
}

#[tokio::test]
async fn pages_show_each_row_once_and_in_order_after_every_change() {
    for waldur in Waldur::ALL {
        let sandbox = Sandbox::start(World::generated(3, 11, 40).on(waldur)).await.unwrap();
        let ids = |world: &World| -> Vec<Uuid> {
            world.links.iter().map(|it| it.id).chain(world.active_links().map(|(_, it)| it.id)).collect()
        };
        let resource = sandbox.world().resources.iter().next().unwrap().id;
        for change in 0..6 {
            {
                let mut world = sandbox.world();
                let ids = ids(&world);
                let of = |world: &World| {
                    let role = world.roles.iter().next().unwrap().id;
                    [resource, role, world.users.iter().last().unwrap().id]
                };
                match change {
                    // The first, the last, one in between, and another of the same again.
                    1 => assert!(world.unlink(ids[0])),
                    2 => assert!(world.unlink(*ids.last().unwrap())),
                    3 => assert!(world.delete(None, ids[7]) || world.revoke(None, ids[7], "")),
                    4 => {
                        let [resource, role, user] = of(&world);
                        world.link_with_id(ids[5], resource, role, user);
                    }
                    5 => {
                        let [resource, role, user] = of(&world);
                        world.link(resource, role, user);
                    }
                    _ => {}
                }
            }
            let here = if waldur.scopes_roles() { "scope_uuid" } else { "resource_uuid" };
            let narrowed = format!("{}&{here}={}", list(waldur), resource.simple());
            for (list, on) in [(list(waldur), None), (narrowed.as_str(), Some(resource))] {
                let (rows, counts) = pages(&sandbox, list).await;
                let expected = expected(&sandbox.world(), on);
                assert!(counts.iter().all(|it| *it == expected.len()), "{waldur}, {list}, change {change}: {counts:?}");
                assert_eq!(rows, expected, "{waldur}, {list}, change {change}");
            }
        }
    }
}

#[tokio::test]
async fn a_grant_leaves_the_list_and_comes_back_to_its_place() {
    let sandbox = Sandbox::start(World::example().on(Waldur::V8_1)).await.unwrap();
    let list = list(Waldur::V8_1);
    let before = pages(&sandbox, list).await;
    let id = sandbox.world().active_links().nth(3).unwrap().1.id;
    for (verb, rows) in [("revoke", 9), ("restore", 10)] {
        let target = format!("/api/user-permissions/{}/{verb}/", id.simple());
        assert_eq!(send(&sandbox, Method::POST, &target, Some(json!({}))).await.status(), 200);
        assert_eq!(pages(&sandbox, list).await.0.len(), rows);
    }
    assert_eq!(pages(&sandbox, list).await, before);
}

#[tokio::test]
async fn a_world_counts_the_queries_of_its_database() {
    let of = |waldur: Waldur, rows: u64| if waldur.scopes_roles() { 6 * rows + 5 } else { 3 * rows + 7 };
    for waldur in Waldur::ALL {
        let sandbox = Sandbox::start(World::example().on(waldur)).await.unwrap();
        let (resource, role, user) = {
            let world = sandbox.world();
            let resource = world.resources.iter().next().unwrap();
            let role = world.roles.iter().find(|it| it.offering == resource.offering).unwrap().id;
            (resource.id, role, world.users.iter().find(|it| it.username == "grace").unwrap().id)
        };
        let team = |verb: &str| format!("/api/marketplace-provider-resources/{}/{verb}/", resource.simple());
        let body = || Some(json!({ "role": role.simple().to_string(), "user": user.simple().to_string() }));
        let mut requests = vec![
            (Method::GET, format!("{}&page_size=300", list(waldur)), None, of(waldur, 10)),
            (Method::HEAD, format!("{}&page_size=1", list(waldur)), None, of(waldur, 1)),
            (Method::GET, "/api/users/me/".to_owned(), None, of(waldur, 0)),
        ];
        if waldur.scopes_roles() {
            requests.extend([
                (Method::GET, team("list_users"), None, 8),
                (Method::POST, team("add_user"), body(), 40),
                (Method::POST, team("delete_user"), body(), 24),
            ]);
        }
        for (method, target, body, queries) in requests {
            let before = sandbox.world().queries;
            assert!(send(&sandbox, method, &target, body).await.status().is_success(), "{target}");
            assert_eq!(sandbox.world().queries - before, queries, "{waldur} {target}");
        }
    }
}
