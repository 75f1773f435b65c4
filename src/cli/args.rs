//! The command line as it is typed.

use std::ffi::OsString;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use super::contradiction::contradiction;
use super::exit;
use super::formats::ReportTo;
use super::narrowing::Narrowing;
use super::target::is_stdout;
use super::values::{SandboxChoice, When, choice, duration, link_id, span, switch};
use crate::binding::LinkId;
use crate::render::Format;
use crate::sandbox::Waldur;

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
    /// Says more: ids, links that stay and every write with its reason (-v), every request (-vv), everything (-vvv).
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
    /// Checks files, without a server; or with one, what they name.
    Validate(Validate),
    /// Shows what `apply` would do, and changes nothing.
    Plan(Plan),
    /// Makes the links on the server equal to the files, once.
    Apply(Apply),
    /// Keeps the links on the server equal to the files, for as long as it runs.
    Run(Box<super::run::Arguments>),
    /// Shows the links there are, and changes nothing.
    Links(Links),
    /// Looks at address, token and server, says what is wrong and what to do about it, and changes nothing.
    Doctor(Doctor),
    /// Shows a saved plan, however old it is, without a server.
    Show(Show),
    /// Tells why somebody has, gets, loses or lacks a role.
    Explain(super::explain::Explain),
    /// Writes what is live as files to begin from.
    Export(super::export::Export),
    /// Keeps what is live in a file, for `plan --live` where no token is.
    Snapshot(Snapshot),
    /// Prints a JSON Schema: of the files, for editors, or of what is written as JSON.
    Schema(super::schema::Schema),
    /// Serves a Waldur to try things on, on this machine, with a little world in it.
    Sandbox(Sandbox),
}

/// `validate`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Validate {
    /// Looks up every name on the server, too; changes nothing.
    #[arg(long, env = "GRANTSYNC_ONLINE", value_parser = switch())]
    pub(super) online: bool,
    /// Files.
    #[command(flatten)]
    pub(super) files: Files,
    /// Server.
    #[command(flatten)]
    pub(super) server: Server,
}

/// `plan`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Plan {
    /// Ends with 2 if changes are pending and with 3 if removals are held.
    #[arg(long, env = "GRANTSYNC_DETAILED_EXITCODE", value_parser = switch())]
    pub(super) detailed_exitcode: bool,
    /// Shows, as a diff of YAML, what is live and what would be.
    #[arg(long, env = "GRANTSYNC_DIFF", value_parser = switch())]
    pub(super) diff: bool,
    /// Saves the plan, for `show` and `apply`. The file holds the files and all that was seen, and nothing of the token.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Instead of a server: what `snapshot -o` has written. Nothing is sent, and no token is needed.
    #[arg(long, env = "GRANTSYNC_LIVE", value_name = "FILE", conflicts_with = "sandbox")]
    pub(super) live: Option<PathBuf>,
    /// How old that file may be.
    #[arg(long, env = "GRANTSYNC_MAX_AGE", default_value = "24h", value_name = "DURATION", value_parser = duration)]
    pub(super) max_age: Duration,
    /// Tells apart what the files change since this commit, e.g. `origin/main`, and what was different before.
    #[arg(long, env = "GRANTSYNC_BASE", value_name = "REV")]
    pub(super) base: Option<String>,
    /// Plans for another time: a day (00:00 in the time zone of the files) or an instant like `2027-01-01T12:00:00Z`.
    #[arg(long, env = "GRANTSYNC_AS_OF", value_name = "WHEN")]
    pub(super) as_of: Option<When>,
    /// Warns of grants that end within this time; `0s` for none.
    #[arg(long, env = "GRANTSYNC_EXPIRING_WITHIN", default_value = "14d", value_name = "DURATION", value_parser = span)]
    pub(super) expiring_within: Duration,
    /// The username of whoever wrote the change: that they give access to themself is a risk that is told.
    #[arg(long, env = "GRANTSYNC_AUTHOR", value_name = "USERNAME")]
    pub(super) author: Option<String>,
    /// Files.
    #[command(flatten)]
    pub(super) files: Files,
    /// Server.
    #[command(flatten)]
    pub(super) server: Server,
    /// Output.
    #[command(flatten)]
    pub(super) formats: Formats,
    /// Limits and narrowing.
    #[command(flatten)]
    pub(super) narrow: Narrowing,
}

/// `show`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Show {
    /// What `plan -o` has written. Its checksum tells accidents, not forgery.
    #[arg(value_name = "PLAN")]
    pub(super) plan: PathBuf,
    /// Shows, as a diff of YAML, what was live and what would have been.
    #[arg(long)]
    pub(super) diff: bool,
    /// Output.
    #[command(flatten)]
    pub(super) formats: Formats,
}

