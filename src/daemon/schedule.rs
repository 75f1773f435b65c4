//! When a pass is due although nothing happened.

use std::fmt;
use std::time::Duration;

use croner::parser::{CronParser, Seconds, Year};
use croner::{Cron, errors::CronError};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How far an interval is stretched or shortened at most, so that many daemons do not ask at the same moment.
const JITTER: f64 = 0.1;
/// How many occurrences of a cron pattern are looked at for its longest gap: a week of a pattern that fires hourly.
const LOOK_AHEAD: usize = 200;
/// What a pattern is taken to wait for when it never fires again.
const FAR: SignedDuration = SignedDuration::from_hours(24);

/// When a pass is due although nothing happened.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// So long after the last one ended, give or take a tenth.
    Every(Duration),
    /// At the times of a cron pattern, to the minute.
    Cron {
        /// As it was written: minute, hour, day of month, month, day of week.
        written: String,
        /// As it is understood.
        pattern: Box<Cron>,
        /// Where its times are read.
        zone: TimeZone,
    },
}

/// Why a schedule cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// The pattern is none.
    #[error("`{0}` is not a cron pattern of five fields")]
    Pattern(String, #[source] CronError),
    /// One of its fields says nothing that it may say.
    #[error("in the cron pattern `{pattern}`, `{field}` can't be the {name}")]
    Field {
        /// The whole.
        pattern: String,
        /// What stands there.
        field: String,
        /// Which of the five it is.
        name: &'static str,
    },
    /// The pattern fits no day that will ever come.
    #[error("the cron pattern `{0}` never fires")]
    Never(String),
    /// The time zone is not known here.
    #[error("unknown time zone: `{0}`")]
    Zone(String),
    /// The interval is too short to be meant.
    #[error("the interval is shorter than a second")]
    TooShort,
}

impl Schedule {
    /// A pass every so often.
    ///
    /// # Errors
    /// If it is less than a second.
    pub fn every(interval: Duration) -> Result<Self, ScheduleError> {
        if interval < Duration::from_secs(1) { Err(ScheduleError::TooShort) } else { Ok(Self::Every(interval)) }
    }

    /// Passes at the times of a cron pattern of five fields, read in an IANA time zone such as `Europe/Tallinn`.
    ///
    /// # Errors
    /// If the pattern or the zone is none, or the pattern never fires.
    pub fn cron(pattern: &str, zone: &str) -> Result<Self, ScheduleError> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let parsed = parser.parse(pattern).map_err(|why| match wrong_field(parser, pattern) {
            Some((field, name)) => ScheduleError::Field { pattern: pattern.to_owned(), field, name },
            None => ScheduleError::Pattern(pattern.to_owned(), why),
        })?;
        let zone = TimeZone::get(zone).map_err(|_| ScheduleError::Zone(zone.to_owned()))?;
        let epoch = Timestamp::UNIX_EPOCH.to_zoned(zone.clone());
        match parsed.find_next_occurrence(&epoch, false) {
            Ok(_) => Ok(Self::Cron { written: pattern.to_owned(), pattern: Box::new(parsed), zone }),
            Err(_) => Err(ScheduleError::Never(pattern.to_owned())),
        }
    }

    /// The first time after `now`; `jitter` is from 0 to 1.
    pub fn next(&self, now: Timestamp, jitter: f64) -> Timestamp {
        match self {
            Self::Every(interval) => later(now, signed(interval.mul_f64(1.0 + JITTER * (2.0 * jitter - 1.0)))),
            Self::Cron { pattern, zone, .. } => {
                let next = pattern.find_next_occurrence(&now.to_zoned(zone.clone()), false);
                next.map_or_else(|_| later(now, FAR), |next| next.timestamp())
            }
        }
    }

    /// The longest time that it lets pass between two passes from `now` on.
    pub fn longest_gap(&self, now: Timestamp) -> SignedDuration {
        match self {
            Self::Every(interval) => signed(interval.mul_f64(1.0 + JITTER)),
            Self::Cron { .. } => {
                let times = std::iter::successors(Some(now), |last| Some(self.next(*last, 0.5)));
                let times: Vec<_> = times.take(LOOK_AHEAD).collect();
                times.windows(2).map(|pair| pair[1].duration_since(pair[0])).max().unwrap_or(FAR)
            }
        }
    }
}

/// The first of five fields that is wrong by itself, and which it is.
fn wrong_field(parser: CronParser, pattern: &str) -> Option<(String, &'static str)> {
    let names = ["minute", "hour", "day of month", "month", "day of week"];
    let fields: Vec<_> = pattern.split_whitespace().collect();
    if fields.len() != names.len() {
        return None;
    }
    let wrong = |at: &usize| {
        let alone: Vec<_> = (0..names.len()).map(|it| if it == *at { fields[it] } else { "*" }).collect();
        parser.parse(&alone.join(" ")).is_err()
    };
    (0..names.len()).find(wrong).map(|at| (fields[at].to_owned(), names[at]))
}

/// An instant that is later by `wait`, or the last one there is.
pub(super) fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// The same length of time, or the greatest there is.
pub(super) fn signed(wait: Duration) -> SignedDuration {
    SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)
}

/// For people: `every 5m`, `*/10 * * * * (Europe/Tallinn)`.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(interval) => write!(f, "every {:#}", signed(*interval)),
            Self::Cron { written, zone, .. } => write!(f, "{written} ({})", zone.iana_name().unwrap_or("UTC")),
        }
    }
}
