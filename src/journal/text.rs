//! A whole journal as text: its lines, and what is wrong with them.

use super::line::VERSION;
use super::{Line, LineHash, NotALine};

/// How every line begins.
const BEGINNING: &str = "{\"v\":";

/// A journal that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// Its lines, each with the number it has in the file and its hash.
    pub lines: Vec<(usize, LineHash, Line)>,
    /// What is wrong with the chain.
    pub faults: Vec<Fault>,
}

/// Something wrong with the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The number of the line.
    pub line: usize,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(NotALine),
    /// It follows another line than the one before it.
    #[error("it does not follow the line before it: a line was changed, added or removed")]
    Broken,
    /// It is the last one, and its end is missing.
    #[error("the end of the last line is missing; the next write repairs it")]
    Torn,
}

/// The journal is of a newer version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the journal is of version {0} of the format, and this build reads version {VERSION}")]
pub struct Newer(pub u32);

/// The end of a journal, for whoever appends to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    /// It is empty.
    Empty,
    /// Its last line is whole.
    Whole(LineHash),
    /// Its last line is whole, and only the line break is missing.
    WithoutBreak(LineHash),
    /// The text after the last whole line is to be taken out.
    Torn {
        /// The last whole line, if there is one.
        last: Option<LineHash>,
        /// The text.
        lost: String,
    },
    /// It is no journal.
    Other,
}

impl Journal {
    /// Reads one. `previous` is the hash that the first line should follow, if it is known.
    ///
    /// # Errors
    /// If it is of a newer version.
    pub fn read(text: &str, previous: Option<&LineHash>) -> Result<Self, Newer> {
        let mut journal = Self { lines: Vec::new(), faults: Vec::new() };
        let mut expected = previous.cloned();
        for (at, part) in text.split_inclusive('\n').enumerate() {
            let number = at + 1;
            let mut fault = |kind| journal.faults.push(Fault { line: number, kind });
            let Some(whole) = part.strip_suffix('\n') else {
                fault(FaultKind::Torn);
                break;
            };
            let hash = LineHash::of(whole);
            match Line::parse(whole) {
                Ok(line) => {
                    if expected.as_ref().is_some_and(|it| *it != line.previous) {
                        fault(FaultKind::Broken);
                    }
                    journal.lines.push((number, hash.clone(), line));
                }
                Err(NotALine::Newer(version)) => return Err(Newer(version)),
                Err(error) => fault(FaultKind::Unreadable(error)),
            }
            expected = Some(hash);
        }
        Ok(journal)
    }

    /// The hash of the last line.
    pub fn last(&self) -> Option<&LineHash> {
        self.lines.last().map(|(_, hash, _)| hash)
    }
}

impl Tail {
    /// Looks at the end of a journal; `text` begins at the beginning of a line, and has two lines at least if there are so
    /// many.
    ///
    /// # Errors
    /// If it is of a newer version.
    pub fn of(text: &str) -> Result<Self, Newer> {
        if text.is_empty() {
            return Ok(Self::Empty);
        }
        let (before, last) = match text.strip_suffix('\n').unwrap_or(text).rsplit_once('\n') {
            Some((before, _)) => (Some(before), &text[before.len() + 1..]),
            None => (None, text),
        };
        let whole = last.strip_suffix('\n');
        let torn = match (Line::parse(whole.unwrap_or(last)), whole) {
            (Err(NotALine::Newer(version)), _) => return Err(Newer(version)),
            (Ok(_), Some(whole)) => return Ok(Self::Whole(LineHash::of(whole))),
            (Ok(_), None) => return Ok(Self::WithoutBreak(LineHash::of(last))),
            (Err(NotALine::Malformed(_)), _) => last,
        };
        let before = before.map(|it| it.rsplit('\n').next().unwrap_or(it));
        let before = match before.map(|it| (it, Line::parse(it))) {
            None => None,
            Some((_, Err(NotALine::Newer(version)))) => return Err(Newer(version)),
            Some((_, Err(NotALine::Malformed(_)))) => return Ok(Self::Other),
            Some((line, Ok(_))) => Some(LineHash::of(line)),
        };
        // Where a crash left no more than the space for a line, that is all zeros.
        let zeros = torn.trim_end_matches('\n').chars().all(|it| it == '\0');
        let begins = torn.starts_with(BEGINNING) || BEGINNING.starts_with(torn);
        if before.is_none() && !zeros && !begins {
            return Ok(Self::Other);
        }
        Ok(Self::Torn { last: before, lost: torn.trim_end_matches(['\n', '\0']).to_owned() })
    }
}
