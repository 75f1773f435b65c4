//! Answers that get lost: nothing is made twice, and what is not known is said.

use expect_test::expect;
use grantsync::report::{Outcome, Stop};
use grantsync::sandbox::{Act, Fault, Reply, World};

use crate::reconcile_support::{LINKS, Stage, document, link, request, triple, wanting};

const WORLD: &str = "HPC cluster-a: admin alice\nusers: bob, carol";
const BOTH: [&str; 3] = ["cluster-a admin alice", "cluster-a member bob", "cluster-a member carol"];

fn user(stage: &Stage, name: &str) -> String {
    let [_, _, id] = triple(&stage.sandbox.world(), &format!("cluster-a admin {name}"));
    id.simple().to_string()
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_after_the_commit_is_adopted() {
    for act in [Act::LoseAnswer, Act::AnswerAfter(Reply::html(502)), Act::CutBody(20)] {
        let stage = Stage::new(WORLD).await;
        stage.trouble("POST", LINKS, 1, act);
        expect![[r#"
            + cluster-a member bob: adopted
            + cluster-a member carol: created
            converged
        "#]]
        .assert_eq(&stage.pass(&wanting(&BOTH)).await);
        assert_eq!(stage.live(), BOTH);
        assert_eq!(stage.asked("POST", LINKS), 2);
    }
}

#[tokio::test]
async fn a_creation_that_got_lost_on_the_way_is_unknown_and_sent_again_only_by_the_next_pass() {
    for act in [Act::HangUp, Act::Answer(Reply::html(502)), Act::Answer(Reply::html(504))] {
        let stage = Stage::new(WORLD).await;
        stage.trouble("POST", LINKS, 2, act);
        expect![[r#"
            + cluster-a member bob: created
            + cluster-a member carol: unknown
            not converged
        "#]]
        .assert_eq(&stage.pass(&wanting(&BOTH)).await);
        assert_eq!(stage.asked("POST", LINKS), 2);
        expect![[r#"
            + cluster-a member carol: created
            converged
        "#]]
        .assert_eq(&stage.pass(&wanting(&BOTH)).await);
        assert_eq!(stage.live(), BOTH);
    }
}

#[tokio::test]
async fn a_creation_answered_503_or_500_is_sent_again_in_the_same_pass_once_a_look_shows_nothing() {
    for status in [503, 500] {
        let stage = Stage::new(WORLD).await;
        stage.trouble("POST", LINKS, 1, Act::Answer(Reply::html(status)));
        expect![[r#"
            + cluster-a member bob: created
            + cluster-a member carol: created
            converged
        "#]]
        .assert_eq(&stage.pass(&wanting(&BOTH)).await);
        assert_eq!(stage.writes(), [&*format!("POST {status}"), "POST 201", "POST 201"]);
        assert_eq!(stage.live(), BOTH);

        // The look shows that it was carried out all the same.
        let stage = Stage::new(WORLD).await;
        stage.trouble("POST", LINKS, 1, Act::AnswerAfter(Reply::html(status)));
        expect![[r#"
            + cluster-a member bob: adopted
            + cluster-a member carol: created
            converged
        "#]]
        .assert_eq(&stage.pass(&wanting(&BOTH)).await);
        assert_eq!(stage.asked("POST", LINKS), 2);
        assert_eq!(stage.live(), BOTH);
    }
}

#[tokio::test]
async fn a_creation_that_is_always_answered_500_is_unknown_after_a_few_tries() {
    let stage = Stage::new(WORLD).await;
    stage.always("POST", LINKS, Act::Answer(Reply::html(500)));
    expect![[r#"
        + cluster-a member bob: unknown
        not converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&BOTH[..2])).await);
    assert_eq!(stage.asked("POST", LINKS), 4);
}

#[tokio::test]
async fn a_creation_that_arrives_late_is_found_by_the_next_pass() {
    let stage = Stage::new(WORLD).await;
    stage.trouble("POST", LINKS, 2, Act::HangUp);
    stage.pass(&wanting(&BOTH)).await;
    link(&mut stage.sandbox.world(), "cluster-a member carol");
    assert_eq!(stage.pass(&wanting(&BOTH)).await, "nothing to do\n");
    assert_eq!(stage.live(), BOTH);
}

#[tokio::test]
async fn a_creation_whose_fate_cannot_be_looked_up_stays_unknown() {
    let stage = Stage::new(WORLD).await;
    stage.trouble("POST", LINKS, 1, Act::LoseAnswer);
    // Only what looks for the one triple asks for the user.
    let of_bob = format!("user_uuid={}", user(&stage, "bob"));
    stage.always("GET", &of_bob, Act::Answer(Reply::json(403, "{}")));
    expect![[r#"
        + cluster-a member bob: unknown
        + cluster-a member carol: created
        not converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&BOTH)).await);
    stage.calm();
    assert_eq!(stage.pass(&wanting(&BOTH)).await, "nothing to do\n");
    assert_eq!(stage.live(), BOTH);
}

#[tokio::test]
async fn a_creation_that_was_certainly_not_looked_at_is_sent_again() {
    let stage = Stage::new(WORLD).await;
    for nth in [1, 2] {
        let busy = Reply::json(429, r#"{"detail": "Request was throttled."}"#).header("retry-after", "0");
        stage.trouble("POST", LINKS, nth, Act::Answer(busy));
    }
    expect![[r#"
        + cluster-a member bob: created
        + cluster-a member carol: created
        converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&BOTH)).await);
    assert_eq!(stage.writes(), ["POST 429", "POST 429", "POST 201", "POST 201"]);
    assert_eq!(stage.live(), BOTH);
}

#[tokio::test]
async fn a_refused_creation_is_a_failure_and_not_looked_for() {
    let stage = Stage::new(WORLD).await;
    stage.trouble("POST", LINKS, 1, Act::Answer(Reply::json(400, r#"{"user": ["No."]}"#)));
    expect![[r#"
        + cluster-a member bob: failed
        + cluster-a member carol: created
        not converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&BOTH)).await);
    assert_eq!(stage.asked("GET", &format!("user_uuid={}", user(&stage, "bob"))), 0);
}

#[tokio::test]
async fn a_removal_is_sent_again_until_it_is_known_what_became_of_it() {
    // Lost on the way: the second one removes. Lost on the way back: the second one finds nothing, and that is checked.
    for (act, outcome, checks) in [(Act::HangUp, "removed", 0), (Act::LoseAnswer, "gone already", 1)] {
        let stage = Stage::new("HPC cluster-a: admin alice, member bob").await;
        stage.trouble("DELETE", LINKS, 1, act);
        let told = stage.pass(&wanting(&["cluster-a admin alice"])).await;
        assert_eq!(told, format!("- cluster-a member bob: {outcome}\nconverged\n"));
        assert_eq!(stage.asked("DELETE", LINKS), 2);
        // Once at the beginning, and once more for each check.
        assert_eq!(stage.asked("GET", "/api/users/me/"), 1 + checks);
        assert_eq!(stage.live(), ["cluster-a admin alice"]);
    }
}

#[tokio::test]
async fn a_removal_that_is_never_answered_is_unknown() {
    let stage = Stage::new("HPC cluster-a: admin alice, member bob").await;
    stage.always("DELETE", LINKS, Act::LoseAnswer);
    // Whatever happens to the first try, the others find nothing and are not heard either.
    expect![[r#"
        - cluster-a member bob: unknown
        not converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&["cluster-a admin alice"])).await);
    stage.calm();
    assert_eq!(stage.pass(&wanting(&["cluster-a admin alice"])).await, "nothing to do\n");
}

#[tokio::test]
async fn a_server_that_goes_down_in_mid_pass_is_not_asked_for_every_step_that_is_left() {
    let people: Vec<_> = (10..99).map(|it| format!("u{it}")).collect();
    let stage = Stage::new(&format!("HPC cluster-a: admin alice, viewer bob\nusers: {}", people.join(", "))).await;
    let down = |world: &mut World, _: &_| world.faults.push(Fault::on("", "", Act::Answer(Reply::html(503))));
    let wanted: Vec<_> = people.iter().map(|it| format!("cluster-a member {it}")).collect();
    let wanted: Vec<_> = wanted.iter().map(|it| &**it).chain(["cluster-a admin alice"]).collect();
    for target in ["POST", "DELETE"] {
        stage.trouble(target, LINKS, 3, Act::after(down));
        let document = document(&wanting(if target == "POST" { &wanted } else { &["cluster-a admin alice"] }));
        let report = stage.run(&request(&document)).await.unwrap().report.unwrap();
        assert_eq!(report.count(|_, outcome| outcome.is_done()), 3, "{target}");
        assert_eq!(report.count(|_, outcome| outcome.is_failure()), 1, "{target}");
        assert!(matches!(report.stopped, Some(Stop::Down(_))) && report.count(|_, it| *it == Outcome::Unsent) > 80);
        stage.calm();
        stage.pass(&wanting(&wanted)).await;
        assert_eq!(stage.live().len(), wanted.len(), "{target}");
        stage.calm();
    }
}
