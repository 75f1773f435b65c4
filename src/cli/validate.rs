//! `validate`: what can be said of files without a server and without a token; and with `--online`, whether everything
//! they name is there.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::connect::{Connection, Server, connect};
use super::error::Result;
use super::read::Read;
use super::revision::Files;
use super::values::switch;
use super::{Exit, exit, output, read, saved};
use crate::desired::name_former_roles;
use crate::directory::Directory;
use crate::reconcile::look_up;
use crate::render::{banner, counted};
use crate::saved::SavedView;

/// `validate`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Validate {
    /// Looks up every name on the server, too; changes nothing.
    #[arg(long, env = "GRANTSYNC_ONLINE", value_parser = switch())]
    online: bool,
    /// A view that `snapshot -o` saved before an upgrade of the server: says of each role that is gone which one was meant.
    #[arg(long, value_name = "VIEW", requires = "online")]
    live: Option<PathBuf>,
    /// Files.
    #[command(flatten)]
    files: Files,
    /// Server.
    #[command(flatten)]
    server: Server,
}

pub(super) async fn run(Validate { files, online, live, server }: &Validate) -> Result<Exit> {
    let read = read::files(&files.file, &files.revision).await?;
    let former = live.as_deref().map(saved::text).transpose()?.map(|it| SavedView::read(&it)).transpose()?;
    let former = former.map(|it| it.directory);
    let ended = if *online { resolve(&read, &connect(server).await?, former.as_ref()).await? } else { offline(&read) };
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
async fn resolve(
    Read { sources, document }: &Read,
    connection: &Connection,
    former: Option<&Directory>,
) -> Result<Exit> {
    let Connection { client, sandbox: _ } = connection;
    let mut view = look_up(client, document, Timestamp::now()).await?;
    if let Some(former) = former {
        for told in [&mut view.plan.problems, &mut view.plan.warnings] {
            name_former_roles(document, &view.directory, former, told);
        }
    }
    output::say(&banner(&view.snapshot.observation));
    read::tell(sources, &view.plan.problems);
    read::tell(sources, &view.plan.warnings);
    Ok(if view.plan.has_problems() { Exit::Incomplete } else { Exit::Done })
}
