//! What always holds of passes over a server, whatever the files, the world and the troubles are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use grantsync::binding::Binding;
use grantsync::desired::{Desired, Phase};
use grantsync::directory::Directory;
use grantsync::reconcile::{PassRequest, Prepared, WriteOptions};
use grantsync::sandbox::{Act, Event, EventKind, Fault, Reply, Waldur};
use proptest::prelude::*;
use tokio::sync::watch;
use uuid::Uuid;

use crate::cases::config;
use crate::reconcile_support::{
    Asked, PACE, Stage, all_rows, document, in_words, link, request, rows, run_until, triple, unlink,
};
use crate::world::{NOW, instant};

const RESOURCES: [&str; 5] = ["HPC a", "HPC b", "Storage lab", "Storage c", "HPC old (terminated)"];
const ROLES: [&str; 3] = ["admin", "member", "viewer"];
const USERS: [&str; 5] = ["ann", "ben", "cat", "dan", "sleeper"];
/// Only limits that these passes can reach are of use.
const LIMIT: usize = 3;

/// A case: what is live, what is wanted, and what goes wrong.
#[derive(Debug, Clone)]
struct Case {
    waldur: Waldur,
    world: String,
    yaml: String,
    troubles: Vec<Trouble>,
    parallelism: usize,
}

/// Something that happens at the nth request of a kind.
#[derive(Debug, Clone)]
struct Trouble {
    asked: Asked,
    nth: usize,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    HangUp,
    LoseAnswer,
    Answer(u16),
    AnswerAfter(u16),
    NoCount,
    LessThanStaff,
    /// Somebody else makes a link.
    Link(String),
    /// Somebody else takes the links of a triple away.
    Unlink(String),
}

fn triples() -> impl Strategy<Value = String> {
    let place = prop::sample::select(vec!["a", "b", "lab", "c"]);
    let (role, user) = (prop::sample::select(ROLES.to_vec()), prop::sample::select(USERS.to_vec()));
    (place, role, user).prop_map(|(place, role, user)| format!("{place} {role} {user}"))
}

fn troubles() -> impl Strategy<Value = Trouble> {
    let what = prop_oneof![
        Just(What::HangUp),
        Just(What::LoseAnswer),
        prop::sample::select(vec![400, 403, 429, 500, 503]).prop_map(What::Answer),
        prop::sample::select(vec![500, 502, 504]).prop_map(What::AnswerAfter),
        Just(What::NoCount),
        Just(What::LessThanStaff),
        triples().prop_map(What::Link),
        triples().prop_map(What::Unlink),
    ];
    let request = prop::sample::select(vec![
        Asked::Create,
        Asked::Create,
        Asked::Remove,
        Asked::Remove,
        Asked::Resource,
        Asked::Binding,
        Asked::LastPage,
        Asked::Anything,
    ]);
    (request, 1..6_usize, what).prop_map(|(asked, nth, what)| Trouble { asked, nth, what })
}

fn cases() -> impl Strategy<Value = Case> {
    let rows = prop::collection::vec(
        (
            prop::sample::select(RESOURCES.to_vec()),
            prop::sample::select(ROLES.to_vec()),
            prop::sample::select(USERS.to_vec()),
        ),
        0..14,
    );
    let lines = prop::collection::btree_set(
        (
            prop::sample::select(vec!["a", "b", "lab", "c", "old", "nowhere"]),
            prop::sample::select(vec!["admin", "member", "viewer", "boss"]),
            prop::sample::select(vec!["ann", "ben", "cat", "dan", "sleeper", "ghost"]),
        ),
        1..9,
    );
    let dates =
        prop::collection::vec(prop::sample::select(vec!["", "", "", ", until: 2026-06-30", ", from: 2027-06-30"]), 9);
    let settings = prop::sample::select(vec![
        "scope: all\n",
        "",
        "scope: {exclude: {offerings: [Storage]}}\n",
        "scope: all\nprotect: [ann]\n",
        "scope: all\nprotect: [nobody-here]\n",
    ]);
    let troubles = prop::collection::vec(troubles(), 0..5);
    let how = (prop::sample::select(Waldur::ALL.to_vec()), prop::sample::select(vec![1, 4]));
    (rows, lines, dates, settings, troubles, how).prop_map(
        |(mut rows, lines, dates, settings, troubles, (waldur, parallelism))| {
            // That version can take neither of two rows away.
            if waldur == Waldur::V8_0 {
                rows.sort_unstable();
                rows.dedup();
            }
            let mut world = "users: ann, ben, cat, dan, (inactive) sleeper\n".to_owned();
            for place in RESOURCES {
                let here = rows.iter().filter(|(it, ..)| *it == place).map(|(_, role, user)| format!("{role} {user}"));
                writeln!(world, "{place}: {}", here.collect::<Vec<_>>().join(", ")).unwrap();
            }
            let mut yaml = format!("{settings}limits: {{removals: {LIMIT}, removal_percent: 100}}\nbindings:\n");
            // What the scope shuts out would be invalid, were it named with its offering.
            for ((resource, role, user), dates) in lines.iter().zip(dates) {
                writeln!(yaml, "  - {{resource: {resource}, role: {role}, user: {user}{dates}}}").unwrap();
            }
            Case { waldur, world, yaml, troubles, parallelism }
        },
    )
}

