//! The scenes there are.

use grantsync::binding::Binding;
use grantsync::desired::{Mode, Origin, ResolvedPassFilter};
use grantsync::diagnostic::{Diagnostic, Source};
use grantsync::plan::{BindingPart, Creation, End, Hold, Keep, Removal, Skip, Why};
use grantsync::policy::{Difference, PlannedAction};
use grantsync::render::{Detail, Failed, Format, Naming, Shown, SnapshotAge, Stale, Verb, render};
use grantsync::report::{After, Failure, Outcome, Report, Step};
use grantsync::risk::{Accepted, Finding, Risk};

use super::{Scene, life};

const GRANTS: &str = "\
scope: {offerings: [HPC, Cloud]}
protect: [break-glass]
groups:
  gpu-team: [alice, bob]
bindings:
  - {resource: cluster-a, role: admin, user: alice}
  - resource: {name: cluster-b, offering: HPC}
    roles: [member, viewer]
    users: [carol, dvae]
    groups: [gpu-team]
    from: 2027-01-01
    until: 2027-03-31
    reason: OPS-12
  - {resource: cluster-a, role: member, user: erin, until: 2027-01-14}
  - {resource: cluster-c, role: admin, user: frank}
  - {resource: cluster-c, role: admin, user: grace}
  - {resource: notebooks, role: viewer, users: [heidi, ivan]}
  - {resource: old-cluster, role: viewer, user: judy}
  - {resource: cluster-d, role: viewer, user: mallory, from: 2027-06-01}
  - {resource: licences, role: user, user: niaj}
  - {resource: clutser-a, role: viewer, user: olivia}
  - {resource: lab, role: admin, user: trent}
";

pub(crate) type Story = fn() -> Scene;

/// Every scene that is shown as a pass, by name.
pub(crate) const ALL: &[(&str, Story)] = &[
    ("rich", rich),
    ("everything", everything),
    ("change", change),
    ("no_change", no_change),
    ("one", one),
    ("five_thousand", five_thousand),
    ("hostile", hostile),
    ("only_held", only_held),
    ("only_problems", only_problems),
    ("only_drift", only_drift),
    ("observed", observed),
    ("converged", converged),
    ("troubled", troubled),
];

