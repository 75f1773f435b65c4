//! Brings together what is known.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::{
    Absent, Account, Declaration, EndFate, Ending, ExplainedLink, Explanation, Fact, LinkStatus, Question, Uncertain,
};
use crate::binding::{Binding, Link, ResourceId, RoleId, UserId};
use crate::desired::{Desired, Document, Doubt, Entry, Member, Origin, Phase, Reference, Wanted};
use crate::diagnostic::Span;
use crate::directory::Directory;
use crate::plan::{Held, Kept, Skipped};
use crate::policy::Decision;

/// All that is known at a moment.
#[derive(Debug, Clone, Copy)]
pub struct ExplainInput<'a> {
    /// What the files say.
    pub document: &'a Document,
    /// What that means.
    pub desired: &'a Desired,
    /// What things are called.
    pub directory: &'a Directory,
    /// What was decided.
    pub decision: &'a Decision,
}

/// Answers a question.
pub fn explain(question: Question, known: ExplainInput<'_>) -> Explanation {
    let mut accounts: BTreeMap<Binding, Account> = BTreeMap::new();
    let mut account = |binding: Binding, tell: &dyn Fn(&mut Account)| {
        if question.covers(&binding) {
            let new = || Account { binding, rows: Vec::new(), absent: None, lines: Vec::new() };
            tell(accounts.entry(binding).or_insert_with(new));
        }
    };
    let endings: BTreeMap<Link, Ending> = endings(known.decision).collect();
    for (link, fate) in rows(known.decision) {
        let end = endings.get(&link);
        account(link.binding, &|it| it.rows.push(ExplainedLink { link, fate: fate.clone(), end: end.cloned() }));
    }
    for (binding, absent) in absent(known.decision) {
        account(binding, &|it| it.absent = Some(absent));
    }
    let entries: HashMap<&Span, &Entry> = known.document.entries.iter().map(|it| (&it.span, it)).collect();
    for wanted in &known.desired.bindings {
        account(wanted.binding, &|it| it.ask(wanted, &entries, known));
    }
    let mut accounts: Vec<_> = accounts.into_values().collect();
    for account in &mut accounts {
        account.rows.sort_by_key(|it| (matches!(it.fate, LinkStatus::Goes(_)), it.link.id));
    }
    Explanation {
        facts: facts(&question, known),
        others: others(&question, &accounts, known.directory),
        doubts: doubts(&question, known),
        accounts,
        logged: Vec::new(),
        question,
    }
}

/// Every live link, with what becomes of it.
fn rows(decision: &Decision) -> impl Iterator<Item = (Link, LinkStatus)> {
    let Decision { plan, approved, withheld, limited: _ } = decision;
    let stay = plan.in_sync.iter().map(|it| (*it, LinkStatus::InSync));
    let go = approved.removals().iter().map(|it| (it.link, LinkStatus::Goes(it.why)));
    let less = withheld.removals.iter().filter(|it| it.end_change().is_none());
    let less = less.map(|it| (it.link, LinkStatus::Withheld(it.why)));
    let held = plan.held.iter().filter(|it| it.removal.end_change().is_none());
    let hold = |Held { removal, hold }: &Held| (removal.link, LinkStatus::Held(removal.why, hold.clone()));
    let keep = |Kept { link, why }: &Kept| (*link, LinkStatus::Kept(*why));
    let outside = plan.outside.iter().map(|it| (*it, LinkStatus::Outside));
    stay.chain(go).chain(less).chain(held.map(hold)).chain(plan.kept.iter().map(keep)).chain(outside)
}

/// Every live link that is to get another end, with what becomes of that.
fn endings(decision: &Decision) -> impl Iterator<Item = (Link, Ending)> {
    let Decision { plan, approved, withheld, limited: _ } = decision;
    let changes = approved.end_changes().map(|it| (it, EndFate::Changes));
    let later = withheld.creations.iter().filter_map(|it| Some((it.end_change()?, EndFate::Withheld)));
    let earlier = withheld.removals.iter().filter_map(|it| Some((it.end_change()?, EndFate::Withheld)));
    let held = plan.held.iter().filter_map(|it| Some((it.removal.end_change()?, EndFate::Held(it.hold.clone()))));
    let skipped = plan.skipped.iter().filter_map(|it| Some((it.creation.end_change()?, EndFate::Skipped(it.why))));
    let all = changes.chain(later).chain(earlier).chain(held).chain(skipped);
    all.map(|(change, fate)| (change.link, Ending { to: change.ends, fate }))
}