impl Trouble {
    fn fault(&self, waldur: Waldur) -> Fault {
        let Self { asked, nth, what } = self.clone();
        let (method, target) = asked.on(waldur);
        let act = match what {
            What::HangUp => Act::HangUp,
            What::LoseAnswer => Act::LoseAnswer,
            What::Answer(status) => Act::Answer(Reply::json(status, "{}").header("retry-after", "0")),
            What::AnswerAfter(status) => Act::AnswerAfter(Reply::html(status)),
            What::NoCount => Act::WithoutHeader("x-result-count"),
            What::LessThanStaff => Act::before(|world, _| world.change_user("staff", |it| it.is_staff = false)),
            What::Link(triple) => Act::before(move |world, _| {
                if waldur != Waldur::V8_0 || rows(world, &triple).is_empty() {
                    link(world, &triple);
                }
            }),
            What::Unlink(triple) => Act::before(move |world, _| unlink(world, &triple)),
        };
        Fault::on(method, target, act).nth(nth)
    }
}

/// What the files mean, from a look at a world that holds still.
struct Truth {
    prepared: Prepared,
}

impl Truth {
    fn desired(&self) -> &Desired {
        &self.prepared.view.desired
    }

    fn directory(&self) -> &Directory {
        &self.prepared.view.directory
    }

    fn wanted(&self, binding: &Binding) -> bool {
        self.desired().get(binding).is_some_and(|it| it.phase(instant(NOW)) == Phase::Alive)
    }

    fn ended(&self, binding: &Binding) -> bool {
        self.desired().get(binding).is_some_and(|it| it.phase(instant(NOW)) == Phase::Ended)
    }

    fn in_scope(&self, binding: &Binding) -> bool {
        self.desired().scope.as_ref().is_none_or(|it| it.contains(binding, self.directory()))
    }

    fn terminated(&self, binding: &Binding) -> bool {
        self.directory().resources[&binding.resource].terminated
    }

    /// Whether an unresolved line could mean it.
    fn in_doubt(&self, binding: &Binding) -> bool {
        let Binding { resource, role, user } = binding;
        let alive = self.desired().doubts.iter().filter(|it| it.life.phase(instant(NOW)) == Phase::Alive);
        alive.map(|it| it.pattern).any(|it| {
            it.resource.is_none_or(|it| it == *resource)
                && it.role.is_none_or(|it| it == *role)
                && it.user.is_none_or(|it| it == *user)
        })
    }

    fn may_go(&self, binding: &Binding) -> bool {
        let Desired { scope, named, protected, blocking, .. } = self.desired();
        let ours = scope.is_some() || named.contains(&binding.resource);
        let kept = protected.contains(&binding.user) || self.terminated(binding);
        ours && self.in_scope(binding) && !kept && blocking.is_none() && !self.in_doubt(binding)
    }

    fn may_come(&self, binding: &Binding) -> bool {
        self.wanted(binding) && self.in_scope(binding) && !self.terminated(binding)
    }

    /// What is wanted and can be had.
    fn achievable(&self) -> impl Iterator<Item = Binding> {
        let wanted = self.desired().bindings.iter().map(|it| it.binding);
        let active = |it: &Binding| self.directory().users[&it.user].username != "sleeper";
        wanted.filter(move |it| self.may_come(it) && active(it))
    }
}

/// What we did in one pass, by the server's own record of it.
#[derive(Default)]
struct Done {
    created: BTreeMap<Binding, usize>,
    removed: BTreeSet<Binding>,
    live: BTreeSet<Binding>,
}

