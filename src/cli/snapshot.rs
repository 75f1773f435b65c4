//! `snapshot`: keeps what is live, for a plan where no token is.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::connect::{Connection, Server, connect};
use super::error::Result;
use super::revision::Revision;
use super::target::{self, Inputs, Target};
use super::values::switch;
use super::{Exit, exit, output, read};
use crate::directory::{Directory, Lookups};
use crate::render::counted;
use crate::saved::SavedView;

/// `snapshot`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Snapshot {
    /// Where to write it. It names everything that the token can see, and holds nothing of the token.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Files whose names are looked up, too: users who hold no link are not known otherwise. May be repeated.
    #[arg(short, long, env = "GRANTSYNC_FILE", value_name = "PATH")]
    file: Vec<PathBuf>,
    /// Keeps the names of all users, so that a plan can name anybody.
    #[arg(long, env = "GRANTSYNC_ALL_USERS")]
    all_users: bool,
    /// Keeps people's full names, too, for plans that show them.
    #[arg(long, env = "GRANTSYNC_NAMES", value_parser = switch())]
    names: bool,
    /// Server.
    #[command(flatten)]
    server: Server,
}

pub(super) async fn run(arguments: &Snapshot) -> Result<Exit> {
    let Snapshot { output: to, file, all_users, names, server } = arguments;
    Inputs::new(file, target::settings(server)).protect([to.as_path()])?;
    let lookups = match &file[..] {
        [] => Lookups::default(),
        paths => read::files(paths, &Revision::default()).await?.document.lookups(),
    };
    let target = Target::open(to)?;
    let Connection { client, sandbox: _sandbox } = connect(server).await?;
    let seen = Timestamp::now();
    let snapshot = client.snapshot().await?;
    let mut directory = client.directory(&lookups, &snapshot).await?;
    // Rows of links don't show who is active, and nobody can be asked later.
    let users = if *all_users {
        client.everybody().await?
    } else {
        let unknown = directory.users.iter().filter(|(_, it)| it.active.is_none());
        client.users(unknown.map(|(id, _)| *id).collect()).await?
    };
    directory.users.extend(users);
    let view = SavedView { everybody: *all_users, ..SavedView::new(directory.clone(), snapshot, seen) };
    let view = if *names { SavedView { directory, ..view } } else { view };
    target.write(&view.write()?)?;
    output::say(&told(&view, file.is_empty()));
    Ok(Exit::Done)
}

/// What was kept, and above all whom a plan will not know.
fn told(SavedView { directory, snapshot, everybody, .. }: &SavedView, no_files: bool) -> String {
    let Directory { resources, roles, users, aliases: _ } = directory;
    let whom = match (*everybody, no_files) {
        (true, _) => "everybody",
        (false, true) => "those who hold a link; a plan will know nobody else, unless you add `--all-users`",
        (false, false) => {
            "those who hold a link or are named in the files; a plan will know nobody else, unless you add `--all-users`"
        }
    };
    format!(
        "{} on {}, {}, {}: {whom}\n",
        counted(snapshot.links.len(), ["link", "links"]),
        counted(resources.len(), ["resource", "resources"]),
        counted(roles.len(), ["role", "roles"]),
        counted(users.len(), ["user", "users"]),
    )
}
