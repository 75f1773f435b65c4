//! Code Quality of GitLab: findings next to the lines of a merge request.
//!
//! The format: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>. It wants a place for
//! everything.

use serde::Serialize;

use super::findings::{Finding, Level, findings};
use super::forge::path;
use super::{Shown, json};

/// One finding, in their words.
#[derive(Debug, Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    /// Findings with the same one are taken to be the same, in another commit too.
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Debug, Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: u32,
}

/// An array of all findings.
pub(super) fn render(shown: &Shown<'_>) -> String {
    let home = shown.home().unwrap_or(".");
    let issues: Vec<_> = findings(shown).into_iter().map(|it| issue(it, home)).collect();
    json::write(&issues)
}

fn issue<'a>(finding: Finding<'a>, home: &'a str) -> Issue<'a> {
    let Finding { rule, level, message, help, span, related: _, fingerprint, .. } = finding;
    let placed = span.and_then(|it| Some((path(&it.file)?, it.line)));
    let (path, begin) = placed.unwrap_or((home, 1));
    Issue {
        description: help.map_or_else(|| message.clone(), |help| format!("{message} ({help})")),
        check_name: rule.id,
        fingerprint,
        severity: match level {
            Level::Error => "major",
            Level::Warning => "minor",
            Level::Note => "info",
        },
        location: Location { path, lines: Lines { begin } },
    }
}
