//! `completions`: what shells need to complete commands.

use clap::{Args, Command};
use clap_complete::Shell;

use super::error::Result;
use super::{Exit, output};

/// `completions`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct Completions {
    /// For which shell.
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

const HELP: &str = "\
For example:
  bash        grantsync completions bash >~/.local/share/bash-completion/completions/grantsync
  zsh         grantsync completions zsh >\"${fpath[1]}/_grantsync\"
  fish        grantsync completions fish >~/.config/fish/completions/grantsync.fish
  PowerShell  grantsync completions powershell | Out-String | Invoke-Expression";

pub(super) fn run(Completions { shell }: &Completions, mut command: Command) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut command, "grantsync", &mut script);
    output::data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
