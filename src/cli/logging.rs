//! Logs, on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

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
    // Where the log can't be written, saying so there would panic, in the midst of writes. A second start, in a test,
    // keeps the first.
    let _ = log.log_internal_errors(false).try_init();
}
