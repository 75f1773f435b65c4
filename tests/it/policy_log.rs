//! Removals counted from the server's log, as values.

use grantsync::desired::{Limits, resolve};
use grantsync::event::{Event, EventKind, LinkNames};
use grantsync::policy::{Earlier, PolicyInput, approve};
use jiff::{SignedDuration, Timestamp};

use crate::world::{NOW, World, document, instant};

const WORLD: &str =
    "HPC cluster-a: viewer alice, viewer bob\nHPC cluster-b: viewer carol\nOther cluster-b:\nusers: dave";
const FILES: &str = "scope: {offerings: [HPC]}\nbindings:\n  - {resource: cluster-a, role: viewer, user: alice}\n  \
                     - {resource: cluster-a, role: member, user: dave, until: 2026-12-31}\n";

fn removed(by: &str, hours_ago: i64, what: &str) -> Event {
    let [user, role, resource] = what.split(", ").collect::<Vec<_>>()[..] else { panic!("{what}") };
    Event {
        at: instant(NOW) - SignedDuration::from_hours(hours_ago),
        what: EventKind::LinkRemoved,
        about: vec![LinkNames { user: user.into(), role: role.into(), resource: resource.into() }],
        by: Some(by.to_owned()),
        address: None,
        reason: None,
    }
}

fn count(yaml: &str, events: &[Event]) -> u32 {
    let world = World::read(WORLD);
    let now: Timestamp = instant(NOW);
    let desired = resolve(&document(yaml), &world.directory);
    Earlier { events, before: now, recorded: 0 }.count("operator", &desired, &world.directory, now)
}

#[test]
fn removals_by_this_account_in_scope_count_once_for_a_day() {
    let cases = [
        ("of this account", vec![removed("operator", 1, "bob, viewer, cluster-a")], 1),
        ("of somebody else", vec![removed("root", 1, "bob, viewer, cluster-a")], 0),
        ("a day ago", vec![removed("operator", 24, "bob, viewer, cluster-a")], 0),
        (
            "twice",
            vec![removed("operator", 2, "bob, viewer, cluster-a"), removed("operator", 1, "bob, viewer, cluster-a")],
            1,
        ),
        ("a line that ended", vec![removed("operator", 1, "dave, member, cluster-a")], 0),
        (
            "a creation",
            vec![Event { what: EventKind::LinkCreated, ..removed("operator", 1, "bob, viewer, cluster-a") }],
            0,
        ),
    ];
    for (name, events, counted) in cases {
        assert_eq!(count(FILES, &events), counted, "{name}");
    }
    let elsewhere = FILES
        .replace("[HPC]", "[Other]")
        .replace("resource: cluster-a", "resource: {name: cluster-b, offering: Other}");
    assert_eq!(count(&elsewhere, &[removed("operator", 1, "bob, viewer, cluster-a")]), 0, "out of scope");
    let unscoped = FILES.replace("scope: {offerings: [HPC]}\n", "");
    assert_eq!(count(&unscoped, &[removed("operator", 1, "bob, viewer, cluster-a")]), 1, "named");
    assert_eq!(count(&unscoped, &[removed("operator", 1, "bob, viewer, cluster-b")]), 0, "not named");
}

#[test]
fn what_cannot_be_told_apart_counts() {
    for what in
        ["bob, viewer, cluster-gone", "bob, lost, cluster-a", "erin, viewer, cluster-a", "bob, viewer, cluster-b"]
    {
        assert_eq!(count(FILES, &[removed("operator", 1, what)]), 1, "{what}");
    }
    let odd = Event { about: Vec::new(), ..removed("operator", 1, "bob, viewer, cluster-a") };
    assert_eq!(count(FILES, &[odd]), 1, "a sentence of another kind");
}

#[test]
fn the_percent_limit_does_not_apply_to_what_the_log_counts() {
    let plan =
        World::read(WORLD).plan("scope: all\nbindings:\n  - {resource: cluster-a, role: viewer, user: alice}\n", NOW);
    let limits = |removals| Limits { removals, removal_percent: 99, creations: None };
    let held = |removals, removed_before| {
        let input = PolicyInput { limits: limits(removals), removed_before, ..PolicyInput::default() };
        approve(plan.clone(), &input).unwrap().limited.first().map(|it| it.exceeded[0].to_string())
    };
    assert_eq!(held(22, 20), None, "2 of 3 and 20 before");
    let said = "2 bindings would go after up to 20 in the last 24 hours (20 counted from the server's log), together more \
                than the 21 that `limits.removals` allows";
    assert_eq!(held(21, 20).as_deref(), Some(said));
}
