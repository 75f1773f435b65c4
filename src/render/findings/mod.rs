//! What is wrong or worth a look, each at its place in the files: what tools for code review show next to a line.

mod rules;

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use self::rules::{
    CHANGING, FAILED, INCOMPLETE, NOT_APPLIED, NOT_CONVERGED, NOT_READ_AGAIN, NOT_STAFF, OUTSIDE, SKIPPED_CLOCK,
    SKIPPED_INACTIVE, SKIPPED_INCOMPLETE, SKIPPED_LIMIT, SKIPPED_MANAGED, SKIPPED_TERMINATED, STALE, STEP_FAILED,
    STEP_UNKNOWN, STOPPED,
};
pub(in crate::render) use self::rules::{Rule, SUMMARY};
use crate::binding::Binding;
use crate::diagnostic::{Diagnostic, Label, Severity, Source, Span};
use crate::plan::{Creation, Hold, Plan, Skip};
use crate::policy::{self, Difference};
use crate::render::forge::path;
use crate::render::risks::{excuse, message, ordered, rank};
use crate::render::tally::verdict;
use crate::render::uses::uses;
use crate::render::words::{QUOTED, Words};
use crate::render::{
    Failed, Naming, Shown, ShownPass, Stale, Verb, counted, difference, grouped, hold, incomplete, report, seen,
    summary, visible,
};
use crate::report::{After, Failure, Outcome, Report, Stop};
use crate::risk::{Accepted, Assessment};
use crate::snapshot;

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::render) enum Level {
    /// Has to be mended.
    Error,
    /// Worth a look.
    Warning,
    /// Somebody has had that look.
    Note,
}

/// What is looked at first, of what is equally grave: many read no more than the first ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::render) enum Priority {
    /// All of it is in doubt, or something waits for somebody.
    First,
    /// A risk, by the rank of its rule.
    Risk(usize),
    /// Whatever else there is.
    Other,
}

/// One thing to look at.
#[derive(Debug)]
pub(in crate::render) struct Finding<'a> {
    /// What says it.
    pub(in crate::render) rule: Rule,
    pub(in crate::render) level: Level,
    pub(in crate::render) kind: Priority,
    /// What it says, on one line.
    pub(in crate::render) message: String,
    /// What to do about it, on one line.
    pub(in crate::render) help: Option<String>,
    /// Where, if it has a place.
    pub(in crate::render) span: Option<&'a Span>,
    /// Other places that belong to it.
    pub(in crate::render) related: &'a [Label],
    /// Stays the same when lines are added above, and is no other finding's: 32 hex digits.
    pub(in crate::render) fingerprint: String,
    /// What makes it this finding, beside rule and file.
    identity: String,
}

/// All there is to look at: errors first, then what matters most, then by place.
pub(in crate::render) fn findings<'a>(shown: &Shown<'a>) -> Vec<Finding<'a>> {
    let mut all = All::default();
    match *shown {
        Shown::Pass(pass) => all.pass(pass),
        Shown::Invalid { diagnostics, .. } => diagnostics.iter().for_each(|it| all.diagnostic(it)),
        Shown::Failed(Failed { verb, failure, stale }) => {
            all.failure(if verb == Verb::Apply { NOT_APPLIED } else { FAILED }, failure);
            if let Some(stale) = stale {
                all.stale(stale);
            }
        }
    }
    let mut found = all.found;
    // What is about all of it comes before its parts, and what has no place of its own after what has.
    let last = |it: &Finding<'_>| it.span.is_none() != (it.kind == Priority::First);
    found.sort_by(|a, b| (a.level, a.kind, last(a), a.span).cmp(&(b.level, b.kind, last(b), b.span)));
    number(&mut found);
    found
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
        }
    }
}

/// The column after the last one, where all of it is on one line of a file whose text is there.
pub(in crate::render) fn end_column(span: &Span, sources: &[Source]) -> Option<u32> {
    let source = sources.iter().find(|it| it.name == span.file)?;
    let text = source.text.get(usize::try_from(span.start).ok()?..usize::try_from(span.end).ok()?)?;
    let width = u32::try_from(text.chars().count()).ok()?;
    (width > 0 && !text.contains('\n')).then_some(span.column + width)
}

