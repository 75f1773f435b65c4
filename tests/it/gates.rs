//! Every cell of the table of gates: a step of the kind meets the gate, and the table is right about what becomes of it.

use std::collections::BTreeSet;

use grantsync::binding::{Binding, Link, LinkId};
use grantsync::desired::{Limits, Mode, PassFilter};
use grantsync::plan::{Creation, Hold, Plan, Removal, Skip};
use grantsync::policy::gates::{Effect, GATES, Gate, KINDS, StepKind};
use grantsync::policy::{Decision, Deferred, LastSeen, NewRemovals, PolicyInput, Set, Unsettled, approve};
use grantsync::snapshot::IncompleteLink;
use jiff::SignedDuration;

use crate::world::{NOW, World, instant, link, no_limits, resource, role, user};

/// A step about alice as viewer of cluster-a, and what it meets.
struct Cell {
    world: World,
    /// The settings of the file, and its entries.
    settings: String,
    entries: Vec<String>,
    input: PolicyInput,
}

impl Cell {
    /// A step of this kind that meets nothing.
    fn new(kind: StepKind, keeps_ends: bool) -> Self {
        let (links, entry) = match kind {
            StepKind::Create => ("", Some("")),
            StepKind::NotDeclared => (", viewer alice", None),
            StepKind::NotBegun => (", viewer alice", Some(", from: 2027-06-01")),
            StepKind::Ended => (", viewer alice", Some(", until: 2026-12-31")),
            StepKind::LongEnded => (", viewer alice", Some(", until: 2025-12-31")),
            StepKind::Duplicate => (", viewer alice, viewer alice", Some("")),
            StepKind::EndsLater => (", viewer alice until 2027-03-31", Some(", until: 2027-06-30")),
            StepKind::EndsSoon => (", viewer alice", Some(", until: 2027-01-15")),
            StepKind::EndsEarlier => (", viewer alice", Some(", until: 2027-06-30")),
        };
        let mut world =
            World::read(&format!("HPC cluster-a: viewer keeper{links}\nHPC cluster-b: viewer keeper\nusers: alice"));
        world.snapshot.observation.keeps_ends = keeps_ends;
        let entry = entry.map(|life| format!("{{resource: cluster-a, role: viewer, user: alice{life}}}"));
        let keeper = "{resources: [cluster-a, cluster-b], role: viewer, user: keeper}".to_owned();
        let entries = entry.into_iter().chain([keeper]).collect();
        let input = PolicyInput { limits: no_limits(), ..PolicyInput::default() };
        Self { world, settings: "scope: all".to_owned(), entries, input }
    }

