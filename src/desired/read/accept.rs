//! `accept`: risks that somebody has thought about.

use super::text::{Subject, list, prose, text};
use super::{Fields, FileReader, Shape};
use crate::desired::document::Accept;
use crate::desired::quote::Quoted;
use crate::desired::raw::RawDocument;
use crate::desired::yaml::Node;
use crate::desired::{codes, risks, suggest};

const ACCEPT: Shape = Shape {
    what: "an accepted risk",
    keys: &["risk", "reason"],
    meant: &[("rule", "risk"), ("name", "risk"), ("comment", "reason")],
    elsewhere: &[],
};

/// Reads all accepted risks into the draft.
pub(super) fn read(cx: &mut FileReader<'_>, node: &Node<'_>, raw: &mut RawDocument) {
    for item in list(cx, Subject::Key("accept"), node).unwrap_or_default() {
        accept(cx, item, raw);
    }
}

fn accept(cx: &mut FileReader<'_>, node: &Node<'_>, raw: &mut RawDocument) {
    let Some(fields) = Fields::read(cx, node, &ACCEPT) else { return };
    for (key, message, help) in [
        ("risk", "this does not say which risk is accepted", "add `risk: NAME`, with the name that the plan shows"),
        ("reason", "this does not say why the risk is accepted", "add `reason: …`, for whoever reviews it"),
    ] {
        if !fields.has(key) {
            cx.push(cx.error(codes::MISSING_KEY, node.place, message).help(help));
        }
    }
    let risk = fields.get("risk").and_then(|(_, it)| risk(cx, it));
    let reason = fields.get("reason").and_then(|(_, it)| prose(cx, Subject::Key("reason"), it));
    if let (Some(risk), Some(reason)) = (risk, reason) {
        let span = cx.span(node.place);
        raw.document.accept.push(Accept { span, risk: risk.into(), reason: reason.into() });
    }
}

/// The name of a rule. One that is not known is no error: another version may know it.
fn risk<'n>(cx: &mut FileReader<'_>, node: &'n Node<'_>) -> Option<&'n str> {
    let name = text(cx, Subject::Key("risk"), node)?;
    let names: Vec<_> = risks::ALL.iter().map(|(it, _)| *it).collect();
    if !names.contains(&name) {
        let found = cx.warning(codes::UNKNOWN_RISK, node.place, format!("there is no risk {}", Quoted(name)));
        let meant = cx.problems.suggest(name, names.iter().copied());
        cx.push(match meant {
            Some(meant) => found.help(format!("did you mean `{meant}`?")),
            None => found.help(format!("the risks are {}", suggest::list(&names, "and"))),
        });
    }
    Some(name)
}
