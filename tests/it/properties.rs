//! What always holds of a decision, whatever the files and the world are.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use grantsync::binding::{Binding, Link};
use grantsync::desired::{Desired, Phase};
use grantsync::plan::{Creation, End, Plan, Removal, Skip, Why};
use grantsync::policy::{Cause, Causes, Decision, PolicyInput, approve};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::cases::config;
use crate::world::{NOW, World, instant, no_limits, resource, role, user};

/// One entry: resource, role, user, dates.
pub(crate) type Line = (&'static str, &'static str, &'static str, &'static str);

pub(crate) fn lines() -> impl Strategy<Value = Vec<Line>> {
    let resource = prop::sample::select(vec!["a", "b", "lab", "twin", "old", "nowhere"]);
    let role = prop::sample::select(vec!["admin", "member", "viewer", "boss"]);
    let user = prop::sample::select(vec!["ann", "ben", "cat", "dan", "sleeper", "ghost"]);
    let dates = prop::sample::select(vec!["", "", "", ", until: 2026-06-30", ", from: 2027-06-30"]);
    let lines = prop::collection::vec((resource, role, user, dates), 0..14);
    lines.prop_map(|mut lines| {
        lines.sort_unstable();
        lines.dedup_by_key(|(resource, role, user, _)| (*resource, *role, *user));
        lines
    })
}

/// Dates shortly before and after [`NOW`].
fn near() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        ", until: \"2027-01-01T11:55:00Z\"",
        ", until: \"2027-01-01T12:05:00Z\"",
        ", from: \"2027-01-01T11:55:00Z\"",
        ", from: \"2027-01-01T12:05:00Z\"",
    ])
}

/// Scopes name things by UUID, so that a line outside is seen only when names are resolved.
pub(crate) fn settings() -> impl Strategy<Value = String> {
    let [ann, ben, cat, sleeper] = ["ann", "ben", "cat", "sleeper"].map(user);
    let [admin, viewer] = ["admin", "viewer"].map(|it| role("HPC", it));
    let [a, lab] = [resource("HPC", "a", false), resource("Storage", "lab", false)];
    let scope = prop::sample::select(vec![
        String::new(),
        "scope: all\n".to_owned(),
        "scope: {offerings: [HPC]}\n".to_owned(),
        format!("scope: {{users: [{ann}, {ben}, {sleeper}, phantom]}}\n"),
        format!("scope: {{roles: [{admin}, {viewer}], exclude: {{resources: [{lab}]}}}}\n"),
        format!("scope: {{resources: [{a}, {lab}], exclude: {{users: [{cat}]}}}}\n"),
        "scope: {exclude: {users: [phantom]}}\n".to_owned(),
    ]);
    let protect = prop::sample::select(vec!["", "", "protect: [ann]\n", "protect: [\"c*\"]\n", "protect: [nobody]\n"]);
    (scope, protect).prop_map(|(scope, protect)| format!("{scope}{protect}"))
}

/// What a server that keeps ends says of a link.
fn ends() -> impl Strategy<Value = &'static str> {
    let ends =
        ["", " until 2026-06-30", " until 2027-06-30", " until 2027-12-31", " until 2028-06-30 managed", " managed"];
    prop::sample::select(ends.to_vec())
}

/// Worlds of the first generation.
pub(crate) fn worlds() -> impl Strategy<Value = World> {
    world(Just(false))
}

/// Worlds of servers that keep ends, and of such that do not.
pub(crate) fn all_worlds() -> impl Strategy<Value = World> {
    world(any::<bool>())
}

fn world(keeps_ends: impl Strategy<Value = bool>) -> impl Strategy<Value = World> {
    let link = (
        prop::sample::select(vec!["HPC a", "HPC b", "HPC twin", "Storage twin", "Storage lab", "HPC old (terminated)"]),
        prop::sample::select(vec!["admin", "member", "viewer"]),
        prop::sample::select(vec!["ann", "ben", "cat", "dan", "sleeper"]),
        ends(),
    );
    (prop::collection::vec(link, 0..16), keeps_ends).prop_map(|(links, keeps_ends)| {
        let mut text = "users: ann, ben, cat, dan, (inactive) sleeper\n".to_owned();
        for resource in ["HPC a", "HPC b", "HPC twin", "Storage twin", "Storage lab", "HPC old (terminated)"] {
            write!(text, "{resource}: ").unwrap();
            for (_, role, user, ends) in links.iter().filter(|(it, ..)| *it == resource) {
                write!(text, "{role} {user}{}, ", if keeps_ends { ends } else { "" }).unwrap();
            }
            text += "\n";
        }
        if keeps_ends { World::keeping_ends(&text) } else { World::read(&text) }
    })
}

