//! Workflow commands of GitHub Actions: findings as annotations of the changed lines.
//!
//! The syntax: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>. What has to be
//! escaped is told only by the toolkit of GitHub itself: `%`, CR and LF everywhere, and `:` and `,` in properties.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::findings::{Finding, Level, Priority, SUMMARY, end_column, findings};
use super::forge::path;
use super::{Shown, grouped};
use crate::diagnostic::Source;

/// More risks of one rule than this are one annotation: GitHub shows ten warnings of a step, and no more.
const RISKS: usize = 5;

/// One command a finding; one of them sums it up.
pub(super) fn render(shown: &Shown<'_>) -> String {
    let mut out = String::new();
    let findings = findings(shown);
    for alike in findings.chunk_by(|a, b| matches!(a.kind, Priority::Risk(_)) && a.kind == b.kind) {
        if alike.len() > RISKS {
            count(&mut out, alike);
            continue;
        }
        for finding in alike {
            annotate(&mut out, finding, shown.sources());
        }
    }
    out
}

/// Many of one rule: how many, and the first few.
fn count(out: &mut String, alike: &[Finding<'_>]) {
    const SHOWN: usize = 3;
    let shown: Vec<_> = alike.iter().take(SHOWN).map(|it| &*it.message).collect();
    let (count, more) = (grouped(alike.len()), grouped(alike.len() - SHOWN));
    let title = ("title", format!("grantsync: {}", alike[0].rule.id));
    command(out, "warning", &[title], &format!("{count} of these: {}; and {more} more", shown.join("; ")));
}

fn annotate(out: &mut String, finding: &Finding<'_>, sources: &[Source]) {
    let Finding { rule, level, message, help, span, related: _, fingerprint: _, .. } = finding;
    let name = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some((span, file)) = span.and_then(|it| Some((it, path(&it.file)?))) {
        properties.push(("file", file.to_owned()));
        properties.push(("line", span.line.to_string()));
        properties.push(("col", span.column.to_string()));
        properties.extend(end_column(span, sources).map(|it| ("endColumn", it.to_string())));
    }
    let title = if *rule == SUMMARY { "grantsync".to_owned() } else { format!("grantsync: {}", rule.id) };
    properties.push(("title", title));
    let help = help.as_ref().map_or(String::new(), |it| format!("\nhelp: {it}"));
    command(out, name, &properties, &format!("{message}{help}"));
}

fn command(out: &mut String, name: &str, properties: &[(&str, String)], data: &str) {
    let properties: Vec<_> = properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    let _ = writeln!(out, "::{name} {}::{}", properties.join(","), escape(data, &['%', '\r', '\n']));
}

fn property(value: &str) -> Cow<'_, str> {
    escape(value, &['%', '\r', '\n', ':', ','])
}

fn escape<'a>(text: &'a str, special: &[char]) -> Cow<'a, str> {
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for it in text.chars() {
        if special.contains(&it) {
            let _ = write!(out, "%{:02X}", u32::from(it));
        } else {
            out.push(it);
        }
    }
    Cow::Owned(out)
}
