//! Risks of what a change does at any time.

use expect_test::{Expect, expect};

use crate::risk::{told, told_in};
use crate::world::World;

const ALICE: &str = "bindings:\n  - {resource: cluster-a, role: admin, user: alice, until: 2027-03-31}\n";
const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: carol";

#[track_caller]
fn check(base: &str, head: &str, author: Option<&str>, expect: Expect) {
    expect.assert_eq(&told(Some(base), head, WORLD, author));
}

#[test]
fn an_author_who_gets_access_later_or_for_longer_is_named() {
    let head = format!("{ALICE}  - {{resource: cluster-a, role: member, user: carol, from: 2027-01-04}}\n");
    check(
        ALICE,
        &head,
        Some("carol"),
        expect![[r#"
        Risks
          author-grants-to-themself  carol, the author, gets member on cluster-a · grants.yaml:5
          grant-without-end          carol gets member on cluster-a without an end, where 1 of 1 other end · grants.yaml:5

    "#]],
    );
    let longer = ALICE.replace("2027-03-31", "2037-03-31");
    check(
        ALICE,
        &longer,
        Some("alice"),
        expect![[r#"
        Risks
          author-grants-to-themself  alice, the author, gets admin on cluster-a · grants.yaml:4
          end-extended               alice as admin of cluster-a: until 2027-03-31 → until 2037-03-31 · grants.yaml:4

    "#]],
    );
    // Without a commit to compare with, what begins later is new.
    expect![[r#"
        Risks
          author-grants-to-themself  carol, the author, gets member on cluster-a · grants.yaml:5
          last-holder-leaves         cluster-a would have no viewer left (last: bob)
          grant-without-end          carol gets member on cluster-a without an end, where 1 of 1 other end · grants.yaml:5

    "#]].assert_eq(&told(None, &head, WORLD, Some("carol")));
}

#[test]
fn an_end_that_is_taken_away_is_a_grant_without_end() {
    let others = "  - {resource: cluster-a, role: viewer, user: bob, until: 2027-06-30}\n";
    let endless = ALICE.replace(", until: 2027-03-31", "");
    check(
        &format!("{ALICE}{others}"),
        &format!("{endless}{others}"),
        None,
        expect![[r#"
        Risks
          end-extended       alice as admin of cluster-a: until 2027-03-31 → no end · grants.yaml:4
          grant-without-end  alice gets admin on cluster-a without an end, where 1 of 1 other end · grants.yaml:4

    "#]],
    );
    // An earlier end is no risk.
    check(&format!("{ALICE}{others}"), &format!("{}{others}", ALICE.replace("03-31", "02-28")), None, expect![""]);
}

#[test]
fn grants_of_one_line_that_end_later_are_one_risk() {
    let line = |until: &str| {
        format!("bindings:\n  - {{resource: cluster-a, roles: [admin, member], users: [alice, bob], until: {until}}}\n")
    };
    let world = "HPC cluster-a: admin alice, admin bob, member alice, member bob";
    expect![[r#"
        Risks
          end-extended  alice as member of cluster-a and 3 other grants: until 2027-03-31 → until 2027-04-30 · grants.yaml:4

    "#]].assert_eq(&told(Some(&line("2027-03-31")), &line("2027-04-30"), world, None));
}

#[test]
fn a_setting_that_weakens_enforcement_and_a_link_that_stays_for_good_are_risks() {
    let base = "bindings:\n  - {resource: cluster-a, role: viewer, user: bob}\n";
    let head = "mode: add-only\nprotect: [bob]\nbindings:\n  - {resource: cluster-a, role: viewer, users: []}\n";
    check(
        base,
        head,
        None,
        expect![[r#"
        Risks
          enforcement-weakened  mode: enforce → add-only
          enforcement-weakened  protect: added bob · grants.yaml:4
          leaves-management     links on cluster-a would stay for good (its user is protected): bob

    "#]],
    );
}

#[test]
fn a_change_does_not_excuse_what_it_does_later() {
    let accept = "accept:\n  - {risk: end-extended, reason: as agreed}\n";
    let longer = ALICE.replace("2027-03-31", "2037-03-31");
    check(
        ALICE,
        &format!("{accept}{longer}"),
        None,
        expect![[r#"
        Risks
          enforcement-weakened  accept: added end-extended · grants.yaml:4
          end-extended          alice as admin of cluster-a: until 2027-03-31 → until 2037-03-31 · grants.yaml:6 · accepted by this change: as agreed

    "#]],
    );
    check(
        &format!("{accept}{ALICE}"),
        &format!("{accept}{longer}"),
        None,
        expect![[r#"
        Risks
          end-extended  accepted (1 found): as agreed · grants.yaml:4

    "#]],
    );
}

#[test]
fn a_username_that_looks_like_another_one_is_named_with_its_letters() {
    let head = "bindings:\n  - {resource: cluster-a, role: admin, users: [alice, \u{430}lice, bob1]}\n";
    let world = "HPC cluster-a: admin alice\nusers: \u{430}lice, bob1, bobl";
    expect![[r#"
        Risks
          look-alike  bob1 gets access and looks like bobl, another account · grants.yaml:4
          look-alike  аlice (with U+0430) gets access and looks like alice, another account · grants.yaml:4

    "#]]
    .assert_eq(&told(None, head, world, None));
    // Nobody gets anything who was there before.
    expect![""].assert_eq(&told(
        None,
        head,
        "HPC cluster-a: admin alice, admin \u{430}lice, admin bob1\nusers: bobl",
        None,
    ));
}

#[test]
fn a_pinned_name_that_another_account_has_is_told() {
    let pinned = crate::world::user("alice");
    let head =
        format!("bindings:\n  - {{resource: cluster-a, role: viewer, user: {{uuid: {pinned}, username: bob}}}}\n");
    expect![[r#"
        Risks
          identity-changed  bob is written for the account 66ae3a191ae32a8312cb62e17c5bf2b6 and belongs to e2314cbf9f659b8f035563114c3d88f1 · grants.yaml:4

    "#]].assert_eq(&told(None, &head, WORLD, None));
}

#[test]
fn a_deactivated_account_holds_nothing() {
    let head = "bindings:\n  - {resource: cluster-a, role: admin, users: [zoe]}\n";
    expect![[r#"
        Risks
          resource-emptied  cluster-a would have no users left (last: bob)

    "#]]
    .assert_eq(&told(None, head, "users: (inactive) zoe\nHPC cluster-a: admin zoe, admin bob", None));
}

const ONLY_ALICE: &str = "bindings:\n  - {resource: cluster-a, role: admin, users: [alice]}\n";

#[test]
fn whoever_loses_the_last_visible_link_may_lose_the_account() {
    // Bob keeps a link on another resource; Dave loses both of his.
    let text = "HPC cluster-a: admin alice, admin bob, admin carol, admin dave, viewer dave\nHPC vm: viewer bob";
    let head = ONLY_ALICE.replace("bindings:", "bindings:\n  - {resource: vm, role: viewer, user: bob}");
    expect![[r#"
        Risks
          last-holder-leaves      cluster-a would have no viewer left (last: dave)
          may-deactivate-account  carol, dave would have no visible link left: a Waldur that deactivates such accounts would lock them out

    "#]].assert_eq(&told_in(&World::keeping_ends(text), None, &head, None));
    let before = head.replace("[alice]", "[alice, carol]");
    expect![[r#"
        Risks
          may-deactivate-account  carol would have no visible link left: a Waldur that deactivates such accounts would lock them out

    "#]].assert_eq(&told_in(&World::keeping_ends(text), Some(&before), &head, None));
    // The first generation has no such switch.
    assert!(!told(None, &head, text, None).contains("may-deactivate"));
}

#[test]
fn a_grant_for_an_inactive_account_is_a_risk_with_the_way_out() {
    let text = "HPC cluster-a: admin alice\nusers: (inactive) bob";
    let head = ONLY_ALICE.replace("[alice]", "[alice, bob]");
    expect![[r#"
        Risks
          grant-to-inactive-account  nothing is created for bob, inactive on the server: have staff reactivate them, then apply again

    "#]].assert_eq(&told_in(&World::keeping_ends(text), None, &head, None));
    expect![[r#"
        Risks
          grant-to-inactive-account  nothing is created for bob, inactive on the server: have staff reactivate them, then apply again

    "#]].assert_eq(&told_in(&World::keeping_ends(text), Some(ONLY_ALICE), &head, None));
    // It is not new, or the server does not deactivate anybody.
    assert_eq!(told_in(&World::keeping_ends(text), Some(&head), &head, None), "");
    assert_eq!(told(None, &head, text, None), "");
}
