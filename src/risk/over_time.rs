//! Risks of what a change does at any time.

use std::collections::{BTreeMap, BTreeSet};

use super::gains::Found;
use super::{Facts, Finding};
use crate::binding::UserId;
use crate::desired::{Life, Origin};
use crate::review::{Access, AccessChange, Effect};

pub(super) fn enforcement_weakened(facts: &Facts<'_>) -> Vec<Found> {
    let weakened = facts.review.settings().iter().filter(|it| it.effect == Effect::Weakens);
    weakened.map(|it| (Finding::Weakened(it.clone()), it.at.clone())).collect()
}

/// Links of one resource that stay for the same reason are one.
pub(super) fn leaves_management(facts: &Facts<'_>) -> Vec<Found> {
    let mut leaving: BTreeMap<_, BTreeSet<UserId>> = BTreeMap::new();
    for Access { binding, stays, .. } in facts.review.access(AccessChange::NoLongerManaged) {
        if let Some(why) = stays {
            leaving.entry((binding.resource, *why)).or_default().insert(binding.user);
        }
    }
    let found = |((resource, why), users)| (Finding::Stays { resource, why, users }, None);
    leaving.into_iter().map(found).collect()
}

/// Grants of one line are one.
pub(super) fn end_extended(facts: &Facts<'_>) -> Vec<Found> {
    let until = |periods: &[Life]| periods.first().and_then(|it| it.until);
    let later = |it: &&Access| match (until(&it.before), until(&it.after)) {
        (Some(before), after) => after.is_none_or(|after| before < after),
        (None, _) => false,
    };
    let mut lines: BTreeMap<_, Vec<&Access>> = BTreeMap::new();
    for it in facts.review.access(AccessChange::EndChanged).iter().filter(later) {
        let line = last(&it.lines).map(|it| (&it.span.file, it.span.line));
        lines.entry((line, &it.before, &it.after)).or_default().push(it);
    }
    let found = |((_, before, after), all): ((_, &Vec<Life>, &Vec<Life>), Vec<&Access>)| {
        let (binding, more) = (all[0].binding, all.len() - 1);
        let span = last(&all[0].lines).map(|it| it.span.clone());
        (Finding::Extended { binding, more, before: before.clone(), after: after.clone() }, span)
    };
    lines.into_iter().map(found).collect()
}

/// The line that ends last.
fn last(lines: &[Origin]) -> Option<&Origin> {
    lines.iter().max_by_key(|it| (it.life.until.is_none(), it.life.until))
}
