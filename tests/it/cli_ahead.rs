//! Looking ahead: plans for another time, grants that end soon, and names looked up before anything is planned.

use expect_test::expect;

use crate::cli_support::{Desk, Ran};

const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: carol";

#[tokio::test]
async fn a_plan_for_a_day_begins_at_midnight_in_the_time_zone_of_the_files() {
    let yaml = "scope: all\ntimezone: Asia/Tokyo\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}\n  - {resource: cluster-a, role: viewer, user: bob, until: 2099-03-31}\n";
    let desk = Desk::new(WORLD, yaml).await;
    let plan = async |as_of: &str| {
        let Ran { stdout, code, .. } = desk.run(&format!("plan -f grants.yaml --as-of {as_of}")).await;
        assert_eq!(code, Some(0));
        stdout.lines().last().unwrap().to_owned()
    };
    assert_eq!(plan("2099-03-31").await, "Plan: 0 to create, 0 to remove · 2 in sync");
    assert_eq!(plan("2099-04-01").await, "Plan: 0 to create, 1 to remove · 1 in sync");
    assert_eq!(plan("2099-03-31T14:59:59Z").await, "Plan: 0 to create, 0 to remove · 2 in sync");
    assert_eq!(plan("2099-03-31T15:00:00Z").await, "Plan: 0 to create, 1 to remove · 1 in sync");
    let Ran { code, stderr, .. } = desk.run("plan -f grants.yaml --as-of tomorrow").await;
    assert_eq!(code, Some(64));
    assert!(stderr.contains("write a day like `2027-01-01`"), "{stderr}");
}

#[tokio::test]
async fn what_ends_soon_is_a_warning_as_long_as_it_is_asked_for() {
    let yaml = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}\n  - {resource: cluster-a, role: viewer, user: bob, until: 2099-03-31}\n";
    let desk = Desk::new(WORLD, yaml).await;
    let Ran { stderr, code, .. } = desk.run("plan -f grants.yaml --as-of 2099-03-18").await;
    assert_eq!(code, Some(0), "a warning is no problem");
    expect![[r#"
        warning[ends-soon]: `bob` is `viewer` on `cluster-a` until 2099-03-31: it ends in 14 days
         --> grants.yaml:4:47
          |
        4 |   - {resource: cluster-a, role: viewer, user: bob, until: 2099-03-31}
          |                                               ^^^

    "#]]
    .assert_eq(&stderr);
    for quiet in ["--as-of 2099-03-17", "--as-of 2099-03-18 --expiring-within 0s"] {
        let Ran { stderr, .. } = desk.run(&format!("plan -f grants.yaml {quiet}")).await;
        assert_eq!(stderr, "", "{quiet}");
    }
    let Ran { stderr, .. } = desk.run("plan -f grants.yaml --as-of 2099-04-01").await;
    assert!(stderr.starts_with("warning[already-ended]: this ended on 2099-03-31\n"), "{stderr}");
    assert_eq!(stderr.matches("warning").count(), 1, "{stderr}");
}

#[tokio::test]
async fn names_can_be_looked_up_without_a_plan() {
    let wrong = "bindings:\n  - {resource: cluster-a, role: admin, user: carol}\n  - {resource: cluster-b, role: admin, user: bob, from: 2099-01-01}\n  - {resource: cluster-a, role: boss, user: alice}\n";
    let desk = Desk::new(WORLD, wrong).await;
    let Ran { stdout, code, .. } = desk.run("validate -f grants.yaml").await;
    assert_eq!((stdout.as_str(), code), ("valid: 3 bindings in 3 entries of 1 file\n", Some(0)));
    let Ran { stdout, stderr, code } = desk.run("validate -f grants.yaml --online").await;
    assert_eq!(code, Some(4));
    assert_eq!(stdout, "valid, but for names that are unresolved: 3 bindings in 3 entries of 1 file\n");
    assert!(stderr.contains("error[unresolved]: offering `HPC` (of `cluster-a`) has no role `boss`"), "{stderr}");
    assert!(stderr.contains("warning[unresolved]: no resource is called `cluster-b`"), "{stderr}");
    let right = Desk::new(WORLD, "bindings:\n  - {resource: cluster-a, role: admin, user: carol}\n").await;
    let Ran { stdout, stderr, code } = right.run("validate -f grants.yaml --online").await;
    assert_eq!((stdout.as_str(), stderr.as_str(), code), ("valid: 1 binding in 1 entry of 1 file\n", "", Some(0)));
}

#[tokio::test]
async fn dates_in_the_past_are_held_like_other_removals() {
    let yaml = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice, until: 2025-03-31}\n  - {resource: cluster-a, role: viewer, user: bob, until: 2025-03-31}\n";
    let desk = Desk::new(WORLD, yaml).await;
    let Ran { stderr, code, .. } = desk.run("validate -f grants.yaml").await;
    assert_eq!((code, stderr.matches("this ended on 2025-03-31").count()), (Some(0), 2), "{stderr}");
    let Ran { stdout, stderr, code } = desk.run("apply -f grants.yaml --auto-approve").await;
    assert_eq!(code, Some(3), "{stderr}");
    assert_eq!(desk.writes(), Vec::<String>::new());
    assert!(stdout.contains("Held by limits: 2 removals of bindings that ended long ago"), "{stdout}");
    let digest = stdout.split("--approve ").nth(1).unwrap().split('`').next().unwrap();
    let Ran { code, .. } = desk.run(&format!("apply -f grants.yaml --auto-approve --approve {digest}")).await;
    assert_eq!((code, desk.writes()), (Some(0), vec!["DELETE 204".to_owned(), "DELETE 204".to_owned()]));
}

#[tokio::test]
async fn creations_over_the_limit_are_held_and_approved_by_their_digest() {
    let yaml = "scope: all\nlimits: {creations: 9}\nbindings:\n  - {resource: cluster-a, role: admin, users: [alice, carol]}\n  - {resource: cluster-a, role: viewer, users: [bob, carol]}\n";
    let desk = Desk::new(WORLD, yaml).await;
    let Ran { stdout, stderr, code } = desk.run("apply -f grants.yaml --auto-approve --max-creations 1").await;
    assert_eq!((code, desk.writes()), (Some(3), vec![]), "{stdout}{stderr}");
    assert!(stdout.contains("Held by limits: 2 creations"), "{stdout}");
    assert!(stdout.contains("not created: over the limit"), "{stdout}");
    let digest = stdout.split("--approve ").nth(1).unwrap().split('`').next().unwrap();
    let Ran { stdout, .. } = desk.run("plan -f grants.yaml --max-creations 1 --format markdown").await;
    assert!(stdout.contains(digest) && stdout.contains("`limits.creations` allows"), "{stdout}");
    let apply = format!("apply -f grants.yaml --auto-approve --max-creations 1 --approve {digest}");
    assert_eq!((desk.run(&apply).await.code, desk.writes().len()), (Some(0), 2));
}
