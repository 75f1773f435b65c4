//! What reviewers should not miss, in words.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::style::{HOLD, PLAIN, QUIET, styled};
use super::{Naming, counted, table, visible};
use crate::binding::UserId;
use crate::risk::{Accepted, Assessment, Finding, RULES, Risk};

/// All risks, by rule, and of each rule in the order of tables: people look for names.
pub(super) fn ordered<'a>(risks: &'a [Risk], naming: &Naming<'_>) -> Vec<&'a Risk> {
    let mut risks: Vec<_> = risks.iter().collect();
    risks.sort_by_cached_key(|it| {
        let (resource, user, role) = match it.finding {
            Finding::SelfGrant(it) | Finding::ProtectedGains(it) | Finding::Endless { binding: it, .. } => {
                (Some(it.resource), Some(it.user), Some(it.role))
            }
            Finding::Unprotected(user) => (None, Some(user), None),
            Finding::LastHolder { resource, role, .. } => (Some(resource), None, Some(role)),
            Finding::Emptied { resource, .. } => (Some(resource), None, None),
            Finding::Share(_) => (None, None, None),
        };
        let resource = resource.map(|id| (naming.offering(id).into_owned(), naming.resource(id)));
        (rank(it), resource, user.map(|id| naming.user(id)), role.map(|id| naming.role(id)))
    });
    risks
}

/// How far down the table of rules its rule stands.
pub(super) fn rank(risk: &Risk) -> usize {
    RULES.iter().position(|it| it.name == risk.rule).unwrap_or(RULES.len())
}

/// All risks, one a line, and those that somebody has accepted; empty if there is none.
pub fn risks(assessment: &Assessment, naming: &Naming<'_>) -> String {
    let Assessment { risks, accepted } = assessment;
    let mut out = String::new();
    if risks.is_empty() && accepted.is_empty() {
        return out;
    }
    let _ = writeln!(out, "{}", styled(HOLD, "Risks"));
    let mut lines: Vec<_> = ordered(risks, naming).into_iter().map(|it| line(it, naming)).collect();
    lines.extend(accepted.iter().map(|Accepted { rule, found, reason, span }| {
        let note = format!("accepted ({found} found): {} · {span}", visible(reason));
        [(QUIET, (*rule).to_owned()), (QUIET, note)]
    }));
    table::write(&mut out, "  ", &lines);
    out.push('\n');
    out
}

fn line(it: &Risk, naming: &Naming<'_>) -> table::Line<2> {
    let place = it.span.as_ref().map(|it| format!(" · {it}")).unwrap_or_default();
    let excuse = excuse(it, &|reason| visible(reason).into_owned());
    [(HOLD, it.rule.to_owned()), (PLAIN, format!("{}{place}{excuse}", message(it, naming, &|name| name)))]
}

/// What the change itself says about it, if it does.
pub(super) fn excuse(Risk { excuse, .. }: &Risk, mark: &dyn Fn(&str) -> String) -> String {
    excuse.as_ref().map_or(String::new(), |it| format!(" · accepted by this change: {}", mark(it)))
}

/// One risk in words: a fragment without a full stop. `mark` tells names from words.
pub(super) fn message(
    Risk { rule: _, finding, span: _, excuse: _ }: &Risk,
    naming: &Naming<'_>,
    mark: &dyn Fn(String) -> String,
) -> String {
    let place = |it| mark(naming.resource_in_line(it));
    let role = |it| mark(naming.role(it));
    let user = |it| mark(naming.user(it));
    let people = |users: &BTreeSet<UserId>| people(users, naming, mark);
    match finding {
        Finding::SelfGrant(it) => {
            format!("{} gives themself {} on {}", user(it.user), role(it.role), place(it.resource))
        }
        Finding::ProtectedGains(it) => format!(
            "{}, who is protected, gets {} on {}: the files can't take it back",
            user(it.user),
            role(it.role),
            place(it.resource)
        ),
        Finding::Unprotected(it) => format!("{} is not protected any more", user(*it)),
        Finding::LastHolder { resource, role: it, users } => format!(
            "nobody is {} on {} any more: {} {}",
            role(*it),
            place(*resource),
            people(users),
            if users.len() == 1 { "was the last one" } else { "were the last ones" },
        ),
        Finding::Emptied { resource, users } => {
            let were = if users.len() == 1 { "was" } else { "were" };
            format!("nobody is left on {}: {} {were} there", place(*resource), people(users))
        }
        Finding::Share(exceeded) => exceeded.to_string(),
        Finding::Endless { binding, ending, others } => format!(
            "{} gets {} on {} without an end, where {ending} of {} end",
            user(binding.user),
            role(binding.role),
            place(binding.resource),
            counted(*others, ["other", "others"]),
        ),
    }
}

/// The first three by name, and how many more.
fn people(users: &BTreeSet<UserId>, naming: &Naming<'_>, mark: &dyn Fn(String) -> String) -> String {
    const NAMED: usize = 3;
    let mut names: Vec<_> = users.iter().map(|id| naming.user(*id)).collect();
    names.sort();
    let more = names.len().saturating_sub(NAMED);
    let names: Vec<_> = names.into_iter().take(NAMED).map(mark).collect();
    let names = names.join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}
