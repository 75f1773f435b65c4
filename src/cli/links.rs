//! `links`: what is live. It looks, and changes nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::connect::{Connection, Server, connect};
use super::error::Result;
use super::revision::Revision;
use super::values::link_id;
use super::which_links::WhichLinks;
use super::{Exit, output, read};
use crate::api::{self, Client, LinkQuery, Listing, RoleIs};
use crate::binding::{LinkId, ResourceId};
use crate::desired::{self, Document, LinkFilter, Named, Picked, Visibility};
use crate::diagnostic::Diagnostic;
use crate::directory::{Directory, Lookups, Resource};
use crate::render::{counted, links, visible};
use crate::snapshot::{Caller, NamedLink, Observation, Snapshot};

/// `links`.
#[derive(Debug, Args)]
pub(super) struct Links {
    /// Only this link, by its id, and all that is known of it.
    #[arg(value_name = "LINK_ID", value_parser = link_id, conflicts_with_all = ["resource", "role", "user", "file"])]
    link: Option<LinkId>,
    /// Which links.
    #[command(flatten)]
    which: WhichLinks,
    /// Only in the scope of these files: a file, a directory of `*.yaml` and `*.yml`, or `-`; can be repeated.
    #[arg(short, long, value_name = "PATH")]
    file: Vec<PathBuf>,
    /// A table for people (with ids at -v), JSON for programs, or CSV for spreadsheets.
    ///
    /// JSON has the names exactly as the server has them. In CSV a name that a spreadsheet would take for a formula
    /// begins with a `'`.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: LinksFormat,
    /// Server.
    #[command(flatten)]
    server: Server,
}

/// How links are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LinksFormat {
    /// A table.
    Text,
    /// JSON, version 1.
    Json,
    /// CSV by RFC 4180.
    Csv,
}

pub(super) async fn run(arguments: &Links, verbose: u8) -> Result<Exit> {
    let Links { link, which, file, format, server } = arguments;
    let format = match format {
        LinksFormat::Text => links::LinksOutput::Text { ids: verbose > 0 },
        LinksFormat::Json => links::LinksOutput::Json,
        LinksFormat::Csv => links::LinksOutput::Csv,
    };
    let files = if file.is_empty() { None } else { Some(read::files(file, &Revision::default()).await?) };
    let Connection { client, sandbox: _sandbox } = connect(server).await?;
    let caller = client.caller().await?;
    let visibility = visibility(&caller);
    if let Some(id) = link {
        return one(&client, *id, visibility, format).await;
    }

    let pick = match which.filter() {
        Ok(pick) => pick,
        Err(problems) => {
            read::refuse("invalid arguments", &problems);
            return Ok(Exit::Usage);
        }
    };
    let (picked, known) = match resolve(&client, &pick, &caller).await? {
        Ok(resolved) => resolved,
        Err(problems) => return Ok(refused(&problems)),
    };
    let mut listing = client.listing(&questions(&picked)).await?;
    listing.links.retain(|it| asked_for(it, &picked));
    if listing.links.is_empty() && !picked.roles.is_empty() && visibility == Visibility::Everything {
        let problems = pick.check_roles(&everything(&client, &Lookups::default(), &caller).await?);
        if !problems.is_empty() {
            return Ok(refused(&problems));
        }
    }
    let all = listing.links.len();
    let (resources, exit) = match &files {
        Some(files) => in_scope(&client, files, &caller, &mut listing).await?,
        None => (resources_of(&client, &listing, known).await?, Exit::Done),
    };
    let Listing { links: rows, changing, .. } = &listing;
    let shown = links::Links { links: rows, resources: &resources, visibility, changing: *changing };
    output::data(&links::all(&shown, format))?;
    if matches!(format, links::LinksOutput::Text { .. }) {
        let outside = files.is_some().then(|| all - rows.len());
        output::say(&count(rows.len(), outside));
    }
    output::say(&caveats(&caller, *changing));
    Ok(exit)
}

/// Shows one link.
async fn one(client: &Client, id: LinkId, visibility: Visibility, format: links::LinksOutput) -> Result<Exit> {
    let Some(link) = client.named_link(id).await? else {
        let seen = if visibility == Visibility::Part { ", or none that this token may see" } else { "" };
        output::say(&format!(
            "error: there is no link `{id}`{seen}\n  help: a link goes with its user, its role or its resource, and its \
             id never comes back; `grantsync links -v` shows those there are\n"
        ));
        return Ok(Exit::Refused);
    };
    let resources = client.resources([link.link.binding.resource].into()).await?;
    let shown = links::Links { links: &[link], resources: &resources, visibility, changing: false };
    output::data(&links::one(&shown, format))?;
    Ok(Exit::Done)
}

/// Staff and support are shown everything; others a part, without being told.
fn visibility(Caller { is_staff, is_support, .. }: &Caller) -> Visibility {
    if *is_staff || *is_support { Visibility::Everything } else { Visibility::Part }
}

/// What is asked about, and what was looked up for it; or what is wrong with it.
type Resolved = Result<(Picked, Directory), Vec<Diagnostic>>;

/// Looks up what is asked about and, only if that is not enough, everything: then it is known what was probably meant.
async fn resolve(client: &Client, pick: &LinkFilter, caller: &Caller) -> Result<Resolved, api::Error> {
    let (lookups, visibility) = (pick.lookups(), visibility(caller));
    if !pick.has_patterns() {
        let found = client.look_up(&lookups, &pick.resource_names()).await?;
        if let Ok(picked) = pick.resolve(&found, visibility) {
            return Ok(Ok((picked, found)));
        }
    }
    let everything = everything(client, &lookups, caller).await?;
    Ok(pick.resolve(&everything, visibility).map(|picked| (picked, everything)))
}

