//! Names of resources, roles and users, over the sandbox.

use std::collections::BTreeSet;

use grantsync::api::Client;
use grantsync::binding::UserId;
use grantsync::directory::{Directory, Lookups, Project, Resource, Role, User};
use grantsync::sandbox::{Act, Fault, Reply, Sandbox, State, World, tokens};
use uuid::Uuid;

use crate::api_support::{client, resource, role, sandbox, user, without_nonce};

async fn directory(client: &Client, lookups: Lookups) -> Directory {
    let snapshot = client.snapshot().await.unwrap();
    client.directory(&lookups, &snapshot).await.unwrap()
}

fn usernames(names: &[&str]) -> Lookups {
    Lookups { usernames: names.iter().map(ToString::to_string).collect(), ..Lookups::default() }
}

/// Whom the sandbox was asked for, by the part of the request that names them.
fn asked(sandbox: &Sandbox) -> Vec<String> {
    let targets: Vec<_> = sandbox.world().requests.iter().map(|it| without_nonce(&it.target).to_owned()).collect();
    let names = targets.iter().filter_map(|it| it.strip_prefix("/api/users/")).filter(|it| !it.starts_with("me/"));
    names
        .map(|it| {
            let parts = it.split(['?', '&']).filter(|it| !it.starts_with("field=") && !it.is_empty());
            parts.collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[tokio::test]
async fn it_holds_all_resources_all_roles_and_the_users_of_links() {
    let (sandbox, client) = sandbox(World::example()).await;
    let lab = {
        let mut world = sandbox.world();
        let lab = resource(&world, "vm-lab");
        let id = world.resources.iter().find(|it| it.name == "vm-lab").unwrap().id;
        world.resources.get_mut(id).unwrap().state = State::Terminating;
        lab
    };
    let Directory { resources, roles, users, aliases } = directory(&client, Lookups::default()).await;
    let world = sandbox.world();
    let cloud = world.offerings.iter().find(|it| it.name == "Cloud").unwrap().id;
    assert_eq!(resources.len(), 4);
    let place = world.projects.iter().find(|it| it.name == "Chemistry").unwrap();
    let organisation = world.organisations.iter().find(|it| it.id == place.organisation).unwrap().name.clone();
    let project = Some(Project { id: place.id.into(), name: "Chemistry".into(), organisation });
    let (name, offering_name) = ("vm-lab".into(), "Cloud".into());
    let expected = Resource { name, offering: cloud.into(), offering_name, project, terminated: true };
    assert_eq!(resources[&lab], expected);
    assert!(!resources[&resource(&world, "cluster-a")].terminated);
    assert_eq!(roles.len(), 5);
    assert_eq!(roles.values().filter(|it| it.name == "admin").count(), 2);
    assert!(roles.values().any(|it| *it == Role { name: "viewer".into(), offerings: [cloud.into()].into() }));
    assert_eq!((users.len(), aliases.len()), (7, 0));
    assert_eq!(
        users[&user(&world, "alice")],
        User { username: "alice".into(), full_name: "Alice Example".into(), active: None }
    );
}

#[tokio::test]
async fn users_without_a_link_are_looked_up() {
    let (sandbox, client) = sandbox(World::example()).await;
    let (grace, heidi) = {
        let mut world = sandbox.world();
        // So many that to list everybody takes more requests than to ask for each.
        for number in 0..900 {
            world.user(&format!("user-{number}"));
        }
        world.user("heidi");
        world.change_user("heidi", |it| it.is_active = false);
        (user(&world, "grace"), user(&world, "heidi"))
    };
    let lookups = Lookups {
        users: [grace, Uuid::nil().into()].into(),
        // Those with a link are known; case counts; what no username can be is not asked for.
        ..usernames(&["alice", "heidi", "HEIDI", "", " heidi", "no\0body"])
    };
    let directory = directory(&client, lookups).await;
    assert_eq!(
        directory.users[&grace],
        User { username: "grace".into(), full_name: "Grace Example".into(), active: Some(true) }
    );
    assert_eq!(
        directory.users[&heidi],
        User { username: "heidi".into(), full_name: "Heidi Example".into(), active: Some(false) }
    );
    assert_eq!(directory.users.len(), 9);
    let mut asked = asked(&sandbox);
    asked.sort();
    let grace = format!("{grace}/");
    let mut expected =
        vec!["page_size=1", "00000000000000000000000000000000/", "username=HEIDI", "username=heidi", &grace];
    expected.sort_unstable();
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn many_users_are_looked_up_by_listing_everybody() {
    let (sandbox, client) = sandbox(World::generated(1, 400, 0)).await;
    let names: Vec<_> = (0..399).map(|number| format!("user-{number:04}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let directory = directory(&client, usernames(&names)).await;
    assert!(directory.users.values().map(|it| it.username.as_str()).collect::<BTreeSet<_>>().into_iter().eq(names));
    assert!(directory.users.values().all(|it| it.active == Some(true)));
    assert_eq!(asked(&sandbox), ["page_size=1", "page=last page_size=300", "page=1 page_size=300"]);
}

#[tokio::test]
async fn users_are_looked_up_before_a_creation() {
    let (sandbox, client) = sandbox(World::example()).await;
    let (alice, bob) = {
        let mut world = sandbox.world();
        world.change_user("bob", |it| it.is_active = false);
        (user(&world, "alice"), user(&world, "bob"))
    };
    let users = client.users([alice, bob, UserId::from(Uuid::nil())].into()).await.unwrap();
    assert_eq!(users.len(), 2);
    assert_eq!((users[&alice].active, users[&bob].active), (Some(true), Some(false)));
    assert!(client.users(BTreeSet::new()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_caller_with_partial_sight_learns_what_it_can() {
    let sandbox = Sandbox::start(World::example()).await.unwrap();
    let client = client(&sandbox.url(), tokens::CONSUMER);
    let directory = directory(&client, usernames(&["grace"])).await;
    assert_eq!((directory.resources.len(), directory.roles.len(), directory.users.len()), (4, 0, 7));
}

#[tokio::test]
async fn what_is_named_and_not_listed_is_asked_for() {
    let (sandbox, client) = sandbox(World::example()).await;
    let lookups = {
        let world = sandbox.world();
        Lookups {
            resources: [resource(&world, "cluster-a"), Uuid::from_u128(1).into()].into(),
            roles: [role(&world, "admin"), Uuid::from_u128(2).into()].into(),
            ..Lookups::default()
        }
    };
    let directory = directory(&client, lookups).await;
    assert_eq!((directory.resources.len(), directory.roles.len()), (4, 5));
    let world = sandbox.world();
    let missing: Vec<_> =
        world.requests.iter().filter(|it| it.status == 404).map(|it| without_nonce(&it.target)).collect();
    // One of them tells which API the server speaks.
    assert_eq!(missing.len(), 3);
    assert!(missing.iter().any(|it| it.starts_with("/api/marketplace-resources/00000000000000000000000000000001/")));
    assert!(missing.contains(&"/api/marketplace-offering-user-roles/00000000000000000000000000000002/"));
}

#[tokio::test]
async fn long_lists_are_read_whole_even_where_their_order_is_loose() {
    // Roles are listed by name only, and each offering has the same five.
    let (sandbox, client) = sandbox(World::generated(2000, 1, 0)).await;
    let directory = directory(&client, Lookups::default()).await;
    let world = sandbox.world();
    assert_eq!((directory.resources.len(), directory.roles.len()), (2000, 1000));
    assert_eq!(directory.roles.len(), world.roles.iter().count());
}

#[tokio::test]
async fn a_name_can_be_asked_for_directly() {
    let (sandbox, client) = sandbox(World::example()).await;
    let (cluster, hpc, alice) = {
        let world = sandbox.world();
        let hpc = world.offerings.iter().find(|it| it.name == "HPC").unwrap().id;
        (resource(&world, "cluster-a"), grantsync::binding::OfferingId::from(hpc), user(&world, "alice"))
    };
    client.caller().await.unwrap();
    client.roles_of(hpc).await.unwrap();
    let before = sandbox.world().requests.len();
    let found = client.resources_called("cluster-a").await.unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), [&cluster]);
    assert!(client.resources_called("cluster").await.unwrap().is_empty());
    assert_eq!(client.user_called("alice").await.unwrap().unwrap().0, alice);
    assert_eq!(client.user_called("ali").await.unwrap(), None);
    let roles = client.roles_of(hpc).await.unwrap();
    assert!(roles.len() == 3 && roles.values().all(|it| it.offerings == [hpc].into()));
    assert_eq!(sandbox.world().requests.len(), before + 5);
}

#[tokio::test]
async fn an_answer_to_a_direct_question_that_shows_something_else_is_an_error() {
    let (sandbox, client) = sandbox(World::example()).await;
    let other = sandbox.world().offerings.iter().find(|it| it.name == "Cloud").unwrap().id;
    let body =
        format!(r#"[{{"uuid": "00000000000000000000000000000001", "name": "admin", "offering_uuid": "{other}"}}]"#);
    let ignored = Reply::json(200, &body).header("x-result-count", "1");
    sandbox.world().faults.push(Fault::on("GET", "offering-user-roles/?", Act::Answer(ignored)));
    let error = client.roles_of(Uuid::nil().into()).await.unwrap_err();
    assert_eq!(error.detail, "answered with a role of another offering");
}