/// A little of everything that a plan can say.
pub(crate) fn rich() -> Scene {
    let mut it = Scene::with_file("access/grants.yaml", GRANTS);
    let carol = Origin {
        life: life("2027-01-01T00:00:00Z", "2027-04-01T00:00:00Z"),
        reason: Some("OPS-12".into()),
        ..it.line("carol")
    };
    let team = Origin { groups: vec!["gpu-team".into()], ..carol.clone() };
    let team = Origin { span: it.at("resource: {name: cluster-b"), ..team };

    it.in_sync(["cluster-a", "admin", "alice"]);
    it.in_sync(["cluster-c", "admin", "peggy"]);
    it.in_sync(["cluster-d", "viewer", "trent"]);
    it.in_sync(["notebooks", "viewer", "heidi"]);
    // Nobody asks for it any more; one of the two keeps another role.
    it.remove(["cluster-a", "member", "alice"], Why::NotDeclared, &[]);
    it.remove(["cluster-c", "viewer", "victor"], Why::NotDeclared, &[]);
    let erin = Origin { life: life("", "2027-01-15T00:00:00Z"), ..it.line("user: erin") };
    it.remove(["cluster-a", "member", "erin"], Why::Ended, &[erin]);
    let mallory = Origin { life: life("2027-06-01T00:00:00Z", ""), ..it.line("mallory") };
    it.remove(["cluster-d", "viewer", "mallory"], Why::NotBegun, &[mallory]);
    let heidi = it.line("heidi");
    it.remove(["notebooks", "viewer", "heidi"], Why::Duplicate, &[heidi]);
    // A role for another one, and roles for nobody who had one.
    it.remove(["cluster-b", "admin", "carol"], Why::NotDeclared, &[]);
    it.create(["cluster-b", "member", "carol"], std::slice::from_ref(&carol));
    it.create(["cluster-b", "viewer", "carol"], &[carol]);
    it.create(["cluster-b", "viewer", "alice"], std::slice::from_ref(&team));
    let again = it.line("user: frank");
    it.create(["cluster-b", "viewer", "bob"], &[team, again.clone()]);
    it.create(["cluster-c", "admin", "frank"], &[again]);
    // Everything that holds a removal.
    let typo = it.unresolved("clutser-a", "no resource is called `clutser-a`", "did you mean `cluster-a`?");
    let user = it.unresolved("dvae", "no user has the username `dvae`", "did you mean `dave`?");
    it.hold(["cluster-a", "viewer", "olivia"], Hold::Doubt(typo));
    it.hold(["cluster-b", "member", "dave"], Hold::Doubt(user));
    let setting = it.at("break-glass");
    it.hold(["cluster-a", "viewer", "wendy"], Hold::Settings(setting));
    it.hold(["legacy", "viewer", "wendy"], Hold::NotNamed);
    it.hold(["cluster-d", "admin", "wendy"], Hold::Clock);
    it.hold(["cluster-d", "viewer", "wendy"], Hold::Replacement);
    it.hold(["cluster-d", "member", "wendy"], Hold::Keeper);
    it.hold(["gone", "viewer", "wendy"], Hold::Unseen(BindingPart::Resource));
    let gone = it.plan.held.last().unwrap().removal.link.binding.resource;
    it.directory.resources.remove(&gone);
    it.remove(["licences", "user", "niaj"], Why::NotDeclared, &[]);
    it.remove(["licences", "user", "rupert"], Why::NotDeclared, &[]);
    // What is asked for and not made, and what stays.
    let niaj = it.line("niaj");
    it.skip(["elsewhere", "user", "niaj"], Skip::OutsideScope, &[niaj]);
    let grace = it.line("grace");
    it.skip(["cluster-c", "admin", "grace"], Skip::Inactive, &[grace]);
    let judy = it.line("judy");
    it.skip(["old-cluster", "viewer", "judy"], Skip::Terminated, &[judy]);
    it.keep(["cluster-a", "admin", "break-glass"], Keep::Protected);
    it.keep(["old-cluster", "admin", "judy"], Keep::Terminated);
    it.outside(["Storage/archive", "reader", "sybil"]);
    // What the caller did not ask for.
    let ivan = it.line("ivan");
    it.create(["notebooks", "viewer", "ivan"], &[ivan]);
    it.remove(["notebooks", "viewer", "walter"], Why::NotDeclared, &[]);
    // What the server does not show in full, and what that keeps from being done.
    it.incomplete(["lab", "member", "trent"]);
    it.hold(["lab", "viewer", "wendy"], Hold::Incomplete);
    it.hold(["cluster-e", "member", "wendy"], Hold::Indistinct);
    let trent = it.line("trent");
    it.skip(["lab", "admin", "trent"], Skip::Incomplete, &[trent]);
    let notebooks: Binding = it.binding(["notebooks", "viewer", "heidi"]);
    let all = it.directory.resources.keys().copied().chain([gone]).filter(|id| *id != notebooks.resource);
    it.input.only = ResolvedPassFilter { users: None, resources: Some(all.collect()) };
    it.plan.warnings.push(
        Diagnostic::warning("unused-group", it.at("gpu-team"), "the group `gpu-team` is used once")
            .label("defined here")
            .related(it.at("[gpu-team]"), "used here"),
    );
    let finding = Finding::Endless { binding: it.binding(["cluster-c", "admin", "frank"]), ending: 2, others: 3 };
    let span = Some(it.at("user: frank"));
    it.assessment.risks.push(Risk { rule: "grant-without-end", finding, span, excuse: None });
    it.assessment.accepted.push(Accepted {
        rule: "last-holder-leaves",
        found: 2,
        reason: "they move to `cluster-b` on Monday (OPS-12)".into(),
        span: it.at("protect"),
    });
    it
}