/// Findings without their fingerprints.
#[derive(Default)]
struct All<'a> {
    found: Vec<Finding<'a>>,
}

impl<'a> All<'a> {
    fn pass(&mut self, pass: ShownPass<'a>) {
        let ShownPass { decision, report, observation, naming, assessment, .. } = pass;
        let plan = &decision.plan;
        if let Some(message) = QUOTED.not_staff(observation) {
            self.add(NOT_STAFF, Level::Warning, message, None).kind = Priority::First;
        }
        if plan.changing {
            let found = self.add(CHANGING, Level::Warning, snapshot::CHANGING.to_owned(), None);
            (found.kind, found.help) = (Priority::First, Some("look again".to_owned()));
        }
        plan.problems.iter().chain(&plan.warnings).for_each(|it| self.diagnostic(it));
        let Assessment { risks, accepted } = assessment;
        for risk in ordered(risks, naming) {
            let excuse = excuse(risk, &|reason| visible(reason).into_owned());
            let message = message(risk, naming, &|name| format!("`{name}`")) + &excuse;
            let found = self.add(Rule { id: risk.rule, about: "" }, Level::Warning, message, risk.span.as_ref());
            found.kind = Priority::Risk(rank(risk));
        }
        for Accepted { rule, found, reason, span } in accepted {
            let message = format!("accepted ({found} found): {}", visible(reason));
            self.add(Rule { id: rule, about: "" }, Level::Note, message, Some(span));
        }
        self.reviewed(pass);
        self.incomplete(plan, naming);
        self.skipped(plan, naming);
        self.held(pass);
        if let Some(report) = report {
            self.report(report, naming);
        }
        let found = self.add(SUMMARY, Level::Note, sum(&pass), None);
        // However the numbers change, it is the same.
        (found.kind, found.identity) = (Priority::First, String::new());
    }

    /// What a change does beside steps is one note a section.
    fn reviewed(&mut self, ShownPass { review, naming, .. }: ShownPass<'a>) {
        for part in crate::render::review::parts(review, Words { naming, markup: QUOTED }) {
            let span = part.rows.iter().find_map(|it| it.span);
            self.add(Rule { id: part.id, about: "" }, Level::Note, part.sentence(), span);
        }
    }

    fn diagnostic(&mut self, diagnostic: &'a Diagnostic) {
        let Diagnostic { code, severity, message, primary, related, also: _, help } = diagnostic;
        let uses = uses(diagnostic, &|it| format!("`{it}`"));
        let found = self.add(
            Rule { id: code, about: "" },
            (*severity).into(),
            visible(message).into_owned(),
            Some(&primary.span),
        );
        if let Some(uses) = uses {
            found.message = format!("{}; {}", found.message, visible(&uses));
        }
        found.help = help.as_deref().map(|it| visible(it).into_owned());
        found.related = related;
        // What was asked for on the command line and can't be done is about all of it.
        if primary.span.is_option() {
            found.kind = Priority::First;
        }
    }

    fn failure(&mut self, rule: Rule, Failure { message, help }: &Failure) {
        self.add(rule, Level::Error, visible(message).into_owned(), None).help =
            help.as_deref().map(|it| visible(it).into_owned());
    }

    /// What differs alike is told once.
    fn stale(&mut self, Stale { differences, naming }: Stale<'_>) {
        let mut alike: BTreeMap<_, (String, Vec<Binding>)> = BTreeMap::new();
        for it in differences {
            let Difference { binding, link: _, end, then, now } = it;
            let new = || (difference::words(it), Vec::new());
            alike.entry((*then, *now, *end)).or_insert_with(new).1.push(*binding);
        }
        for (words, bindings) in alike.into_values() {
            let message = format!("{words}: {}", first_few(&bindings, naming));
            self.add(STALE, Level::Error, message, None);
        }
    }

