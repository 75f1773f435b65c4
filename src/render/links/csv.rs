//! Links as CSV, by RFC 4180: for spreadsheets. Programs read JSON.

use super::ListedLink;
use crate::render::csv::{cell, line};
use crate::snapshot::NamedLink;

const HEADER: [&str; 12] = [
    "link_id",
    "offering",
    "resource",
    "role",
    "username",
    "full_name",
    "duplicate",
    "terminated",
    "offering_id",
    "resource_id",
    "role_id",
    "user_id",
];

pub(super) fn document(entries: &[ListedLink<'_>]) -> String {
    let mut out = String::new();
    line(&mut out, &HEADER.map(str::to_owned));
    for entry in entries {
        let ListedLink { row, resource: found, duplicate } = entry;
        let NamedLink { link, resource, role, username, full_name } = row;
        let cells = [
            link.id.to_string(),
            cell(entry.offering()),
            cell(resource),
            cell(role),
            cell(username),
            cell(full_name),
            duplicate.to_string(),
            found.map(|it| it.terminated.to_string()).unwrap_or_default(),
            found.map(|it| it.offering.to_string()).unwrap_or_default(),
            link.binding.resource.to_string(),
            link.binding.role.to_string(),
            link.binding.user.to_string(),
        ];
        line(&mut out, &cells);
    }
    out
}
