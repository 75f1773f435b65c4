//! When lines begin and end: days to instants.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::codes;
use super::document::{Document, Life};
use super::problems::Problems;
use super::quote::Quoted;
use super::raw::{Dated, DatedItem, RawDocument, When};
use crate::diagnostic::{Diagnostic, Span};

/// Gives everything with dates its life, in the time zone of the files.
///
/// The zones are those that jiff brings along, so that a day means the same on every machine.
pub(super) fn date(raw: &RawDocument, document: &mut Document, problems: &mut Problems) {
    let zone = zone(raw, problems);
    document.timezone = raw.timezone.as_ref().map(|it| it.name.clone());
    for Dated { what, from, until } in &raw.dates {
        let begin = from.as_ref().and_then(|(when, span)| instant(*when, Edge::From, &zone, span, problems));
        let end = until.as_ref().and_then(|(when, span)| instant(*when, Edge::Until, &zone, span, problems));
        if let (Some(begin), Some((_, from)), Some(end), Some((when, until))) = (begin, from, end, until)
            && end <= begin
        {
            problems.push(never(*when, from, until));
        }
        match what {
            None => {}
            Some(DatedItem::Entry(entry)) => document.entries[*entry].life = Life { from: begin, until: end },
            Some(DatedItem::Approval(approval)) => {
                document.approvals[*approval].until = end.unwrap_or(Timestamp::MIN);
            }
        }
    }
}

fn never(until: When, from: &Span, span: &Span) -> Diagnostic {
    let found = Diagnostic::error(codes::UNTIL_BEFORE_FROM, span.clone(), "this ends before it begins")
        .label("ends here")
        .related(from.clone(), "begins here");
    match until {
        When::Day(_) => found.help("`until` includes its day; the day of `from` is the earliest there can be"),
        When::Instant(_) => found.help("`until` is the first instant at which it no longer holds"),
    }
}

/// A time zone that was known when the files were read; UTC if there is none.
pub(super) fn bundled(name: Option<&str>) -> TimeZone {
    name.and_then(|it| TimeZoneDatabase::bundled().get(it).ok()).unwrap_or(TimeZone::UTC)
}

fn zone(raw: &RawDocument, problems: &mut Problems) -> TimeZone {
    let Some(named) = &raw.timezone else { return TimeZone::UTC };
    let zones = TimeZoneDatabase::bundled();
    if let Ok(zone) = zones.get(&named.name) {
        return zone;
    }
    let names: Vec<_> = zones.available().map(|it| it.as_str().to_owned()).collect();
    let message = format!("unknown time zone: {}", Quoted(&named.name));
    let found = Diagnostic::error(codes::UNKNOWN_TIMEZONE, named.span.clone(), message);
    let meant = problems.suggest(&named.name, names.iter().map(|it| &**it));
    problems.push(match meant {
        Some(meant) => found.help(format!("did you mean `{meant}`?")),
        None => found.help("write its IANA name, such as `Europe/Berlin`"),
    });
    TimeZone::UTC
}

#[derive(Debug, Clone, Copy)]
enum Edge {
    /// The first instant of a day.
    From,
    /// The first instant after a day.
    Until,
}

fn instant(when: When, edge: Edge, zone: &TimeZone, span: &Span, problems: &mut Problems) -> Option<Timestamp> {
    let day = match when {
        When::Instant(instant) => return Some(instant),
        When::Day(day) => day,
    };
    let instant = match edge {
        Edge::From => Some(day),
        Edge::Until => day.tomorrow().ok(),
    };
    let instant = instant.and_then(|day| start(day, zone));
    if instant.is_none() {
        let message = format!("`{day}` is beyond the end of the calendar");
        problems.push(
            Diagnostic::error(codes::MALFORMED_DATE, span.clone(), message).help("what never ends has no `until`"),
        );
    }
    instant
}

/// Midnight, or where the clocks skip it, the first instant after the gap.
fn start(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(day.to_zoned(zone.clone()).ok()?.start_of_day().ok()?.timestamp())
}
