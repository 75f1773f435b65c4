//! Ends of links while they are sent: only the row that was seen is changed, and the report says what became of it.

use expect_test::{Expect, expect};
use grantsync::plan::Hold;
use grantsync::reconcile::Pass;
use grantsync::report::Outcome;
use grantsync::sandbox::{Act, Reply, Waldur, World};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::reconcile_support::{PACE, Stage, document, in_words, request, run_until, told, triple};

/// The versions that keep ends.
const NEWER: [Waldur; 2] = [Waldur::V8_0, Waldur::V8_1];
const UPDATE: &str = "/update_user/";
/// A role that lasts longer, one that ends earlier, one that ends no more, one to create and one to remove.
const WORLD: &str = "HPC cluster-a: admin alice, admin bob, admin carol, viewer dave\nusers: erin";
const ENDS: [(&str, &str); 3] = [
    ("cluster-a admin alice", "2027-04-01T00:00:00Z"),
    ("cluster-a admin bob", "2027-07-01T00:00:00Z"),
    ("cluster-a admin carol", "2027-07-01T00:00:00Z"),
];
const WANTED: &str = "
scope: all
limits: {removals: 1000, removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, user: alice, until: 2027-06-30}
  - {resource: cluster-a, role: admin, user: bob, until: 2027-01-10}
  - {resource: cluster-a, role: admin, user: carol}
  - {resource: cluster-a, role: viewer, user: erin, until: 2027-12-31}
";
const LIVE: [&str; 4] = [
    "cluster-a admin alice until 2027-07-01T00:00:00Z",
    "cluster-a admin bob until 2027-01-11T00:00:00Z",
    "cluster-a admin carol",
    "cluster-a viewer erin until 2028-01-01T00:00:00Z",
];

/// Gives a live link an end, or none, past the application.
fn end(world: &mut World, text: &str, at: Option<&str>) {
    let [resource, role, user] = triple(world, text);
    let at: Option<Timestamp> = at.map(|it| it.parse().unwrap());
    let of = |it: &grantsync::sandbox::second::Grant| {
        it.is_active() && [it.scope.id(), it.role, it.user] == [resource, role, user]
    };
    let ids: Vec<_> = world.second.grants.iter().filter(|it| of(it)).map(|it| it.id).collect();
    assert!(!ids.is_empty(), "{text}");
    for id in ids {
        world.second.grants.get_mut(id).unwrap().end = at;
    }
}

async fn stage(waldur: Waldur, world: &str, ends: &[(&str, &str)]) -> Stage {
    let mut world = in_words(world).on(waldur);
    for (text, at) in ends {
        end(&mut world, text, Some(at));
    }
    Stage::of(world).await
}

/// The writes that arrived, each by the last word of its path.
fn verbs(stage: &Stage) -> Vec<String> {
    let world = stage.sandbox.world();
    let writes = world.requests.iter().filter(|it| it.method == "POST");
    writes.map(|it| it.target.trim_end_matches('/').rsplit('/').next().unwrap().to_owned()).collect()
}

/// The second pass has nothing to do.
async fn converged(stage: &Stage, yaml: &str, live: &[&str]) {
    stage.calm();
    stage.pass(yaml).await;
    assert_eq!(stage.live(), live);
    stage.calm();
    assert_eq!(stage.pass(yaml).await, "nothing to do\n");
}

/// What became of the only change of an end.
fn outcome(pass: &Pass) -> &Outcome {
    let report = pass.report.as_ref().unwrap();
    let mut changes = report.steps.iter().filter(|(step, _)| step.end_change().is_some());
    let (_, outcome) = changes.next().unwrap();
    assert!(changes.next().is_none());
    outcome
}

