//! Rows that the server does not show in full: something is there, and nobody can tell what.

use std::fs;

use expect_test::expect;
use grantsync::binding::Binding;
use grantsync::plan::{Hold, Plan, Skip};
use grantsync::sandbox::{Act, Fault, Link, Reply, World as Server};
use grantsync::snapshot::IncompleteLink;
use uuid::Uuid;

use crate::cli_support::Desk;
use crate::reconcile_support::{LINKS, Stage, in_words, link, rows, triple, wanting};
use crate::run_kit::{live, start};
use crate::world::{self, NOW, World, resource, role, user};

const WORLD: &str = "HPC cluster-a: admin alice, member bob, viewer carol\nHPC cluster-b: viewer dave\nusers: erin";
/// On `cluster-a` erin is to get a role and carol to lose hers, on `cluster-b` dave.
const WANTED: [&str; 3] = ["cluster-a admin alice", "cluster-a member bob", "cluster-a viewer erin"];

fn shown(link: &Link, hidden: Option<&str>) -> String {
    let [id, resource, role, user] = [link.id, link.resource, link.role, link.user].map(|it| it.simple().to_string());
    let row =
        format!(r#"{{"uuid": "{id}", "resource_uuid": "{resource}", "role_uuid": "{role}", "user_uuid": "{user}"}}"#);
    match hidden {
        Some("role_uuid") => row.replace(&format!("\"{role}\""), "null"),
        Some("resource_uuid") => row.replace(&format!("\"{resource}\""), "null"),
        Some(_) => row.replace(&format!("\"{user}\""), "null"),
        None => row,
    }
}

fn list(rows: &[String]) -> Act {
    Act::Answer(Reply::json(200, &format!("[{}]", rows.join(","))).header("x-result-count", &rows.len().to_string()))
}

/// From now on a part of the last row of a triple is `null`: in the list, in that of its resource, and by its id.
fn hide(world: &mut Server, hidden: &str, field: &str) {
    let id = *rows(world, hidden).last().unwrap();
    let [resource, ..] = triple(world, hidden);
    let part = |it: &Link| (it.id == id).then_some(field);
    let all: Vec<_> = world.links.iter().map(|it| shown(it, part(it))).collect();
    let there = world.links.iter().filter(|it| it.resource == resource);
    let there: Vec<_> = there.map(|it| shown(it, part(it))).collect();
    let row = world.links.iter().find(|it| it.id == id).map(|it| shown(it, part(it))).unwrap();
    let simple = |id: Uuid| id.simple().to_string();
    world.faults.extend([
        Fault::on("GET", &format!("{LINKS}?page="), list(&all)),
        Fault::on("GET", &format!("{LINKS}{}/", simple(id)), Act::Answer(Reply::json(200, &row))),
    ]);
    // A list by resource has no row without one.
    if field != "resource_uuid" {
        world.faults.push(Fault::on("GET", &format!("{LINKS}?resource_uuid={}", simple(resource)), list(&there)));
    }
}

#[tokio::test]
async fn while_a_row_has_a_null_part_nothing_is_created_or_removed_on_its_resource() {
    for part in ["role_uuid", "user_uuid"] {
        let stage = Stage::new(WORLD).await;
        hide(&mut stage.sandbox.world(), "cluster-a member bob", part);
        expect![[r#"
            - cluster-b viewer dave: removed
            not converged
        "#]]
        .assert_eq(&stage.pass(&wanting(&WANTED)).await);
        let there = ["cluster-a admin alice", "cluster-a member bob", "cluster-a viewer carol"];
        assert_eq!(stage.live(), there, "{part}");
        // The server shows the whole row again.
        stage.calm();
        expect![[r#"
            + cluster-a viewer erin: created
            - cluster-a viewer carol: removed
            converged
        "#]]
        .assert_eq(&stage.pass(&wanting(&WANTED)).await);
        assert_eq!(stage.live(), WANTED);
    }
}

#[tokio::test]
async fn a_row_without_its_resource_blocks_what_it_could_be_and_nothing_else() {
    let stage = Stage::new(WORLD).await;
    hide(&mut stage.sandbox.world(), "cluster-a member bob", "resource_uuid");
    let wanted = ["cluster-a admin alice", "cluster-a member bob", "cluster-b viewer erin"];
    let plan = stage.prepare(&wanting(&wanted)).await.decision.plan;
    assert_eq!(blocked(&plan), [1, 0, 1], "bob's role is not created");
    // The list of `cluster-a` shows the whole row when that resource is read again.
    expect![[r#"
        + cluster-b viewer erin: created
        - cluster-a viewer carol: removed
        - cluster-b viewer dave: removed
        converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&wanted)).await);
    assert_eq!(stage.live(), wanted, "bob has one row");
}

#[tokio::test]
async fn a_row_that_becomes_incomplete_after_the_listing_is_not_created_again() {
    let stage = Stage::new("HPC cluster-a: admin alice\nusers: bob").await;
    // Somebody creates it after the listing, and the second look shows it without its role.
    let appear = |world: &mut Server, _: &_| {
        link(world, "cluster-a member bob");
        hide(world, "cluster-a member bob", "role_uuid");
    };
    stage.trouble("GET", &format!("{LINKS}?page="), 1, Act::after(appear));
    assert_eq!(stage.pass(&wanting(&["cluster-a admin alice", "cluster-a member bob"])).await, "nothing to do\n");
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_creation_that_fails_is_not_sent_again_while_an_incomplete_row_could_be_its_link() {
    let stage = Stage::new("HPC cluster-a:\nusers: bob").await;
    // The link is made, and the answer says 500. What filters by role does not find a row without one.
    let made = |world: &mut Server, _: &_| {
        hide(world, "cluster-a member bob", "role_uuid");
        let [_, role, _] = triple(world, "cluster-a member bob");
        world.faults.push(Fault::on("GET", &format!("role_uuid={}", role.simple()), list(&[])));
    };
    stage.always("POST", LINKS, Act::AnswerAfter(Reply::html(500)));
    stage.always("POST", LINKS, Act::after(made));
    expect![[r#"
        + cluster-a member bob: unknown
        not converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&["cluster-a member bob"])).await);
    assert_eq!(stage.writes(), ["POST 500"]);
    assert_eq!(stage.live(), ["cluster-a member bob"]);
}

#[tokio::test]
async fn a_duplicate_is_held_while_another_row_of_its_binding_is_not_shown_in_full() {
    let stage = Stage::new("HPC cluster-a: admin alice, admin alice").await;
    {
        let mut world = stage.sandbox.world();
        let rows: Vec<_> = world.links.iter().map(|it| shown(it, None)).collect();
        hide(&mut world, "cluster-a admin alice", "user_uuid");
        // The listing shows both.
        world.faults.push(Fault::on("GET", &format!("{LINKS}?page="), list(&rows)));
    }
    expect![[r#"
        - cluster-a admin alice (duplicate): held: the server shows a link without all of its parts
        nothing touched
    "#]]
    .assert_eq(&stage.pass(&wanting(&["cluster-a admin alice"])).await);
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_row_that_is_not_found_and_still_listed_without_a_part_is_not_gone() {
    let stage = Stage::new("HPC cluster-a: admin alice, member bob").await;
    {
        let mut world = stage.sandbox.world();
        let bob = rows(&world, "cluster-a member bob")[0];
        let row = world.links.iter().find(|it| it.id == bob).map(|it| shown(it, Some("role_uuid"))).unwrap();
        let by_id = format!("{LINKS}{}/", bob.simple());
        world.faults.extend([
            Fault::on("DELETE", LINKS, Act::Answer(Reply::json(404, r#"{"detail": "Not found."}"#))),
            Fault::on("GET", "role_uuid=", list(std::slice::from_ref(&row))),
            Fault::on("GET", &by_id, Act::Answer(Reply::json(200, &row))),
        ]);
    }
    let told = stage.pass(&wanting(&["cluster-a admin alice"])).await;
    assert!(told.starts_with("- cluster-a member bob: failed\n"), "{told}");
}

#[tokio::test]
async fn a_link_whose_row_is_incomplete_exists() {
    let stage = Stage::new("HPC cluster-a: admin alice, member bob").await;
    let all = stage.client.snapshot().await.unwrap().links;
    for part in ["resource_uuid", "role_uuid", "user_uuid"] {
        stage.calm();
        hide(&mut stage.sandbox.world(), "cluster-a member bob", part);
        for link in &all {
            assert_eq!(stage.client.link(link).await.unwrap(), Some(*link), "{part}");
        }
    }
    // What is shown of it is another link's.
    let other = Binding { role: Uuid::nil().into(), ..all[1].binding };
    let bob = rows(&stage.sandbox.world(), "cluster-a member bob")[0];
    assert_eq!(stage.client.link(&grantsync::binding::Link::plain(bob.into(), other)).await.unwrap(), None);
}

#[tokio::test]
async fn plan_and_apply_exit_with_4_and_name_the_incomplete_row() {
    let desk = Desk::new(WORLD, &wanting(&WANTED)).await;
    hide(&mut desk.sandbox.world(), "cluster-a member bob", "role_uuid");
    let id = rows(&desk.sandbox.world(), "cluster-a member bob")[0].simple();
    let named = format!("Incomplete: the server shows the link {id} without its role: bob on cluster-a\n");
    let plan = desk.run("plan -f grants.yaml").await;
    assert!(plan.code == Some(4) && plan.stdout.contains(&named), "{plan:?}");
    assert!(plan.stdout.contains("Plan: 0 to create, 1 to remove, 1 held, 1 incomplete, 2 skipped"), "{}", plan.stdout);
    let apply = desk.run("apply -f grants.yaml --auto-approve").await;
    assert!(apply.code == Some(4) && apply.stdout.contains(&named), "{apply:?}");
    assert!(!apply.stdout.contains("Converged:"), "{}", apply.stdout);
    assert_eq!(desk.writes(), ["DELETE 204"]);
    // With nothing else to do it is the same.
    let desk = Desk::new("HPC cluster-a: admin alice", &wanting(&["cluster-a admin alice"])).await;
    hide(&mut desk.sandbox.world(), "cluster-a admin alice", "user_uuid");
    let apply = desk.run("apply -f grants.yaml --auto-approve").await;
    assert!(apply.code == Some(4) && desk.writes().is_empty(), "{apply:?}");
    desk.sandbox.world().faults.clear();
    assert_eq!(desk.run("apply -f grants.yaml --auto-approve").await.code, Some(0));
    assert_eq!(desk.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn an_agent_writes_nothing_on_the_resource_of_an_incomplete_row_until_the_server_shows_it() {
    let sandbox = grantsync::sandbox::Sandbox::start(in_words(WORLD)).await.unwrap();
    hide(&mut sandbox.world(), "cluster-a member bob", "role_uuid");
    let write = |folder: &std::path::Path| {
        // Without `cluster-b`: the list that the sandbox shows does not change.
        fs::write(
            folder.join("grants.yaml"),
            wanting(&WANTED).replace("scope: all", "scope: {resources: [cluster-a]}"),
        )
        .unwrap();
    };
    let agent = start(&sandbox, "grants.yaml", "--interval 1s", write).await;
    let several = |it: &serde_json::Value| it["last"]["result"] == "unresolved" && it["access"]["held"]["count"] == 1;
    let status = agent.until("held", several).await;
    let told = status["access"]["unresolved"].to_string();
    assert!(told.contains("without its role: bob on cluster-a; ask who runs the server"), "{status:#}");
    let seen = status["last"]["began"].clone();
    agent.until("another pass", |it| it["last"]["began"] != seen && several(it)).await;
    assert!(sandbox.world().requests.iter().all(|it| !["POST", "DELETE"].contains(&&*it.method)));
    sandbox.world().faults.clear();
    live(&sandbox, &[&WANTED[..], &["cluster-b viewer dave"]].concat()).await;
    agent.result("in_sync").await;
    assert_eq!(agent.stop().await.code, Some(0));
    assert_eq!(sandbox.world().requests.iter().filter(|it| it.method == "POST").count(), 1);
}

const ENTRIES: &str =
    "[{resource: cluster-a, role: viewer, users: [alice, dave]}, {resource: cluster-b, role: admin, user: bob}]";

fn planned(scope: &str, entries: &str, change: impl FnOnce(&mut World, &mut IncompleteLink)) -> Plan {
    let mut world = World::read("HPC cluster-a: viewer alice, member carol\nHPC cluster-b: viewer bob\nusers: dave");
    let on = Some(resource("HPC", "cluster-a", false));
    let mut row = IncompleteLink { id: world::link(99), resource: on, role: None, user: Some(user("dave")) };
    change(&mut world, &mut row);
    world.snapshot.incomplete.push(row);
    world.plan(&format!("{scope}\nbindings: {entries}"), NOW)
}

/// What of the plan is blocked: bindings that are not created, links that are held, and by how many rows.
fn blocked(plan: &Plan) -> [usize; 3] {
    let skipped = plan.skipped.iter().filter(|it| it.why == Skip::Incomplete).count();
    [skipped, plan.held.iter().filter(|it| it.hold == Hold::Incomplete).count(), plan.incomplete.len()]
}

#[test]
fn only_incomplete_rows_that_could_be_in_scope_count() {
    let everything = planned("scope: all", ENTRIES, |_, _| {});
    assert_eq!(blocked(&everything), [1, 1, 1]);
    assert!(everything.has_problems());
    // Nothing is done outside the scope or on a terminated resource anyway.
    let bob = "[{resource: cluster-b, role: admin, user: bob}]";
    let elsewhere = planned("scope: {resources: [cluster-b]}", bob, |_, _| {});
    assert_eq!((blocked(&elsewhere), elsewhere.outside.len()), ([0, 0, 0], 2));
    let terminated = planned("scope: all", bob, |world, row| {
        world.directory.resources.get_mut(&row.resource.unwrap()).unwrap().terminated = true;
    });
    assert_eq!(blocked(&terminated), [0, 0, 0]);
    // Without a scope, the resources that are named count.
    assert_eq!(blocked(&planned("", ENTRIES, |_, _| {})), [1, 1, 1]);
    assert_eq!(blocked(&planned("", bob, |_, _| {})), [0, 0, 0]);
    // A row on a resource blocks all of it, so only one whose resource is not shown can be told apart by its user.
    let dave = |change: fn(&mut IncompleteLink)| {
        let entries = "[{resource: cluster-a, role: viewer, user: dave}]";
        blocked(&planned("scope: {users: [dave]}", entries, |_, it| change(it)))
    };
    assert_eq!(dave(|it| it.user = Some(user("carol"))), [1, 0, 1]);
    assert_eq!(dave(|it| (it.resource, it.user) = (None, None)), [1, 0, 1]);
    assert_eq!(dave(|it| (it.resource, it.user) = (None, Some(user("carol")))), [0, 0, 0]);
    let but_dave = planned("scope: {exclude: {users: [dave]}}", bob, |_, it| it.resource = None);
    assert_eq!(blocked(&but_dave), [0, 0, 0]);
}

#[test]
fn a_row_of_no_known_resource_leaves_no_gap() {
    // It might be bob's new role anywhere, so his old one stays.
    let plan = planned("scope: all", ENTRIES, |_, row| {
        (row.resource, row.role, row.user) = (None, Some(role("HPC", "admin")), Some(user("bob")));
    });
    assert_eq!(blocked(&plan), [1, 0, 1]);
    let held: Vec<_> = plan.held.iter().map(|it| (it.removal.link.binding.user, it.hold.clone())).collect();
    assert_eq!(held, [(user("bob"), Hold::Replacement)]);
}
