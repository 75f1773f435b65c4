//! Risks of one rule together: few are told one by one, many in one line that nobody can miss.

use super::risks::{message, ordered};
use super::{Naming, counted, grouped};
use crate::risk::{Finding, Risk};

/// More of one rule than this are told in one line.
const FEW: usize = 3;

/// What is said about risks.
#[derive(Debug)]
pub(super) enum RiskLine<'a> {
    /// One risk.
    One(&'a Risk),
    /// Many of one rule.
    Many(Vec<&'a Risk>),
}

/// How much attention a risk needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Somebody gets or keeps what they should not, or many lose what they need.
    Grave,
    /// Worth a look.
    Notable,
}

/// All risks in the order of rules.
pub(super) fn risk_lines<'a>(risks: &'a [Risk], naming: &Naming<'_>) -> Vec<RiskLine<'a>> {
    let risks = ordered(risks, naming);
    let rules = risks.chunk_by(|a, b| a.rule == b.rule);
    let lines = rules.flat_map(|alike| match alike {
        many if many.len() > FEW => vec![RiskLine::Many(many.to_vec())],
        few => few.iter().map(|it| RiskLine::One(it)).collect(),
    });
    lines.collect()
}

impl RiskLine<'_> {
    /// The first risk, which has the rule of all.
    pub(super) fn first(&self) -> &Risk {
        match self {
            Self::One(it) => it,
            Self::Many(all) => all[0],
        }
    }

    /// The gravest of them.
    pub(super) fn weight(&self) -> Weight {
        match self {
            Self::One(it) => weight(&it.finding),
            Self::Many(all) => all.iter().map(|it| weight(&it.finding)).min().unwrap_or(Weight::Notable),
        }
    }
}

/// `40 resources would be left empty: a, b, c and 37 more`.
pub(super) fn many(risks: &[&Risk], naming: &Naming<'_>, mark: &dyn Fn(String) -> String) -> String {
    let shown: Vec<_> = risks.iter().take(FEW).map(|it| subject(it, naming, mark)).collect();
    let more = grouped(risks.len().saturating_sub(FEW));
    format!("{}: {} and {more} more", heading(&risks[0].finding, risks.len()), shown.join(", "))
}

/// `40 resources would be left empty`.
fn heading(finding: &Finding, count: usize) -> String {
    let what = match finding {
        Finding::Weakened(_) => ["setting weakens enforcement", "settings weaken enforcement"],
        Finding::Stays { .. } => {
            ["resource has links that would stay for good", "resources have links that would stay for good"]
        }
        Finding::SelfGrant(_) => ["grant to the author", "grants to the author"],
        Finding::ProtectedGains(_) | Finding::Unprotected(_) => {
            ["change for protected users", "changes for protected users"]
        }
        Finding::Emptied { .. } => ["resource would be left empty", "resources would be left empty"],
        Finding::LastHolder { .. } => ["role would lose its last holder", "roles would lose their last holders"],
        Finding::LastLinks(_) => {
            ["group of users would have no visible link left", "groups of users would have no visible link left"]
        }
        Finding::InactiveAccounts(_) => {
            ["group of inactive accounts is wanted", "groups of inactive accounts are wanted"]
        }
        Finding::LookAlike { .. } => ["name looks like another one", "names look like others"],
        Finding::Identity { .. } => ["name belongs to another account", "names belong to other accounts"],
        Finding::Extended { .. } => ["line would end later", "lines would end later"],
        Finding::Share(_) => ["limit is exceeded", "limits are exceeded"],
        Finding::Endless { .. } => ["grant without an end", "grants without an end"],
    };
    counted(count, what)
}

/// What one of many is about, as short as it can be told.
fn subject(risk: &Risk, naming: &Naming<'_>, mark: &dyn Fn(String) -> String) -> String {
    let binding = |it: &crate::binding::Binding| {
        let [user, role] = [naming.user(it.user), naming.role(it.role)].map(mark);
        format!("{user} as {role} of {}", mark(naming.resource_in_line(it.resource)))
    };
    match &risk.finding {
        Finding::Stays { resource, .. } | Finding::Emptied { resource, .. } => mark(naming.resource_in_line(*resource)),
        Finding::LastHolder { resource, role, .. } => {
            format!("{} of {}", mark(naming.role(*role)), mark(naming.resource_in_line(*resource)))
        }
        Finding::SelfGrant(it)
        | Finding::ProtectedGains(it)
        | Finding::Endless { binding: it, .. }
        | Finding::Extended { binding: it, .. } => binding(it),
        Finding::Unprotected(user) | Finding::LookAlike { user, .. } => mark(naming.user(*user)),
        Finding::Identity { named, .. } => mark(naming.user(*named)),
        Finding::Weakened(setting) => mark(setting.name.to_owned()),
        Finding::LastLinks(_) | Finding::InactiveAccounts(_) | Finding::Share(_) => message(risk, naming, mark),
    }
}

fn weight(finding: &Finding) -> Weight {
    match finding {
        Finding::Weakened(_)
        | Finding::Stays { .. }
        | Finding::SelfGrant(_)
        | Finding::ProtectedGains(_)
        | Finding::Unprotected(_)
        | Finding::Emptied { .. }
        | Finding::LastLinks(_)
        | Finding::LookAlike { .. }
        | Finding::Identity { .. }
        | Finding::Share(_) => Weight::Grave,
        Finding::LastHolder { .. }
        | Finding::InactiveAccounts(_)
        | Finding::Extended { .. }
        | Finding::Endless { .. } => Weight::Notable,
    }
}
