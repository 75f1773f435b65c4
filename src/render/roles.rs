//! Roles that are created before anything else, as text for a terminal.

use std::fmt::Write as _;

use super::prose::prose;
use super::style::{CREATE, PLAIN, QUIET, REMOVE, STRONG, styled};
use super::{counted, table, visible};
use crate::plan::NewRole;
use crate::report::{Failure, RoleOutcome, Roles};

/// Roles to create, each with its offering and the line that names it, or with what became of it; nothing where there are
/// none.
pub fn roles(roles: &Roles) -> String {
    if roles.plan.is_empty() {
        return String::new();
    }
    let lines: Vec<_> = roles.steps().map(|(role, outcome)| line(role, outcome)).collect();
    let mut out = format!("{}\n", styled(STRONG, title(roles)));
    table::write(&mut out, "  ", &lines);
    for help in roles.outcomes.iter().filter_map(RoleOutcome::failure).filter_map(|it| it.help.as_deref()) {
        let _ = writeln!(out, "{}", prose(format!("  {} {}", styled(QUIET, "help:"), visible(help))));
    }
    out + "\n"
}

/// `2 roles to create first`.
fn title(roles: &Roles) -> String {
    let all = counted(roles.plan.creations.len(), ["role", "roles"]);
    if roles.outcomes.is_empty() {
        return format!("{all} to create first");
    }
    match roles.steps().filter(|(_, outcome)| !outcome.is_some_and(RoleOutcome::is_done)).count() {
        0 => format!("{all} created"),
        missing => format!("{missing} of {all} not created"),
    }
}

fn line(role: &NewRole, outcome: Option<&RoleOutcome>) -> table::Line<4> {
    let (style, sign, note) = match outcome {
        None => (CREATE, "+", lines(role)),
        Some(outcome) if outcome.is_done() => (CREATE, "+", outcome.to_string()),
        Some(outcome) => (REMOVE, "!", outcome.to_string()),
    };
    let [name, offering] = [&role.name, &role.offering_name].map(|it| visible(it).into_owned());
    [(style, format!("{sign:<3}")), (style, name), (PLAIN, offering), (QUIET, visible(&note).into_owned())]
}

/// The lines that name it: the first, then how many more.
pub(super) fn lines(NewRole { spans, .. }: &NewRole) -> String {
    match spans.as_slice() {
        [] => String::new(),
        [only] => only.to_string(),
        [first, more @ ..] => format!("{first} and {} more", more.len()),
    }
}

/// What became of it, with what to do about it.
pub(super) fn outcome(outcome: &RoleOutcome) -> String {
    let help = outcome.failure().and_then(|Failure { help, .. }| help.as_deref());
    help.map_or_else(|| outcome.to_string(), |help| format!("{outcome} · {help}"))
}
