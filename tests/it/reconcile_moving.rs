//! Lists that move, lie or are none: no wrong removal, no wrong creation.

use std::fmt::Write as _;

use expect_test::expect;
use grantsync::api::ErrorKind;
use grantsync::reconcile::Error;
use grantsync::render;
use grantsync::report::{After, Outcome};
use grantsync::sandbox::{Act, Fault, Reply, World};

use crate::reconcile_support::{Stage, document, link, request, wanting};

/// A world of three pages, and the file that wants exactly it.
fn three_pages() -> (World, String) {
    let world = World::generated(4, 250, 700);
    let mut yaml = "scope: all\nlimits: {removals: 1000, removal_percent: 100}\nbindings:\n".to_owned();
    for link in world.links.iter() {
        let [resource, role, user] = [link.resource, link.role, link.user].map(|it| it.simple().to_string());
        writeln!(yaml, "  - {{resource: {resource}, role: {role}, user: {user}}}").unwrap();
    }
    (world, yaml)
}

/// Nothing is double.
fn assert_single(live: &[String]) {
    let double: Vec<_> = live.windows(2).filter(|it| it[0] == it[1]).collect();
    assert!(double.is_empty(), "{double:?}");
}

#[tokio::test]
async fn rows_that_come_and_go_between_pages_are_neither_lost_nor_doubled() {
    let (world, yaml) = three_pages();
    let declared = world.triples();
    for page in ["page=last", "page=2", "page=1&"] {
        for round in 1..=2 {
            let stage = Stage::of(world.clone()).await;
            // Somebody takes a dozen rows away that any page may hold, and makes three that nobody asked for.
            let mut number = 0;
            let stir = move |world: &mut World, _: &_| {
                number += 1;
                let ids: Vec<_> = world.links.iter().map(|it| it.id).collect();
                ids.iter().skip(number * 17).step_by(53).take(12).for_each(|id| _ = world.unlink(*id));
                let [a, b, c] = [5, 6, 7].map(|at| world.links.iter().nth(at * 40 + number).unwrap().clone());
                for (there, who) in [(&a, &b), (&b, &c), (&c, &a)] {
                    world.link(there.resource, there.role, who.user);
                }
            };
            let fault = Fault::on("GET", page, Act::before(stir));
            stage.sandbox.world().faults.push(if round == 1 { fault.nth(1) } else { fault });
            let document = document(&yaml);
            match stage.run(&request(&document)).await {
                Ok(pass) => drop(pass),
                // The pages never held still, nor did a resource: nothing was written.
                Err(error) => assert_eq!(stage.writes(), Vec::<String>::new(), "{error}"),
            }
            stage.calm();
            stage.pass(&yaml).await;
            let live = stage.live();
            assert_single(&live);
            assert_eq!(live, declared, "{page} {round}");
        }
    }
}

