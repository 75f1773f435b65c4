//! `export`: what is live, as files to begin from.

mod folder;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::connect::{Connection, Server, connect};
use super::error::{Error, Result};
use super::target::{self, Inputs, Target, is_stdout};
use super::values::switch;
use super::{Exit, exit, live, output, read, saved};
use crate::desired::export::{self, Beside, ExportFilter, Form, Given};
use crate::diagnostic::Diagnostic;
use crate::directory::Directory;
use crate::render::{self, SnapshotAge};
use crate::saved::SavedView;
use crate::snapshot::Snapshot;

/// `export`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct Export {
    /// Only of this offering: a name, a UUID, or a pattern with `*`; can be repeated. What is exported becomes the
    /// scope.
    #[arg(long, value_name = "OFFERING")]
    offering: Vec<String>,
    /// Only on this resource; where several have the name: `{name: …, offering: …}`. May be repeated.
    #[arg(long, value_name = "RESOURCE")]
    resource: Vec<String>,
    /// Only this role; can be repeated.
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// Only of this user; can be repeated.
    #[arg(long, value_name = "USER")]
    user: Vec<String>,
    /// Names everything by UUID and name. What is renamed later is then unresolved, and never taken for something else.
    #[arg(long)]
    pin: bool,
    /// Writes people's full names beside their usernames, as comments.
    #[arg(long, env = "GRANTSYNC_NAMES", value_parser = switch())]
    names: bool,
    /// Writes a file for each of these, into the directory that `--output` names.
    #[arg(long, value_enum, value_name = "KIND", requires = "output")]
    split_by: Option<SplitBy>,
    /// Where to write: a file, or a directory with `--split-by`. Otherwise the file goes to standard output.
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Replaces files that are there.
    #[arg(long, requires = "output")]
    force: bool,
    /// Removes the files that an earlier export wrote to the directory and this one does not.
    #[arg(long, requires_all = ["split_by", "force"])]
    prune: bool,
    /// Instead of a server: what `snapshot -o` has written, however long ago. After an upgrade that dropped all grants,
    /// it
    /// is what teams without files begin with. Nothing is sent, and no token is needed.
    #[arg(long, value_name = "VIEW", conflicts_with = "sandbox")]
    live: Option<PathBuf>,
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
    let Export { offering, resource, role, user, pin, names, split_by, output: to, force, prune, live, server } =
        arguments;
    let given = Given { offerings: offering, resources: resource, roles: role, users: user };
    let Ok(extent) = ExportFilter::read(given).map_err(|it| refuse(&it)) else { return Ok(Exit::Usage) };
    let asked = export::Export {
        extent,
        split: match split_by {
            None => export::Split::Nothing,
            Some(SplitBy::Offering) => export::Split::Offering,
            Some(SplitBy::Resource) => export::Split::Resource,
        },
        form: if *pin { Form::Pinned } else { Form::Name },
        beside: if *names { Beside::FullNames } else { Beside::Nothing },
    };
    let present = match (force, prune) {
        (false, _) => Present::Refuse,
        (true, false) => Present::Replace,
        (true, true) => Present::Prune,
    };
    Inputs::new(&[], target::settings(server).chain(live.as_deref())).protect(to.as_deref())?;
    let target = match to.as_deref().filter(|it| !is_stdout(it) || split_by.is_some()) {
        None => Target::Stdout,
        Some(path) if split_by.is_none() => {
            present.check(path)?;
            Target::open(path)?
        }
        Some(directory) => {
            folder::ready(directory)?;
            Target::Stdout
        }
    };
    let (snapshot, directory) = match live {
        Some(view) => kept(view)?,
        None => seen(server, &asked.extent).await?,
    };
    let files = export::export(&snapshot, &directory, &asked).map_err(|it| refuse(&it));
    let Ok(files) = files else { return Ok(Exit::Refused) };
    output::say(&render::banner(&snapshot.observation));
    if let (Some(directory), Some(_)) = (to, split_by) {
        folder::write(directory, &files, present)?;
    } else {
        files.iter().try_for_each(|it| target.write(&it.text))?;
        if let Target::File { shown, file: _ } = target {
            output::say(&format!("wrote `{0}`; see what it means with `grantsync plan -f {0}`\n", shown.display()));
        }
    }
    Ok(Exit::Done)
}

/// What was seen at another time.
fn kept(path: &Path) -> Result<(Snapshot, Directory)> {
    let view = SavedView::read(&saved::text(path)?)?;
    let seen = SnapshotAge::new(view.seen, Timestamp::now(), view.everybody);
    output::say(&live::heading(&view, seen));
    Ok((view.snapshot, view.directory))
}

/// What is live now.
async fn seen(server: &Server, extent: &ExportFilter) -> Result<(Snapshot, Directory)> {
    let Connection { client, sandbox: _sandbox } = connect(server).await?;
    let snapshot = client.snapshot().await?;
    let directory = client.directory(&extent.lookups(), &snapshot).await?;
    Ok((snapshot, directory))
}

fn refuse(problems: &[Diagnostic]) {
    read::refuse("what is to be exported can't be told", problems);
}

/// What to do with files that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Present {
    /// Leave them, and write nothing.
    Refuse,
    /// Replace those that are written again.
    Replace,
    /// Remove also those that only an earlier export wrote.
    Prune,
}

impl Present {
    /// Refuses to replace a file that is there, unless that is asked for.
    fn check(self, path: &Path) -> Result<()> {
        if self == Self::Refuse && path.exists() { Err(taken(path, "`--force` replaces it")) } else { Ok(()) }
    }
}

fn taken(path: &Path, help: &str) -> Error {
    Error::usage(format!("`{}` is there already", path.display()), help)
}
