//! Live links as files: where a team starts from what exists today.
//!
//! Whoever writes asks the reader: a name is written only where [`resolve`](fn@super::resolve) takes it for exactly the thing
//! it stands for. Where it does not, the id is, with the name beside it as a comment.

mod blocks;
mod file_names;
mod filter;
mod page;
mod written;

use std::collections::BTreeSet;
use std::fmt;

pub use filter::{ExportFilter, Given};
use serde::Deserialize;

use super::names::Names;
use super::scalar::scalar;
use crate::binding::Binding;
use crate::diagnostic::Diagnostic;
use crate::directory::Directory;
use crate::snapshot::{Caller, Observation, Snapshot};
use blocks::{BlockGroup, sections};
use file_names::{FileNames, SETTINGS};
use page::{comment, entries, list};
use written::Writer;

/// How the settings of an export tell what wrote them, before the command line.
const BY: &str = "Written by `";

/// How live links are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Export {
    /// Which of them; it becomes the scope of the files.
    pub extent: ExportFilter,
    /// What becomes a file of its own.
    pub split: Split,
    /// How things are named.
    pub form: Form,
    /// What stands beside usernames.
    pub beside: Beside,
}

/// What stands beside usernames, as comments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Beside {
    /// Nothing.
    #[default]
    Nothing,
    /// What people are called.
    FullNames,
}

/// What becomes a file of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Split {
    /// Everything is in one file.
    #[default]
    Nothing,
    /// Each offering.
    Offering,
    /// Each resource, in a folder of its offering.
    Resource,
}

/// How things are named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// By name where the name alone says it, else by id.
    #[default]
    Name,
    /// By id and name: whatever is renamed later shows as unresolved.
    Pinned,
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedFile {
    /// A relative path of plain ASCII, with `/` between folders. No two of an export are equal, in either case.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// Writes live links as a set of files that asks for exactly them: planned against what was seen, only rows beside
/// another one of the same binding are left to be removed.
///
/// The same links and names make the same bytes. The first file holds the settings. Where a row names something that
/// `directory` does not hold, its id is written, and the plan finds it unresolved, as it is.
///
/// # Errors
/// What of the extent names nothing, or too much: less than was meant would be exported.
pub fn export(
    snapshot: &Snapshot,
    directory: &Directory,
    asked: &Export,
) -> Result<Vec<ExportedFile>, Vec<Diagnostic>> {
    let Snapshot { links, incomplete: _, users: _, observation } = snapshot;
    let Export { extent, split, form, beside } = asked;
    let names = Names::new(directory);
    let scope = extent.resolve(&names)?;
    let live: BTreeSet<Binding> = links.iter().map(|it| it.binding).collect();
    let live = live.into_iter().filter(|it| scope.contains(it, directory)).collect();

    let writer = Writer::new(names, *form, *beside);
    let sections = sections(live, directory);
    let mut settings = head(observation, asked, &sections);
    settings.push_str(&extent.written());
    let files = match split {
        Split::Nothing => {
            settings.push_str(&bindings(&sections, &writer));
            Vec::new()
        }
        Split::Offering | Split::Resource => parts(&sections, *split, &writer),
    };
    if *split != Split::Nothing {
        settings.push_str(&named(&files));
    }
    let settings = ExportedFile { name: format!("{SETTINGS}.yaml"), text: settings };
    Ok(std::iter::once(settings).chain(files).collect())
}

/// The other files of an export, by what is in its settings: those that it wrote beside them.
///
/// None if this is something else: what people wrote themselves is theirs.
pub fn parts_of(settings: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Settings {
        #[serde(default)]
        files: Vec<String>,
    }
    let written = settings
        .lines()
        .take_while(|it| it.starts_with('#'))
        .any(|it| it.starts_with(&format!("# {BY}grantsync export")));
    let read = written.then(|| serde_yaml::from_str::<Settings>(settings).ok()).flatten();
    read.map_or_else(Vec::new, |it| it.files)
}

/// What a reader has to know: whence this is, how it was made, and why it may not be the whole of it.
fn head(observation: &Observation, asked: &Export, sections: &[BlockGroup<'_>]) -> String {
    let Observation { server, caller, changing, .. } = observation;
    let resources = sections.iter().map(|it| it.blocks.len()).sum();
    let bindings = sections.iter().flat_map(|it| &it.blocks).map(|it| it.bindings).sum();
    let count = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let bindings = count(bindings, "binding");
    let mut head = comment(&format!("Who has access on {server}: {bindings} on {}.", count(resources, "resource")));
    head += &comment(&format!("{BY}{asked}`."));
    let Caller { username, is_staff, .. } = caller;
    if !is_staff {
        let username = scalar(username);
        head += &comment(&format!("Seen with the token of {username}, which is no staff token: this may be a part."));
    }
    if *changing {
        head += &comment("Links changed while they were read: some may be missing.");
    }
    head + "version: 1\n\n"
}

fn bindings(sections: &[BlockGroup<'_>], writer: &Writer<'_>) -> String {
    match sections {
        [] => "bindings: []\n".to_owned(),
        [one] => format!("bindings:\n{}", entries(&one.blocks, writer)),
        several => {
            let section = |it: &BlockGroup<'_>| format!("  {}{}", comment(&it.title()), entries(&it.blocks, writer));
            let sections: Vec<_> = several.iter().map(section).collect();
            format!("bindings:\n{}", sections.join("\n"))
        }
    }
}

/// The files with bindings.
fn parts(sections: &[BlockGroup<'_>], split: Split, writer: &Writer<'_>) -> Vec<ExportedFile> {
    let names = FileNames::new(sections);
    let file = |name: String, title: &str, bindings: String| ExportedFile {
        name: format!("{name}.yaml"),
        text: format!("{}bindings:\n{bindings}", comment(title)),
    };
    let mut files = Vec::new();
    for section in sections {
        let folder = names.section(section);
        if split == Split::Offering {
            files.push(file(folder.to_owned(), &section.title(), entries(&section.blocks, writer)));
            continue;
        }
        for block in &section.blocks {
            let title = format!("{} ({})", writer.called(block.resource), section.title());
            let name = format!("{folder}/{}", names.resource(block.resource));
            files.push(file(name, &title, entries(std::slice::from_ref(block), writer)));
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// A file that goes missing would be read as the wish to take access away, so each is named in the settings.
fn named(files: &[ExportedFile]) -> String {
    if files.is_empty() {
        return "bindings: []\n".to_owned();
    }
    list("", "files", files.iter().map(|it| written::Written::plain(scalar(&it.name))))
}

/// The command line that asks for it.
impl fmt::Display for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { extent, split, form, beside } = self;
        write!(f, "grantsync export{extent}")?;
        f.write_str(match split {
            Split::Nothing => "",
            Split::Offering => " --split-by offering",
            Split::Resource => " --split-by resource",
        })?;
        f.write_str(match form {
            Form::Name => "",
            Form::Pinned => " --pin",
        })?;
        f.write_str(match beside {
            Beside::Nothing => "",
            Beside::FullNames => " --names",
        })
    }
}
