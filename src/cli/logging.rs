//! Logs, on standard error.

use std::fmt::Debug;
use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format::{Writer, debug_fn};

use super::secrets;
use crate::redact;
use crate::visible::visible;

/// Starts logging: `GRANTSYNC_LOG` (as in `grantsync=debug,reqwest=info`) wins over `-v`.
pub(super) fn start(verbose: u8) {
    // What is wrong with a certificate is said in our own words.
    let default = match verbose {
        0 => "warn,rustls_platform_verifier=off",
        1 => "warn,rustls_platform_verifier=off,grantsync=info",
        2 => "info,grantsync=debug",
        _ => "debug,grantsync=trace",
    };
    let filter = EnvFilter::try_from_env("GRANTSYNC_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colour);
    let log = log.fmt_fields(debug_fn(field).delimited(" "));
    // Where the log can't be written, saying so there would panic, in the midst of writes. A second start, in a test,
    // keeps the first.
    let _ = log.log_internal_errors(false).try_init();
}

/// A field of a log line. Names and answers may be in any of them, also in those of the libraries.
fn field(out: &mut Writer<'_>, field: &tracing::field::Field, value: &dyn Debug) -> std::fmt::Result {
    let value = format!("{value:?}");
    let value = secrets::cut_out(&value);
    match field.name() {
        "message" => write!(out, "{}", visible(&redact::tokens(&value))),
        // Where the `log` crate has put what the line begins with already.
        name if name.starts_with("log.") => Ok(()),
        name => write!(out, "{name}={}", visible(&redact::tokens(&value))),
    }
}
