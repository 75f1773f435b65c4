//! Options of `run` that do nothing beside others.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::arguments::Listen;

/// Why an option that was typed does nothing, and what to do, if there is one. What only the environment says may be
/// meant for other calls.
pub(in crate::cli) fn without_effect(run: &ArgMatches) -> Option<String> {
    let once = run.get_one("once").copied().unwrap_or(false);
    let nowhere = run.get_one("listen") == Some(&Listen::Nowhere);
    let cases: [(bool, &[&str], &str); 4] = [
        (
            once,
            &[
                "interval",
                "cron",
                "timezone",
                "quiet-period",
                "listen",
                "allowed-host",
                "sync-token-file",
                "shutdown-timeout",
                "expiring-within",
            ],
            "with `--once`, which makes one pass and ends: leave one of them out",
        ),
        (
            !once,
            &["format", "report"],
            "without `--once`: what goes on for years tells what it does on its page, in `/status` and in its log",
        ),
        (!once && !run.contains_id("cron"), &["timezone"], "without `--cron`: name the times at which passes begin"),
        (
            !once && nowhere,
            &["allowed-host", "sync-token-file"],
            "with `--listen none`, where nobody can ask: name an address to listen on, or leave it out",
        ),
    ];
    let typed = |it: &&&str| run.value_source(&it.replace('-', "_")) == Some(ValueSource::CommandLine);
    cases.into_iter().filter(|(applies, ..)| *applies).find_map(|(_, options, why)| {
        options.iter().find(typed).map(|option| format!("`--{option}` does nothing {why}"))
    })
}
