//! What the given paths come to.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{FilesError, ReadFailure, Unreadable, gather, is_yaml};

/// Something to read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Standard input, by its index among the given paths.
    Stdin { path: usize },
    /// A pipe or the like, by its index among the given paths.
    Stream { path: usize },
    /// A file.
    File {
        /// As it was given, or below a directory as that was given.
        shown: PathBuf,
        /// Where it really is, once all symlinks are followed.
        real: PathBuf,
        /// What changes when its content does.
        stamp: Stamp,
    },
}

/// What the system says about a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: Option<Inode>,
}

/// Device, number, and the time of the last change in seconds and nanoseconds.
type Inode = (u64, u64, i64, i64);

/// Everything there is to read, in the order of the paths and below a directory by name.
pub(super) fn walk(paths: &[PathBuf]) -> Result<Vec<Found>, FilesError> {
    let mut walk = Walk::default();
    for (n, path) in paths.iter().enumerate() {
        walk.given(n, path);
    }
    gather(walk.found)
}

/// The regular files that paths lead to, each where it really is, as far as they can be found.
pub fn found(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut walk = Walk::default();
    for (n, path) in paths.iter().enumerate() {
        walk.given(n, path);
    }
    let file = |it| if let Found::File { real, .. } = it { Some(real) } else { None };
    walk.found.into_iter().flatten().filter_map(file).collect()
}

#[derive(Debug, Default)]
struct Walk {
    found: Vec<Result<Found, Unreadable>>,
    /// Where we have been: a symlink may lead there again.
    seen: HashSet<PathBuf>,
}

/// A path as people know it, and one without the symlinks of its root: they may be swapped while we walk.
#[derive(Debug)]
struct WalkedPath {
    shown: PathBuf,
    real: PathBuf,
}

impl Walk {
    fn given(&mut self, n: usize, path: &Path) {
        if path == Path::new("-") {
            return self.found.push(Ok(Found::Stdin { path: n }));
        }
        // A pipe that is reached through a file descriptor has no other path.
        if path.metadata().is_ok_and(|it| !it.is_dir() && !it.is_file()) {
            return self.found.push(Ok(Found::Stream { path: n }));
        }
        let place = match path.canonicalize() {
            Ok(real) => WalkedPath { shown: path.to_owned(), real },
            Err(error) => return self.found.push(Err(Unreadable::io(path, error))),
        };
        match place.real.metadata() {
            Ok(it) if it.is_dir() => {
                let (before, been) = (self.found.len(), self.seen.contains(&place.real));
                self.directory(&place);
                if self.found.len() == before && !been {
                    self.found.push(Err(Unreadable { path: path.to_owned(), why: ReadFailure::NoYaml }));
                }
            }
            Ok(_) => self.file(place),
            Err(error) => self.found.push(Err(Unreadable::io(path, error))),
        }
    }

    fn directory(&mut self, place: &WalkedPath) {
        match self.entries(place) {
            Ok(entries) => entries.into_iter().for_each(|it| self.entry(it)),
            Err(error) => self.found.push(Err(Unreadable::io(&place.shown, error))),
        }
    }

    /// What is in a directory, by name; nothing when we were there already.
    fn entries(&mut self, WalkedPath { shown, real }: &WalkedPath) -> io::Result<Vec<WalkedPath>> {
        if !self.seen.insert(real.canonicalize()?) {
            return Ok(Vec::new());
        }
        let names = fs::read_dir(real)?.map(|it| it.map(|it| it.file_name()));
        let mut names = names.collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names.into_iter().map(|it| WalkedPath { shown: shown.join(&it), real: real.join(&it) }).collect())
    }

    fn entry(&mut self, place: WalkedPath) {
        if place.real.file_name().is_some_and(|it| it.as_encoded_bytes().starts_with(b".")) {
            return;
        }
        let yaml = is_yaml(&place.real);
        match place.real.metadata() {
            Ok(it) if it.is_dir() => self.directory(&place),
            Ok(it) if it.is_file() && yaml => self.file(place),
            Ok(it) if yaml && !it.is_file() => {
                let error = io::Error::other("neither a file nor a directory");
                self.found.push(Err(Unreadable::io(&place.shown, error)));
            }
            Err(error) if yaml || may_be_directory(&place.real, &error) => {
                self.found.push(Err(Unreadable::io(&place.shown, error)));
            }
            _ => {}
        }
    }

    fn file(&mut self, WalkedPath { shown, real }: WalkedPath) {
        let resolved = real.canonicalize().and_then(|it| Ok((Stamp::of(&it.metadata()?), it)));
        match resolved {
            Ok((_, real)) if !self.seen.insert(real.clone()) => {}
            Ok((stamp, real)) => self.found.push(Ok(Found::File { shown, real, stamp })),
            Err(error) => self.found.push(Err(Unreadable::io(&shown, error))),
        }
    }
}

/// Whether what can't be looked at may stand for a directory of files: a symlink to one that is gone, or what is closed to
/// us. A name that is not there any more was of something short-lived.
fn may_be_directory(path: &Path, error: &io::Error) -> bool {
    error.kind() != io::ErrorKind::NotFound || path.is_symlink()
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok(), inode: inode(metadata) }
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "not every system has them")]
fn inode(metadata: &Metadata) -> Option<Inode> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()))
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> Option<Inode> {
    None
}
