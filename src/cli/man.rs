//! `man`: a manual page for each command, for whoever packs grantsync.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Command};
use clap_mangen::Man;

use super::error::{Context as _, Result};
use super::{Exit, output};

/// `man`.
#[derive(Debug, Args)]
pub(super) struct Manual {
    /// Where to write the pages: `grantsync.1`, `grantsync-plan.1` and so on.
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
}

pub(super) fn run(Manual { directory }: &Manual, mut command: Command) -> Result<Exit> {
    command.build();
    fs::create_dir_all(directory).context(|| format!("could not create `{}`", directory.display()))?;
    let verbs = command.get_subcommands().filter(|it| it.get_name() != "help").cloned();
    let pages: Vec<_> = std::iter::once(command.clone()).chain(verbs).map(Man::new).collect();
    for page in &pages {
        let path = directory.join(page.get_filename());
        let mut text = Vec::new();
        page.render(&mut text).context(|| format!("could not render `{}`", path.display()))?;
        fs::write(&path, text).context(|| format!("could not write `{}`", path.display()))?;
    }
    output::say(&format!("wrote {} pages to `{}`\n", pages.len(), directory.display()));
    Ok(Exit::Done)
}
