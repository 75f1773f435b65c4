//! The command line: one file a verb. The only room that knows everyone.

mod apply;
mod args;
mod change;
mod completions;
mod connect;
mod contradiction;
mod doctor;
mod error;
mod exit;
mod explain;
mod export;
mod forge;
mod formats;
mod history;
mod journal;
mod links;
mod live;
mod logging;
mod man;
mod narrowing;
mod output;
mod plan;
mod progress;
mod read;
mod review;
mod revision;
mod roles;
mod run;
mod sandbox;
mod saved;
mod schema;
mod secrets;
mod show;
mod signals;
mod snapshot;
mod target;
mod validate;
mod values;
mod which_links;

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::CommandFactory as _;
use clap::error::ErrorKind;

use crate::redact;
use crate::render::prose;
use crate::visible::visible;
use args::{Cli, Command};
use error::{Details, Error};
pub use exit::Exit;

/// Runs the command, and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let Cli { command, verbose } = match Cli::read(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    if let Err(error) = output::ready() {
        return failed(&Error::from(error).context("could not write to standard output"));
    }
    // Nobody sits in front of what runs for years: its log is all there is to see.
    logging::start(verbose.saturating_add(u8::from(matches!(command, Command::Run(_)))));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&Error::from(error).context("could not start")),
    };
    let ended = runtime.block_on(async {
        match command {
            Command::Validate(arguments) => validate::run(&arguments).await,
            Command::Plan(arguments) => plan::run(&arguments, verbose).await,
            Command::Apply(arguments) => apply::run(&arguments, verbose).await,
            Command::Run(arguments) => Box::pin(run::run(*arguments, verbose)).await,
            Command::Doctor(arguments) => doctor::run(&arguments).await,
            Command::Links(arguments) => links::run(&arguments, verbose).await,
            Command::Show(arguments) => show::run(&arguments, verbose).await,
            Command::Explain(arguments) => explain::run(&arguments, verbose).await,
            Command::Review(arguments) => Box::pin(review::run(&arguments)).await,
            Command::History(arguments) => history::run(&arguments).await,
            Command::Export(arguments) => export::run(&arguments).await,
            Command::Snapshot(arguments) => snapshot::run(&arguments).await,
            Command::Schema(arguments) => schema::run(&arguments),
            Command::Completions(arguments) => completions::run(&arguments, Cli::command()),
            Command::Man(arguments) => man::run(&arguments, Cli::command()),
            Command::Sandbox(arguments) => sandbox::run(&arguments).await,
        }
    });
    // A read of standard input may still hang in a thread of its own, and nobody waits for its answer any more.
    runtime.shutdown_background();
    ended.unwrap_or_else(|error| failed(&error))
}

/// Help and version are answers; anything else is a mistake in the command line.
fn usage(error: &clap::Error) -> Exit {
    let text = error.render().ansi().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = output::data(&text);
            Exit::Done
        }
        _ => {
            // It repeats what was typed.
            let plain = error.render().to_string();
            let safe = echo(&plain);
            output::say(if safe == plain { &text } else { &safe });
            Exit::Usage
        }
    }
}

/// Says what went wrong, down to its cause, with the remedy where there is one.
fn failed(Error { exit, messages, hints, shown }: &Error) -> Exit {
    if let Some(Details::Invalid { sources, diagnostics }) = shown.as_deref() {
        read::tell(sources, diagnostics);
    }
    let chain: Vec<String> = messages.iter().map(|it| echo(it)).collect();
    let mut told = String::new();
    for (at, part) in chain.iter().enumerate() {
        // A cause often stands in the words of what it caused already.
        if at == 0 || !chain[at - 1].contains(part.as_str()) {
            let _ = writeln!(told, "{}", prose(format!("{}{part}", if at == 0 { "error: " } else { "  because: " })));
        }
    }
    output::say(&told);
    for help in hints {
        output::say(&format!("{}\n", prose(format!("  help: {}", echo(help)))));
    }
    *exit
}

/// Text that may repeat an argument, the environment or a server: it holds no token and nothing hidden.
fn echo(text: &str) -> String {
    let lines = redact::tokens(text);
    lines.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}
