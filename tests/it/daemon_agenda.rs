//! When the next pass is due, as a value.

use std::time::Duration;

use grantsync::daemon::{Backoff, Due, PassEnd, Schedule, ScheduleError, Trigger, Verdict};
use jiff::{SignedDuration, Timestamp};

use super::daemon_kit::{at, minutes, noon};

#[test]
fn an_interval_is_counted_from_the_end_and_shaken_by_a_tenth() {
    let schedule = Schedule::every(Duration::from_secs(300)).unwrap();
    let waits = [0.0, 0.5, 1.0].map(|jitter| schedule.next(noon(), jitter).duration_since(noon()).as_secs());
    assert_eq!(waits, [270, 300, 330]);
    assert_eq!(schedule.longest_gap(noon()).as_secs(), 330);
    assert_eq!(schedule.to_string(), "every 5m");
}

#[test]
fn a_cron_pattern_is_read_in_its_zone() {
    let cases = [
        // pattern, zone, now, next
        ("*/10 * * * *", "UTC", "2027-01-01T12:00:00Z", "2027-01-01T12:10:00Z"),
        ("*/10 * * * *", "UTC", "2027-01-01T12:09:59Z", "2027-01-01T12:10:00Z"),
        ("0 6 * * MON-FRI", "Europe/Tallinn", "2027-01-01T12:00:00Z", "2027-01-04T04:00:00Z"),
        // In the night in which clocks go forward, half past three does not exist in Tallinn.
        ("30 3 * * *", "Europe/Tallinn", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z"),
        // In the night in which they go back, it comes twice, and once is enough.
        ("30 3 * * *", "Europe/Tallinn", "2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"),
    ];
    for (pattern, zone, now, next) in cases {
        let schedule = Schedule::cron(pattern, zone).unwrap();
        assert_eq!(schedule.next(at(now), 0.7), at(next), "{pattern} in {zone} after {now}");
    }
    let workdays = Schedule::cron("0 6 * * MON-FRI", "Europe/Tallinn").unwrap();
    assert_eq!(workdays.longest_gap(noon()), SignedDuration::from_hours(72));
    assert_eq!(workdays.to_string(), "0 6 * * MON-FRI (Europe/Tallinn)");
}

#[test]
fn a_schedule_that_cannot_be_kept_is_refused() {
    let said = |result: Result<Schedule, ScheduleError>| result.unwrap_err().to_string();
    assert_eq!(said(Schedule::every(Duration::from_millis(300))), "the interval is shorter than a second");
    assert_eq!(said(Schedule::cron("every day", "UTC")), "`every day` is not a cron pattern of five fields");
    assert_eq!(said(Schedule::cron("* * * * * *", "UTC")), "`* * * * * *` is not a cron pattern of five fields");
    for (pattern, wrong) in [
        ("61 * * * *", "`61` can't be the minute"),
        ("0 24 * * *", "`24` can't be the hour"),
        ("0 0 0 * *", "`0` can't be the day of month"),
        ("0 0 1 soon *", "`soon` can't be the month"),
        ("*/10 * * * Friyay", "`Friyay` can't be the day of week"),
    ] {
        assert_eq!(said(Schedule::cron(pattern, "UTC")), format!("in the cron pattern `{pattern}`, {wrong}"));
    }
    assert_eq!(said(Schedule::cron("0 0 30 2 *", "UTC")), "the cron pattern `0 0 30 2 *` never fires");
    assert_eq!(said(Schedule::cron("0 0 * * *", "Mars/Base")), "unknown time zone: `Mars/Base`");
}

#[test]
fn failures_are_repeated_less_and_less_often_up_to_a_bound() {
    let waits = |verdict, took, jitter| {
        let write_options = Backoff::after(verdict).unwrap();
        [1, 2, 3, 4, 9, 99].map(|failures| write_options.wait(failures, Duration::from_secs(took), jitter).as_secs())
    };
    assert_eq!(waits(Verdict::Unreachable, 0, 1.0), [2, 4, 8, 16, 300, 300]);
    assert_eq!(waits(Verdict::Unreachable, 0, 0.0), [1, 2, 4, 8, 150, 150]);
    assert_eq!(waits(Verdict::Unauthorized, 0, 1.0), [60, 120, 240, 480, 900, 900]);
    // A server that takes 20 s to fail is left alone for as long, but never longer than the bound.
    assert_eq!(waits(Verdict::Incomplete, 20, 1.0), [20, 20, 20, 20, 300, 300]);
    assert_eq!(waits(Verdict::Unreachable, 4000, 0.0), [300; 6]);
    for verdict in Verdict::ALL {
        let mends_itself = verdict.is_good() || verdict == Verdict::Broken;
        assert_eq!(Backoff::after(verdict).is_none(), mends_itself, "{verdict}");
    }
}

/// A pass that began at noon and took a minute.
fn known(verdict: Verdict) -> PassEnd {
    PassEnd {
        began: noon(),
        now: noon() + minutes(1),
        verdict,
        failures: 3,
        took: Duration::from_secs(60),
        life: None,
        second_reading: None,
        quiet: None,
        another_try: None,
    }
}

fn due(known: &PassEnd) -> (i64, Trigger, bool) {
    let Due { at, trigger, gated } = Due::next(&Schedule::every(Duration::from_secs(300)).unwrap(), known, 0.5);
    (at.duration_since(known.now).as_secs(), trigger, gated)
}

#[test]
fn what_comes_first_is_due() {
    let after = |seconds: i64| Some(noon() + SignedDuration::from_secs(seconds));
    assert_eq!(due(&known(Verdict::InSync)), (300, Trigger::Schedule, false));
    assert_eq!(due(&PassEnd { life: after(120), ..known(Verdict::InSync) }), (61, Trigger::Life, false));
    assert_eq!(due(&PassEnd { life: after(4000), ..known(Verdict::InSync) }), (300, Trigger::Schedule, false));
    assert_eq!(due(&PassEnd { second_reading: after(200), ..known(Verdict::Held) }), (140, Trigger::Schedule, false));
    assert_eq!(due(&PassEnd { another_try: after(200), ..known(Verdict::Held) }), (140, Trigger::Retry, false));
    assert_eq!(due(&known(Verdict::Incomplete)), (60, Trigger::Retry, false));
}

#[test]
fn what_falls_into_a_pass_is_due_at_once_and_what_it_saw_is_not_due_again() {
    let missed = Some(noon() + SignedDuration::from_secs(30));
    assert_eq!(due(&PassEnd { life: missed, ..known(Verdict::Changed) }), (0, Trigger::Life, false));
    assert_eq!(due(&PassEnd { second_reading: missed, ..known(Verdict::Held) }), (0, Trigger::Schedule, false));
    let seen = Some(noon());
    let seen = PassEnd { life: seen, second_reading: seen, ..known(Verdict::Broken) };
    assert_eq!(due(&seen), (300, Trigger::Schedule, false));
}

#[test]
fn while_the_server_or_the_token_fails_everything_else_waits() {
    let soon = Some(noon() + SignedDuration::from_secs(61));
    for (verdict, wait) in [(Verdict::Unreachable, 60), (Verdict::Unauthorized, 180), (Verdict::Refused, 180)] {
        let known = PassEnd { life: soon, second_reading: soon, ..known(verdict) };
        assert_eq!(due(&known), (wait, Trigger::Retry, true), "{verdict}");
    }
}

#[test]
fn the_end_of_time_is_no_trouble() {
    let last = Schedule::every(Duration::MAX.mul_f64(0.4)).unwrap();
    assert_eq!(last.next(noon(), 1.0), Timestamp::MAX);
}
