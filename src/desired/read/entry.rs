//! Entries of `bindings`.

use super::kind::ReferenceKind;
use super::reference::reference;
use super::text::{Subject, list, prose, text};
use super::when::when;
use super::{Fields, FileReader, Shape};
use crate::desired::codes;
use crate::desired::document::{Entry, Life, Member, Reference};
use crate::desired::raw::{Dated, DatedItem, GroupUse, RawDocument, RawNamed};
use crate::desired::yaml::{Node, Value};

const ENTRY: Shape = Shape {
    what: "a binding",
    keys: &["resource", "resources", "role", "roles", "user", "users", "group", "groups", "from", "until", "reason"],
    meant: &[
        ("username", "user"),
        ("usernames", "users"),
        ("members", "users"),
        ("start", "from"),
        ("end", "until"),
        ("expires", "until"),
        ("comment", "reason"),
        ("description", "reason"),
    ],
    elsewhere: &[
        ("offering", "write it with the resource: `resource: {name: …, offering: …}`"),
        ("project", "write it with the resource: `resource: {name: …, project: …}`"),
    ],
};

/// Reads one entry into the draft.
pub(super) fn read(cx: &mut FileReader<'_>, node: &Node<'_>, raw: &mut RawDocument) {
    let Some(fields) = Fields::read(cx, node, &ENTRY) else { return };
    let resources = required(cx, node, &fields, ("resource", "resources"), ReferenceKind::Resource);
    let roles = required(cx, node, &fields, ("role", "roles"), ReferenceKind::Role);
    let users = either(cx, &fields, ("user", "users"), Empty::Allowed);
    let users = users.map(|it| references(cx, it, ReferenceKind::User)).unwrap_or_default();
    let groups = either(cx, &fields, ("group", "groups"), Empty::Allowed);
    let groups = groups.map(|it| names(cx, it)).unwrap_or_default();
    if !["user", "users", "group", "groups"].iter().any(|it| fields.has(it)) {
        cx.push(
            cx.error(codes::MISSING_KEY, node.place, "this binding has no user")
                .help("add `user`, `users` or `groups`; `users: []` names the resource and wants nobody"),
        );
    }
    let reason = fields.get("reason").and_then(|(_, it)| prose(cx, Subject::Key("reason"), it));
    let from = fields.get("from").and_then(|(_, it)| when(cx, "from", it));
    let until = fields.get("until").and_then(|(_, it)| when(cx, "until", it));

    let entry = resources.zip(roles).map(|(resources, roles)| {
        let member = |user| Member { user, groups: Vec::new() };
        let users = users.into_iter().map(member).collect();
        let (span, life, reason) = (cx.span(node.place), Life::default(), reason.map(Into::into));
        raw.document.entries.push(Entry { span, resources, roles, users, life, reason });
        raw.document.entries.len() - 1
    });
    raw.uses.extend(groups.into_iter().map(|group| GroupUse { entry, group }));
    if from.is_some() || until.is_some() {
        raw.dates.push(Dated { what: entry.map(DatedItem::Entry), from, until });
    }
}

/// Whether a list may name nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Empty {
    Allowed,
    Refused,
}

/// What stands under the singular or the plural of a key.
#[derive(Debug, Clone, Copy)]
struct Given<'n, 't> {
    subject: Subject<'static>,
    nodes: &'n [Node<'t>],
}

/// The references of a kind that an entry cannot be without.
fn required(
    cx: &mut FileReader<'_>,
    node: &Node<'_>,
    fields: &Fields<'_, '_>,
    (one, many): (&'static str, &'static str),
    kind: ReferenceKind,
) -> Option<Vec<Reference>> {
    if !fields.has(one) && !fields.has(many) {
        cx.push(
            cx.error(codes::MISSING_KEY, node.place, format!("this binding has no {one}"))
                .help(format!("add `{one}` or `{many}`")),
        );
    }
    either(cx, fields, (one, many), Empty::Refused).map(|it| references(cx, it, kind))
}

fn either<'n, 't>(
    cx: &mut FileReader<'_>,
    fields: &Fields<'n, 't>,
    (one, many): (&'static str, &'static str),
    empty: Empty,
) -> Option<Given<'n, 't>> {
    let (key, value) = match (fields.get(one), fields.get(many)) {
        (None, None) => return None,
        (Some((_, value)), None) => {
            return Some(Given { subject: Subject::Key(one), nodes: std::slice::from_ref(value) });
        }
        (Some((first, _)), Some((second, _))) => {
            let (first, second) =
                if first.place.start < second.place.start { (first, second) } else { (second, first) };
            cx.push(
                cx.error(codes::SINGULAR_AND_PLURAL, second.place, format!("both `{one}` and `{many}` are given"))
                    .related(cx.span(first.place), "given here already")
                    .help(format!("name all of them under `{many}`")),
            );
            return None;
        }
        (None, Some(given)) => given,
    };
    let subject = Subject::Item(many);
    if empty == Empty::Allowed && value.is_blank() {
        cx.push(
            cx.warning(codes::BLANK_LIST, key.place, format!("`{many}` is blank, and names nobody"))
                .help(format!("write `{many}: []` to say so")),
        );
        return Some(Given { subject, nodes: &[] });
    }
    let nothing = value.is_blank() || value.value == Value::List(Vec::new());
    if empty == Empty::Refused && nothing {
        cx.push(
            cx.error(codes::EMPTY_LIST, key.place, format!("`{many}` names nothing"))
                .help(format!("name at least one {one}, or remove the binding")),
        );
        return None;
    }
    let nodes = list(cx, Subject::Key(many), value)?;
    Some(Given { subject, nodes })
}

fn references(cx: &mut FileReader<'_>, given: Given<'_, '_>, kind: ReferenceKind) -> Vec<Reference> {
    // Of the right size at once: most lists hold one item, and there are many lists.
    let mut references = Vec::with_capacity(given.nodes.len());
    references.extend(given.nodes.iter().filter_map(|it| reference(cx, given.subject, it, kind)));
    references
}

fn names(cx: &mut FileReader<'_>, given: Given<'_, '_>) -> Vec<RawNamed> {
    let name = |it: &Node<'_>| Some(RawNamed { name: text(cx, given.subject, it)?.into(), span: cx.span(it.place) });
    given.nodes.iter().filter_map(name).collect()
}
