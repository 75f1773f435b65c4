//! Why somebody has, gets, loses or lacks a role.

use expect_test::{Expect, expect};
use grantsync::binding::Binding;
use grantsync::explain::{Absent, Account, ExplainInput, Explanation, History, LinkStatus, Question, explain};
use grantsync::policy::{Decision, PolicyInput, approve};
use grantsync::render::{self, ExplainContext, Naming};
use proptest::prelude::*;

use crate::cases::config;
use crate::properties::{all_worlds, lines, settings, yaml};
use crate::world::{NOW, World, document, resource, role, user};

pub(crate) const WORLD: &str = "
HPC cluster-a: admin alice, viewer alice, member bob, member bob, admin root, viewer erin
HPC cluster-b: member alice
HPC old (terminated): viewer alice
Storage archive: admin alice
users: (inactive) zoe, yan
";

pub(crate) const FILE: &str = "
scope: {offerings: [HPC]}
limits: {removal_percent: 100}
protect: [root]
groups:
  staff: [bob, {group: interns}]
  interns:
    - yan
bindings:
  - resource: cluster-a
    role: admin
    user: alice
    until: 2027-03-31
    reason: OPS-12
  - {resource: cluster-a, role: member, groups: [staff]}
  - {resource: cluster-b, role: admin, user: alice}
  - {resource: cluster-b, role: viewer, user: alice, from: 2027-02-01}
  - {resource: cluster-b, role: viewer, user: zoe}
  - {resource: cluster-b, role: viewer, user: erin, until: 2026-11-30}
  - {resource: cluster-a, role: viewer, user: alcie}
";

fn decision(world: &World, yaml: &str) -> Decision {
    let limits = document(yaml).limits;
    approve(world.plan(yaml, NOW), &PolicyInput { limits, ..PolicyInput::default() }).unwrap()
}

fn asked(world: &World, yaml: &str, question: Question) -> Explanation {
    asked_all(world, yaml, [question]).remove(0)
}

/// Answers several questions about one decision.
fn asked_all(world: &World, yaml: &str, questions: impl IntoIterator<Item = Question>) -> Vec<Explanation> {
    let (document, desired, decision) = (document(yaml), world.desired(yaml), decision(world, yaml));
    let known =
        ExplainInput { document: &document, desired: &desired, directory: &world.directory, decision: &decision };
    questions.into_iter().map(|it| explain(it, known)).collect()
}

pub(crate) fn told(world: &World, yaml: &str, question: Question, history: &History) -> String {
    let decision = decision(world, yaml);
    let beside = ExplainContext { history, directory: &world.directory, limited: &decision.limited };
    let mut explanation = asked(world, yaml, question);
    explanation.remember(&history.events, &world.directory);
    let text = render::explain(&explanation, beside, &Naming::new(&world.directory));
    anstream::adapter::strip_str(&text).to_string()
}

#[track_caller]
fn check(question: Question, expect: Expect) {
    expect.assert_eq(&told(&World::read(WORLD), FILE, question, &History::default()));
}

