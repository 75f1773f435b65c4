//! A decision as text for a terminal.

use std::fmt::Write as _;

use anstyle::Style;

use super::changes::{Change, Group, changes};
use super::style::{CHANGE, CREATE, HOLD, PLAIN, QUIET, REMOVE, STRONG, styled};
use super::{Counts, Naming, hold, table, visible};
use crate::binding::{Binding, RoleId};
use crate::desired::Origin;
use crate::plan::{Held, Hold, Plan, Removal, Why};
use crate::policy::{Decision, Limited};
use crate::snapshot::Observation;

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// What changes, or would.
    Changes,
    /// All links, those that stay included.
    Everything,
}

/// The whole decision: by resource, then what limits hold, then the summary.
pub fn plan(decision: &Decision, naming: &Naming<'_>, detail: Detail) -> String {
    let mut out = String::new();
    for Group { resource, changes } in changes(decision, naming) {
        let offering = naming.offering(resource);
        let offering = if offering.is_empty() { String::new() } else { format!("  {offering}") };
        let _ = writeln!(out, "{}{}", styled(STRONG, naming.resource(resource)), styled(QUIET, offering));
        let lines: Vec<_> = changes.iter().map(|it| line(it, naming)).collect();
        table::write(&mut out, "  ", &lines);
        out.push('\n');
    }
    if detail == Detail::Everything {
        everything(&mut out, &decision.plan, naming);
    }
    if let Some(limited) = &decision.limited {
        limit(&mut out, limited, naming);
    }
    let _ = writeln!(out, "{}", summary(decision));
    out
}

fn line(change: &Change<'_>, naming: &Naming<'_>) -> table::Line<4> {
    let role = |it: &Binding| naming.role(it.role);
    let (style, sign, roles, note) = match change {
        Change::Remove(it) => (REMOVE, "-", role(&it.link.binding), why(it)),
        Change::Replace(_, removals, creations) => {
            let old = roles(removals.iter().map(|it| it.link.binding.role), naming);
            let new = roles(creations.iter().map(|it| it.binding.role), naming);
            let lines = creations.iter().flat_map(|it| it.origins.iter());
            (CHANGE, "-/+", format!("{old} → {new}"), origins(lines))
        }
        Change::Create(it) => (CREATE, "+", role(&it.binding), origins(it.origins.iter())),
        Change::Hold(it) => (HOLD, "!", role(&it.removal.link.binding), format!("held: {}", held(it))),
        Change::Skip(it) => {
            let origins = origins(it.creation.origins.iter());
            (HOLD, "!", role(&it.creation.binding), format!("not created: {} · {origins}", it.why))
        }
        Change::WithholdRemoval(it) => (QUIET, "(-)", role(&it.link.binding), format!("withheld · {}", why(it))),
        Change::WithholdCreation(it) => {
            (QUIET, "(+)", role(&it.binding), format!("withheld · {}", origins(it.origins.iter())))
        }
    };
    let user = naming.user(change.user());
    [(style, format!("{sign:<3}")), (style, roles), (PLAIN, user), (QUIET, note)]
}

fn held(Held { removal, hold }: &Held) -> String {
    match removal.why {
        Why::NotDeclared => visible(&hold.to_string()).into_owned(),
        other => format!("{} · {other}", visible(&hold.to_string())),
    }
}

fn roles(ids: impl Iterator<Item = RoleId>, naming: &Naming<'_>) -> String {
    let mut names: Vec<_> = ids.map(|id| naming.role(id)).collect();
    names.sort();
    names.dedup();
    names.join(", ")
}

fn why(Removal { link: _, why, origins: lines }: &Removal) -> String {
    let ends = lines.iter().filter_map(|it| it.life.until).max();
    let begins = lines.iter().filter_map(|it| it.life.from).min();
    let detail = match why {
        Why::Ended => ends.map(|it| format!(" at {}", instant(it))),
        Why::NotBegun => begins.map(|it| format!(", begins {}", instant(it))),
        Why::NotDeclared | Why::Duplicate => None,
    };
    let origins = origins(lines.iter());
    let origins = if origins.is_empty() { origins } else { format!(" · {origins}") };
    format!("{why}{}{origins}", detail.unwrap_or_default())
}

