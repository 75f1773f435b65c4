//! The world changes while a pass is under way: others create, remove, delete, deactivate and terminate.

use expect_test::expect;
use grantsync::sandbox::{Act, World};

use crate::reconcile_support::{LINKS, Stage, link, rows, triple, unlink, wanting};

/// When a pass with one creation on `cluster-a` asks for what.
const READ_AGAIN: &str = "resource_uuid=";

fn before(change: impl FnMut(&mut World) + Send + 'static) -> Act {
    let mut change = change;
    Act::before(move |world, _| change(world))
}

#[tokio::test]
async fn what_somebody_else_created_since_the_snapshot_is_not_created_again() {
    let stage = Stage::new("HPC cluster-a: admin alice\nusers: bob").await;
    stage.trouble("GET", READ_AGAIN, 1, before(|it| _ = link(it, "cluster-a member bob")));
    let wanted = ["cluster-a admin alice", "cluster-a member bob"];
    assert_eq!(stage.pass(&wanting(&wanted)).await, "nothing to do\n");
    assert_eq!(stage.live(), wanted);
    assert_eq!(stage.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_row_that_the_list_left_out_is_not_created_again() {
    let stage = Stage::new("HPC cluster-a: admin alice, member bob").await;
    // It is hidden from the list, and nothing gives that away.
    stage.trouble("GET", "page=last", 1, before(|it| unlink(it, "cluster-a member bob")));
    stage.trouble("GET", "page=last", 1, Act::after(|it, _| _ = link(it, "cluster-a member bob")));
    let wanted = ["cluster-a admin alice", "cluster-a member bob"];
    assert_eq!(stage.pass(&wanting(&wanted)).await, "nothing to do\n");
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert_eq!(stage.asked("GET", READ_AGAIN), 1);
}

#[tokio::test]
async fn what_two_create_at_the_same_moment_is_one_row_after_the_next_pass() {
    let stage = Stage::new("HPC cluster-a: admin alice\nusers: bob").await;
    stage.trouble("POST", LINKS, 1, before(|it| _ = link(it, "cluster-a member bob")));
    let wanted = ["cluster-a admin alice", "cluster-a member bob"];
    expect![[r#"
        + cluster-a member bob: created
        not converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&wanted)).await);
    let smallest = rows(&stage.sandbox.world(), "cluster-a member bob")[0];
    expect![[r#"
        - cluster-a member bob (duplicate): removed
        converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&wanted)).await);
    assert_eq!(stage.live(), wanted);
    assert_eq!(rows(&stage.sandbox.world(), "cluster-a member bob"), [smallest]);
}

#[tokio::test]
async fn what_somebody_else_removed_first_is_gone() {
    let stage = Stage::new("HPC cluster-a: admin alice, member bob").await;
    stage.trouble("DELETE", LINKS, 1, before(|it| unlink(it, "cluster-a member bob")));
    expect![[r#"
        - cluster-a member bob: gone already
        converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&["cluster-a admin alice"])).await);
    // 404 may mean "not visible": who we are is asked, and the resource is read.
    assert_eq!(stage.asked("GET", "/api/users/me/"), 2);
}

#[tokio::test]
async fn what_somebody_else_removed_since_the_snapshot_comes_back_if_it_is_wanted() {
    let stage = Stage::new("HPC cluster-a: admin alice, member bob\nusers: carol").await;
    stage.trouble("GET", READ_AGAIN, 1, before(|it| unlink(it, "cluster-a member bob")));
    let wanted = ["cluster-a admin alice", "cluster-a member bob", "cluster-a member carol"];
    expect![[r#"
        + cluster-a member bob: created
        + cluster-a member carol: created
        converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&wanted)).await);
    assert_eq!(stage.live(), wanted);
}

#[tokio::test]
async fn inactive_users_of_live_links_are_looked_up_before_anything_is_created_for_them() {
    let stage = Stage::new("HPC cluster-a: member bob, admin alice").await;
    stage.sandbox.world().change_user("bob", |it| it.is_active = false);
    let wanted = wanting(&["cluster-a admin alice", "cluster-a viewer bob", "cluster-a member bob"]);
    assert_eq!(stage.pass(&wanted).await, "nothing to do\n");
    assert_eq!(stage.writes(), Vec::<String>::new());
    assert_eq!(stage.prepare(&wanted).await.decision.plan.skipped.len(), 1);
}

