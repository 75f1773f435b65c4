//! `export`: what is live, as files to begin from.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};

use super::args::Server;
use super::connect::{Connection, Usage, connect};
use super::{Exit, exit, output, saved};
use crate::desired::export::{self, ExportedFile, Extent, Form, Given};
use crate::diagnostic::Diagnostic;
use crate::render::{self, plural, visible};

/// `export`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Export {
    /// Only of this offering: a name, a UUID, or a pattern with `*`; may be repeated. What is exported becomes the scope.
    #[arg(long, value_name = "OFFERING")]
    offering: Vec<String>,
    /// Only on this resource; where several have the name: `{name: …, offering: …}`. May be repeated.
    #[arg(long, value_name = "RESOURCE")]
    resource: Vec<String>,
    /// Only this role; may be repeated.
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// Only of this user; may be repeated.
    #[arg(long, value_name = "USER")]
    user: Vec<String>,
    /// Names everything by UUID and name. What is renamed later is then unresolved, and never taken for something else.
    #[arg(long)]
    pin: bool,
    /// Writes a file for each of these, into the directory that `--output` names.
    #[arg(long, value_enum, value_name = "KIND", requires = "output")]
    split_by: Option<SplitBy>,
    /// Where to write: a file, or a directory with `--split-by`. Otherwise the file goes to standard output.
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Replaces files that are there.
    #[arg(long, requires = "output")]
    force: bool,
    /// Server.
    #[command(flatten)]
    server: Server,
}

/// What gets a file of its own.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum SplitBy {
    /// Each offering.
    Offering,
    /// Each resource, in a directory of its offering.
    Resource,
}

pub(super) async fn run(arguments: &Export) -> Result<Exit> {
    let Export { offering, resource, role, user, pin, split_by, output: to, force, server } = arguments;
    let given = Given { offerings: offering, resources: resource, roles: role, users: user };
    let Ok(extent) = Extent::read(given).map_err(|it| refuse(&it)) else { return Ok(Exit::Usage) };
    let asked = export::Export {
        extent,
        split: match split_by {
            None => export::Split::Nothing,
            Some(SplitBy::Offering) => export::Split::Offering,
            Some(SplitBy::Resource) => export::Split::Resource,
        },
        form: if *pin { Form::Pinned } else { Form::Name },
    };
    if let (Some(path), None) = (to, split_by) {
        free(path, *force)?;
    }
    let Connection { client, sandbox: _sandbox } = connect(server).await?;
    let snapshot = client.snapshot().await?;
    let directory = client.directory(&asked.extent.lookups(), &snapshot).await?;
    let files = export::export(&snapshot, &directory, &asked).map_err(|it| refuse(&it));
    let Ok(files) = files else { return Ok(Exit::Refused) };
    output::say(&render::banner(&snapshot.observation));
    match (to, &files[..]) {
        (None, _) => files.iter().try_for_each(|it| output::data(&it.text))?,
        (Some(path), [one]) if split_by.is_none() => {
            saved::write(path, &one.text)?;
            output::say(&format!("wrote `{0}`; see what it means with `grantsync plan -f {0}`\n", path.display()));
        }
        (Some(directory), _) => write_all(directory, &files, *force)?,
    }
    Ok(Exit::Done)
}

/// Says what of the arguments means nothing.
fn refuse(problems: &[Diagnostic]) {
    output::say("error: what is to be exported can't be told\n");
    for Diagnostic { message, primary, help, .. } in problems {
        let help = help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        output::say(&format!("  {}: {}\n", primary.span.file, visible(&format!("{message}{help}"))));
    }
}

fn write_all(directory: &Path, files: &[ExportedFile], force: bool) -> Result<()> {
    let names: BTreeSet<PathBuf> = files.iter().map(|it| directory.join(&it.name)).collect();
    let others: Vec<_> = yaml_below(directory)?.into_iter().filter(|it| !names.contains(it)).collect();
    if let (Some(other), false) = (others.first(), force) {
        return Err(taken(other, "what else is read with a directory would belong to the set"));
    }
    for path in &names {
        free(path, force)?;
    }
    // The settings name all others, so that a set of which only some were written is an error.
    for ExportedFile { name, text } in files {
        let path = directory.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("could not make `{}`", folder.display()))?;
        }
        saved::write(&path, text)?;
    }
    let (count, place) = (files.len(), directory.display());
    let see = format!("see what they mean with `grantsync plan -f {place}`");
    output::say(&format!("wrote {count} {} to `{place}`; {see}\n", plural(count, "file")));
    for other in others {
        output::say(&format!("note: `{}` is no part of it, and is read with the directory\n", other.display()));
    }
    Ok(())
}

fn free(path: &Path, force: bool) -> Result<()> {
    if path.exists() && !force { Err(taken(path, "`--force` replaces it")) } else { Ok(()) }
}

fn taken(path: &Path, help: &str) -> anyhow::Error {
    Usage { message: format!("`{}` is there already", path.display()), help: help.to_owned() }.into()
}

/// All YAML below a directory, as reading it would find it; none where there is no directory.
fn yaml_below(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(folder) = open.pop() {
        if !folder.is_dir() {
            continue;
        }
        let entries = fs::read_dir(&folder).with_context(|| format!("could not read `{}`", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("could not read `{}`", folder.display()))?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if kind.is_dir() && !hidden {
                open.push(path);
            } else if !hidden && crate::reconcile::files::is_yaml(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
