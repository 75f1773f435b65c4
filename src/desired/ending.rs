//! What the passing of time will change: which grants end soon, and when anything begins or ends next.

use jiff::Timestamp;

use super::document::Phase;
use super::resolve::{Desired, Wanted};

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
