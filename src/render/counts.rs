//! How many of each: the numbers that every format tells.

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::{Keep, Skip};
use crate::policy::Decision;

/// How many of each a decision has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// Links that may be created.
    pub create: usize,
    /// Links that may be removed.
    pub remove: usize,
    /// Links that may get another end; they are in sync.
    pub set_end: usize,
    /// Removals, and earlier ends, that something holds.
    pub held: usize,
    /// Bindings wanted now, and settings, that could not be resolved.
    pub unresolved: usize,
    /// Rows in scope that the server does not show in full.
    pub incomplete: usize,
    /// Steps that the caller did not want sent.
    pub withheld: usize,
    /// Wanted bindings that lie outside the scope of their own files.
    pub outside_own_scope: usize,
    /// Wanted bindings that are not created, and links that do not last longer, for other reasons.
    pub skipped: usize,
    /// Rows that stand for a binding another row stands for already; each is among those to remove or held.
    pub duplicates: usize,
    /// Links that are wanted.
    pub in_sync: usize,
    /// Links nobody asks for that stay, since their user is protected.
    pub kept_protected: usize,
    /// Links nobody asks for that stay, since their resource is terminated.
    pub kept_terminated: usize,
    /// Links that stay, since another automation of the server keeps them.
    pub kept_managed: usize,
    /// Links outside the scope.
    pub outside: usize,
}

impl Counts {
    /// Counts.
    pub fn of(decision: &Decision) -> Self {
        let Decision { plan, approved, withheld, limited: _ } = decision;
        let kept = |why: Keep| plan.kept.iter().filter(|it| it.why == why).count();
        let outside_own_scope = plan.skipped.iter().filter(|it| it.why == Skip::OutsideScope).count();
        Self {
            create: approved.creations().len(),
            remove: approved.removals().len(),
            set_end: approved.end_changes().count(),
            held: plan.held.len(),
            unresolved: plan.unresolved,
            incomplete: plan.incomplete.len(),
            withheld: withheld.creations.len() + withheld.removals.len(),
            outside_own_scope,
            skipped: plan.skipped.len() - outside_own_scope,
            duplicates: plan.duplicates(),
            in_sync: plan.in_sync.len(),
            kept_protected: kept(Keep::Protected),
            kept_terminated: kept(Keep::Terminated),
            kept_managed: kept(Keep::Managed),
            outside: plan.outside.len(),
        }
    }

    /// What is due, in words, nothing of what there is none of: `2 to create, 1 held`.
    pub(super) fn due(&self) -> Vec<String> {
        self.all_due().into_iter().filter(|(count, _)| *count > 0).map(told).collect()
    }

    /// The same, and additions and removals even if there are none.
    pub(super) fn due_always(&self) -> Vec<String> {
        let all = self.all_due().into_iter().enumerate();
        all.filter(|(at, (count, _))| *at < 2 || *count > 0).map(|(_, it)| told(it)).collect()
    }

    fn all_due(&self) -> [(usize, &'static str); 9] {
        [
            (self.create, "to create"),
            (self.remove, "to remove"),
            (self.set_end, if self.set_end == 1 { "end to change" } else { "ends to change" }),
            (self.held, "held"),
            (self.unresolved, "unresolved"),
            (self.incomplete, "incomplete"),
            (self.withheld, "withheld"),
            (self.outside_own_scope, "outside their own scope"),
            (self.skipped, "skipped"),
        ]
    }

    /// What stays as it is, in words; duplicates first.
    pub(super) fn unchanged(&self) -> String {
        let Self { duplicates, in_sync, kept_protected, kept_terminated, kept_managed, outside, .. } = *self;
        let mut parts = Vec::new();
        if duplicates > 0 {
            parts.push(counted(duplicates, ["duplicate row", "duplicate rows"]));
        }
        parts.push(format!("{} in sync", grouped(in_sync)));
        let managed = (kept_managed, "managed by another automation");
        let kept = [(kept_protected, "protected"), (kept_terminated, "terminated"), managed];
        let kept: Vec<_> = kept.into_iter().filter(|(count, _)| *count > 0).collect();
        if !kept.is_empty() {
            let total: usize = kept.iter().map(|(count, _)| count).sum();
            let kept: Vec<_> = kept.into_iter().map(|(count, why)| format!("{} {why}", grouped(count))).collect();
            parts.push(format!("{} kept ({})", grouped(total), kept.join(", ")));
        }
        if outside > 0 {
            parts.push(format!("{} outside scope", grouped(outside)));
        }
        parts.join(", ")
    }
}

fn told((count, what): (usize, &str)) -> String {
    format!("{} {what}", grouped(count))
}

/// A number and what it counts, for one and for several: `1,204 links`.
pub fn counted(count: usize, [one, several]: [&str; 2]) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { several })
}

/// `1,204`.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