/// What a change does, beside what was different before it.
pub(crate) fn change() -> Scene {
    let mut it = rich();
    let mut base = it.plan.clone();
    // The change asks for some and takes from others …
    let new: Vec<_> =
        [["cluster-c", "admin", "frank"], ["cluster-c", "admin", "grace"], ["cluster-b", "viewer", "bob"]]
            .map(|binding| it.binding(binding))
            .into();
    base.creations.retain(|creation| !new.contains(&creation.binding));
    base.skipped.retain(|skipped| !new.contains(&skipped.creation.binding));
    let gone = [["cluster-a", "member", "alice"], ["licences", "user", "niaj"]].map(|binding| it.binding(binding));
    base.removals.retain(|removal| !gone.contains(&removal.link.binding));
    // … and says what was so already, or is no longer wanted.
    let peggy = it.binding(["cluster-c", "admin", "peggy"]);
    let peggy = *it.plan.in_sync.iter().find(|link| link.binding == peggy).unwrap();
    base.removals.push(Removal { link: peggy, why: Why::NotDeclared, origins: [].into() });
    let dropped = it.binding(["cluster-d", "admin", "walter"]);
    base.creations.push(Creation { binding: dropped, origins: [].into(), ends: End::Never, row: None });
    it.base = Some(base);
    it.review("break-glass", "break-glass");
    it
}

/// Nothing to do.
pub(crate) fn no_change() -> Scene {
    let mut it = Scene::with_file("grants.yaml", "bindings:\n  - {resource: cluster-a, role: admin, user: alice}\n");
    it.in_sync(["cluster-a", "admin", "alice"]);
    it
}

/// One grant more.
pub(crate) fn one() -> Scene {
    let mut it = no_change();
    it.sources[0].text.push_str("  - {resource: cluster-a, role: member, user: bob}\n");
    let bob = it.line("bob");
    it.create(["cluster-a", "member", "bob"], &[bob]);
    it
}

/// 5,000 changes: three of five come, one changes, one goes; and as many that limits hold.
pub(crate) fn five_thousand() -> Scene {
    many(5_000)
}

/// As many changes as asked for.
pub(crate) fn many(changes: usize) -> Scene {
    let mut it =
        Scene::with_file("grants.yaml", "bindings:\n  - {resources: [r], roles: [admin], groups: [everybody]}\n");
    let all = it.line("everybody");
    let mut over = all.clone();
    over.life.until = Some("2027-01-15T00:00:00Z".parse().unwrap());
    for n in 0..changes {
        let (resource, user) = (format!("cluster-{:03}", n % 200), format!("user{n:05}"));
        match n % 5 {
            0 => it.remove([&resource, "member", &user], Why::Ended, std::slice::from_ref(&over)),
            1 => {
                it.remove([&resource, "member", &user], Why::Ended, std::slice::from_ref(&over));
                it.create([&resource, "admin", &user], std::slice::from_ref(&all));
            }
            _ => it.create([&resource, "viewer", &user], std::slice::from_ref(&all)),
        }
    }
    for n in 0..changes / 5 {
        let (resource, user) = (format!("cluster-{:03}", n % 200), format!("former{n:05}"));
        it.remove([&resource, "member", &user], Why::NotDeclared, &[]);
    }
    it
}

