//! Reads a set of files, as one: what is read stood there at one time, or reading starts over.
//!
//! A file may be replaced, a directory swapped and a work tree checked out at any moment. Half of an old set and half
//! of a new one would be access that nobody declared.

mod blame;
mod error;
mod git;
mod repository;
mod revision;
mod walk;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::desired;
use crate::diagnostic::Source;

pub use blame::authors;
pub use error::{FilesError, ReadFailure, Unreadable};
pub use git::checked_out;
pub use revision::{Absent, Head, at_revision, behind, commit, head};
use walk::Found;
pub use walk::found;

/// How patient to be, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileOptions {
    /// How long to wait for git to finish and for files to stop changing.
    pub patience: Duration,
    /// The size of the largest file to read, in bytes.
    pub most_bytes: u64,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self { patience: Duration::from_secs(30), most_bytes: 64 << 20 }
    }
}

/// The pause before something that changed is looked at again.
const PAUSE: Duration = Duration::from_millis(20);

/// Reads files, directories (all `*.yaml` and `*.yml` below them, in the order of their names; hidden ones are left
/// out) and, for `-`, `stdin`.
///
/// The names of the sources are the paths as they were given, that of `stdin` is `<stdin>`. What is reached by several
/// paths is read once. Blocks the thread for as long as the patience lasts.
///
/// # Errors
/// Everything that cannot be read; or, when all of it could be and some of it is not text, all that is wrong with the
/// whole set.
pub fn read(paths: &[PathBuf], stdin: &mut dyn Read, settings: FileOptions) -> Result<Vec<Source>, FilesError> {
    let until = Instant::now() + settings.patience;
    // What can be read only once must not be lost when reading starts over.
    let streams = streams(paths, stdin, settings)?;
    let contents = loop {
        git::wait(paths, until)?;
        if let Some(contents) = attempt(paths, &streams, settings)? {
            break contents;
        }
        if Instant::now() >= until {
            return Err(FilesError::Unsettled);
        }
        thread::sleep(PAUSE);
    };
    decode(contents)
}

/// A file as it was read.
type Content = (Arc<str>, Vec<u8>);

/// For each path, what came out of it if it is a stream.
fn streams(paths: &[PathBuf], stdin: &mut dyn Read, settings: FileOptions) -> Result<Vec<Option<Vec<u8>>>, FilesError> {
    let mut stdin = Some(stdin);
    let stream = |path: &PathBuf| {
        if path == Path::new("-") {
            // Naming it again adds nothing.
            return stdin.take().map(|it| drain(path, it, settings)).transpose();
        }
        match path.metadata() {
            Ok(it) if !it.is_file() && !it.is_dir() => {
                let mut file = File::open(path).map_err(|it| Unreadable::io(path, it))?;
                drain(path, &mut file, settings).map(Some)
            }
            _ => Ok(None),
        }
    };
    gather(paths.iter().map(stream).collect())
}

/// Reads everything once; `None` when it changed meanwhile.
fn attempt(
    paths: &[PathBuf],
    streams: &[Option<Vec<u8>>],
    settings: FileOptions,
) -> Result<Option<Vec<Content>>, FilesError> {
    let before = walk::walk(paths)?;
    let mut contents = Vec::with_capacity(before.len());
    for found in &before {
        match found {
            Found::Stdin { path } => contents.extend(streams[*path].clone().map(|it| Ok(("<stdin>".into(), it)))),
            Found::Stream { path } => match &streams[*path] {
                Some(bytes) => contents.push(Ok((name(&paths[*path]), bytes.clone()))),
                None => return Ok(None),
            },
            Found::File { shown, real, .. } => match File::open(real) {
                Ok(mut file) => contents.push(drain(shown, &mut file, settings).map(|it| (name(shown), it))),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => contents.push(Err(Unreadable::io(shown, error))),
            },
        }
    }
    if git::is_at_work(paths).is_some() || walk::walk(paths).ok().as_ref() != Some(&before) {
        return Ok(None);
    }
    gather(contents).map(Some)
}

/// Whether a file of a directory is read, by its name. Some systems write extensions in capitals.
pub fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|it| it.eq_ignore_ascii_case("yaml") || it.eq_ignore_ascii_case("yml"))
}

/// Whether what is below a directory is left out: it, or a directory on the way to it, is hidden.
pub fn is_hidden(below: &Path) -> bool {
    below.components().any(|it| it.as_os_str().as_encoded_bytes().starts_with(b"."))
}

fn drain(path: &Path, from: &mut dyn Read, settings: FileOptions) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    let most = settings.most_bytes;
    // One byte more shows that there is more.
    from.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|it| Unreadable::io(path, it))?;
    if bytes.len() as u64 > most {
        return Err(Unreadable { path: path.to_owned(), why: ReadFailure::TooLarge { most } });
    }
    Ok(bytes)
}

/// All of it, or everything that is wrong with it.
fn gather<T>(results: Vec<Result<T, Unreadable>>) -> Result<Vec<T>, FilesError> {
    let (mut good, mut bad) = (Vec::with_capacity(results.len()), Vec::new());
    for it in results {
        match it {
            Ok(it) => good.push(it),
            Err(it) => bad.push(it),
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(FilesError::Unreadable(bad)) }
}

fn name(path: &Path) -> Arc<str> {
    path.to_string_lossy().into()
}

fn decode(contents: Vec<Content>) -> Result<Vec<Source>, FilesError> {
    let decoded: Vec<_> = contents.into_iter().map(|(name, bytes)| desired::decode(name, bytes)).collect();
    if decoded.iter().all(Result::is_ok) {
        return Ok(decoded.into_iter().flatten().collect());
    }
    let (sources, diagnostics) = desired::diagnose(decoded);
    Err(FilesError::Invalid { sources, diagnostics })
}
