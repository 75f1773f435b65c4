//! Reading the files, and what it means when that fails.

use std::path::PathBuf;

use anyhow::Result;

use super::revision::{self, Revision};
use super::{Exit, output};
use crate::desired::Document;
use crate::diagnostic::{Diagnostic, Source};
use crate::reconcile::{self, files::FilesError};
use crate::saved::SavedError;
use crate::{desired, render};

/// More than this many findings are counted, not shown.
const SHOWN: usize = 50;

/// The files are not what they should be.
#[derive(Debug, thiserror::Error)]
#[error("the files are invalid: no request was sent")]
pub(super) struct Invalid {
    /// What the diagnostics point into.
    pub(super) sources: Vec<Source>,
    /// What is wrong.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Files as they were read, and what they say.
pub(super) struct Read {
    pub(super) sources: Vec<Source>,
    pub(super) document: Document,
}

/// Reads the files, and says what is wrong with them.
pub(super) async fn files(paths: &[PathBuf], revision: &Revision) -> Result<Read> {
    let sources = match revision::read(paths, revision).await? {
        Err(FilesError::Invalid { sources, diagnostics }) => return Err(Invalid { sources, diagnostics }.into()),
        read => read?,
    };
    parse(sources)
}

/// Reads what files say, and says what is wrong with them.
pub(super) fn parse(sources: Vec<Source>) -> Result<Read> {
    match desired::parse(&sources) {
        Ok(document) => Ok(Read { sources, document }),
        Err(diagnostics) => Err(Invalid { sources, diagnostics }.into()),
    }
}

/// Says what was found in the files.
pub(super) fn tell(sources: &[Source], diagnostics: &[Diagnostic]) {
    if !diagnostics.is_empty() {
        output::say(&format!("{}\n\n", render::diagnostics(sources, diagnostics, true, SHOWN)));
    }
}

/// What an error means for the exit code, and the remedies known for it.
pub(super) fn cause(error: &anyhow::Error) -> (Exit, Vec<String>) {
    if error.is::<Invalid>() {
        return (Exit::Invalid, Vec::new());
    }
    if let Some(error) = error.downcast_ref::<FilesError>() {
        return (Exit::Invalid, error.help().map(str::to_owned).into_iter().collect());
    }
    if let Some(error) = error.downcast_ref::<SavedError>() {
        return (Exit::Invalid, vec![error.help().to_owned()]);
    }
    if error.is::<super::saved::Unreadable>() {
        return (Exit::Invalid, Vec::new());
    }
    if let Some(error) = error.downcast_ref::<super::saved::NotCurrent>() {
        return (Exit::Stale, vec![error.help().to_owned()]);
    }
    if let Some(error) = error.downcast_ref::<super::connect::Usage>() {
        return (Exit::Usage, vec![error.help.clone()]);
    }
    if let Some(error) = error.downcast_ref::<super::run::CannotStart>() {
        return (Exit::Refused, vec![error.help.to_owned()]);
    }
    let help = match error.downcast_ref::<reconcile::Error>() {
        Some(reconcile::Error::Api(error)) => error.help.clone(),
        Some(reconcile::Error::Stale(stale)) => {
            let help = if stale.current.is_empty() {
                "run `grantsync plan` and look again"
            } else {
                "run `grantsync plan` and look again; if what is held now is meant, approve that"
            };
            return (Exit::Stale, vec![help.to_owned()]);
        }
        Some(reconcile::Error::PartialView(_)) => {
            Some("use a staff token, or say with `--partial-view` that this is meant; nothing was written".to_owned())
        }
        Some(reconcile::Error::Narrow(problems)) => {
            let told = problems.iter().map(|it| {
                let help = it.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
                format!("{}: {}{help}", it.primary.span.file, it.message)
            });
            return (Exit::Refused, told.collect());
        }
        None => error.downcast_ref::<crate::api::Error>().and_then(|it| it.help.clone()),
    };
    (Exit::Refused, help.into_iter().collect())
}
