//! A decision as text for a terminal.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::Style;
use jiff::{SignedDuration, Timestamp};

use super::changes::{Change, Group, changes};
use super::dates::{end, instant};
use super::style::{CHANGE, CREATE, HOLD, PLAIN, QUIET, REMOVE, STRONG, styled};
use super::{Counts, Naming, causes, hold, seen, table, visible};
use crate::binding::{Binding, ResourceId, RoleId};
use crate::desired::Origin;
use crate::plan::{Held, Hold, Plan, Removal, Why};
use crate::policy::{Causes, Decision, Digest, Limited};
use crate::snapshot::Observation;

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// What changes, or would.
    Changes,
    /// All links, those that stay included.
    Everything,
}

/// Resources, as they are headed, and a line for each link on them.
type Sections<'a> = BTreeMap<Heading<'a>, Vec<table::Line<4>>>;

/// What a resource is called and sorted by: its offering, its name, and whatever tells it from others of that name.
type Heading<'a> = (Cow<'a, str>, String, ResourceId);

/// The whole decision: by resource, then what limits hold, then the summary.
pub fn plan(decision: &Decision, naming: &Naming<'_>, detail: Detail) -> String {
    let mut sections = changing(decision, None, naming, detail);
    if detail == Detail::Everything {
        for (heading, lines) in unchanged(&decision.plan, naming) {
            sections.entry(heading).or_default().extend(lines);
        }
    }
    written(&sections) + &foot(decision, naming, detail)
}

/// What happens, by resource; with causes, also what would have kept it from happening before the change.
pub(super) fn changing<'a>(
    decision: &Decision,
    causes: Option<&Causes>,
    naming: &Naming<'a>,
    detail: Detail,
) -> Sections<'a> {
    let mut sections = Sections::new();
    for Group { resource, changes } in changes(decision, naming) {
        let shown = changes.iter().filter(|it| detail == Detail::Everything || !it.is_unnamed());
        sections.insert(heading(resource, naming), shown.map(|it| line(it, causes, naming)).collect());
    }
    sections
}

/// What is left as it is, by resource, in the order of users.
pub(super) fn unchanged<'a>(plan: &Plan, naming: &Naming<'a>) -> Sections<'a> {
    let row = |style: Style, sign: &str, binding: &Binding, note: String| {
        let (role, user) = (naming.role(binding.role), naming.user(binding.user));
        (binding.resource, [(style, format!("{sign:<3}")), (style, role), (PLAIN, user), (QUIET, note)])
    };
    let in_sync = plan.in_sync.iter().map(|it| row(PLAIN, "=", &it.binding, "in sync".to_owned()));
    let kept = plan.kept.iter().map(|it| row(PLAIN, "=", &it.link.binding, format!("kept: {}", it.why)));
    let outside = plan.outside.iter().map(|it| row(QUIET, "·", &it.binding, "outside scope".to_owned()));
    let mut rows: Vec<_> = in_sync.chain(kept).chain(outside).collect();
    rows.sort_by(|(_, a), (_, b)| (&a[2].1, &a[1].1).cmp(&(&b[2].1, &b[1].1)));
    let mut sections = Sections::new();
    for (resource, line) in rows {
        sections.entry(heading(resource, naming)).or_default().push(line);
    }
    sections
}

/// Sections one below the other, none of them empty.
pub(super) fn written(sections: &Sections<'_>) -> String {
    let mut out = String::new();
    for ((offering, name, _), lines) in sections.iter().filter(|(_, lines)| !lines.is_empty()) {
        let offering = if offering.is_empty() { String::new() } else { format!("  {offering}") };
        let _ = writeln!(out, "{}{}", styled(STRONG, name), styled(QUIET, offering));
        table::write(&mut out, "  ", lines);
        out.push('\n');
    }
    out
}

/// What is said of the whole: what nobody names, what limits hold, and the summary.
pub(super) fn foot(decision: &Decision, naming: &Naming<'_>, detail: Detail) -> String {
    let mut out = String::new();
    unnamed(&mut out, &decision.plan, detail);
    if let Some(limited) = &decision.limited {
        limit(&mut out, limited, decision.plan.now, naming);
    }
    let _ = writeln!(out, "{}", summary(decision));
    out
}

fn heading<'a>(resource: ResourceId, naming: &Naming<'a>) -> Heading<'a> {
    (naming.offering(resource), naming.resource(resource), resource)
}

