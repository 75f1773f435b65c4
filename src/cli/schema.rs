//! `schema`: what the files look like, for editors, and what is written, for scripts.

use clap::{Args, ValueEnum};

use super::error::Result;
use super::{Exit, exit, output};
use crate::{desired, render};

/// `schema`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Schema {
    /// Of what.
    #[arg(value_enum, default_value = "desired-state", value_name = "WHAT")]
    what: What,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// The files. Editors check and complete them with it: `# yaml-language-server: $schema=PATH` in the first line.
    DesiredState,
    /// A plan or a report as JSON.
    Pass,
    /// What `explain` writes as JSON.
    Explain,
}

pub(super) fn run(Schema { what }: &Schema) -> Result<Exit> {
    match what {
        What::DesiredState => output::data(desired::schema())?,
        What::Pass => output::data(&render::json_schema())?,
        What::Explain => output::data(&render::explain_schema())?,
    }
    Ok(Exit::Done)
}
