//! Why a set of files could not be read.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Source};
use crate::visible::visible;

/// A set of files that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// Paths that cannot be read; never empty.
    #[error("{}", lines(.0))]
    Unreadable(Vec<Unreadable>),
    /// Some file is not text; this is everything that is wrong with the set.
    #[error("the files are not valid")]
    Invalid {
        /// What the diagnostics point into.
        sources: Vec<Source>,
        /// What is wrong, by place.
        diagnostics: Vec<Diagnostic>,
    },
    /// Git was changing the work tree for the whole time.
    #[error("git is at work: `{}` is still there", .0.display())]
    Locked(PathBuf),
    /// Git could not be asked, or does not know.
    #[error("{detail}")]
    Git {
        /// What it said.
        detail: String,
    },
    /// A branch is not what its upstream is.
    #[error("`{rev}` is {by} {} behind its upstream", if *.by == 1 { "commit" } else { "commits" })]
    Behind {
        /// The branch.
        rev: String,
        /// Commits that it has not.
        by: u64,
    },
    /// They changed during every attempt.
    #[error("the files keep changing while they are read")]
    Unsettled,
}

impl FilesError {
    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable(paths) => paths.iter().find_map(|it| it.why.help()),
            Self::Invalid { .. } => None,
            Self::Locked(_) => Some("wait for git to finish; if no git runs, remove the file"),
            Self::Git { .. } => Some("the revision must be one that `git rev-parse` knows where the files lie"),
            Self::Behind { .. } => Some("update it, or say with `--allow-stale` that the older state is meant"),
            Self::Unsettled => Some("try again once whatever writes them has finished"),
        }
    }
}

/// A path that cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// As it was given, or as it was found below a directory.
    pub path: PathBuf,
    /// Why not.
    pub why: ReadFailure,
}

/// Why a path cannot be read.
#[derive(Debug)]
pub enum ReadFailure {
    /// There is nothing.
    Missing,
    /// A directory without files of the format.
    NoYaml,
    /// It is not what it seems to be.
    TooLarge {
        /// How large it may be, in bytes.
        most: u64,
    },
    /// A commit does not have it, or no YAML in it.
    NotIn {
        /// The commit, as it was asked for.
        rev: String,
    },
    /// In a commit it stands for something elsewhere.
    NotFollowed {
        /// What it is.
        what: &'static str,
    },
    /// The system does not let us.
    Io(io::Error),
}

impl ReadFailure {
    fn help(&self) -> Option<&'static str> {
        match self {
            Self::NoYaml => Some("name a directory with `*.yaml` or `*.yml` files; hidden ones are not read"),
            Self::NotFollowed { .. } => Some("name what it stands for, or read the files as they are checked out"),
            Self::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Some("let the user that grantsync runs as read the files, and enter each directory on the way to them")
            }
            Self::Missing | Self::TooLarge { .. } | Self::NotIn { .. } | Self::Io(_) => None,
        }
    }
}

impl Unreadable {
    /// What the system said about a path.
    pub(super) fn io(path: &Path, error: io::Error) -> Self {
        let why = if error.kind() == io::ErrorKind::NotFound { ReadFailure::Missing } else { ReadFailure::Io(error) };
        Self { path: path.to_owned(), why }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        let path = visible(&path);
        match &self.why {
            ReadFailure::Missing => write!(f, "no such file or directory: `{path}`"),
            ReadFailure::NoYaml => write!(f, "no YAML file in the directory: `{path}`"),
            ReadFailure::TooLarge { most } => write!(f, "larger than {most} bytes: `{path}`"),
            ReadFailure::NotIn { rev } => {
                write!(f, "no such file, and no directory with YAML files, in `{rev}`: `{path}`")
            }
            ReadFailure::NotFollowed { what } => write!(f, "a {what}, which is not followed in a commit: `{path}`"),
            ReadFailure::Io(error) => write!(f, "cannot read `{path}`: {error}"),
        }
    }
}

fn lines(all: &[Unreadable]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
