//! Which directories have to be watched to notice every change of a path, and which names in them.
//!
//! A file that is watched itself goes deaf when an editor, a `ConfigMap` or git-sync puts another one in its place. Its
//! directory sees that, and so does the directory of every symlink on the way to it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Symlinks that are followed on the way to one path; as many as Linux itself follows.
const LINKS: usize = 40;
/// Directories that are watched at most. Beyond, the slow poll has to do.
const DIRECTORIES: usize = 4096;

/// Directories to watch, each with the names in it that matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchedDirs(BTreeMap<PathBuf, WatchedNames>);

/// Names in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchedNames {
    /// All of them: the files in it are read.
    All,
    /// Those that lie on the way to a path. Others may change as often as they like.
    These(BTreeSet<OsString>),
}

impl WatchedDirs {
    /// The directories, in order.
    pub fn directories(&self) -> impl Iterator<Item = (&Path, &WatchedNames)> {
        self.0.iter().map(|(directory, names)| (directory.as_path(), names))
    }

    /// Whether a change of this path may be one of the files. What is not known for sure may be.
    pub fn concern(&self, path: &Path) -> bool {
        let parent = path.parent().and_then(|it| self.0.get(it));
        let other =
            matches!((parent, path.file_name()), (Some(WatchedNames::These(names)), Some(it)) if !names.contains(it));
        !other || self.0.contains_key(path)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn add(&mut self, directory: PathBuf, name: OsString) {
        if let WatchedNames::These(names) =
            self.0.entry(directory).or_insert_with(|| WatchedNames::These(BTreeSet::new()))
        {
            names.insert(name);
        }
    }

    fn add_all(&mut self, directory: PathBuf) {
        self.0.insert(directory, WatchedNames::All);
    }
}

/// What to watch for these paths, none of which need exist: the directory in which each symlink on the way lies, the one
/// in which the path itself lies, and if it is a directory, that and all below it that is not hidden.
pub fn watched_dirs(roots: &[PathBuf]) -> WatchedDirs {
    let mut watched = WatchedDirs::default();
    let mut seen = BTreeSet::new();
    let mut waiting: VecDeque<PathBuf> = roots.iter().cloned().collect();
    while let Some(path) = waiting.pop_front()
        && watched.len() < DIRECTORIES
    {
        let end = follow(&path, &mut watched);
        if fs::metadata(&end).is_ok_and(|it| it.is_dir()) && seen.insert(end.clone()) {
            waiting.extend(children(&end));
            watched.add_all(end);
        }
    }
    watched
}

/// Walks to where a path really leads and notes where each hop lies. Stops at what does not exist, and notes the
/// directory in which it would appear.
fn follow(path: &Path, watched: &mut WatchedDirs) -> PathBuf {
    let mut here = PathBuf::from("/");
    let mut ahead: VecDeque<OsString> = VecDeque::new();
    put_before(&mut ahead, &std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    let mut links = 0;
    while let Some(part) = ahead.pop_front() {
        if part == ".." {
            here.pop();
            continue;
        }
        let next = here.join(&part);
        match fs::read_link(&next) {
            Ok(target) if links < LINKS => {
                links += 1;
                watched.add(here.clone(), part);
                if target.is_absolute() {
                    here = PathBuf::from("/");
                }
                put_before(&mut ahead, &target);
            }
            _ if ahead.is_empty() || next.symlink_metadata().is_err() => {
                watched.add(here, part);
                return next;
            }
            _ => here = next,
        }
    }
    here
}

fn put_before(ahead: &mut VecDeque<OsString>, path: &Path) {
    for part in path.components().rev() {
        match part {
            Component::Normal(name) => ahead.push_front(name.to_owned()),
            Component::ParentDir => ahead.push_front("..".into()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
}

/// What in a directory leads to another place: directories and symlinks that are not hidden.
fn children(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let visible = entries.flatten().filter(|it| !it.file_name().as_encoded_bytes().starts_with(b"."));
    let leads_on = visible.filter(|it| it.file_type().is_ok_and(|kind| kind.is_dir() || kind.is_symlink()));
    leads_on.map(|it| it.path()).collect()
}
