//! What a change to the files does, in words that every format shares.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::dates::{end, instant};
use super::style::{HOLD, PLAIN, QUIET, STRONG, styled};
use super::words::{TEXT, Words};
use super::{Naming, counted, grouped, table};
use crate::binding::ResourceId;
use crate::desired::{Life, Origin};
use crate::diagnostic::Span;
use crate::review::{
    Access, AccessChange, Effect, GroupChange, Membership, Review, Section, Setting, SettingChange, Stay, Upcoming,
};

/// One section.
#[derive(Debug)]
pub(super) struct SectionTable<'a> {
    /// Stable short name.
    pub(super) id: &'static str,
    /// What is counted, for one and for several.
    pub(super) what: [&'static str; 2],
    /// What it means; may be empty.
    pub(super) intro: &'static str,
    pub(super) rows: Vec<ReviewRow<'a>>,
    /// Whether its readers must not miss it.
    pub(super) grave: bool,
}

/// One change.
#[derive(Debug)]
pub(super) struct ReviewRow<'a> {
    pub(super) resource: Option<ResourceId>,
    pub(super) cells: Vec<String>,
    /// The line that brings it about.
    pub(super) span: Option<&'a Span>,
}

impl SectionTable<'_> {
    /// All of it in a sentence: the first few changes, and how many more.
    pub(super) fn sentence(&self) -> String {
        /// More than this nobody reads in one line.
        const SHOWN: usize = 3;
        let sentence = |row: &ReviewRow<'_>| match &row.cells[..] {
            [resource, user, role, note] => format!("{user} as {role} of {resource}: {note}"),
            [name, change, effect] if effect.is_empty() => format!("{name}: {change}"),
            [name, change, effect] => format!("{name}: {change} ({effect})"),
            cells => cells.concat(),
        };
        let shown: Vec<_> = self.rows.iter().take(SHOWN).map(sentence).collect();
        let more = self.rows.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!("; and {} more", grouped(more)) } else { String::new() };
        format!("{}: {}{more}", counted(self.rows.len(), self.what), shown.join("; "))
    }
}

/// All sections but what is added and removed now: steps tell that.
pub(super) fn parts<'a>(review: &'a Review, words: Words<'_>) -> Vec<SectionTable<'a>> {
    review.sections.iter().filter_map(|it| section_table(it, words)).collect()
}

/// How many changes are beside what is added and removed now.
pub(super) fn beside(review: &Review, naming: &Naming<'_>) -> Vec<String> {
    let parts = parts(review, Words { naming, markup: TEXT });
    parts.iter().map(|it| counted(it.rows.len(), it.what)).collect()
}

fn section_table<'a>(section: &'a Section, words: Words<'_>) -> Option<SectionTable<'a>> {
    let access = |id, what, intro, grave, all: &'a [Access]| {
        let newly = matches!(section, Section::Access(AccessChange::NewlyManaged, _));
        let told = |it| if newly { from_now_on(it) } else { when(it) };
        let rows = all.iter().map(|it| row(it, told(it), words)).collect();
        Some(SectionTable { id, what, intro, rows: sorted(rows), grave })
    };
    match section {
        Section::Settings(all) => Some(SectionTable {
            id: "settings-changed",
            what: ["setting changed", "settings changed"],
            intro: "",
            rows: all.iter().map(|it| setting(it, words)).collect(),
            grave: all.iter().any(|it| it.effect == Effect::Weakens),
        }),
        Section::Access(AccessChange::NoLongerManaged, all) => {
            let intro = "These links are live and stay: after this change nothing removes them.";
            access("no-longer-managed", ["link no longer managed", "links no longer managed"], intro, true, all)
        }
        Section::Access(AccessChange::NewlyManaged, all) => {
            let intro = "These links were left alone. With this change they are removed.";
            access("newly-managed", ["link newly managed", "links newly managed"], intro, true, all)
        }
        Section::Access(AccessChange::EndChanged, all) => {
            access("end-changed", ["end changed", "ends changed"], "", false, all)
        }
        Section::Access(AccessChange::Scheduled, all) => {
            access("scheduled", ["change scheduled", "changes scheduled"], "", false, all)
        }
        Section::Access(AccessChange::Removed | AccessChange::Added, _) => None,
        Section::Groups(all) => Some(SectionTable {
            id: "group-changed",
            what: ["group membership changed", "group memberships changed"],
            intro: "",
            rows: all.iter().map(|it| group(it, words)).collect(),
            grave: false,
        }),
        Section::Upcoming(all) => Some(SectionTable {
            id: "begins-soon",
            what: ["grant begins soon", "grants begin soon"],
            intro: "",
            rows: all.iter().map(|it| upcoming(it, words)).collect(),
            grave: false,
        }),
    }
}

/// By name, as people look for them.
fn sorted(mut rows: Vec<ReviewRow<'_>>) -> Vec<ReviewRow<'_>> {
    rows.sort_by(|a, b| a.cells.cmp(&b.cells));
    rows
}

fn setting<'a>(
    Setting { name, change, effect, at }: &'a Setting,
    Words { naming: _, markup }: Words<'_>,
) -> ReviewRow<'a> {
    let mark = |items: &[String]| items.iter().map(|it| (markup.name)(it)).collect::<Vec<_>>().join(", ");
    let change = match change {
        SettingChange::Value { before, after } => format!("{} → {}", (markup.name)(before), (markup.name)(after)),
        SettingChange::Items { removed, added } => {
            let parts = [("removed ", removed), ("added ", added)].into_iter().filter(|(_, items)| !items.is_empty());
            parts.map(|(sign, items)| format!("{sign}{}", mark(items))).collect::<Vec<_>>().join(", ")
        }
    };
    let place = at.as_ref().map(|it| markup.at(it));
    let weakens = (*effect == Effect::Weakens).then(|| "weakens enforcement".to_owned());
    let effect: Vec<_> = weakens.into_iter().chain(place).collect();
    ReviewRow { resource: None, cells: vec![(markup.name)(name), change, effect.join(" · ")], span: at.as_ref() }
}

