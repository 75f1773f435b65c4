//! `doctor`: what is wrong with a setup, and what to do about it. It reads, and changes nothing.

use std::error::Error as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::connect::{Server, start_sandbox, unencrypted};
use super::error::Result;
use super::values::duration;
use super::{Exit, output, secrets};
use crate::api::retry::RetryPolicy;
use crate::api::{self, Address, Client, ConnectionSettings, ErrorKind, TokenSource};
use crate::doctor::{self, Check, CheckResult, Level, TokenOrigin, Transport};
use crate::render;
use crate::report::Failure;
use crate::sandbox::{Sandbox, tokens};
use crate::site::{Generations, ServerProbe};

/// `doctor`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each line is ok, a warning or a problem. Ends with 1 if there is a problem. No answer is waited for longer than ten seconds."
)]
pub(super) struct Doctor {
    /// How often grantsync is to run with this token: does the token live that long?
    #[arg(long, env = "GRANTSYNC_INTERVAL", value_name = "DURATION", value_parser = duration)]
    interval: Option<Duration>,
    /// Lines for people, or JSON for programs.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: DoctorFormat,
    /// Server.
    #[command(flatten)]
    server: Server,
}

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DoctorFormat {
    /// A line each.
    Text,
    /// JSON, version 1.
    Json,
}

pub(super) async fn run(Doctor { interval, format, server }: &Doctor) -> Result<Exit> {
    let mut told = Findings { findings: Vec::new(), format: *format };
    let sandbox = start_sandbox(server.sandbox).await?;
    if let Some(Setup { client, transport, has_token }) = set_up(server, sandbox.as_ref(), &mut told)?
        && let Some(generations) = reach(&client, transport, &mut told).await?
        && has_token
    {
        look_around(&client, generations, *interval, &mut told).await?;
    }
    match format {
        DoctorFormat::Text => output::data(&render::doctor::closing(&told.findings))?,
        DoctorFormat::Json => output::data(&render::doctor::json(&told.findings))?,
    }
    let problem = told.findings.iter().any(|it| it.level == Level::Problem);
    Ok(if problem { Exit::Refused } else { Exit::Done })
}

/// What was found so far; as text, each finding is shown as soon as it is there.
struct Findings {
    findings: Vec<CheckResult>,
    format: DoctorFormat,
}

impl Findings {
    fn tell(&mut self, finding: CheckResult) -> Result<Level> {
        if self.format == DoctorFormat::Text {
            output::data(&render::doctor::finding(&finding))?;
        }
        let level = finding.level;
        self.findings.push(finding);
        Ok(level)
    }
}

/// What can be asked, and how.
struct Setup {
    client: Client,
    transport: Transport,
    /// Without one, only what is open to everybody can be asked for.
    has_token: bool,
}

/// Looks at what is set, before anything is sent.
fn set_up(server: &Server, sandbox: Option<&Sandbox>, told: &mut Findings) -> Result<Option<Setup>> {
    let url = sandbox.map(Sandbox::url).or_else(|| server.url.clone());
    let address = url.ok_or(None).and_then(|it| Address::parse(&it).map_err(|error| Some(failure(&error))));
    told.tell(doctor::address(address.as_ref().map(ToString::to_string).map_err(Clone::clone)))?;
    let (source, token) = token(server, sandbox.is_some());
    let Ok(address) = address else {
        told.tell(doctor::token_source(source.ok_or(None)))?;
        return Ok(None);
    };
    let nobody = client(server, &address, TokenSource::Text(NOBODY.into()));
    let shown = |token| match unencrypted(&address, server) {
        Some(error) => Err(Failure { message: error.line(), help: error.hints.into_iter().next() }),
        None => client(server, &address, token).map_err(|error| failure(&error)),
    };
    let known = token.map(shown).transpose();
    let (client, has_token) = match (nobody, known) {
        // It is not the token that is of no use, but what goes for anybody.
        (Err(error), _) => {
            told.tell(doctor::token_source(source.ok_or(None)))?;
            told.tell(CheckResult::failed(Check::Encryption, failure(&error)))?;
            return Ok(None);
        }
        (Ok(nobody), Err(error)) => {
            told.tell(doctor::token_source(Err(Some(error))))?;
            (nobody, false)
        }
        (Ok(nobody), Ok(known)) => {
            told.tell(doctor::token_source(source.ok_or(None)))?;
            let has_token = known.is_some();
            (known.unwrap_or(nobody), has_token)
        }
    };
    let transport = match (address.is_encrypted(), address.is_private()) {
        (true, _) => Transport::Tls,
        (false, true) => Transport::Loopback,
        (false, false) => Transport::Open,
    };
    Ok(Some(Setup { client, transport, has_token }))
}

/// Stands for a token where there is none, and is never sent.
const NOBODY: &str = "----------------------------------------";

/// Where the token comes from, and what it is read from; none, if there is none.
fn token(Server { token_file, .. }: &Server, sandbox: bool) -> (Option<TokenOrigin>, Option<TokenSource>) {
    let in_environment = std::env::var("WALDUR_ACCESS_TOKEN").ok().filter(|it| !it.trim().is_empty());
    match (token_file, in_environment) {
        _ if sandbox => (Some(TokenOrigin::Sandbox), Some(TokenSource::Text(tokens::STAFF.into()))),
        (Some(file), shadowed) => {
            let path = file.display().to_string();
            let source = TokenOrigin::File { path, mode: mode(file), shadows: shadowed.is_some() };
            (Some(source), Some(TokenSource::File(file.clone())))
        }
        (None, Some(text)) => (Some(TokenOrigin::Environment), Some(TokenSource::Text(text.into()))),
        (None, None) => (None, None),
    }
}

