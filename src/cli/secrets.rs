//! The token in use, cut out of everything that is written: wherever it got into, it was a mistake.

use std::borrow::Cow;
use std::env;
use std::fs;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::api::{self, TokenSource};

/// Shorter ones are words that occur by themselves. Those of Waldur have 40 characters.
const SHORTEST: usize = 16;

/// The tokens that this process has used.
static IN_USE: LazyLock<Mutex<Vec<SecretString>>> = LazyLock::new(|| {
    let tokens = Mutex::default();
    if let Ok(token) = env::var("WALDUR_ACCESS_TOKEN") {
        keep(&tokens, &token);
    }
    tokens
});

/// Keeps in mind what a file holds as a token now.
pub(super) fn in_file(path: &Path) {
    // A pipe can be read only once: `read_pipe`.
    if path.is_file()
        && let Ok(text) = fs::read_to_string(path)
    {
        keep(&IN_USE, &text);
    }
}

/// Reads a token that is in a pipe, and keeps it in mind.
pub(super) fn read_pipe(source: TokenSource, patience: Duration) -> Result<TokenSource, api::Error> {
    let file = matches!(source, TokenSource::File(_));
    let read = source.read_pipe(patience)?;
    if let TokenSource::Text(token) = &read
        && file
    {
        keep(&IN_USE, token.expose_secret());
    }
    Ok(read)
}

/// The text without them.
pub(super) fn cut_out(text: &str) -> Cow<'_, str> {
    let tokens = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
    let within = tokens.iter().map(ExposeSecret::expose_secret).filter(|it| text.contains(*it));
    within.fold(Cow::Borrowed(text), |text, token| Cow::Owned(text.replace(token, "<token>")))
}

fn keep(tokens: &Mutex<Vec<SecretString>>, text: &str) {
    let token = text.trim_start_matches('\u{feff}').trim();
    let mut tokens = tokens.lock().unwrap_or_else(PoisonError::into_inner);
    if token.len() >= SHORTEST && tokens.iter().all(|it| it.expose_secret() != token) {
        tokens.push(token.into());
    }
}
