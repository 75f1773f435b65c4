//! `validate`: what can be said of files without a server and without a token; and with `--online`, whether everything
//! they name is there.

use clap::Args;
use jiff::Timestamp;

use super::connect::{Connection, Server, connect};
use super::error::Result;
use super::read::Read;
use super::revision::Files;
use super::values::switch;
use super::{Exit, exit, output, read};
use crate::reconcile::look_up;
use crate::render::{banner, counted};

/// `validate`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Validate {
    /// Looks up every name on the server, too; changes nothing.
    #[arg(long, env = "GRANTSYNC_ONLINE", value_parser = switch())]
    online: bool,
    /// Files.
    #[command(flatten)]
    files: Files,
    /// Server.
    #[command(flatten)]
    server: Server,
}

pub(super) async fn run(Validate { files, online, server }: &Validate) -> Result<Exit> {
    let read = read::files(&files.file, &files.revision).await?;
    let ended = if *online { resolve(&read, &connect(server).await?).await? } else { offline(&read) };
    let Read { sources, document } = read;
    let bindings: usize = document.entries.iter().map(|it| it.resources.len() * it.roles.len() * it.users.len()).sum();
    let (entries, files) = (document.entries.len(), sources.len());
    let verdict = if ended == Exit::Done { "valid" } else { "valid, but for names that are unresolved" };
    output::data(&format!(
        "{verdict}: {} in {} of {}\n",
        counted(bindings, ["binding", "bindings"]),
        counted(entries, ["entry", "entries"]),
        counted(files, ["file", "files"])
    ))?;
    Ok(ended)
}

fn offline(Read { sources, document }: &Read) -> Exit {
    read::tell(sources, &document.warnings);
    read::tell(sources, &document.warnings_at(Timestamp::now()));
    Exit::Done
}

/// Resolves every name, those of lines that ended or have not begun included.
async fn resolve(Read { sources, document }: &Read, connection: &Connection) -> Result<Exit> {
    let Connection { client, sandbox: _ } = connection;
    let view = look_up(client, document, Timestamp::now()).await?;
    output::say(&banner(&view.snapshot.observation));
    read::tell(sources, &view.plan.problems);
    read::tell(sources, &view.plan.warnings);
    Ok(if view.plan.has_problems() { Exit::Incomplete } else { Exit::Done })
}
