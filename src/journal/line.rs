//! Entries as lines, and back.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Entry;

/// The version of the format.
pub const VERSION: u32 = 1;

/// The hash of a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineHash(Box<str>);

/// An entry in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The version of the format.
    v: u32,
    /// When it was written.
    pub at: Timestamp,
    /// The hash of the line before it.
    pub previous: LineHash,
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
}

/// Why a text is no line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotALine {
    /// It is a line of a newer version.
    #[error("version {0} of the format, and this build reads version {VERSION}")]
    Newer(u32),
    /// It is something else.
    #[error("not a line of a journal: {0}")]
    Malformed(String),
}

impl LineHash {
    /// Before the first line of a new journal.
    pub fn none() -> Self {
        Self("0".repeat(64).into())
    }

    /// The hash of a line, without its line break.
    pub fn of(line: &str) -> Self {
        use fmt::Write as _;
        let hash = Sha256::digest(line.as_bytes());
        let hex = hash.iter().fold(String::with_capacity(64), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        });
        Self(hex.into())
    }
}

impl fmt::Display for LineHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Line {
    /// An entry after the line with this hash.
    pub const fn new(at: Timestamp, previous: LineHash, entry: Entry) -> Self {
        Self { v: VERSION, at, previous, entry }
    }

    /// As it is written, without a line break.
    ///
    /// # Errors
    /// Never for entries that JSON can say.
    pub fn to_text(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// Reads one.
    ///
    /// # Errors
    /// If it is none of this version.
    pub fn parse(text: &str) -> Result<Self, NotALine> {
        #[derive(Deserialize)]
        struct Versioned {
            v: u32,
        }
        let malformed = |error: serde_json::Error| NotALine::Malformed(error.to_string());
        let Versioned { v } = serde_json::from_str(text).map_err(malformed)?;
        if v > VERSION {
            return Err(NotALine::Newer(v));
        }
        serde_json::from_str(text).map_err(malformed)
    }
}
