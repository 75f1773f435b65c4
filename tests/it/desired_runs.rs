//! How long something is wanted without a pause.

use grantsync::desired::{Life, Phase};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::cases::config;
use crate::world::{NOW, World, instant};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Lives among so few instants that they touch, overlap and leave gaps.
fn lives() -> impl Strategy<Value = Vec<Life>> {
    let edge = || prop::option::weighted(0.8, (0..12_i64).prop_map(at));
    prop::collection::vec((edge(), edge()).prop_map(|(from, until)| Life { from, until }), 0..6)
}

/// Every instant at which something may begin or end, and one before and after all of them.
fn instants() -> impl Iterator<Item = Timestamp> {
    (-1..13).map(at)
}

fn holds(lives: &[Life], now: Timestamp) -> bool {
    lives.iter().any(|it| it.from.is_none_or(|from| from <= now) && it.until.is_none_or(|until| now < until))
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn runs_hold_exactly_when_a_line_does_and_have_gaps_between_them(lives in lives(), seed in any::<u64>()) {
        let runs = Life::runs(lives.iter().copied());
        for now in instants() {
            prop_assert_eq!(holds(&runs, now), holds(&lives, now), "{}: {:?} of {:?}", now, runs, lives);
        }
        for pair in runs.windows(2) {
            prop_assert!(pair[0].until.unwrap() < pair[1].from.unwrap(), "{:?} of {:?}", runs, lives);
        }
        let mut shuffled = lives;
        let turn = usize::try_from(seed % 7).unwrap() % shuffled.len().max(1);
        shuffled.rotate_left(turn);
        prop_assert_eq!(Life::runs(shuffled), runs);
    }
}

/// The run of alice's lines that contains an instant, with the time zone of the file.
#[track_caller]
fn run(timezone: &str, dates: &[&str], now: &str) -> Option<Life> {
    let lines = dates.iter().map(|it| format!("  - {{resource: cluster-a, role: admin, user: alice{it}}}\n"));
    let yaml = format!("timezone: {timezone}\nscope: all\nbindings:\n{}", lines.collect::<String>());
    let desired = World::read("HPC cluster-a: admin alice").desired(&yaml);
    desired.bindings[0].run(instant(now))
}

#[test]
fn lines_that_touch_are_one_run_and_days_end_at_the_next_midnight_of_the_time_zone() {
    let ends =
        |zone: &str, dates: &[&str], now: &str| run(zone, dates, now).map(|it| it.until.map(|it| it.to_string()));
    let berlin = |dates: &[&str]| ends("Europe/Berlin", dates, NOW).unwrap();
    // Summer time begins on 28 March.
    assert_eq!(berlin(&[", until: 2027-03-27"]).unwrap(), "2027-03-27T23:00:00Z");
    assert_eq!(berlin(&[", until: 2027-03-31"]).unwrap(), "2027-03-31T22:00:00Z");
    let touching = [", until: 2027-03-31", ", from: 2027-04-01, until: 2027-06-30"];
    assert_eq!(berlin(&touching).unwrap(), "2027-06-30T22:00:00Z");
    let gap = [", until: 2027-03-30", ", from: 2027-04-01"];
    assert_eq!(berlin(&gap).unwrap(), "2027-03-30T22:00:00Z");
    let endless = [", until: 2027-03-31", ", from: 2027-04-01"];
    assert_eq!(berlin(&endless), None);
    // In the gap there is no run, and after it another one.
    assert_eq!(run("UTC", &gap, "2027-03-31T12:00:00Z"), None);
    let after = run("UTC", &gap, "2027-04-01T00:00:00Z").unwrap();
    assert_eq!((after.from, after.until), (Some(instant("2027-04-01T00:00:00Z")), None));
    assert_eq!(after.phase(instant("2027-04-01T00:00:00Z")), Phase::Alive);
}
