//! Lives joined where nothing is between them: how long something is wanted without a pause.

use jiff::Timestamp;

use super::document::{Life, Phase};
use super::resolve::Wanted;

impl Life {
    /// Lives that together hold at the same instants as these, the earliest first. Two that touch or overlap are one, so
    /// that between two of them nothing holds.
    pub fn runs(lives: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut lives: Vec<_> = lives.into_iter().filter(|it| !it.is_empty()).collect();
        // What has always held is before everything, as `None` is before every instant.
        lives.sort_unstable();
        let mut runs: Vec<Self> = Vec::new();
        for life in lives {
            match runs.last_mut() {
                Some(last) if last.until.is_none_or(|until| life.from.is_none_or(|from| from <= until)) => {
                    // What never ends is after everything.
                    last.until = last.until.zip(life.until).map(|(one, other)| one.max(other));
                }
                _ => runs.push(life),
            }
        }
        runs
    }

    fn is_empty(self) -> bool {
        self.from.zip(self.until).is_some_and(|(from, until)| until <= from)
    }
}

impl Wanted {
    /// The unbroken run of its lines that contains `now`; `None` if none of them holds now.
    pub fn run(&self, now: Timestamp) -> Option<Life> {
        let runs = Life::runs(self.origins.iter().map(|it| it.life));
        runs.into_iter().find(|it| it.phase(now) == Phase::Alive)
    }
}
