//! Reading a set of files.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::desired::{Undecodable, decode};
use crate::diagnostic::Source;

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or not ours to read.
    #[error("could not read {place}")]
    Unreadable {
        /// Which one.
        place: String,
        /// Why.
        source: io::Error,
    },
    /// It is no text.
    #[error("{}: {}", .0.problem.primary.span.file, .0.problem.message)]
    Undecodable(Box<Undecodable>),
}

/// Reads files, in the order given; `-` is standard input.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Source>, Error> {
    paths.iter().map(|path| read_one(path)).collect()
}

fn read_one(path: &Path) -> Result<Source, Error> {
    let stdin = path == Path::new("-");
    let place = if stdin { "<stdin>".to_owned() } else { path.display().to_string() };
    let bytes = if stdin { read_stdin() } else { fs::read(path) };
    let bytes = bytes.map_err(|source| Error::Unreadable { place: place.clone(), source })?;
    decode(place.into(), bytes).map_err(Error::Undecodable)
}

fn read_stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
