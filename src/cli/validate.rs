//! `validate`: what can be said of files without a server and without a token.

use anyhow::Result;

use super::args::Validate;
use super::{Exit, output, read};
use crate::render::plural;

pub(super) async fn run(Validate { files }: &Validate) -> Result<Exit> {
    let read::Read { sources, document } = read::files(&files.file, &files.revision).await?;
    read::tell(&sources, &document.warnings);
    let bindings: usize = document.entries.iter().map(|it| it.resources.len() * it.roles.len() * it.users.len()).sum();
    let (entries, files) = (document.entries.len(), sources.len());
    let entry = if entries == 1 { "entry" } else { "entries" };
    output::data(&format!(
        "valid: {bindings} {} in {entries} {entry} of {files} {}\n",
        plural(bindings, "binding"),
        plural(files, "file")
    ))?;
    Ok(Exit::Done)
}
