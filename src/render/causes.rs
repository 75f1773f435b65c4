//! A decision by cause: what a change does, what was different before it, and what it mends.

use std::fmt::Write as _;

use super::plan::{Detail, changing, foot, unchanged, written};
use super::style::{PLAIN, QUIET, STRONG, styled};
use super::{Naming, plural, table};
use crate::policy::{Cause, Causes, Decision, Fixed, Intent};

/// The whole decision, by cause; then, as without causes, what limits hold and the summary.
pub fn by_cause(decision: &Decision, causes: &Causes, naming: &Naming<'_>, detail: Detail) -> String {
    let mut out = String::new();
    for cause in [Cause::Change, Cause::Drift] {
        let part = written(&changing(&decision.part(causes, cause), naming, detail));
        if !part.is_empty() {
            title(&mut out, &cause.to_string());
            out.push_str(&part);
        }
    }
    if !causes.fixed.is_empty() {
        title(&mut out, "fixed by this change");
        let lines: Vec<_> = causes.fixed.iter().map(|it| line(it, naming)).collect();
        table::write(&mut out, "  ", &lines);
        out.push('\n');
    }
    if detail == Detail::Everything {
        title(&mut out, "unchanged");
        out.push_str(&written(&unchanged(&decision.plan, naming)));
    }
    out.push_str(&foot(decision, naming, detail));
    out
}

/// How many steps come from where, and how many the change makes needless.
pub(super) fn counts(decision: &Decision, causes: &Causes) -> String {
    let steps = |cause| {
        let approved = decision.part(causes, cause).approved;
        approved.creations().len() + approved.removals().len()
    };
    let (change, drift, fixed) = (steps(Cause::Change), steps(Cause::Drift), causes.fixed.len());
    format!(
        "{change} {} because of this change, {drift} already due before it, {fixed} fixed by it",
        plural(change, "step")
    )
}

fn title(out: &mut String, text: &str) {
    let _ = writeln!(out, "{}\n", styled(STRONG, format!("── {text} ──")));
}

fn line(Fixed { binding, link, intent }: &Fixed, naming: &Naming<'_>) -> table::Line<4> {
    let note = match intent {
        Intent::Create => "would be created without it",
        Intent::Skip => "could not be created without it",
        Intent::Remove => "would be removed without it",
        Intent::Hold => "would be held without it",
    };
    let note = match link.and_then(|id| naming.link(id)) {
        Some(link) => format!("{note} · {link}"),
        None => note.to_owned(),
    };
    let (resource, role) = (naming.resource_in_line(binding.resource), naming.role(binding.role));
    [(PLAIN, resource), (PLAIN, role), (PLAIN, naming.user(binding.user)), (QUIET, note)]
}
