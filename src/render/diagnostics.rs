//! Findings about the files, as a compiler would print them.

use std::collections::HashMap;
use std::fmt::Write;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use anstream::adapter::strip_str;

use super::excerpt::{Excerpt, excerpts};
use super::prose::prose;
use super::uses::uses;
use crate::diagnostic::{Diagnostic, Label, Severity, Source};
use crate::visible::visible;

/// Columns of a line that are shown; excerpts are cut before, so that nothing is cut here.
const WIDTH: usize = 1_000;

/// Every finding with its place, the line, and what to do; at most `most` of them, errors first if not all can be
/// shown, and then how many were left out.
///
/// The sources are those that were parsed. A finding in another file is shown without its line.
pub fn diagnostics(sources: &[Source], diagnostics: &[Diagnostic], colour: bool, most: usize) -> String {
    let sources: HashMap<&str, &Source> = sources.iter().map(|it| (&*it.name, it)).collect();
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let shown = chosen(diagnostics, most);
    let mut text = String::new();
    for diagnostic in &shown {
        let report = renderer.render(&[group(&sources, diagnostic)]);
        for line in report.lines().filter(|it| !is_idle(it)) {
            let _ = writeln!(text, "{}", if colour && is_sentence(line) { prose(line) } else { line.to_owned() });
        }
        text.push('\n');
    }
    text.push_str(&left_out(diagnostics, &shown));
    text.truncate(text.trim_end().len());
    text
}

/// The renderer announces an excerpt without a path of its own by an empty arrow.
fn is_idle(line: &str) -> bool {
    strip_str(line).to_string().trim() == ":::"
}

/// What is wrong, and what to do about it. Everything else is about columns.
fn is_sentence(line: &str) -> bool {
    let plain = strip_str(line).to_string();
    let begins = ["error", "warning", "= help:", "= note:"];
    begins.iter().any(|it| plain.trim_start().starts_with(it))
}

fn chosen(diagnostics: &[Diagnostic], most: usize) -> Vec<&Diagnostic> {
    let mut chosen: Vec<_> = diagnostics.iter().enumerate().collect();
    if chosen.len() > most {
        chosen.sort_by_key(|(_, it)| it.severity);
        chosen.truncate(most);
        chosen.sort_by_key(|(n, _)| *n);
    }
    chosen.into_iter().map(|(_, it)| it).collect()
}

fn left_out(diagnostics: &[Diagnostic], shown: &[&Diagnostic]) -> String {
    let count = |severity, word: &str| {
        let all = diagnostics.iter().filter(|it| it.severity == severity).count();
        let more = all - shown.iter().filter(|it| it.severity == severity).count();
        (more > 0).then(|| format!("{more} more {word}{}", if more == 1 { "" } else { "s" }))
    };
    let counts = [count(Severity::Error, "error"), count(Severity::Warning, "warning")];
    let counts: Vec<_> = counts.into_iter().flatten().collect();
    if counts.is_empty() { String::new() } else { format!("… and {}", counts.join(" and ")) }
}

fn group<'d>(sources: &HashMap<&str, &Source>, diagnostic: &'d Diagnostic) -> Group<'d> {
    let Diagnostic { code, severity, message, primary, related, also: _, help } = diagnostic;
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(visible(message)).id(*code));
    for file in files(primary, related) {
        let labels: Vec<_> =
            std::iter::once(primary).chain(related).filter(|it| it.span.file == file.span.file).collect();
        let excerpts = sources.get(&*file.span.file).map(|it| excerpts(it, &labels)).unwrap_or_default();
        if excerpts.is_empty() {
            group = labels.iter().fold(group, |group, it| group.element(origin(it)));
        }
        for excerpt in excerpts {
            group = group.elements(elements(excerpt, primary));
        }
    }
    if let Some(uses) = uses(diagnostic, &|it| visible(&it.to_string()).into_owned()) {
        group = group.element(Level::NOTE.message(uses));
    }
    match help {
        Some(help) => group.element(Level::HELP.message(visible(help))),
        None => group,
    }
}

/// The first label of each file, that of the primary place first.
fn files<'d>(primary: &'d Label, related: &'d [Label]) -> Vec<&'d Label> {
    let mut files = vec![primary];
    for it in related {
        if files.iter().all(|file| file.span.file != it.span.file) {
            files.push(it);
        }
    }
    files
}

fn elements<'d>(excerpt: Excerpt<'d>, primary: &Label) -> Vec<Element<'d>> {
    let Excerpt { line, text, cut, labels } = excerpt;
    let is_primary = |it: &Label| std::ptr::eq(it, primary);
    let head = labels.iter().map(|(_, it)| *it).find(|it| is_primary(it)).or(labels.first().map(|(_, it)| *it));
    let annotation = |(range, label): (_, &'d Label)| -> Annotation<'d> {
        let kind = if is_primary(label) { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(range);
        if label.text.is_empty() { annotation } else { annotation.label(visible(&label.text)) }
    };
    let snippet = Snippet::source(text).line_start(line).annotations(labels.into_iter().map(annotation));
    match head {
        Some(head) if cut => vec![origin(head).into(), snippet.into()],
        Some(head) => vec![snippet.path(visible(&head.span.file)).into()],
        None => vec![snippet.into()],
    }
}

fn origin(label: &Label) -> Origin<'_> {
    let span = &label.span;
    let path = Origin::path(visible(&span.file));
    if span.is_option() { path } else { path.line(span.line as usize).char_column(span.column as usize) }
}
