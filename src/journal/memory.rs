//! What an agent recalls from the journal when it starts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Counted, Entry, Line, steps};
use crate::binding::Binding;

/// How long a removal counts.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What an agent recalls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recalled {
    /// Removals of the last 24 hours that count towards the limit, each binding of a pass once.
    pub removals: Vec<Timestamp>,
    /// The same of what expired longer ago than anybody expects.
    pub ended: Vec<Timestamp>,
    /// Removals that the last pass held, each with the time since when.
    pub held: BTreeMap<String, Timestamp>,
}

impl Recalled {
    /// How many removals of the 24 hours before `now` count.
    pub fn count(times: &[Timestamp], now: Timestamp) -> u32 {
        let count = times.iter().filter(|it| now.duration_since(**it) < DAY).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// Recalls what the lines say of a server. A write without an outcome counts: nobody knows whether it arrived.
pub fn recall<'a>(lines: impl IntoIterator<Item = &'a Line> + Clone, server: &str, now: Timestamp) -> Recalled {
    let mut recalled = Recalled::default();
    let mut seen: BTreeSet<(&str, Counted, Binding)> = BTreeSet::new();
    for step in steps(lines.clone()) {
        let context = &step.intent.context;
        let happened = step.outcome.is_none_or(|it| it.result.is_done() || it.result == super::ResultKind::Unknown);
        let Some(counted) = step.intent.counts else { continue };
        if context.server != server || !happened || now.duration_since(step.at) >= DAY {
            continue;
        }
        if seen.insert((&context.pass, counted, step.intent.link.binding())) {
            match counted {
                Counted::Removals => recalled.removals.push(step.at),
                Counted::Ended => recalled.ended.push(step.at),
            }
        }
    }
    for line in lines {
        if let Entry::Pass(pass) = &line.entry
            && pass.context.server == server
            && pass.held.is_some()
        {
            recalled.held = pass.held_first.iter().map(|it| (it.what.clone(), it.since)).collect();
        }
    }
    recalled
}