    /// What the server does not show in full is an error: nobody can say that access is as declared.
    fn incomplete(&mut self, plan: &Plan, naming: &Naming<'_>) {
        for message in incomplete::rows(&plan.incomplete, Words { naming, markup: QUOTED }) {
            let found = self.add(INCOMPLETE, Level::Error, message, None);
            (found.kind, found.help) = (Priority::First, Some(incomplete::HELP.to_owned()));
        }
    }

    /// What one line asks for in vain is told once, however many bindings the line stands for.
    fn skipped(&mut self, plan: &'a Plan, naming: &Naming<'_>) {
        let mut lines: BTreeMap<(Skip, Option<&Span>, bool), Vec<Binding>> = BTreeMap::new();
        for it in &plan.skipped {
            let Creation { binding, origins, ends: _, row } = &it.creation;
            lines.entry((it.why, origins.first().map(|it| &it.span), row.is_some())).or_default().push(*binding);
        }
        for ((why, span, there), bindings) in lines {
            let what = if there { "end not changed" } else { "not created" };
            let (rule, level) = match why {
                Skip::OutsideScope => (OUTSIDE, Level::Error),
                Skip::Terminated => (SKIPPED_TERMINATED, Level::Warning),
                Skip::Incomplete => (SKIPPED_INCOMPLETE, Level::Warning),
                Skip::Inactive => (SKIPPED_INACTIVE, Level::Warning),
                Skip::Clock => (SKIPPED_CLOCK, Level::Warning),
                Skip::Managed => (SKIPPED_MANAGED, Level::Error),
                Skip::Limit => (SKIPPED_LIMIT, Level::Warning),
            };
            self.add(rule, level, format!("{what}: {}: {why}", first_few(&bindings, naming)), span);
        }
    }

