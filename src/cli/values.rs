//! Values as they are typed on the command line, or stand in the environment.

use std::str::FromStr;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::binding::LinkId;
use crate::desired::risks;
use crate::policy::Digest;
use crate::sandbox::Waldur;

/// In the environment a switch is on or off by any usual word for it, and anything else is a mistake.
pub(super) fn switch() -> BoolishValueParser {
    BoolishValueParser::new()
}

/// Whether a sandbox is asked for, and of which version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SandboxChoice(pub(super) Option<Waldur>);

/// Reads a switch that may also name a version of Waldur.
pub(super) fn choice(text: &str) -> Result<SandboxChoice, String> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "t" | "1" => Ok(SandboxChoice(Some(Waldur::default()))),
        "false" | "no" | "off" | "n" | "f" | "0" => Ok(SandboxChoice(None)),
        version => version.parse().map(|version| SandboxChoice(Some(version))),
    }
}

/// Reads the id of a link.
pub(super) fn link_id(text: &str) -> Result<LinkId, String> {
    LinkId::parse(text).ok_or_else(|| "the id of a link is a UUID; `grantsync links -v` shows them".to_owned())
}

/// Reads the name of a risk.
pub(super) fn risk(text: &str) -> Result<&'static str, String> {
    let names = || risks::ALL.iter().map(|(name, _)| *name);
    names().find(|it| *it == text).ok_or_else(|| format!("the risks are {}", names().collect::<Vec<_>>().join(", ")))
}

/// Reads a digest.
pub(super) fn digest(text: &str) -> Result<Digest, String> {
    Digest::parse(text).map_err(|it| format!("{it}; {}", it.help()))
}

/// A day or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// 00:00 of it, in the time zone of the files.
    Day(Date),
    /// Exactly then.
    Instant(Timestamp),
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let day = || text.parse().map(Self::Day);
        let wrong = |_| "write a day like `2027-01-01` or an instant like `2027-01-01T12:00:00Z`".to_owned();
        text.parse().map(Self::Instant).or_else(|_| day()).map_err(wrong)
    }
}

impl When {
    /// The instant that is meant in a time zone, by its IANA name.
    pub(super) fn instant(self, zone: Option<&str>) -> Result<Timestamp, jiff::Error> {
        match self {
            Self::Instant(at) => Ok(at),
            Self::Day(day) => Ok(day.to_zoned(zone.map_or(Ok(TimeZone::UTC), TimeZone::get)?)?.timestamp()),
        }
    }
}

/// Reads a time in the past: so long ago, a day in UTC, or an instant.
pub(super) fn since(text: &str) -> Result<Timestamp, String> {
    let ago = |ago| Timestamp::now().saturating_sub(SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX));
    if let Ok(duration) = span(text) {
        return Ok(ago(duration).unwrap_or(Timestamp::MIN));
    }
    let when = text.parse::<When>().and_then(|it| it.instant(None).map_err(|it| it.to_string()));
    when.map_err(|_| "write a time ago like `7d` or `36h`, a day like `2027-01-01`, or an instant".to_owned())
}

/// A duration in which a day has 24 hours; it may be none.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let hours = |days: &str| days.parse::<i64>().ok()?.checked_mul(24).map(|it| format!("{it}h"));
    let text = text.strip_suffix('d').and_then(|it| hours(it.trim())).unwrap_or_else(|| text.to_owned());
    if text == "0s" { Ok(Duration::ZERO) } else { duration(&text) }
}

/// Reads a duration that is some.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let unsigned = |it: SignedDuration| Duration::try_from(it).ok().filter(|it| !it.is_zero());
    let parsed = text.parse::<SignedDuration>().ok().and_then(unsigned);
    parsed.ok_or_else(|| "write a duration like `90s`, `5m` or `1h`".to_owned())
}
