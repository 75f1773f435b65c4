//! A plan as a file: everything it follows from, and what followed.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::envelope::{self, Kind, SavedError};
use super::ids::{BindingTwin, LinkTwin};
use super::view::{SavedView, ViewTwin};
use crate::binding::Binding;
use crate::desired::{Limits, Mode};
use crate::diagnostic::Source;
use crate::policy::{ChangeSet, Digest};

/// A plan, with what it takes to make it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedPlan {
    /// The version of grantsync that made it.
    pub made_by: String,
    /// The instant it was made for.
    pub now: Timestamp,
    /// The commit that was checked out, if the files lie in a work tree of git.
    pub commit: Option<Commit>,
    /// The files, in their order.
    pub files: Vec<SavedFile>,
    /// What was asked for on the command line.
    pub asked: Asked,
    /// The limits that were in force.
    pub limits: Limits,
    /// What the files wanted, in ids, whether alive or not.
    pub bindings: BTreeSet<Binding>,
    /// What was seen.
    pub view: SavedView,
    /// What followed: the steps.
    pub changes: ChangeSet,
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFile {
    /// Its name and its text.
    pub source: Source,
    /// SHA-256 of the text, in hex.
    pub sha256: String,
}

/// What was asked for on the command line; `apply` asks for the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// `--no-removals` is [`Mode::AddOnly`].
    pub mode: Mode,
    /// `--max-removals`.
    pub max_removals: Option<u32>,
    /// `--max-removal-percent`.
    pub max_removal_percent: Option<u32>,
    /// Each `--only`, as it was written.
    pub only: Vec<String>,
    /// `--approve`.
    pub approve: Option<Digest>,
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
        Self { sha256: envelope::hex(&Sha256::digest(source.text.as_bytes())), source }
    }
}

impl SavedPlan {
    /// Reads one as it was written.
    ///
    /// # Errors
    /// If it is none, of another version, or damaged.
    pub fn read(text: &str) -> Result<Self, SavedError> {
        let (twin, made_by) = envelope::open::<PlanTwin>(Kind::Plan, text)?;
        twin.plan(made_by)
    }

    /// As a file. It holds the files and all that was seen, and nothing of the token.
    ///
    /// # Errors
    /// Never, in practice: all of it can be said in JSON.
    pub fn write(&self) -> serde_json::Result<String> {
        envelope::seal(Kind::Plan, &PlanTwin::from(self))
    }

    /// The files.
    pub fn sources(&self) -> Vec<Source> {
        self.files.iter().map(|it| it.source.clone()).collect()
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, modified } = self;
        let short = id.get(..12).unwrap_or(id);
        write!(f, "{short}{}", if *modified { ", modified" } else { "" })
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanTwin {
    now: Timestamp,
    commit: Option<Commit>,
    files: Vec<FileTwin>,
    asked: AskedTwin,
    limits: LimitsTwin,
    bindings: Vec<BindingTwin>,
    changes: ChangesTwin,
    view: ViewTwin,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTwin {
    name: String,
    sha256: String,
    text: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedTwin {
    mode: ModeTwin,
    max_removals: Option<u32>,
    max_removal_percent: Option<u32>,
    only: Vec<String>,
    approve: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ModeTwin {
    Enforce,
    AddOnly,
    Observe,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsTwin {
    removals: u32,
    removal_percent: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangesTwin {
    create: Vec<BindingTwin>,
    remove: Vec<LinkTwin>,
    held: Vec<LinkTwin>,
}

impl From<&SavedPlan> for PlanTwin {
    fn from(plan: &SavedPlan) -> Self {
        let SavedPlan { made_by: _, now, commit, files, asked, limits, bindings, view, changes } = plan;
        let Asked { mode, max_removals, max_removal_percent, only, approve } = asked;
        let Limits { removals, removal_percent } = *limits;
        let ChangeSet { creations, removals: gone, held } = changes;
        let file = |SavedFile { source: Source { name, text }, sha256 }: &SavedFile| FileTwin {
            name: name.to_string(),
            sha256: sha256.clone(),
            text: text.clone(),
        };
        Self {
            now: *now,
            commit: commit.clone(),
            files: files.iter().map(file).collect(),
            asked: AskedTwin {
                mode: (*mode).into(),
                max_removals: *max_removals,
                max_removal_percent: *max_removal_percent,
                only: only.clone(),
                approve: approve.as_ref().map(ToString::to_string),
            },
            limits: LimitsTwin { removals, removal_percent },
            bindings: bindings.iter().map(Into::into).collect(),
            changes: ChangesTwin {
                create: creations.iter().map(Into::into).collect(),
                remove: gone.iter().map(Into::into).collect(),
                held: held.iter().map(Into::into).collect(),
            },
            view: view.into(),
        }
    }
}

impl PlanTwin {
    fn plan(self, made_by: String) -> Result<SavedPlan, SavedError> {
        let Self { now, commit, files, asked, limits, bindings, changes, view } = self;
        let AskedTwin { mode, max_removals, max_removal_percent, only, approve } = asked;
        let LimitsTwin { removals, removal_percent } = limits;
        let ChangesTwin { create, remove, held } = changes;
        let senseless = |detail: String| SavedError::Senseless { kind: Kind::Plan.words(), detail };
        let digest = |it: String| Digest::parse(&it).ok_or_else(|| senseless(format!("`{it}` is no digest")));
        let file = |FileTwin { name, sha256, text }| {
            let file = SavedFile::new(Source { name: name.into(), text });
            let same = file.sha256 == sha256;
            if same { Ok(file) } else { Err(senseless(format!("`{}` is not what was read", file.source.name))) }
        };
        Ok(SavedPlan {
            made_by,
            now,
            commit,
            files: files.into_iter().map(file).collect::<Result<_, _>>()?,
            asked: Asked {
                mode: mode.into(),
                max_removals,
                max_removal_percent,
                only,
                approve: approve.map(digest).transpose()?,
            },
            limits: Limits { removals, removal_percent },
            bindings: bindings.into_iter().map(Into::into).collect(),
            view: view.into(),
            changes: ChangeSet {
                creations: create.into_iter().map(Into::into).collect(),
                removals: remove.into_iter().map(Into::into).collect(),
                held: held.into_iter().map(Into::into).collect(),
            },
        })
    }
}

impl From<Mode> for ModeTwin {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Enforce => Self::Enforce,
            Mode::AddOnly => Self::AddOnly,
            Mode::Observe => Self::Observe,
        }
    }
}

impl From<ModeTwin> for Mode {
    fn from(mode: ModeTwin) -> Self {
        match mode {
            ModeTwin::Enforce => Self::Enforce,
            ModeTwin::AddOnly => Self::AddOnly,
            ModeTwin::Observe => Self::Observe,
        }
    }
}
