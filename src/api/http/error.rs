//! What can go wrong between us and Waldur.

use reqwest::StatusCode;

use super::method::Method;

/// A request that did not do what it should, or a client that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{request}: {detail}")]
pub struct Error {
    /// What was asked, e.g. `GET /api/users/me/`, or which setting is of no use.
    pub request: String,
    /// What to branch on.
    pub kind: ErrorKind,
    /// What the server said, or what stood in the way. Never contains the token.
    pub detail: String,
    /// What to do about it.
    pub help: Option<String>,
    /// How it was answered, if it was.
    pub(in crate::api) status: Option<u16>,
    /// So many writes in a row were refused for the limit of the server that no more should be sent now.
    pub(in crate::api) refused_in_a_row: Option<u32>,
    source: Option<Cause>,
}

/// The sorts of failure that a caller acts on differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// The address, the token or the certificate file cannot be used. Nothing was sent.
    Settings,
    /// No connection came about. Nothing was sent.
    Unreachable,
    /// It was sent, and no answer tells what became of it: a write may have happened.
    Lost,
    /// A POST whose answer says that it was most likely not looked at, or undone: 503 and, where the server undoes what
    /// fails, 500. In the same pass it may be sent again once a look shows that it did nothing.
    Repeatable,
    /// The server has too much to do, or its proxy cannot reach it. Nothing was changed.
    Busy,
    /// 401: the token is none, or not any more.
    Unauthorized,
    /// 403: the token may not do this.
    Forbidden,
    /// 404: not there, or not visible to the token.
    NotFound,
    /// Another 4xx: understood and turned down. Trying again will not help.
    Rejected,
    /// Another 5xx, to a request that changes nothing.
    Failed,
    /// Sent elsewhere, to where we do not follow.
    Redirected,
    /// Answered with something else than what was asked for, most likely not by Waldur.
    Unreadable,
    /// The server speaks another API than a moment ago: it was upgraded, or is another one.
    OtherApi,
}

/// The root of the matter, in the words of whoever found it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
struct Cause(String);

impl Error {
    pub(in crate::api) fn new(request: impl Into<String>, kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self {
            request: request.into(),
            kind,
            detail: detail.into(),
            help: None,
            status: None,
            refused_in_a_row: None,
            source: None,
        }
    }

    /// Whether several writes in a row were refused because the server limits requests: each further one would be, too.
    pub fn is_throttled(&self) -> bool {
        self.refused_in_a_row.is_some()
    }

    /// The same, of a write of which nobody knows what became.
    #[must_use]
    pub(in crate::api) fn lost(self) -> Self {
        Self { kind: ErrorKind::Lost, ..self }
    }

    #[must_use]
    pub(in crate::api) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub(in crate::api) fn because(mut self, cause: impl Into<String>) -> Self {
        self.source = Some(Cause(cause.into()));
        self
    }

    /// An answer with a status that is no success. `excerpt` is what its body says.
    pub(in crate::api) fn status(request: String, method: Method, status: StatusCode, excerpt: &str) -> Self {
        let mut detail = format!("answered {status}");
        // Pages of errors repeat their status.
        let said = excerpt.strip_prefix(status.as_str()).unwrap_or(excerpt).trim_start();
        let said = said.strip_prefix(status.canonical_reason().unwrap_or_default()).unwrap_or(said).trim_start();
        if !said.is_empty() {
            detail = format!("{detail}: {said}");
        }
        let mut error = Self::new(request, kind(method, status), detail);
        error.status = Some(status.as_u16());
        match help(status, excerpt) {
            Some(help) => error.help(help),
            None => error,
        }
    }
}

fn kind(method: Method, status: StatusCode) -> ErrorKind {
    let code = status.as_u16();
    // In all likelihood a limit of requests, as nginx tells it; but a gateway may say so of a work that was done.
    if method == Method::Post && code == 503 {
        return ErrorKind::Repeatable;
    }
    // A 303 says that the work was done and its result is elsewhere; the others don't say what was done.
    if method.writes() && !matches!(code, 300..=302 | 304..=499) {
        return ErrorKind::Lost;
    }
    match code {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        429 | 502..=504 => ErrorKind::Busy,
        300..=399 => ErrorKind::Redirected,
        400..=499 => ErrorKind::Rejected,
        500..=599 => ErrorKind::Failed,
        _ => ErrorKind::Unreadable,
    }
}

fn help(status: StatusCode, excerpt: &str) -> Option<&'static str> {
    // The words of nginx and of Go's HTTP server. They only choose a remedy; nothing else depends on them.
    if status == StatusCode::BAD_REQUEST && excerpt.contains("HTTP request") && excerpt.contains("HTTPS") {
        return Some("this port speaks TLS: write the address with `https://`");
    }
    match status.as_u16() {
        401 => Some("the token is wrong or has expired (one that is not used for its lifetime does): get a new one"),
        403 => Some("the owner of the token may not do this; grantsync needs a token of a staff user"),
        404 => Some("check the address: what comes before `/api/` in it may be wrong"),
        407 => Some("the proxy between here and Waldur asks for a password: check `HTTP_PROXY` and `HTTPS_PROXY`"),
        429 => Some("the server limits requests: try again later, or with a smaller `--parallelism`"),
        502..=504 => Some("the server is down or overloaded: try again later"),
        _ => None,
    }
}
