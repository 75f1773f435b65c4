//! A try that ended without an answer, or with one that cannot be read.

use std::fmt;

use super::address::Address;
use super::error::{Error, ErrorKind};
use super::excerpt;
use super::method::Method;
use super::retry::AttemptResult;

/// What happened instead of an answer.
#[derive(Debug)]
pub(in crate::api) struct Failure {
    pub(in crate::api) outcome: AttemptResult,
    detail: String,
    cause: String,
    help: Option<String>,
}

impl Failure {
    /// The request went out, and that is all we know.
    pub(in crate::api) fn lost(detail: impl Into<String>) -> Self {
        let help = Some("the server is overloaded, or the network between is bad: try again later".to_owned());
        Self { outcome: AttemptResult::Lost, detail: detail.into(), cause: String::new(), help }
    }

    /// An answer came, and nobody can tell what it says.
    pub(in crate::api) fn unreadable(detail: &str, cause: &str) -> Self {
        let help = Some("a proxy between here and Waldur spoils its answers: ask who runs it".to_owned());
        Self { outcome: AttemptResult::Answered(200), detail: detail.to_owned(), cause: cause.to_owned(), help }
    }

    /// The HTTP client came back without a response. `root` is the root of its error.
    pub(in crate::api) fn sending(error: &reqwest::Error, root: &str, address: &Address) -> Self {
        if error.is_connect() {
            let detail = format!("could not connect to `{}`", address.host());
            let help = Some(connecting(root, address));
            return Self { outcome: AttemptResult::NotSent, detail, cause: root.to_owned(), help };
        }
        if error.is_builder() {
            let detail = "could not be put together".to_owned();
            return Self { outcome: AttemptResult::NotSent, detail, cause: root.to_owned(), help: None };
        }
        Self::lost("no answer").because(root)
    }

    /// The same, at a port that has never answered: one for TLS hears no HTTP in a plain request, and answers none.
    pub(super) fn perhaps_tls(self, address: &Address) -> Self {
        if self.outcome != AttemptResult::Lost || address.is_encrypted() {
            return self;
        }
        Self { help: Some("does this port speak TLS? then write the address with `https://`".to_owned()), ..self }
    }

    pub(in crate::api) fn because(mut self, cause: &str) -> Self {
        cause.clone_into(&mut self.cause);
        self
    }

    pub(in crate::api) fn into_error(self, request: String, method: Method) -> Error {
        let Self { outcome, detail, cause, help } = self;
        let kind = match outcome {
            AttemptResult::NotSent => ErrorKind::Unreachable,
            AttemptResult::Answered(_) if !method.writes() => ErrorKind::Unreadable,
            AttemptResult::Lost | AttemptResult::Answered(_) => ErrorKind::Lost,
        };
        let mut error = Error::new(request, kind, detail);
        error.help = help;
        if cause.is_empty() { error } else { error.because(excerpt::cut(&cause)) }
    }
}

/// Without the request, down to the cause.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { detail, cause, outcome: _, help: _ } = self;
        f.write_str(detail)?;
        if cause.is_empty() { Ok(()) } else { write!(f, ": {}", excerpt::cut(cause)) }
    }
}

/// The remedy for a connection that did not come about. The words are those of rustls and of the system.
fn connecting(root: &str, address: &Address) -> String {
    let has = |word| root.contains(word);
    if has("UnknownIssuer") || has("unknown issuer") {
        "if your own authority signed the server's certificate, name its certificate with `--ca-file`".to_owned()
    } else if has("InvalidContentType") || has("invalid HTTP") {
        "this port speaks no TLS: is the port right? (`http://` sends the token unencrypted)".to_owned()
    } else if has("CaUsedAsEndEntity") {
        "it signs itself, and for an authority: have it made anew with `CA:FALSE`, and name it with `--ca-file`"
            .to_owned()
    } else if has("expired") {
        format!("the certificate of `{}` is too old: ask who runs it, and check this machine's clock", address.host())
    } else if has("certificate") {
        format!(
            "the certificate of `{}` is not valid for it: check the address and this machine's clock",
            address.host()
        )
    } else if has("lookup") || has("resolve") {
        "the host name is not known: check the address, and `HTTPS_PROXY` if the network needs one".to_owned()
    } else {
        "check host and port of the address, and whether the server is up".to_owned()
    }
}
