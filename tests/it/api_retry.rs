//! Which requests are sent again, and when: a table.

use std::time::Duration;

use grantsync::api::Method::{self, Delete, Get, Head, Post};
use grantsync::api::retry::AttemptResult::{Answered, Lost, NotSent};
use grantsync::api::retry::{AttemptResult, Next, RetryPolicy, Tried, decide};
use proptest::prelude::*;

use crate::cases::config;

const fn secs(number: u64) -> Duration {
    Duration::from_secs(number)
}

const fn millis(number: u64) -> Duration {
    Duration::from_millis(number)
}

fn first(method: Method, outcome: AttemptResult) -> Tried {
    Tried { method, outcome, tries: 1, elapsed: Duration::ZERO, retry_after: None }
}

#[test]
fn what_is_sent_again() {
    let again = |method, outcome| decide(&first(method, outcome), &RetryPolicy::default(), 0.5) != Next::GiveUp;
    // Outcome, and whether GET, HEAD, DELETE and POST are sent again.
    for (outcome, expected) in [
        (NotSent, [true, true, true, true]),
        (Lost, [true, true, true, false]),
        (Answered(429), [true, true, true, true]),
        (Answered(502), [true, true, true, false]),
        (Answered(503), [true, true, true, false]),
        (Answered(504), [true, true, true, false]),
        (Answered(200), [false; 4]),
        (Answered(301), [false; 4]),
        (Answered(400), [false; 4]),
        (Answered(401), [false; 4]),
        (Answered(403), [false; 4]),
        (Answered(404), [false; 4]),
        (Answered(408), [false; 4]),
        (Answered(500), [true, true, false, false]),
        (Answered(501), [false; 4]),
        (Answered(505), [false; 4]),
    ] {
        assert_eq!([Get, Head, Delete, Post].map(|method| again(method, outcome)), expected, "{outcome:?}");
    }
}

#[test]
fn waits_double_up_to_a_bound_and_end() {
    let patience = RetryPolicy { tries: 9, ..RetryPolicy::default() };
    let waits = |jitter| (1..=9).map(move |tries| decide(&Tried { tries, ..first(Get, Lost) }, &patience, jitter));
    let shortest = [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000].map(|it| Next::Wait(millis(it)));
    let longest = [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000].map(|it| Next::Wait(millis(it)));
    assert!(waits(0.0).eq(shortest.into_iter().chain([Next::GiveUp])));
    assert!(waits(1.0).eq(longest.into_iter().chain([Next::GiveUp])));
}

#[test]
fn the_server_is_not_asked_before_the_time_it_names() {
    let asked = |seconds| Tried { retry_after: Some(secs(seconds)), ..first(Get, Answered(503)) };
    let patience = RetryPolicy::default();
    assert_eq!(decide(&asked(0), &patience, 0.0), Next::Wait(Duration::ZERO));
    assert_eq!(decide(&asked(40), &patience, 0.0), Next::Wait(secs(40)));
    assert_eq!(decide(&asked(40), &patience, 1.0), Next::Wait(millis(40_250)));
    // Not within our budget: there is no use in waiting a part of it.
    assert_eq!(decide(&asked(300), &patience, 0.0), Next::GiveUp);
    assert_eq!(decide(&asked(u64::MAX), &patience, 1.0), Next::GiveUp);
}

#[test]
fn a_post_is_not_sent_with_only_milliseconds_of_its_time_left() {
    let patience = RetryPolicy { budget: secs(60), ..RetryPolicy::default() };
    let late = |method, elapsed| decide(&Tried { elapsed, ..first(method, NotSent) }, &patience, 1.0);
    assert_eq!(late(Get, millis(59_400)), Next::Wait(millis(500)));
    assert_eq!(late(Post, millis(59_400)), Next::GiveUp);
    assert_eq!(late(Post, millis(54_600)), Next::GiveUp);
    assert_eq!(late(Post, millis(54_400)), Next::Wait(millis(500)));
}

#[test]
fn time_spent_counts() {
    let patience = RetryPolicy { budget: secs(60), ..RetryPolicy::default() };
    let spent = |elapsed| decide(&Tried { elapsed, ..first(Get, Lost) }, &patience, 1.0);
    assert_eq!(spent(millis(59_499)), Next::Wait(millis(500)));
    assert_eq!(spent(millis(59_500)), Next::GiveUp);
    assert_eq!(spent(Duration::MAX), Next::GiveUp);
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn it_always_ends(
        method in prop::sample::select(vec![Get, Head, Delete, Post]),
        outcome in prop_oneof![Just(NotSent), Just(Lost), any::<u16>().prop_map(Answered)],
        retry_after in prop::option::of(any::<u64>().prop_map(Duration::from_secs)),
        tries in 0..10_u32,
        jitter in any::<f64>(),
    ) {
        let patience = RetryPolicy { tries, ..RetryPolicy::default() };
        let mut tried = Tried { retry_after, ..first(method, outcome) };
        while let Next::Wait(wait) = decide(&tried, &patience, jitter) {
            tried.tries += 1;
            tried.elapsed += wait;
            prop_assert!(tried.tries <= tries && tried.elapsed < patience.budget);
            prop_assert!(retry_after.is_none_or(|asked| asked <= wait));
        }
    }
}
