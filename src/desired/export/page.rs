//! Lines of a file.

use unicode_width::UnicodeWidthStr as _;

use super::blocks::{Block, BlockEntry};
use super::written::{Writer, Written};
use crate::desired::scalar::printable;

/// A list in brackets goes no further than this; a longer one has an item a line, where a change is a line, too.
const COLUMNS: usize = 100;

/// A line that says something to people. `text` may hold anything, and stays on that line.
pub(super) fn comment(text: &str) -> String {
    format!("# {}\n", printable(text))
}

/// The entries of resources, with a blank line between resources.
pub(super) fn entries(blocks: &[Block<'_>], writer: &Writer<'_>) -> String {
    let block = |block: &Block<'_>| -> String { block.entries.iter().map(|it| entry(block, it, writer)).collect() };
    let blocks: Vec<_> = blocks.iter().map(block).collect();
    blocks.join("\n")
}

fn entry(block: &Block<'_>, BlockEntry { roles, users }: &BlockEntry, writer: &Writer<'_>) -> String {
    let resource = writer.resource(block.resource);
    let roles = roles.iter().map(|it| writer.role(*it, block.resource));
    let users = users.iter().map(|it| writer.user(*it));
    let mut text = one("  - ", "resource", &resource);
    text += &one_or_more("    ", ("role", "roles"), roles.collect());
    text += &one_or_more("    ", ("user", "users"), users.collect());
    text
}

fn one_or_more(indent: &str, (one_key, many): (&str, &str), values: Vec<Written>) -> String {
    match values.as_slice() {
        [value] => one(indent, one_key, value),
        _ => list(indent, many, values.into_iter()),
    }
}

/// `key: value`, with its comment.
fn one(indent: &str, key: &str, value: &Written) -> String {
    format!("{indent}{key}: {}\n", with_comment(value))
}

/// `key: […]` where that fits into a line and nothing has a comment, else with an item a line.
pub(super) fn list(indent: &str, key: &str, values: impl Iterator<Item = Written>) -> String {
    let values: Vec<_> = values.collect();
    let items: Vec<_> = values.iter().map(|it| it.value.as_str()).collect();
    let line = format!("{indent}{key}: [{}]", items.join(", "));
    if line.width() <= COLUMNS && values.iter().all(|it| it.comment.is_none()) {
        return line + "\n";
    }
    values.iter().fold(format!("{indent}{key}:\n"), |text, it| text + &format!("{indent}  - {}\n", with_comment(it)))
}

fn with_comment(Written { value, comment }: &Written) -> String {
    match comment {
        Some(comment) => format!("{value}  # {comment}"),
        None => value.clone(),
    }
}
