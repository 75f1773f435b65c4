//! Times as people say them.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::html::Html;

/// How long ago, or how long until: `3 minutes ago`, `in 2 days`.
pub(super) struct Relative {
    pub(super) at: Timestamp,
    pub(super) now: Timestamp,
}

/// A length of time in its greatest unit: `1 minute`, `40 seconds`, `1.5 seconds`.
pub(super) struct Length(pub(super) SignedDuration);

/// A day and a time in UTC: `1 Jan 2027, 12:05 UTC`.
pub(super) struct Absolute(pub(super) Timestamp);

impl Html {
    /// A time as `3 minutes ago`, which tells exactly when to whoever asks.
    pub(super) fn ago(&mut self, at: Timestamp, now: Timestamp) -> &mut Self {
        self.raw("<time datetime=\"").text(at).raw("\" title=\"").text(Absolute(at)).raw("\">");
        self.text(Relative { at, now }).raw("</time>")
    }
}

impl Length {
    pub(super) fn of(length: Duration) -> Self {
        Self(SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX))
    }
}

impl fmt::Display for Relative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let passed = self.now.duration_since(self.at);
        match passed.as_secs() {
            0..=1 => f.write_str("just now"),
            -1 => f.write_str("now"),
            // Nobody tells the time by tenths of a second.
            seconds @ 2.. => write!(f, "{} ago", Length(SignedDuration::from_secs(seconds))),
            seconds => write!(f, "in {}", Length(SignedDuration::from_secs(-seconds))),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        if self.0 < SignedDuration::from_millis(100) {
            return f.write_str("a moment");
        }
        if seconds < 10 && self.0.subsec_nanos() > 0 {
            return write!(f, "{:.1} seconds", self.0.as_secs_f64());
        }
        // Rounded down and from two on, so that a minute and a half is 90 seconds and not one minute.
        let (count, unit) = match seconds {
            ..120 => (seconds, "seconds"),
            120..7_200 => (seconds / 60, "minutes"),
            7_200..172_800 => (seconds / 3_600, "hours"),
            _ => (seconds / 86_400, "days"),
        };
        write!(f, "{count} {unit}")
    }
}

impl fmt::Display for Absolute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%-d %b %Y, %H:%M UTC"))
    }
}
