//! What earlier passes mean for later ones, as values.

use std::collections::BTreeSet;

use grantsync::admin::{MetricsFormat, metrics};
use grantsync::daemon::{
    Action, ContentId, End, FileReading, Finished, Flapping, HeldRemoval, Memory, PassSummary, Trigger, Watched, Window,
};
use grantsync::report::{Failure, Stop};
use jiff::Timestamp;

use super::daemon_kit::{broken, done, finished, in_sync, minutes, noon, wanted};
use super::daemon_status::after_each;

fn after(count: i64) -> Timestamp {
    noon() + minutes(count)
}

#[test]
fn a_removal_counts_for_a_day() {
    let mut window = Window::default();
    window.add(after(0), 20);
    window.add(after(60), 5);
    let cases = [(60, 25), (24 * 60 - 1, 25), (24 * 60, 5), (25 * 60 - 1, 5), (25 * 60, 0)];
    for (minute, count) in cases {
        assert_eq!(window.count(after(minute)), count, "after {minute} minutes");
    }
}

#[test]
fn there_is_room_again_when_enough_have_gone_out_of_the_day() {
    let mut window = Window::default();
    assert_eq!(window.down_to(0, noon()), noon());
    window.add(after(0), 20);
    window.add(after(60), 5);
    let day = 24 * 60;
    for (count, minute) in [(25, 90), (24, day), (5, day), (4, day + 60), (0, day + 60)] {
        assert_eq!(window.down_to(count, after(90)), after(minute), "{count}");
        assert!(window.count(after(minute)) <= count);
    }
}

#[test]
fn a_removal_is_rather_counted_a_minute_too_long() {
    let mut window = Window::default();
    let second = |count| noon() + jiff::SignedDuration::from_secs(count);
    window.add(second(1), 1);
    window.add(second(59), 1);
    assert_eq!(window.count(second(24 * 3600 + 1)), 2);
    assert_eq!(window.count(second(24 * 3600 + 60)), 0);
}

#[test]
fn a_window_of_many_days_does_not_grow() {
    let mut window = Window::default();
    for second in 0..3 * 24 * 3600 {
        window.add(noon() + jiff::SignedDuration::from_secs(second), 1);
    }
    assert!(format!("{window:?}").matches("Z, ").count() <= 1441);
}

fn reading(files: &[&str]) -> FileReading {
    let files: BTreeSet<_> = files.iter().map(|it| (*it).to_owned()).collect();
    FileReading { content: ContentId::of(&files), files }
}

#[test]
fn a_file_that_vanishes_holds_removals_until_it_is_read_twice() {
    let mut watched = Watched::new(minutes(5));
    let (both, one) = (reading(&["a.yaml", "b.yaml"]), reading(&["a.yaml"]));
    assert_eq!(watched.look(both, noon()), None);
    watched.went_well(noon());

    let vanished = watched.look(one.clone(), after(1)).unwrap();
    assert_eq!((vanished.files.iter().next().unwrap().as_str(), vanished.until), ("b.yaml", after(6)));
    watched.went_well(after(1));
    assert!(watched.look(one.clone(), after(4)).is_some(), "too soon");
    watched.went_well(after(4));
    assert_eq!(watched.look(one.clone(), after(6)), None);
    watched.went_well(after(6));

    assert_eq!(watched.look(one, after(7)), None);
    assert_eq!(watched.pending(), None, "it is no longer missed");
}

#[test]
fn a_vanished_file_that_returns_is_forgotten_and_another_reading_starts_afresh() {
    let mut watched = Watched::new(minutes(5));
    let all = reading(&["a.yaml", "b.yaml", "c.yaml"]);
    assert_eq!(watched.look(all.clone(), noon()), None);
    watched.went_well(noon());

    assert!(watched.look(reading(&["a.yaml", "b.yaml"]), after(1)).is_some());
    assert!(watched.look(reading(&["a.yaml"]), after(6)).is_some(), "not the same as before");
    assert_eq!(watched.pending().unwrap().until, after(11));
    assert_eq!(watched.look(all.clone(), after(7)), None);
    assert!(watched.look(reading(&["a.yaml"]), after(12)).is_some(), "it was back in between");

    let edited = FileReading { content: ContentId::of(&"edited"), ..reading(&["a.yaml"]) };
    assert!(watched.look(edited, after(17)).is_some(), "what is left was edited");
    assert_eq!(watched.pending().unwrap().until, after(22));
}

#[test]
fn only_a_good_pass_counts_as_having_seen_a_file() {
    let mut memory = Memory::new(minutes(5));
    memory.begin(noon(), &[Trigger::Schedule].into());
    memory.files_read(reading(&["a.yaml", "b.yaml"]));
    memory.end(&broken(), noon());
    memory.begin(after(1), &[Trigger::Schedule].into());
    assert_eq!(memory.files_read(reading(&["a.yaml"])), None, "nothing was good before");
    memory.end(&in_sync(), after(1));
    memory.begin(after(2), &[Trigger::Schedule].into());
    memory.files_read(reading(&["a.yaml", "c.yaml"]));
    memory.end(&tried("+ alice"), after(2));
    memory.begin(after(3), &[Trigger::Schedule].into());
    assert_eq!(memory.files_read(reading(&["a.yaml"])), None, "the pass that saw `c.yaml` was cut short");
    assert!(memory.files_read(reading(&["b.yaml"])).is_some());
    assert_eq!(memory.vanished().unwrap().until, after(8));
}

