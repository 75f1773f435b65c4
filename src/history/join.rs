//! One list from two witnesses.

use jiff::SignedDuration;

use super::{Fact, FactKind, FactOutcome, FactSource};
use crate::event::{Event, EventKind, LinkNames};
use crate::journal::{Action, RecordedStep, ResultKind};

/// The clocks of the server and of the journal differ by less, and a write takes less.
const APART: SignedDuration = SignedDuration::from_mins(10);

/// All facts, oldest first. An event that tells what the journal tells, too, is one fact with it.
pub fn join(steps: &[RecordedStep<'_>], events: &[Event]) -> Vec<Fact> {
    let mut facts: Vec<_> = steps.iter().map(recorded).collect();
    let mut told = vec![false; events.len()];
    for fact in &mut facts {
        let is_it = |event: &Event| {
            let same = event.about.iter().any(|it| {
                let LinkNames { user, role, resource } = it;
                *user == fact.user && *role == fact.role && *resource == fact.resource
            });
            let by = fact.pass.as_ref().map(|it| it.account.as_str());
            same && kind(event.what) == fact.what
                && event.by.as_deref() == by
                && !matches!(fact.outcome, FactOutcome::Failed(_))
                && fact.at.duration_since(event.at).abs() <= APART
        };
        let nearest = events.iter().enumerate().filter(|(at, it)| !told[*at] && is_it(it));
        let nearest = nearest.min_by_key(|(_, it)| fact.at.duration_since(it.at).abs());
        if let Some((at, event)) = nearest {
            told[at] = true;
            fact.address.clone_from(&event.address);
            // The log saw it happen.
            fact.outcome = FactOutcome::Done;
            fact.sources.push(FactSource::ServerLog);
        }
    }
    let alone = events.iter().zip(told).filter(|(_, told)| !told);
    facts.extend(alone.map(|(event, _)| logged(event)));
    facts.sort_by(|a, b| (a.at, &a.resource, &a.user, &a.role).cmp(&(b.at, &b.resource, &b.user, &b.role)));
    facts
}

const fn kind(what: EventKind) -> FactKind {
    match what {
        EventKind::LinkCreated => FactKind::Created,
        EventKind::LinkRemoved => FactKind::Removed,
    }
}

fn recorded(step: &RecordedStep<'_>) -> Fact {
    let RecordedStep { at, intent, outcome } = *step;
    let link = &intent.link;
    let message = || outcome.and_then(|it| it.message.clone());
    Fact {
        at,
        what: match intent.action {
            Action::Create | Action::PutBack => FactKind::Created,
            Action::SetEnd => FactKind::EndChanged,
            Action::Remove => FactKind::Removed,
        },
        outcome: match outcome.map(|it| it.result) {
            None => FactOutcome::CutOff,
            Some(ResultKind::Done | ResultKind::DoneBefore) => FactOutcome::Done,
            Some(ResultKind::Refused | ResultKind::Failed) => FactOutcome::Failed(message()),
            Some(ResultKind::Unknown) => FactOutcome::Unknown(message()),
        },
        user: link.username.clone(),
        role: link.role_name.clone(),
        resource: link.resource_name.clone(),
        offering: Some(link.offering_name.clone()),
        ids: Some(link.binding()),
        link: link.id.or_else(|| outcome.and_then(|it| it.id)),
        until: if intent.action == Action::Remove { link.ends } else { intent.until },
        by: Some(intent.context.account.clone()),
        address: None,
        why: Some(intent.why.clone()),
        requests: intent.requests.clone(),
        approval: intent.approval.clone(),
        pass: Some(intent.context.clone()),
        sources: vec![FactSource::Journal],
    }
}

fn logged(event: &Event) -> Fact {
    let Event { at, what, about, by, address, reason } = event;
    // Where a sentence can be read in several ways, all of them are shown.
    let names = |part: fn(&LinkNames) -> &str| {
        let mut names: Vec<_> = about.iter().map(part).collect();
        names.dedup();
        names.join(" or ")
    };
    Fact {
        at: *at,
        what: kind(*what),
        outcome: FactOutcome::Done,
        user: names(|it| &it.user),
        role: names(|it| &it.role),
        resource: names(|it| &it.resource),
        offering: None,
        ids: None,
        link: None,
        until: None,
        by: by.clone(),
        address: address.clone(),
        why: reason.clone(),
        requests: Vec::new(),
        approval: None,
        pass: None,
        sources: vec![FactSource::ServerLog],
    }
}
