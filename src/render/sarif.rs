//! SARIF 2.1.0: findings for code scanning and editors.
//!
//! The format: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. Section numbers below are its own.

use std::collections::BTreeMap;

use serde::Serialize;

use super::findings::{self, Finding, Level, end_column, findings};
use super::forge::{encoded, path};
use super::{Shown, json};
use crate::diagnostic::{Source, Span};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    invocations: [Invocation; 1],
    /// Columns are counted in characters.
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    default_configuration: Configuration,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Debug, Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'a str, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Debug, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

/// One run, with every finding. What could not be done at all is no result but a failed invocation; and no result is
/// what somebody has accepted, or code scanning would raise it again and again.
pub(super) fn render(shown: &Shown<'_>) -> String {
    let failed = matches!(shown, Shown::Failed(_));
    let (notifications, found): (Vec<_>, Vec<_>) =
        findings(shown).into_iter().partition(|it| failed || it.level == Level::Note);
    let mut rules = BTreeMap::new();
    for it in &found {
        // Errors come first, so a rule has the level of the worst that it says.
        rules.entry(it.rule.id).or_insert((it.rule, it.level));
    }
    let index: BTreeMap<_, _> = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let notify = |it: &Finding<'_>| Notification { level: level(it.level), message: message(it) };
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "grantsync",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: rules.values().map(|(it, level)| rule(*it, *level)).collect(),
            },
        },
        invocations: [Invocation {
            execution_successful: !failed,
            tool_execution_notifications: notifications.iter().map(notify).collect(),
        }],
        column_kind: "unicodeCodePoints",
        results: found.iter().map(|it| outcome(it, index[it.rule.id], shown)).collect(),
    };
    json::write(&Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [run],
    })
}

fn rule(rule: findings::Rule, level: Level) -> Rule {
    let level = self::level(level);
    Rule { id: rule.id, short_description: text(&rule.about()), default_configuration: Configuration { level } }
}

fn outcome<'a>(finding: &Finding<'_>, rule_index: usize, shown: &Shown<'_>) -> Outcome<'a> {
    let Finding { rule, level, message: _, help: _, span, related, fingerprint, .. } = finding;
    let sources = shown.sources();
    let place = span.and_then(|it| location(it, sources, ""));
    // Code scanning refuses what has no place.
    let locations = place.or_else(|| shown.home().map(beginning)).into_iter().collect();
    Outcome {
        rule_id: rule.id,
        rule_index,
        level: self::level(*level),
        message: message(finding),
        locations,
        related_locations: related.iter().filter_map(|it| location(&it.span, sources, &it.text)).collect(),
        partial_fingerprints: BTreeMap::from([("grantsync/v1", fingerprint.clone())]),
    }
}

fn location(span: &Span, sources: &[Source], label: &str) -> Option<Location> {
    let region =
        Region { start_line: span.line, start_column: Some(span.column), end_column: end_column(span, sources) };
    let physical_location = Physical { artifact_location: Artifact { uri: uri(path(&span.file)?) }, region };
    Some(Location { physical_location, message: (!label.is_empty()).then(|| text(label)) })
}

fn beginning(path: &str) -> Location {
    let region = Region { start_line: 1, start_column: None, end_column: None };
    Location { physical_location: Physical { artifact_location: Artifact { uri: uri(path) }, region }, message: None }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn message(Finding { message, help, .. }: &Finding<'_>) -> Message {
    text(&help.as_ref().map_or_else(|| message.clone(), |help| format!("{message}\nhelp: {help}")))
}

/// Text as it is meant: braces would be placeholders (3.11.5), brackets links (3.11.6).
fn text(plain: &str) -> Message {
    let mut text = String::with_capacity(plain.len() + 8);
    for it in plain.chars() {
        match it {
            '{' => text.push_str("{{"),
            '}' => text.push_str("}}"),
            '[' | ']' | '\\' => text.extend(['\\', it]),
            other => text.push(other),
        }
    }
    Message { text }
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    format!("{}{}", if path.starts_with('/') { "file://" } else { "" }, encoded(path))
}