/// When it is there, before and after.
fn when(Access { before, after, stays, .. }: &Access) -> String {
    match (stays, &before[..]) {
        (Some(why), _) if before == after => format!("stays: {}", stay(*why)),
        (Some(why), []) => format!("would be removed; stays: {}", stay(*why)),
        (Some(why), _) => format!("{}; stays: {}", periods(before), stay(*why)),
        (None, _) => format!("{} → {}", periods(before), periods(after)),
    }
}

/// When something is there that would stay as it is without the change.
fn from_now_on(Access { after, .. }: &Access) -> String {
    if after.is_empty() { "removed".to_owned() } else { periods(after) }
}

fn row<'a>(it: &'a Access, mut note: String, words: Words<'_>) -> ReviewRow<'a> {
    let mut cells: Vec<_> = words.cells(it.binding).into();
    let (new, gone) = (unlike(&it.lines, &it.was), unlike(&it.was, &it.lines));
    let place = new.or(it.lines.first());
    if let Some(line) = place {
        let _ = write!(note, " · {}", words.markup.place(line));
    }
    if let Some(line) = gone.filter(|_| it.lines.is_empty()) {
        let _ = write!(note, " · {}", words.markup.deleted(line));
    }
    cells.push(note);
    ReviewRow { resource: Some(it.binding.resource), cells, span: place.map(|it| &it.span) }
}

/// The first line that is in no other list, wherever it is now: it is told by what it says.
fn unlike<'a>(lines: &'a [Origin], others: &[Origin]) -> Option<&'a Origin> {
    let says = |it: &Origin| (it.life, it.groups.clone(), it.reason.clone());
    let others: Vec<_> = others.iter().map(says).collect();
    lines.iter().find(|it| !others.contains(&says(it)))
}

/// Why it stays.
pub(super) fn stay(why: Stay) -> &'static str {
    match why {
        Stay::OutsideScope => "outside scope",
        Stay::NotNamed => "no scope, and no line names its resource",
        Stay::Protected => "its user is protected",
        Stay::Terminated => "its resource is terminated",
        Stay::Managed => "managed by another automation",
    }
}

/// When something is there.
pub(super) fn periods(periods: &[Life]) -> String {
    let period = |Life { from, until }: &Life| match (from, until) {
        (None, None) => "no end".to_owned(),
        (None, Some(until)) => format!("until {}", end(*until)),
        (Some(from), None) => format!("from {}", instant(*from)),
        (Some(from), Some(until)) => format!("{} to {}", instant(*from), end(*until)),
    };
    let all: Vec<_> = periods.iter().map(period).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

fn group<'a>(it: &'a GroupChange, Words { naming, markup }: Words<'_>) -> ReviewRow<'a> {
    let GroupChange { group, user, membership, grants, at } = it;
    let verb = match membership {
        Membership::Joins => "joins",
        Membership::Leaves => "leaves",
    };
    let roles: BTreeSet<_> = grants.keys().map(|id| (naming.role(*id), *id)).collect();
    let grant = |(name, id): &(String, _)| {
        let resources = &grants[id];
        match resources.first() {
            Some(only) if resources.len() == 1 => {
                format!("{} on {}", (markup.name)(name), (markup.name)(&naming.resource_in_line(*only)))
            }
            _ => format!("{} on {}", (markup.name)(name), counted(resources.len(), ["resource", "resources"])),
        }
    };
    let grants: Vec<_> = roles.iter().map(grant).collect();
    let place = at.as_ref().map_or(String::new(), |it| format!(" · {}", markup.at(it)));
    let (who, group) = ((markup.name)(&naming.user(*user)), (markup.name)(group));
    let text = format!("{who} {verb} {group}: {}{place}", grants.join(", "));
    ReviewRow { resource: None, cells: vec![text], span: at.as_ref() }
}

fn upcoming<'a>(Upcoming { at, binding, line }: &'a Upcoming, words: Words<'_>) -> ReviewRow<'a> {
    let mut cells: Vec<_> = words.cells(*binding).into();
    cells.push(format!("{} · {}", instant(*at), words.markup.place(line)));
    ReviewRow { resource: Some(binding.resource), cells, span: Some(&line.span) }
}

/// All of it for a terminal: a title a section, and a line a change.
pub fn review(review: &Review, naming: &Naming<'_>) -> String {
    let mut out = String::new();
    for section_table in parts(review, Words { naming, markup: TEXT }) {
        let title = format!("── {} ──", counted(section_table.rows.len(), section_table.what));
        let _ = writeln!(out, "{}\n", styled(if section_table.grave { HOLD } else { STRONG }, title));
        let line = |row: ReviewRow<'_>| {
            let mut cells = row.cells.into_iter();
            let mut next = || cells.next().unwrap_or_default();
            [(PLAIN, next()), (PLAIN, next()), (PLAIN, next()), (QUIET, next())]
        };
        table::write(&mut out, "  ", &section_table.rows.into_iter().map(line).collect::<Vec<_>>());
        out.push('\n');
    }
    out
}