fn client(server: &Server, address: &Address, token: TokenSource) -> Result<Client, api::Error> {
    /// A person waits for each answer.
    const LONGEST: Duration = Duration::from_secs(10);
    let wait = LONGEST.min(server.timeout);
    Client::new(ConnectionSettings {
        parallelism: NonZeroUsize::MIN,
        attempt_timeout: wait,
        patience: RetryPolicy { tries: 1, ..RetryPolicy::default() },
        ca_file: server.ca_file.clone(),
        ..ConnectionSettings::new(address.clone(), secrets::read_pipe(token, wait)?)
    })
}

/// Who may read a file.
fn mode(file: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(std::fs::metadata(file).ok()?.permissions().mode())
}

/// Looks who answers, and whether they speak what we do. The token is not shown.
async fn reach(client: &Client, transport: Transport, told: &mut Findings) -> Result<Option<Generations>> {
    let proxy = client.proxy();
    // A proxy is another machine, as far as is known.
    let transport = if proxy.is_some() && transport == Transport::Loopback { Transport::Open } else { transport };
    if let Some(proxy) = &proxy {
        told.tell(doctor::proxy(proxy, proxy_variable(client.address())))?;
    }
    let site = match client.site().await {
        // What every Waldur has may be closed. What only Waldur has tells.
        Ok(ServerProbe::Missing { said }) => match client.generations().await {
            Ok(it) if it.first || it.next => Ok(ServerProbe::Unclear { said }),
            _ => Ok(ServerProbe::Missing { said }),
        },
        site => site,
    };
    // Whether TLS comes about is known once somebody answers.
    if transport != Transport::Tls || !matches!(site, Err(_) | Ok(ServerProbe::Silent { .. })) {
        told.tell(doctor::encryption(transport))?;
    }
    let site = site.as_ref().map_err(failure);
    let site = doctor::site(site, &client.address().to_string(), transport, proxy.as_deref());
    if told.tell(site)? == Level::Problem {
        return Ok(None);
    }
    let generations = client.generations().await.map_err(|error| failure(&error));
    let level = told.tell(doctor::generations(generations.clone()))?;
    Ok(generations.ok().filter(|_| level != Level::Problem))
}

/// Which variable names the proxy for an address.
fn proxy_variable(address: &Address) -> Option<&'static str> {
    let of_scheme = if address.is_encrypted() { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    let all = of_scheme.into_iter().chain(["ALL_PROXY", "all_proxy"]);
    all.into_iter().find(|it| std::env::var_os(it).is_some_and(|it| !it.is_empty()))
}

/// Looks whose token it is, and what it is good for.
async fn look_around(
    client: &Client,
    generations: Generations,
    interval: Option<Duration>,
    told: &mut Findings,
) -> Result<()> {
    let (caller, offset) = match client.greet().await {
        Ok(greeted) => greeted,
        Err(error) if error.kind == ErrorKind::Unauthorized => {
            told.tell(doctor::turned_away(failure(&error)))?;
            return Ok(());
        }
        Err(error) => {
            told.tell(CheckResult::failed(Check::Token, failure(&error)))?;
            return Ok(());
        }
    };
    told.tell(doctor::token(&caller))?;
    told.tell(doctor::lifetime(&caller, interval))?;
    told.tell(doctor::clock(offset))?;
    let counts = client.counts().await;
    told.tell(doctor::visibility(counts.as_ref().map_err(failure)))?;
    let Ok(counts) = counts else { return Ok(()) };
    if let Some(finding) = doctor::upgraded(generations, &counts).filter(|_| caller.is_staff || caller.is_support) {
        told.tell(finding)?;
    }
    let rights = if generations.next { doctor::rights_on_newer(&caller) } else { doctor::rights(&caller, &counts) };
    if told.tell(rights)? != Level::Problem {
        let read = reread(client).await.map_err(|error| failure(&error));
        told.tell(doctor::listing(&caller, &counts, read))?;
        if generations.next
            && let Some(finding) = doctor::links(client.snapshot().await.as_ref().map_err(failure))
        {
            told.tell(finding)?;
        }
    }
    if caller.is_staff || caller.is_support {
        let version = client.version().await;
        told.tell(doctor::version(version.as_deref().map_err(failure)))?;
    }
    Ok(())
}

/// Reads the links of one resource by themselves, as is done before and after each creation.
async fn reread(client: &Client) -> Result<Option<usize>, api::Error> {
    let Some(resource) = client.any_resource().await? else { return Ok(None) };
    Ok(Some(client.links_of_resource(resource).await?.len()))
}

/// What happened, down to its cause. Where no connection came about, it does not matter what was asked for.
fn failure(error: &api::Error) -> Failure {
    let message = if error.kind == ErrorKind::Unreachable { error.detail.clone() } else { error.to_string() };
    let cause = error.source().map(|it| format!(": {it}")).unwrap_or_default();
    Failure { message: format!("{message}{cause}"), help: error.help.clone() }
}
