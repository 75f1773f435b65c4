//! A set of files to one document.

use super::checks::{self, Set};
use super::document::Document;
use super::draft::Draft;
use super::groups::Groups;
use super::problems::Problems;
use super::{calendar, groups, read, yaml};
use crate::diagnostic::{Diagnostic, Source};

/// Reads a set of files as one document.
///
/// Needs no server and no clock. The order of the sources is that of [`Document::entries`], and changes nothing else.
///
/// # Errors
/// Everything that is wrong with any of the files, warnings included, in the order of the sources and of their lines.
/// A file that is not YAML is read as far as it can be, so that its other problems are found as well.
pub fn parse(sources: &[Source]) -> Result<Document, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let mut draft = Draft::default();
    for source in sources {
        yaml::read(source, &mut problems, &mut |tree, problems| {
            read::file(&source.name, &tree, &mut draft, problems);
        });
    }

    let mut document = std::mem::take(&mut draft.document);
    calendar::date(&draft, &mut document, &mut problems);
    let groups = Groups::of(&draft.groups);
    if groups::can_expand(&groups, &draft, &document, &mut problems) {
        groups::expand(&groups, &draft, &mut document);
    }
    let set = Set { sources, draft: &draft, document: &document, groups: &groups };
    for check in checks::ALL {
        check(&set, &mut problems);
    }

    let failed = problems.any_error();
    let found = problems.sorted(sources);
    if failed { Err(found) } else { Ok(Document { warnings: found, ..document }) }
}
