//! `history verify`: whether the chain of a journal is whole.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::read;
use crate::cli::error::Result;
use crate::cli::{Exit, output};
use crate::journal::LineHash;

/// `history verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Journals, the oldest first: each one after the first must begin where the one before it ended.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// A hash that must be in them, from the log of a pass: then the end was not cut off before it.
    #[arg(long, value_name = "HASH")]
    contains: Vec<String>,
}

pub(super) fn run(Verify { files, contains }: &Verify) -> Result<Exit> {
    let (mut told, mut is_whole) = (String::new(), true);
    let (mut before, mut hashes): (Option<LineHash>, Vec<String>) = (None, Vec::new());
    for path in files {
        let journal = read(path)?;
        let shown = path.display();
        let first = journal.lines.first().map(|(_, _, line)| &line.previous);
        if let (Some(before), Some(first)) = (&before, first)
            && before != first
        {
            is_whole = false;
            let _ = writeln!(told, "{shown}:1: it does not begin where the journal before it ended");
        }
        if before.is_none() && first.is_some_and(|it| *it != LineHash::none()) {
            let _ = writeln!(told, "{shown}:1: continues another journal");
        }
        for fault in &journal.faults {
            is_whole = false;
            let _ = writeln!(told, "{shown}:{}: {}", fault.line, fault.kind);
        }
        let count = journal.lines.len();
        let last = journal.last().map_or_else(|| "none".to_owned(), ToString::to_string);
        let _ = writeln!(told, "{shown}: {count} lines, last hash {last}");
        hashes.extend(journal.lines.iter().map(|(_, hash, _)| hash.to_string()));
        before = journal.last().cloned().or(before);
    }
    for hash in contains.iter().filter(|it| !hashes.contains(*it)) {
        is_whole = false;
        let _ = writeln!(told, "no line has the hash {hash}: the end was cut off, or the file was written anew");
    }
    told.push_str(if is_whole { "the chain is whole\n" } else { "the chain is broken\n" });
    output::data(&told)?;
    Ok(if is_whole { Exit::Done } else { Exit::Invalid })
}
