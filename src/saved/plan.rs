//! A plan as a file: everything it follows from, and what followed.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::envelope::{self, FileKind, SavedError};
use super::hash::hex;
use super::plan_twin::{ChangesTwin, FileTwin, LimitsTwin, seconds};
use super::view::SavedView;
use crate::binding::Binding;
use crate::desired::{Limits, Mode};
use crate::diagnostic::Source;
use crate::policy::{ChangeSet, Digest};

/// A plan, with what it takes to make it again. The keys of all that is saved are in alphabetical order: see `hash`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    /// The version of grantsync that made it.
    #[serde(skip)]
    pub made_by: String,
    /// What was asked for on the command line.
    pub asked: PlanOptions,
    /// What the files wanted, in ids, whether alive or not.
    pub bindings: BTreeSet<Binding>,
    /// What followed: the steps.
    #[serde(with = "ChangesTwin")]
    pub changes: ChangeSet,
    /// The commit that was checked out, if the files lie in a work tree of git.
    pub commit: Option<Commit>,
    /// The files, in their order.
    pub files: Vec<SavedFile>,
    /// The limits that were in force.
    #[serde(with = "LimitsTwin")]
    pub limits: Limits,
    /// When it was made.
    pub made: Timestamp,
    /// The instant it was made for.
    pub now: Timestamp,
    /// What was told of the change it was made for.
    pub told: ChangeInfo,
    /// What was seen.
    pub view: SavedView,
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "FileTwin<'_>")]
pub struct SavedFile {
    /// Its name and its text.
    pub source: Source,
    /// SHA-256 of the text, in hex.
    pub sha256: String,
}

/// What was asked for on the command line; `apply` asks for the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanOptions {
    /// `--approve`.
    pub approve: Option<Digest>,
    /// `--max-creations`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_creations: Option<u32>,
    /// `--max-removal-percent`.
    pub max_removal_percent: Option<u32>,
    /// `--max-removals`.
    pub max_removals: Option<u32>,
    /// `--no-removals` is [`Mode::AddOnly`].
    pub mode: Mode,
    /// Each `--only`, as it was written.
    pub only: Vec<String>,
}

/// What was told of a change, for those who look at it: none of it changes what is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeInfo {
    /// `--author`.
    pub author: Option<String>,
    /// `--base`.
    pub base: Option<Base>,
    /// `--expiring-within`, in whole seconds.
    #[serde(rename = "expiring_within_seconds", with = "seconds")]
    pub expiring_within: Duration,
}

/// The files as they were before a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// The files, in their order; none if they were not there or could not be read.
    pub files: Vec<SavedFile>,
    /// The commit, as it was written.
    pub revision: String,
}

/// A commit of a work tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commit {
    /// Its id, in hex.
    pub id: String,
    /// Whether the files were not as they are in it.
    pub modified: bool,
}

impl SavedFile {
    /// Keeps a file.
    pub fn new(source: Source) -> Self {
        Self { sha256: hex(&Sha256::digest(source.text.as_bytes())), source }
    }
}

impl SavedPlan {
    /// Reads one as it was written.
    ///
    /// # Errors
    /// If it is none, of another version, or damaged.
    pub fn read(text: &str) -> Result<Self, SavedError> {
        let (plan, made_by) = envelope::open::<Self>(FileKind::Plan, text)?;
        Ok(Self { made_by, ..plan })
    }

    /// As a file. It holds the files and all that was seen, and nothing of the token.
    ///
    /// # Errors
    /// Never, in practice: all of it can be said in JSON.
    pub fn write(&self) -> serde_json::Result<String> {
        envelope::seal(FileKind::Plan, self)
    }

    /// The files.
    pub fn sources(&self) -> Vec<Source> {
        sources(&self.files)
    }
}

impl Base {
    /// The files.
    pub fn sources(&self) -> Vec<Source> {
        sources(&self.files)
    }
}

fn sources(files: &[SavedFile]) -> Vec<Source> {
    files.iter().map(|it| it.source.clone()).collect()
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, modified } = self;
        let short = id.get(..12).unwrap_or(id);
        write!(f, "{short}{}", if *modified { ", modified" } else { "" })
    }
}
