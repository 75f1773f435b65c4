//! Reading the files, and saying what was found in them.

use std::path::PathBuf;

use super::error::{Error, Result, about_option};
use super::output;
use super::revision::{self, Revision};
use crate::desired::Document;
use crate::diagnostic::{Diagnostic, Source};
use crate::saved::Commit;
use crate::visible::visible;
use crate::{desired, render};

/// More than this many findings are counted, not shown.
const SHOWN: usize = 50;

/// Files as they were read, and what they say.
pub(super) struct Read {
    pub(super) sources: Vec<Source>,
    pub(super) document: Document,
}

/// Reads the files, and says what is wrong with them.
pub(super) async fn files(paths: &[PathBuf], revision: &Revision) -> Result<Read> {
    parse(revision::read(paths, revision).await?)
}

/// The same, and the commit that they are of, if it was the same before and after.
pub(super) async fn with_commit(paths: &[PathBuf], revision: &Revision) -> Result<(Read, Option<Commit>)> {
    let before = revision::commit(paths, revision);
    let read = files(paths, revision).await?;
    let commit = before.filter(|it| revision::commit(paths, revision).as_ref() == Some(it));
    Ok((read, commit))
}

/// Reads what files say, and says what is wrong with them.
pub(super) fn parse(sources: Vec<Source>) -> Result<Read> {
    match desired::parse(&sources) {
        Ok(document) => Ok(Read { sources, document }),
        Err(diagnostics) => Err(Error::invalid(sources, diagnostics)),
    }
}

/// Says what was found in the files.
pub(super) fn tell(sources: &[Source], diagnostics: &[Diagnostic]) {
    if !diagnostics.is_empty() {
        output::say(&format!("{}\n\n", render::diagnostics(sources, diagnostics, true, SHOWN)));
    }
}

/// Says what of the arguments means nothing.
pub(super) fn refuse(what: &str, problems: &[Diagnostic]) {
    output::say(&format!("error: {what}\n"));
    for problem in problems {
        output::say(&format!("  {}\n", visible(&about_option(problem))));
    }
}