/// The lines that ask for something: the first in full, then how many more.
pub(super) fn origins<'a>(mut lines: impl Iterator<Item = &'a Origin>) -> String {
    let Some(Origin { span, groups, life, reason }) = lines.next() else { return String::new() };
    let mut out = visible(&span.to_string()).into_owned();
    if !groups.is_empty() {
        let _ = write!(out, " via {}", visible(&groups.join(" › ")));
    }
    if let Some(until) = life.until {
        let _ = write!(out, " · ends {}", instant(until));
    }
    if let Some(reason) = reason {
        let _ = write!(out, " · {}", visible(reason));
    }
    match lines.count() {
        0 => out,
        1 => out + " · and one more line",
        more => format!("{out} · and {more} more lines"),
    }
}

/// An instant to the minute, in UTC; midnight as a day.
pub(super) fn instant(at: jiff::Timestamp) -> String {
    let text = at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    text.strip_suffix(" 00:00 UTC").map_or(text.clone(), str::to_owned)
}

fn everything(out: &mut String, plan: &Plan, naming: &Naming<'_>) {
    let row = |style: Style, sign: &str, binding: &Binding, note: String| {
        [
            (style, format!("{sign:<3}")),
            (style, naming.role(binding.role)),
            (PLAIN, naming.user(binding.user)),
            (PLAIN, naming.resource_in_line(binding.resource)),
            (QUIET, note),
        ]
    };
    let mut lines: Vec<table::Line<5>> = Vec::new();
    lines.extend(plan.in_sync.iter().map(|it| row(PLAIN, "=", &it.binding, "in sync".to_owned())));
    lines.extend(plan.kept.iter().map(|it| row(PLAIN, "=", &it.link.binding, format!("kept: {}", it.why))));
    lines.extend(plan.outside.iter().map(|it| row(QUIET, "·", &it.binding, "outside scope".to_owned())));
    lines.sort_by(|a, b| (&a[3].1, &a[2].1, &a[1].1).cmp(&(&b[3].1, &b[2].1, &b[1].1)));
    if !lines.is_empty() {
        table::write(out, "  ", &lines);
        out.push('\n');
    }
}

fn limit(out: &mut String, Limited { digest, exceeded, links }: &Limited, naming: &Naming<'_>) {
    let _ = writeln!(out, "{}", styled(HOLD, format!("Held by limits: {links} {}", plural(*links, "removal"))));
    for it in exceeded {
        let _ = writeln!(out, "  {}", hold::exceeded(it, naming));
    }
    let _ = writeln!(out, "  help: {}\n", hold::release(&Hold::Limit, Some(digest)));
}

/// The summary line.
pub fn summary(decision: &Decision) -> String {
    let counts = Counts::of(decision);
    let mut first = vec![format!("{} to create", counts.create), format!("{} to remove", counts.remove)];
    let mut add = |count: usize, what: &str| {
        if count > 0 {
            first.push(format!("{count} {what}"));
        }
    };
    add(counts.held, "held");
    add(counts.unresolved, "unresolved");
    add(counts.withheld, "withheld");
    add(counts.outside_own_scope, "outside their own scope");
    add(counts.skipped, "skipped");
    let changing = if decision.plan.changing { " · observed while changing" } else { "" };
    format!("Plan: {} · {}{changing}", first.join(", "), counts.unchanged())
}

/// What has to be known before a plan is read: that its reader saw only a part, or the world moved meanwhile. Empty
/// where there is nothing to say.
pub fn banner(observation: &Observation) -> String {
    let Observation { server: _, caller, pages: _, changing, clock_offset: _ } = observation;
    let mut out = String::new();
    if !caller.is_staff {
        let name = visible(&caller.username);
        let _ = writeln!(out, "{}", styled(HOLD, format!("The token of `{name}` is not a staff token.")));
        let _ =
            writeln!(out, "It sees a part of the links without being told so: what is missing here may be there.\n");
    }
    if *changing {
        let _ = writeln!(out, "{}\n", styled(HOLD, "Links came and went while they were read: look again."));
    }
    out
}

/// A word for so many.
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