    /// What one cause holds is told once.
    fn held(&mut self, ShownPass { decision, report, naming, .. }: ShownPass<'a>) {
        let mut causes: BTreeMap<&'a Hold, (Vec<Binding>, bool)> = BTreeMap::new();
        let mut add = |hold: &'a Hold, binding, end: bool| {
            let (bindings, ends) = causes.entry(hold).or_default();
            bindings.push(binding);
            *ends |= end;
        };
        for it in &decision.plan.held {
            add(&it.hold, it.removal.link.binding, it.removal.end_change().is_some());
        }
        for (step, outcome) in report.into_iter().flat_map(|it| &it.steps) {
            if let Outcome::Held(hold) = outcome {
                add(hold, step.binding(), step.end_change().is_some() || *hold == Hold::OneRole);
            }
        }
        let problems = decision.plan.problems.iter().flat_map(|it| it.places().map(|place| (place, &*it.message)));
        let problems: HashMap<&Span, &str> = problems.collect();
        let shares = hold::shares(&decision.plan);
        for (cause, (bindings, mixed)) in causes {
            let id = match cause {
                Hold::Settings(_) => "held-settings",
                Hold::NotNamed => "held-not-named",
                Hold::Unseen(_) => "held-unseen",
                Hold::Doubt(_) => "held-doubt",
                Hold::Incomplete => "held-incomplete",
                Hold::Indistinct => "held-indistinct",
                Hold::Clock => "held-clock",
                Hold::Replacement => "held-replacement",
                Hold::Keeper => "held-keeper",
                Hold::OneRole => "held-one-role",
                Hold::Row => "held-row",
                Hold::Limit => "held-limit",
                Hold::LimitEnded => "held-limit-ended",
            };
            let span = cause.place();
            let rule = Rule { id, about: cause.cause() };
            let what = if mixed { ["step held", "steps held"] } else { ["removal held", "removals held"] };
            let count = counted(bindings.len(), what);
            let share = shares
                .iter()
                .find(|it| Some(it.place) == span)
                .map_or(String::new(), |it| format!(" ({})", it.words(QUOTED)));
            let message = format!("{count}: {}{share}: {}", rule.about, first_few(&bindings, naming));
            let found = self.add(rule, Level::Warning, message, span);
            (found.kind, found.help) =
                (Priority::First, Some(hold::release(cause, policy::digest_of(&decision.limited, cause))));
            // Whom a cause holds may change from day to day; it is the cause that is to be mended.
            found.identity = span.and_then(|it| problems.get(it)).map_or(String::new(), |it| (*it).to_owned());
        }
    }

    fn report(&mut self, report: &Report, naming: &Naming<'_>) {
        let Report { steps, stopped, after } = report;
        let mut failures: BTreeMap<(Rule, &str, Option<&str>), Vec<Binding>> = BTreeMap::new();
        for (step, outcome) in steps {
            let (rule, failure) = match outcome {
                Outcome::Failed(failure) => (STEP_FAILED, failure),
                Outcome::Unknown(failure) => (STEP_UNKNOWN, failure),
                _ => continue,
            };
            let key = (rule, &*failure.message, failure.help.as_deref());
            failures.entry(key).or_default().push(step.binding());
        }
        for ((rule, message, help), bindings) in failures {
            let what = if rule == STEP_FAILED { "failed" } else { "unknown what became of it" };
            let message = format!("{what}: {}: {}", first_few(&bindings, naming), visible(message));
            self.add(rule, Level::Error, message, None).help = help.map(|it| visible(it).into_owned());
        }
        match stopped {
            Some(Stop::Interrupted) => {
                let message = "interrupted before all steps were sent".to_owned();
                self.add(STOPPED, Level::Error, message, None);
            }
            Some(
                Stop::Unauthorized(failure) | Stop::Blind(failure) | Stop::Down(failure) | Stop::StaleList(failure),
            ) => {
                self.failure(STOPPED, failure);
            }
            None => {}
        }
        match after {
            After::Unread(failure) => self.failure(NOT_READ_AGAIN, failure),
            After::Decision(decision) if !decision.approved.is_empty() => {
                let left = decision.approved.len();
                let message = format!("{} left after the last one", counted(left, ["step", "steps"]));
                self.add(NOT_CONVERGED, Level::Error, message, None);
            }
            After::Untouched | After::Decision(_) => {}
        }
    }

    fn add(&mut self, rule: Rule, level: Level, message: String, span: Option<&'a Span>) -> &mut Finding<'a> {
        let identity = message.clone();
        let (kind, help, related, fingerprint) = (Priority::Other, None, &[][..], String::new());
        self.found.push(Finding { rule, level, kind, message, help, span, related, fingerprint, identity });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}

/// All of it in one line.
fn sum(pass: &ShownPass<'_>) -> String {
    let seen = pass.seen.map_or(String::new(), |it| format!(" · as {}", seen::words(it)));
    let sum = match (pass.report, pass.causes) {
        (Some(done), _) => report::counts(done),
        (None, None) => summary(pass.decision),
        (None, Some(_)) => format!("{} · {}", summary(pass.decision), verdict(pass).join(" · ")),
    };
    sum + &seen
}

/// The first few of many, in words.
fn first_few(bindings: &[Binding], naming: &Naming<'_>) -> String {
    /// More than this nobody reads in one line.
    const SHOWN: usize = 3;
    let words = Words { naming, markup: QUOTED };
    let shown: Vec<_> = bindings.iter().take(SHOWN).map(|it| words.binding(*it)).collect();
    let more = bindings.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// Gives every finding its fingerprint; of those that are alike, the second one and so on get others.
fn number(found: &mut [Finding<'_>]) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for it in found {
        let file = it.span.and_then(|it| path(&it.file)).unwrap_or_default();
        let key = format!("{}\0{file}\0{}", it.rule.id, without_counts(&it.identity));
        let nth = seen.entry(key.clone()).or_default();
        let hash = Sha256::digest(format!("{key}\0{nth}"));
        *nth += 1;
        let first: [u8; 16] = std::array::from_fn(|at| hash[at]);
        it.fingerprint = format!("{:032x}", u128::from_be_bytes(first));
    }
}

/// A message without the digits outside its literals: counts and line numbers change while a finding stays the same.
fn without_counts(message: &str) -> String {
    let parts = message.split('`').enumerate();
    let parts = parts
        .map(|(at, part)| if at % 2 == 0 { part.replace(|it: char| it.is_ascii_digit(), "") } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}
