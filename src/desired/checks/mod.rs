//! What must hold across the files of a set. One more check is one more line in the table.

mod dates;
mod duplicates;
mod files;
mod fit;
mod groups;
mod repeats;
mod scope;
mod settings;

use super::document::Document;
use super::groups::Groups;
use super::problems::Problems;
use super::raw::RawDocument;
use crate::diagnostic::Source;

/// A set of files, as far as it could be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct CheckedFiles<'d> {
    pub(super) sources: &'d [Source],
    pub(super) raw: &'d RawDocument,
    pub(super) document: &'d Document,
    pub(super) groups: &'d Groups<'d>,
}

/// The table.
pub(super) const ALL: &[fn(&CheckedFiles<'_>, &mut Problems)] = &[
    files::bindings_are_there,
    files::named_files_are_there,
    settings::stand_in_one_file,
    groups::defined_once,
    groups::known,
    groups::used,
    groups::of_somebody,
    groups::not_taken_for_users,
    repeats::within_lists,
    duplicates::of_bindings,
    scope::holds_every_binding,
    dates::have_an_effect,
];
