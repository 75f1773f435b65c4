//! From ours to the twins.

use super::{
    Absent, AbsentStatus, Binding, Change, Commit, Declaration, Document, End, EndStatus, Event, Fact, LiveLink,
    Logged, Phase, Status, Uncertain, What,
};
use crate::desired;
use crate::event::{self, LinkNames};
use crate::explain::{self as explained, Authored, Explanation, FileLine, History, Question};
use crate::policy::Limited;
use crate::render::ExplainContext;
use crate::render::json_v1::steps::{Hold, Why};
use crate::render::json_v1::words::{Instant, Names, Place, Version};

impl<'a> Document<'a> {
    pub(super) fn new(explanation: &'a Explanation, beside: ExplainContext<'a>, names: Names<'a>) -> Self {
        let Explanation { question, facts, accounts, others, doubts, logged } = explanation;
        let Question { resource, user, roles } = question;
        let history = beside.history;
        let logged = logged.iter().map(|it| {
            let LinkNames { user, role, resource } = it;
            let events = history.events_of(it).map(Event::from).collect();
            Logged { resource, role, username: user, events }
        });
        Self {
            version: Version,
            resource: resource.map(|it| names.resource(it)),
            user: user.map(|it| names.user(it)),
            roles: roles.as_ref().map(|it| it.iter().map(|it| names.role(*it)).collect()),
            facts: facts.iter().map(Fact::from).collect(),
            bindings: accounts.iter().map(|it| Binding::new(it, beside, names)).collect(),
            others: others.iter().map(|it| names.role(*it)).collect(),
            logged: logged.collect(),
            unresolved: doubts.iter().map(Uncertain::from).collect(),
            log_since: history.since.map(Instant),
        }
    }
}

impl<'a> Binding<'a> {
    fn new(account: &'a explained::Account, beside: ExplainContext<'a>, names: Names<'a>) -> Self {
        let explained::Account { binding, rows, absent, lines } = account;
        let ExplainContext { history, directory, limited } = beside;
        let mut events: Vec<Event<'a>> = Vec::new();
        for event in history.events_about(account, directory) {
            let first = events.is_empty();
            events.push(Event { outside_of_git: first && history.is_outside_of_git(event, account), ..event.into() });
        }
        Self {
            resource: names.resource(binding.resource),
            role: names.role(binding.role),
            user: names.user(binding.user),
            links: rows.iter().map(|it| LiveLink::new(it, names, limited)).collect(),
            absent: absent.as_ref().map(Absent::from),
            lines: lines.iter().map(|it| Declaration::new(it, history)).collect(),
            events,
        }
    }
}

impl<'a> LiveLink<'a> {
    fn new(row: &'a explained::ExplainedLink, names: Names<'a>, limited: &[Limited]) -> Self {
        use explained::LinkStatus::{Goes, Held, InSync, Kept, Outside, Withheld};
        let explained::ExplainedLink { link, fate, end } = row;
        let (status, why, hold, keep) = match fate {
            InSync => (Status::InSync, None, None, None),
            Goes(why) => (Status::Removed, Some(why), None, None),
            Withheld(why) => (Status::Withheld, Some(why), None, None),
            Held(why, hold) => (Status::Held, Some(why), Some(hold), None),
            Kept(keep) => (Status::Kept, None, None, Some(*keep)),
            Outside => (Status::OutOfScope, None, None, None),
        };
        Self {
            link: names.link(*link),
            status,
            why: why.map(Why::from),
            hold: hold.map(|it| Hold::new(it, limited)),
            keep,
            end: end.as_ref().map(|it| End::new(it, limited)),
        }
    }
}

impl<'a> End<'a> {
    fn new(explained::Ending { to, fate }: &'a explained::Ending, limited: &[Limited]) -> Self {
        let (status, hold, skip) = match fate {
            explained::EndFate::Changes => (EndStatus::Changed, None, None),
            explained::EndFate::Withheld => (EndStatus::Withheld, None, None),
            explained::EndFate::Held(hold) => (EndStatus::Held, Some(Hold::new(hold, limited)), None),
            explained::EndFate::Skipped(skip) => (EndStatus::Skipped, None, Some(*skip)),
        };
        Self { ends: to.at().map(Instant), status, hold, skip }
    }
}

impl<'a> Declaration<'a> {
    fn new(line: &'a explained::Declaration, history: &'a History) -> Self {
        let explained::Declaration { origin, phase, member } = line;
        let places = [Some(&origin.span), member.as_ref()].into_iter().flatten().map(FileLine::of);
        let changes = places.filter_map(|it| history.authors.get_key_value(&it)).map(Change::from);
        Self {
            line: origin.into(),
            phase: phase.into(),
            member: member.as_ref().map(Place::from),
            changes: changes.collect(),
        }
    }
}

impl<'a> From<(&'a FileLine, &'a Authored)> for Change<'a> {
    fn from((FileLine { file, line }, authored): (&'a FileLine, &'a Authored)) -> Self {
        let commit = match authored {
            Authored::Commit { id, author, at, summary } => Some(Commit { id, author, at: Instant(*at), summary }),
            Authored::Uncommitted => None,
        };
        Self { file, line: *line, commit }
    }
}

impl<'a> From<&'a event::Event> for Event<'a> {
    fn from(event: &'a event::Event) -> Self {
        let what = match event.what {
            event::EventKind::LinkCreated => What::Created,
            event::EventKind::LinkRemoved => What::Removed,
        };
        Self { at: Instant(event.at), what, by: event.by.as_deref(), outside_of_git: false }
    }
}

impl<'a> From<&'a explained::Uncertain> for Uncertain<'a> {
    fn from(explained::Uncertain { diagnostic, phase, probably }: &'a explained::Uncertain) -> Self {
        Self { finding: (&**diagnostic).into(), phase: phase.into(), probably: *probably }
    }
}

impl From<&explained::Fact> for Fact {
    fn from(fact: &explained::Fact) -> Self {
        match fact {
            explained::Fact::Protected(_) => Self::Protected,
            explained::Fact::Inactive(_) => Self::Inactive,
            explained::Fact::Terminated(_) => Self::Terminated,
            explained::Fact::NotNamed(_) => Self::NotNamed,
        }
    }
}

impl From<&explained::Absent> for Absent {
    fn from(absent: &explained::Absent) -> Self {
        let (status, skip) = match absent {
            explained::Absent::Comes => (AbsentStatus::Created, None),
            explained::Absent::Withheld => (AbsentStatus::Withheld, None),
            explained::Absent::Skipped(skip) => (AbsentStatus::Skipped, Some(*skip)),
            explained::Absent::NotBegun => (AbsentStatus::NotBegun, None),
            explained::Absent::Ended => (AbsentStatus::Ended, None),
        };
        Self { status, skip }
    }
}

impl From<&desired::Phase> for Phase {
    fn from(phase: &desired::Phase) -> Self {
        match phase {
            desired::Phase::NotBegun => Self::NotBegun,
            desired::Phase::Alive => Self::Alive,
            desired::Phase::Ended => Self::Ended,
        }
    }
}