/// One pass.
async fn watched(stage: &Stage, request: &PassRequest<'_>, write_options: WriteOptions) -> Done {
    let before = stage.sandbox.world().events.len();
    let (_ask, stop) = watch::channel(false);
    // Whether it goes through or not: what it did has to be right.
    let _ = run_until(&stage.client, request, write_options, stop).await;
    let world = stage.sandbox.world();
    let live = all_rows(&world).map(|(_, triple)| bound(triple));
    let mut done = Done { live: live.collect(), ..Done::default() };
    for event in &world.events[before..] {
        let binding = bound(triple(&world, &named(event)));
        match event.kind {
            EventKind::Created | EventKind::Granted => *done.created.entry(binding).or_default() += 1,
            EventKind::Deleted | EventKind::Revoked => _ = done.removed.insert(binding),
            EventKind::Updated => {}
        }
    }
    done
}

pub(crate) fn bound([resource, role, user]: [Uuid; 3]) -> Binding {
    Binding { resource: resource.into(), role: role.into(), user: user.into() }
}

/// The triple of an event: of a sentence like `User ann has been assigned role admin in resource a.`, or what it says
/// beside.
pub(crate) fn named(event: &Event) -> String {
    if let Some(context) = event.context.as_object() {
        let part = |name: &str| context[name].as_str().unwrap().to_owned();
        return format!("{} {} {}", part("scope_name"), part("role_name"), part("affected_user_username"));
    }
    let words: Vec<_> = event.message.trim_end_matches('.').split(' ').collect();
    format!("{} {} {}", words[9], words[6], words[1])
}

/// Whether all of it was right. What somebody else took is none of our business.
fn judge(done: &Done, truth: &Truth, taken: &BTreeSet<Binding>) -> Result<(), TestCaseError> {
    let Done { created, removed, live } = done;
    for (binding, times) in created {
        prop_assert!(truth.may_come(binding), "{} is not wanted", binding);
        prop_assert_eq!(*times, 1, "{} was created {} times in one pass", binding, times);
    }
    let there = |it: &Binding| live.contains(it) || taken.contains(it);
    let mut counted = 0;
    for binding in removed {
        if truth.wanted(binding) {
            prop_assert!(truth.in_scope(binding) && there(binding), "no row of {} is left", binding);
            continue;
        }
        prop_assert!(truth.may_go(binding), "{} is none of ours, or in doubt", binding);
        if !truth.ended(binding) {
            counted += usize::from(!live.contains(binding));
        }
        if truth.desired().get(binding).is_none() {
            let mut instead = truth.achievable().filter(|it| it.pair() == binding.pair());
            prop_assert!(instead.all(|it| there(&it)), "{} went before what was to take its place came", binding);
        }
    }
    prop_assert!(counted <= LIMIT, "{} went at once", counted);
    Ok(())
}

async fn check(case: &Case) -> Result<(), TestCaseError> {
    let Case { waldur, world, yaml, troubles, parallelism } = case;
    let stage = Stage::of(in_words(world).on(*waldur)).await;
    let document = document(yaml);
    let request = request(&document);
    let write_options = WriteOptions { parallelism: *parallelism, settle: Duration::from_millis(1), ..PACE };
    let truth = Truth { prepared: stage.prepare(yaml).await };
    let taken = troubles.iter().filter_map(|it| match &it.what {
        What::Unlink(text) => Some(bound(triple(&stage.sandbox.world(), text))),
        _ => None,
    });
    let taken = taken.collect();

    // In trouble, then with what trouble is left, as the next tick of a schedule would find it.
    stage.calm();
    stage.sandbox.world().faults = troubles.iter().map(|it| it.fault(*waldur)).collect();
    for _ in 0..2 {
        judge(&watched(&stage, &request, write_options).await, &truth, &taken)?;
        stage.sandbox.world().change_user("staff", |it| it.is_staff = true);
    }
    // What limits hold is held for good; everything else is done after one pass without trouble.
    stage.calm();
    judge(&watched(&stage, &request, write_options).await, &truth, &BTreeSet::new())?;
    let left = stage.prepare(yaml).await.decision;
    prop_assert!(left.approved.is_empty() && left.withheld.is_empty(), "{:?}", left.approved);
    let in_sync: Vec<_> = left.plan.in_sync.iter().map(|it| it.binding).collect();
    for binding in truth.achievable() {
        prop_assert!(in_sync.contains(&binding), "{} is still missing", binding);
    }
    stage.calm();
    let again = watched(&stage, &request, write_options).await;
    prop_assert!(again.created.is_empty() && again.removed.is_empty());
    prop_assert_eq!(stage.writes(), Vec::<String>::new());
    Ok(())
}

proptest! {
    #![proptest_config(config(18))]

    #[test]
    fn trouble_delays_and_does_no_harm(case in cases()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(&case))?;
    }
}