#[tokio::test]
async fn access_is_given_and_prolonged_before_it_is_shortened_and_removed() {
    for waldur in NEWER {
        let stage = stage(waldur, WORLD, &ENDS).await;
        expect![[r#"
            + cluster-a viewer erin: created
            - cluster-a viewer dave: removed
            ~ cluster-a admin alice: end changed
            ~ cluster-a admin bob: end changed
            ~ cluster-a admin carol: end changed
            converged
        "#]]
        .assert_eq(&stage.pass(WANTED).await);
        let removal = if waldur == Waldur::V8_0 { "delete_user" } else { "revoke" };
        assert_eq!(verbs(&stage), ["add_user", "update_user", "update_user", "update_user", removal], "{waldur}");
        assert_eq!(stage.live(), LIVE);
        converged(&stage, WANTED, &LIVE).await;
    }
}

#[tokio::test]
async fn whatever_is_answered_the_report_says_what_became_of_the_end() {
    let yaml = "scope: all\nlimits: {removals: 9, removal_percent: 100}\nbindings:\n  - {resource: cluster-a, role: viewer, user: keeper}\n";
    let longer = format!("{yaml}  - {{resource: cluster-a, role: admin, user: alice, until: 2027-06-30}}\n");
    let shorter = format!("{yaml}  - {{resource: cluster-a, role: admin, user: alice, until: 2027-01-10}}\n");
    for waldur in NEWER {
        for (yaml, live) in [(&longer, "2027-07-01"), (&shorter, "2027-01-11")] {
            for (act, became) in [
                (Act::LoseAnswer, "end changed"),
                (Act::AnswerAfter(Reply::html(502)), "end changed"),
                (Act::AnswerAfter(Reply::html(500)), "end changed"),
                (Act::AnswerAfter(Reply::html(200)), "end changed"),
                (Act::AnswerAfter(Reply::json(200, r#"{"expiration_time": null}"#)), "end changed"),
                (Act::HangUp, "unknown"),
                (Act::Answer(Reply::html(500)), "unknown"),
                (Act::Answer(Reply::html(503)), "unknown"),
                (Act::Answer(Reply::json(200, r#"{"expiration_time": null}"#)), "unknown"),
                (Act::Answer(Reply::json(400, r#"{"role": ["Role is not found."]}"#)), "failed"),
            ] {
                let stage = stage(waldur, "HPC cluster-a: admin alice, viewer keeper", &ENDS[..1]).await;
                stage.always("POST", UPDATE, act.clone());
                let document = document(yaml);
                let pass = stage.run(&request(&document)).await.unwrap();
                let outcome = outcome(&pass);
                let live = format!("cluster-a admin alice until {live}T00:00:00Z");
                let changed = stage.live() == [&*live, "cluster-a viewer keeper"];
                assert_eq!(changed, became == "end changed", "{waldur} {act:?}");
                let told = match outcome {
                    Outcome::EndSet => "end changed",
                    Outcome::Unknown(_) => "unknown",
                    Outcome::Failed(_) => "failed",
                    other => panic!("{other}"),
                };
                assert_eq!(told, became, "{waldur} {act:?}");
                assert_eq!(stage.asked("POST", UPDATE), 1, "{waldur} {act:?}: it is not sent twice in a pass");
                converged(&stage, yaml, &[&live, "cluster-a viewer keeper"]).await;
            }
        }
    }
}

/// One pass of one change of an end, with something that happens between the plan and the request.
async fn between(waldur: Waldur, yaml: &str, act: fn(&mut World)) -> (Stage, Outcome) {
    let stage = stage(waldur, "HPC cluster-a: admin alice, viewer keeper", &ENDS[..1]).await;
    // The last look before an end is sent is the first at user and role.
    stage.trouble("GET", "role_uuid=", 1, Act::before(move |world, _| act(world)));
    let document = document(yaml);
    let pass = stage.run(&request(&document)).await.unwrap();
    let outcome = outcome(&pass).clone();
    (stage, outcome)
}

#[tokio::test]
async fn an_end_is_changed_only_of_the_one_row_that_was_seen() {
    let alice = "cluster-a admin alice";
    let other_end: fn(&mut World) = |world| end(world, "cluster-a admin alice", Some("2027-05-01T00:00:00Z"));
    let wanted_end: fn(&mut World) = |world| end(world, "cluster-a admin alice", Some("2027-07-01T00:00:00Z"));
    let second_row: fn(&mut World) = |world| {
        let triple = triple(world, "cluster-a admin alice");
        world.link_as(triple, |it| it.end = Some("2027-08-01T00:00:00Z".parse().unwrap()));
    };
    let gone: fn(&mut World) = |world| crate::reconcile_support::unlink(world, "cluster-a admin alice");
    let yaml = |until: &str| {
        let alice = format!("  - {{resource: cluster-a, role: admin, user: alice, until: {until}}}\n");
        format!(
            "scope: all\nlimits: {{removals: 9, removal_percent: 100}}\nbindings:\n{alice}  - {{resource: cluster-a, role: viewer, user: keeper}}\n"
        )
    };
    for waldur in NEWER {
        // A later end, an end soon, and one that is earlier and more than a month away.
        for until in ["2027-06-30", "2027-01-10", "2027-03-15"] {
            for act in [other_end, second_row, gone] {
                let (stage, outcome) = between(waldur, &yaml(until), act).await;
                assert_eq!(outcome, Outcome::Held(Hold::Row), "{waldur} until {until}");
                assert_eq!(stage.asked("POST", UPDATE), 0);
            }
        }
        // Somebody else was quicker.
        let (stage, outcome) = between(waldur, &yaml("2027-06-30"), wanted_end).await;
        assert_eq!(outcome, Outcome::EndSet, "{waldur}");
        assert_eq!(stage.asked("POST", UPDATE), 0);
        assert_eq!(stage.live(), [&*format!("{alice} until 2027-07-01T00:00:00Z"), "cluster-a viewer keeper"]);
    }
}

#[tokio::test]
async fn an_end_that_the_list_does_not_show_is_unknown_and_not_sent_again() {
    let yaml = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice, until: 2027-06-30}\n";
    let stage = stage(Waldur::V8_1, "HPC cluster-a: admin alice", &ENDS[..1]).await;
    // A replica that stays behind: the end is set back for each look, and nobody is told.
    let behind = Act::before(|world, _| end(world, "cluster-a admin alice", Some("2027-04-01T00:00:00Z")));
    stage.sandbox.world().faults.push(grantsync::sandbox::Fault::on("GET", "role_uuid=", behind).from(2));
    let document = document(yaml);
    let pass = stage.run(&request(&document)).await.unwrap();
    let outcome = outcome(&pass);
    assert!(outcome.to_string().contains("the list of links does not show it"), "{outcome}");
    assert_eq!(stage.asked("POST", UPDATE), 1);
    converged(&stage, yaml, &["cluster-a admin alice until 2027-07-01T00:00:00Z"]).await;
}

#[tokio::test]
async fn of_duplicates_the_end_is_changed_once_one_row_is_left() {
    let yaml = "scope: all\nlimits: {removals: 9, removal_percent: 100}\nbindings:\n  - {resource: cluster-a, role: admin, user: alice, until: 2027-06-30}\n";
    let stage = stage(Waldur::V8_1, "HPC cluster-a: admin alice, admin alice", &ENDS[..1]).await;
    expect![[r#"
        - cluster-a admin alice (duplicate): removed
        ~ cluster-a admin alice: end changed
        converged
    "#]]
    .assert_eq(&stage.pass(yaml).await);
    assert_eq!(verbs(&stage), ["revoke", "update_user"]);
    converged(&stage, yaml, &["cluster-a admin alice until 2027-07-01T00:00:00Z"]).await;
}

#[tokio::test]
async fn interrupted_at_any_write_the_next_pass_does_the_rest() {
    for waldur in NEWER {
        for nth in 1..=5 {
            let stage = stage(waldur, WORLD, &ENDS).await;
            let (ask, stop) = watch::channel(false);
            stage.trouble("POST", "/", nth, Act::before(move |_, _| _ = ask.send(true)));
            let document = document(WANTED);
            let told = told(&run_until(&stage.client, &request(&document), PACE, stop).await.unwrap());
            assert_eq!(told.matches(": not sent").count(), 5 - nth, "{waldur} {nth}: {told}");
            assert_eq!(verbs(&stage).len(), nth);
            converged(&stage, WANTED, &LIVE).await;
        }
    }
}

/// Others create the link while it is sent, each with an end and a source; what is told, and what is live then.
async fn meanwhile(rows: &'static [(Option<&str>, &str)], told_as: Expect, live: &[&str]) {
    let yaml = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}\n  - {resource: cluster-a, role: viewer, user: bob, until: 2027-06-30}\n";
    let stage = stage(Waldur::V8_1, "HPC cluster-a: admin alice\nusers: bob", &[]).await;
    // The server has too much to do, and the look before the second try finds them.
    stage.trouble("POST", "/add_user/", 1, Act::Answer(Reply::html(503)));
    let act = Act::before(move |world, _| {
        let triple = triple(world, "cluster-a viewer bob");
        for (end, source) in rows {
            world.link_as(triple, |it| {
                it.end = end.map(|it| it.parse().unwrap());
                (*source).clone_into(&mut it.source);
            });
        }
    });
    stage.trouble("GET", "role_uuid=", 1, act);
    told_as.assert_eq(&stage.pass(yaml).await);
    assert_eq!(stage.live(), [&["cluster-a admin alice"], live].concat());
    assert_eq!(stage.asked("POST", "/add_user/"), 1, "nothing is created beside it");
}

#[tokio::test]
async fn a_link_that_appears_meanwhile_never_ends_too_early_and_others_keep_theirs() {
    const BOB: &str = "cluster-a viewer bob";
    let wanted = "cluster-a viewer bob until 2027-07-01T00:00:00Z";
    meanwhile(
        &[(Some("2027-03-01T00:00:00Z"), "")],
        expect![[r#"
        + cluster-a viewer bob: adopted
        converged
    "#]],
        &[wanted],
    )
    .await;
    // One that lasts too long is for the next plan, which every gate looks at.
    meanwhile(
        &[(None, "")],
        expect![[r#"
        + cluster-a viewer bob: adopted
        not converged
    "#]],
        &[BOB],
    )
    .await;
    meanwhile(
        &[(None, "rule:1")],
        expect![[r#"
        + cluster-a viewer bob: failed
        not converged
    "#]],
        &[BOB],
    )
    .await;
    // Beside a row of another automation, one of ours is the one, in whichever order they come.
    meanwhile(
        &[(None, "rule:1"), (Some("2027-07-01T00:00:00Z"), "")],
        expect![[r#"
        + cluster-a viewer bob: adopted
        converged
    "#]],
        &[BOB, wanted],
    )
    .await;
    meanwhile(
        &[(Some("2027-07-01T00:00:00Z"), ""), (None, "rule:1")],
        expect![[r#"
        + cluster-a viewer bob: adopted
        converged
    "#]],
        &[BOB, wanted],
    )
    .await;
}

#[tokio::test]
async fn a_server_that_keeps_no_ends_is_never_asked_for_one() {
    let stage = Stage::of(in_words(WORLD)).await;
    stage.pass(WANTED).await;
    assert_eq!(stage.asked("POST", UPDATE), 0);
    assert_eq!(stage.live().len(), 4);
    assert_eq!(stage.pass(WANTED).await, "nothing to do\n");
}
