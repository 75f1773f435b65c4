//! `approvals`: removals that are held and may go.

use jiff::Timestamp;

use super::text::{Subject, list, prose, text};
use super::when::when;
use super::{Fields, FileReader, Shape};
use crate::desired::codes;
use crate::desired::document::Approval;
use crate::desired::quote::Quoted;
use crate::desired::raw::{Dated, DatedItem, RawDocument};
use crate::desired::yaml::Node;
use crate::digest::Digest;

const APPROVAL: Shape = Shape {
    what: "an approval",
    keys: &["held", "until", "reason"],
    meant: &[("digest", "held"), ("expires", "until"), ("comment", "reason")],
    elsewhere: &[],
};

/// Reads all approvals into the draft.
pub(super) fn read(cx: &mut FileReader<'_>, node: &Node<'_>, raw: &mut RawDocument) {
    for item in list(cx, Subject::Key("approvals"), node).unwrap_or_default() {
        approval(cx, item, raw);
    }
}

fn approval(cx: &mut FileReader<'_>, node: &Node<'_>, raw: &mut RawDocument) {
    let Some(fields) = Fields::read(cx, node, &APPROVAL) else { return };
    if !fields.has("held") {
        cx.push(
            cx.error(codes::MISSING_KEY, node.place, "this approval does not say what it approves")
                .help("add `held: DIGEST`, with the digest that the plan shows"),
        );
    }
    let held = fields.get("held").and_then(|(_, it)| digest(cx, it));
    let reason = fields.get("reason").and_then(|(_, it)| prose(cx, Subject::Key("reason"), it));
    let until = fields.get("until").and_then(|(_, it)| when(cx, "until", it));
    if !fields.has("until") {
        cx.push(
            cx.error(codes::MISSING_KEY, node.place, "this approval has no `until`")
                .help("add `until: DAY`, at most 14 days from now"),
        );
    }
    let what = held.map(|held| {
        let approvals = &mut raw.document.approvals;
        let (span, reason) = (cx.span(node.place), reason.map(Into::into));
        approvals.push(Approval { span, held, until: Timestamp::MIN, reason });
        DatedItem::Approval(approvals.len() - 1)
    });
    if until.is_some() {
        raw.dates.push(Dated { what, from: None, until });
    }
}

/// A digest as plans print it. A part of one would approve nothing, and nobody would know before it is needed.
fn digest(cx: &mut FileReader<'_>, node: &Node<'_>) -> Option<Digest> {
    let text = text(cx, Subject::Key("held"), node)?;
    let digest = Digest::parse(text);
    if let Err(why) = digest {
        let message = format!("{why}: {}", Quoted(text));
        cx.push(cx.error(codes::MALFORMED_DIGEST, node.place, message).help(why.help()));
    }
    digest.ok()
}
