//! Parts of a saved plan whose shape in the file is not ours. Keys are in alphabetical order: see `hash`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::links::{self, LinkTwin};
use super::plan::SavedFile;
use crate::binding::{Binding, Link};
use crate::desired::Limits;
use crate::diagnostic::Source;
use crate::plan::End;
use crate::policy::ChangeSet;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileTwin<'a> {
    name: Cow<'a, str>,
    sha256: Cow<'a, str>,
    text: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Limits", deny_unknown_fields)]
pub(super) struct LimitsTwin {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    creations: Option<u32>,
    removal_percent: u32,
    removals: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ChangeSet", deny_unknown_fields)]
pub(super) struct ChangesTwin {
    #[serde(rename = "create")]
    creations: BTreeSet<Binding>,
    #[serde(default, rename = "ends", skip_serializing_if = "BTreeSet::is_empty", with = "ends")]
    ends: BTreeSet<(Link, End)>,
    #[serde(with = "links")]
    held: BTreeSet<Link>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    held_creations: BTreeSet<Binding>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty", with = "ends")]
    held_ends: BTreeSet<(Link, End)>,
    #[serde(rename = "remove", with = "links")]
    removals: BTreeSet<Link>,
}

impl Serialize for SavedFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { source: Source { name, text }, sha256 } = self;
        FileTwin { name: Cow::from(&**name), sha256: sha256.into(), text: text.into() }.serialize(serializer)
    }
}

impl TryFrom<FileTwin<'_>> for SavedFile {
    type Error = String;

    fn try_from(FileTwin { name, sha256, text }: FileTwin<'_>) -> Result<Self, String> {
        let file = Self::new(Source { name: name.into(), text: text.into_owned() });
        if file.sha256 == sha256 { Ok(file) } else { Err(format!("`{}` is not what was read", file.source.name)) }
    }
}

/// Links with the end that each is to get.
mod ends {
    use super::{BTreeSet, Deserialize, Deserializer, End, Link, LinkTwin, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct EndTwin {
        link: LinkTwin,
        /// Absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<jiff::Timestamp>,
    }

    pub(super) fn serialize<S: Serializer>(ends: &BTreeSet<(Link, End)>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(ends.iter().map(|(link, to)| EndTwin { link: link.into(), to: to.at() }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<(Link, End)>, D::Error> {
        let ends = Vec::<EndTwin>::deserialize(deserializer)?.into_iter();
        Ok(ends.map(|EndTwin { link, to }| (link.into(), End::new(to))).collect())
    }
}

/// A span of time as whole seconds.
pub(super) mod seconds {
    use super::{Deserialize, Deserializer, Duration, Serializer};

    pub(crate) fn serialize<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(span.as_secs())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_secs)
    }
}