/// Names that would like to be something else, with reasons, files and groups alike.
pub(crate) const HOSTILE: &[&str] = &[
    "|</details><script>alert(1)</script>",
    "`` ` ``@everyone`",
    "@octocat #1 !2 $3 ~bug %4 &5 *iteration:6",
    "[click](https://evil.example) https://evil.example www.evil.example",
    "<!-- grantsync:plan --> --> <img src=x onerror=alert(1)>",
    "line\nbreak\r\n| a | b |\n\n# heading",
    "\u{202e}gpj.exe\u{200b}\u{1b}[2J\u{9b}31m",
    "::error file=a,line=1::pwned ##[error]pwned %0A::warning::x",
    "a\\|b\\\\|c\\",
    " leading and trailing ",
    "**bold** _it_ ~~s~~ &lt;b&gt; &#64;x :smile: $`x`$ $$y$$",
    "\u{1f4a9}e\u{301}\u{645}\u{631}\u{62d}\u{628}\u{627}",
];

pub(crate) fn hostile() -> Scene {
    let mut it = Scene::with_file("a b|`c`,d:e%<f>.yaml", "bindings: [x]\n");
    for name in HOSTILE {
        let origin = Origin { groups: vec![(*name).into()], reason: Some((*name).into()), ..it.line("x") };
        let resource = format!("{name}/{name}");
        let resource = if name.contains('/') { format!("HPC/{name}") } else { resource };
        it.create([&resource, name, name], &[origin]);
        it.hold([&resource, "viewer", name], Hold::NotNamed);
        let span = it.at("x");
        let message = format!("no user has the username `{name}`");
        it.plan.problems.push(Diagnostic::error("unresolved", span, message).help(format!("did you mean `{name}`?")));
        it.plan.unresolved += 1;
    }
    it.review(&HOSTILE.concat(), "x");
    it.observation.caller.username = HOSTILE[0].into();
    it.observation.caller.is_staff = false;
    it.observation.changing = true;
    it.plan.changing = true;
    it
}

/// Nothing goes, because too much would.
pub(crate) fn only_held() -> Scene {
    let mut it = no_change();
    for n in 0..30 {
        it.remove(["cluster-a", "member", &format!("user{n:02}")], Why::NotDeclared, &[]);
    }
    it.input.removed_lately = 3;
    it
}

/// Nothing to do but to mend the files.
pub(crate) fn only_problems() -> Scene {
    let mut it = no_change();
    it.sources[0].text.push_str("  - {resource: cluster-a, roles: [member], users: [zoe, bbo]}\n");
    it.unresolved("zoe", "no user has the username `zoe`", "did you mean `zoë`?");
    it.unresolved("bbo", "no user has the username `bbo`", "did you mean `bob`?");
    it
}

/// The files did not change, the server did.
pub(crate) fn only_drift() -> Scene {
    let mut it = no_change();
    it.remove(["cluster-a", "admin", "mallory"], Why::NotDeclared, &[]);
    let alice = it.line("alice");
    it.remove(["cluster-a", "admin", "alice"], Why::Duplicate, &[alice]);
    it.base = Some(it.plan.clone());
    it.seen = Some(SnapshotAge::new("2027-01-15T03:07:00Z".parse().unwrap(), it.plan.now, false));
    it
}

/// Writes are not wanted.
pub(crate) fn observed() -> Scene {
    let mut it = one();
    it.remove(["cluster-a", "admin", "mallory"], Why::NotDeclared, &[]);
    it.input.mode = Mode::Observe;
    it
}

/// Everything went as planned.
pub(crate) fn converged() -> Scene {
    let mut it = one();
    it.in_sync(["cluster-a", "admin", "mallory"]);
    // Two rows of one grant, and a row too many of another.
    it.remove(["cluster-a", "member", "mallory"], Why::NotDeclared, &[]);
    it.remove(["cluster-a", "member", "mallory"], Why::NotDeclared, &[]);
    let alice = it.line("alice");
    it.remove(["cluster-a", "admin", "alice"], Why::Duplicate, &[alice]);
    let approved = it.decide().approved;
    let created = Outcome::Created(it.link(["cluster-a", "member", "bob"]));
    let creations = approved.creations().iter().cloned().map(|creation| (Step::Create(creation), created.clone()));
    let removals = approved.removals().iter().cloned().map(|removal| (Step::Remove(removal), Outcome::Removed));
    let steps = creations.chain(removals).collect();
    it.report = Some(Report { steps, stopped: None, after: After::Decision(Box::new(no_change().decide())) });
    it
}

