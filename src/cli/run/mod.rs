//! `run`: keeps live equal to the files, for as long as it runs.

mod agent;
mod approvals;
mod arguments;
mod baseline;
mod held;
mod pass;
mod record;
mod release;
mod sources;
mod without_effect;
mod words;

use std::fs;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::connect::{Connection, connect};
use super::error::{Context as _, Result};
use super::target::{self, Inputs};
use super::{Exit, apply, narrowing, output, secrets};
use crate::admin::{self, Admin, SyncToken};
use crate::api::Address;
use crate::daemon::{
    self, About, Asker, By, ContentId, FileWatcher, Left, LoopOptions, Memory, Signals, Status, Stop, Trigger,
    WatchTiming,
};
use crate::journal::{Journal, Recalled, recall};
use crate::journal_file::JournalFile;
use crate::policy::Readings;
use crate::reconcile::WriteOptions;
use crate::sandbox::Sandbox;
use agent::Agent;
pub(super) use arguments::Arguments;
use arguments::Listen;
use sources::{read, reading};
pub(super) use without_effect::without_effect;

/// The admin port, served for as long as the agent runs.
type Served = JoinHandle<std::io::Result<()>>;

pub(super) async fn run(arguments: Arguments, verbose: u8) -> Result<Exit> {
    if arguments.once {
        return apply::run(&arguments.once(), verbose).await;
    }
    let schedule = arguments.schedule()?;
    let inputs = Inputs::new(&arguments.file, target::settings(&arguments.server));
    inputs.protect(arguments.journal.path())?;
    let journal = arguments.journal.open()?;
    let Connection { client, sandbox } = connect(&arguments.server).await?;
    let url = sandbox.as_ref().map(Sandbox::url).or_else(|| arguments.server.url.clone()).unwrap_or_default();
    let about = About {
        version: env!("CARGO_PKG_VERSION"),
        server: Address::parse(&url)?.to_string(),
        files: arguments.file.iter().map(|it| it.display().to_string()).collect(),
        schedule: schedule.to_string(),
    };
    let (asker, input) = daemon::channel();
    let (stop, stopped) = watch::channel(Stop::No);
    let (tell, status) = watch::channel(Status::new(about, Timestamp::now()));
    tokio::spawn(Signals::catch().context(|| "could not listen for signals")?.pass_on(asker.clone(), stop.clone()));
    let served = serve(&arguments, &asker, &status).await?;
    let died = served.map(|it| tokio::spawn(admin::leave_with(it, stop)));
    watch_files(&arguments, &asker).await;
    let told = tokio::spawn(daemon::tell_systemd(status));

    let asked = arguments.narrow.asked();
    let client_server = client.server();
    let agent = Agent {
        client,
        files: arguments.file,
        only: narrowing::narrow(&asked)?,
        asked,
        partial_view: arguments.partial_view,
        write_options: WriteOptions {
            parallelism: usize::from(arguments.write_parallelism.get()),
            ..WriteOptions::default()
        },
        expiring_within: arguments.expiring_within,
        stop: stopped.clone(),
        tell: tell.clone(),
        began: Timestamp::now(),
        log: tokio::sync::OnceCell::new(),
        uncounted: std::cell::RefCell::default(),
        recalled: journal.as_deref().and_then(|it| recalled(it, client_server.as_str())),
        journal,
        server: client_server,
        readings: std::cell::RefCell::new(Readings::new(words::signed(arguments.quiet_period))),
        full_listing: words::signed(arguments.full_listing),
        baseline: std::cell::RefCell::default(),
        known: std::cell::RefCell::default(),
        last_seen: std::cell::RefCell::default(),
    };
    let settings = LoopOptions { schedule, shutdown_timeout: arguments.shutdown_timeout };
    let pass = async |memory: &mut Memory| agent.pass(memory).await;
    let left = daemon::run(settings, input, stopped, &tell, Timestamp::now, pass).await;
    // It ends by itself once it has told that we are about to.
    let _ = told.await;
    if died.is_some_and(|it| it.is_finished()) {
        return Ok(Exit::Refused);
    }
    Ok(match left {
        Left::Clean => Exit::Done,
        Left::CutOff(By::Interrupt) => Exit::Interrupted,
        Left::CutOff(By::Terminate) => Exit::Terminated,
    })
}

/// What the journal says of the time before now; `None` if it is new, or can't be read.
fn recalled(journal: &JournalFile, server: &str) -> Option<Recalled> {
    let text = fs::read(journal.path()).ok()?;
    let read = Journal::read(&String::from_utf8_lossy(&text), None).ok()?;
    let lines = read.lines.iter().map(|(_, _, line)| line);
    (!read.lines.is_empty()).then(|| recall(lines, server, Timestamp::now()))
}

/// Serves the admin port, if there is to be one.
async fn serve(arguments: &Arguments, asker: &Asker, status: &watch::Receiver<Status>) -> Result<Option<Served>> {
    let Listen::At(address) = arguments.listen else { return Ok(None) };
    let sync_token = arguments.sync_token_file.as_deref().map(|path| {
        let message = || format!("could not read the sync token in `{}`", path.display());
        let help = "put a secret of your own there, on one line; or leave `--sync-token-file` out";
        SyncToken::in_file(path, arguments.server.timeout).context(message).map_err(|it| it.help(help))
    });
    let sync_token = sync_token.transpose()?;
    let help = "choose another address with `--listen`, or `--listen none`; does another grantsync run here?";
    let message = || format!("could not listen on {address}");
    let listener = TcpListener::bind(address).await.context(message).map_err(|it| it.help(help))?;
    let address = listener.local_addr().context(|| "could not listen")?;
    output::say(&format!("the status page is at http://{address}/\n"));
    let names = arguments.allowed_host.clone();
    let admin = Admin { status: status.clone(), asker: asker.clone(), sync_token, names, clock: Timestamp::now };
    Ok(Some(tokio::spawn(admin::serve(listener, admin))))
}

/// Watches the files and, if it is in one, the token.
async fn watch_files(arguments: &Arguments, asker: &Asker) {
    let paths = arguments.file.clone();
    // What can't be read is a content like any other: when it can, a pass is due.
    let take = move || read(&paths).map(|it| reading(&it)).map_err(|error| error.to_string());
    let files = FileWatcher::watch(arguments.file.clone(), WatchTiming::default(), take).await;
    tokio::spawn(files.ask_on_change(asker.clone(), Trigger::FileChange));
    if let Some(path) = arguments.server.token_file.clone() {
        let roots = vec![path.clone()];
        // A pipe can be read only once, and its writer may never come.
        let take = move || {
            secrets::in_file(&path);
            let read = path.is_file().then(|| fs::read(&path).ok());
            read.flatten().map(|it| ContentId::of(&it))
        };
        let token = FileWatcher::watch(roots, WatchTiming::default(), take).await;
        tokio::spawn(token.ask_on_change(asker.clone(), Trigger::TokenChange));
    }
}
