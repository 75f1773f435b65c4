//! The token: where it comes from, and how it stays out of sight.

use std::error::Error as _;
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::error::{Error, Kind};

/// Where the token comes from.
#[derive(Debug, Clone)]
pub enum TokenSource {
    /// This text.
    Text(SecretString),
    /// What the file holds whenever a request is sent: a token may be rotated under a running process.
    File(PathBuf),
}

/// The token of one client.
#[derive(Debug)]
pub(super) struct Token {
    source: TokenSource,
    last: Mutex<Last>,
}

/// The last token that could be read, how often none could be since, and why that was last said to be.
#[derive(Debug)]
struct Last {
    token: Secret,
    failed: u32,
    said: Option<String>,
}

/// A token that was used, kept to be scrubbed from whatever is shown.
#[derive(Clone)]
pub(super) struct Secret {
    text: SecretString,
    /// Marked as sensitive, so that no layer below logs it.
    header: HeaderValue,
}

impl Token {
    /// Fails when there is no token that could be sent.
    pub(super) fn new(source: TokenSource) -> Result<Self, Error> {
        let last = Mutex::new(Last { token: read(&source)?, failed: 0, said: None });
        Ok(Self { source, last })
    }

    /// The token of this moment.
    ///
    /// A file that is empty or gone for a moment is one that is being replaced. The last good token stays in use then,
    /// and the server is the judge of it. When it is so the second time in a row, it is said, each reason once: whoever
    /// put a new token there has to know that it is not used.
    pub(super) fn current(&self) -> Secret {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match read(&self.source) {
            Ok(token) => *last = Last { token, failed: 0, said: None },
            Err(error) => {
                last.failed = last.failed.saturating_add(1);
                let because = error.source().map(|it| format!(": {it}")).unwrap_or_default();
                let why = format!("{error}{because}");
                if last.failed >= 2 && last.said.as_ref() != Some(&why) {
                    tracing::warn!(help = error.help, "the last token stays in use: {why}");
                    last.said = Some(why);
                }
            }
        }
        last.token.clone()
    }

    /// Why the last token stays in use, if its source holds none that can be used.
    pub(super) fn problem(&self) -> Option<String> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).said.clone()
    }
}

impl Secret {
    fn parse(text: &str, place: impl Fn() -> String) -> Result<Self, Error> {
        // Editors of Windows put a mark before it.
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err(Error::new(place(), Kind::Settings, "empty").help("put the token there, on one line"));
        }
        if let Some(at) = text.chars().position(|it| !it.is_ascii_graphic()) {
            let detail = format!("character {} cannot be part of a token", at + 1);
            let help = "put the token alone there, as plain text (UTF-8), without `Token `";
            return Err(Error::new(place(), Kind::Settings, detail).help(help));
        }
        let mut header = HeaderValue::from_str(&format!("Token {text}"))
            .map_err(|_| Error::new(place(), Kind::Settings, "cannot be sent in a header"))?;
        header.set_sensitive(true);
        Ok(Self { text: text.into(), header })
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The text without the token.
    pub(super) fn scrub(&self, text: &str) -> String {
        text.replace(self.text.expose_secret(), "<token>")
    }

    pub(super) fn len(&self) -> usize {
        self.text.expose_secret().len()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.text.expose_secret() == other.text.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<token>")
    }
}

fn read(source: &TokenSource) -> Result<Secret, Error> {
    match source {
        TokenSource::Text(text) => Secret::parse(text.expose_secret(), || "token".to_owned()),
        TokenSource::File(path) => {
            let place = || format!("token file `{}`", path.display());
            let text = fs::read(path).map_err(|error| {
                let unread = Error::new(place(), Kind::Settings, "cannot be read").because(error.to_string());
                match error.kind() {
                    io::ErrorKind::PermissionDenied => unread.help("let the user that grantsync runs as read it"),
                    _ => unread,
                }
            })?;
            let text = SecretString::from(String::from_utf8_lossy(&text).into_owned());
            Secret::parse(text.expose_secret(), place)
        }
    }
}
