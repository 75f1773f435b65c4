//! A half-written file: what earlier readings mean for this one, in simulated time.

use grantsync::diagnostic::Source;
use grantsync::policy::Readings;
use grantsync::reconcile::{PassRequest, review, unsettled};
use jiff::{SignedDuration, Timestamp};

use crate::reconcile_support::request;
use crate::world::{NOW, World, document, instant};

const LOOSE: &str = "scope: all\nlimits: {removals: 1000, removal_percent: 100}\n";

/// An agent with a quiet period of ten seconds, in a world that does not change.
struct Play {
    world: World,
    readings: Readings,
}

impl Play {
    fn new(world: &str) -> Self {
        Self { world: World::read(world), readings: Readings::new(SignedDuration::from_secs(10)) }
    }

    /// Reads these files at a second, and says what would be sent and when the next pass is due.
    fn at(&mut self, second: f64, yaml: &str) -> (Vec<String>, Option<f64>) {
        let (document, now) = (document(yaml), after(second));
        let unsettled_now = self.readings.add(&[source(yaml)], &document, now);
        let request = PassRequest { now, unsettled: unsettled_now, ..request(&document) };
        let World { directory, snapshot } = self.world.clone();
        let prepared = review(directory, snapshot, &request).unwrap();
        self.readings.asked_for(&prepared.view.plan);
        let name = |id| prepared.view.directory.users[id].username.clone();
        let approved = &prepared.decision.approved;
        let creations = approved.creations().iter().map(|it| format!("+{}", name(&it.binding.user)));
        let removals = approved.removals().iter().map(|it| format!("-{}", name(&it.link.binding.user)));
        let next = self.readings.next(&unsettled(&prepared.view, &request), now);
        let mut sent: Vec<_> = creations.chain(removals).collect();
        sent.sort();
        (sent, next.map(|it| it.duration_since(after(0.0)).as_secs_f64()))
    }

    fn sent(&mut self, second: f64, yaml: &str) -> Vec<String> {
        self.at(second, yaml).0
    }
}

fn after(second: f64) -> Timestamp {
    instant(NOW) + SignedDuration::from_secs_f64(second)
}

fn source(yaml: &str) -> Source {
    Source { name: "grants.yaml".into(), text: yaml.to_owned() }
}

/// A file that wants these people as members.
fn wanting(head: &str, users: &str) -> String {
    format!("{head}bindings:\n  - {{resource: cluster-a, role: member, users: [{users}]}}\n")
}

fn loose(users: &str) -> String {
    wanting(LOOSE, users)
}

const NOTHING: [&str; 0] = [];
const THREE: &str = "HPC cluster-a: member alice, member bob, member carol\nusers: dave";

#[test]
fn the_first_reading_does_not_wait() {
    let mut play = Play::new(THREE);
    assert_eq!(play.at(0.0, &loose("alice, dave")), (vec!["+dave".into(), "-bob".into(), "-carol".into()], None));
}

#[test]
fn a_removal_is_sent_when_every_reading_of_the_quiet_period_asked_for_it() {
    let mut play = Play::new(THREE);
    assert_eq!(play.sent(0.0, &loose("alice, bob, carol")), NOTHING);
    assert_eq!(play.at(100.0, &loose("alice, bob")), (vec![], Some(110.0)), "a pass follows");
    assert_eq!(play.sent(109.9, &loose("alice, bob")), NOTHING);
    assert_eq!(play.sent(110.0, &loose("alice, bob")), ["-carol"]);
}

#[test]
fn further_edits_of_other_lines_do_not_restart_the_quiet_period() {
    let mut play = Play::new(THREE);
    play.sent(0.0, &loose("alice, bob, carol"));
    assert_eq!(play.sent(100.0, &loose("alice, bob")), NOTHING);
    assert_eq!(play.at(105.0, &loose("alice")), (vec![], Some(110.0)));
    assert_eq!(play.at(110.0, &loose("alice")), (vec!["-carol".into()], Some(115.0)));
    assert_eq!(play.sent(115.0, &loose("alice")), ["-bob", "-carol"]);
}

