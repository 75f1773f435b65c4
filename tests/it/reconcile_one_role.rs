//! Servers that let a user have one role on a resource: a change of role is held there, or the old role goes first.

use expect_test::{Expect, expect};
use grantsync::sandbox::{Act, Reply, Waldur};

use crate::reconcile_support::{Stage, in_words, wanting};
use crate::verbs::Bench;

const WORLD: &str = "HPC cluster-a: viewer alice, viewer bob";
const WANTED: [&str; 2] = ["cluster-a admin alice", "cluster-a viewer bob"];
const ADD: &str = "/add_user/";

async fn stage(waldur: Waldur) -> Stage {
    let mut world = in_words(WORLD).on(waldur);
    world.second.switches.one_role = true;
    Stage::of(world).await
}

fn remove_first() -> String {
    format!("replace: remove-first\n{}", wanting(&WANTED))
}

/// One pass of a role change that is to remove first, with trouble for creations.
async fn check(trouble: impl IntoIterator<Item = (usize, Act)>, told: Expect, live: &[&str]) {
    let stage = stage(Waldur::V8_1).await;
    for (nth, act) in trouble {
        stage.trouble("POST", ADD, nth, act);
    }
    told.assert_eq(&stage.pass(&remove_first()).await);
    assert_eq!(stage.live(), live);
}

#[tokio::test]
async fn a_second_role_is_held_and_nobody_loses_one() {
    let told = expect![[r#"
        + cluster-a admin alice: held: the server allows one role for each user on a resource, and another one is there
        - cluster-a viewer alice: held: replacement not created
        nothing touched
    "#]];
    for waldur in [Waldur::V8_0, Waldur::V8_1] {
        let stage = stage(waldur).await;
        told.assert_eq(&stage.pass(&wanting(&WANTED)).await);
        assert_eq!(stage.live(), ["cluster-a viewer alice", "cluster-a viewer bob"]);
    }
}

#[tokio::test]
async fn the_old_role_goes_first_where_the_files_say_so() {
    let told = expect![[r#"
        + cluster-a admin alice: created
        - cluster-a viewer alice: removed
        converged
    "#]];
    for waldur in [Waldur::V8_0, Waldur::V8_1] {
        let stage = stage(waldur).await;
        told.assert_eq(&stage.pass(&remove_first()).await);
        assert_eq!(stage.live(), WANTED);
        assert_eq!(stage.asked("POST", ADD), 2, "{waldur}: refused, then made");
    }
}

#[tokio::test]
async fn a_server_without_the_switch_is_never_asked_to_remove_first() {
    let stage = Stage::of(in_words(WORLD).on(Waldur::V8_1)).await;
    stage.always(
        "POST",
        "/revoke/",
        Act::before(|world, _| {
            assert!(world.triples().contains(&"cluster-a admin alice".to_owned()), "{:?}", world.triples());
        }),
    );
    stage.pass(&remove_first()).await;
    assert_eq!(stage.live(), WANTED);
}

#[tokio::test]
async fn the_old_role_is_put_back_if_the_new_one_does_not_come() {
    // The first creation is refused because of the other role; the second comes after that was removed.
    let no = || Act::Answer(Reply::json(400, r#"{"role": ["No."]}"#));
    check(
        [(2, no())],
        expect![[r#"
        + cluster-a admin alice: failed
        - cluster-a viewer alice: held: replacement not created
        not converged
    "#]],
        &["cluster-a viewer alice", "cluster-a viewer bob"],
    )
    .await;
    // Also if that takes more than one try.
    check(
        [(2, no()), (3, Act::Answer(Reply::html(503)))],
        expect![[r#"
            + cluster-a admin alice: failed
            - cluster-a viewer alice: held: replacement not created
            not converged
        "#]],
        &["cluster-a viewer alice", "cluster-a viewer bob"],
    )
    .await;
}

#[tokio::test]
async fn a_new_role_whose_answer_is_lost_is_there_or_the_old_one_is_put_back() {
    check(
        [(2, Act::LoseAnswer)],
        expect![[r#"
        + cluster-a admin alice: adopted
        - cluster-a viewer alice: removed
        converged
    "#]],
        &WANTED,
    )
    .await;
    check(
        [(2, Act::HangUp)],
        expect![[r#"
        + cluster-a admin alice: unknown
        - cluster-a viewer alice: held: replacement not created
        not converged
    "#]],
        &["cluster-a viewer alice", "cluster-a viewer bob"],
    )
    .await;
}

#[tokio::test]
async fn who_has_neither_role_in_the_end_is_told() {
    let no = || Act::Answer(Reply::json(400, r#"{"role": ["No."]}"#));
    check(
        [(2, no()), (3, no())],
        expect![[r#"
        + cluster-a admin alice: failed
        - cluster-a viewer alice: removed
        not converged
    "#]],
        &["cluster-a viewer bob"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_says_why_it_is_held_and_what_to_do() {
    let mut world = in_words(WORLD).on(Waldur::V8_1);
    world.second.switches.one_role = true;
    let bench = Bench::new(world).await;
    bench.write("grants.yaml", &wanting(&WANTED));
    let ended =
        bench.run("apply -f grants.yaml --auto-approve --report json=report.json --report github=out.txt").await;
    assert_eq!(ended.code, Some(3), "held, not failed: {ended:?}");
    let report: serde_json::Value = serde_json::from_str(&bench.text("report.json")).unwrap();
    let hold = &report["results"][0]["outcome"]["hold"];
    assert_eq!(hold["kind"], "one-role", "{report}");
    assert!(hold["help"].as_str().unwrap().contains("`replace: remove-first`"), "{report}");
    assert!(bench.text("out.txt").contains("1 step held: the server allows one role"), "{}", bench.text("out.txt"));
}

#[tokio::test]
async fn what_a_gate_holds_is_not_removed_first() {
    let stage = stage(Waldur::V8_1).await;
    for more in ["mode: add-only", "protect: [alice]", "limits: {removals: 0}"] {
        let yaml = remove_first();
        let yaml = if more.starts_with("limits") {
            yaml.replace("limits: {removals: 1000, removal_percent: 100}", more)
        } else {
            format!("{more}\n{yaml}")
        };
        let told = stage.pass(&yaml).await;
        assert!(told.contains("+ cluster-a admin alice: held"), "{more}: {told}");
        assert_eq!(stage.live(), ["cluster-a viewer alice", "cluster-a viewer bob"], "{more}");
    }
}

#[tokio::test]
async fn an_end_is_put_back_with_its_role() {
    let mut world = in_words(WORLD).on(Waldur::V8_1);
    world.second.switches.one_role = true;
    let viewer = world.active_links().next().unwrap().1.id;
    let end: jiff::Timestamp = "2099-01-01T00:00:00Z".parse().unwrap();
    world.second.grants.get_mut(viewer).unwrap().end = Some(end);
    let stage = Stage::of(world).await;
    stage.trouble("POST", ADD, 2, Act::Answer(Reply::json(400, r#"{"role": ["No."]}"#)));
    stage.pass(&remove_first()).await;
    assert_eq!(stage.live(), ["cluster-a viewer alice until 2099-01-01T00:00:00Z", "cluster-a viewer bob"]);
}
