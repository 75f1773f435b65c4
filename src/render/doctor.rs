//! What `doctor` finds, line by line and as JSON.

use std::fmt::Write as _;

use anstyle::Style;
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::style::{CHANGE, CREATE, QUIET, REMOVE, STRONG, styled};
use super::{counted, json::write, visible};
use crate::doctor::{Check, CheckResult, Level};

/// Columns before the words of a finding.
const INDENT: usize = 21;
/// Columns that the words take, before they go on in the next line.
const WIDTH: usize = 90;

/// One finding, and what to do about it where there is something to do.
pub fn finding(CheckResult { check, level, message, help }: &CheckResult) -> String {
    let mut out = String::new();
    let level = styled(style(*level), format!("{level:<7}"));
    let check = styled(STRONG, format!("{check:<10}"));
    let mut lines = wrapped(message).into_iter();
    let _ = writeln!(out, "{level}  {check}  {}", lines.next().unwrap_or_default());
    for line in lines {
        let _ = writeln!(out, "{:INDENT$}{line}", "");
    }
    for (at, line) in help.iter().flat_map(|it| wrapped(it)).enumerate() {
        let mark = if at == 0 { "help:" } else { "     " };
        let _ = writeln!(out, "{:INDENT$}{} {line}", "", styled(QUIET, mark));
    }
    out
}

/// A text in lines. Where there are backticks, what stands between two of them stays together: somebody may copy it.
fn wrapped(text: &str) -> Vec<String> {
    let text = visible(text);
    let mut lines: Vec<String> = Vec::new();
    let mut quoted = false;
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if quoted || line.width() + 1 + word.width() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
        quoted ^= word.matches('`').count() % 2 == 1;
    }
    lines
}

/// How it went, and what was not looked at.
pub fn closing(findings: &[CheckResult]) -> String {
    let count = |level| findings.iter().filter(|it| it.level == level).count();
    let (problems, warnings) = (count(Level::Problem), count(Level::Warning));
    let parts = [(problems, ["problem", "problems"]), (warnings, ["warning", "warnings"])];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts.map(|(count, words)| counted(count, words)).collect();
    let verdict = if parts.is_empty() { "all is well".to_owned() } else { parts.join(", ") };
    let missing = missing(findings);
    let missing = if missing.is_empty() { String::new() } else { format!("; not looked at: {}", missing.join(", ")) };
    format!("\n{verdict}{missing}\n")
}

fn missing(findings: &[CheckResult]) -> Vec<String> {
    let seen = |check: &Check| findings.iter().any(|it| it.check == *check);
    Check::ALWAYS.iter().filter(|it| !seen(it)).map(ToString::to_string).collect()
}

fn style(level: Level) -> Style {
    match level {
        Level::Ok => CREATE,
        Level::Warning => CHANGE,
        Level::Problem => REMOVE.bold(),
    }
}

#[derive(Debug, Serialize)]
struct DoctorDocument<'a> {
    version: u8,
    findings: Vec<CheckRow<'a>>,
    /// What something found before stood in the way of.
    not_checked: Vec<String>,
}

#[derive(Debug, Serialize)]
struct CheckRow<'a> {
    check: String,
    /// `ok`, `warning` or `problem`.
    level: String,
    message: &'a str,
    /// `null` where there is nothing to do.
    help: Option<&'a str>,
}

/// All findings as JSON, version 1. It may grow; what is there keeps its name and its meaning.
pub fn json(findings: &[CheckResult]) -> String {
    let not_checked = missing(findings).iter().map(|it| it.to_lowercase()).collect();
    write(&DoctorDocument { version: 1, findings: findings.iter().map(CheckRow::from).collect(), not_checked })
}

impl<'a> From<&'a CheckResult> for CheckRow<'a> {
    fn from(CheckResult { check, level, message, help }: &'a CheckResult) -> Self {
        let check = check.to_string().to_lowercase();
        Self { check, level: level.to_string(), message, help: help.as_deref() }
    }
}
