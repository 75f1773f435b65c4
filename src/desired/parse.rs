//! A set of files to one document.

use super::checks::{self, CheckedFiles};
use super::decode::Undecodable;
use super::document::Document;
use super::groups::Groups;
use super::problems::Problems;
use super::raw::RawDocument;
use super::{calendar, groups, read, yaml};
use crate::diagnostic::{Diagnostic, Source};

/// Reads a set of files as one document.
///
/// Needs no server and no clock. The order of the sources is that of [`Document::entries`], and changes nothing else.
///
/// # Errors
/// Everything that is wrong with any of the files, warnings included, in the order of the sources and of their lines.
/// Of a file that is not YAML only the first error is known; the other files are checked all the same.
pub fn parse(sources: &[Source]) -> Result<Document, Vec<Diagnostic>> {
    assemble(sources, Problems::default(), &[])
}

/// Everything that is wrong with a set of which some files are not text, and what to show of it.
pub fn diagnose(files: Vec<Result<Source, Box<Undecodable>>>) -> (Vec<Source>, Vec<Diagnostic>) {
    let mut problems = Problems::default();
    let mut unreadable = Vec::new();
    let mut sources = Vec::with_capacity(files.len());
    for file in files {
        sources.push(file.unwrap_or_else(|bad| {
            problems.push(bad.problem);
            unreadable.push(sources.len());
            bad.shown
        }));
    }
    let diagnostics = match assemble(&sources, problems, &unreadable) {
        Ok(document) => document.warnings,
        Err(diagnostics) => diagnostics,
    };
    (sources, diagnostics)
}

fn assemble(sources: &[Source], mut problems: Problems, unreadable: &[usize]) -> Result<Document, Vec<Diagnostic>> {
    let mut raw = RawDocument { broken: !unreadable.is_empty(), ..RawDocument::default() };
    for (_, source) in sources.iter().enumerate().filter(|(n, _)| unreadable.binary_search(n).is_err()) {
        let tree = yaml::read(source, &mut problems);
        read::file(source, &tree, &mut raw, &mut problems);
    }

    let mut document = std::mem::take(&mut raw.document);
    calendar::date(&raw, &mut document, &mut problems);
    let groups = Groups::of(&raw.groups);
    if groups::can_expand(&groups, &raw, &document, &mut problems) {
        groups::expand(&groups, &raw, &mut document);
    }
    let set = CheckedFiles { sources, raw: &raw, document: &document, groups: &groups };
    for check in checks::ALL {
        check(&set, &mut problems);
    }

    let failed = problems.any_error();
    let found = problems.sorted(sources);
    if failed { Err(found) } else { Ok(Document { warnings: found, ..document }) }
}
