//! Names that creations rest on are asked for a second time, directly.

use expect_test::expect;
use grantsync::sandbox::{Act, Reply, Resource, Role, World};

use crate::reconcile_support::{Stage, in_words, triple, wanting};

const ROLES: &str = "/api/marketplace-offering-user-roles/?";
/// How a list of resources is asked for, and not one of a name.
const ALL_RESOURCES: &str = "field=customer_name&page=";

fn list(rows: &[String]) -> Act {
    Act::Answer(Reply::json(200, &format!("[{}]", rows.join(","))).header("x-result-count", &rows.len().to_string()))
}

fn resource(world: &World, it: &Resource) -> String {
    let offering = world.offerings.get(it.offering).unwrap();
    format!(
        r#"{{"uuid": "{}", "name": "{}", "state": "OK", "offering_uuid": "{}", "offering_name": "{}"}}"#,
        it.id.simple(),
        it.name,
        it.offering.simple(),
        offering.name
    )
}

fn role(it: &Role) -> String {
    let (id, offering) = (it.id.simple(), it.offering.simple());
    format!(r#"{{"uuid": "{id}", "name": "{}", "offering_uuid": "{offering}"}}"#, it.name)
}

/// How often resources, roles and users were asked for by name.
fn asked(stage: &Stage) -> [usize; 3] {
    [
        stage.asked("GET", "&name_exact="),
        stage.asked("GET", &format!("{ROLES}offering_uuid=")),
        stage.asked("GET", "&username="),
    ]
}

#[tokio::test]
async fn a_resource_that_the_list_hid_once_makes_its_name_ambiguous_before_anything_is_created() {
    let stage = Stage::new("HPC cluster-a: admin alice\nLab cluster-a:\nusers: bob").await;
    let wanted = wanting(&["cluster-a member bob"]);
    {
        // The count is lowered to match.
        let mut world = stage.sandbox.world();
        let rows: Vec<_> = world.resources.iter().take(1).map(|it| resource(&world, it)).collect();
        world.faults.push(grantsync::sandbox::Fault::on("GET", ALL_RESOURCES, list(&rows)));
    }
    let prepared = stage.prepare(&wanted).await;
    assert_eq!(prepared.decision.plan.problems[0].message, "2 resources are called `cluster-a`");
    assert_eq!(stage.pass(&wanted).await, "nothing to do\n");
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_role_that_the_list_hid_once_makes_its_name_ambiguous_before_anything_is_created() {
    let mut world = in_words("HPC cluster-a: admin alice\nusers: bob");
    let hidden = {
        let [_, member, _] = triple(&world, "cluster-a member bob");
        let offering = world.roles.get(member).unwrap().offering;
        world.role(offering, "member")
    };
    let rows: Vec<_> = world.roles.iter().filter(|it| it.id != hidden).map(role).collect();
    let stage = Stage::of(world).await;
    stage.always("GET", &format!("{ROLES}page="), list(&rows));
    let wanted = wanting(&["cluster-a admin alice", "cluster-a member bob"]);
    assert_eq!(stage.pass(&wanted).await, "nothing to do\n");
    assert_eq!(stage.prepare(&wanted).await.decision.plan.unresolved, 1);
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn whoever_has_the_username_when_it_is_asked_for_is_meant() {
    let stage = Stage::new("HPC cluster-a: admin alice, viewer bob").await;
    let [_, _, old] = triple(&stage.sandbox.world(), "cluster-a viewer bob");
    // The name is another account's once the links were listed.
    let take_over = |world: &mut World| {
        world.change_user("bob", |it| it.username = "robert".to_owned());
        world.user("bob");
    };
    stage.trouble("GET", ALL_RESOURCES, 1, Act::after(move |world, _| take_over(world)));
    let wanted = wanting(&["cluster-a admin alice", "cluster-a member bob"]);
    // Whom the file pins is not who has the name now.
    let pinned = wanted.replace("user: bob", &format!("user: {{uuid: {}, username: bob}}", old.simple()));
    assert_eq!(stage.pass(&pinned).await, "nothing to do\n");
    assert_eq!(stage.writes(), Vec::<String>::new());

    let stage = Stage::new("HPC cluster-a: admin alice, viewer bob").await;
    stage.trouble("GET", ALL_RESOURCES, 1, Act::after(move |world, _| take_over(world)));
    expect![[r#"
        + cluster-a member bob: created
        - cluster-a viewer robert: removed
        converged
    "#]]
    .assert_eq(&stage.pass(&wanted).await);
    let world = stage.sandbox.world();
    let bob = world.users.iter().find(|it| it.username == "bob").unwrap().id;
    assert_eq!(world.links.iter().filter(|it| it.user == bob).count(), 1);
}

#[tokio::test]
async fn a_resource_that_was_renamed_meanwhile_gets_nothing_under_its_old_name() {
    let stage = Stage::new("HPC cluster-a: admin alice\nusers: bob").await;
    let rename = |world: &mut World, _: &_| {
        let [id, ..] = triple(world, "cluster-a admin alice");
        world.resources.get_mut(id).unwrap().name = "retired".to_owned();
    };
    stage.trouble("GET", ALL_RESOURCES, 1, Act::after(rename));
    let wanted = wanting(&["cluster-a admin alice", "cluster-a member bob"]);
    assert_eq!(stage.pass(&wanted).await, "nothing to do\n");
    assert_eq!(stage.live(), ["retired admin alice"]);
}

#[tokio::test]
async fn each_name_is_asked_for_once_and_none_where_nothing_is_to_be_created() {
    let stage = Stage::new("HPC cluster-a: admin alice\nHPC cluster-b:\nusers: bob, carol").await;
    let wanted = ["cluster-a admin alice", "cluster-a member bob", "cluster-a viewer bob", "cluster-b viewer carol"];
    assert!(stage.pass(&wanting(&wanted)).await.ends_with("converged\n"));
    // Two usernames: once to learn who they are, and once again.
    assert_eq!(asked(&stage), [2, 1, 4]);
    stage.calm();
    assert_eq!(stage.pass(&wanting(&wanted)).await, "nothing to do\n");
    assert!(stage.pass(&wanting(&wanted[..2])).await.ends_with("converged\n"));
    assert_eq!(asked(&stage), [0, 0, 0]);
}

#[tokio::test]
async fn a_name_that_cannot_be_asked_for_stops_the_pass_before_anything_is_written() {
    for target in ["name_exact=", &format!("{ROLES}offering_uuid="), "&username=carol"] {
        let stage = Stage::new("HPC cluster-a: admin alice, viewer carol").await;
        stage.always("GET", target, Act::Answer(Reply::json(403, r#"{"detail": "No."}"#)));
        stage.refused(&wanting(&["cluster-a admin alice", "cluster-a member carol"])).await;
    }
}

/// Imported all at once: the list has no order, and pages lose some in every reading.
#[tokio::test]
async fn a_directory_that_can_never_be_read_whole_is_asked_name_by_name() {
    let mut world = in_words("HPC cluster-a: admin alice\nusers: bob");
    let offering = world.offerings.iter().next().unwrap().id;
    for number in 0..1000 {
        world.resource(offering, &format!("twin-{number}"));
    }
    world.resource(offering, "twin-7");
    let ids: Vec<_> = world.resources.iter().map(|it| it.id).collect();
    let moment = world.resources.get(ids[0]).unwrap().created;
    for id in ids {
        world.resources.get_mut(id).unwrap().created = moment;
    }
    let stage = Stage::of(world).await;
    let mut wanted = vec!["cluster-a admin alice".to_owned(), "cluster-a member bob".to_owned()];
    wanted.extend((0..1000).step_by(90).map(|number| format!("twin-{number} viewer bob")));
    let mut yaml = wanting(&wanted.iter().map(String::as_str).collect::<Vec<_>>());
    yaml.push_str(
        "  - {resource: twin-7, role: viewer, user: bob}\n  - {resource: nothing, role: viewer, user: bob}\n",
    );
    let told = stage.pass(&yaml).await;
    assert_eq!(told.lines().filter(|it| it.ends_with(": created")).count(), wanted.len() - 1, "{told}");
    assert_eq!(stage.live().len(), wanted.len());
    let problems = stage.prepare(&yaml).await.decision.plan.problems;
    let problems: Vec<_> = problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(problems, ["2 resources are called `twin-7`", "no resource is called `nothing`"]);
}