    /// Puts the gate in its way.
    fn meet(&mut self, gate: Gate) {
        let (plan, step) = (self.plan(), step());
        let Self { world, settings, entries, input } = self;
        let mut add = |line: &str| entries.push(line.to_owned());
        match gate {
            Gate::Scope => *settings = format!("scope: {{users: [{{uuid: {}}}]}}", user("keeper")),
            Gate::Protect => settings.push_str("\nprotect: [alice]"),
            Gate::Terminated => world.directory.resources.get_mut(&step.resource).unwrap().terminated = true,
            Gate::Incomplete => {
                let resource = Some(step.resource);
                let row = IncompleteLink { id: link(99), resource, role: None, user: Some(user("keeper")) };
                world.snapshot.incomplete.push(row);
            }
            Gate::Indistinct => {
                let id = LinkId::derived(&step);
                let rows = world.snapshot.links.iter_mut().filter(|it| it.binding == step);
                rows.for_each(|it| it.id = id);
                let first = world.snapshot.links.iter().find(|it| it.binding == step).copied();
                let later = first.map(|it| Link { created: Some(instant("2026-12-01T00:00:00Z")), ..it });
                world.snapshot.links.extend(later);
            }
            Gate::Inactive => world.directory.users.get_mut(&step.user).unwrap().active = Some(false),
            Gate::Settings => settings.push_str("\nprotect: [nobody]"),
            Gate::NotNamed => {
                settings.clear();
                entries.retain(|it| it.contains("alice"));
                let keeper = user("keeper");
                world.snapshot.links.retain(|it| it.binding.resource != step.resource || it.binding.user != keeper);
                entries.push("{resource: cluster-b, role: viewer, user: keeper}".to_owned());
            }
            Gate::Unseen => drop(world.directory.roles.remove(&step.role)),
            Gate::Unresolved => add("{resource: cluster-a, role: viewer, user: nobody}"),
            Gate::Clocks => {
                world.snapshot.observation.clock_offset = Some(SignedDuration::from_mins(6));
                for entry in entries.iter_mut().filter(|it| it.contains("alice") && !it.contains("until")) {
                    *entry = entry.replace('}', ", until: 2027-12-31}");
                }
            }
            Gate::Replacement => {
                *settings = format!("scope: {{roles: [{{uuid: {}}}]}}", step.role);
                add("{resource: cluster-a, role: admin, user: alice}");
            }
            Gate::Limits => input.limits = Limits { removals: 0, removal_percent: 100, creations: Some(0) },
            Gate::Day => {
                input.limits = Limits { removals: 25, removal_percent: 100, creations: None };
                (input.removed_lately, input.ended_lately) = (25, 25);
            }
            // The agent is stricter while files have vanished.
            Gate::AddOnly | Gate::Vanished => input.mode = Mode::AddOnly,
            Gate::Observe => input.mode = Mode::Observe,
            Gate::Only => {
                let mut only = PassFilter::default();
                only.user("--only user", "keeper").unwrap();
                input.only = only.resolve(&world.directory).unwrap();
            }
            // The reading before this one was a day ago.
            Gate::Quiet => {
                let ended = instant("2026-12-31T12:00:00Z");
                let removals = NewRemovals { except: BTreeSet::new(), or_ended_after: ended };
                let unsettled = Unsettled { creations: true, removals: Some(removals), settings: None };
                input.deferred = unsettled.steps(&plan, None);
            }
            // What is missing may exist; what was seen exists.
            Gate::StaleList => input.deferred = plan.created().map(Deferred::Creation).collect(),
            Gate::DeferredSteps => {
                input.deferred = [Deferred::Creation(step), Deferred::Removal(step), Deferred::End(step)].into();
            }
            // They act once steps are sent: `reconcile_asked`, `reconcile_replace` and `reconcile_ends` tell.
            Gate::Keeper | Gate::OneRole | Gate::Row | Gate::Prompt => {}
            Gate::Managed => {
                let rows = world.snapshot.links.iter_mut().filter(|it| it.binding == step);
                rows.for_each(|it| it.managed = true);
            }
        }
    }

    fn plan(&self) -> Plan {
        let yaml = format!("{}\nbindings: [{}]", self.settings, self.entries.join(", "));
        self.world.plan(&yaml, NOW)
    }

    fn decide(&self) -> Decision {
        approve(self.plan(), &self.input).unwrap()
    }
}

fn step() -> Binding {
    Binding { resource: resource("HPC", "cluster-a", false), role: role("HPC", "viewer"), user: user("alice") }
}

