//! What is around every saved file: what it is, which version of the format, who made it, and a checksum over the rest.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::hash::checksum;

/// The version of both formats that this program writes and reads.
const VERSION: u64 = 1;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A plan.
    Plan,
    /// What was seen of a server.
    View,
}

/// Whoever opens the file sees first what it is.
#[derive(Debug, Serialize)]
struct Envelope<'a, T> {
    format: &'static str,
    version: u64,
    grantsync: &'a str,
    checksum: String,
    content: &'a T,
}

/// What the checksum is of. Keys are in alphabetical order, here and in the content, since it is hashed as it is written.
#[derive(Debug, Serialize)]
struct Checked<'a, T> {
    content: &'a T,
    format: &'static str,
    grantsync: &'a str,
    version: u64,
}

/// Why a saved file can't be used. All of it is known without asking a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// It is something else.
    #[error("this is not a {}", .0.words())]
    Other(FileKind),
    /// It is something else that was saved.
    #[error("this is a {}, and not a {}", .0.other().words(), .0.words())]
    TheOther(FileKind),
    /// It is of another version of the format.
    #[error(
        "this {kind} is of version {found} of the format, made by grantsync {made_by}; this program reads version {VERSION}"
    )]
    Version {
        /// What it is.
        kind: &'static str,
        /// Its version.
        found: u64,
        /// Which grantsync made it.
        made_by: String,
    },
    /// The checksum is not that of the content.
    #[error("this {0} is damaged: it is not what its checksum was made for")]
    Damaged(&'static str),
    /// The checksum is right and the content is not: no grantsync wrote this.
    #[error("this {kind} is invalid: {detail}")]
    Senseless {
        /// What it is.
        kind: &'static str,
        /// What is wrong.
        detail: String,
    },
}

impl SavedError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Other(kind) => kind.made_with(),
            Self::TheOther(FileKind::Plan) => "name a file that `plan -o` has written; a view is for `plan --live`",
            Self::TheOther(FileKind::View) => {
                "name a file that `snapshot -o` has written; a plan is for `show` and `apply`"
            }
            Self::Version { .. } => "use the grantsync that made it, or make it again",
            Self::Damaged(_) | Self::Senseless { .. } => "make it again; it is not meant to be edited",
        }
    }
}

impl FileKind {
    fn other(self) -> Self {
        match self {
            Self::Plan => Self::View,
            Self::View => Self::Plan,
        }
    }

    fn made_with(self) -> &'static str {
        match self {
            Self::Plan => "name a file that `plan -o` has written",
            Self::View => "name a file that `snapshot -o` has written",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Plan => "saved plan",
            Self::View => "saved view of a server",
        }
    }

    fn format(self) -> &'static str {
        match self {
            Self::Plan => "grantsync-plan",
            Self::View => "grantsync-view",
        }
    }
}

/// Puts content into its envelope.
///
/// # Errors
/// Never for content that JSON can say.
pub(super) fn seal(kind: FileKind, content: &impl Serialize) -> serde_json::Result<String> {
    let (format, version, grantsync) = (kind.format(), VERSION, env!("CARGO_PKG_VERSION"));
    let checksum = checksum(&Checked { content, format, grantsync, version })?;
    Ok(serde_json::to_string_pretty(&Envelope { format, version, grantsync, checksum, content })? + "\n")
}

/// Takes content out of its envelope, with the version of the grantsync that made it.
pub(super) fn open<T: DeserializeOwned>(kind: FileKind, text: &str) -> Result<(T, String), SavedError> {
    let words = kind.words();
    let mut all = match serde_json::from_str(text) {
        Ok(Value::Object(all)) => all,
        // Half of one is no JSON any more; it still begins like one.
        Err(error) if error.is_eof() && text.contains(kind.format()) => return Err(SavedError::Damaged(words)),
        Ok(_) | Err(_) => return Err(SavedError::Other(kind)),
    };
    match all.get("format").and_then(Value::as_str) {
        Some(format) if format == kind.format() => {}
        Some(format) if format == kind.other().format() => return Err(SavedError::TheOther(kind)),
        _ => return Err(SavedError::Other(kind)),
    }
    let made_by = all.get("grantsync").and_then(Value::as_str).unwrap_or("(unknown)").to_owned();
    let found = all.get("version").and_then(Value::as_u64).ok_or(SavedError::Damaged(words))?;
    if found != VERSION {
        return Err(SavedError::Version { kind: words, found, made_by });
    }
    let content = all.remove("content").ok_or(SavedError::Damaged(words))?;
    let (format, version, grantsync) = (kind.format(), VERSION, made_by.as_str());
    let expected = checksum(&Checked { content: &content, format, grantsync, version }).ok();
    let given = all.get("checksum").and_then(Value::as_str);
    // Besides the content these four are all there is.
    if all.len() != 4 || given.is_none() || given != expected.as_deref() {
        return Err(SavedError::Damaged(words));
    }
    let senseless = |error: serde_json::Error| SavedError::Senseless { kind: words, detail: error.to_string() };
    Ok((serde_json::from_value(content).map_err(senseless)?, made_by))
}
