//! Whether everything is there.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use super::CheckedFiles;
use crate::desired::codes;
use crate::desired::problems::Problems;
use crate::desired::quote::Quoted;
use crate::desired::yaml::TextSpan;
use crate::diagnostic::{Diagnostic, Source};

/// A set without `bindings` would want nobody; that has to be said.
pub(super) fn bindings_are_there(set: &CheckedFiles<'_>, problems: &mut Problems) {
    let CheckedFiles { sources, raw, .. } = set;
    if raw.has_bindings || raw.broken {
        return;
    }
    let file = sources.first().map_or_else(|| "-".into(), |it| it.name.clone());
    let message = match sources {
        [_] => "the file has no key `bindings`",
        _ => "none of the files has the key `bindings`",
    };
    problems.push(
        Diagnostic::error(codes::MISSING_BINDINGS, TextSpan::START.span(&file), message)
            .help("add it; `bindings: []` says that nobody is to have access"),
    );
}

/// A file that `files` names, relative to the file that holds `files`, is one of the set.
pub(super) fn named_files_are_there(set: &CheckedFiles<'_>, problems: &mut Problems) {
    let present: HashSet<_> = set.sources.iter().map(|it| plain(Path::new(&*it.name))).collect();
    let unnamed = unnamed(set);
    for named in &set.raw.files {
        let folder = Path::new(&*named.span.file).parent().unwrap_or(Path::new(""));
        let path = plain(&folder.join(&*named.name));
        if present.contains(&path) {
            continue;
        }
        let message = format!("the file {} is not in the set", Quoted(&named.name));
        let found = Diagnostic::error(codes::MISSING_FILE, named.span.clone(), message);
        let meant = problems.suggest(&named.name, unnamed.iter().map(|it| &**it));
        problems.push(match meant {
            _ if named.name.contains('*') => found.help("patterns are not read here: name each file"),
            Some(meant) => found.help(format!("did you mean `{meant}`?")),
            None => found.help("add it with `-f`, or remove it from `files`"),
        });
    }
}

/// The files of the set that `files` does not name, relative to the file that holds it.
fn unnamed(set: &CheckedFiles<'_>) -> Vec<String> {
    let holder = set.raw.files.first().map(|it| Path::new(&*it.span.file));
    let folder = plain(holder.and_then(Path::parent).unwrap_or(Path::new("")));
    let relative = |it: &Source| Some(plain(Path::new(&*it.name)).strip_prefix(&folder).ok()?.to_str()?.to_owned());
    let named: HashSet<_> = set.raw.files.iter().map(|it| plain(Path::new(&*it.name))).collect();
    set.sources.iter().filter_map(relative).filter(|it| !named.contains(Path::new(it))).collect()
}

/// A path without detours, by its text alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}