#[tokio::test]
async fn a_user_deactivated_in_mid_pass_is_a_failure_now_and_skipped_later() {
    let stage = Stage::new("HPC cluster-a: admin alice\nusers: bob").await;
    let deactivate = |it: &mut World| it.change_user("bob", |it| it.is_active = false);
    stage.trouble("POST", LINKS, 1, before(deactivate));
    let wanted = wanting(&["cluster-a admin alice", "cluster-a member bob"]);
    expect![[r#"
        + cluster-a member bob: failed
        not converged
    "#]]
    .assert_eq(&stage.pass(&wanted).await);
    assert_eq!(stage.pass(&wanted).await, "nothing to do\n");
    assert_eq!(stage.live(), ["cluster-a admin alice"]);
}

#[tokio::test]
async fn a_role_deleted_in_mid_pass_takes_nothing_else_with_it() {
    let delete = |it: &mut World| {
        let [_, role, _] = triple(it, "cluster-a member bob");
        it.delete_role(None, role);
    };
    let wanted = wanting(&["cluster-a admin alice", "cluster-a member bob", "cluster-a member carol"]);
    // Before the creation, and between snapshot and second look.
    for (method, target) in [("POST", LINKS), ("GET", READ_AGAIN)] {
        let stage =
            Stage::new("HPC cluster-a: admin alice, member carol, viewer bob\nHPC cluster-b: viewer dave").await;
        stage.trouble(method, target, 1, before(delete));
        let told = stage.pass(&wanted).await;
        assert!(told.contains("+ cluster-a member bob: failed\n"), "{told}");
        assert!(told.contains("- cluster-a viewer bob: held: replacement not created\n"), "{told}");
        assert!(told.contains("- cluster-b viewer dave: removed\n"), "{told}");
        assert_eq!(stage.live(), ["cluster-a admin alice", "cluster-a viewer bob"]);
        // Next time the role is unresolved: whoever should have it keeps what they have.
        let prepared = stage.prepare(&wanted).await;
        assert!(prepared.decision.plan.is_empty() && prepared.decision.plan.unresolved == 2);
        assert_eq!(prepared.decision.plan.held.len(), 1);
    }
}

#[tokio::test]
async fn a_resource_terminated_in_mid_pass_is_left_alone_from_the_next_pass_on() {
    let stage = Stage::new("HPC cluster-a: admin alice, viewer bob\nHPC cluster-b: admin alice\nusers: carol").await;
    let terminate = |it: &mut World| {
        let [resource, ..] = triple(it, "cluster-a admin alice");
        it.terminate(resource);
    };
    stage.trouble("GET", READ_AGAIN, 1, before(terminate));
    let wanted = wanting(&["cluster-a admin alice", "cluster-a member carol", "cluster-b admin alice"]);
    // The server takes links there all the same.
    expect![[r#"
        + cluster-a member carol: created
        - cluster-a viewer bob: removed
        converged
    "#]]
    .assert_eq(&stage.pass(&wanted).await);
    let fewer = wanting(&["cluster-b admin alice", "cluster-a viewer bob"]);
    assert_eq!(stage.pass(&fewer).await, "nothing to do\n");
    assert_eq!(stage.live().len(), 3);
}

#[tokio::test]
async fn a_resource_deleted_in_mid_pass_fails_what_was_to_come_and_nothing_else() {
    let stage = Stage::new("HPC cluster-a: admin alice\nHPC cluster-b: admin alice\nusers: bob").await;
    let delete = |it: &mut World| {
        let [resource, ..] = triple(it, "cluster-a admin alice");
        it.delete_resource(None, resource);
    };
    stage.trouble("POST", LINKS, 1, before(delete));
    let wanted = ["cluster-a admin alice", "cluster-a member bob", "cluster-b admin alice", "cluster-b member bob"];
    let told = stage.pass(&wanting(&wanted)).await;
    assert!(told.contains("+ cluster-a member bob: failed\n"), "{told}");
    assert!(told.contains("+ cluster-b member bob: created\n"), "{told}");
    assert_eq!(stage.live(), ["cluster-b admin alice", "cluster-b member bob"]);
}

#[tokio::test]
async fn a_link_of_a_role_made_in_mid_pass_is_not_taken_for_one_in_scope() {
    let stage = Stage::new("HPC cluster-a: admin alice\nHPC cluster-b: admin alice\nusers: bob, carol").await;
    // It comes into being after roles were listed: nobody knows its name, which the scope excludes.
    let appear = |it: &mut World| {
        let [resource, admin, user] = triple(it, "cluster-a admin carol");
        let offering = it.roles.get(admin).unwrap().offering;
        let role = it.role(offering, "auditor");
        it.link(resource, role, user);
    };
    stage.trouble("GET", READ_AGAIN, 1, before(appear));
    let wanted = wanting(&["cluster-a admin alice", "cluster-a member bob", "cluster-b admin alice"]);
    let wanted = wanted.replace("scope: all", "scope: {exclude: {roles: [\"audit*\"]}}");
    expect![[r#"
        + cluster-a member bob: created
        converged
    "#]]
    .assert_eq(&stage.pass(&wanted).await);
    assert!(stage.live().contains(&"cluster-a auditor carol".to_owned()));
}

#[tokio::test]
async fn whoever_turns_out_to_be_missing_is_looked_up_before_they_come_back() {
    let stage = Stage::new("HPC cluster-a: admin alice, member bob\nusers: carol").await;
    stage.trouble(
        "GET",
        READ_AGAIN,
        1,
        before(|it| {
            unlink(it, "cluster-a member bob");
            it.change_user("bob", |it| it.is_active = false);
        }),
    );
    let wanted = ["cluster-a admin alice", "cluster-a member bob", "cluster-a member carol"];
    expect![[r#"
        + cluster-a member carol: created
        converged
    "#]]
    .assert_eq(&stage.pass(&wanting(&wanted)).await);
}
