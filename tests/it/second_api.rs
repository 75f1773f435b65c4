//! The client on servers of the second generation: what it sees there, and what becomes of its writes.

use std::collections::BTreeSet;

use grantsync::api::{Client, Created, Deleted, ErrorKind, LinkQuery};
use grantsync::binding::{Binding, Link};
use grantsync::directory::Lookups;
use grantsync::event::EventKind;
use grantsync::plan::Hold;
use grantsync::sandbox::second::ScopeKind;
use grantsync::sandbox::{Act, Fault, Reply, Waldur, World, tokens};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::api_support::{client, resource, role, sandbox, user};
use crate::reconcile_support::{Stage, in_words, wanting};

/// The versions that have it.
const NEWER: [Waldur; 2] = [Waldur::V8_0, Waldur::V8_1];
const GRANTS: &str = "/api/user-permissions/";

/// A binding that nobody has in the example.
fn wanted(world: &World) -> Binding {
    Binding { resource: resource(world, "cluster-b"), role: role(world, "member"), user: user(world, "grace") }
}

/// The first link of a world: resource, role, user.
fn first(world: &World) -> [Uuid; 3] {
    world.active_links().next().map(|(resource, grant)| [resource, grant.role, grant.user]).unwrap()
}

fn binding([resource, role, user]: [Uuid; 3]) -> Binding {
    Binding { resource: resource.into(), role: role.into(), user: user.into() }
}

fn in_days(days: i64) -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second() + days * 24 * 3600).unwrap()
}

fn bindings(world: &World) -> Vec<Binding> {
    let links = world.active_links().map(|(resource, it)| binding([resource, it.role, it.user]));
    let mut links: Vec<_> = links.collect();
    links.sort();
    links
}

async fn seen(client: &Client) -> Vec<Binding> {
    let mut seen: Vec<_> = client.snapshot().await.unwrap().links.iter().map(|it| it.binding).collect();
    seen.sort();
    seen
}

#[tokio::test]
async fn the_api_is_asked_for_once_and_both_ways() {
    for waldur in Waldur::ALL {
        let (sandbox, client) = sandbox(World::example().on(waldur)).await;
        client.snapshot().await.unwrap();
        client.snapshot().await.unwrap();
        let world = sandbox.world();
        let probes = world.requests.iter().filter(|it| it.method == "HEAD");
        let probes: Vec<_> = probes.map(|it| (it.target.split('?').next().unwrap(), it.status)).collect();
        let (older, newer) = if waldur.scopes_roles() { (404, 200) } else { (200, 404) };
        let both = [("/api/marketplace-resource-users/", older), ("/api/marketplace-offering-roles/", newer)];
        assert_eq!(probes.iter().collect::<BTreeSet<_>>(), both.iter().collect(), "{waldur}");
        assert_eq!(probes.len(), 2);
    }
}

