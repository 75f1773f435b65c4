//! What a pass saw and did, in the words of the daemon's status.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::agent::Agent;
use super::approvals::notes;
use super::held::{held, limited, missed, missing, withheld};
use super::release::{by_hand, release, room_for};
use crate::api::{self, ErrorKind};
use crate::binding::Binding;
use crate::daemon::{
    Action, Beginning, CurrentWait, Drift, End, Expiring, Finished, OpenStep, PassStep, StepResult, Wording,
};
use crate::desired::{Desired, Origin};
use crate::plan::{Plan, Removal, Skip, Why};
use crate::policy::gates::{Effect, Gate};
use crate::policy::{self, Decision, Deferred, Set};
use crate::reconcile::{self, CreationDelay, Pass, PassRequest, Released, View};
use crate::render::{self, Naming, visible};
use crate::report::{After, Failure, Outcome, Report, Step};
use crate::review::{Upcoming, begins_soon};

/// A pass that went all the way.
pub(super) fn finished(pass: &Pass, request: &PassRequest<'_>, vanished: bool, agent: &Agent) -> Finished {
    let Pass { prepared, report } = pass;
    let view = &prepared.view;
    let naming = Naming::new(&view.directory);
    // What is so now: as it was decided after the last write, or before the first if there was none.
    let now = match report.as_ref().map(|it| &it.after) {
        Some(After::Decision(decision)) => decision,
        _ => &prepared.decision,
    };
    let wanted = wanted(&prepared.decision, report.as_ref(), request, &naming);
    let until = view.plan.now.saturating_add(signed(agent.expiring_within)).unwrap_or(Timestamp::MAX);
    let mut waiting = reconcile::unsettled(view, request);
    // Removals that wait because files have vanished are reported as held.
    waiting.retain(|it| !vanished || matches!(it, Deferred::Creation(_)));
    let unlisted = reconcile::waiting(view, request);
    let missed = if vanished { missed(prepared, request, agent) } else { Vec::new() };
    let missed_count = missed.len();
    let missed = missed.into_iter().map(|it| missing(it, &naming));
    let released = Released::of(view, request);
    let changes = report.iter().flat_map(|it| &it.steps);
    Finished {
        in_sync: count(prepared.decision.plan.in_sync.len()),
        drift: Drift {
            create: count(view.plan.created().count()),
            remove: count(view.plan.removed().count()),
            set_end: count(view.plan.end_changes()),
        },
        changes: changes.map(|(step, outcome)| change(step, outcome, &released, &naming)).collect(),
        wanted,
        counted_removals: counted(report.as_ref(), Set::Removals, request, &released),
        counted_ended: counted(report.as_ref(), Set::Ended, request, &released),
        held: now.plan.held.iter().map(|it| held(&it.removal, &it.hold, &naming)).chain(missed).collect(),
        at_once: vanished.then(|| by_hand(view, request, agent)),
        limited: now.limited.first().map(|it| {
            let release = release(it, view, request, agent);
            limited(it, release, room_for(it.set, view, request), &naming)
        }),
        unlisted: count(unlisted.values().filter(|it| **it <= CreationDelay::ListAgrees).count()),
        withheld: withheld(&prepared.decision, request, &waiting, &unlisted, missed_count),
        approvals: notes(&now.plan),
        unresolved: unresolved(&now.plan, &naming),
        beginning: beginning(view, until, &naming),
        expiring: expiring(&view.desired, view.plan.now, until, &naming),
        uncounted: agent.uncounted.borrow().clone(),
        quiet_at: (!request.unsettled.is_empty())
            .then(|| agent.readings.borrow().next(&waiting, request.now))
            .flatten(),
        next_instant: view.desired.next_instant(view.plan.now),
        other_api: None,
        stopped: report.as_ref().and_then(|it| it.stopped.clone()),
        converged: converged(report.as_ref(), &view.plan)
            && !unlisted.values().any(|it| *it == CreationDelay::Answered),
        token_lifetime: view.snapshot.observation.caller.token_lifetime.map(std::time::Duration::from_secs),
        token_lacks: view.snapshot.observation.lacks(),
    }
}

/// What a pass waits for, once that is worth a word: a try failed, or there is no answer for longer than one takes.
pub(super) fn waits(call: api::InFlightCall) -> Option<CurrentWait> {
    /// A page of 300 links takes a second or two.
    const LONG: std::time::Duration = std::time::Duration::from_secs(10);
    let api::InFlightCall { request, since, so_far, failed, why } = call;
    let why = match why {
        Some(why) => format!("{request}: {why}, tried {failed} {}", if failed == 1 { "time" } else { "times" }),
        None if so_far >= LONG => format!("{request}: no answer yet"),
        None => return None,
    };
    Some(CurrentWait { since, why })
}

