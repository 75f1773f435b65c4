//! The command line as it is typed.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{ArgAction, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use super::contradiction::contradiction;
use super::target::is_stdout;
use super::{
    apply, completions, doctor, exit, explain, export, history, links, man, plan, review, run, sandbox, schema, show,
    snapshot, validate,
};

/// Keeps the access grants of a Waldur marketplace equal to YAML files.
///
/// grantsync reads bindings (resource, role, user) from files, compares them with the links that a Waldur server holds,
/// and creates and removes links until they agree. Nothing is written without `apply`.
#[derive(Debug, Parser)]
#[command(name = "grantsync", version, propagate_version = true, after_help = exit::HELP, max_term_width = 100)]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
    /// More output: ids, unchanged links and the reason of every write (-v), every request (-vv), everything (-vvv).
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
}

impl Cli {
    /// Reads what was typed, and the environment.
    pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let read = command.try_get_matches_from_mut(arguments)?;
        if let Some(said) = contradiction(&read) {
            return Err(command.error(ErrorKind::ArgumentConflict, said));
        }
        let mut cli = Self::from_arg_matches(&read)?;
        if let Command::Plan(plan) = &mut cli.command {
            plan.formats.saved_to_stdout = plan.output.as_deref().is_some_and(is_stdout);
        }
        Ok(cli)
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Checks the files, offline; or, with `--online`, the names in them.
    Validate(validate::Validate),
    /// Shows what `apply` would do; changes nothing.
    Plan(plan::Plan),
    /// Makes the links on the server equal to the files, once.
    Apply(apply::Apply),
    /// Keeps the links on the server equal to the files, for as long as it runs.
    Run(Box<run::Arguments>),
    /// Lists the links on the server; changes nothing.
    Links(links::Links),
    /// Checks the address, the token and the server, and says how to fix each problem; changes nothing.
    Doctor(doctor::Doctor),
    /// Shows a saved plan, offline.
    Show(show::Show),
    /// Explains why somebody has, gets, loses or lacks a role.
    Explain(explain::Explain),
    /// Shows what happened to access, by whom and why, from the journal and the server's log.
    History(Box<history::History>),
    /// Shows who has access, since when, why and until when, for an access review.
    Review(Box<review::Review>),
    /// Writes the links on the server as files to start from.
    Export(export::Export),
    /// Saves the links on the server to a file, for `plan --live` without a token.
    Snapshot(snapshot::Snapshot),
    /// Prints a JSON Schema: of the files, for editors, or of the JSON output.
    Schema(schema::Schema),
    /// Prints a completion script for a shell.
    Completions(completions::Completions),
    /// Writes a manual page for each command.
    Man(man::Manual),
    /// Runs a small Waldur with example data on this machine, to try things.
    Sandbox(sandbox::Arguments),
}
