//! What happened, as text, CSV, JSON, and as bindings to paste back.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

use super::csv::{cell, line};
use super::style::{CREATE, HOLD, PLAIN, QUIET, REMOVE, styled};
use super::{dates, json, visible};
use crate::history::{Fact, FactKind, FactOutcome, FactSource};
use crate::journal::Request;
use crate::plan::Why;

/// For people: each fact in two lines.
pub fn text(facts: &[Fact]) -> String {
    let mut out = String::new();
    for fact in facts {
        let (sign, style) = match fact.what {
            FactKind::Created => ('+', CREATE),
            FactKind::EndChanged => ('~', PLAIN),
            FactKind::Removed => ('-', REMOVE),
        };
        let (what, style) = match &fact.outcome {
            FactOutcome::Done => (fact.what.label().to_owned(), style),
            other => (format!("{}: {}", fact.what.label(), other.label()), HOLD),
        };
        let offering = fact.offering.as_ref().filter(|it| !it.is_empty()).map(|it| format!(" ({})", visible(it)));
        let who = format!("{}: {} on {}", visible(&fact.user), visible(&fact.role), visible(&fact.resource));
        let until = fact.until.map(|it| format!(" until {}", dates::end(it))).unwrap_or_default();
        let at = fact.at.strftime("%Y-%m-%d %H:%M:%S UTC");
        let shown = format!("{sign} {who}{}{until}", offering.unwrap_or_default());
        let _ = writeln!(out, "{at}  {}  {what}", styled(style, &shown));
        let _ = writeln!(out, "    {}", styled(QUIET, &details(fact)));
    }
    out
}

/// Why, by whom, and who says so.
fn details(fact: &Fact) -> String {
    let mut parts: Vec<String> = fact.outcome.message().into_iter().map(str::to_owned).collect();
    parts.extend(fact.why.clone());
    parts.extend(fact.requests.iter().map(request));
    parts.extend(fact.approval.clone());
    parts.extend(fact.commit().map(|it| format!("commit {it}")));
    parts.push(format!("by {}", fact.by.as_deref().unwrap_or("the server")));
    parts.extend(fact.address.as_ref().map(|it| format!("from {it}")));
    parts.extend(fact.pass.as_ref().map(|it| format!("pass {} ({})", it.pass, it.trigger)));
    let shown = parts.iter().map(|it| visible(it).into_owned()).collect::<Vec<_>>().join(" · ");
    format!("{shown} · [{}]", sources(fact, ", "))
}

fn request(Request { at, groups, reason }: &Request) -> String {
    let groups = if groups.is_empty() { String::new() } else { format!(" via {}", groups.join(" → ")) };
    let reason = reason.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
    format!("{at}{groups}{reason}")
}

fn sources(fact: &Fact, between: &str) -> String {
    fact.sources.iter().map(|it| FactSource::label(*it)).collect::<Vec<_>>().join(between)
}

const HEADER: [&str; 20] = [
    "time",
    "what",
    "result",
    "username",
    "role",
    "resource",
    "offering",
    "until",
    "by",
    "why",
    "declared_at",
    "approval",
    "commit",
    "pass",
    "sources",
    "message",
    "link_id",
    "resource_id",
    "role_id",
    "user_id",
];

/// For spreadsheets.
pub fn csv(facts: &[Fact]) -> String {
    let mut out = String::new();
    line(&mut out, &HEADER.map(str::to_owned));
    for fact in facts {
        let text = |it: Option<&str>| cell(it.unwrap_or_default());
        let requests = fact.requests.iter().map(request).collect::<Vec<_>>().join("; ");
        let cells = [
            fact.at.to_string(),
            fact.what.label().to_owned(),
            fact.outcome.label().to_owned(),
            cell(&fact.user),
            cell(&fact.role),
            cell(&fact.resource),
            text(fact.offering.as_deref()),
            fact.until.as_ref().map(Timestamp::to_string).unwrap_or_default(),
            text(fact.by.as_deref()),
            text(fact.why.as_deref()),
            cell(&requests),
            text(fact.approval.as_deref()),
            text(fact.commit()),
            text(fact.pass.as_ref().map(|it| it.pass.as_str())),
            sources(fact, "; "),
            text(fact.outcome.message()),
            fact.link.map(|it| it.to_string()).unwrap_or_default(),
            fact.ids.map(|it| it.resource.to_string()).unwrap_or_default(),
            fact.ids.map(|it| it.role.to_string()).unwrap_or_default(),
            fact.ids.map(|it| it.user.to_string()).unwrap_or_default(),
        ];
        line(&mut out, &cells);
    }
    out
}

/// For programs.
pub fn json(facts: &[Fact]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        format: &'static str,
        version: u32,
        facts: &'a [Fact],
    }
    json::write(&Document { format: "grantsync-history", version: 1, facts })
}

/// Removed links as bindings, each once.
pub fn yaml(facts: &[Fact]) -> String {
    // YAML reads a text that is quoted for JSON.
    let quoted = |it: &str| json::write(&it).trim_end().to_owned();
    let mut out = "bindings:\n".to_owned();
    let mut seen = BTreeSet::new();
    let gone = facts.iter().rev().filter(|it| it.what == FactKind::Removed && it.outcome == FactOutcome::Done);
    // Whoever had a duplicate still has access.
    let duplicate = Why::Duplicate.to_string();
    let gone = gone.filter(|it| it.why.as_ref() != Some(&duplicate));
    for fact in gone.filter(|it| seen.insert((&it.resource, &it.offering, &it.role, &it.user))) {
        let offering = fact.offering.as_ref().filter(|it| !it.is_empty());
        let offering = offering.map(|it| format!(", offering: {}", quoted(it))).unwrap_or_default();
        let until = fact.until.map(|it| format!(", until: {it}")).unwrap_or_default();
        let by = fact.by.as_deref().unwrap_or("the server");
        let _ = writeln!(out, "  # removed {} by {}", dates::instant(fact.at), visible(by));
        let _ = writeln!(
            out,
            "  - {{resource: {{name: {}{offering}}}, role: {{name: {}}}, user: {{username: {}}}{until}}}",
            quoted(&fact.resource),
            quoted(&fact.role),
            quoted(&fact.user),
        );
    }
    if seen.is_empty() {
        out.truncate(out.len() - 1);
        out.push_str(" []\n");
    }
    out
}
