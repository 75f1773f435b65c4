//! Rows that the server does not show in full.

use super::words::Words;
use super::{Naming, grouped, words};
use crate::snapshot::IncompleteLink;

/// What it is about.
pub(super) const ABOUT: &str = "the server shows a link without all of its parts";
/// What to do about it.
pub(super) const HELP: &str =
    "ask who runs the server to repair it: until then, nothing that it could refer to is created or removed";
/// More than these are counted.
const SHOWN: usize = 5;

/// One line a row, in the words of a format; of many rows the first.
pub(super) fn rows(rows: &[IncompleteLink], words: Words<'_>) -> Vec<String> {
    let more = rows.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("{} more links are shown without all of their parts", grouped(more)));
    rows.iter().take(SHOWN).map(|it| row(it, words)).chain(more).collect()
}

/// The same for a terminal, with what to do about them.
pub fn incomplete(all: &[IncompleteLink], naming: &Naming<'_>) -> Vec<String> {
    let words = Words { naming, markup: words::TEXT };
    rows(all, words).into_iter().map(|it| format!("{it}; {HELP}")).collect()
}

fn row(row: &IncompleteLink, Words { naming, markup }: Words<'_>) -> String {
    let IncompleteLink { id, resource, role, user } = *row;
    let missing = [(resource.is_none(), "resource"), (role.is_none(), "role"), (user.is_none(), "user")];
    let missing: Vec<_> = missing.into_iter().filter_map(|(missing, part)| missing.then_some(part)).collect();
    let name = |it: String| (markup.name)(&it);
    let shown = [
        user.map(|it| name(naming.user(it))),
        role.map(|it| format!("as {}", name(naming.role(it)))),
        resource.map(|it| format!("on {}", name(naming.resource_in_line(it)))),
    ];
    let shown: Vec<_> = shown.into_iter().flatten().collect();
    let shown = if shown.is_empty() { String::new() } else { format!(": {}", shown.join(" ")) };
    format!("the server shows the link {id} without its {}{shown}", missing.join(" and "))
}