/// A pass that could not begin.
pub(super) fn refused(error: reconcile::Error) -> End {
    let because = std::error::Error::source(&error).map(|it| format!(": {it}")).unwrap_or_default();
    let message = format!("{error}{because}");
    match error {
        reconcile::Error::Api(api::Error { kind, help, .. }) => {
            let failure = Failure { message, help };
            match kind {
                ErrorKind::Unauthorized => End::Unauthorized(failure),
                ErrorKind::OtherApi => End::OtherApi(failure),
                ErrorKind::Forbidden => End::Refused(failure),
                _ => End::Unreachable(failure),
            }
        }
        reconcile::Error::PartialView(observation) => {
            End::Refused(Failure { message, help: Some(observation.partial_view_help().to_owned()) })
        }
        reconcile::Error::PassFilter(problems) => {
            let problems: Vec<_> = problems.iter().map(|it| it.message.as_str()).collect();
            End::Refused(Failure { message: format!("{message}: {}", problems.join("; ")), help: None })
        }
        reconcile::Error::Stale(_) => End::Refused(Failure { message, help: None }),
    }
}

fn change(step: &Step, outcome: &Outcome, released: &Released<'_>, naming: &Naming<'_>) -> PassStep {
    let (action, why) = match step {
        Step::Create(creation) => (Action::Create, render::created(creation)),
        Step::Lengthen(_) => (Action::SetEnd, step.end_change().map(render::end_changed).unwrap_or_default()),
        Step::Shorten(removal) => {
            let by = released.by(removal).map(|it| format!(" · {it}")).unwrap_or_default();
            (Action::SetEnd, format!("{}{by}", render::why(removal)))
        }
        Step::Remove(removal) => {
            let by = released.by(removal).map(|it| format!(" · {it}")).unwrap_or_default();
            (Action::Remove, format!("{}{by}", render::why(removal)))
        }
    };
    let (became, also) = match outcome {
        Outcome::Created(_) | Outcome::Removed | Outcome::EndSet => (StepResult::Done, None),
        Outcome::Adopted(_) | Outcome::AlreadyGone => (StepResult::Done, Some(outcome.to_string())),
        Outcome::Held(_) => (StepResult::Held, Some(outcome.to_string())),
        Outcome::Failed(_) => (StepResult::Failed, Some(outcome.to_string())),
        Outcome::Unknown(_) => (StepResult::Unknown, Some(outcome.to_string())),
        Outcome::Unsent => (StepResult::Unsent, None),
    };
    let also = also.map(|it| format!(" · {}", visible(&it))).unwrap_or_default();
    PassStep { action, became, what: what(&step.binding(), naming), why: format!("{why}{also}") }
}

pub(super) fn what(binding: &Binding, naming: &Naming<'_>) -> Wording {
    let Binding { resource, role, user } = *binding;
    let on = format!("{} on {}", naming.role(role), naming.resource_in_line(resource));
    let (plain, named) = (naming.user(user), naming.person(user));
    Wording { plain: format!("{plain}: {on}"), named: format!("{named}: {on}") }
}

/// The same with the lines that ask for it.
fn placed<'a>(binding: &Binding, lines: impl Iterator<Item = &'a Origin>, naming: &Naming<'_>) -> Wording {
    let lines = render::origins(lines);
    what(binding, naming).map(|it| format!("{it} · {lines}"))
}

/// Steps that were tried or are set aside, and what became of them. Rows of one binding are one step.
fn wanted(
    decision: &Decision,
    report: Option<&Report>,
    request: &PassRequest<'_>,
    naming: &Naming<'_>,
) -> Vec<OpenStep> {
    let Decision { approved, withheld, .. } = decision;
    let creations = approved.creations().iter().chain(approved.lengthenings()).chain(&withheld.creations);
    let creations = creations.map(Deferred::of_creation);
    let removals = approved.removals().iter().chain(approved.shortenings()).chain(&withheld.removals);
    // A row that goes because another one stays takes nothing back, nor does an earlier end.
    let undoing = removals.clone().filter(|it| !matches!(it.why, Why::Duplicate | Why::EndsEarlier(_)));
    let undoing: BTreeSet<_> = undoing.map(|it| it.link.binding).collect();
    let removals = removals.map(Deferred::of_removal);
    let sent: BTreeMap<_, _> = done(report);
    let all: BTreeSet<_> = creations.chain(removals).collect();
    let all = all.into_iter().filter(|it| sent.contains_key(it) || request.deferred.contains(it));
    let wanted = all.map(|step| {
        let (sign, binding, undoes) = match step {
            Deferred::Creation(binding) | Deferred::Exists(binding) => ('+', binding, Some(Deferred::Removal(binding))),
            Deferred::Removal(binding) => {
                ('−', binding, undoing.contains(&binding).then_some(Deferred::Creation(binding)))
            }
            Deferred::End(binding) => ('~', binding, None),
        };
        OpenStep {
            step,
            undoes,
            what: what(&binding, naming).map(|it| format!("{sign} {it}")),
            done: sent.get(&step).copied().unwrap_or(false),
        }
    });
    wanted.collect()
}

