//! What reviewers should not miss, in words.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::style::{HOLD, PLAIN, QUIET, styled};
use super::{Naming, plural, table, visible};
use crate::binding::UserId;
use crate::desired::Accept;
use crate::risk::{Accepted, Assessment, Finding, Risk};

/// All risks, one a line, and those that somebody has accepted; empty if there is none.
pub fn risks(assessment: &Assessment, naming: &Naming<'_>) -> String {
    let Assessment { risks, accepted } = assessment;
    let mut out = String::new();
    if risks.is_empty() && accepted.is_empty() {
        return out;
    }
    let _ = writeln!(out, "{}", styled(HOLD, "Risks"));
    let mut lines: Vec<_> = risks.iter().map(|it| line(it, naming)).collect();
    lines.extend(accepted.iter().map(|Accepted { accept: Accept { span, risk, reason }, found }| {
        let note = format!("accepted ({found} found): {} · {span}", visible(reason));
        [(QUIET, risk.to_string()), (QUIET, note)]
    }));
    table::write(&mut out, "  ", &lines);
    out.push('\n');
    out
}

fn line(it: &Risk, naming: &Naming<'_>) -> table::Line<2> {
    let place = it.span.as_ref().map(|it| format!(" · {it}")).unwrap_or_default();
    [(HOLD, it.rule.to_owned()), (PLAIN, format!("{}{place}", risk(it, naming)))]
}

/// One risk in words: a fragment without a full stop.
pub fn risk(Risk { rule: _, finding, span: _ }: &Risk, naming: &Naming<'_>) -> String {
    let place = |it| naming.resource_in_line(it);
    match finding {
        Finding::SelfGrant(it) => {
            format!("{} gives themself {} on {}", naming.user(it.user), naming.role(it.role), place(it.resource))
        }
        Finding::ProtectedGains(it) => format!(
            "{}, who is protected, gets {} on {}: the files can't take it back",
            naming.user(it.user),
            naming.role(it.role),
            place(it.resource)
        ),
        Finding::Unprotected(user) => format!("{} is not protected any more", naming.user(*user)),
        Finding::LastHolder { resource, role, users } => format!(
            "nobody is {} on {} any more: {} {}",
            naming.role(*role),
            place(*resource),
            people(users, naming),
            if users.len() == 1 { "was the last one" } else { "were the last ones" },
        ),
        Finding::Emptied { resource, users } => {
            format!("nobody is left on {}: {} there", place(*resource), were(users, naming))
        }
        Finding::Share(exceeded) => exceeded.to_string(),
        Finding::Endless { binding, ending, others } => format!(
            "{} gets {} on {} without an end, where {ending} of {others} {} end",
            naming.user(binding.user),
            naming.role(binding.role),
            place(binding.resource),
            plural(*others, "other"),
        ),
    }
}

fn were(users: &BTreeSet<UserId>, naming: &Naming<'_>) -> String {
    format!("{} {}", people(users, naming), if users.len() == 1 { "was" } else { "were" })
}

/// The first three by name, and how many more.
fn people(users: &BTreeSet<UserId>, naming: &Naming<'_>) -> String {
    const NAMED: usize = 3;
    let mut names: Vec<_> = users.iter().map(|id| naming.user(*id)).collect();
    names.sort();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let names = names.join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}
