//! Files as a commit holds them, read by the `git` binary: what is checked out does not matter.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::repository::GitPath;
use super::{Content, FileOptions, FilesError, ReadFailure, Unreadable, decode, gather, is_hidden, is_yaml, name};
use crate::diagnostic::Source;

/// A path that the commit does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Is an error.
    Refuse,
    /// Comes later, in another commit.
    Skip,
}

/// What is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The id of the commit, in hex.
    pub id: String,
    /// Whether the files given are not as they are in it.
    pub modified: bool,
}

/// Reads the files and directories that `paths` name, as `rev` holds them; the rules are those of [`read`](super::read).
///
/// Symlinks and submodules are not followed: where one stands for a file that would be read, that is an error, since
/// what is left out would be access that nobody declares.
///
/// # Errors
/// If git can't be run, knows no such commit, or something can't be read from it.
pub fn at_revision(
    paths: &[PathBuf],
    rev: &str,
    absent: Absent,
    settings: FileOptions,
) -> Result<Vec<Source>, FilesError> {
    let mut contents: Vec<Content> = Vec::new();
    let mut seen = HashSet::new();
    let mut bad = Vec::new();
    for path in paths {
        let place = GitPath::of(path)?;
        let commit = place.commit(rev)?;
        let found = place.blobs(&commit, settings)?;
        if found.is_empty() && absent == Absent::Refuse {
            bad.push(Err(Unreadable { path: path.clone(), why: ReadFailure::NotIn { rev: rev.to_owned() } }));
        }
        for found in found {
            match found {
                Ok(Blob { shown, id }) => {
                    // What is reached by several paths is read once.
                    let at = std::path::absolute(&shown).map_err(|it| one(Unreadable::io(&shown, it)))?;
                    if seen.insert(at) {
                        contents.push((name(&shown), place.git(["cat-file", "blob", &id])?));
                    }
                }
                Err(error) => bad.push(Err(error)),
            }
        }
    }
    gather::<()>(bad)?;
    decode(contents)
}

/// How many commits the upstream of a branch has that the branch has not, as far as git knows without asking anybody;
/// `None` for what is no branch with an upstream.
///
/// # Errors
/// If git can't be run.
pub fn behind(path: &Path, rev: &str) -> Result<Option<u64>, FilesError> {
    let place = GitPath::of(path)?;
    let upstream = format!("{rev}@{{upstream}}");
    let Ok(upstream) = place.commit(&upstream) else { return Ok(None) };
    let range = format!("{}..{upstream}", place.commit(rev)?);
    let count = place.git(["rev-list", "--count", &range, "--"])?;
    Ok(String::from_utf8_lossy(&count).trim().parse().ok())
}

/// The commit that this revision is where the files lie; `None` outside of git, and where git can't be run.
pub fn commit(paths: &[PathBuf], rev: &str) -> Option<Head> {
    let id = GitPath::of(paths.first()?).ok()?.commit(rev).ok()?;
    Some(Head { id, modified: false })
}

/// What is checked out where the files lie; `None` outside of git, for standard input, and where git can't be run.
pub fn head(paths: &[PathBuf]) -> Option<Head> {
    if paths.iter().any(|it| it == Path::new("-")) {
        return None;
    }
    let places: Vec<_> = paths.iter().map(|it| GitPath::of(it)).collect::<Result<_, _>>().ok()?;
    let id = places.first()?.commit("HEAD").ok()?;
    // What lies in another repository is in no commit of this one.
    let same = |it: &GitPath<'_>| it.commit("HEAD").is_ok_and(|other| other == id) && it.is_as_committed();
    let modified = !places.iter().all(same);
    Some(Head { id, modified })
}

/// A file in a commit.
struct Blob {
    shown: PathBuf,
    id: String,
}