/// What happens between two readings that ask for the same; it is given the whole file.
type Between = fn(&mut Play, &str);

#[test]
fn a_reading_that_does_not_ask_for_a_removal_restarts_its_quiet_period() {
    let whole = loose("alice, bob, carol");
    let half = loose("alice, bob");
    let cases: [(&str, Between); 3] = [
        ("it was there again", |play, whole| assert_eq!(play.sent(105.0, whole), NOTHING)),
        ("the files were invalid", |play, _| play.readings.add_broken()),
        ("the pass failed", |play, whole| {
            play.readings.add(&[source(whole)], &document(whole), after(105.0));
        }),
    ];
    for (name, between) in cases {
        let mut play = Play::new(THREE);
        play.sent(0.0, &whole);
        assert_eq!(play.sent(100.0, &half), NOTHING, "{name}");
        between(&mut play, &whole);
        assert_eq!(play.sent(106.0, &half), NOTHING, "{name}");
        assert_eq!(play.sent(115.9, &half), NOTHING, "{name}");
        assert_eq!(play.sent(116.0, &half), ["-carol"], "{name}");
    }
}

#[test]
fn a_creation_needs_content_that_was_unchanged_for_a_second() {
    let mut play = Play::new(THREE);
    play.sent(0.0, &loose("alice, bob, carol"));
    let (one, other) = (loose("alice, bob, carol, dave"), loose("alice, bob, dave, carol"));
    assert_eq!(play.at(100.0, &one), (vec![], Some(101.0)));
    assert_eq!(play.at(100.5, &other), (vec![], Some(101.5)));
    assert_eq!(play.sent(101.4, &other), NOTHING);
    assert_eq!(play.at(101.5, &other), (vec!["+dave".into()], None));
}

#[test]
fn the_old_role_stays_until_the_new_one_may_be_created() {
    let mut play = Play::new("HPC cluster-a: member alice, viewer bob");
    let yaml = |role| format!("{}  - {{resource: cluster-a, role: {role}, user: bob}}\n", loose("alice"));
    play.sent(0.0, &yaml("viewer"));
    assert_eq!(play.sent(100.0, &loose("alice")), NOTHING);
    assert_eq!(play.sent(110.5, &yaml("admin")), NOTHING, "the removal is quiet and the creation is not");
    assert_eq!(play.sent(111.5, &yaml("admin")), ["+bob", "-bob"]);
}

#[test]
fn what_changes_on_the_server_or_by_the_clock_does_not_wait() {
    let mut play = Play::new(THREE);
    let until = |other| {
        let line = "  - {resource: cluster-a, role: member, user: carol, until: \"2027-01-01T12:01:43Z\"}\n";
        format!("{}{line}", loose(&format!("alice, bob{other}")))
    };
    play.sent(0.0, &until(""));
    play.world = World::read(&format!("{THREE}\nHPC cluster-b: member dave"));
    assert_eq!(play.sent(50.0, &until("")), ["-dave"], "nobody edited anything");
    play.world = World::read(THREE);
    assert_eq!(play.sent(100.0, &until(", dave")), NOTHING);
    assert_eq!(play.sent(103.0, &until(", dave")), ["+dave", "-carol"], "it has ended, whatever else is edited");
}

#[test]
fn a_line_that_ended_long_ago_does_not_hide_that_another_one_was_cut_off() {
    let mut play = Play::new(THREE);
    let ended = "  - {resource: cluster-a, role: member, user: carol, until: 2026-01-01}\n";
    let whole = loose("alice, bob").replace("bindings:\n", &format!("bindings:\n{ended}"));
    let line = "  - {resource: cluster-a, role: member, user: carol, from: 2026-06-01}\n";
    play.sent(0.0, &format!("{whole}{line}"));
    assert_eq!(play.at(100.0, &whole), (vec![], Some(110.0)));
    assert_eq!(play.sent(110.0, &whole), ["-carol"]);
}

