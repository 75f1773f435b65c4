//! The few lines of a file that a finding is about.

use std::borrow::Cow;
use std::ops::Range;

use crate::diagnostic::{Label, Source};
use crate::visible::{hidden, unhidden};

/// Labels that are at most so many lines apart are shown in one excerpt.
const LINES_APART: u32 = 8;
/// A longer line is cut to the part around its labels.
const LONGEST: usize = 160;
/// How much of a cut line stays before the label.
const BEFORE: usize = 60;

/// Consecutive lines, cut where they are long, and the labels in them.
#[derive(Debug)]
pub(super) struct Excerpt<'d> {
    /// Number of the first line.
    pub(super) line: usize,
    /// The lines.
    pub(super) text: String,
    /// Whether a beginning of a line is missing or characters are written out, so that columns are not those of the file.
    pub(super) cut: bool,
    /// Each label, and where it is in the text.
    pub(super) labels: Vec<(Range<usize>, &'d Label)>,
}

/// What to show for labels of one source, in the order in which they first come.
pub(super) fn excerpts<'d>(source: &Source, labels: &[&'d Label]) -> Vec<Excerpt<'d>> {
    let mut near: Vec<Vec<&Label>> = Vec::new();
    for label in labels {
        match near.iter_mut().find(|it| it.iter().all(|it| are_near(&source.text, it, label))) {
            Some(them) => them.push(label),
            None => near.push(vec![label]),
        }
    }
    near.iter().map(|it| excerpt(&source.text, it)).collect()
}

fn are_near(text: &str, one: &Label, other: &Label) -> bool {
    let (one, other) = (&one.span, &other.span);
    if one.line != other.line {
        return one.line.abs_diff(other.line) <= LINES_APART;
    }
    // They must fit into what is shown of the line.
    one.start.abs_diff(other.start) as usize <= BEFORE || line_at(text, one.start).len() <= LONGEST
}

fn excerpt<'d>(text: &str, labels: &[&'d Label]) -> Excerpt<'d> {
    let clamp = |at: u32| floor(text, at as usize);
    let starts = || labels.iter().map(|it| clamp(it.span.start));
    let first = line_start(text, starts().min().unwrap_or_default());
    let last = starts().max().unwrap_or_default();
    let line = labels.iter().map(|it| it.span.line as usize).min().unwrap_or(1);
    let mut excerpt = Excerpt { line, text: String::new(), cut: false, labels: Vec::new() };
    let mut start = first;
    while start <= last {
        let rest = &text[start..];
        let full = rest.split_inclusive('\n').next().unwrap_or_default();
        let line = full.trim_end_matches(['\n', '\r']);
        let end = start + line.len();
        let here = || labels.iter().filter(|it| (start..start + full.len().max(1)).contains(&clamp(it.span.start)));
        let window = window(line, here().map(|it| clamp(it.span.start) - start).min().unwrap_or_default());
        if window.start > 0 {
            excerpt.cut = true;
            excerpt.text.push('…');
        }
        let shift = excerpt.text.len();
        for label in here() {
            let at = |at: u32| {
                let at = clamp(at).clamp(start + window.start, start + window.end) - start - window.start;
                at + longer(&line[window.clone()], at) + shift
            };
            excerpt.labels.push((at(label.span.start)..at(label.span.end), label));
        }
        let part = unhidden(&line[window.clone()], &['\t']);
        excerpt.cut |= matches!(part, Cow::Owned(_));
        excerpt.text.push_str(&part);
        if start + window.end < end {
            excerpt.text.push('…');
        }
        excerpt.text.push('\n');
        start += full.len().max(1);
    }
    excerpt
}

/// The part of a line that is shown, in bytes.
fn window(line: &str, label: usize) -> Range<usize> {
    if line.len() <= LONGEST {
        return 0..line.len();
    }
    let start = floor(line, label.saturating_sub(BEFORE));
    start..floor(line, (start + LONGEST).min(line.len()))
}

/// How many bytes longer the part before a place is when it is shown.
fn longer(part: &str, at: usize) -> usize {
    let written_out = hidden(part).take_while(|(start, _)| *start < at).filter(|(_, it)| *it != '\t');
    written_out.map(|(_, it)| unhidden(it.encode_utf8(&mut [0; 4]), &[]).len() - it.len_utf8()).sum()
}

/// The whole line that holds a place.
fn line_at(text: &str, at: u32) -> &str {
    let start = line_start(text, floor(text, at as usize));
    text[start..].split('\n').next().unwrap_or_default()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |it| it + 1)
}

/// The nearest place at or before this one where a character begins.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|it| text.is_char_boundary(*it)).unwrap_or_default()
}