fn line(change: &Change<'_>, causes: Option<&Causes>, naming: &Naming<'_>) -> table::Line<4> {
    let role = |it: &Binding| naming.role(it.role);
    let (style, sign, roles, note) = match change {
        Change::Remove(it) => (REMOVE, "-", role(&it.link.binding), linked(why(it), it, naming)),
        Change::Replace(_, removals, creations) => {
            let old = roles(removals.iter().map(|it| it.link.binding.role), naming);
            let new = roles(creations.iter().map(|it| it.binding.role), naming);
            let lines = creations.iter().flat_map(|it| it.origins.iter());
            (CHANGE, "-/+", format!("{old} → {new}"), origins(lines))
        }
        Change::Create(it) => (CREATE, "+", role(&it.binding), origins(it.origins.iter())),
        Change::Hold(it) => {
            (HOLD, "!", role(&it.removal.link.binding), linked(format!("held: {}", held(it)), &it.removal, naming))
        }
        Change::Skip(it) => {
            let origins = origins(it.creation.origins.iter());
            (HOLD, "!", role(&it.creation.binding), format!("not created: {} · {origins}", it.why))
        }
        Change::WithholdRemoval(it) => (QUIET, "(-)", role(&it.link.binding), format!("withheld · {}", why(it))),
        Change::WithholdCreation(it) => {
            (QUIET, "(+)", role(&it.binding), format!("withheld · {}", origins(it.origins.iter())))
        }
    };
    let (user, before) = (naming.user(change.user()), causes.map_or("", |it| causes::before(change, it)));
    [(style, format!("{sign:<3}")), (style, roles), (PLAIN, user), (QUIET, note + before)]
}

fn linked(note: String, removal: &Removal, naming: &Naming<'_>) -> String {
    match naming.link(removal.link.id) {
        Some(link) => format!("{note} · {link}"),
        None => note,
    }
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

/// Why a link goes, with the line that once asked for it or will.
pub fn why(Removal { link: _, why, origins: lines }: &Removal) -> String {
    let ended = lines.iter().filter_map(|it| it.life.until).max();
    let begins = lines.iter().filter_map(|it| it.life.from).min();
    let detail = match why {
        Why::Ended => ended.map(|it| format!(", was until {}", end(it))),
        Why::NotBegun => begins.map(|it| format!(", begins {}", instant(it))),
        Why::NotDeclared | Why::Duplicate => None,
    };
    let places = match &lines[..] {
        [] => String::new(),
        [first, rest @ ..] => format!(" · {}{}", place(first), more(rest.len())),
    };
    format!("{why}{}{places}", detail.unwrap_or_default())
}

/// The lines that ask for something: the first in full, then how many more.
pub fn origins<'a>(mut lines: impl Iterator<Item = &'a Origin>) -> String {
    let Some(first) = lines.next() else { return String::new() };
    let until = first.life.until.map(|it| format!(" · until {}", end(it)));
    format!("{}{}{}", place(first), until.unwrap_or_default(), more(lines.count()))
}

fn more(lines: usize) -> String {
    match lines {
        0 => String::new(),
        1 => " · and one more line".to_owned(),
        lines => format!(" · and {lines} more lines"),
    }
}

/// Where a line stands, by which groups it means somebody, and why it is there.
fn place(Origin { span, groups, life: _, reason }: &Origin) -> String {
    let via = if groups.is_empty() { String::new() } else { format!(" via {}", groups.join(" › ")) };
    let reason = reason.as_ref().map(|it| format!(" · {it}"));
    visible(&format!("{span}{via}{}", reason.unwrap_or_default())).into_owned()
}

/// Without a scope there may be thousands of links that the files are not about: they are counted, not listed.
fn unnamed(out: &mut String, plan: &Plan, detail: Detail) {
    let unnamed = plan.held.iter().filter(|it| it.hold == Hold::NotNamed).map(|it| it.removal.link.binding.resource);
    let resources = unnamed.clone().collect::<BTreeSet<_>>().len();
    let links = unnamed.count();
    if links == 0 {
        return;
    }
    let (link, resource) = (plural(links, "link"), plural(resources, "resource"));
    let place = format!("{links} {link} on {resources} {resource} that the files do not name");
    let _ = writeln!(out, "{} {place}", styled(HOLD, "Held:"));
    let more = if detail == Detail::Changes { "; -v lists them" } else { "" };
    let _ = writeln!(
        out,
        "  help: list the resources, say with `scope` what the files are about, or write `scope: all`{more}\n"
    );
}

fn limit(out: &mut String, Limited { digest, exceeded, links }: &Limited, now: Timestamp, naming: &Naming<'_>) {
    let _ = writeln!(out, "{}", styled(HOLD, format!("Held by limits: {links} {}", plural(*links, "removal"))));
    for it in exceeded {
        let _ = writeln!(out, "  {}", hold::exceeded(it, naming));
    }
    let _ = writeln!(out, "  help: {}, or in the file with", hold::release(&Hold::Limit, Some(digest)));
    for line in approval(digest, now).lines() {
        let _ = writeln!(out, "    {line}");
    }
    out.push('\n');
}

/// The two lines that release what is held, for the file: a week is enough to merge them, and then they are forgotten.
pub fn approval(digest: &Digest, now: Timestamp) -> String {
    let until = (now + SignedDuration::from_hours(7 * 24)).strftime("%Y-%m-%d");
    // Digits alone would be no text.
    format!("approvals:\n  - {{held: \"{digest}\", until: {until}, reason: \"…\"}}")
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
    if let Some(lacks) = caller.lacks() {
        let (of, name) = seen::holder(caller);
        let _ = writeln!(out, "{}", styled(HOLD, format!("The token {of} `{}` is not a staff token.", visible(name))));
        let _ = writeln!(out, "It {lacks}.\n");
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
