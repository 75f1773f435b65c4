//! Days and instants, as people read them.

use jiff::{SignedDuration, Timestamp};

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
