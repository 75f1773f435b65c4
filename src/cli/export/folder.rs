//! A directory that an export writes: what is there already, and what of it an earlier export wrote.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Present, taken};
use crate::cli::error::{Context as _, Error, Result};
use crate::cli::output;
use crate::cli::target::{Target, is_stdout};
use crate::desired::export::{self, ExportedFile};
use crate::reconcile::files;
use crate::render::counted;

/// More files than this are counted, not named.
const NAMED: usize = 10;

/// Finds out whether files can be written below a directory that may not exist yet, and changes nothing.
pub(super) fn ready(directory: &Path) -> Result<()> {
    if is_stdout(directory) {
        let help = "name one with `--output`, or omit `--split-by`";
        return Err(Error::usage("standard output is not a directory", help));
    }
    let absolute = std::path::absolute(directory).context(|| cannot("write to", directory))?;
    let existing = absolute.ancestors().find(|it| it.exists()).unwrap_or(&absolute);
    NamedTempFile::new_in(existing).context(|| cannot("write to", directory))?;
    Ok(())
}

/// Writes the files of an export. The settings come first: they name all others, so that a set of which only some were
/// written is an error.
pub(super) fn write(directory: &Path, files: &[ExportedFile], present: Present) -> Result<()> {
    let names: BTreeSet<PathBuf> = files.iter().map(|it| directory.join(&it.name)).collect();
    let others: Vec<_> = yaml_below(directory)?.into_iter().filter(|it| !names.contains(it)).collect();
    if let (Some(other), Present::Refuse) = (others.first(), present) {
        return Err(taken(other, "what else is read with a directory would belong to the set"));
    }
    for path in &names {
        present.check(path)?;
    }
    let earlier = earlier(directory, files);
    let (stale, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|it| earlier.contains(it));
    if present == Present::Prune {
        // Before the settings, which name those that are gone until they are replaced: half of this is an error, too.
        stale.iter().try_for_each(|it| remove(directory, it))?;
    } else if !stale.is_empty() {
        return Err(left_over(&stale));
    }
    for ExportedFile { name, text } in files {
        let path = directory.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).context(|| cannot("make", folder))?;
        }
        Target::open(&path)?.write(text)?;
    }
    let (count, place) = (files.len(), directory.display());
    let see = format!("see what they mean with `grantsync plan -f {place}`");
    output::say(&format!("wrote {} to `{place}`; {see}\n", counted(count, ["file", "files"])));
    for it in &stale {
        output::say(&format!("removed `{}`, which an earlier export wrote\n", it.display()));
    }
    for other in others {
        output::say(&format!("note: `{}` is no part of it, and is read with the directory\n", other.display()));
    }
    Ok(())
}

/// What an earlier export wrote into the directory besides its settings.
fn earlier(directory: &Path, files: &[ExportedFile]) -> BTreeSet<PathBuf> {
    let settings = files.first().and_then(|it| fs::read_to_string(directory.join(&it.name)).ok());
    settings.iter().flat_map(|it| export::parts_of(it)).map(|it| directory.join(it)).collect()
}

/// Removes a file, and the folders below the directory that are empty then.
fn remove(directory: &Path, path: &Path) -> Result<()> {
    fs::remove_file(path).context(|| cannot("remove", path))?;
    let folders = path.ancestors().skip(1).take_while(|it| *it != directory);
    // One that still holds something stays.
    let _ = folders.map(fs::remove_dir).find(Result::is_err);
    Ok(())
}

fn left_over(stale: &[PathBuf]) -> Error {
    let names: Vec<_> = stale.iter().take(NAMED).map(|it| format!("`{}`", it.display())).collect();
    let more = stale.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("an earlier export wrote files that would still be read: {}{more}", names.join(", "));
    Error::usage(message, "`--prune` removes them")
}

/// All YAML below a directory, as reading it would find it; none where there is no directory.
fn yaml_below(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(folder) = open.pop() {
        if !folder.is_dir() {
            continue;
        }
        let entries = fs::read_dir(&folder).context(|| cannot("read", &folder))?;
        for entry in entries {
            let entry = entry.context(|| cannot("read", &folder))?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if kind.is_dir() && !hidden {
                open.push(path);
            } else if !hidden && files::is_yaml(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn cannot(what: &str, path: &Path) -> String {
    format!("could not {what} `{}`", path.display())
}
