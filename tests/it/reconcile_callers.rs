//! Who sees only a part: what is not seen is not taken for missing, and nothing is written blindly.

use expect_test::expect;
use grantsync::reconcile::{Error, PassRequest, WriteOptions};
use grantsync::report::{Failure, Stop};
use grantsync::sandbox::{Act, Reply, Waldur, World, tokens};
use tokio::sync::watch;

use crate::reconcile_support::{
    Asked, LINKS, PACE, Stage, document, in_words, request, run_until, told, triple, wanting,
};

const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nHPC cluster-b: member carol\nusers: dave";
const WANTED: [&str; 3] = ["cluster-a admin alice", "cluster-a member dave", "cluster-b member carol"];

#[tokio::test]
async fn whoever_is_not_staff_may_plan_and_not_apply() {
    // Only support sees links and roles, and so what there is to do.
    for (token, sees_work_to_do) in [
        (tokens::SUPPORT, true),
        (tokens::OWNER, false),
        (tokens::CONSUMER, false),
        (tokens::ADMIN, false),
        (tokens::NOBODY, false),
    ] {
        let stage = Stage::new(WORLD).await.with_caller(token);
        let prepared = stage.prepare(&wanting(&WANTED[..1])).await;
        assert!(!prepared.view.snapshot.observation.caller.is_staff);
        assert_eq!(!prepared.decision.approved.is_empty(), sees_work_to_do, "{token}");
        let error = stage.refused(&wanting(&WANTED[..1])).await;
        assert!(matches!(error, Error::PartialView(_)), "{token}: {error}");
        assert_eq!(error.to_string().contains("is shown everything"), token == tokens::SUPPORT, "{error}");
    }
}

