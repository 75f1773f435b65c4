//! What begins soon.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::binding::Binding;
use crate::desired::{Desired, Origin, Phase};
use crate::snapshot::Snapshot;

/// A grant that begins soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upcoming {
    /// When.
    pub at: Timestamp,
    /// Which.
    pub binding: Binding,
    /// The line that begins then.
    pub line: Origin,
}

/// Grants that are neither live nor due at `now` and begin until `by`, the soonest first.
pub fn begins_soon(desired: &Desired, snapshot: &Snapshot, now: Timestamp, by: Timestamp) -> Vec<Upcoming> {
    let live: BTreeSet<_> = snapshot.links.iter().map(|it| it.binding).collect();
    let missing = desired.bindings.iter().filter(|it| it.phase(now) == Phase::NotBegun && !live.contains(&it.binding));
    let begins = missing.filter_map(|it| {
        let later = it.origins.iter().filter_map(|line| Some((line.life.from.filter(|from| now < *from)?, line)));
        let (at, line) = later.min_by_key(|(from, line)| (*from, &line.span))?;
        (at <= by).then(|| Upcoming { at, binding: it.binding, line: line.clone() })
    });
    let mut begins: Vec<_> = begins.collect();
    begins.sort_by_key(|it| (it.at, it.binding));
    begins
}