#[test]
fn a_list_that_never_holds_still_is_no_reason_to_forget_which_files_there_were() {
    let mut memory = Memory::new(minutes(5));
    memory.begin(noon(), &[Trigger::Schedule].into());
    memory.files_read(reading(&["a.yaml", "b.yaml"]));
    let moving = End::Finished(Box::new(Finished { converged: false, ..Finished::default() }));
    memory.end(&PassSummary::new(moving), noon());
    memory.begin(after(1), &[Trigger::Schedule].into());
    assert!(memory.files_read(reading(&["a.yaml"])).is_some(), "what `b.yaml` declared is removed at once");
}

/// Plays passes five minutes apart that all want one step, and says at which minutes it is tried.
fn tries(done: bool, minutes_in_all: i64) -> Vec<i64> {
    let mut flapping = Flapping::new(minutes(5));
    let mut tried = Vec::new();
    for minute in (0..minutes_in_all).step_by(5) {
        let deferred = flapping.deferred(after(minute));
        if deferred.is_empty() {
            tried.push(minute);
        }
        flapping.look(&[wanted("+ alice", done)], &deferred, after(minute));
    }
    tried
}

#[test]
fn a_step_that_fails_three_times_in_a_row_is_tried_less_and_less_often() {
    assert_eq!(tries(false, 240), [0, 5, 10, 20, 40, 80, 140, 200]);
}

#[test]
fn a_step_that_is_undone_once_does_not_come_back_again_and_again() {
    assert_eq!(tries(true, 240), [0, 5, 10, 20, 40, 80, 140, 200]);
}

#[test]
fn a_step_that_failed_and_stays_away_once_is_forgotten() {
    let mut flapping = Flapping::new(minutes(5));
    let none = BTreeSet::new();
    for minute in 0..20 {
        let wants = if minute % 3 == 2 { vec![] } else { vec![wanted("+ alice", false)] };
        flapping.look(&wants, &none, after(minute));
        assert_eq!(flapping.flaps(after(minute)).count(), 0, "minute {minute}");
    }
}

/// A pass that did this step, but could not say that all is well.
fn tried(name: &str) -> PassSummary {
    finished(Finished {
        wanted: vec![wanted(name, false)],
        changes: vec![done(Action::Create, name)],
        stopped: Some(Stop::Interrupted),
        ..Finished::default()
    })
}

#[test]
fn a_flap_is_reported_and_forgotten_when_files_change_or_somebody_insists() {
    let flapping = || {
        let mut memory = Memory::new(minutes(5));
        for minute in [0, 5, 10] {
            memory.begin(after(minute), &[Trigger::Schedule].into());
            memory.files_read(reading(&["a.yaml"]));
            memory.end(&tried("+ alice"), after(minute));
        }
        let flap = memory.flaps().next().unwrap();
        assert_eq!(
            (flap.what.plain.as_str(), flap.tries, flap.since, flap.not_before),
            ("+ alice", 3, after(0), after(20))
        );
        memory
    };
    let mut memory = flapping();
    memory.begin(after(15), &[Trigger::Schedule].into());
    memory.files_read(reading(&["a.yaml"]));
    assert_eq!(memory.deferred().len(), 1);

    memory.files_read(reading(&["a.yaml", "b.yaml"]));
    assert!(memory.deferred().is_empty(), "other files, other wishes");

    let mut memory = flapping();
    memory.begin(after(15), &[Trigger::Request].into());
    assert!(memory.deferred().is_empty(), "somebody asks, who may have mended it");
}

#[test]
fn removals_of_a_pass_that_was_cut_short_count_too() {
    let mut memory = Memory::new(minutes(5));
    let failure = Failure { message: "401".to_owned(), help: None };
    let cut = Finished { counted_removals: 7, stopped: Some(Stop::Unauthorized(failure)), ..Finished::default() };
    memory.begin(noon(), &[Trigger::Schedule].into());
    memory.end(&finished(cut), noon());
    memory.begin(after(60), &[Trigger::Schedule].into());
    assert_eq!((memory.now(), memory.removed_lately()), (after(60), 7));
}

#[tokio::test(start_paused = true)]
async fn it_is_known_since_when_a_removal_is_held_whatever_holds_it() {
    let held = |what: &str, why: &str| HeldRemoval { what: what.into(), why: why.to_owned() };
    let passes = [
        vec![held("alice: admin on cluster-a", "over the limit"), held("bob: admin on cluster-a", "over the limit")],
        // For another reason, and one who was held is held no more.
        vec![held("bob: admin on cluster-a", "replacement not created"), held("carol: admin on cluster-a", "x")],
        vec![held("carol: admin on cluster-a", "x")],
        vec![],
    ];
    let passes = passes.map(|held| finished(Finished { held, ..Finished::default() }));
    let mut memory = Memory::new(minutes(5));
    let since = [0, 5, 10, 15].into_iter().zip(&passes).map(|(minute, pass)| {
        memory.begin(after(minute), &[Trigger::Schedule].into());
        memory.end(pass, after(minute));
        memory.held_since()
    });
    assert_eq!(since.collect::<Vec<_>>(), [Some(after(0)), Some(after(0)), Some(after(5)), None]);

    let told = after_each(passes.to_vec()).await.into_iter().map(|status| {
        let metrics = metrics(&status, noon(), MetricsFormat::Prometheus);
        let told = metrics.contains("grantsync_held_since_timestamp_seconds ");
        (told, status.view.unwrap().held_since.is_some())
    });
    assert_eq!(told.collect::<Vec<_>>(), [(true, true), (true, true), (true, true), (false, false)]);
}
