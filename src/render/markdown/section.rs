//! Lists and tables that fit: as many rows as there is room for, then how many more there are.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::escape::{cell, code};
use crate::binding::{Binding, ResourceId};
use crate::render::words::Words;
use crate::render::{Naming, counted, grouped, review, rows};

/// A heading and what is under it.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// What is counted, for one and for several: `grant to remove`, `grants to remove`.
    pub(super) what: [&'static str; 2],
    /// Where it comes from, in words that go on in the heading; may be empty.
    pub(super) cause: &'static str,
    /// What is said before the rows, in Markdown; may be empty.
    pub(super) intro: String,
    /// The columns; none makes it a list.
    pub(super) columns: &'static [&'static str],
    /// The rows, in order.
    pub(super) rows: Vec<SectionRow>,
    /// More rows than this are folded away.
    pub(super) open: usize,
}

/// One line of a table or list.
#[derive(Debug)]
pub(super) struct SectionRow {
    /// The resource it is about, if it is about one.
    resource: Option<ResourceId>,
    /// The line, with its line break.
    text: String,
}

impl SectionRow {
    /// A row of a table.
    pub(super) fn cells<const N: usize>(resource: ResourceId, cells: [String; N]) -> Self {
        Self { resource: Some(resource), ..Self::line(cells) }
    }

    /// A row of a table that is about no resource.
    pub(super) fn line(cells: impl IntoIterator<Item = String>) -> Self {
        let mut text = String::from("|");
        for it in cells {
            let _ = write!(text, " {} |", cell(&it));
        }
        text.push('\n');
        Self { resource: None, text }
    }

    /// A row of a decision: its resource, its user, its roles with what is added to them, and why.
    pub(super) fn of(row: &rows::Row<'_>, more: &str, naming: &Naming<'_>) -> Self {
        let [place, who, roles] = Self::subject(row, naming);
        Self::cells(row.resource, [place, who, roles + more, format!("{}{}", row.note, row.before)])
    }

    /// What a row of a decision is about.
    pub(super) fn subject(row: &rows::Row<'_>, naming: &Naming<'_>) -> [String; 3] {
        [code(&naming.resource_in_line(row.resource)), code(&naming.user(row.user)), row.roles.clone()]
    }

    /// Bindings with a word about each, in the order of names, as people look for them.
    pub(super) fn sorted(rows: impl Iterator<Item = (Binding, String)>, words: Words<'_>) -> Vec<Self> {
        let mut rows: Vec<_> = rows.collect();
        let naming = words.naming;
        rows.sort_by_cached_key(|(Binding { resource, role, user }, _)| {
            (naming.offering(*resource), naming.resource(*resource), naming.user(*user), naming.role(*role))
        });
        let row = |(binding, text): (Binding, String)| {
            let [place, who, role] = words.cells(binding);
            Self::cells(binding.resource, [place, who, role, text])
        };
        rows.into_iter().map(row).collect()
    }

    /// A row of a review.
    pub(super) fn of_review(row: &review::ReviewRow<'_>, listed: bool) -> Self {
        match &row.cells[..] {
            [only] if listed => Self::item(only),
            cells => Self { resource: row.resource, ..Self::line(cells.iter().cloned()) },
        }
    }

    /// An item of a list.
    pub(super) fn item(text: &str) -> Self {
        Self { resource: None, text: format!("- {text}\n") }
    }
}

/// Writes sections below a title, nothing of empty ones; of each as many rows as fit into so many bytes in all.
pub(super) fn write(out: &mut String, title: &str, sections: &[Section], room: usize) {
    let sections: Vec<_> = sections.iter().filter(|it| !it.rows.is_empty()).collect();
    let mut used: usize = sections.iter().map(|it| it.frame()).sum();
    let mut shown = 0;
    for at in 0..sections.iter().map(|it| it.rows.len()).max().unwrap_or(0) {
        used += sections.iter().filter_map(|it| it.rows.get(at)).map(|it| it.text.len()).sum::<usize>();
        if used > room {
            break;
        }
        shown = at + 1;
    }
    for section in &sections {
        // What is all there is, and is in the title, needs no heading.
        if sections.len() > 1 || !title.contains(&section.title()) {
            let _ = writeln!(out, "\n#### {}{}", section.title(), section.cause);
        }
        out.push_str(&section.text(shown));
    }
}

impl Section {
    /// `4 grants to add`.
    fn title(&self) -> String {
        counted(self.rows.len(), self.what)
    }

    /// So many rows of it.
    fn text(&self, most: usize) -> String {
        let Self { what: _, cause: _, intro, columns, rows, open } = self;
        let (shown, more) = rows.split_at(most.min(rows.len()));
        let folded = rows.len() > *open && !shown.is_empty();
        let mut out = String::new();
        if !intro.is_empty() {
            let _ = writeln!(out, "\n{intro}");
        }
        if folded {
            let which = if more.is_empty() { "" } else { "the first " };
            let (count, place) = extent(shown);
            let _ = writeln!(out, "\n<details><summary>Show {which}{count}{place}</summary>");
        }
        if !shown.is_empty() {
            out.push('\n');
            out.push_str(&head(columns));
            out.extend(shown.iter().map(|it| &*it.text));
        }
        if folded {
            out.push_str("\n</details>\n");
        }
        if !more.is_empty() {
            let (and, word) = if shown.is_empty() { ("", "") } else { ("and ", " more") };
            let (count, place) = extent(more);
            let _ = writeln!(out, "\n{and}{count}{word}{place}. `--format json` lists them all.");
        }
        out
    }

    /// What is needed beside the rows, at most.
    fn frame(&self) -> usize {
        /// The words of a fold and of what is left out, with numbers of any length.
        const WORDS: usize = 200;
        self.title().len() + self.cause.len() + self.text(0).len() + head(self.columns).len() + WORDS
    }
}

/// What sections are about, of those that are about anything.
pub(super) fn titles(sections: &[Section]) -> Vec<String> {
    sections.iter().filter(|it| !it.rows.is_empty()).map(Section::title).collect()
}

/// The head of a table; nothing for a list.
fn head(columns: &[&str]) -> String {
    if columns.is_empty() {
        return String::new();
    }
    format!("| {} |\n|{}\n", columns.join(" | "), "---|".repeat(columns.len()))
}

/// `312`, and ` on 12 resources`.
fn extent(rows: &[SectionRow]) -> (String, String) {
    let resources: BTreeSet<_> = rows.iter().filter_map(|it| it.resource).collect();
    let place = match resources.len() {
        0 => String::new(),
        count => format!(" on {}", counted(count, ["resource", "resources"])),
    };
    (grouped(rows.len()), place)
}