/// `snapshot`.
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Snapshot {
    /// Where to write it. It names everything that the token can see, and holds nothing of the token.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: PathBuf,
    /// Files whose names are looked up, too: users who hold no link are not known otherwise. May be repeated.
    #[arg(short, long, env = "GRANTSYNC_FILE", value_name = "PATH")]
    pub(super) file: Vec<PathBuf>,
    /// Keeps the names of all users, so that a plan can name anybody.
    #[arg(long, env = "GRANTSYNC_ALL_USERS")]
    pub(super) all_users: bool,
    /// Server.
    #[command(flatten)]
    pub(super) server: Server,
}

/// `apply`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct Apply {
    /// A saved plan, instead of files: it is applied, without asking, if exactly the same would be done now. Its checksum
    /// tells accidents, not forgery: what is done is decided anew.
    #[arg(value_name = "PLAN", conflicts_with_all = ["max_removals", "max_removal_percent", "max_creations", "approve",
          "no_removals", "only"])]
    pub(super) plan: Option<PathBuf>,
    /// Applies without asking.
    #[arg(long, env = "GRANTSYNC_AUTO_APPROVE", value_parser = switch())]
    pub(super) auto_approve: bool,
    /// Writes with a token that is not a staff token, and so may see only a part of the links or not remove any.
    #[arg(long, env = "GRANTSYNC_PARTIAL_VIEW", value_parser = switch())]
    pub(super) partial_view: bool,
    /// Writes sent at a time.
    #[arg(long, env = "GRANTSYNC_WRITE_PARALLELISM", default_value = "4", value_name = "N")]
    pub(super) write_parallelism: NonZeroU16,
    /// Shows, as a diff of YAML, what is live and what will be.
    #[arg(long, env = "GRANTSYNC_DIFF", value_parser = switch())]
    pub(super) diff: bool,
    /// There is a verb for it.
    #[arg(long, hide = true)]
    pub(super) dry_run: bool,
    /// Files.
    #[command(flatten)]
    pub(super) files: FilesOrPlan,
    /// Server.
    #[command(flatten)]
    pub(super) server: Server,
    /// Output.
    #[command(flatten)]
    pub(super) formats: Formats,
    /// Limits and narrowing.
    #[command(flatten)]
    pub(super) narrow: Narrowing,
}

/// `links`.
#[derive(Debug, Args)]
pub(super) struct Links {
    /// Only this link, by its id, and all that is known of it.
    #[arg(value_name = "LINK_ID", value_parser = link_id, conflicts_with_all = ["resource", "role", "user", "file"])]
    pub(super) link: Option<LinkId>,
    /// Only on this resource, by name or UUID; may be repeated.
    #[arg(long, value_name = "RESOURCE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) resource: Vec<String>,
    /// Only with this role, by name or UUID; a name means that name in every offering; may be repeated.
    #[arg(long, value_name = "ROLE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) role: Vec<String>,
    /// Only of this user, by username or UUID; may be repeated.
    #[arg(long, value_name = "USER", value_parser = NonEmptyStringValueParser::new())]
    pub(super) user: Vec<String>,
    /// Only in the scope of these files: a file, a directory of `*.yaml` and `*.yml`, or `-`; may be repeated.
    #[arg(short, long, value_name = "PATH")]
    pub(super) file: Vec<PathBuf>,
    /// A table for people (with ids at -v), JSON for programs, or CSV for spreadsheets.
    ///
    /// JSON has the names exactly as the server has them. In CSV a name that a spreadsheet would take for a formula
    /// begins with a `'`.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: LinksFormat,
    /// Server.
    #[command(flatten)]
    pub(super) server: Server,
}

/// How links are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LinksFormat {
    /// A table.
    Text,
    /// JSON, version 1.
    Json,
    /// CSV by RFC 4180.
    Csv,
}

/// `doctor`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each line is ok, a warning or a problem. Ends with 1 if there is a problem. No answer is waited for longer than ten seconds."
)]
pub(super) struct Doctor {
    /// How often grantsync is to run with this token: does the token live that long?
    #[arg(long, env = "GRANTSYNC_INTERVAL", value_name = "DURATION", value_parser = duration)]
    pub(super) interval: Option<Duration>,
    /// Lines for people, or JSON for programs.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: DoctorFormat,
    /// Server.
    #[command(flatten)]
    pub(super) server: Server,
}

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DoctorFormat {
    /// A line each.
    Text,
    /// JSON, version 1.
    Json,
}

