//! What reviewers of a change should not miss. A risk is a word and no obstacle: it holds nothing.
//!
//! Each is found by a named rule, and a rule can be silenced in the files, with a reason.

mod accounts;
mod gains;
mod names;
mod over_time;
mod rules;

use std::collections::BTreeSet;

use crate::binding::{Binding, ResourceId, RoleId, UserId};
use crate::desired::{Accept, Desired, Document, Life, Limits};
use crate::diagnostic::Span;
use crate::directory::Directory;
use crate::plan::Plan;
use crate::policy::{Causes, Exceeded, Withheld};
use crate::review::{Review, Setting, Stay};
pub use rules::{RULES, Rule};

/// What there is to judge.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What is intended, before limits.
    pub plan: &'a Plan,
    /// What of it is not sent, and is no risk.
    pub withheld: &'a Withheld,
    /// What the files say.
    pub document: &'a Document,
    /// What the files want.
    pub desired: &'a Desired,
    /// What names mean.
    pub directory: &'a Directory,
    /// The server keeps the ends of links: the newer API, whose servers can deactivate an account with its last role.
    pub keeps_ends: bool,
    /// What the change does at any time; nothing, if there is none.
    pub review: &'a Review,
    /// The limits in force.
    pub limits: Limits,
    /// The username of whoever wrote the change, if known.
    pub author: Option<&'a str>,
    /// What the files wanted before the change, if there is one: then only what it causes is judged.
    pub before: Option<Before<'a>>,
}

/// The other side of a change.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// What each step comes from.
    pub causes: &'a Causes,
    /// What the files wanted; absent if they could not be used.
    pub desired: Option<&'a Desired>,
    /// What they silenced.
    pub accept: &'a [Accept],
}

/// Something that a rule has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// The name of the rule.
    pub rule: &'static str,
    /// What was found.
    pub finding: Finding,
    /// The line that brings it about, if there is one.
    pub span: Option<Span>,
    /// The reason with which the very change that is judged silences its rule: nobody has agreed to that yet.
    pub excuse: Option<Box<str>>,
}

/// What a rule has found, in ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A setting changes, and less is enforced.
    Weakened(Setting),
    /// Live links of these users stay, whatever lines say.
    Stays {
        /// Where.
        resource: ResourceId,
        /// Why.
        why: Stay,
        /// Whose.
        users: BTreeSet<UserId>,
    },
    /// Grants of one line end later.
    Extended {
        /// The first of them.
        binding: Binding,
        /// How many more there are.
        more: usize,
        /// When they would be there without the change.
        before: Vec<Life>,
        /// When they are there with it.
        after: Vec<Life>,
    },
    /// A user gets access whose name looks like that of another one.
    LookAlike {
        /// Who gets access.
        user: UserId,
        /// Whose name it looks like.
        other: UserId,
    },
    /// A username is written beside the UUID of another account than the one that has it.
    Identity {
        /// The account that is written.
        pinned: UserId,
        /// The account that has the name.
        named: UserId,
    },
    /// The author of the change gets this.
    SelfGrant(Binding),
    /// A protected user gets this.
    ProtectedGains(Binding),
    /// A user is not protected any more.
    Unprotected(UserId),
    /// Nobody has this role on this resource any more.
    LastHolder {
        /// Where.
        resource: ResourceId,
        /// Which.
        role: RoleId,
        /// Who had it.
        users: BTreeSet<UserId>,
    },
    /// Nobody has any role on this resource any more.
    Emptied {
        /// Where.
        resource: ResourceId,
        /// Who had one.
        users: BTreeSet<UserId>,
    },
    /// These users would have no link left that is visible here.
    LastLinks(BTreeSet<UserId>),
    /// These users are wanted, and their accounts are inactive.
    InactiveAccounts(BTreeSet<UserId>),
    /// So much goes that limits hold it, or would.
    Share(Exceeded),
    /// A grant has no end, and most others on its resource have one.
    Endless {
        /// Which.
        binding: Binding,
        /// Others on the resource that end.
        ending: usize,
        /// All others on the resource.
        others: usize,
    },
}

/// What was found, and what of it somebody has thought about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assessment {
    /// In the order of the rules.
    pub risks: Vec<Risk>,
    /// Found, too, by rules that the files silence.
    pub accepted: Vec<Accepted>,
}

/// A rule that has found something and is silenced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The name of the rule.
    pub rule: &'static str,
    /// How often it has found something.
    pub found: usize,
    /// Why it is silenced.
    pub reason: Box<str>,
    /// Where it is silenced.
    pub span: Span,
}

/// Asks every rule. What silences one has to have been there before the change: nobody excuses themself.
pub fn assess(facts: &Facts<'_>, accept: &[Accept]) -> Assessment {
    let mut assessment = Assessment::default();
    for Rule { name, find } in RULES {
        let found = find(facts);
        let of_rule = |it: &&Accept| *it.risk == **name;
        let accepted = accept.iter().find(of_rule);
        let agreed = facts.before.is_none_or(|it| it.accept.iter().any(|it| of_rule(&it)));
        match accepted.filter(|_| agreed) {
            Some(_) if found.is_empty() => {}
            Some(Accept { span, risk: _, reason }) => {
                let (found, reason, span) = (found.len(), reason.clone(), span.clone());
                assessment.accepted.push(Accepted { rule: name, found, reason, span });
            }
            None => {
                let excuse = accepted.map(|it| it.reason.clone());
                let risk = |(finding, span)| Risk { rule: name, finding, span, excuse: excuse.clone() };
                let risks = found.into_iter().map(risk);
                assessment.risks.extend(risks);
            }
        }
    }
    assessment
}
