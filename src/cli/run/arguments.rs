//! `run` as it is typed.

use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::Args;

use crate::cli::apply::Apply;
use crate::cli::connect::Server;
use crate::cli::error::{Error, Result};
use crate::cli::formats::Formats;
use crate::cli::journal::JournalTo;
use crate::cli::narrowing::Narrowing;
use crate::cli::revision::{FilesOrPlan, Revision};
use crate::cli::roles::CreateRoles;
use crate::cli::values::{duration, span, switch};
use crate::daemon::{Schedule, ScheduleError};

/// `run`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(in crate::cli) struct Arguments {
    /// A file, or a directory of `*.yaml` and `*.yml`; can be repeated. Changes are noticed.
    #[arg(short, long, env = "GRANTSYNC_FILE", value_name = "PATH", required = true)]
    pub(super) file: Vec<PathBuf>,
    /// The time between passes if nothing else triggers one, give or take a tenth.
    #[arg(long, env = "GRANTSYNC_INTERVAL", default_value = "5m", value_name = "DURATION", value_parser = duration)]
    pub(super) interval: Duration,
    /// When passes start if nothing else triggers one: minute, hour, day of month, month, day of week.
    #[arg(long, env = "GRANTSYNC_CRON", value_name = "PATTERN", conflicts_with = "interval")]
    pub(super) cron: Option<String>,
    /// The time zone of `--cron`, e.g. `Europe/Tallinn`.
    #[arg(long, env = "GRANTSYNC_TIMEZONE", default_value = "UTC", value_name = "ZONE")]
    pub(super) timezone: String,
    /// How long the files must ask for a removal before it is sent: a file may be half-written. New access waits for
    /// 1s without a change.
    #[arg(long, env = "GRANTSYNC_QUIET_PERIOD", default_value = "10s", value_name = "DURATION",
          value_parser = duration)]
    pub(super) quiet_period: Duration,
    /// How often all links are listed. Passes between ask only whether something has changed, as long as all is in
    /// sync;
    /// `0s` lists all links in every pass.
    #[arg(long, env = "GRANTSYNC_FULL_LISTING", default_value = "1h", value_name = "DURATION", value_parser = span)]
    pub(super) full_listing: Duration,
    /// The address of the status page, metrics and probes, or `none`. The page shows usernames.
    #[arg(long, env = "GRANTSYNC_LISTEN", default_value = "127.0.0.1:9090", value_name = "ADDRESS")]
    pub(super) listen: Listen,
    /// Also accepts requests for this host name, e.g. that of a proxy, besides IP addresses, `localhost` and names
    /// without a dot; can be repeated.
    #[arg(long, env = "GRANTSYNC_ALLOWED_HOST", value_name = "NAME", value_delimiter = ',')]
    pub(super) allowed_host: Vec<String>,
    /// A file with the token that `POST /sync` requires. Without it, `POST /sync` is disabled.
    #[arg(long, env = "GRANTSYNC_SYNC_TOKEN_FILE", value_name = "PATH")]
    pub(super) sync_token_file: Option<PathBuf>,
    /// How long a pass can take to finish writes in flight after SIGTERM or SIGINT.
    #[arg(long, env = "GRANTSYNC_SHUTDOWN_TIMEOUT", default_value = "30s", value_name = "DURATION",
          value_parser = duration)]
    pub(super) shutdown_timeout: Duration,
    /// What begins or ends within this time is shown as beginning or ending soon.
    #[arg(long, env = "GRANTSYNC_EXPIRING_WITHIN", default_value = "14d", value_name = "DURATION",
          value_parser = span)]
    pub(super) expiring_within: Duration,
    /// Makes one pass like `apply --auto-approve`, and exits with its exit code.
    #[arg(long, env = "GRANTSYNC_ONCE", value_parser = switch())]
    pub(super) once: bool,
    /// Allows writes with a token that is not a staff token, although it is shown only some links or cannot remove any.
    #[arg(long, env = "GRANTSYNC_PARTIAL_VIEW", value_parser = switch())]
    pub(super) partial_view: bool,
    /// Concurrent writes.
    #[arg(long, env = "GRANTSYNC_WRITE_PARALLELISM", default_value = "4", value_name = "N")]
    pub(super) write_parallelism: NonZeroU16,
    /// Journal.
    #[command(flatten)]
    pub(super) journal: JournalTo,
    /// Server.
    #[command(flatten)]
    pub(super) server: Server,
    /// Limits and narrowing.
    #[command(flatten)]
    pub(super) narrow: Narrowing,
    /// Output, with `--once`.
    #[command(flatten)]
    pub(super) formats: Formats,
}

/// What the exit code of something that runs for years says.
const HELP: &str = "\
A pass begins at the start, on schedule, when files or the token change, when a line begins or
ends, on SIGHUP, and on POST /sync. SIGTERM and Ctrl-C finish what is in flight; once more leaves
at once.

Exit codes:
  0         it was asked to leave, and left nothing in flight
  130, 143  it was asked to leave, and a pass was cut off: the next start looks what became of it
  64        invalid arguments
  1         it could not start, or its admin server stopped
With --once: those of `apply`.";

/// Where to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listen {
    /// There.
    At(SocketAddr),
    /// Nowhere.
    Nowhere,
}

impl Arguments {
    /// The schedule they ask for, if they make sense together.
    pub(super) fn schedule(&self) -> Result<Schedule> {
        if self.file.iter().any(|it| it == Path::new("-")) {
            return Err(Error::usage("standard input can be read only once", "name files or directories with `-f`"));
        }
        if let Some(path) = self.file.iter().find(|it| it.metadata().is_ok_and(|it| !it.is_file() && !it.is_dir())) {
            let message = format!("`{}` is no regular file and can be read only once", path.display());
            return Err(Error::usage(message, "name files or directories with `-f`"));
        }
        if self.narrow.approve.is_some() {
            let help = "put an approval under `approvals` in the files; or, for one pass, add `--once`";
            return Err(Error::usage("an approval is for one pass, and this runs for years", help));
        }
        let schedule = match &self.cron {
            Some(pattern) => Schedule::cron(pattern, &self.timezone),
            None => Schedule::every(self.interval),
        };
        schedule.map_err(|error| {
            let because = std::error::Error::source(&error).map(|it| format!(": {it}")).unwrap_or_default();
            let help = match &error {
                ScheduleError::Zone(_) => "write the name of a time zone, like `--timezone Europe/Tallinn`",
                _ => "write `--interval 5m`, or `--cron '*/10 * * * *'`",
            };
            Error::usage(format!("{error}{because}"), help)
        })
    }

    /// One pass, as the verb for one pass does it.
    pub(super) fn once(self) -> Apply {
        let Self { file, partial_view, write_parallelism, journal, server, narrow, formats, .. } = self;
        Apply {
            plan: None,
            auto_approve: true,
            partial_view,
            write_parallelism,
            create_roles: CreateRoles { create_roles: false },
            summary: false,
            diff: false,
            dry_run: false,
            journal,
            files: FilesOrPlan { file, revision: Revision::default() },
            server,
            formats,
            narrow,
        }
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::Nowhere);
        }
        text.parse().map(Self::At).map_err(|_| "write an address like `127.0.0.1:9090`, or `none`".to_owned())
    }
}
