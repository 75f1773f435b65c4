//! Files of a commit: those that are meant, and those of before a change.

use std::path::{Path, PathBuf};

use clap::Args;

use super::error::{Context as _, Error, Result};
use crate::diagnostic::Source;
use crate::reconcile::files::{self, Absent, FileOptions, FilesError};
use crate::saved::{Base, Commit, SavedFile};

/// Which files.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub(super) struct Files {
    /// A file, a directory of `*.yaml` and `*.yml`, or `-` for standard input; can be repeated.
    #[arg(short, long = "file", env = "GRANTSYNC_FILE", value_name = "PATH", required = true, value_delimiter = None)]
    pub(super) file: Vec<PathBuf>,
    /// Of which commit.
    #[command(flatten)]
    pub(super) revision: Revision,
}

/// Which files, where a saved plan holds them already.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub(super) struct FilesOrPlan {
    /// A file, a directory of `*.yaml` and `*.yml`, or `-` for standard input; can be repeated.
    #[arg(short, long, env = "GRANTSYNC_FILE", value_name = "PATH", required_unless_present = "plan")]
    pub(super) file: Vec<PathBuf>,
    /// Of which commit.
    #[command(flatten)]
    pub(super) revision: Revision,
}

/// Files of a commit.
#[derive(Debug, Default, Args)]
pub(super) struct Revision {
    /// Reads the files from this commit, e.g. `main`, instead of the working tree.
    #[arg(long, env = "GRANTSYNC_GIT", value_name = "REV")]
    pub(super) git: Option<String>,
    /// Accepts a branch that is behind its upstream.
    #[arg(long, env = "GRANTSYNC_ALLOW_STALE")]
    pub(super) allow_stale: bool,
}

/// Reads the files: as they are on the disk, or as a commit holds them.
pub(super) async fn read(paths: &[PathBuf], revision: &Revision) -> Result<Vec<Source>> {
    let Revision { git, allow_stale } = revision;
    let Some(rev) = git.clone() else {
        let paths = paths.to_owned();
        let read = move || files::read(&paths, &mut std::io::stdin(), FileOptions::default());
        return Ok(tokio::task::spawn_blocking(read).await??);
    };
    no_stdin(paths)?;
    let (paths, allow_stale) = (paths.to_owned(), *allow_stale);
    let read = move || {
        if !allow_stale {
            for path in &paths {
                if let Some(by @ 1..) = files::behind(path, &rev)? {
                    return Err(FilesError::Behind { rev, by });
                }
            }
        }
        files::at_revision(&paths, &rev, Absent::Refuse, FileOptions::default())
    };
    Ok(tokio::task::spawn_blocking(read).await??)
}

/// The commit that files are read from, or that is checked out where they lie.
pub(super) fn commit(paths: &[PathBuf], revision: &Revision) -> Option<Commit> {
    let head = match &revision.git {
        Some(rev) => files::commit(paths, rev),
        None => files::head(paths),
    };
    head.map(|files::Head { id, modified }| Commit { id, modified })
}

/// The same files as a commit holds them; none if they are not there or can't be read.
pub(super) async fn base(paths: &[PathBuf], rev: &str) -> Result<Base> {
    no_stdin(paths)?;
    let (paths, at) = (paths.to_owned(), rev.to_owned());
    let read = move || files::at_revision(&paths, &at, Absent::Skip, FileOptions::default());
    let sources = match tokio::task::spawn_blocking(read).await? {
        Err(FilesError::Invalid { .. }) => Vec::new(),
        read => read.context(|| format!("could not read the files of `{rev}`"))?,
    };
    Ok(Base { revision: rev.to_owned(), files: sources.into_iter().map(SavedFile::new).collect() })
}

fn no_stdin(paths: &[PathBuf]) -> Result<()> {
    if paths.iter().any(|it| it == Path::new("-")) {
        return Err(Error::usage("standard input is in no commit", "name the files and directories with `-f`"));
    }
    Ok(())
}
