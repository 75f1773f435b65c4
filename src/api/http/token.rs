//! The token: where it comes from, and how it stays out of sight.

use std::error::Error as _;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::error::{Error, ErrorKind};

/// No token is nearly as long, in bytes. What never ends, like a device, would otherwise be read until memory is full.
const MOST: u64 = 64 << 10;

/// Where the token comes from.
#[derive(Debug, Clone)]
pub enum TokenSource {
    /// This text.
    Text(SecretString),
    /// What the file holds whenever a request is sent: a token may be rotated under a running process. A pipe is read
    /// once, at the start.
    File(PathBuf),
}

impl TokenSource {
    /// The same, with what a pipe holds in its place. Its writer is waited for, for as long as the patience lasts.
    ///
    /// # Errors
    /// If the pipe holds no token that could be sent.
    pub fn read_pipe(self, patience: Duration) -> Result<Self, Error> {
        match self {
            Self::File(path) if is_stream(&path) => Ok(Self::Text(read_within(path, patience)?.text)),
            other => Ok(other),
        }
    }
}

/// The token of one client.
#[derive(Debug)]
pub(in crate::api) struct Token {
    /// The file to read again.
    file: Option<PathBuf>,
    /// How long that may take.
    patience: Duration,
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
pub(in crate::api) struct Secret {
    text: SecretString,
    /// Marked as sensitive, so that no layer below logs it.
    header: HeaderValue,
}

impl Token {
    /// Fails when there is no token that could be sent. Waits for whoever writes a pipe, for as long as the patience lasts.
    pub(in crate::api) fn new(source: TokenSource, patience: Duration) -> Result<Self, Error> {
        let (file, token) = match source.read_pipe(patience)? {
            TokenSource::Text(text) => (None, Secret::parse(text.expose_secret(), || "token".to_owned())?),
            TokenSource::File(path) => {
                let token = read(&path)?;
                (Some(path), token)
            }
        };
        Ok(Self { file, patience, last: Mutex::new(Last { token, failed: 0, said: None }) })
    }

    /// The token of this moment.
    ///
    /// A file that is empty or gone for a moment is one that is being replaced. The last good token stays in use then,
    /// and the server is the judge of it. When it is so the second time in a row, it is said, each reason once: whoever
    /// put a new token there has to know that it is not used.
    pub(in crate::api) async fn current(&self) -> Secret {
        let read = match &self.file {
            Some(path) => again(path.clone(), self.patience).await,
            None => return self.last.lock().unwrap_or_else(PoisonError::into_inner).token.clone(),
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match read {
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
    pub(in crate::api) fn problem(&self) -> Option<String> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).said.clone()
    }
}

impl Secret {
    fn parse(text: &str, place: impl Fn() -> String) -> Result<Self, Error> {
        // Editors of Windows put a mark before it.
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err(Error::new(place(), ErrorKind::Settings, "empty").help("put the token there, on one line"));
        }
        if let Some(at) = text.chars().position(|it| !it.is_ascii_graphic()) {
            let detail = format!("character {} cannot be part of a token", at + 1);
            let help = "put the token alone there, as plain text (UTF-8), without `Token `";
            return Err(Error::new(place(), ErrorKind::Settings, detail).help(help));
        }
        let mut header = HeaderValue::from_str(&format!("Token {text}"))
            .map_err(|_| Error::new(place(), ErrorKind::Settings, "cannot be sent in a header"))?;
        header.set_sensitive(true);
        Ok(Self { text: text.into(), header })
    }

    pub(in crate::api) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The text without the token.
    pub(in crate::api) fn scrub(&self, text: &str) -> String {
        text.replace(self.text.expose_secret(), "<token>")
    }

    pub(in crate::api) fn len(&self) -> usize {
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

/// Whether a path leads to something that can be read only once.
fn is_stream(path: &Path) -> bool {
    path.metadata().is_ok_and(|it| !it.is_file() && !it.is_dir())
}

/// Reads a file where blocking is no harm.
async fn again(path: PathBuf, patience: Duration) -> Result<Secret, Error> {
    let late = unread(&path, "takes too long");
    let reading = spawn_blocking(move || {
        // Whoever put a pipe in the place of the file would make us wait for its writer.
        if is_stream(&path) { Err(unread(&path, "is not a regular file any more")) } else { read(&path) }
    });
    match timeout(patience, reading).await {
        Ok(Ok(read)) => read,
        Ok(Err(panicked)) => std::panic::resume_unwind(panicked.into_panic()),
        Err(_) => Err(late),
    }
}

/// Reads a pipe, whose writer may never come.
fn read_within(path: PathBuf, patience: Duration) -> Result<Secret, Error> {
    let (tell, told) = mpsc::channel();
    let late = unread(&path, "nothing wrote a token to it in time").help("write the token to a regular file");
    std::thread::spawn(move || tell.send(read(&path)));
    told.recv_timeout(patience).unwrap_or(Err(late))
}

fn read(path: &Path) -> Result<Secret, Error> {
    let mut text = Vec::new();
    let attempt = File::open(path).and_then(|it| it.take(MOST + 1).read_to_end(&mut text));
    attempt.map_err(|error| {
        let unread = unread(path, &error.to_string());
        match error.kind() {
            io::ErrorKind::PermissionDenied => unread.help("let the user that grantsync runs as read it"),
            _ => unread,
        }
    })?;
    if text.len() as u64 > MOST {
        return Err(unread(path, "too long for a token"));
    }
    let text = SecretString::from(String::from_utf8_lossy(&text).into_owned());
    Secret::parse(text.expose_secret(), || place(path))
}

fn unread(path: &Path, why: &str) -> Error {
    Error::new(place(path), ErrorKind::Settings, "cannot be read").because(why.to_owned())
}

fn place(path: &Path) -> String {
    format!("token file `{}`", path.display())
}
