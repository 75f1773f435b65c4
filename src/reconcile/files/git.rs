//! Work trees that git is changing right now.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use super::{FilesError, PAUSE};

/// Waits until git has finished with every work tree that holds one of the paths.
pub(super) fn wait(paths: &[PathBuf], until: Instant) -> Result<(), FilesError> {
    while let Some(lock) = is_at_work(paths) {
        if Instant::now() >= until {
            return Err(FilesError::Locked(lock));
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// The lock of a work tree that git is changing: it holds this file for the whole of a checkout.
pub(super) fn is_at_work(paths: &[PathBuf]) -> Option<PathBuf> {
    let paths = paths.iter().filter_map(|it| it.canonicalize().ok());
    paths.filter_map(|it| git_dir(&it)).map(|it| it.join("index.lock")).find(|it| it.exists())
}

/// Where git keeps its things about the work tree that holds a path.
fn git_dir(path: &Path) -> Option<PathBuf> {
    let (root, entry) = path.ancestors().map(|it| (it, it.join(".git"))).find(|(_, it)| it.exists())?;
    if entry.is_dir() {
        return Some(entry);
    }
    // Of a linked work tree or a submodule it is a file that says where.
    let text = fs::read_to_string(entry).ok()?;
    Some(root.join(text.strip_prefix("gitdir:")?.trim()))
}
