//! What can't be meant together, beyond what each option says of itself.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::{formats, run};

/// Why what was typed can't be meant, and what to do, if it can't. What only the environment says may be meant for other
/// calls.
pub(super) fn contradiction(read: &ArgMatches) -> Option<String> {
    let (name, verb) = read.subcommand()?;
    let of_verb = match name {
        "apply" if verb.contains_id("plan") => files_beside_plan(verb),
        "run" => run::without_effect(verb),
        _ => None,
    };
    of_verb.or_else(|| formats::written_twice(verb))
}

fn files_beside_plan(apply: &ArgMatches) -> Option<String> {
    let typed = |it: &&str| apply.value_source(it) == Some(ValueSource::CommandLine);
    let typed = ["file", "git"].into_iter().find(typed)?;
    Some(format!("a saved plan holds its files, and `--{typed}` names others"))
}