/// Much went wrong.
pub(crate) fn troubled() -> Scene {
    let mut it = rich();
    let decision = it.decide();
    let failure =
        |message: &str, help: Option<&str>| Failure { message: message.to_owned(), help: help.map(str::to_owned) };
    let mut steps: Vec<_> = decision.approved.creations().iter().cloned().map(Step::Create).collect();
    steps.extend(decision.approved.removals().iter().cloned().map(Step::Remove));
    let created = it.link(["cluster-b", "member", "carol"]);
    let outcomes = [
        Outcome::Failed(failure(
            "`POST /api/marketplace-resource-users/`: 400: `{\"role\": [\"gone\"]}`",
            Some("plan again"),
        )),
        Outcome::Unknown(failure("`POST /api/marketplace-resource-users/`: no answer within 60 s", None)),
        Outcome::Adopted(created),
        Outcome::Created(created),
        Outcome::Held(Hold::Replacement),
        Outcome::AlreadyGone,
        Outcome::Removed,
    ];
    let outcomes = outcomes.into_iter().chain(std::iter::repeat(Outcome::Unsent));
    it.report = Some(Report {
        steps: steps.into_iter().zip(outcomes).collect(),
        stopped: Some(grantsync::report::Stop::Unauthorized(failure("401 Unauthorized", Some("renew the token")))),
        after: After::Unread(failure("`GET /api/marketplace-resource-users/`: 401", None)),
    });
    it
}

/// Everything, what stays included.
pub(crate) fn everything() -> Scene {
    Scene { detail: Detail::Everything, ..rich() }
}

/// Files that can't be used.
pub(crate) fn invalid() -> (Vec<Diagnostic>, Vec<Source>) {
    let it = Scene::with_file("grants.yaml", "bindings:\n  - {resuorce: cluster-a, role: admin, user: 12}\n");
    let diagnostics = vec![
        Diagnostic::error("unknown-key", it.at("resuorce"), "unknown key `resuorce`").help("did you mean `resource`?"),
        Diagnostic::error("not-quoted", it.at("12"), "`12` is a number").help("quote it: `\"12\"`"),
        Diagnostic::warning("deprecated", it.at("bindings"), "written in one line"),
    ];
    (diagnostics, it.sources)
}

/// A server that could not be read.
pub(crate) fn failed() -> Failure {
    Failure {
        message: "`GET https://waldur.example.org/api/users/me/`: 401 Unauthorized".to_owned(),
        help: Some("renew the token in `WALDUR_ACCESS_TOKEN`".to_owned()),
    }
}

/// A saved plan that is not what would be done now.
pub(crate) fn stale(format: Format) -> String {
    let mut it = Scene::new();
    let coming = it.binding(["cluster-a", "admin", "alice"]);
    let links = [["cluster-a", "member", "bob"], ["cluster-a", "member", "carol"], ["cluster-b", "viewer", "dave"]];
    let links = links.map(|link| it.link(link));
    let mut differences = vec![Difference {
        binding: coming,
        link: None,
        end: None,
        then: PlannedAction::Created,
        now: PlannedAction::Nothing,
    }];
    let fates = [PlannedAction::Removed, PlannedAction::Removed, PlannedAction::Held];
    differences.extend(links.iter().zip(fates).map(|(link, now)| Difference {
        binding: link.binding,
        link: Some(link.id),
        end: None,
        then: PlannedAction::Nothing,
        now,
    }));
    let failure = Failure { message: "the plan is stale".to_owned(), help: Some("make a new plan".to_owned()) };
    let stale = Some(Stale { differences: &differences, naming: &Naming::new(&it.directory) });
    render(format, &Shown::Failed(Failed { verb: Verb::Apply, failure: &failure, stale }))
}