#[tokio::test]
async fn a_partial_view_that_is_meant_creates_and_does_not_remove() {
    let stage = Stage::new(WORLD).await.with_caller(tokens::SUPPORT);
    let document = document(&wanting(&WANTED));
    let mut request = request(&document);
    request.partial_view = true;
    expect![[r#"
        + cluster-a member dave: created
        - cluster-a viewer bob: failed
        not converged
    "#]]
    .assert_eq(&told(&stage.run(&request).await.unwrap()));
    assert_eq!(stage.writes(), ["POST 201", "DELETE 403"]);
    assert!(stage.live().contains(&"cluster-a viewer bob".to_owned()));
}

#[tokio::test]
async fn only_who_means_a_partial_view_is_told_that_there_is_nothing_to_do() {
    let stage = Stage::new("HPC cluster-a: admin alice").await.with_caller(tokens::SUPPORT);
    let document = document(&wanting(&["cluster-a admin alice"]));
    let mut request = request(&document);
    assert!(matches!(stage.run(&request).await, Err(Error::PartialView(_))));
    request.partial_view = true;
    assert_eq!(told(&stage.run(&request).await.unwrap()), "nothing to do\n");
}

/// Staff until the request, then no more.
pub(crate) fn demote(world: &mut World) {
    world.change_user("staff", |it| it.is_staff = false);
}

#[tokio::test]
async fn a_second_look_that_shows_less_asks_who_we_are_before_anything_is_created() {
    let stage = Stage::new(WORLD).await;
    stage.trouble("GET", "resource_uuid=", 1, Act::before(|world, _| demote(world)));
    let error = stage.refused(&wanting(&WANTED)).await;
    assert!(matches!(error, Error::PartialView(_)), "{error}");
}

/// A change of the world, by name.
type Change = (&'static str, fn(&mut World));

/// What a staff token may become, besides being no staff token any more.
const BECOMES: [Change; 4] = [
    ("nobody", |_| {}),
    ("support", |world| world.change_user("staff", |it| it.is_support = true)),
    ("consumer", |world| {
        let owned = world.projects.get(world.project).unwrap().organisation;
        world.change_user("staff", |it| it.owns.push(owned));
    }),
    ("consumer of another organisation", |world| {
        let other = world.organisation("Other");
        let project = world.add_project(other, "Elsewhere");
        let [cluster_b, ..] = triple(world, "cluster-b member carol");
        world.resources.get_mut(cluster_b).unwrap().project = project;
        world.change_user("staff", |it| it.owns.push(other));
    }),
];

#[tokio::test]
async fn a_token_that_becomes_less_at_any_request_does_no_harm() {
    let wanted = wanting(&WANTED);
    let undisturbed = Stage::new(WORLD).await;
    undisturbed.pass(&wanted).await;
    let requests = undisturbed.sandbox.world().requests.len();
    for (kind, change) in BECOMES {
        for nth in 1..=requests {
            let stage = Stage::of(in_words(WORLD)).await;
            let lessen = move |world: &mut World, _: &_| {
                change(world);
                demote(world);
            };
            stage.trouble("", "/", nth, Act::before(lessen));
            let document = document(&wanted);
            // Whether it fails, is refused, or goes through: nobody who should stay loses anything, nothing is double.
            let _ = stage.run(&request(&document)).await;
            let live = stage.live();
            for stays in ["cluster-a admin alice", "cluster-b member carol"] {
                let times = live.iter().filter(|it| *it == stays).count();
                assert_eq!(times, 1, "{kind} from request {nth} on: {stays}, {live:?}");
            }
            assert!(live.iter().filter(|it| *it == "cluster-a member dave").count() <= 1, "{kind}, {nth}: {live:?}");

            stage.calm();
            stage.sandbox.world().change_user("staff", |it| it.is_staff = true);
            stage.pass(&wanted).await;
            assert_eq!(stage.live(), WANTED, "{kind} from request {nth} on");
        }
    }
}

#[tokio::test]
async fn a_creation_that_failed_proves_nothing_the_next_one_goes_alone_too() {
    let stage = Stage::new("HPC cluster-a: admin alice\nusers: dave, erin, frank, grace").await;
    stage.trouble("POST", LINKS, 1, Act::Answer(Reply::json(400, "{}")));
    // Nobody sees what the second one made.
    let hide = |world: &mut World, _: &_| world.change_user("staff", |it| it.is_staff = false);
    stage.trouble("POST", LINKS, 2, Act::after(hide));
    let wanted: Vec<_> = ["dave", "erin", "frank", "grace"].map(|it| format!("cluster-a member {it}")).into();
    let wanted: Vec<_> = wanted.iter().map(String::as_str).chain(["cluster-a admin alice"]).collect();
    let document = document(&wanting(&wanted));
    let write_options = WriteOptions { parallelism: 4, ..PACE };
    let (_ask, stop) = watch::channel(false);
    let told = told(&run_until(&stage.client, &request(&document), write_options, stop).await.unwrap());
    assert!(told.contains("stopped: blind\n"), "{told}");
    assert_eq!(stage.writes(), ["POST 400", "POST 201"]);
}

#[tokio::test]
async fn a_token_that_is_turned_away_when_the_first_creation_is_read_back_is_told_as_such() {
    let stage = Stage::new("HPC cluster-a: admin alice\nusers: dave").await;
    let expire = |world: &mut World, _: &_| world.change_user("staff", |it| it.is_active = false);
    stage.trouble("POST", LINKS, 1, Act::after(expire));
    expect![[r#"
        + cluster-a member dave: created
        stopped: unauthorized
        not read again
    "#]]
    .assert_eq(&stage.pass(&wanting(&["cluster-a admin alice", "cluster-a member dave"])).await);
}

#[tokio::test]
async fn not_found_means_gone_only_to_staff_and_only_if_the_resource_does_not_list_it() {
    // The token is no staff token any more when the server says that there is no such link.
    let stage = Stage::new("HPC cluster-a: admin alice, viewer bob").await;
    stage.trouble("DELETE", LINKS, 1, Act::before(|world, _| demote(world)));
    let told = stage.pass(&wanting(&["cluster-a admin alice"])).await;
    assert!(told.starts_with("- cluster-a viewer bob: failed\n"), "{told}");
    assert_eq!(stage.writes(), ["DELETE 404"]);
    assert!(stage.live().contains(&"cluster-a viewer bob".to_owned()));

    // It is a staff token, and the server contradicts itself.
    let stage = Stage::new("HPC cluster-a: admin alice, viewer bob").await;
    stage.always("DELETE", LINKS, Act::Answer(Reply::json(404, "{}")));
    let told = stage.pass(&wanting(&["cluster-a admin alice"])).await;
    assert!(told.starts_with("- cluster-a viewer bob: failed\n"), "{told}");

    // It is a staff token when it asks, and not any more at the next removal.
    let stage = Stage::new("HPC cluster-a: admin alice, viewer bob, viewer carol").await;
    stage.trouble(
        "DELETE",
        LINKS,
        1,
        Act::before(|world, request| {
            let id = request.target.split('/').rev().nth(1).unwrap().parse().unwrap();
            world.unlink(id);
        }),
    );
    stage.trouble("DELETE", LINKS, 2, Act::before(|world, _| demote(world)));
    let told = stage.pass(&wanting(&["cluster-a admin alice"])).await;
    assert_eq!((told.matches(": gone already").count(), told.matches(": failed").count()), (1, 1), "{told}");
}

#[tokio::test]
async fn on_the_newer_api_only_staff_writes_whoever_asks_for_it() {
    for waldur in [Waldur::V8_0, Waldur::V8_1] {
        let stage = Stage::of(in_words("HPC cluster-a: admin alice\nusers: bob").on(waldur));
        let stage = stage.await.with_caller(tokens::SUPPORT);
        let yaml = wanting(&["cluster-a admin alice", "cluster-a member bob"]);
        let document = document(&yaml);
        let prepared = stage.prepare(&yaml).await;
        assert_eq!(prepared.decision.plan.creations.len(), 1, "it can plan");
        let error = stage.run(&PassRequest { partial_view: true, ..request(&document) }).await.unwrap_err();
        assert!(error.to_string().ends_with("it is shown everything, but cannot change anything"), "{error}");
        let stage = stage.with_caller(tokens::CONSUMER);
        let error = stage.run(&PassRequest { partial_view: true, ..request(&document) }).await.unwrap_err();
        assert!(error.to_string().contains("no grants but their own"), "{error}");
        assert_eq!(stage.live(), ["cluster-a admin alice"]);
    }
}

#[tokio::test]
async fn a_staff_token_that_is_narrower_than_its_owner_ends_the_pass_after_a_few_writes() {
    let people: Vec<_> = (1..=20).map(|it| format!("p{it}")).collect();
    for waldur in Waldur::ALL {
        let world = format!("HPC cluster-a: admin alice\nHPC cluster-b: admin alice\nusers: {}", people.join(", "));
        let stage = Stage::of(in_words(&world).on(waldur)).await;
        let (method, target) = Asked::Create.on(waldur);
        let no =
            || Act::Answer(Reply::json(403, r#"{"detail": "You do not have permission to perform this action."}"#));
        stage.always(method, target, no());
        let mut wanted = vec!["cluster-a admin alice".to_owned(), "cluster-b admin alice".to_owned()];
        wanted.extend(people.iter().map(|it| format!("cluster-a member {it}")));
        let wanted: Vec<_> = wanted.iter().map(String::as_str).collect();
        let yaml = wanting(&wanted);
        let report = stage.run(&request(&document(&yaml))).await.unwrap().report.unwrap();
        assert_eq!(report.steps.iter().filter(|(_, it)| it.is_failure()).count(), 5, "{waldur}: {report:?}");
        let Some(Stop::Unauthorized(Failure { help: Some(help), .. })) = &report.stopped else { panic!("{report:?}") };
        assert!(help.contains("the token is narrower than its owner"), "{help}");
        // What is forbidden now and then is a matter of that resource.
        stage.calm();
        (1..=4).for_each(|nth| stage.trouble(method, target, nth, no()));
        let told = stage.pass(&yaml).await;
        assert_eq!((told.matches(": failed").count(), told.matches(": created").count()), (4, 16), "{waldur}: {told}");
    }
}
