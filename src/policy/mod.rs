//! The last look before anything is written: limits, where the mode lets anything go, then mode.
//!
//! [`Approved`] can be made nowhere else, and nothing else can be applied.

mod approvals;
mod aside;
mod cause;
mod changes;
mod limits;
mod log;
mod readings;
mod unsettled;

use std::collections::BTreeSet;
use std::fmt;

use crate::binding::Binding;
use crate::desired::{Approval, Limits, Mode, Only};
pub use crate::digest::Digest;
use crate::plan::{Creation, Held, Hold, Plan, Removal};
pub use approvals::{ENDED, WITHOUT_MATCH, approval_of};
pub use aside::{Aside, SetAside};
pub use cause::{Cause, Causes, Fixed, Intent};
pub use changes::{ChangeSet, Difference, Fate};
pub use limits::Exceeded;
use limits::Lately;
pub use log::Earlier;
pub use readings::Readings;
pub use unsettled::{NewRemovals, Unsettled};

/// What the caller asks of a pass, beyond what the files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asks {
    /// How much may be taken away.
    pub limits: Limits,
    /// What may be written.
    pub mode: Mode,
    /// Whom and what the pass is narrowed to; everything, if empty.
    pub only: Only,
    /// The digest of the held set that may go in spite of the limits.
    pub approval: Option<Digest>,
    /// The approvals of the files; those alive at the instant of the plan count.
    pub approvals: Vec<Approval>,
    /// Triples already taken away under these limits by earlier passes of the last 24 hours.
    pub removed_lately: u32,
    /// At most so many triples were taken away before this process began, by the server's log. The percent limit does not
    /// apply to them.
    pub removed_before: u32,
    /// Steps that are left for later.
    pub aside: BTreeSet<Aside>,
}

/// Steps that may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    creations: Vec<Creation>,
    removals: Vec<Removal>,
}

/// What became of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The plan, with what limits hold moved from `removals` to `held`.
    pub plan: Plan,
    /// What of it may be sent.
    pub approved: Approved,
    /// Steps that mode or narrowing withholds, or that are set aside.
    pub withheld: Withheld,
    /// What limits hold, if they hold anything.
    pub limited: Option<Limited>,
}

/// Steps that are planned and not sent, because the caller asked for less.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withheld {
    /// Creations.
    pub creations: Vec<Creation>,
    /// Removals.
    pub removals: Vec<Removal>,
}

/// What limits hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limited {
    /// Approves exactly what is held.
    pub digest: Digest,
    /// Which limits, and by how much.
    pub exceeded: Vec<Exceeded>,
    /// Links held.
    pub links: usize,
}

/// The approval given is not for what is held now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Stale {
    /// What was given.
    pub given: Digest,
    /// What is held now, if anything is.
    pub current: Option<Digest>,
}

/// Says what of a plan may be sent.
///
/// # Errors
/// If an approval was given that is not for exactly what limits hold: then nothing may be sent, and what is held has to
/// be looked at again.
pub fn approve(mut plan: Plan, asks: &Asks) -> Result<Decision, Stale> {
    let Asks { limits, mode, only, approval, approvals, removed_lately, removed_before, aside } = asks;
    // Where nothing may be removed at all, there is nothing that limits would have to hold.
    let removes = *mode < Mode::AddOnly;
    let (exceeded, over) = if removes {
        limits::exceeded(&plan, *limits, Lately { counted: *removed_lately, logged: *removed_before })
    } else {
        Default::default()
    };
    let digest = (!over.is_empty()).then(|| Digest::of(&plan.server, over.iter().map(|it| &plan.removals[*it].link)));
    if let Some(given) = approval
        && digest.as_ref() != Some(given)
    {
        return Err(Stale { given: given.clone(), current: digest });
    }
    // Nor is there anything to say of approvals: what they are for may be held again under another mode.
    let approvals = if removes { &approvals[..] } else { &[] };
    let (released, notes) = approvals::consult(approvals, digest.as_ref(), plan.now);
    plan.warnings.extend(notes);
    let limited = digest.filter(|_| approval.is_none() && !released).map(|digest| {
        hold(&mut plan, &over);
        Limited { digest, exceeded, links: over.len() }
    });
    let meant = |it: &Binding| only.contains(it);
    let aside = SetAside::new(aside);
    let created = |it: &Creation| *mode < Mode::Observe && meant(&it.binding) && !aside.creation(it);
    let removed = |it: &Removal| removes && meant(&it.link.binding) && !aside.removal(it);
    let (creations, not_created) = split(&plan.creations, created);
    let (removals, not_removed) = split(&plan.removals, removed);
    Ok(Decision {
        plan,
        approved: Approved { creations, removals },
        withheld: Withheld { creations: not_created, removals: not_removed },
        limited,
    })
}

/// Which limits a plan goes beyond, whatever is approved.
pub fn exceeded(plan: &Plan, limits: Limits) -> Vec<Exceeded> {
    limits::exceeded(plan, limits, Lately::default()).0
}

/// Moves removals to what is held; `over` is in order.
fn hold(plan: &mut Plan, over: &[usize]) {
    let mut over = over.iter().copied().peekable();
    for (at, removal) in std::mem::take(&mut plan.removals).into_iter().enumerate() {
        if over.next_if_eq(&at).is_some() {
            plan.held.push(Held { removal, hold: Hold::Limit });
        } else {
            plan.removals.push(removal);
        }
    }
    plan.held.sort_by_key(|it| (it.removal.link.binding, it.removal.link.id));
}

fn split<Step: Clone>(steps: &[Step], goes: impl Fn(&Step) -> bool) -> (Vec<Step>, Vec<Step>) {
    steps.iter().cloned().partition(goes)
}

impl Approved {
    /// What to create, in order.
    pub fn creations(&self) -> &[Creation] {
        &self.creations
    }

    /// What to remove once the creations were tried, in order.
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.creations.is_empty() && self.removals.is_empty()
    }
}

impl Withheld {
    /// Whether nothing is withheld.
    pub fn is_empty(&self) -> bool {
        self.creations.is_empty() && self.removals.is_empty()
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { given, current: Some(current) } => {
                write!(f, "the approval `{given}` is not for what is held now, which is `{current}`")
            }
            Self { given, current: None } => write!(f, "the approval `{given}` is for a held set, and nothing is held"),
        }
    }
}
