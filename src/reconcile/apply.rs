//! Sends approved steps, what gives access before what takes it, and says what became of each. It decides nothing.

use std::collections::BTreeSet;

use super::create::{self, Created};
use super::sending::Sending;
use super::{remove, replace, set_end};
use crate::plan::Why;
use crate::policy::Approved;
use crate::report::{Outcome, Replacements, Report, Step};

/// Sends creations, then later ends, earlier ends, and removals.
pub(super) async fn apply(sending: &Sending<'_>, approved: &Approved) -> Report {
    let Created { mut outcomes, unseen, stale } = create::all(sending, approved.creations()).await;
    let mut replaced = replace::all(sending, approved, &mut outcomes).await;
    let replacements = Replacements::new(approved.creations().iter().zip(&outcomes)).without(unseen);
    let creations = approved.creations().iter().cloned().map(Step::Create);
    let mut steps: Vec<_> = creations.zip(outcomes).collect();
    // As long as a duplicate is there, no end can be changed.
    let doubled = approved.removals().iter().filter(|it| it.why == Why::Duplicate).map(|it| it.link.binding);
    let doubled: BTreeSet<_> = doubled.collect();
    let is_doubled = |it: &Step| doubled.contains(&it.binding());
    let (mut last, later): (Vec<_>, Vec<_>) =
        approved.lengthenings().iter().cloned().map(Step::Lengthen).partition(is_doubled);
    let (more, earlier): (Vec<_>, Vec<_>) =
        approved.shortenings().iter().cloned().map(Step::Shorten).partition(is_doubled);
    last.extend(more);
    for ends in [later, earlier] {
        let outcomes = set_end::all(sending, &ends).await;
        steps.extend(ends.into_iter().zip(outcomes));
    }
    let all = approved.removals().iter().enumerate();
    let left: Vec<_> = all.filter(|(at, _)| !replaced.contains_key(at)).map(|(_, it)| it.clone()).collect();
    let mut removed = remove::all(sending, &left, &replacements).await.into_iter();
    for (at, removal) in approved.removals().iter().enumerate() {
        let outcome = replaced.remove(&at).or_else(|| removed.next()).unwrap_or(Outcome::Unsent);
        steps.push((Step::Remove(removal.clone()), outcome));
    }
    let outcomes = set_end::all(sending, &last).await;
    steps.extend(last.into_iter().zip(outcomes));
    Report { steps, stopped: sending.stopped().or(stale), ..Report::default() }
}