/// All names there are, as far as there are not too many.
async fn everything(client: &Client, lookups: &Lookups, caller: &Caller) -> Result<Directory, api::Error> {
    /// To list so many users takes a second or two.
    const USERS: u64 = 3000;
    let mut directory = client.directory(lookups, &snapshot(&Listing::default(), caller)).await?;
    directory.users.extend(client.usernames(USERS).await?);
    Ok(directory)
}

/// Looks up those resources of the links that are not known yet.
async fn resources_of(
    client: &Client,
    Listing { links, .. }: &Listing,
    Directory { resources: mut known, .. }: Directory,
) -> Result<BTreeMap<ResourceId, Resource>, api::Error> {
    let of_links = links.iter().map(|it| it.link.binding.resource);
    let missing = of_links.filter(|id| !known.contains_key(id)).collect();
    known.extend(client.resources(missing).await?);
    Ok(known)
}

/// Keeps what lies in the scope of the files, and says what of the scope could not be resolved.
async fn in_scope(
    client: &Client,
    read::Read { sources, document }: &read::Read,
    caller: &Caller,
    listing: &mut Listing,
) -> Result<(BTreeMap<ResourceId, Resource>, Exit)> {
    // Whom the files want to have which role is of no interest here, only what they are about.
    let about = Document { scope: document.scope.clone(), ..Document::default() };
    let directory = client.directory(&about.lookups(), &snapshot(listing, caller)).await?;
    let desired = desired::resolve(&about, &directory);
    if let Some(scope) = &desired.scope {
        listing.links.retain(|it| scope.contains(&it.link.binding, &directory));
    }
    read::tell(sources, &desired.unresolved_settings);
    let exit = if desired.unresolved_settings.is_empty() { Exit::Done } else { Exit::Incomplete };
    Ok((directory.resources, exit))
}

/// The listed links as the directory wants to know them.
fn snapshot(Listing { links, pages, changing }: &Listing, caller: &Caller) -> Snapshot {
    Snapshot {
        links: links.iter().map(|it| it.link).collect(),
        incomplete: Vec::new(),
        users: links.iter().map(|it| (it.link.binding.user, it.user())).collect(),
        observation: Observation {
            pages: *pages,
            changing: *changing,
            ..Observation::new(String::new(), caller.clone())
        },
    }
}

/// What is asked of the server: every combination, each a question that it filters for itself. A user known only by
/// name is no part of it.
fn questions(Picked { resources, roles, users }: &Picked) -> Vec<LinkQuery> {
    /// More resources are looked for in the list of all links, which is quicker.
    const MANY: usize = 20;
    let role = |it: &Named<_>| match it {
        Named::Id(id) => RoleIs::Id(*id),
        Named::Name(name) => RoleIs::Called(name.as_ref().into()),
    };
    let id = |it: &Named<_>| match it {
        Named::Id(id) => Some(*id),
        Named::Name(_) => None,
    };
    let many = resources.len() > MANY;
    let resources = any(resources.iter().map(|it| (!many).then_some(*it)));
    let roles = any(roles.iter().map(|it| Some(role(it))));
    let users = any(users.iter().map(id));
    let with_roles = resources.iter().flat_map(|resource| roles.iter().map(move |role| (*resource, role)));
    let all = with_roles.flat_map(|(resource, role)| {
        users.iter().map(move |user| LinkQuery { resource, role: role.clone(), user: *user })
    });
    all.collect()
}

/// What is asked about of one kind; if nothing in particular, anything.
fn any<T: Ord>(asked: impl Iterator<Item = Option<T>>) -> Vec<Option<T>> {
    let mut asked: Vec<_> = asked.collect();
    asked.sort();
    asked.dedup();
    // Anything has all the others in it.
    if asked.is_empty() || asked.contains(&None) { vec![None] } else { asked }
}

/// What the server could not be asked for is looked for in its answer.
fn asked_for(link: &NamedLink, Picked { resources, users, .. }: &Picked) -> bool {
    let is_it = |it: &Named<_>| match it {
        Named::Id(id) => *id == link.link.binding.user,
        Named::Name(name) => **name == link.username,
    };
    let on = resources.is_empty() || resources.contains(&link.link.binding.resource);
    on && (users.is_empty() || users.iter().any(is_it))
}

/// Says what could not be resolved.
fn refused(problems: &[Diagnostic]) -> Exit {
    for Diagnostic { message, help, .. } in problems {
        output::say(&format!("error: {}\n", visible(message)));
        if let Some(help) = help {
            output::say(&format!("  help: {}\n", visible(help)));
        }
    }
    Exit::Refused
}

/// How many links were shown, and how many were not because they lie outside the scope.
fn count(shown: usize, outside: Option<usize>) -> String {
    let links = if shown == 0 { "no links".to_owned() } else { counted(shown, ["link", "links"]) };
    let scope = outside.map(|it| format!(" in scope, {it} outside of it")).unwrap_or_default();
    format!("{links}{scope}\n")
}

/// What whoever reads a list has to know of it.
fn caveats(caller: &Caller, changing: bool) -> String {
    let mut text = String::new();
    if visibility(caller) == Visibility::Part {
        let _ = writeln!(
            text,
            "The token of `{}` is shown only some of the links, with no hint that there are more: links missing here may exist.",
            visible(&caller.username)
        );
    }
    if changing {
        text.push_str("Links changed while they were read: look again.\n");
    }
    text
}
