//! `groups`: lists of users, and groups within groups.

use super::kind::ReferenceKind;
use super::reference::reference;
use super::text::{Subject, list, text};
use super::{Fields, FileReader, Shape};
use crate::desired::codes;
use crate::desired::raw::{Group, RawDocument, RawNamed};
use crate::desired::yaml::{Node, Value};

const GROUP: Shape =
    Shape { what: "a group within a group", keys: &["group"], meant: &[("groups", "group")], elsewhere: &[] };

/// Reads all groups of a file into the draft.
pub(super) fn read(cx: &mut FileReader<'_>, node: &Node<'_>, raw: &mut RawDocument) {
    let pairs = match &node.value {
        Value::Map(pairs) => pairs,
        Value::Refused => return,
        _ if node.is_blank() => {
            cx.push(
                cx.error(codes::BLANK, node.place, "`groups` is blank")
                    .help("write a line `name: [user, …]` for each group, or remove the key"),
            );
            return;
        }
        _ => {
            cx.push(
                cx.error(codes::WRONG_TYPE, node.place, "`groups` must be a mapping of names to lists")
                    .help("write a line `name: [user, …]` for each group"),
            );
            return;
        }
    };
    for (key, members) in pairs {
        if let Some(name) = text(cx, Subject::Name, key) {
            let name = RawNamed { name: name.into(), span: cx.span(key.place) };
            let group = group(cx, name, members);
            raw.groups.push(group);
        }
    }
}

fn group(cx: &mut FileReader<'_>, name: RawNamed, members: &Node<'_>) -> Group {
    let mut group = Group { name, users: Vec::new(), groups: Vec::new(), items: 0 };
    let key = group.name.name.clone();
    let items = list(cx, Subject::Key(&key), members);
    // What is no list may have somebody in it.
    group.items = items.map_or(1, <[_]>::len);
    for item in items.unwrap_or_default() {
        if names_group(item) {
            group.groups.extend(inner(cx, item));
        } else {
            group.users.extend(reference(cx, Subject::Item(&key), item, ReferenceKind::User));
        }
    }
    group
}

/// Whether an item is a group and not a user: `{group: …}`.
fn names_group(item: &Node<'_>) -> bool {
    let Value::Map(pairs) = &item.value else { return false };
    pairs.iter().any(|(key, _)| matches!(key.scalar(), Some("group" | "groups")))
}

fn inner(cx: &mut FileReader<'_>, item: &Node<'_>) -> Option<RawNamed> {
    let (_, value) = Fields::read(cx, item, &GROUP)?.get("group")?;
    Some(RawNamed { name: text(cx, Subject::Key("group"), value)?.into(), span: cx.span(item.place) })
}
