//! What reviewers should not miss, in words.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::prose::prose;
use super::review::{periods, stay};
use super::risk_groups::{RiskLine, many, risk_lines};
use super::style::{HOLD, PLAIN, QUIET, styled};
use super::{Detail, Naming, counted, hold, table, visible};
use crate::binding::UserId;
use crate::review::{Setting, SettingChange};
use crate::risk::{Accepted, Assessment, Finding, RULES, Risk};

/// All risks, by rule, and of each rule in the order of tables: people look for names.
pub(super) fn ordered<'a>(risks: &'a [Risk], naming: &Naming<'_>) -> Vec<&'a Risk> {
    let mut risks: Vec<_> = risks.iter().collect();
    risks.sort_by_cached_key(|it| {
        let (resource, user, role) = match it.finding {
            Finding::SelfGrant(it)
            | Finding::ProtectedGains(it)
            | Finding::Endless { binding: it, .. }
            | Finding::Extended { binding: it, .. } => (Some(it.resource), Some(it.user), Some(it.role)),
            Finding::Unprotected(user) | Finding::LookAlike { user, .. } | Finding::Identity { pinned: user, .. } => {
                (None, Some(user), None)
            }
            Finding::LastHolder { resource, role, .. } => (Some(resource), None, Some(role)),
            Finding::Emptied { resource, .. } | Finding::Stays { resource, .. } => (Some(resource), None, None),
            Finding::Share(_) | Finding::Weakened(_) | Finding::LastLinks(_) | Finding::InactiveAccounts(_) => {
                (None, None, None)
            }
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

/// All risks, and those that somebody has accepted; empty if there is none. Many of one rule are one line, unless
/// everything is asked for.
pub fn risks(assessment: &Assessment, naming: &Naming<'_>, detail: Detail) -> String {
    let Assessment { risks, accepted } = assessment;
    let mut out = String::new();
    if risks.is_empty() && accepted.is_empty() {
        return out;
    }
    let _ = writeln!(out, "{}", styled(HOLD, "Risks"));
    let told = |it: RiskLine<'_>| match it {
        RiskLine::Many(all) if detail < Detail::Everything => {
            vec![[
                (HOLD, all[0].rule.to_owned()),
                (PLAIN, format!("{}; -v lists them", many(&all, naming, &|name| name))),
            ]]
        }
        RiskLine::Many(all) => all.into_iter().map(|it| line(it, naming)).collect(),
        RiskLine::One(it) => vec![line(it, naming)],
    };
    let mut lines: Vec<_> = risk_lines(risks, naming).into_iter().flat_map(told).collect();
    lines.extend(accepted.iter().map(|Accepted { rule, found, reason, span }| {
        let note = format!("accepted ({found} found): {} · {span}", visible(reason));
        [(QUIET, (*rule).to_owned()), (QUIET, note)]
    }));
    let mut table = String::new();
    table::write(&mut table, "  ", &lines);
    table.lines().for_each(|it| _ = writeln!(out, "{}", prose(it)));
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
            format!("{}, the author, gets {} on {}", user(it.user), role(it.role), place(it.resource))
        }
        Finding::ProtectedGains(it) => format!(
            "{}, who is protected, gets {} on {}: the files can't take it back",
            user(it.user),
            role(it.role),
            place(it.resource)
        ),
        Finding::Unprotected(it) => format!("{} is no longer protected", user(*it)),
        Finding::LastHolder { resource, role: it, users } => {
            format!("{} would have no {} left (last: {})", place(*resource), role(*it), people(users))
        }
        Finding::Emptied { resource, users } => {
            format!("{} would have no users left (last: {})", place(*resource), people(users))
        }
        Finding::Weakened(setting) => weakened(setting, mark),
        Finding::Stays { resource, why, users } => {
            format!("links on {} would stay for good ({}): {}", place(*resource), stay(*why), people(users))
        }
        Finding::Extended { binding: it, more, before, after } => {
            let others = if *more > 0 {
                format!(" and {}", counted(*more, ["other grant", "other grants"]))
            } else {
                String::new()
            };
            let (before, after) = (periods(before), periods(after));
            format!("{} as {} of {}{others}: {before} → {after}", user(it.user), role(it.role), place(it.resource))
        }
        Finding::LookAlike { user: it, other } => {
            let (name, like) = (naming.user(*it), naming.user(*other));
            let letters = letters(&name, &like);
            format!("{}{letters} gets access and looks like {}, another account", mark(name), mark(like))
        }
        Finding::Identity { pinned, named } => {
            let (name, pinned, named) = (user(*named), mark(pinned.to_string()), mark(named.to_string()));
            format!("{name} is written for the account {pinned} and belongs to {named}")
        }
        Finding::LastLinks(users) => format!(
            "{} would have no visible link left: a Waldur that deactivates such accounts would lock them out",
            people(users)
        ),
        Finding::InactiveAccounts(users) => format!(
            "nothing is created for {}, inactive on the server: have staff reactivate them, then apply again",
            people(users)
        ),
        Finding::Share(exceeded) => hold::exceeded(exceeded, naming),
        Finding::Endless { binding, ending, others } => format!(
            "{} gets {} on {} without an end, where {ending} of {} end",
            user(binding.user),
            role(binding.role),
            place(binding.resource),
            counted(*others, ["other", "others"]),
        ),
    }
}

/// The letters beyond ASCII that another name lacks, by their code points.
fn letters(name: &str, other: &str) -> String {
    let other: BTreeSet<_> = other.chars().collect();
    let letters: BTreeSet<_> = name.chars().filter(|it| !it.is_ascii() && !other.contains(it)).collect();
    let letters: Vec<_> = letters.into_iter().map(|it| format!("U+{:04X}", u32::from(it))).collect();
    if letters.is_empty() { String::new() } else { format!(" (with {})", letters.join(", ")) }
}

fn weakened(Setting { name, change, .. }: &Setting, mark: &dyn Fn(String) -> String) -> String {
    let list = |items: &[String]| items.iter().map(|it| mark(visible(it).into_owned())).collect::<Vec<_>>().join(", ");
    let change = match change {
        SettingChange::Value { before, after } => {
            format!("{} → {}", mark(visible(before).into_owned()), mark(visible(after).into_owned()))
        }
        SettingChange::Items { removed, added } if added.is_empty() => format!("removed {}", list(removed)),
        SettingChange::Items { removed, added } if removed.is_empty() => format!("added {}", list(added)),
        SettingChange::Items { removed, added } => format!("removed {}, added {}", list(removed), list(added)),
    };
    format!("{}: {change}", mark((*name).to_owned()))
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