#[tokio::test]
async fn what_never_holds_still_is_read_all_the_same_and_never_called_in_sync() {
    // On a resource that the file is not about, links come without end; one page alone would always hold still.
    let stage = Stage::new("HPC cluster-a: admin alice, viewer bob\nHPC busy: admin alice\nusers: carol").await;
    for _ in 0..300 {
        link(&mut stage.sandbox.world(), "busy admin alice");
    }
    let one_more = |world: &mut World, _: &_| _ = link(world, "busy admin alice");
    stage.always("", "marketplace-resource-users/", Act::before(one_more));
    let yaml = |wanted: &[&str]| wanting(wanted).replace("scope: all", "scope: {resources: [cluster-a]}");

    let in_sync = yaml(&["cluster-a admin alice", "cluster-a viewer bob"]);
    let prepared = stage.prepare(&in_sync).await;
    assert!(prepared.decision.plan.is_empty() && prepared.decision.plan.changing);
    assert!(render::summary(&prepared.decision).ends_with("observed while changing"));

    expect![[r#"
        + cluster-a member carol: created
        - cluster-a viewer bob: removed
        not converged
    "#]]
    .assert_eq(&stage.pass(&yaml(&["cluster-a admin alice", "cluster-a member carol"])).await);
}

#[tokio::test]
async fn a_resource_whose_pages_lose_rows_for_ever_is_worked_on_all_the_same() {
    // All links of the one resource were imported in one statement; who is new and who is lost by pages is created or
    // found one by one.
    let mut world = World::generated(1, 2000, 0);
    let (resource, offering) = world.resources.iter().map(|it| (it.id, it.offering)).next().unwrap();
    let role = world.roles.iter().find(|it| it.offering == offering).unwrap().id;
    let people: Vec<_> = world.users.iter().filter(|it| it.is_active).map(|it| it.id).collect();
    let (new, there) = people.split_first().unwrap();
    world.import(there.iter().map(|user| [resource, role, *user]));
    let mut yaml = "scope: all\nbindings:\n".to_owned();
    for user in &people {
        let [resource, role, user] = [&resource, &role, user].map(|it| it.simple().to_string());
        writeln!(yaml, "  - {{resource: {resource}, role: {role}, user: {user}}}").unwrap();
    }
    let stage = Stage::of(world).await;
    let document = document(&yaml);
    let pass = stage.run(&request(&document)).await.unwrap();
    assert!(pass.prepared.decision.plan.changing);
    assert_eq!(stage.writes(), ["POST 201"]);
    let live: Vec<_> = stage.sandbox.world().links.iter().map(|it| it.user).collect();
    assert!(live.len() == people.len() && live.contains(new));
    let report = pass.report.unwrap();
    assert!(matches!(&report.after, After::Decision(after) if after.approved.is_empty()), "{:?}", report.after);
    assert!(!report.converged());
}

#[tokio::test]
async fn on_such_a_resource_what_somebody_else_removed_is_gone_too() {
    let mut world = World::generated(1, 2000, 0);
    let (resource, offering) = world.resources.iter().map(|it| (it.id, it.offering)).next().unwrap();
    let role = world.roles.iter().find(|it| it.offering == offering).unwrap().id;
    let people: Vec<_> = world.users.iter().map(|it| it.id).collect();
    world.import(people.iter().map(|user| [resource, role, *user]));
    let stage = Stage::of(world).await;
    let taken = |world: &mut World, asked: &grantsync::sandbox::RequestLine| {
        let id = asked.target.trim_end_matches('/').rsplit('/').next().unwrap().parse().unwrap();
        world.unlink(id);
    };
    stage.trouble("DELETE", "", 1, Act::before(taken));
    let [resource, role, user] = [resource, role, people[0]].map(|it| it.simple().to_string());
    let document = document(&format!(
        "scope: all\nlimits: {{removals: 5000, removal_percent: 100}}\nbindings:\n  \
         - {{resource: {resource}, role: {role}, user: {user}}}\n"
    ));
    let report = stage.run(&request(&document)).await.unwrap().report.unwrap();
    assert_eq!(report.count(|_, outcome| *outcome == Outcome::AlreadyGone), 1);
    assert_eq!(report.count(|_, outcome| outcome.is_failure()), 0);
}

#[tokio::test]
async fn answers_that_cannot_be_waldurs_end_the_pass_before_any_write() {
    let proxies: [(&str, Act); 6] = [
        ("no count", Act::WithoutHeader("x-result-count")),
        ("a count that is too high", Act::WithHeader("x-result-count", "12".to_owned())),
        ("a count that is too low", Act::WithHeader("x-result-count", "1".to_owned())),
        ("a login page", Act::AnswerAfter(Reply::html(200).header("x-result-count", "2"))),
        ("other JSON", Act::AnswerAfter(Reply::json(200, r#"{"results": []}"#).header("x-result-count", "2"))),
        ("rows without ids", Act::AnswerAfter(Reply::json(200, "[{}, {}]").header("x-result-count", "2"))),
    ];
    for (what, act) in proxies {
        for target in ["marketplace-resource-users/?page", "resource_uuid=", "marketplace-resources/", "user-roles/"] {
            let stage = Stage::new("HPC cluster-a: admin alice, viewer bob\nHPC cluster-b:\nusers: carol").await;
            stage.always("GET", target, act.clone());
            let error = stage.refused(&wanting(&["cluster-a admin alice", "cluster-a member carol"])).await;
            let Error::Api(error) = error else { panic!("{what} {target}: {error}") };
            assert_eq!(error.kind, ErrorKind::Unreadable, "{what} {target}: {error}");
            assert!(error.help.is_some_and(|it| it.contains("proxy")), "{what} {target}");
        }
    }
}

#[tokio::test]
async fn a_list_that_is_not_there_is_not_an_empty_one() {
    let stage = Stage::new("HPC cluster-a: admin alice").await;
    stage.always("", "marketplace-resource-users/", Act::Answer(Reply::json(404, r#"{"detail": "Not found."}"#)));
    let Error::Api(error) = stage.refused(&wanting(&["cluster-a admin alice"])).await else { panic!() };
    assert_eq!(error.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_server_that_goes_down_after_the_last_write_leaves_the_rest_of_the_report_standing() {
    let stage = Stage::new("HPC cluster-a: admin alice\nusers: bob").await;
    let mut written = false;
    stage.always(
        "POST",
        "",
        Act::after(move |world, _| {
            if !std::mem::replace(&mut written, true) {
                world.faults.push(Fault::on("GET", "resource_uuid=", Act::Answer(Reply::html(500))));
            }
        }),
    );
    let document = document(&wanting(&["cluster-a admin alice", "cluster-a member bob"]));
    let report = stage.run(&request(&document)).await.unwrap().report.unwrap();
    assert!(report.steps.iter().all(|(_, outcome)| outcome.is_done()));
    assert!(matches!(report.after, After::Unread(_)) && !report.converged());
}
