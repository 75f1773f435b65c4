//! What came back, and how it is read.

use std::time::Duration;

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp, Unit};
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde::Deserialize;

use super::error::{Error, ErrorKind};
use super::excerpt;
use super::method::Method;
use super::token::Secret;

/// How many objects a list has in all.
const COUNT: &str = "x-result-count";
/// The part of a body that an excerpt is taken from.
const LOOKED_AT: usize = 64 << 10;

/// An answer with its whole body.
#[derive(Debug)]
pub(in crate::api) struct Answer {
    pub(in crate::api) request: String,
    pub(in crate::api) method: Method,
    pub(in crate::api) status: StatusCode,
    pub(in crate::api) headers: HeaderMap,
    pub(in crate::api) body: Vec<u8>,
    /// What must not be shown of it.
    pub(in crate::api) token: Secret,
    /// When the request was sent, by our clock.
    pub(in crate::api) sent: Timestamp,
    pub(in crate::api) took: Duration,
}

impl Answer {
    /// Reads the body.
    pub(in crate::api) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let excerpt = self.excerpt();
            let said = if excerpt.is_empty() { "nothing".to_owned() } else { format!("something else: {excerpt}") };
            self.unreadable(&format!("answered {}, but with {said}", self.status))
                .because(clean(&error.to_string(), &self.token))
        })
    }

    /// How many objects the list has in all, by `X-Result-Count`.
    pub(in crate::api) fn count(&self) -> Result<u64, Error> {
        let text = self.header(&HeaderName::from_static(COUNT));
        text.and_then(|it| it.parse().ok()).ok_or_else(|| {
            let mut error = self.unreadable(&format!("answered {} without a count in `X-Result-Count`", self.status));
            let excerpt = self.excerpt();
            if !self.body.starts_with(b"[") && !excerpt.is_empty() {
                error.detail = format!("{}: {excerpt}", error.detail);
            }
            error
        })
    }

    /// The answer is not what was asked for. For a write that means: nobody knows what happened.
    pub(in crate::api) fn unreadable(&self, detail: &str) -> Error {
        let kind = if self.method.writes() { ErrorKind::Lost } else { ErrorKind::Unreadable };
        let help = "this is not an answer of Waldur: check the address, and ask who runs the proxy before it (a login \
                    page, a cache, a filter of headers?)";
        Error::new(self.request.clone(), kind, detail).help(help)
    }

    /// What the body says, for people.
    pub(in crate::api) fn excerpt(&self) -> String {
        let text = match self.body.get(..LOOKED_AT) {
            None => String::from_utf8_lossy(&self.body).into_owned(),
            Some(start) => {
                let mut text = self.token.scrub(&String::from_utf8_lossy(start));
                // At the end may stand one that is cut in two, which could not be recognized.
                (0..self.token.len()).for_each(|_| _ = text.pop());
                text
            }
        };
        clean(&excerpt::message(&text), &self.token)
    }

    /// How long to wait, by `Retry-After`: seconds, or a date by the server's clock.
    pub(in crate::api) fn retry_after(&self) -> Option<Duration> {
        let text = self.header(&RETRY_AFTER)?;
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let then = rfc2822::parse(text).ok()?.timestamp();
        let now = self.date().unwrap_or(self.sent);
        Some(Duration::try_from(then.duration_since(now)).unwrap_or_default())
    }

    /// The server's clock less ours, to the second; it read its clock somewhere between request and answer.
    pub(in crate::api) fn clock_offset(&self) -> Option<SignedDuration> {
        let half = SignedDuration::try_from(self.took / 2).ok()?;
        // A date is cut to its second: on average, half a second has passed since.
        let theirs = self.date()?.checked_add(SignedDuration::from_millis(500)).ok()?;
        let offset = theirs.duration_since(self.sent.checked_add(half).ok()?);
        offset.round(Unit::Second).ok()
    }

    fn date(&self) -> Option<Timestamp> {
        Some(rfc2822::parse(self.header(&DATE)?).ok()?.timestamp())
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }
}

/// A line from the server that may be shown.
pub(in crate::api) fn clean(text: &str, token: &Secret) -> String {
    excerpt::cut(&token.scrub(text))
}
