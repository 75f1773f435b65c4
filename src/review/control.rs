//! What files can do about a grant: manage it, only add it, or leave it alone.

use jiff::Timestamp;

use crate::binding::Binding;
use crate::desired::{Desired, Life, Wanted};
use crate::directory::Directory;

/// How a set of files controls a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    /// It is added and removed as lines say.
    Managed,
    /// It stays as it is; a protected user's is added, and then stays.
    Stays(Stay),
}

/// Why a live link stays, whatever lines say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stay {
    /// It is out of scope, or excluded.
    OutsideScope,
    /// There is no scope, and no line names the resource.
    NotNamed,
    /// The user is protected.
    Protected,
    /// The resource is terminated.
    Terminated,
    /// Another automation of the server keeps it.
    Managed,
}

/// A grant, as a set of files sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct GrantState<'a> {
    pub(super) control: Control,
    pub(super) wanted: Option<&'a Wanted>,
    /// When the server has it, should nobody do anything; absent if it is not live.
    pub(super) live: Option<Life>,
}

/// A grant that the server has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Live {
    /// For how long.
    pub(super) life: Life,
    /// Whether another automation keeps it.
    pub(super) managed: bool,
}

impl<'a> GrantState<'a> {
    pub(super) fn new(desired: &'a Desired, directory: &Directory, binding: &Binding, live: Option<Live>) -> Self {
        let Desired { scope, named, protected, .. } = desired;
        let control = if directory.resources.get(&binding.resource).is_some_and(|it| it.terminated) {
            Control::Stays(Stay::Terminated)
        } else if scope.as_ref().is_some_and(|it| !it.contains(binding, directory)) {
            Control::Stays(Stay::OutsideScope)
        } else if scope.is_none() && !named.contains(&binding.resource) {
            Control::Stays(Stay::NotNamed)
        } else if live.is_some_and(|it| it.managed) {
            Control::Stays(Stay::Managed)
        } else if protected.contains(&binding.user) {
            Control::Stays(Stay::Protected)
        } else {
            Control::Managed
        };
        Self { control, wanted: desired.get(binding), live: live.map(|it| it.life) }
    }

    /// When it is there from `now` on, if everything is done that the files ask for. What is there at `now` has no
    /// beginning.
    pub(super) fn periods(&self, now: Timestamp) -> Vec<Life> {
        let lives = || self.wanted.into_iter().flat_map(|it| it.origins.iter()).map(|it| it.life);
        match self.control {
            Control::Managed => from_now_on(Life::runs(lives()), now),
            // What was added for somebody who is protected is never removed.
            Control::Stays(Stay::Protected) => match (self.live, from_now_on(Life::runs(lives()), now).first()) {
                (Some(_), _) => vec![Life::default()],
                (None, Some(first)) => vec![Life { until: None, ..*first }],
                (None, None) => Vec::new(),
            },
            Control::Stays(_) => from_now_on(self.live.into_iter().collect(), now),
        }
    }

    /// Whether lines ask for it, now or later, and may.
    pub(super) fn is_declared(&self, now: Timestamp) -> bool {
        let lasts = |it: &Wanted| it.origins.iter().any(|it| it.life.until.is_none_or(|until| now < until));
        self.control != Control::Stays(Stay::OutsideScope) && self.wanted.is_some_and(lasts)
    }
}

fn from_now_on(runs: Vec<Life>, now: Timestamp) -> Vec<Life> {
    let left = runs.into_iter().filter(|it| it.until.is_none_or(|until| now < until));
    left.map(|it| Life { from: it.from.filter(|from| now < *from), ..it }).collect()
}