pub(crate) fn yaml(settings: &str, lines: &[Line]) -> String {
    let mut yaml = format!("{settings}bindings:\n");
    for (resource, role, user, dates) in lines {
        writeln!(yaml, "  - {{resource: {resource}, role: {role}, user: {user}{dates}}}").unwrap();
    }
    if lines.is_empty() {
        yaml += "  []\n";
    }
    yaml
}

/// What an unresolved line could mean, said again in other words than the plan's own.
fn could_mean(desired: &Desired, binding: &Binding, now: Timestamp) -> bool {
    desired.doubts.iter().filter(|it| it.life.phase(now) == Phase::Alive).any(|doubt| {
        doubt.pattern.resource.is_none_or(|it| it == binding.resource)
            && doubt.pattern.role.is_none_or(|it| it == binding.role)
            && doubt.pattern.user.is_none_or(|it| it == binding.user)
    })
}

fn alive(desired: &Desired, now: Timestamp) -> impl Iterator<Item = Binding> {
    desired.bindings.iter().filter(move |it| it.phase(now) == Phase::Alive).map(|it| it.binding)
}

fn everywhere(plan: &Plan) -> Vec<Link> {
    let kept = plan.kept.iter().map(|it| it.link);
    let mut all: Vec<_> = plan.removed().chain(kept).chain(plan.in_sync.clone()).chain(plan.outside.clone()).collect();
    all.sort_unstable();
    all
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn every_link_is_in_one_list_and_every_wanted_binding_is_accounted_for(
        settings in settings(), lines in lines(), world in all_worlds(),
    ) {
        let yaml = yaml(&settings, &lines);
        let plan = world.plan(&yaml, NOW);
        prop_assert_eq!(everywhere(&plan), world.snapshot.links.clone());
        for binding in alive(&world.desired(&yaml), instant(NOW)) {
            let times = plan.in_sync.iter().filter(|it| it.binding == binding).count()
                + plan.created().filter(|it| *it == binding).count()
                + plan.skipped.iter().filter(|it| it.creation.row.is_none() && it.creation.binding == binding).count();
            prop_assert_eq!(times, 1, "{}", binding);
        }
    }

    #[test]
    fn nothing_outside_the_scope_is_touched(settings in settings(), lines in lines(), world in all_worlds()) {
        let yaml = yaml(&settings, &lines);
        let (plan, desired) = (world.plan(&yaml, NOW), world.desired(&yaml));
        let steps = plan.removals.iter().map(|it| it.link.binding).chain(plan.creations.iter().map(|it| it.binding));
        for binding in steps {
            let inside = desired.scope.as_ref().is_none_or(|it| it.contains(&binding, &world.directory));
            prop_assert!(inside, "{}", binding);
        }
        if desired.scope.is_none() {
            prop_assert!(plan.removals.iter().all(|it| desired.named.contains(&it.link.binding.resource)));
        }
    }

    #[test]
    fn doubt_never_removes(settings in settings(), lines in lines(), world in all_worlds()) {
        let yaml = yaml(&settings, &lines);
        let (plan, desired) = (world.plan(&yaml, NOW), world.desired(&yaml));
        for removal in &plan.removals {
            prop_assert!(!could_mean(&desired, &removal.link.binding, instant(NOW)), "{:?}", removal);
            prop_assert!(!desired.protected.contains(&removal.link.binding.user));
            prop_assert!(desired.blocking.is_none());
        }
    }

    #[test]
    fn nobody_is_left_without_what_is_to_take_its_place(settings in settings(), lines in lines(), world in all_worlds()) {
        let yaml = yaml(&settings, &lines);
        let (plan, desired) = (world.plan(&yaml, NOW), world.desired(&yaml));
        let there: BTreeSet<_> =
            plan.in_sync.iter().map(|it| it.binding).chain(plan.creations.iter().map(|it| it.binding)).collect();
        for removal in plan.removals.iter().filter(|it| it.why == Why::NotDeclared) {
            let pair = removal.link.binding.pair();
            let active = |it: &Binding| world.directory.users[&it.user].active != Some(false);
            for line in alive(&desired, instant(NOW)).filter(|it| it.pair() == pair).filter(active) {
                prop_assert!(there.contains(&line), "{} goes before {} is there", removal.link.binding, line);
            }
        }
    }

    #[test]
    fn where_clocks_differ_a_plan_is_right_by_either(
        settings in settings(), mut lines in lines(), near in prop::collection::vec(near(), 14), mut world in all_worlds(),
        minutes in prop::sample::select(vec![10, -10]),
    ) {
        for ((_, _, _, dates), near) in lines.iter_mut().zip(near).filter(|((.., dates), _)| !dates.is_empty()) {
            *dates = near;
        }
        let offset = SignedDuration::from_mins(minutes);
        world.snapshot.observation.clock_offset = Some(offset);
        let yaml = yaml(&settings, &lines);
        let (plan, desired) = (world.plan(&yaml, NOW), world.desired(&yaml));
        let created: BTreeSet<_> = plan.created().collect();
        let inactive = plan.skipped.iter().filter(|it| it.why == Skip::Inactive).map(|it| it.creation.binding);
        let live = world.snapshot.links.iter().map(|it| it.binding);
        let there: BTreeSet<_> = live.chain(inactive).chain(created.iter().copied()).collect();
        for now in [instant(NOW), instant(NOW) + offset] {
            let wanted: BTreeSet<_> = alive(&desired, now).collect();
            prop_assert!(created.is_subset(&wanted));
            let removed = plan.removals.iter().filter(|it| it.end_change().is_none());
            for removal in removed.filter(|it| it.why != Why::Duplicate) {
                let gone = removal.link.binding;
                prop_assert!(!wanted.contains(&gone) && !could_mean(&desired, &gone, now), "{:?}", removal);
                let missing = wanted.iter().find(|it| it.pair() == gone.pair() && !there.contains(it));
                prop_assert_eq!(missing, None, "{:?}", removal);
            }
        }
    }

    #[test]
    fn a_plan_after_a_pass_plans_nothing(settings in settings(), lines in lines(), world in all_worlds()) {
        let yaml = yaml(&settings, &lines);
        let plan = world.plan(&yaml, NOW);
        let again = world.after(&plan).plan(&yaml, NOW);
        prop_assert!(again.is_empty(), "{:?}", again);
        prop_assert_eq!(again.held.len(), plan.held.len());
    }

    #[test]
    fn neither_the_order_of_lines_nor_that_of_rows_matters(
        settings in settings(), lines in lines(), world in all_worlds(), seed in any::<u64>(),
    ) {
        let plan = world.plan(&yaml(&settings, &lines), NOW);
        let mut shuffled = (lines.clone(), world.clone());
        let mut order = splitmix(seed);
        shuffled.0.sort_by_cached_key(|_| order());
        shuffled.1.snapshot.links.sort_by_cached_key(|_| order());
        let other = shuffled.1.plan(&yaml(&settings, &shuffled.0), NOW);
        let steps = |plan: &Plan| {
            let creations: Vec<_> = plan.creations.iter().map(|it| it.binding).collect();
            let removals: Vec<_> = plan.removals.iter().map(|it| (it.link, it.why)).collect();
            let held: Vec<_> = plan.held.iter().map(|it| (it.removal.link, it.removal.why)).collect();
            let skipped: Vec<_> = plan.skipped.iter().map(|it| (it.creation.binding, it.why)).collect();
            (creations, removals, held, skipped, plan.kept.clone(), plan.in_sync.clone(), plan.outside.clone())
        };
        prop_assert_eq!(steps(&plan), steps(&other));
    }

    #[test]
    fn without_a_change_nothing_is_because_of_it(settings in settings(), lines in lines(), world in all_worlds()) {
        let decision = world.decision(&yaml(&settings, &lines));
        let causes = Causes::new(Some(&decision), &decision);
        let Decision { plan, approved, withheld, limited: _ } = &decision;
        let creations = approved.creations().iter().chain(&withheld.creations).map(|it| causes.of_creation(it));
        let removals = approved.removals().iter().chain(&withheld.removals).map(|it| causes.of_removal(it));
        let held = plan.held.iter().map(|it| causes.of_held(it));
        let skipped = plan.skipped.iter().map(|it| causes.of_skipped(it));
        prop_assert!(creations.chain(removals).chain(held).chain(skipped).all(|it| it == Cause::Drift));
        prop_assert!(causes.fixed.is_empty());
    }

    #[test]
    fn nobody_who_is_protected_or_in_doubt_is_given_an_earlier_end(
        settings in settings(), lines in lines(), world in all_worlds(),
    ) {
        let yaml = yaml(&settings, &lines);
        let (plan, desired) = (world.plan(&yaml, NOW), world.desired(&yaml));
        for change in plan.removals.iter().filter_map(Removal::end_change) {
            prop_assert!(world.snapshot.observation.keeps_ends && change.ends < End::new(change.link.ends));
            prop_assert!(plan.in_sync.contains(&change.link) && !change.link.managed);
            let binding = change.link.binding;
            prop_assert!(!desired.protected.contains(&binding.user) && !could_mean(&desired, &binding, instant(NOW)));
        }
        for change in plan.creations.iter().filter_map(Creation::end_change) {
            prop_assert!(world.snapshot.observation.keeps_ends && change.ends > End::new(change.link.ends));
            prop_assert!(!change.link.managed);
        }
    }

    #[test]
    fn a_link_that_no_step_is_about_ends_with_its_run(settings in settings(), lines in lines(), world in all_worlds()) {
        let yaml = yaml(&settings, &lines);
        let (plan, desired) = (world.plan(&yaml, NOW), world.desired(&yaml));
        let held = plan.held.iter().map(|it| it.removal.link);
        let skipped = plan.skipped.iter().filter_map(|it| it.creation.row);
        let changed = plan.removals.iter().map(|it| it.link).chain(plan.creations.iter().filter_map(|it| it.row));
        let kept = plan.kept.iter().map(|it| it.link);
        let about: BTreeSet<_> = held.chain(skipped).chain(changed).chain(kept).map(|it| it.binding).collect();
        let rest = plan.in_sync.iter().filter(|it| !about.contains(&it.binding) && !it.managed);
        for link in rest.filter(|it| !world.directory.resources[&it.binding.resource].terminated) {
            let wanted = desired.get(&link.binding).unwrap();
            let run = wanted.run(instant(NOW)).unwrap();
            let ends = world.snapshot.observation.keeps_ends && !desired.protected.contains(&link.binding.user);
            prop_assert_eq!(link.ends, run.until.filter(|_| ends), "{:?}", link);
        }
    }

    #[test]
    fn limits_hold_or_let_go(settings in settings(), lines in lines(), world in all_worlds(), most in 0..6_u32) {
        let yaml = yaml(&settings, &lines);
        let mut limits = no_limits();
        limits.removals = most;
        let plan = world.plan(&yaml, NOW);
        let decision = approve(plan.clone(), &PolicyInput { limits, ..PolicyInput::default() }).unwrap();
        let counted = |it: &&Removal| matches!(it.why, Why::NotDeclared | Why::NotBegun);
        let going: BTreeSet<_> =
            decision.approved.removals().iter().filter(counted).map(|it| it.link.binding).collect();
        prop_assert!(going.len() <= most as usize);
        prop_assert_eq!(everywhere(&decision.plan), everywhere(&plan), "what is held is not lost");
        let given = decision.approved.creations().len() + decision.approved.lengthenings().len();
        prop_assert_eq!(given, plan.creations.len(), "creations go on");
        if let [limited] = &decision.limited[..] {
            let approval = Some(limited.digest.clone());
            let released = approve(plan.clone(), &PolicyInput { limits, approval, ..PolicyInput::default() }).unwrap();
            let Decision { approved, .. } = released;
            prop_assert_eq!(approved.removals().len() + approved.shortenings().len(), plan.removals.len());
        }
    }
}

/// Numbers without an order, from a seed, by the mixing step of `splitmix64`.
fn splitmix(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