#[tokio::test]
async fn a_server_that_answers_for_both_is_none() {
    let (sandbox, client) = sandbox(World::example()).await;
    let anything = Reply::json(200, "[]").header("x-result-count", "0");
    sandbox.world().faults.push(Fault::on("HEAD", "marketplace-offering-roles/", Act::Answer(anything)));
    let error = client.snapshot().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreadable);
    assert!(error.to_string().ends_with("no Waldur has both"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_upgraded_between_two_passes_is_told_as_such() {
    let (sandbox, client) = sandbox(World::example()).await;
    assert!(!client.snapshot().await.unwrap().observation.keeps_ends);
    sandbox.world().upgrade(Waldur::V8_1);
    let error = client.snapshot().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OtherApi);
    assert!(error.detail.contains("spoke the older API (up to 8.0.7) a moment ago"), "{error}");
    let after = client.snapshot().await.unwrap();
    assert!(after.observation.keeps_ends && after.links.is_empty());
    // What is missing for another reason is not an upgrade.
    sandbox.world().faults.push(Fault::on("GET", GRANTS, Act::Answer(Reply::html(404))));
    assert_eq!(client.snapshot().await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn all_links_are_seen_with_what_the_server_knows_of_them() {
    for waldur in NEWER {
        let mut world = World::example_of(waldur);
        let [gone, lab] = ["archive-2019", "vm-lab"].map(|it| *resource(&world, it).as_bytes());
        world.change_user("carol", |it| it.is_active = false);
        let link = first(&world);
        world.link_as(link, |it| it.source = "rule:1".to_owned());
        let inside = world.sub_project(Uuid::from_bytes(lab), "inside");
        let scope = grantsync::sandbox::second::Scope::SubProject(inside);
        world.link_on(scope, link[1], link[2], |_| {});
        world.delete_resource(None, Uuid::from_bytes(gone));
        let (sandbox, client) = sandbox(world).await;
        let snapshot = client.snapshot().await.unwrap();
        assert!(!snapshot.observation.changing && snapshot.observation.keeps_ends);
        assert_eq!(snapshot.observation.of_deleted_resources, 1, "{waldur}");
        let (live, carol) = {
            let world = sandbox.world();
            let live = bindings(&world).into_iter().filter(|it| *it.resource.as_bytes() != gone);
            (live.collect::<Vec<_>>(), user(&world, "carol"))
        };
        let mut links = snapshot.links.clone();
        links.sort_by_key(|it| it.binding);
        assert_eq!(links.iter().map(|it| it.binding).collect::<Vec<_>>(), live);
        assert_eq!(links.iter().filter(|it| it.ends.is_some()).count(), 2);
        assert!(links.iter().all(|it| it.created.is_some()));
        let managed = usize::from(waldur == Waldur::V8_1);
        assert_eq!(links.iter().filter(|it| it.managed).count(), managed, "8.0 does not show it");
        assert!(links.iter().all(|it| it.id.is_derived() == (waldur == Waldur::V8_0)));
        assert_eq!(snapshot.users.is_empty(), waldur == Waldur::V8_0, "8.0 does not show usernames");
        // Also who is deactivated, on the resource and of the binding.
        let carols: Vec<_> = links.iter().filter(|it| it.binding.user == carol).copied().collect();
        for link in carols {
            assert_eq!(client.links_of(&link.binding).await.unwrap().links, [link]);
            assert!(client.links_of_resource(link.binding.resource).await.unwrap().contains(&link));
            assert_eq!(client.link(&link).await.unwrap(), Some(link));
        }
    }
}

#[tokio::test]
async fn names_are_those_of_offerings_and_of_roles_that_no_offering_has() {
    for waldur in NEWER {
        let mut world = World::example().on(waldur);
        let offering = |name: &str| world.offerings.iter().find(|it| it.name == name).unwrap().id;
        let (hpc, cloud) = (offering("HPC"), offering("Cloud"));
        let shared = *role(&world, "member").as_bytes();
        world.make_available(Uuid::from_bytes(shared), cloud);
        let everywhere = world.role_for(ScopeKind::Resource, "everywhere");
        world.role_for(ScopeKind::SubProject, "inside");
        let (_sandbox, client) = sandbox(world).await;
        let snapshot = client.snapshot().await.unwrap();
        let directory = client.directory(&Lookups::default(), &snapshot).await.unwrap();
        let names = |it: &str| directory.roles.values().filter(|role| role.name == it).count();
        assert_eq!((names("admin"), names("everywhere"), names("inside"), names("CUSTOMER.OWNER")), (2, 1, 0, 0));
        assert!(directory.roles[&everywhere.into()].offerings.is_empty());
        let both = directory.roles[&Uuid::from_bytes(shared).into()].offerings.clone();
        assert_eq!(both, [hpc.into(), cloud.into()].into());
        let of_cloud = client.roles_of(cloud.into()).await.unwrap();
        let of_cloud: BTreeSet<_> = of_cloud.values().map(|it| it.name.as_str()).collect();
        assert_eq!(of_cloud, ["admin", "everywhere", "member", "viewer"].into());
        // Holders are known by name, also where rows don't show it.
        assert!(snapshot.links.iter().all(|it| directory.users.contains_key(&it.binding.user)));
    }
}

#[tokio::test]
async fn a_link_is_made_changed_and_removed_with_a_reason() {
    for waldur in NEWER {
        let (sandbox, client) = sandbox(World::example().on(waldur)).await;
        let wanted = wanted(&sandbox.world());
        let (first_end, second_end) = (in_days(30), in_days(60));
        let Created::New(made) = client.create(&wanted, Some(first_end)).await.unwrap() else { panic!("exists") };
        let one = |links: Vec<Link>| -> Link {
            assert_eq!(links.len(), 1);
            links[0]
        };
        let link = one(client.links_of(&wanted).await.unwrap().links);
        assert!(made.is_same_row(&link) && link.ends == Some(first_end));
        client.set_end(&link, Some(second_end)).await.unwrap();
        assert_eq!(one(client.links_of(&wanted).await.unwrap().links).ends, Some(second_end));
        client.set_end(&link, None).await.unwrap();
        let link = one(client.links_of(&wanted).await.unwrap().links);
        assert_eq!(link.ends, None);
        assert_eq!(client.create(&wanted, None).await.unwrap(), Created::Exists);

        let began = Timestamp::now() - SignedDuration::from_mins(1);
        assert_eq!(client.delete(&link, "grants.yaml:3").await.unwrap(), Deleted::Done);
        assert_eq!(client.links_of(&wanted).await.unwrap().links, []);
        assert_eq!(client.link(&link).await.unwrap(), None, "a revoked row is still answered by its id");
        assert_eq!(client.delete(&link, "grants.yaml:3").await.unwrap(), Deleted::NotFound);
        let reasons: Vec<_> = {
            let world = sandbox.world();
            let revoked = world.second.grants.iter().filter_map(|it| it.revoked.as_ref());
            revoked.map(|it| it.reason.clone()).collect()
        };
        assert_eq!(reasons.len(), 1);
        assert_eq!(reasons[0] == "grants.yaml:3", waldur == Waldur::V8_1, "{reasons:?}");
        let events = client.events(began).await.unwrap();
        let told: Vec<_> = events.iter().map(|it| (it.what, it.about[0].user.as_str())).collect();
        assert_eq!(told, [(EventKind::LinkCreated, "grace"), (EventKind::LinkRemoved, "grace")]);
        assert!(events.iter().all(|it| it.by.as_deref() == Some("staff") && it.about[0].resource == "cluster-b"));
    }
}

#[tokio::test]
async fn only_the_planned_row_is_removed() {
    let (sandbox, client) = sandbox(World::example().on(Waldur::V8_0)).await;
    let link = client.snapshot().await.unwrap().links[0];
    let parts = [link.binding.resource.as_bytes(), link.binding.role.as_bytes(), link.binding.user.as_bytes()];
    let parts = parts.map(|it| Uuid::from_bytes(*it));
    // Somebody removed it and made it again: by what it stands for it is the same.
    assert_eq!(client.delete(&link, "").await.unwrap(), Deleted::Done);
    sandbox.world().link_as(parts, |it| it.created = in_days(0));
    let error = client.delete(&link, "").await.unwrap_err();
    assert!(error.kind == ErrorKind::Rejected && error.detail == "the grant is another one now", "{error}");
    // Of two, this version can remove none.
    let [other] = client.links_of(&link.binding).await.unwrap().links[..] else { panic!("several") };
    sandbox.world().link_as(parts, |it| it.end = Some(in_days(9)));
    let error = client.delete(&other, "").await.unwrap_err();
    assert!(error.kind == ErrorKind::Rejected && error.detail.contains("several grants of the same"), "{error}");
    assert_eq!(client.links_of(&link.binding).await.unwrap().links.len(), 2);
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_is_looked_up_and_asked_for_again() {
    for waldur in NEWER {
        for (act, done) in [
            (Act::AnswerAfter(Reply::html(502)), true),
            (Act::Answer(Reply::html(500)), waldur == Waldur::V8_1),
            (Act::Answer(Reply::html(200)), waldur == Waldur::V8_1),
        ] {
            let (sandbox, client) = sandbox(World::example().on(waldur)).await;
            let link = client.snapshot().await.unwrap().links[0];
            let verb = if waldur == Waldur::V8_1 { "/revoke/" } else { "/delete_user/" };
            sandbox.world().faults.push(Fault::on("POST", verb, act).nth(1));
            let answered = client.delete(&link, "").await;
            let gone = client.links_of(&link.binding).await.unwrap().links.is_empty();
            assert_eq!(gone, done, "{waldur}: {answered:?}");
            match answered {
                Ok(answered) => assert!(done && answered == Deleted::Done),
                Err(error) => assert!(!done && error.kind == ErrorKind::Lost, "{error}"),
            }
        }
    }
}

#[tokio::test]
async fn rows_of_one_moment_are_found_resource_by_resource() {
    for waldur in NEWER {
        let mut world = World::generated(20, 500, 10).on(waldur);
        let moment = in_days(-1);
        let triples: Vec<_> = {
            let resources: Vec<_> = world.resources.iter().map(|it| (it.id, it.offering)).collect();
            let users: Vec<_> = world.users.iter().map(|it| it.id).collect();
            let roles: Vec<_> = world.roles.iter().map(|it| (it.id, it.offering)).collect();
            let triple = |number: usize| {
                let (resource, offering) = resources[number % resources.len()];
                let (role, _) = roles.iter().find(|(_, of)| *of == offering).unwrap();
                [resource, *role, users[number / resources.len() + 20]]
            };
            (0..2000).map(triple).collect()
        };
        for triple in triples {
            world.link_as(triple, |it| it.created = moment);
        }
        let (sandbox, client) = sandbox(world).await;
        let snapshot = client.snapshot().await.unwrap();
        assert!(!snapshot.observation.changing, "{waldur}");
        assert_eq!(seen(&client).await, bindings(&sandbox.world()));
    }
}

#[tokio::test]
async fn a_server_that_does_not_search_resources_is_not_believed() {
    for waldur in NEWER {
        let mut world = World::example().on(waldur);
        world.second.switches.unsearched = true;
        world.change_user("carol", |it| it.is_active = false);
        let (sandbox, client) = sandbox(world).await;
        let links = client.snapshot().await.unwrap().links;
        let carols = *links.iter().find(|it| it.binding.user == user(&sandbox.world(), "carol")).unwrap();
        let there = client.links_seen_on(carols.binding.resource).await.unwrap();
        assert!(!there.all && !there.links.is_empty() && !there.links.contains(&carols), "{waldur}");
        assert!(client.links_of_resource(carols.binding.resource).await.is_err());
        assert_eq!(client.links_of(&carols.binding).await.unwrap().links, [carols], "asked for by user and role");
        // It is the same where nobody has anything: then nothing is missed.
        let ids: Vec<_> = sandbox.world().second.grants.iter().map(|it| it.id).collect();
        for id in ids {
            sandbox.world().second.grants.remove(id);
        }
        assert!(client.snapshot().await.unwrap().links.is_empty());
        let there = client.links_seen_on(carols.binding.resource).await.unwrap();
        assert!(there.all && there.links.is_empty());
    }
}

#[tokio::test]
async fn whoever_is_shown_their_own_rows_only_is_told_so() {
    let (sandbox, _) = sandbox(World::example().on(Waldur::V8_1)).await;
    for token in [tokens::OWNER, tokens::NOBODY] {
        let client = client(&sandbox.url(), token);
        let listed = client.listing(&[LinkQuery::default()]).await.map(|it| it.links.len());
        for error in [client.snapshot().await.unwrap_err(), listed.unwrap_err()] {
            assert_eq!(error.kind, ErrorKind::Forbidden);
            assert!(error.detail.contains("no grants but their own"), "{error}");
        }
    }
    let support = client(&sandbox.url(), tokens::SUPPORT);
    assert_eq!(support.snapshot().await.unwrap().links.len(), sandbox.world().active_links().count());
}

#[tokio::test]
async fn a_filter_that_was_not_heard_is_an_error() {
    let (sandbox, client) = sandbox(World::example().on(Waldur::V8_1)).await;
    let links = client.snapshot().await.unwrap().links;
    // Another generation's names for filters are unknown here: everything comes back.
    let body = {
        let world = sandbox.world();
        let (resource, it) = world.active_links().next().unwrap();
        let mut row = serde_json::json!({"created": "2026-01-01T00:00:00Z", "scope_type": "resource"});
        for (name, id) in [("uuid", it.id), ("user_uuid", it.user), ("role_uuid", it.role), ("scope_uuid", resource)] {
            row[name] = id.simple().to_string().into();
        }
        serde_json::json!([row]).to_string()
    };
    let other = links.iter().rev().find(|it| it.binding != links[0].binding).unwrap();
    let reply = Reply::json(200, &body).header("x-result-count", "1");
    sandbox.world().faults.push(Fault::on("GET", GRANTS, Act::Answer(reply)));
    let asked = [links[0], *other].map(|it| it.binding);
    let mut refused = 0;
    for binding in asked {
        refused += usize::from(client.links_of(&binding).await.is_err());
        refused += usize::from(client.links_of_resource(binding.resource).await.is_err());
    }
    assert!(refused >= 2);
}

#[tokio::test]
async fn ten_thousand_links_take_at_most_sixty_five_requests() {
    for waldur in NEWER {
        let stage = Stage::of(World::generated(200, 2000, 10_000).on(waldur)).await;
        let wanted = stage.live()[0].clone();
        let prepared = stage.prepare(&wanting(&[&wanted])).await;
        assert_eq!(prepared.view.snapshot.links.len(), 10_000);
        assert!(!prepared.decision.plan.changing && prepared.decision.plan.creations.is_empty());
        let sent = stage.sandbox.world().requests.len();
        assert!(sent <= 65, "{waldur}: {sent}");
    }
}

#[tokio::test]
async fn of_two_rows_that_have_no_ids_none_is_removed_and_that_is_said() {
    let stage =
        Stage::of(in_words("HPC cluster-a: admin alice, admin alice, viewer bob\nusers: carol").on(Waldur::V8_0));
    let stage = stage.await;
    let told = stage.pass(&wanting(&["cluster-a admin alice", "cluster-a viewer carol"])).await;
    assert!(told.ends_with("converged\n"), "{told}");
    assert_eq!(stage.live(), ["cluster-a admin alice", "cluster-a admin alice", "cluster-a viewer carol"]);
    // The rest goes on, and nothing is made beside them.
    let prepared = stage.prepare(&wanting(&["cluster-a viewer carol"])).await;
    let held = &prepared.decision.plan.held;
    assert!(held.len() == 2 && held.iter().all(|it| it.hold == Hold::Indistinct), "{held:?}");
    assert!(prepared.decision.approved.is_empty());
}
