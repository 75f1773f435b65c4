//! What is live against what will be, as a diff of YAML.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use similar::{ChangeTag, TextDiff};

use super::Naming;
use super::dates::end;
use super::style::{CREATE, PLAIN, QUIET, REMOVE, styled};
use crate::binding::Binding;
use crate::policy::Decision;

/// Live links in scope against those once the approved steps are done, in the words of the file.
pub fn diff(decision: &Decision, naming: &Naming<'_>) -> String {
    let Decision { plan, approved, .. } = decision;
    let going = approved.removals().iter().map(|it| it.link.binding);
    let withheld = plan.removals.iter().map(|it| it.link);
    let kept = plan.kept.iter().map(|it| it.link);
    let held = plan.held.iter().map(|it| it.removal.link);
    let in_sync = plan.in_sync.iter().copied();
    // Of several rows of a binding the last one counts, which is that to stay.
    let live: BTreeMap<_, _> =
        withheld.chain(held).chain(kept).chain(in_sync).map(|it| (it.binding, it.ends)).collect();
    let duplicates: BTreeSet<_> = plan.in_sync.iter().map(|it| it.binding).collect();
    let mut desired = live.clone();
    for binding in going.filter(|it| !duplicates.contains(it)) {
        desired.remove(&binding);
    }
    desired.extend(approved.creations().iter().map(|it| (it.binding, it.ends.at())));
    desired.extend(approved.end_changes().map(|it| (it.link.binding, it.ends.at())));
    let (old, new) = (yaml(&live, naming), yaml(&desired, naming));
    unified(&old, &new)
}

fn unified(old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut out = String::new();
    let _ = writeln!(out, "{}\n{}", styled(QUIET, "--- live"), styled(QUIET, "+++ desired"));
    for group in diff.grouped_ops(3) {
        let _ = writeln!(out, "{}", styled(QUIET, "…"));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (style, sign) = match change.tag() {
                ChangeTag::Delete => (REMOVE, '-'),
                ChangeTag::Insert => (CREATE, '+'),
                ChangeTag::Equal => (PLAIN, ' '),
            };
            let _ = writeln!(out, "{}", styled(style, format!("{sign}{}", change.value().trim_end_matches('\n'))));
        }
    }
    out
}

/// One block a resource and role, its users below; sorted by name, so that a diff shows only what changes.
fn yaml(bindings: &BTreeMap<Binding, Option<Timestamp>>, naming: &Naming<'_>) -> String {
    let mut blocks: BTreeMap<[String; 2], BTreeSet<String>> = BTreeMap::new();
    for (Binding { resource, role, user }, ends) in bindings {
        let block = [naming.resource_in_line(*resource), naming.role(*role)];
        let ends = ends.map_or(String::new(), |it| format!("  # until {}", end(it)));
        blocks.entry(block).or_default().insert(format!("{}{ends}", naming.user(*user)));
    }
    let mut out = String::new();
    for ([resource, role], users) in blocks {
        let _ = writeln!(out, "- resource: {resource}\n  role: {role}\n  users:");
        for user in users {
            let _ = writeln!(out, "    - {user}");
        }
    }
    out
}
