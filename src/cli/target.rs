//! Outputs that are asked for by path: never an input, and found to be writable before anything is sent.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::connect::Server;
use super::error::{Context as _, Error, Result};
use super::{output, secrets};
use crate::outfile::{OutFile, follow};
use crate::reconcile::files;

/// Where an output goes.
#[derive(Debug)]
pub(super) enum Target {
    /// To standard output.
    Stdout,
    /// There.
    File {
        /// As it was given.
        shown: PathBuf,
        /// As it is written.
        file: OutFile,
    },
}

impl Target {
    /// Finds out whether it can be written, and changes nothing.
    pub(super) fn open(path: &Path) -> Result<Self> {
        if is_stdout(path) {
            return Ok(Self::Stdout);
        }
        let file = OutFile::open(path).context(|| could_not_write(path))?;
        Ok(Self::File { shown: path.to_owned(), file })
    }

    /// Writes all of it.
    pub(super) fn write(&self, text: &str) -> Result<()> {
        match self {
            Self::Stdout => output::data(text).context(|| "could not write to standard output"),
            // A saved plan that names somebody like the token is damaged by this, and refused: better than a token in a file.
            Self::File { shown, file } => {
                file.write(secrets::cut_out(text).as_bytes()).context(|| could_not_write(shown))
            }
        }
    }
}

/// Whether a path means standard output.
pub(super) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

fn could_not_write(path: &Path) -> String {
    format!("could not write `{}`", path.display())
}

/// Files that a call reads, and that none of its outputs may replace.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    files: BTreeSet<PathBuf>,
    /// A YAML file below one of them would be read the next time.
    directories: Vec<PathBuf>,
}

impl Inputs {
    /// Desired files, and what else is read.
    pub(super) fn new<'a>(files: &[PathBuf], others: impl IntoIterator<Item = &'a Path>) -> Self {
        let others = others.into_iter().filter_map(|it| it.canonicalize().ok());
        let directories = files.iter().filter_map(|it| it.canonicalize().ok()).filter(|it| it.is_dir()).collect();
        Self { files: files::found(files).into_iter().chain(others).collect(), directories }
    }

    /// Refuses outputs that are inputs, and two outputs to one file.
    pub(super) fn protect<'a>(&self, outputs: impl IntoIterator<Item = &'a Path>) -> Result<()> {
        let mut targets = BTreeSet::new();
        for path in outputs.into_iter().filter(|it| !is_stdout(it)) {
            let Ok(target) = follow(path) else { continue };
            if self.files.contains(&target) || self.directories.iter().any(|it| is_read_below(&target, it)) {
                let message = format!("`{}` is read by this call and would be overwritten", path.display());
                return Err(Error::usage(message, "name another file to write"));
            }
            // What is no regular file takes one output after the other.
            let regular = target.metadata().map_or(true, |it| it.is_file());
            if regular && !targets.insert(target) {
                let message = format!("`{}` would be written twice", path.display());
                return Err(Error::usage(message, "name a file for each output"));
            }
        }
        Ok(())
    }
}

/// What is read of a server's settings.
pub(super) fn settings(server: &Server) -> impl Iterator<Item = &Path> {
    [&server.token_file, &server.ca_file].into_iter().flatten().map(PathBuf::as_path)
}

fn is_read_below(target: &Path, directory: &Path) -> bool {
    target.strip_prefix(directory).is_ok_and(|below| files::is_yaml(below) && !files::is_hidden(below))
}
