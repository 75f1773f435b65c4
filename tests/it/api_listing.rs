//! The snapshot, over a sandbox that holds still.

use grantsync::api::{Client, ErrorKind};
use grantsync::binding::{Binding, Link, LinkId};
use grantsync::sandbox::{Sandbox, World, tokens};
use grantsync::snapshot::Snapshot;
use uuid::Uuid;

use crate::api_support::{client, resource, role, sandbox, settings, user, without_nonce};

/// The links of a world, as a perfect snapshot has them.
fn links(world: &World) -> Vec<Link> {
    let mut links: Vec<_> = world
        .links
        .iter()
        .map(|it| {
            let binding = Binding { resource: it.resource.into(), role: it.role.into(), user: it.user.into() };
            Link::plain(it.id.into(), binding)
        })
        .collect();
    links.sort();
    links
}

#[tokio::test]
async fn a_snapshot_holds_all_links_who_saw_them_and_how() {
    let (sandbox, client) = sandbox(World::example()).await;
    let Snapshot { links: seen, incomplete, users, observation } = client.snapshot().await.unwrap();
    let world = sandbox.world();
    assert_eq!(seen, links(&world));
    assert_eq!(incomplete, []);
    assert_eq!(users.len(), 7);
    assert_eq!(users[&user(&world, "alice")].username, "alice");
    assert_eq!(users[&user(&world, "alice")].full_name, "Alice Example");
    assert_eq!(observation.server, format!("{}/api", sandbox.url()));
    assert_eq!((observation.pages, observation.changing), (1, false));
    assert_eq!(observation.caller.user, user(&world, "staff"));
    assert!(observation.caller.is_staff);
    assert!(observation.clock_offset.unwrap().as_secs().abs() <= 1);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_noticed() {
    let (sandbox, client) = sandbox(World::example()).await;
    for minutes in [-90, 15] {
        sandbox.world().clock_ahead = jiff::SignedDuration::from_mins(minutes);
        let offset = client.snapshot().await.unwrap().observation.clock_offset.unwrap();
        assert!((offset.as_secs() - minutes * 60).abs() <= 1, "{offset}");
    }
}

#[tokio::test]
async fn an_empty_list_is_a_snapshot_too() {
    let (_sandbox, client) = sandbox(World::new()).await;
    let snapshot = client.snapshot().await.unwrap();
    assert!(snapshot.links.is_empty() && !snapshot.observation.changing);
}

#[tokio::test]
async fn ten_thousand_links_are_thirty_four_pages() {
    for parallelism in [1, 2, 100] {
        let sandbox = Sandbox::start(World::generated(200, 2000, 10_000)).await.unwrap();
        let mut settings = settings(&sandbox.url(), tokens::STAFF);
        settings.parallelism = parallelism.try_into().unwrap();
        let client = Client::new(settings).unwrap();
        let snapshot = client.snapshot().await.unwrap();
        let world = sandbox.world();
        assert!(snapshot.links == links(&world) && !snapshot.observation.changing);
        assert_eq!(snapshot.observation.pages, 34);
        // Two tell which API the server speaks.
        let lines = || world.requests.iter().skip(2).map(|it| without_nonce(&it.target));
        assert_eq!(lines().filter(|it| it.contains("page_size=300")).count(), 34);
        // Between any two lanes, one row is asked for.
        let seams = lines().filter(|it| it.contains("page_size=1&") || it.ends_with("page_size=1")).count();
        assert_eq!(seams, parallelism.min(33) - 1, "{parallelism}");
        assert_eq!(world.requests.len(), 2 + 34 + seams + 1);
    }
}

#[tokio::test]
async fn pages_are_read_from_the_last_to_the_first() {
    let sandbox = Sandbox::start(World::generated(10, 200, 1000)).await.unwrap();
    let mut settings = settings(&sandbox.url(), tokens::STAFF);
    settings.parallelism = 1.try_into().unwrap();
    Client::new(settings).unwrap().snapshot().await.unwrap();
    let targets: Vec<_> =
        sandbox.world().requests.iter().skip(3).map(|it| without_nonce(&it.target).to_owned()).collect();
    let page = |page: &str| format!("/api/marketplace-resource-users/?page={page}&page_size=300");
    assert_eq!(targets, ["last", "3", "2", "1"].map(page));
}

#[tokio::test]
async fn rows_that_pages_lose_are_found_resource_by_resource() {
    let mut world = World::generated(20, 500, 10);
    let rows: Vec<_> = {
        let resources: Vec<_> = world.resources.iter().map(|it| (it.id, it.offering)).collect();
        let people: Vec<_> = world.users.iter().map(|it| it.id).collect();
        let roles: Vec<_> = world.roles.iter().map(|it| (it.id, it.offering)).collect();
        (0..3000)
            .map(|number| {
                let (resource, offering) = resources[number % resources.len()];
                let (role, _) = roles.iter().find(|(_, of)| *of == offering).unwrap();
                [resource, *role, people[number / resources.len()]]
            })
            .collect()
    };
    world.import(rows);
    let (sandbox, client) = sandbox(world).await;
    let snapshot = client.snapshot().await.unwrap();
    let world = sandbox.world();
    assert!(snapshot.links == links(&world) && !snapshot.observation.changing);
    assert_eq!(world.requests.iter().filter(|it| it.target.contains("resource_uuid=")).count(), 20);
}

#[tokio::test]
async fn each_caller_sees_what_is_theirs() {
    for (token, username, seen) in [
        (tokens::SUPPORT, "support", 10),
        (tokens::OWNER, "provider-owner", 0),
        (tokens::CONSUMER, "consumer-owner", 10),
        (tokens::ADMIN, "project-admin", 9),
        (tokens::NOBODY, "nobody", 0),
    ] {
        let sandbox = Sandbox::start(World::example()).await.unwrap();
        let snapshot = client(&sandbox.url(), token).snapshot().await.unwrap();
        let caller = snapshot.observation.caller;
        assert_eq!((caller.username.as_str(), snapshot.links.len()), (username, seen));
        assert_eq!((caller.is_staff, caller.is_support), (false, username == "support"));
    }
    for token in [tokens::EXPIRED, tokens::INACTIVE, "nonsense"] {
        let sandbox = Sandbox::start(World::example()).await.unwrap();
        let error = client(&sandbox.url(), token).snapshot().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthorized, "{token}");
    }
}

