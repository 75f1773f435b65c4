//! Settings stand in one file, so that nobody has to look for them.

use super::CheckedFiles;
use crate::desired::problems::Problems;
use crate::desired::{codes, read, suggest};
use crate::diagnostic::Diagnostic;

/// Tells of every further file with settings, once.
pub(super) fn stand_in_one_file(set: &CheckedFiles<'_>, problems: &mut Problems) {
    let settings = &set.raw.settings;
    let Some(first) = settings.first() else { return };
    let mut told = &first.span.file;
    for it in settings {
        // They come file by file.
        if it.span.file == first.span.file || it.span.file == *told {
            continue;
        }
        told = &it.span.file;
        problems.push(
            Diagnostic::error(codes::SETTINGS_IN_TWO_FILES, it.span.clone(), "settings stand in more than one file")
                .label(format!("`{}` here", it.key))
                .related(first.span.clone(), format!("`{}` here", first.key))
                .help(format!("keep {} in one file", suggest::list(read::SETTINGS, "and"))),
        );
    }
}
