//! The page for people: right without scripts, on a phone, in the dark, and printed.

mod attention;
mod banner;
mod facts;
mod html;
mod policy;
mod recent;
mod when;

use std::fmt;

use jiff::Timestamp;

use crate::daemon::{Listed, Status, Verdict};
use banner::Banner;
use html::Html;
pub(super) use policy::policy;

/// The style, which is in the page.
const STYLE: &str = include_str!("style.css");

/// The status of a daemon at a moment, as a page.
pub fn page(status: &Status, now: Timestamp) -> String {
    let banner = Banner::of(status, now);
    let mut html = Html::default();
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n");
    html.raw("<meta http-equiv=\"refresh\" content=\"30\">\n");
    html.raw("<link rel=\"icon\" href=\"").raw(banner.tone.icon()).raw("\">\n");
    html.raw("<title>").raw(banner.title).raw(" · grantsync</title>\n<style>").raw(STYLE).raw("</style>\n</head>\n");
    html.raw("<body>\n<header><span>grantsync</span> <span>")
        .name(&status.about.server)
        .raw("</span></header>\n<main>\n");
    banner.write(&mut html);
    facts::facts(&mut html, status, now);
    attention::attention(&mut html, status, now);
    recent::recent(&mut html, status, now);
    html.raw("</main>\n<footer>grantsync ").text(status.about.version).raw(", ").name(&status.about.schedule);
    html.raw(", started ")
        .ago(status.started, now)
        .raw(" · <a href=\"status\">JSON</a> · <a href=\"metrics\">metrics</a>");
    html.raw("</footer>\n</body>\n</html>\n");
    html.into_string()
}

/// A colour that never speaks alone: a sign and words go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Good,
    Changed,
    Waits,
    Bad,
    Quiet,
}

impl Tone {
    const fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::InSync | Verdict::NoChange => Self::Good,
            Verdict::Changed => Self::Changed,
            Verdict::Held | Verdict::Unresolved => Self::Waits,
            Verdict::Incomplete
            | Verdict::StaleList
            | Verdict::Broken
            | Verdict::Unreachable
            | Verdict::Unauthorized
            | Verdict::Refused
            | Verdict::OtherApi => Self::Bad,
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Changed => "changed",
            Self::Waits => "waits",
            Self::Bad => "bad",
            Self::Quiet => "quiet",
        }
    }

    const fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Changed => "↻",
            Self::Waits => "!",
            Self::Bad => "✕",
            Self::Quiet => "…",
        }
    }

    /// For the tab: the same colour.
    const fn icon(self) -> &'static str {
        macro_rules! dot {
            ($colour:literal) => {
                concat!(
                    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E",
                    "%3Ccircle cx='8' cy='8' r='7' fill='%23",
                    $colour,
                    "'/%3E%3C/svg%3E"
                )
            };
        }
        match self {
            Self::Good => dot!("2f9e62"),
            Self::Changed => dot!("3b7dd8"),
            Self::Waits => dot!("d9961a"),
            Self::Bad => dot!("d0453b"),
            Self::Quiet => dot!("8a939b"),
        }
    }
}

fn section(html: &mut Html, title: &'static str, content: impl FnOnce(&mut Html)) {
    html.raw("<section>\n<h2>").raw(title).raw("</h2>\n").add(content).raw("</section>\n");
}

/// The first items of a list, and how many are not shown.
fn listed<T>(html: &mut Html, listed: &Listed<T>, one: impl Fn(&mut Html, &T)) {
    let Listed { first, count } = listed;
    if first.is_empty() {
        return;
    }
    html.raw("<ul>\n");
    for item in first {
        html.raw("<li>").add(|html| one(html, item)).raw("</li>\n");
    }
    if *count > first.len() {
        html.raw("<li>and ").text(Grouped(count - first.len())).raw(" more</li>\n");
    }
    html.raw("</ul>\n");
}

/// `1 change`, `1,204 changes`.
struct Count(usize, &'static str, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, one, many) = self;
        write!(f, "{} {}", Grouped(*count), if *count == 1 { one } else { many })
    }
}

/// `1,204`.
struct Grouped(usize);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}
