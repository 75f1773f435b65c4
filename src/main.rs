//! The command.

use std::process::ExitCode;

fn main() -> ExitCode {
    grantsync::cli::run(std::env::args_os()).into()
}