/// What became of the step; nothing, if there is none of its kind.
fn effect(kind: StepKind, decision: &Decision) -> Option<Effect> {
    let Decision { plan, approved, withheld, limited: _ } = decision;
    let step = step();
    let seen = LastSeen::default();
    let is_it = |it: &Removal| it.link.binding == step && StepKind::of(it, plan.now, &seen) == kind;
    let is_created = |it: &Creation| it.binding == step && StepKind::of_creation(it) == kind;
    if matches!(kind, StepKind::Create | StepKind::EndsLater) {
        if let Some(skipped) = plan.skipped.iter().find(|it| is_created(&it.creation)) {
            let limit = skipped.why == Skip::Limit;
            return Some(if limit { Effect::Counts(Set::Creations) } else { Effect::Skips });
        }
        if withheld.creations.iter().any(is_created) {
            return Some(Effect::Withholds);
        }
        if approved.creations().iter().chain(approved.lengthenings()).any(is_created) {
            return Some(Effect::Passes);
        }
    }
    let left = plan.kept.iter().map(|it| it.link).chain(plan.outside.iter().copied());
    if left.into_iter().any(|it| it.binding == step) {
        return Some(Effect::Leaves);
    }
    if let Some(held) = plan.held.iter().find(|it| is_it(&it.removal)) {
        return Some(match held.hold {
            Hold::Limit => Effect::Counts(Set::Removals),
            Hold::LimitEnded => Effect::Counts(Set::Ended),
            _ => Effect::Holds,
        });
    }
    if withheld.removals.iter().any(is_it) {
        return Some(Effect::Withholds);
    }
    if approved.removals().iter().chain(approved.shortenings()).any(is_it) {
        return Some(Effect::Passes);
    }
    let ends = matches!(kind, StepKind::EndsLater | StepKind::EndsSoon | StepKind::EndsEarlier);
    (ends && plan.in_sync.iter().any(|it| it.binding == step)).then_some(Effect::Leaves)
}

#[test]
fn every_cell_of_the_table_of_gates_is_right() {
    let ends = |it: StepKind| matches!(it, StepKind::EndsLater | StepKind::EndsSoon | StepKind::EndsEarlier);
    // Whether the server keeps ends or not; only where it does can they be changed.
    let cells = GATES.iter().flat_map(|(gate, effects)| {
        let kinds = KINDS.iter().zip(effects);
        kinds.flat_map(move |(kind, effect)| [true, false].map(|keeps_ends| (gate, kind, effect, keeps_ends)))
    });
    for (gate, kind, expected, keeps_ends) in cells.filter(|(_, kind, _, keeps_ends)| *keeps_ends || !ends(**kind)) {
        let mut cell = Cell::new(*kind, keeps_ends);
        assert_eq!(effect(*kind, &cell.decide()), Some(Effect::Passes), "{kind:?} meets nothing");
        cell.meet(*gate);
        let found = effect(*kind, &cell.decide());
        match (gate, expected) {
            (Gate::Keeper | Gate::OneRole | Gate::Row | Gate::Prompt, _) => {
                assert_eq!(found, Some(Effect::Passes), "{gate:?} × {kind:?}");
            }
            // It is none of its kind any more, or the gate is not in its way.
            (_, Effect::Never) => assert!(matches!(found, None | Some(Effect::Passes)), "{gate:?} × {kind:?}"),
            (_, expected) => assert_eq!(found, Some(*expected), "{gate:?} × {kind:?}"),
        }
    }
}

#[test]
fn what_ended_since_it_was_seen_live_and_wanted_is_ordinary() {
    // Until 2026-12-20 it was wanted; the server was away for twelve days, or the file was changed.
    let kind = |seen: Option<&str>| {
        let wanted = "scope: all\nbindings:\n  - {resource: cluster-a, role: viewer, user: alice, until: 2026-12-20}\n";
        let world = World::read("HPC cluster-a: viewer alice");
        let then = seen.map(|at| LastSeen::default().after(&world.plan(wanted, at)));
        // A pass in between saw it ended, and forgets nothing while it is live.
        let then = then.map(|it| it.after(&world.plan(wanted, NOW))).unwrap_or_default();
        let plan = world.plan(wanted, NOW);
        StepKind::of(&plan.removals[0], plan.now, &then)
    };
    assert_eq!(kind(Some("2026-12-20T12:00:00Z")), StepKind::Ended);
    assert_eq!(kind(None), StepKind::LongEnded);
    // It was seen when, by the file of today, it had ended: the date was changed.
    let world = World::read("HPC cluster-a: viewer alice");
    let yaml = |until: &str| {
        format!("scope: all\nbindings:\n  - {{resource: cluster-a, role: viewer, user: alice, until: {until}}}\n")
    };
    let seen = LastSeen::default().after(&world.plan(&yaml("2027-12-20"), NOW));
    let plan = world.plan(&yaml("2026-12-20"), NOW);
    assert_eq!(StepKind::of(&plan.removals[0], plan.now, &seen), StepKind::LongEnded);
    let plan = world.plan(&yaml("2026-12-30"), NOW);
    assert_eq!(StepKind::of(&plan.removals[0], plan.now, &seen), StepKind::Ended, "within 48 hours");
    assert_eq!(seen.at(&plan.removals[0].link.binding), Some(instant(NOW)));
    let gone = World::read("HPC cluster-a: viewer bob");
    let after = seen.after(&gone.plan(&yaml("2027-12-20"), NOW));
    assert_eq!(after, LastSeen::default(), "what is gone is forgotten");
}

