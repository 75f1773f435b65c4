//! Ends that the server keeps: which one a link gets, and where it gets another one.

use std::sync::Arc;

use super::compare::Comparison;
use super::{Creation, End, Held, Plan, Removal, Skip, Skipped, Why};
use crate::binding::Link;
use crate::desired::Wanted;

impl Comparison<'_> {
    /// When the server is to end a link of this binding: with the run of lines that holds now. Never, for a user who is
    /// protected, and where the server keeps no ends.
    pub(super) fn end(&self, wanted: &Wanted) -> End {
        if !self.keeps_ends || self.desired.protected.contains(&wanted.binding.user) {
            return End::Never;
        }
        End::new(wanted.run(self.now).and_then(|it| it.until))
    }

    /// Changes the end of the row that stays. A link of a protected user that no line asks for has no end, either.
    ///
    /// A later end is a creation to every gate, an earlier one a removal: the server will remove it, even if we are gone.
    pub(super) fn change_end(&self, plan: &mut Plan, rows: &[Link], stays: Link, wanted: Option<&Wanted>) {
        let end = wanted.map_or(End::Never, |it| self.end(it));
        let origins = wanted.map_or_else(|| Arc::from([]), |it| Arc::clone(&it.origins));
        // Beside a row of another automation nothing is changed.
        let managed = rows.iter().any(|it| it.managed);
        let lasting = if managed { rows } else { &[stays] };
        let lasts = lasting.iter().map(|it| End::new(it.ends)).max().unwrap_or(End::Never);
        if !self.keeps_ends || end == lasts {
            return;
        }
        let binding = stays.binding;
        if let End::At(until) = end
            && end < lasts
        {
            if managed || self.keep(&stays).is_some() {
                return;
            }
            let removal = Removal { link: stays, why: Why::EndsEarlier(until), origins };
            match self.hold(&binding, wanted) {
                Some(hold) => plan.held.push(Held { removal, hold }),
                None => plan.removals.push(removal),
            }
            return;
        }
        let creation = Creation { binding, origins, ends: end, row: Some(stays) };
        let skip = if managed { Some(Skip::Managed) } else { self.skip(&binding, wanted) };
        match skip {
            Some(why) => plan.skipped.push(Skipped { creation, why }),
            None => plan.creations.push(creation),
        }
    }
}