impl GitPath<'_> {
    /// The YAML files that the path stands for, in the order of the names.
    fn blobs(&self, commit: &str, settings: FileOptions) -> Result<Vec<Result<Blob, Unreadable>>, FilesError> {
        let wanted = if self.below.as_os_str().is_empty() { Path::new(".") } else { &self.below };
        let listed = self.git([
            OsStr::new("ls-tree"),
            OsStr::new("-r"),
            OsStr::new("-l"),
            OsStr::new("-z"),
            OsStr::new(commit),
            OsStr::new("--"),
            wanted.as_os_str(),
        ])?;
        let entries = listed.split(|it| *it == 0).filter(|it| !it.is_empty());
        let mut entries: Vec<_> = entries.filter_map(|it| self.entry(it)).collect();
        entries.retain(|it| it.below.as_os_str().is_empty() || self.is_read(it, commit));
        entries.sort_by(|a, b| a.below.components().cmp(b.below.components()));
        Ok(entries.into_iter().map(|it| it.blob(self.given, settings)).collect())
    }

    /// Whether what lies below a directory is read: YAML that is not hidden, and what may stand for a directory of it.
    fn is_read(&self, entry: &TreeEntry, commit: &str) -> bool {
        let yaml = is_yaml(&entry.below);
        let unknown = || match &*entry.mode {
            "160000" => true,
            "120000" => !self.leads_to_a_file(entry, commit),
            _ => false,
        };
        !is_hidden(&entry.below) && (yaml || unknown())
    }

    /// Whether a symlink is known to stand for a file of the commit, and so for no directory.
    fn leads_to_a_file(&self, entry: &TreeEntry, commit: &str) -> bool {
        let Ok(target) = self.git(["cat-file", "blob", &entry.id]) else { return false };
        let from = self.below.join(&entry.below);
        let to = from.parent().unwrap_or(Path::new("")).join(&*String::from_utf8_lossy(&target));
        let kind = self.git(["cat-file", "-t", &format!("{commit}:./{}", to.display())]);
        kind.is_ok_and(|it| it.trim_ascii() == b"blob")
    }

    /// Whether what is read from the path is as the current commit has it.
    fn is_as_committed(&self) -> bool {
        let below = || if self.below.as_os_str().is_empty() { OsStr::new(".") } else { self.below.as_os_str() };
        let tracked = ["status", "--porcelain", "--untracked-files=no", "--"].map(OsStr::new);
        // Ignored ones too: what is read does not depend on `.gitignore`.
        let others = ["ls-files", "--others", "-z", "--"].map(OsStr::new);
        let tracked = self.git(tracked.into_iter().chain([below()]));
        let others = self.git(others.into_iter().chain([below()]));
        let (Ok(tracked), Ok(others)) = (tracked, others) else { return false };
        let mut others = others.split(|it| *it == 0).filter(|it| !it.is_empty()).map(String::from_utf8_lossy);
        tracked.is_empty() && !others.any(|it| self.may_be_read(&it))
    }

    /// Whether a path that git does not know is read: YAML, or what may lead to a directory of it.
    fn may_be_read(&self, path: &str) -> bool {
        let below = Path::new(path).strip_prefix(&self.below).unwrap_or(Path::new(path));
        let leads_on = path.ends_with('/') || self.dir.join(path).is_symlink();
        // A file that is named is read whatever it is called.
        below.as_os_str().is_empty() || !is_hidden(below) && (leads_on || is_yaml(below))
    }

    /// An entry of the list, with its path below the given one: `MODE TYPE ID SIZE<tab>PATH`.
    fn entry(&self, line: &[u8]) -> Option<TreeEntry> {
        let line = String::from_utf8_lossy(line);
        let (head, path) = line.split_once('\t')?;
        let mut head = head.split_whitespace();
        let (mode, _, id, size) = (head.next()?, head.next()?, head.next()?, head.next()?);
        let below = Path::new(path).strip_prefix(&self.below).ok()?.to_owned();
        Some(TreeEntry { mode: mode.to_owned(), id: id.to_owned(), size: size.parse().unwrap_or(0), below })
    }
}

struct TreeEntry {
    mode: String,
    id: String,
    size: u64,
    below: PathBuf,
}

impl TreeEntry {
    fn blob(
        self,
        given: &Path,
        FileOptions { patience: _, most_bytes: most }: FileOptions,
    ) -> Result<Blob, Unreadable> {
        let Self { mode, id, size, below } = self;
        let shown = if below.as_os_str().is_empty() { given.to_owned() } else { given.join(below) };
        let why = match &*mode {
            "120000" => Some(ReadFailure::NotFollowed { what: "symlink" }),
            "160000" => Some(ReadFailure::NotFollowed { what: "submodule" }),
            _ if size > most => Some(ReadFailure::TooLarge { most }),
            _ => None,
        };
        match why {
            Some(why) => Err(Unreadable { path: shown, why }),
            None => Ok(Blob { shown, id }),
        }
    }
}

fn one(unreadable: Unreadable) -> FilesError {
    FilesError::Unreadable(vec![unreadable])
}
