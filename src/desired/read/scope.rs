//! `scope`.

use super::kind::ReferenceKind;
use super::reference::selector;
use super::text::{Subject, list};
use super::{Fields, FileReader, Shape};
use crate::desired::codes;
use crate::desired::document::{Kinds, Scope, Selector};
use crate::desired::quote::Quoted;
use crate::desired::yaml::{Node, Value};

const SCOPE: Shape = Shape {
    what: "a scope",
    keys: &["offerings", "resources", "roles", "users", "exclude"],
    meant: &[],
    elsewhere: &[("all", "write `scope: all`")],
};

const EXCLUDE: Shape =
    Shape { what: "`exclude`", keys: &["offerings", "resources", "roles", "users"], meant: &[], elsewhere: &[] };

/// `all`, or kinds less `exclude`.
pub(super) fn scope(cx: &mut FileReader<'_>, key: &Node<'_>, node: &Node<'_>) -> Option<Scope> {
    let span = cx.span(key.place);
    match node.scalar() {
        Some("all") => return Some(Scope { span, include: Kinds::default(), exclude: Kinds::default() }),
        _ if node.is_blank() => {
            empty(cx, key, "`scope` is blank");
            return None;
        }
        Some(word) => {
            let found = cx.error(codes::UNKNOWN_VALUE, node.place, format!("unknown scope: {}", Quoted(word)));
            cx.push(found.help("write `all`, or a mapping such as `{offerings: [HPC]}`"));
            return None;
        }
        None => {}
    }
    let fields = Fields::read(cx, node, &SCOPE)?;
    if fields.is_empty() {
        empty(cx, key, "`scope` names nothing");
        return None;
    }
    let include = kinds(cx, &fields, "all of them are in");
    let exclude = match fields.get("exclude") {
        Some((key, value)) => exclude(cx, key, value)?,
        None => Kinds::default(),
    };
    Some(Scope { span, include, exclude })
}

fn empty(cx: &mut FileReader<'_>, key: &Node<'_>, message: &str) {
    cx.push(
        cx.error(codes::EMPTY_SCOPE, key.place, message)
            .help("write `scope: all` if everything is to be in, or remove the key"),
    );
}

fn exclude(cx: &mut FileReader<'_>, key: &Node<'_>, node: &Node<'_>) -> Option<Kinds> {
    let nothing = node.is_blank();
    let fields = if nothing { None } else { Some(Fields::read(cx, node, &EXCLUDE)?) };
    match fields {
        Some(fields) if !fields.is_empty() => Some(kinds(cx, &fields, "none of them is out")),
        _ => {
            cx.push(cx.error(codes::EMPTY_SCOPE, key.place, "`exclude` names nothing").help("remove the key"));
            None
        }
    }
}

fn kinds(cx: &mut FileReader<'_>, fields: &Fields<'_, '_>, nothing: &str) -> Kinds {
    let mut selectors = |name: &'static str, kind| {
        let (key, value) = fields.get(name)?;
        if value.is_blank() || value.value == Value::List(Vec::new()) {
            cx.push(
                cx.error(codes::EMPTY_LIST, key.place, format!("`{name}` names nothing"))
                    .help(format!("remove the key if {nothing}")),
            );
            return None;
        }
        let items = list(cx, Subject::Key(name), value)?;
        Some(items.iter().filter_map(|it| selector(cx, Subject::Item(name), it, kind)).collect::<Vec<Selector>>())
    };
    Kinds {
        offerings: selectors("offerings", ReferenceKind::Offering),
        resources: selectors("resources", ReferenceKind::Resource),
        roles: selectors("roles", ReferenceKind::Role),
        users: selectors("users", ReferenceKind::User),
    }
}
