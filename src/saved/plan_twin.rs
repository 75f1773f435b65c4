//! A saved plan as JSON.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::envelope::{Kind, SavedError};
use super::ids::{BindingTwin, LinkTwin};
use super::plan::{Asked, Base, Commit, SavedFile, SavedPlan, Told};
use super::view::ViewTwin;
use crate::desired::{Limits, Mode};
use crate::diagnostic::Source;
use crate::policy::{ChangeSet, Digest};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanTwin {
    made: Timestamp,
    now: Timestamp,
    commit: Option<Commit>,
    files: Vec<FileTwin>,
    asked: AskedTwin,
    told: ToldTwin,
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

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldTwin {
    author: Option<String>,
    expiring_within_seconds: u64,
    base: Option<BaseTwin>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaseTwin {
    revision: String,
    files: Vec<FileTwin>,
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
        let SavedPlan { made_by: _, made, now, commit, files, asked, told, limits, bindings, view, changes } = plan;
        let Asked { mode, max_removals, max_removal_percent, only, approve } = asked;
        let Limits { removals, removal_percent } = *limits;
        let ChangeSet { creations, removals: gone, held } = changes;
        let Told { author, expiring_within, base } = told;
        Self {
            made: *made,
            now: *now,
            commit: commit.clone(),
            files: files.iter().map(FileTwin::from).collect(),
            asked: AskedTwin {
                mode: (*mode).into(),
                max_removals: *max_removals,
                max_removal_percent: *max_removal_percent,
                only: only.clone(),
                approve: approve.as_ref().map(ToString::to_string),
            },
            told: ToldTwin {
                author: author.clone(),
                expiring_within_seconds: expiring_within.as_secs(),
                base: base.as_ref().map(|Base { revision, files }| BaseTwin {
                    revision: revision.clone(),
                    files: files.iter().map(FileTwin::from).collect(),
                }),
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

impl From<&SavedFile> for FileTwin {
    fn from(SavedFile { source: Source { name, text }, sha256 }: &SavedFile) -> Self {
        Self { name: name.to_string(), sha256: sha256.clone(), text: text.clone() }
    }
}

impl FileTwin {
    fn file(self) -> Result<SavedFile, SavedError> {
        let Self { name, sha256, text } = self;
        let file = SavedFile::new(Source { name: name.into(), text });
        let same = file.sha256 == sha256;
        if same { Ok(file) } else { Err(senseless(format!("`{}` is not what was read", file.source.name))) }
    }
}

impl PlanTwin {
    pub(super) fn plan(self, made_by: String) -> Result<SavedPlan, SavedError> {
        let Self { made, now, commit, files: of, asked, told, limits, bindings, changes, view } = self;
        let AskedTwin { mode, max_removals, max_removal_percent, only, approve } = asked;
        let ToldTwin { author, expiring_within_seconds, base } = told;
        let LimitsTwin { removals, removal_percent } = limits;
        let ChangesTwin { create, remove, held } = changes;
        let digest = |it: String| Digest::parse(&it).ok_or_else(|| senseless(format!("`{it}` is no digest")));
        let files = |of: Vec<FileTwin>| of.into_iter().map(FileTwin::file).collect::<Result<Vec<_>, _>>();
        let before = |BaseTwin { revision, files: of }| Ok::<_, SavedError>(Base { revision, files: files(of)? });
        Ok(SavedPlan {
            made_by,
            made,
            now,
            commit,
            files: files(of)?,
            asked: Asked {
                mode: mode.into(),
                max_removals,
                max_removal_percent,
                only,
                approve: approve.map(digest).transpose()?,
            },
            told: Told {
                author,
                expiring_within: Duration::from_secs(expiring_within_seconds),
                base: base.map(before).transpose()?,
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

fn senseless(detail: String) -> SavedError {
    SavedError::Senseless { kind: Kind::Plan.words(), detail }
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
