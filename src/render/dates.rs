//! Days, instants and spans of time, as people read them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::plan::{End, EndChange};

/// An instant to the minute, in UTC; midnight as the day that begins.
pub(super) fn instant(at: Timestamp) -> String {
    let text = at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    text.strip_suffix(" 00:00 UTC").map(str::to_owned).unwrap_or(text)
}

/// The first instant after something, as files say it: midnight as the day that is still part of it.
pub(super) fn end(at: Timestamp) -> String {
    let last = at - SignedDuration::from_nanos(1);
    if instant(at).contains(':') { instant(at) } else { last.strftime("%Y-%m-%d").to_string() }
}

/// `until 2027-03-31`, or that there is none.
pub(super) fn until(to: End) -> String {
    to.at().map_or_else(|| "no end".to_owned(), |at| format!("until {}", end(at)))
}

/// `until 2027-03-31 → 2027-06-30`.
pub(super) fn end_change(EndChange { link, ends, origins: _ }: EndChange<'_>) -> String {
    match (link.ends, ends.at()) {
        (Some(from), Some(to)) => format!("until {} → {}", end(from), end(to)),
        (from, _) => format!("{} → {}", until(End::new(from)), until(ends)),
    }
}

/// How long it took: to the second below a minute, to the minute below a day, else to the hour.
pub fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    if minutes == 0 {
        format!("{seconds}s")
    } else if hours == 0 {
        format!("{minutes}m")
    } else if hours < 24 {
        format!("{hours}h {}m", minutes % 60)
    } else {
        format!("{}d {}h", hours / 24, hours % 24)
    }
}