/// Every step that was sent, and whether it is done: for all rows, if it was about several. What a pass leaves to the
/// next one, since the server is gone or what is to take its place is missing, is not undone by anybody.
fn done(report: Option<&Report>) -> BTreeMap<Deferred, bool> {
    let mut done = BTreeMap::new();
    let steps = report.iter().flat_map(|it| &it.steps);
    for (step, outcome) in steps.filter(|(_, it)| !matches!(it, Outcome::Unsent | Outcome::Held(_))) {
        let step = match step {
            Step::Create(creation) | Step::Lengthen(creation) => Deferred::of_creation(creation),
            Step::Shorten(removal) | Step::Remove(removal) => Deferred::of_removal(removal),
        };
        *done.entry(step).or_insert(true) &= outcome.is_done();
    }
    done
}

/// Bindings of a set that lost their last row or will soon, and that nobody had approved: those count towards the limit of
/// a day.
fn counted(report: Option<&Report>, set: Set, request: &PassRequest<'_>, released: &Released<'_>) -> u32 {
    let gone = report.iter().flat_map(|it| &it.steps).filter_map(|(step, outcome)| match step {
        Step::Remove(removal) | Step::Shorten(removal) if outcome.is_done() => Some(removal),
        _ => None,
    });
    let kind = |it: &Removal| policy::StepKind::of(it, request.now, &request.last_seen);
    let counts = |it: &&Removal| Gate::Day.effect(kind(it)) == Effect::Counts(set) && !released.contains(it);
    let bindings: BTreeSet<_> = gone.filter(counts).map(|it| it.link.binding).collect();
    u32::try_from(bindings.len()).unwrap_or(u32::MAX)
}

/// What has to be fixed and does not stop the pass: each in one line, with its place and what to do.
fn unresolved(plan: &Plan, naming: &Naming<'_>) -> Vec<String> {
    let problems = plan.problems.iter().map(|it| {
        let help = it.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        let more = if it.also.is_empty() { String::new() } else { format!(" and {} more", it.also.len()) };
        format!("{}{more}: {}{help}", it.primary.span, it.message)
    });
    let outside = plan.skipped.iter().filter(|it| matches!(it.why, Skip::OutsideScope | Skip::Managed)).map(|it| {
        let places = render::origins(it.creation.origins.iter());
        format!("{}: {} ({places})", what(&it.creation.binding, naming), it.why)
    });
    let incomplete = render::incomplete(&plan.incomplete, naming);
    problems.chain(outside).chain(incomplete).map(|it| visible(&it).into_owned()).collect()
}

/// Grants that begin until an instant, soonest first.
fn beginning(view: &View, by: Timestamp, naming: &Naming<'_>) -> Vec<Beginning> {
    let begins = begins_soon(&view.desired, &view.snapshot, view.plan.now, by).into_iter();
    let begins = begins.map(|Upcoming { at, binding, line }| Beginning {
        what: placed(&binding, std::iter::once(&line), naming),
        from: at,
    });
    let mut begins: Vec<_> = begins.collect();
    begins.sort_by(|a, b| (a.from, &a.what).cmp(&(b.from, &b.what)));
    begins
}

/// Grants that are over by an instant, soonest first.
fn expiring(desired: &Desired, now: Timestamp, by: Timestamp, naming: &Naming<'_>) -> Vec<Expiring> {
    let ending = desired.ending(now, by).into_iter();
    let mut ending: Vec<_> =
        ending.map(|(until, it)| Expiring { what: placed(&it.binding, it.origins.iter(), naming), until }).collect();
    ending.sort_by(|a, b| (a.until, &a.what).cmp(&(b.until, &b.what)));
    ending
}

/// Whether all is done that may be done. A step that waits for another one is reported as held.
fn converged(report: Option<&Report>, plan: &Plan) -> bool {
    let Some(report) = report else { return !plan.changing };
    let waits = report.count(|_, outcome| matches!(outcome, Outcome::Held(_))) > 0;
    let settled = match &report.after {
        After::Untouched => true,
        After::Unread(_) => false,
        After::Decision(decision) => !decision.plan.changing && (waits || decision.approved.is_empty()),
    };
    report.stopped.is_none() && settled
}

pub(super) fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

pub(super) fn signed(duration: std::time::Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
