//! The repository that holds a path, and the `git` binary run in it.
//!
//! A hook runs with variables that name a repository, an index and a work tree. With them, `git` would ignore the path and
//! answer for that repository, relative to its root.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{FilesError, Unreadable};

/// Variables that locate a repository or change what is in it, as `git rev-parse --local-env-vars` lists them, without
/// those of plain configuration: `safe.directory` is often set by them.
const LOCATING: [&str; 13] = [
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_CONFIG",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_NO_REPLACE_OBJECTS",
    OBJECTS,
    ALTERNATES,
];
/// Where git looks for objects. Before `pre-receive` has accepted them, new commits are only there.
const OBJECTS: &str = "GIT_OBJECT_DIRECTORY";
/// More such directories, separated like `PATH`.
const ALTERNATES: &str = "GIT_ALTERNATE_OBJECT_DIRECTORIES";
/// Variables that change what a path means; `git` refuses them beside `--literal-pathspecs`.
const PATHSPECS: [&str; 4] =
    ["GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_LITERAL_PATHSPECS"];

/// A path, and the directory in which git is asked about it.
pub(super) struct GitPath<'a> {
    /// As it was given.
    pub(super) given: &'a Path,
    /// The nearest directory that exists in a work tree, or the directory of a bare repository.
    pub(super) dir: PathBuf,
    /// The path from there; empty for the directory itself.
    pub(super) below: PathBuf,
    /// The variables of the object store, if they are about this repository.
    objects: Vec<(&'static str, OsString)>,
}

impl<'a> GitPath<'a> {
    pub(super) fn of(given: &'a Path) -> Result<Self, FilesError> {
        let io = |it| FilesError::Unreadable(vec![Unreadable::io(given, it)]);
        let absolute = std::path::absolute(given).map_err(io)?;
        let dir = absolute.ancestors().find(|it| it.is_dir()).unwrap_or(Path::new("/"));
        let below = absolute.strip_prefix(dir).unwrap_or(Path::new("")).to_owned();
        let dir = dir.canonicalize().map_err(io)?;
        Self { given, dir, below, objects: Vec::new() }.in_work_tree()?.with_objects()
    }

    /// Git takes every directory within a repository's own for the root of the files, so that `hooks` would mean all of
    /// them. In a bare repository, paths are relative to its directory; elsewhere, no file is below `.git`.
    fn in_work_tree(self) -> Result<Self, FilesError> {
        let told = self.git(["rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--absolute-git-dir"])?;
        let told = String::from_utf8_lossy(&told);
        let mut lines = told.splitn(3, '\n');
        let (bare, inside) = (lines.next() == Some("true"), lines.next() == Some("true"));
        let own = PathBuf::from(lines.next().unwrap_or("").trim_end_matches('\n'));
        let Self { given, dir, below, objects } = self;
        if inside {
            return Ok(Self { given, dir, below, objects });
        }
        match dir.strip_prefix(&own) {
            Ok(rest) if bare => Ok(Self { given, below: rest.join(below), dir: own, objects }),
            _ => Err(FilesError::Git { detail: format!("`{}` is not in a work tree of git", given.display()) }),
        }
    }

    /// Keeps the variables of the object store if the environment means the repository that holds the path.
    fn with_objects(mut self) -> Result<Self, FilesError> {
        let set: Vec<_> =
            [OBJECTS, ALTERNATES].into_iter().filter_map(|name| Some((name, env::var_os(name)?))).collect();
        if set.is_empty() {
            return Ok(self);
        }
        let common = ["rev-parse", "--git-common-dir"];
        let here = self.dir.join(path(&self.git(common)?)).canonicalize();
        // Where git makes nothing of the environment, neither do we.
        let meant = output(Command::new("git").args(common)).ok().and_then(|it| path(&it).canonicalize().ok());
        if here.ok() == meant && meant.is_some() {
            self.objects = set.into_iter().map(|(name, value)| (name, absolute(&value))).collect();
        }
        Ok(self)
    }

    /// Runs git, and returns what it printed.
    pub(super) fn git(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Vec<u8>, FilesError> {
        let mut git = Command::new("git");
        git.arg("--literal-pathspecs").arg("-C").arg(&self.dir).args(arguments);
        for name in LOCATING.iter().chain(&PATHSPECS) {
            git.env_remove(name);
        }
        git.envs(self.objects.iter().cloned()).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
        output(&mut git)
    }

    /// The id of a commit. What begins with a dash is no option.
    pub(super) fn commit(&self, rev: &str) -> Result<String, FilesError> {
        let commit = format!("{rev}^{{commit}}");
        let id = self.git(["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).map_err(|error| {
            let unknown = matches!(&error, FilesError::Git { detail } if detail.is_empty());
            let detail = || format!("there is no commit `{rev}` where `{}` lies", self.given.display());
            if unknown { FilesError::Git { detail: detail() } } else { error }
        })?;
        Ok(String::from_utf8_lossy(&id).trim().to_owned())
    }
}

fn output(git: &mut Command) -> Result<Vec<u8>, FilesError> {
    let output = git.output().map_err(|error| FilesError::Git { detail: format!("cannot run `git`: {error}") })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(FilesError::Git { detail: said.trim().trim_start_matches("fatal: ").to_owned() })
}

fn path(told: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(told).trim_end_matches('\n'))
}

/// The same list of directories, from wherever git is run. A quoted one is left to git.
fn absolute(value: &OsStr) -> OsString {
    let absolute = env::split_paths(value).map(|it| std::path::absolute(&it).unwrap_or(it));
    let quoted = value.as_encoded_bytes().contains(&b'"');
    if quoted { value.to_owned() } else { env::join_paths(absolute).unwrap_or_else(|_| value.to_owned()) }
}