#[tokio::test]
async fn links_are_read_by_resource_by_binding_and_by_id() {
    let (sandbox, client) = sandbox(World::example().with_duplicate()).await;
    let (all, cluster_a, binding) = {
        let world = sandbox.world();
        let binding = Binding {
            resource: resource(&world, "cluster-a"),
            role: role(&world, "admin"),
            user: user(&world, "alice"),
        };
        (links(&world), resource(&world, "cluster-a"), binding)
    };
    let of = |test: &dyn Fn(&Link) -> bool| all.iter().filter(|it| test(it)).copied().collect::<Vec<_>>();
    let seen = client.links_of_resource(cluster_a).await.unwrap();
    assert_eq!(seen, of(&|it| it.binding.resource == cluster_a));
    let seen = client.links_of(&binding).await.unwrap().links;
    assert_eq!(seen, of(&|it| it.binding == binding));
    assert_eq!(seen.len(), 2);
    assert_eq!(client.link(&all[0]).await.unwrap(), Some(all[0]));
    let gone = Link { id: LinkId::from(Uuid::nil()), ..all[0] };
    assert_eq!(client.link(&gone).await.unwrap(), None);
    assert_eq!(client.links_of_resource(Uuid::nil().into()).await.unwrap(), []);
}

#[tokio::test]
async fn a_resource_with_many_links_is_read_page_by_page() {
    let (sandbox, client) = sandbox(World::generated(1, 700, 700)).await;
    let (all, id) = {
        let world = sandbox.world();
        (links(&world), resource(&world, "resource-0000"))
    };
    assert_eq!(client.links_of_resource(id).await.unwrap(), all);
}

#[tokio::test]
async fn one_path_that_is_missing_is_no_sign_of_another_api() {
    let (sandbox, _) = sandbox(World::example()).await;
    let error = client(&format!("{}/portal", sandbox.url()), tokens::STAFF).snapshot().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(error.help.as_deref(), Some("check the address: what comes before `/api/` in it may be wrong"));
}
