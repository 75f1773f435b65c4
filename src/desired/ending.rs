//! What the passing of time changes: which grants ended or end soon, and when anything begins or ends next.

use jiff::{SignedDuration, Timestamp};

use super::calendar;
use super::codes;
use super::document::{Approval, Document, Entry, Phase};
use super::resolve::{Desired, Wanted};
use crate::diagnostic::Diagnostic;

impl Document {
    /// What is worth a warning at `now`: entries that ended already, since a wrong year looks like that, and approvals
    /// that do not count because they would hold for too long.
    pub fn warnings_at(&self, now: Timestamp) -> Vec<Diagnostic> {
        let zone = calendar::bundled(self.timezone.as_deref());
        let ended = |Entry { span, life, .. }: &Entry| {
            let until = life.until.filter(|it| *it <= now)?;
            let last = until.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(until);
            let message = format!("this ended on {}", last.to_zoned(zone.clone()).date());
            let found = Diagnostic::warning(codes::ALREADY_ENDED, span.clone(), message);
            Some(found.help("if the date is right, remove the entry once its links are removed"))
        };
        let too_long = |it: &Approval| {
            let message = "this approval does not count: it ends more than 14 days from now";
            let found = Diagnostic::warning(codes::APPROVAL_TOO_LONG, it.span.clone(), message);
            it.too_long(now).then(|| found.help("give it an earlier `until`"))
        };
        let ended = self.entries.iter().filter_map(ended);
        ended.chain(self.approvals.iter().filter_map(too_long)).collect()
    }
}

impl Desired {
    /// The bindings alive now that no line asks for at `by` any more or later, each with the first instant without it,
    /// soonest first.
    pub fn ending(&self, now: Timestamp, by: Timestamp) -> Vec<(Timestamp, &Wanted)> {
        let alive = self.bindings.iter().filter(|it| it.phase(now) == Phase::Alive);
        let mut ending: Vec<_> = alive.filter_map(|it| Some((it.end()?, it))).filter(|(end, _)| *end <= by).collect();
        ending.sort_by_key(|(end, wanted)| (*end, wanted.binding));
        ending
    }

    /// The next instant after now at which any line begins or ends, whether or not it could be resolved.
    pub fn next_instant(&self, now: Timestamp) -> Option<Timestamp> {
        let lines = self.bindings.iter().flat_map(|it| it.origins.iter()).map(|it| it.life);
        let doubts = self.doubts.iter().map(|it| it.life);
        lines.chain(doubts).flat_map(|it| [it.from, it.until]).flatten().filter(|it| now < *it).min()
    }
}

impl Wanted {
    /// The first instant from which no line asks for it any more; `None` if some line has no end. A pause between two
    /// lines is no end.
    fn end(&self) -> Option<Timestamp> {
        self.origins.iter().map(|it| it.life.until).collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}