/// What a file says above its lines, and what is left of it when a part is cut.
const SETTINGS: [(&str, &str); 6] = [
    ("mode: observe\nscope: all\nlimits: {removals: 1000, removal_percent: 100}\n", LOOSE),
    ("mode: add-only\nscope: all\nlimits: {removals: 1000, removal_percent: 100}\n", LOOSE),
    ("scope: all\nlimits: {removals: 0}\n", LOOSE),
    ("scope: {users: [alice, bob]}\nlimits: {removals: 1000, removal_percent: 100}\n", LOOSE),
    ("scope: {exclude: {users: [carol]}}\nlimits: {removals: 1000, removal_percent: 100}\n", LOOSE),
    ("protect: [carol]\nscope: all\nlimits: {removals: 1000, removal_percent: 100}\n", LOOSE),
];

#[test]
fn until_they_are_quiet_settings_are_the_stricter_of_two_readings() {
    for (strict, cut) in SETTINGS {
        let mut play = Play::new(THREE);
        assert_eq!(play.sent(0.0, &wanting(strict, "alice, bob")), NOTHING, "{strict}");
        for second in [100.0, 105.0, 109.9] {
            assert_eq!(play.sent(second, &wanting(cut, "alice, bob")), NOTHING, "{strict} after {second} s");
        }
        assert_eq!(play.sent(110.0, &wanting(cut, "alice, bob")), ["-carol"], "{strict}");
    }
}

#[test]
fn a_removal_that_is_quiet_waits_for_settings_that_are_not() {
    for (strict, cut) in SETTINGS {
        let mut play = Play::new(THREE);
        let other = format!("mode: enforce\n{cut}");
        play.sent(0.0, &wanting(strict, "alice, bob"));
        assert_eq!(play.sent(100.0, &wanting(cut, "alice, bob")), NOTHING, "{strict}");
        assert_eq!(play.sent(105.0, &wanting(&other, "alice, bob")), NOTHING, "{strict}");
        assert_eq!(play.sent(110.0, &wanting(&other, "alice, bob")), NOTHING, "{strict}: asked for long enough");
        assert_eq!(play.sent(115.0, &wanting(&other, "alice, bob")), ["-carol"], "{strict}");
    }
}

#[test]
fn a_scope_that_was_cut_gives_nothing_before_it_is_quiet() {
    let mut play = Play::new(THREE);
    let inside = "scope: {users: [alice, bob, carol]}\n";
    play.sent(0.0, &wanting(inside, "alice, bob, carol"));
    assert_eq!(play.sent(100.0, &wanting(LOOSE, "alice, bob, carol, dave")), NOTHING);
    assert_eq!(play.at(105.0, &wanting(LOOSE, "alice, bob, carol, dave")), (vec![], Some(110.0)));
    assert_eq!(play.sent(110.0, &wanting(LOOSE, "alice, bob, carol, dave")), ["+dave"]);
}

#[test]
fn stricter_settings_are_in_force_at_once() {
    let mut play = Play::new(THREE);
    play.sent(0.0, &loose("alice, bob, carol"));
    play.sent(100.0, &loose("alice, bob"));
    assert_eq!(play.sent(110.0, &format!("protect: [carol]\n{}", loose("alice, bob"))), NOTHING);
    assert_eq!(play.sent(130.0, &format!("protect: [carol]\n{}", loose("alice, bob"))), NOTHING);
}

#[test]
fn a_clock_that_is_set_back_makes_nothing_wait_longer() {
    let mut play = Play::new(THREE);
    play.sent(0.0, &loose("alice, bob, carol"));
    assert_eq!(play.sent(9000.0, &loose("alice, bob")), NOTHING);
    assert_eq!(play.sent(100.0, &loose("alice, bob")), NOTHING);
    assert_eq!(play.sent(110.0, &loose("alice, bob")), ["-carol"]);
}