/// What is wanted now and not live, with what becomes of it.
fn absent(decision: &Decision) -> impl Iterator<Item = (Binding, Absent)> {
    let Decision { plan, approved, withheld, limited: _ } = decision;
    let come = approved.creations().iter().map(|it| (it.binding, Absent::Comes));
    let less = withheld.creations.iter().filter(|it| it.row.is_none()).map(|it| (it.binding, Absent::Withheld));
    let skipped = plan.skipped.iter().filter(|it| it.creation.row.is_none());
    let skip = |Skipped { creation, why }: &Skipped| (creation.binding, Absent::Skipped(*why));
    come.chain(less).chain(skipped.map(skip))
}

impl Account {
    /// Adds the lines that ask for it.
    fn ask(&mut self, wanted: &Wanted, entries: &HashMap<&Span, &Entry>, known: ExplainInput<'_>) {
        let now = known.decision.plan.now;
        let line = |origin: &Origin| Declaration {
            origin: origin.clone(),
            phase: origin.life.phase(now),
            member: entries.get(&origin.span).and_then(|it| member(origin, wanted.binding.user, it, known.directory)),
        };
        self.lines = wanted.origins.iter().map(line).collect();
        if self.rows.is_empty() && self.absent.is_none() {
            self.absent = match wanted.phase(now) {
                Phase::NotBegun => Some(Absent::NotBegun),
                Phase::Ended => Some(Absent::Ended),
                Phase::Alive => None,
            };
        }
    }
}

/// Where the innermost group of an origin names the user.
fn member(origin: &Origin, user: UserId, entry: &Entry, directory: &Directory) -> Option<Span> {
    let username = directory.users.get(&user).map(|it| it.username.as_str());
    let is_user = |Reference { id, name, .. }: &Reference| match id {
        Some(id) => UserId::from(*id) == user,
        None => name.as_deref() == username,
    };
    let by_group = |it: &&Member| !it.groups.is_empty() && it.groups == origin.groups && is_user(&it.user);
    entry.users.iter().find(by_group).map(|it| it.user.span.clone())
}

fn facts(question: &Question, ExplainInput { desired, directory, .. }: ExplainInput<'_>) -> Vec<Fact> {
    let &Question { resource, user, .. } = question;
    let mut facts = Vec::new();
    if let Some(user) = user {
        facts.extend(desired.protected.contains(&user).then_some(Fact::Protected(user)));
        let inactive = directory.users.get(&user).is_some_and(|it| it.active == Some(false));
        facts.extend(inactive.then_some(Fact::Inactive(user)));
    }
    if let Some(resource) = resource {
        let terminated = directory.resources.get(&resource).is_some_and(|it| it.terminated);
        facts.extend(terminated.then_some(Fact::Terminated(resource)));
        let named = desired.scope.is_some() || desired.named.contains(&resource);
        facts.extend((!named).then_some(Fact::NotNamed(resource)));
    }
    facts
}

/// For a user on a resource: the roles of its offering that there is no account of.
fn others(question: &Question, accounts: &[Account], directory: &Directory) -> Vec<RoleId> {
    let &Question { resource: Some(resource), user: Some(_), .. } = question else { return Vec::new() };
    let Some(resource) = directory.resources.get(&resource) else { return Vec::new() };
    let told: BTreeSet<_> = accounts.iter().map(|it| it.binding.role).collect();
    let roles = directory.roles.iter().filter(|(_, it)| it.fits(resource.offering)).map(|(id, _)| *id);
    let asked = |it: &RoleId| question.roles.as_ref().is_none_or(|roles| roles.contains(it));
    roles.filter(|it| !told.contains(it) && asked(it)).collect()
}

/// Lines that might mean something of it, each finding once: first what it probably is, and what counts now.
fn doubts(question: &Question, ExplainInput { desired, decision, .. }: ExplainInput<'_>) -> Vec<Uncertain> {
    let mut doubts: BTreeMap<(&Span, &str, Phase), Uncertain> = BTreeMap::new();
    for Doubt { pattern, guesses, life, diagnostics } in &desired.doubts {
        if !question.meets(pattern.resource, pattern.role, pattern.user) {
            continue;
        }
        let meant = |(on, who): (ResourceId, UserId)| question.meets(Some(on), None, Some(who));
        // Where too much is unknown to guess, nothing is probable.
        let probably = guesses.iter().filter_map(|(on, who)| on.zip(*who)).any(meant);
        let phase = life.phase(decision.plan.now);
        for diagnostic in diagnostics {
            let new = || Uncertain { diagnostic: Arc::clone(diagnostic), phase, probably: false };
            let key = (&diagnostic.primary.span, diagnostic.message.as_str(), phase);
            doubts.entry(key).or_insert_with(new).probably |= probably;
        }
    }
    let mut doubts: Vec<_> = doubts.into_values().collect();
    doubts.sort_by_key(|it| (!it.probably, it.phase != Phase::Alive));
    doubts
}