#[test]
fn everything_of_a_user() {
    check(
        Question::user(user("alice")),
        expect![[r#"
        alice

        cluster-a  HPC
          =    admin   alice  has it, and keeps it
               grants.yaml:12 · OPS-12 · until 2027-03-31
               link 00000000000000000000000000000001
          !    viewer  alice  has it, and keeps it for now: an unresolved line might refer to it · grants.yaml:20
               link 00000000000000000000000000000002
                 help: fix that line

        cluster-b  HPC
          +    admin   alice  gets it
               grants.yaml:16
          -    member  alice  has it, and loses it: not declared
               link 00000000000000000000000000000007
          ·    viewer  alice  lacks it: not begun, begins 2027-02-01
               grants.yaml:17 · from 2027-02-01 · not begun

        old  HPC
          =    viewer  alice  has it, and keeps it: terminated
               link 00000000000000000000000000000008

        archive  Storage
          ·    admin  alice  has it, outside the scope: it is left alone
               link 00000000000000000000000000000009

        Unresolved, and might mean something of this:
          grants.yaml:20: no user has the username `alcie`, and probably does
            help: did you mean `alice`?

        The server's log could not be read.
    "#]],
    );
}

#[test]
fn everything_on_a_resource() {
    check(
        Question::resource(resource("HPC", "cluster-a", false)),
        expect![[r#"
        cluster-a  HPC
          =    admin   alice  has it, and keeps it
               grants.yaml:12 · OPS-12 · until 2027-03-31
               link 00000000000000000000000000000001
          !    viewer  alice  has it, and keeps it for now: an unresolved line might refer to it · grants.yaml:20
               link 00000000000000000000000000000002
                 help: fix that line
          =    member  bob    has it, and keeps it
               grants.yaml:15 via staff (grants.yaml:6)
               link 00000000000000000000000000000003: stays
               link 00000000000000000000000000000004: goes
          !    viewer  erin   has it, and keeps it for now: an unresolved line might refer to it · grants.yaml:20
               link 00000000000000000000000000000006
                 help: fix that line
          =    admin   root   has it, and keeps it: protected
               link 00000000000000000000000000000005
          +    member  yan    gets it
               grants.yaml:15 via staff › interns (grants.yaml:8)

        Unresolved, and might mean something of this:
          grants.yaml:20: no user has the username `alcie`, and probably does
            help: did you mean `alice`?

        The server's log could not be read.
    "#]],
    );
    check(
        Question::resource(resource("HPC", "old", true)),
        expect![[r#"
        old  HPC
          it is terminated: nothing is created or removed here
          =    viewer  alice  has it, and keeps it: terminated
               link 00000000000000000000000000000008

        The server's log could not be read.
    "#]],
    );
}

#[test]
fn a_user_on_a_resource_with_the_roles_that_nobody_asks_for() {
    check(
        Question::pair(resource("HPC", "cluster-b", false), user("erin")),
        expect![[r#"
            cluster-b  HPC
              ·    viewer  erin  lacks it: ended, was until 2026-11-30
                   grants.yaml:19 · until 2026-11-30 · ended
              lacks admin, member: no line asks for it

            The server's log could not be read.
        "#]],
    );
    check(
        Question::pair(resource("HPC", "cluster-a", false), user("root")),
        expect![[r#"
        cluster-a  HPC
          root is protected: no link of this user is removed
          =    admin  root  has it, and keeps it: protected
               link 00000000000000000000000000000005
          lacks member, viewer: no line asks for it

        Unresolved, and might mean something of this:
          grants.yaml:20: no user has the username `alcie`
            help: did you mean `alice`?

        The server's log could not be read.
    "#]],
    );
}

#[test]
fn one_link() {
    let world = World::read(WORLD);
    let link = world.snapshot.links[0];
    check(
        Question::binding(link.binding),
        expect![[r#"
        cluster-a  HPC
          =    admin  alice  has it, and keeps it
               grants.yaml:12 · OPS-12 · until 2027-03-31
               link 00000000000000000000000000000001

        The server's log could not be read.
    "#]],
    );
}

#[test]
fn somebody_nobody_knows_anything_of() {
    check(
        Question::user(user("zoe")),
        expect![[r#"
        zoe
          zoe is not active: nothing can be created

        cluster-b  HPC
          !    viewer  zoe  lacks it: the user is not active
               grants.yaml:18

        Unresolved, and might mean something of this:
          grants.yaml:20: no user has the username `alcie`
            help: did you mean `alice`?

        The server's log could not be read.
    "#]],
    );
    let world = World::read("users: yan");
    let said = told(&world, "bindings: []", Question::user(user("yan")), &History::default());
    expect![[r#"
        yan

        Nothing of it is live, and no line that can be resolved asks for it.

        The server's log could not be read.
    "#]]
    .assert_eq(&said);
}

#[test]
fn without_a_scope_what_nobody_names_is_held_and_how_to_release_it_is_said() {
    let world = World::read("HPC cluster-a: admin alice\nHPC cluster-b: admin bob");
    let yaml = "bindings:\n  - {resource: cluster-b, role: admin, user: bob}";
    let said = told(&world, yaml, Question::resource(resource("HPC", "cluster-a", false)), &History::default());
    expect![[r#"
        cluster-a  HPC
          there is no scope, and no line names it: nothing is removed here
          !    admin  alice  has it, and keeps it for now: no scope, and no line names its resource
               link 00000000000000000000000000000001
                 help: list the resource under `bindings`, or write `scope: all`

        The server's log could not be read.
    "#]]
    .assert_eq(&said);
}

#[test]
fn what_limits_hold_is_released_by_the_digest() {
    let world = World::read("HPC cluster-a: admin alice, admin bob, admin carol, admin dave");
    let yaml = "scope: all\nlimits: {removals: 1}\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}";
    let said = told(&world, yaml, Question::user(user("bob")), &History::default());
    expect![[r#"
        bob

        cluster-a  HPC
          !    admin  bob  has it, and keeps it for now: over the limit
               link 00000000000000000000000000000002
                 help: if this is intended, approve exactly these with `--approve held-yvaxn2dvgdpx62vsakkmq6surq`

        The server's log could not be read.
    "#]]
    .assert_eq(&said);
}

#[test]
fn it_asks_about_the_lines_it_speaks_of() {
    let places = asked(&World::read(WORLD), FILE, Question::user(user("yan"))).places();
    let places: Vec<_> = places.iter().map(|it| it.line).collect();
    assert_eq!(places, [8, 15], "the line of the group, and that of the binding");
}

#[test]
fn what_it_comes_to() {
    let world = World::read(WORLD);
    let standing = |resource_name: &str, role_name: &str, username: &str| {
        let resource = resource("HPC", resource_name, false);
        let binding = Binding { resource, role: role("HPC", role_name), user: user(username) };
        let accounts = asked(&world, FILE, Question::binding(binding)).accounts;
        accounts.first().map(|Account { rows, absent, .. }| match rows.as_slice() {
            [] if *absent == Some(Absent::Comes) => "gets",
            [] => "lacks",
            rows if rows.iter().all(|it| matches!(it.fate, LinkStatus::Goes(_))) => "loses",
            _ => "has",
        })
    };
    assert_eq!(standing("cluster-a", "admin", "alice"), Some("has"));
    assert_eq!(standing("cluster-a", "member", "bob"), Some("has"), "a second row goes, the role stays");
    assert_eq!(standing("cluster-a", "admin", "root"), Some("has"));
    assert_eq!(standing("cluster-b", "member", "alice"), Some("loses"));
    assert_eq!(standing("cluster-b", "admin", "alice"), Some("gets"));
    assert_eq!(standing("cluster-b", "viewer", "alice"), Some("lacks"));
    assert_eq!(standing("cluster-b", "admin", "bob"), None);
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn nothing_is_left_unexplained(settings in settings(), lines in lines(), world in all_worlds()) {
        let yaml = yaml(&settings, &lines);
        let wanted = world.desired(&yaml).bindings;
        let users: Vec<_> = world.directory.users.keys().copied().map(Question::user).collect();
        let resources: Vec<_> = world.directory.resources.keys().copied().map(Question::resource).collect();
        for questions in [users, resources] {
            let mut all: Vec<Account> =
                asked_all(&world, &yaml, questions).into_iter().flat_map(|it| it.accounts).collect();
            all.sort_by_key(|it| it.binding);
            let mut links: Vec<_> = all.iter().flat_map(|it| &it.rows).map(|it| it.link).collect();
            links.sort_unstable();
            prop_assert_eq!(&links, &world.snapshot.links);
            prop_assert!(all.iter().all(|it| !it.rows.is_empty() || it.absent.is_some()), "{:?}", all);
            for wanted in &wanted {
                let account = all.iter().find(|it| it.binding == wanted.binding).unwrap();
                prop_assert_eq!(account.lines.len(), wanted.origins.len());
            }
        }
    }
}