#[test]
fn what_ended_long_ago_is_a_set_of_its_own_that_holds_nothing_else_and_nothing_else_holds_it() {
    let world =
        World::read("HPC cluster-a: viewer alice, viewer bob, viewer carol, viewer dave, admin erin, admin keeper");
    let yaml = "
scope: all
bindings:
  - {resource: cluster-a, role: viewer, users: [alice, bob], until: 2025-03-31}
  - {resource: cluster-a, role: admin, user: keeper}
";
    let limits = |removals| Limits { removals, removal_percent: 100, creations: None };
    let decide = |input: &PolicyInput| approve(world.plan(yaml, NOW), input).unwrap();
    // Two that ended long ago and three that nobody declares.
    let sets = |input: &PolicyInput| -> Vec<_> { decide(input).limited.iter().map(|it| (it.set, it.links)).collect() };
    assert_eq!(sets(&PolicyInput { limits: limits(3), ..PolicyInput::default() }), []);
    assert_eq!(sets(&PolicyInput { limits: limits(2), ..PolicyInput::default() }), [(Set::Removals, 3)]);
    let both = PolicyInput { limits: limits(1), ..PolicyInput::default() };
    assert_eq!(sets(&both), [(Set::Removals, 3), (Set::Ended, 2)]);
    let digests: Vec<_> = decide(&both).limited.into_iter().map(|it| it.digest).collect();
    assert_ne!(digests[0], digests[1]);
    for (given, gone) in [(0, 3), (1, 2)] {
        let decision = decide(&PolicyInput { approval: Some(digests[given].clone()), ..both.clone() });
        assert_eq!(decision.approved.removals().len(), gone);
        assert_eq!(decision.limited.len(), 1, "the other set is held as before");
        assert_eq!(decision.limited[0].digest, digests[1 - given]);
    }
    let lately = PolicyInput { limits: limits(3), ended_lately: 2, ..PolicyInput::default() };
    assert_eq!(sets(&lately), [(Set::Ended, 2)], "each has its own day");
}

#[test]
fn too_many_creations_are_held_with_what_they_replace_until_they_are_approved() {
    let world = World::read("HPC cluster-a: viewer alice, viewer bob, admin keeper\nusers: carol");
    let yaml = "
scope: all
limits: {creations: 2, removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, users: [keeper, alice, bob, carol]}
";
    let decision = world.decision(yaml);
    assert!(decision.approved.is_empty(), "{:?}", decision.approved);
    let why: Vec<_> = decision.plan.skipped.iter().map(|it| it.why).collect();
    assert_eq!(why, [Skip::Limit; 3]);
    let holds: Vec<_> = decision.plan.held.iter().map(|it| it.hold.clone()).collect();
    assert_eq!(holds, [Hold::Replacement, Hold::Replacement]);
    let [limited] = &decision.limited[..] else { panic!("{:?}", decision.limited) };
    assert_eq!((limited.set, limited.links), (Set::Creations, 3));
    assert_eq!(
        limited.exceeded[0].to_string(),
        "3 bindings would be created, more than the 2 that `limits.creations` allows"
    );
    let approved = format!("{yaml}approvals:\n  - {{held: {}, until: 2027-01-02}}\n", limited.digest);
    let decision = world.decision(&approved);
    assert_eq!((decision.approved.creations().len(), decision.approved.removals().len()), (3, 2));
    assert_eq!(decision.limited, []);
    assert_eq!(world.decision(&yaml.replace("creations: 2", "creations: 3")).approved.creations().len(), 3);
}
