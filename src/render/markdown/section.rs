//! Lists that fit: as many lines as there is room for, then how many more there are.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::rc::Rc;

use crate::binding::ResourceId;
use crate::render::{counted, grouped};

/// A heading and what is under it.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The heading, in Markdown.
    pub(super) title: String,
    /// What is said before the lines, in Markdown; may be empty.
    pub(super) intro: String,
    /// The lines, in order.
    pub(super) lines: Vec<Line>,
    /// How many of them are seen.
    pub(super) fold: Fold,
}

/// When lines are folded away.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fold {
    /// If there are more than this.
    most: usize,
    /// Then so many are seen all the same.
    lead: usize,
}

/// One line of a list, about one or several of what is counted.
#[derive(Debug)]
pub(super) struct Line {
    /// What it is under, if it is about resources.
    pub(super) under: Option<Rc<Under>>,
    /// The line, with its line break.
    pub(super) text: String,
    /// How much it tells.
    pub(super) count: usize,
}

/// Resources, as the line above others.
#[derive(Debug)]
pub(super) struct Under {
    pub(super) resources: Box<[ResourceId]>,
    /// That line, with its line break.
    pub(super) head: String,
}

impl Fold {
    /// What a reader has to see.
    pub(super) const CHANGES: Self = Self { most: 25, lead: 10 };
    /// What else there is.
    pub(super) const OTHER: Self = Self { most: 5, lead: 0 };
    /// What only few want to see.
    pub(super) const HIDDEN: Self = Self { most: 0, lead: 0 };
}

impl Line {
    /// A line about no resource.
    pub(super) fn item(text: &str) -> Self {
        Self { under: None, text: format!("- {text}\n"), count: 1 }
    }
}

/// Writes sections, nothing of empty ones; of each as many lines as fit into so many bytes in all.
pub(super) fn write(out: &mut String, sections: &[Section], room: usize) {
    let sections: Vec<_> = sections.iter().filter(|it| !it.lines.is_empty()).collect();
    let mut used: usize = sections.iter().map(|it| it.frame()).sum();
    let mut shown = 0;
    for at in 0..sections.iter().map(|it| it.lines.len()).max().unwrap_or(0) {
        used += sections.iter().map(|it| it.bytes(at)).sum::<usize>();
        if used > room {
            break;
        }
        shown = at + 1;
    }
    for section in &sections {
        let _ = writeln!(out, "\n#### {}", section.title);
        out.push_str(&section.text(shown));
    }
}

impl Section {
    /// So many lines of it.
    fn text(&self, most: usize) -> String {
        let Self { title: _, intro, lines, fold } = self;
        let (shown, more) = lines.split_at(most.min(lines.len()));
        let seen = if lines.len() > fold.most { fold.lead.min(shown.len()) } else { shown.len() };
        let (open, folded) = shown.split_at(seen);
        let mut out = String::new();
        if !intro.is_empty() {
            let _ = writeln!(out, "\n{intro}");
        }
        list(&mut out, open);
        if !folded.is_empty() {
            let which = match (open.is_empty(), more.is_empty()) {
                (true, true) => "",
                (true, false) => "the first ",
                (false, _) => "the next ",
            };
            let (count, place) = extent(folded);
            let _ = writeln!(out, "\n<details><summary>Show {which}{count}{place}</summary>");
            list(&mut out, folded);
            out.push_str("\n</details>\n");
        }
        if !more.is_empty() {
            let (and, word) = if shown.is_empty() { ("", "") } else { ("and ", " more") };
            let (count, place) = extent(more);
            let _ = writeln!(out, "\n{and}{count}{word}{place}. `--format json` lists them all.");
        }
        out
    }

    /// What is needed beside the lines, at most.
    fn frame(&self) -> usize {
        /// The words of a fold and of what is left out, with numbers of any length.
        const WORDS: usize = 250;
        // Resources on both sides of a fold are named twice.
        let heads = self.lines.iter().filter_map(|it| it.under.as_ref()).map(|it| it.head.len());
        self.title.len() + self.text(0).len() + heads.max().unwrap_or(0) + WORDS
    }

    /// What one line needs, with its resource if it is the first one under it.
    fn bytes(&self, at: usize) -> usize {
        let Some(line) = self.lines.get(at) else { return 0 };
        let before = at.checked_sub(1).and_then(|it| self.lines.get(it));
        line.text.len() + head(before, line).map_or(0, str::len)
    }
}

fn list(out: &mut String, lines: &[Line]) {
    out.push_str(if lines.is_empty() { "" } else { "\n" });
    let mut before = None;
    for line in lines {
        out.extend(head(before, line));
        out.push_str(&line.text);
        before = Some(line);
    }
}

/// What it is under, if the line before is under something else.
fn head<'l>(before: Option<&Line>, line: &'l Line) -> Option<&'l str> {
    let under = line.under.as_ref()?;
    let same = before.and_then(|it| it.under.as_ref()).is_some_and(|it| Rc::ptr_eq(it, under));
    (!same).then_some(&*under.head)
}

/// `312`, and ` on 12 resources`.
fn extent(lines: &[Line]) -> (String, String) {
    let resources: BTreeSet<_> =
        lines.iter().filter_map(|it| it.under.as_ref()).flat_map(|it| it.resources.iter()).collect();
    let place = match resources.len() {
        0 => String::new(),
        count => format!(" on {}", counted(count, ["resource", "resources"])),
    };
    (grouped(lines.iter().map(|it| it.count).sum()), place)
}
