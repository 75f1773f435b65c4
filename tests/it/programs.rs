//! Programs of others that some tests ask for a second opinion, and that not every machine has.

use std::env;
use std::process::Command;

/// Names those that have to be there, separated by blanks: the gate sets it to what it has found or installed.
const NEEDED: &str = "GRANTSYNC_TESTS_NEED";

/// This program, where there is one; where there is none, says so, or fails if it has to be there.
#[expect(clippy::print_stdout, reason = "what is left out is said")]
pub(crate) fn program(name: &str) -> Option<Command> {
    let path = env::var_os("PATH").unwrap_or_default();
    if env::split_paths(&path).any(|it| it.join(name).is_file()) {
        return Some(Command::new(name));
    }
    let needed = env::var(NEEDED).unwrap_or_default();
    assert!(!needed.split_whitespace().any(|it| it == name), "{NEEDED} names `{name}`, which is not installed");
    println!("left out: {name} is not installed");
    None
}
