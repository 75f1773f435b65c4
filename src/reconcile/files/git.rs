//! What the files of git itself tell, where there is no `git` to ask: whether it changes a work tree right now, and
//! which commit is checked out.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{self, Path, PathBuf};
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
    let dirs = paths.filter_map(|it| git_dir(&it)).filter(|it| !waits_for_us(it));
    dirs.map(|it| it.join("index.lock")).find(|it| it.exists())
}

/// Whether the lock is of a command that runs us as its hook, and goes on once we end: `git commit -a` tells its hooks
/// the index that it is writing.
fn waits_for_us(dir: &Path) -> bool {
    let index = env::var_os("GIT_INDEX_FILE").and_then(|it| path::absolute(it).ok());
    let same = |it: &Path| it.canonicalize().is_ok_and(|it| dir.canonicalize().is_ok_and(|dir| it == dir));
    index.is_some_and(|it| it.extension() == Some(OsStr::new("lock")) && it.parent().is_some_and(same))
}

/// The commit that is checked out where the files lie, in hex; `None` outside of git, or where only git itself could
/// tell. Whether the files are as they are in it is not looked at.
pub fn checked_out(paths: &[PathBuf]) -> Option<String> {
    let dir = git_dir(&paths.first()?.canonicalize().ok()?)?;
    let head = fs::read_to_string(dir.join("HEAD")).ok()?;
    let Some(branch) = head.strip_prefix("ref: ").map(str::trim) else { return id(&head) };
    // A linked work tree shares the branches of its repository.
    let shared = fs::read_to_string(dir.join("commondir")).map_or_else(|_| dir.clone(), |it| dir.join(it.trim()));
    let loose = fs::read_to_string(shared.join(branch)).ok();
    loose.and_then(|it| id(&it)).or_else(|| {
        let packed = fs::read_to_string(shared.join("packed-refs")).ok()?;
        packed.lines().filter_map(|it| it.split_once(' ')).find(|(_, name)| *name == branch).and_then(|(it, _)| id(it))
    })
}

/// SHA-1 or SHA-256.
fn id(text: &str) -> Option<String> {
    let text = text.trim();
    (matches!(text.len(), 40 | 64) && text.bytes().all(|it| it.is_ascii_hexdigit())).then(|| text.to_owned())
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
