//! Who has access, as text, CSV, Markdown and JSON.

use jiff::Timestamp;
use serde::Serialize;

use super::csv::{cell, line};
use super::markdown::escape::code;
use super::style::{PLAIN, QUIET, STRONG};
use super::{dates, json, table, visible};
use crate::access::AccessRow;

const HEADER: [&str; 14] = [
    "username",
    "full_name",
    "resource",
    "offering",
    "role",
    "since",
    "by",
    "commit",
    "reason",
    "until",
    "declared_at",
    "groups",
    "protected",
    "deactivated",
];

/// The cells of a row, as they are; instants as programs read them.
fn cells(row: &AccessRow) -> [String; 14] {
    let instant = |it: Option<Timestamp>| it.as_ref().map(Timestamp::to_string).unwrap_or_default();
    [
        row.username.clone(),
        row.full_name.clone(),
        row.resource.clone(),
        row.offering.clone(),
        row.role.clone(),
        instant(row.since),
        row.by.clone().unwrap_or_default(),
        row.commit.clone().unwrap_or_default(),
        row.reason.clone(),
        instant(row.until),
        row.declared_at.clone(),
        row.groups.clone(),
        row.protected.to_string(),
        row.deactivated.map(|it| it.to_string()).unwrap_or_default(),
    ]
}

/// For people.
pub fn text(rows: &[AccessRow]) -> String {
    let mut out = String::new();
    if rows.is_empty() {
        return out;
    }
    let heading = ["OFFERING", "RESOURCE", "ROLE", "USER", "NAME", "SINCE", "UNTIL", "DECLARED AT", ""];
    let heading = heading.map(|it| (STRONG, it.to_owned()));
    let line = |row: &AccessRow| {
        let name = |it: &str| visible(it).into_owned();
        let day = |it: Option<Timestamp>| it.map(|it| it.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
        let declared = if row.declared_at.is_empty() { "not declared" } else { &row.declared_at };
        [
            (QUIET, name(&row.offering)),
            (PLAIN, name(&row.resource)),
            (PLAIN, name(&row.role)),
            (PLAIN, name(&row.username)),
            (QUIET, name(&row.full_name)),
            (PLAIN, day(row.since)),
            (PLAIN, row.until.map(dates::end).unwrap_or_default()),
            (PLAIN, name(declared)),
            (QUIET, name(&notes(row).join(" · "))),
        ]
    };
    let lines: Vec<_> = std::iter::once(heading).chain(rows.iter().map(line)).collect();
    table::write(&mut out, "", &lines);
    out
}

fn notes(row: &AccessRow) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend((!row.reason.is_empty()).then(|| row.reason.clone()));
    notes.extend((!row.groups.is_empty()).then(|| format!("via {}", row.groups)));
    notes.extend(row.by.as_ref().map(|it| format!("by {it}")));
    notes.extend(row.commit.as_ref().map(|it| format!("commit {it}")));
    notes.extend(row.protected.then(|| "protected".to_owned()));
    notes.extend((row.deactivated == Some(true)).then(|| "deactivated".to_owned()));
    notes
}

/// For spreadsheets.
pub fn csv(rows: &[AccessRow]) -> String {
    let mut out = String::new();
    line(&mut out, &HEADER.map(str::to_owned));
    for row in rows {
        line(&mut out, &cells(row).map(|it| cell(&it)));
    }
    out
}

/// For an issue or a wiki.
pub fn markdown(rows: &[AccessRow]) -> String {
    let line = |cells: [String; 14]| format!("| {} |\n", cells.join(" | "));
    let mut out = line(HEADER.map(|it| it.replace('_', " ")));
    out.push_str(&line([(); 14].map(|()| "---".to_owned())));
    for row in rows {
        out.push_str(&line(cells(row).map(|it| escaped(&it))));
    }
    out
}

/// Text as code, so that it does nothing but stand there; a bar would end the cell.
fn escaped(text: &str) -> String {
    if text.is_empty() { String::new() } else { code(text).replace('|', "\\|") }
}

/// For programs.
pub fn json(rows: &[AccessRow]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        format: &'static str,
        version: u32,
        rows: &'a [AccessRow],
    }
    json::write(&Document { format: "grantsync-review", version: 1, rows })
}