/// `sandbox`.
#[derive(Debug, Args)]
pub(super) struct Sandbox {
    /// Which version of Waldur to be: `7.0`, `8.0` or `8.1`.
    #[arg(long, default_value = "7.0", value_name = "VERSION")]
    pub(super) waldur: Waldur,
    /// Instead of the little world: a large one with this many links, on 200 resources among 2,000 users.
    #[arg(long, value_name = "N")]
    pub(super) links: Option<usize>,
    /// Keeps the world in this file, so that it survives a restart.
    #[arg(long, env = "GRANTSYNC_STATE", value_name = "PATH")]
    pub(super) state: Option<PathBuf>,
    /// Takes as long for everything as a real Waldur on two cores.
    #[arg(long)]
    pub(super) slow: bool,
    /// Where to listen.
    #[arg(long, env = "GRANTSYNC_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(super) listen: std::net::SocketAddr,
}

/// Which files.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub(super) struct Files {
    /// A file, a directory of `*.yaml` and `*.yml`, or `-` for standard input; may be repeated.
    #[arg(short, long = "file", env = "GRANTSYNC_FILE", value_name = "PATH", required = true, value_delimiter = None)]
    pub(super) file: Vec<PathBuf>,
    /// Of which commit.
    #[command(flatten)]
    pub(super) revision: Revision,
}

/// Which files, where a saved plan holds them already.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub(super) struct FilesOrPlan {
    /// A file, a directory of `*.yaml` and `*.yml`, or `-` for standard input; may be repeated.
    #[arg(short, long, env = "GRANTSYNC_FILE", value_name = "PATH", required_unless_present = "plan")]
    pub(super) file: Vec<PathBuf>,
    /// Of which commit.
    #[command(flatten)]
    pub(super) revision: Revision,
}

/// Files of a commit.
#[derive(Debug, Default, Args)]
pub(super) struct Revision {
    /// Reads the files as this commit holds them, e.g. `main`, and not as they are checked out.
    #[arg(long, env = "GRANTSYNC_GIT", value_name = "REV")]
    pub(super) git: Option<String>,
    /// Even if it is a branch behind its upstream.
    #[arg(long, env = "GRANTSYNC_ALLOW_STALE")]
    pub(super) allow_stale: bool,
}

/// Which server, and how to speak to it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub(super) struct Server {
    /// Where Waldur is, with or without `/api`. The token is read from `WALDUR_ACCESS_TOKEN` or `--token-file`.
    #[arg(long, env = "WALDUR_API_URL", value_name = "URL")]
    pub(super) url: Option<String>,
    /// A file that holds the token; read again when it changes.
    #[arg(long, env = "WALDUR_ACCESS_TOKEN_FILE", value_name = "PATH")]
    pub(super) token_file: Option<PathBuf>,
    /// Sends the token over plain `http://` to another machine: whoever can read the traffic can use the token.
    #[arg(long, env = "GRANTSYNC_INSECURE_HTTP", value_parser = switch())]
    pub(super) insecure_http: bool,
    /// Instead of any server that is set: a sandbox inside this process, with a little world in it. It is a Waldur 7.0
    /// unless another version is given, e.g. `--sandbox=8.1`.
    #[arg(long, env = "GRANTSYNC_SANDBOX", value_name = "VERSION", value_parser = choice, num_args = 0..=1,
          require_equals = true, default_value = "false", default_missing_value = "true", hide_default_value = true)]
    pub(super) sandbox: SandboxChoice,
    /// Certificates to trust besides those of the system, in PEM.
    #[arg(long, env = "GRANTSYNC_CA_FILE", value_name = "PATH")]
    pub(super) ca_file: Option<PathBuf>,
    /// Reads sent at a time. Waldur serves the requests of one token one after the other: more is rarely faster.
    #[arg(long, env = "GRANTSYNC_PARALLELISM", default_value = "2", value_name = "N")]
    pub(super) parallelism: NonZeroU16,
    /// How long one call may take, repetitions included.
    #[arg(long, env = "GRANTSYNC_TIMEOUT", default_value = "5m", value_name = "DURATION", value_parser = duration)]
    pub(super) timeout: Duration,
}

/// In which formats everything is told.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Formats {
    /// What standard output shows: `text`, `json`, `markdown`, `github`, `gitlab` or `sarif`.
    #[arg(long, env = "GRANTSYNC_FORMAT", default_value = "text", value_name = "FORMAT")]
    pub(super) format: Format,
    /// Writes another format to a file besides, e.g. `markdown=plan.md`, or to standard output (`-`); may be repeated.
    #[arg(long, env = "GRANTSYNC_REPORT", value_name = "FORMAT=FILE")]
    pub(super) report: Vec<ReportTo>,
    /// Whether `-o -` asks for standard output.
    #[arg(skip)]
    pub(super) saved_to_stdout: bool,
}
