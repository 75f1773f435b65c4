//! The files of a pass, and the commit that they are of.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::daemon::{ContentId, FileReading};
use crate::diagnostic::Source;
use crate::reconcile::files::{self, FilesError, Head};

/// How often files are read until the commit stays the same meanwhile.
const TRIES: usize = 3;

/// Reads the files, with the commit that they are of. None is named if git names another one each time: what is read
/// could be of either.
pub(super) fn read_with_commit(paths: &[PathBuf]) -> (Result<Vec<Source>, FilesError>, Option<String>) {
    let mut before = commit(paths);
    let mut last = read(paths);
    for _ in 0..TRIES {
        let after = commit(paths);
        if before == after {
            return (last, after);
        }
        before = after;
        last = read(paths);
    }
    (last, None)
}

/// What git says, or where there is none, as in a container, what it left behind.
fn commit(paths: &[PathBuf]) -> Option<String> {
    match files::head(paths) {
        Some(Head { id, modified: true }) => Some(format!("{id}, modified")),
        Some(Head { id, modified: false }) => Some(id),
        None => files::checked_out(paths),
    }
}

/// Reads the files, as they are on the disk.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Source>, FilesError> {
    files::read(paths, &mut std::io::empty(), files::FileOptions::default())
}

/// Which files there are, and a name for what is in them.
pub(super) fn reading(sources: &[Source]) -> FileReading {
    let files: BTreeSet<_> = sources.iter().map(|it| it.name.to_string()).collect();
    let content: Vec<_> = sources.iter().map(|it| (&*it.name, &*it.text)).collect();
    FileReading { files, content: ContentId::of(&content) }
}
