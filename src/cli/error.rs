//! Why a command ended before it was done: in words, with the exit code and what to do.

use std::fmt;

use super::Exit;
use crate::api;
use crate::diagnostic::{Diagnostic, Source};
use crate::directory::Directory;
use crate::policy::Difference;
use crate::reconcile::{self, files::FilesError};
use crate::saved::SavedError;

pub(super) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command ended before it was done.
#[derive(Debug)]
pub(super) struct Error {
    pub(super) exit: Exit,
    /// What failed, then each of its causes.
    pub(super) messages: Vec<String>,
    /// What to do about it.
    pub(super) hints: Vec<String>,
    /// What is shown besides the words.
    pub(super) shown: Option<Box<Details>>,
}

/// What is shown of an error besides the words.
#[derive(Debug)]
pub(super) enum Details {
    /// What is wrong with the files.
    Invalid {
        /// What the diagnostics point into.
        sources: Vec<Source>,
        /// What is wrong.
        diagnostics: Vec<Diagnostic>,
    },
    /// What would be done now instead of what a saved plan holds.
    Stale {
        /// What is different.
        differences: Vec<Difference>,
        /// What things are called, now or then.
        names: Directory,
    },
    /// One output could not be written, and the others were.
    Unwritten,
}

impl Error {
    pub(super) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, messages: vec![message.into()], hints: Vec::new(), shown: None }
    }

    /// Something on the command line or in the environment is missing or invalid.
    pub(super) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message).help(help)
    }

    /// The files are invalid.
    pub(super) fn invalid(sources: Vec<Source>, diagnostics: Vec<Diagnostic>) -> Self {
        let error = Self::new(Exit::Invalid, "the files are invalid: no request was sent");
        error.showing(Details::Invalid { sources, diagnostics })
    }

    /// An error of another room, with its causes.
    fn from_std(exit: Exit, error: &dyn std::error::Error) -> Self {
        let chain = std::iter::successors(Some(error), |it| it.source());
        Self { exit, messages: chain.map(ToString::to_string).collect(), hints: Vec::new(), shown: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.hints.push(help.into());
        self
    }

    pub(super) fn showing(self, shown: Details) -> Self {
        Self { shown: Some(Box::new(shown)), ..self }
    }

    /// What was attempted.
    pub(super) fn context(mut self, attempted: impl Into<String>) -> Self {
        self.messages.insert(0, attempted.into());
        self
    }

    /// What is told went to all other places.
    pub(super) fn unwritten(self, place: &str) -> Self {
        self.context(format!("could not write {place}")).showing(Details::Unwritten)
    }

    /// Everything in one line.
    pub(super) fn line(&self) -> String {
        self.messages.join(": ")
    }
}

/// Says what was attempted, if it failed.
pub(super) trait Context<T> {
    fn context<S: Into<String>>(self, attempted: impl FnOnce() -> S) -> Result<T>;
}

impl<T, E: Into<Error>> Context<T> for Result<T, E> {
    fn context<S: Into<String>>(self, attempted: impl FnOnce() -> S) -> Result<T> {
        self.map_err(|error| error.into().context(attempted()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())
    }
}

/// Errors of libraries, which know no remedy.
macro_rules! refused {
    ($($error:ty),*) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::from_std(Exit::Refused, &error)
            }
        }
    )*};
}
refused!(std::io::Error, tokio::task::JoinError, jiff::Error, serde_json::Error);

impl From<api::Error> for Error {
    fn from(error: api::Error) -> Self {
        Self { hints: error.help.iter().cloned().collect(), ..Self::from_std(Exit::Refused, &error) }
    }
}

impl From<SavedError> for Error {
    fn from(error: SavedError) -> Self {
        Self::from_std(Exit::Invalid, &error).help(error.help())
    }
}

impl From<FilesError> for Error {
    fn from(error: FilesError) -> Self {
        let told = Self::from_std(Exit::Invalid, &error);
        let hints = error.help().map(str::to_owned).into_iter().collect();
        if let FilesError::Invalid { sources, diagnostics } = error {
            return Self::invalid(sources, diagnostics);
        }
        Self { hints, ..told }
    }
}

impl From<reconcile::Error> for Error {
    fn from(error: reconcile::Error) -> Self {
        let told = Self::from_std(Exit::Refused, &error);
        match error {
            reconcile::Error::Api(error) => error.into(),
            reconcile::Error::PassFilter(problems) => {
                Self { hints: problems.iter().map(about_option).collect(), ..told }
            }
            reconcile::Error::Stale(stale) => {
                let again = "run `grantsync plan` and look again";
                let other = if stale.current.is_empty() { "" } else { "; if what is held now is meant, approve that" };
                Self { exit: Exit::Stale, ..told }.help(format!("{again}{other}"))
            }
            reconcile::Error::PartialView(observation) => told.help(observation.partial_view_help()),
        }
    }
}

/// What is wrong with the value of an option, and what to do.
pub(super) fn about_option(Diagnostic { message, primary, help, .. }: &Diagnostic) -> String {
    let help = help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{}: {message}{help}", primary.span.file)
}
