//! How much was taken away in the last day.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp, TimestampRound, Unit};

use super::schedule::later;

/// How long a removal counts.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Counts the removals of the last 24 hours.
///
/// It begins empty: a restart starts the count at zero.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// By the end of the minute in which they went, how many; oldest first. A day has no more than 1,440 entries.
    went: VecDeque<(Timestamp, u32)>,
}

impl Window {
    /// Notes that so many went just now.
    pub fn add(&mut self, now: Timestamp, count: u32) {
        while self.went.front().is_some_and(|(at, _)| now.duration_since(*at) >= DAY) {
            self.went.pop_front();
        }
        if count == 0 {
            return;
        }
        let minute = end_of_minute(now);
        match self.went.back_mut() {
            Some((at, so_far)) if *at == minute => *so_far = so_far.saturating_add(count),
            _ => self.went.push_back((minute, count)),
        }
    }

    /// When no more than `count` of those known at `now` count any more.
    pub fn down_to(&self, count: u32, now: Timestamp) -> Timestamp {
        let mut left = self.count(now);
        for (at, went) in self.went.iter().filter(|(at, _)| now.duration_since(*at) < DAY) {
            if left <= count {
                break;
            }
            left = left.saturating_sub(*went);
            if left <= count {
                return later(*at, DAY);
            }
        }
        now
    }

    /// How many went in the 24 hours before `now`.
    pub fn count(&self, now: Timestamp) -> u32 {
        let recent = self.went.iter().filter(|(at, _)| now.duration_since(*at) < DAY);
        recent.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}

/// Rather count a removal a minute too long than too short.
fn end_of_minute(now: Timestamp) -> Timestamp {
    let up = TimestampRound::new().smallest(Unit::Minute).mode(jiff::RoundMode::Ceil);
    now.round(up).unwrap_or(now)
}
