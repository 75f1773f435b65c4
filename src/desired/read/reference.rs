//! How a file names one thing.

use uuid::Uuid;

use super::kind::ReferenceKind;
use super::text::{Subject, noun, text};
use super::url::{is_url, url};
use super::{Fields, FileReader, Shape};
use crate::binding::parse_uuid;
use crate::desired::codes;
use crate::desired::document::{Reference, Selector};
use crate::desired::quote::Quoted;
use crate::desired::yaml::{Node, Value};

const OFFERING: Shape =
    Shape { what: "an offering", keys: &["uuid", "name"], meant: &[("id", "uuid")], elsewhere: &[] };
const PROJECT: Shape = Shape { what: "a project", keys: &["uuid", "name"], meant: &[("id", "uuid")], elsewhere: &[] };
const RESOURCE: Shape = Shape {
    what: "a resource",
    keys: &["uuid", "name", "offering", "project"],
    meant: &[("id", "uuid")],
    elsewhere: &[
        ("organisation", "name the project, not the organisation: `{name: …, project: …}`"),
        ("organization", "name the project, not the organization: `{name: …, project: …}`"),
        ("customer", "name the project, not the organisation: `{name: …, project: …}`"),
    ],
};
const ROLE: Shape = Shape {
    what: "a role",
    keys: &["uuid", "name"],
    meant: &[("id", "uuid")],
    elsewhere: &[("offering", "the offering is that of the resource; write it there")],
};
const USER: Shape = Shape {
    what: "a user",
    keys: &["uuid", "username"],
    meant: &[("id", "uuid"), ("name", "username"), ("user", "username")],
    elsewhere: &[("group", "a binding names its groups under `groups`")],
};

/// One thing: a bare text, or a mapping that says which form it is.
pub(super) fn reference(
    cx: &mut FileReader<'_>,
    subject: Subject<'_>,
    node: &Node<'_>,
    kind: ReferenceKind,
) -> Option<Reference> {
    match &node.value {
        Value::Map(_) => explicit(cx, node, kind),
        Value::List(_) => {
            cx.push(
                cx.error(
                    codes::WRONG_TYPE,
                    node.place,
                    format!("{subject} must name {}, not {}", kind.noun(), noun(node)),
                )
                .help(several(subject, kind)),
            );
            None
        }
        _ => {
            let text = text(cx, subject, node)?;
            if is_pattern(text) {
                cx.push(
                    cx.error(
                        codes::PATTERN_NOT_ALLOWED,
                        node.place,
                        format!("{subject} must name {}, not a pattern", kind.noun()),
                    )
                    .help(format!("if `*` belongs to the name, write `{{{}: \"…\"}}`", kind.name())),
                );
                return None;
            }
            bare(cx, node, text, kind)
        }
    }
}

/// One thing, or a pattern.
pub(super) fn selector(
    cx: &mut FileReader<'_>,
    subject: Subject<'_>,
    node: &Node<'_>,
    kind: ReferenceKind,
) -> Option<Selector> {
    match node.scalar() {
        Some(pattern) if is_pattern(pattern) => {
            let pattern = text(cx, subject, node)?.into();
            Some(Selector::Pattern { span: cx.span(node.place), pattern })
        }
        _ => reference(cx, subject, node, kind).map(Selector::One),
    }
}

fn is_pattern(text: &str) -> bool {
    text.contains('*') && !is_url(text)
}

/// Whether bare text is taken for a name: it is neither a UUID nor a URL nor a pattern.
pub(in crate::desired) fn is_name(text: &str) -> bool {
    parse_uuid(text).is_none() && !is_url(text) && !text.contains('*')
}

/// A UUID, a URL, or else a name.
fn bare(cx: &mut FileReader<'_>, node: &Node<'_>, text: &str, kind: ReferenceKind) -> Option<Reference> {
    let id = match parse_uuid(text) {
        Some(id) => Some(id),
        None if is_url(text) => Some(url(cx, node, text, kind)?),
        None => None,
    };
    let span = cx.span(node.place);
    Some(id.map_or_else(|| Reference::by_name(span.clone(), text), |id| Reference::by_id(span.clone(), id)))
}

fn explicit(cx: &mut FileReader<'_>, node: &Node<'_>, kind: ReferenceKind) -> Option<Reference> {
    let fields = Fields::read(cx, node, shape(kind))?;
    let key = |key| fields.get(key).map(|(_, value)| value);
    let id = key("uuid").map(|it| uuid(cx, it));
    let name = key(kind.name()).map(|it| text(cx, Subject::Key(kind.name()), it));
    let offering = key("offering").map(|it| reference(cx, Subject::Key("offering"), it, ReferenceKind::Offering));
    let project = key("project").map(|it| reference(cx, Subject::Key("project"), it, ReferenceKind::Project));
    if id.is_none() && name.is_none() {
        if !fields.has_unknown() {
            let message = format!("{} is named by neither `uuid` nor `{}`", kind.noun(), kind.name());
            cx.push(cx.error(codes::MISSING_KEY, node.place, message).help("give at least one of the two"));
        }
        return None;
    }
    Some(Reference {
        span: cx.span(node.place),
        id: if_good(id)?,
        name: if_good(name)?.map(Into::into),
        offering: if_good(offering)?.map(Box::new),
        project: if_good(project)?.map(Box::new),
    })
}

/// What was there, if anything; `None` when it was there and was no good.
#[expect(clippy::option_option, reason = "absent and no good are two things")]
fn if_good<T>(it: Option<Option<T>>) -> Option<Option<T>> {
    match it {
        Some(it) => it.map(Some),
        None => Some(None),
    }
}

fn uuid(cx: &mut FileReader<'_>, node: &Node<'_>) -> Option<Uuid> {
    let text = text(cx, Subject::Key("uuid"), node)?;
    let id = parse_uuid(text);
    if id.is_none() {
        let found = cx.error(codes::MALFORMED_UUID, node.place, format!("this is no UUID: {}", Quoted(text)));
        cx.push(found.help(if is_url(text) {
            "write the URL alone, in place of the mapping"
        } else {
            "a UUID has 32 hex digits, or 8-4-4-4-12 with dashes"
        }));
    }
    id
}

fn several(subject: Subject<'_>, kind: ReferenceKind) -> String {
    match (subject, kind) {
        (Subject::Key(_), ReferenceKind::Offering) => "a resource has one offering".to_owned(),
        (Subject::Key(_), ReferenceKind::Project) => "a resource has one project".to_owned(),
        (Subject::Key(key), _) => format!("write `{key}s` to name several"),
        (Subject::Item(_) | Subject::Name, _) => "write its items one by one".to_owned(),
    }
}

fn shape(kind: ReferenceKind) -> &'static Shape {
    match kind {
        ReferenceKind::Offering => &OFFERING,
        ReferenceKind::Project => &PROJECT,
        ReferenceKind::Resource => &RESOURCE,
        ReferenceKind::Role => &ROLE,
        ReferenceKind::User => &USER,
    }
}
