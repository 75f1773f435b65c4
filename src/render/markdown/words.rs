//! Rows and cells: what a link is called, why it goes, who asks for it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::escape::{code, prose};
use super::section::Row;
use crate::binding::{Binding, RoleId};
use crate::desired::Origin;
use crate::plan::{Removal, Why};
use crate::render::Naming;
use crate::render::dates::{end, instant};

/// One binding and a word about it.
pub(super) fn row(Binding { resource, role, user }: Binding, text: String, naming: &Naming<'_>) -> Row {
    let place = naming.resource_in_line(resource);
    Row::cells(resource, [code(&place), code(&naming.user(user)), code(&naming.role(role)), text])
}

/// In the order of names, as people look for them.
pub(super) fn by_resource(rows: impl Iterator<Item = (Binding, Row)>, naming: &Naming<'_>) -> Vec<Row> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_cached_key(|(Binding { resource, role, user }, _)| {
        (naming.offering(*resource), naming.resource(*resource), naming.user(*user), naming.role(*role))
    });
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Roles, each once, in the order of names.
pub(super) fn names(roles: impl Iterator<Item = RoleId>, naming: &Naming<'_>) -> String {
    let names: BTreeSet<_> = roles.map(|it| naming.role(it)).collect();
    let names: Vec<_> = names.iter().map(|it| code(it)).collect();
    names.join(", ")
}

/// Why something goes.
pub(super) fn why(Removal { link: _, why, origins }: &Removal) -> String {
    let ends = origins.iter().filter_map(|it| it.life.until).max();
    let begins = origins.iter().filter_map(|it| it.life.from).min();
    let word = match (why, begins, ends) {
        (Why::Ended, _, Some(ends)) => format!("ended, was until {}", end(ends)),
        (Why::NotBegun, Some(begins), _) => format!("begins {}", instant(begins)),
        _ => why.to_string(),
    };
    match origins.first() {
        Some(Origin { span, .. }) => format!("{word} · {}", code(&span.to_string())),
        None => word,
    }
}

/// The lines that ask for something: the first in full, then how many more.
pub(super) fn lines<'a>(mut lines: impl Iterator<Item = &'a Origin>) -> String {
    let Some(Origin { span, groups, life, reason }) = lines.next() else { return String::new() };
    let mut out = code(&span.to_string());
    if !groups.is_empty() {
        let groups: Vec<_> = groups.iter().map(|it| code(it)).collect();
        let _ = write!(out, " via {}", groups.join(" › "));
    }
    if let Some(until) = life.until {
        let _ = write!(out, " · until {}", end(until));
    }
    if let Some(reason) = reason {
        let _ = write!(out, " · {}", prose(reason));
    }
    match lines.count() {
        0 => out,
        more => format!("{out} · and {more} more"),
    }
}
