//! Resources of one name: what tells them apart, and how to say which one is meant.

use expect_test::expect;
use grantsync::desired::{self, codes};
use grantsync::diagnostic::Source;
use grantsync::sandbox::{Waldur, World};

use crate::schema::accepts;
use crate::verbs::Bench;
use crate::world::{NOW, World as Values, resolved, user};

const WORLD: &str = "
HPC cluster-a @ Chemistry of University: admin alice
HPC cluster-a @ Physics of University: admin bob
HPC lab @ Default of North:
HPC lab @ Default of South:
HPC gate @ Chemistry of University:
Storage gate @ Chemistry of University:
Storage gate @ Physics of University:
";

fn of(resource: &str) -> String {
    resolved(&format!("bindings:\n  - {{resource: {resource}, role: admin, user: alice}}\n"), WORLD)
}

/// Two resources called `cluster-a` of one offering, in two projects.
fn world(waldur: Waldur) -> World {
    let mut world = World::example().on(waldur);
    let hpc = world.offerings.iter().find(|it| it.name == "HPC").unwrap().id;
    let consumer = world.projects.get(world.project).unwrap().organisation;
    world.project = world.add_project(consumer, "Physics: theory");
    world.resource(hpc, "cluster-a");
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn are_told_apart_by_project_and_organisation_and_meant_by_project() {
    for waldur in Waldur::ALL {
        let bench = Bench::new(world(waldur)).await;
        let binding = |resource: &str| {
            format!(
                "scope: {{resources: [{resource}]}}\nbindings:\n  - {{resource: {resource}, role: admin, users: [alice, break-glass]}}\n"
            )
        };
        bench.write("grants.yaml", &binding("cluster-a"));
        let told = bench.run("plan -f grants.yaml").await;
        assert_eq!(told.code, Some(4), "{waldur} {told:?}");
        let project = "`{name: cluster-a, project: Project}` (of `Consumer`)";
        let physics = "`{name: cluster-a, project: \"Physics: theory\"}` (of `Consumer`)";
        assert!(told.err.contains(&format!("help: write one of {physics}, {project}")), "{waldur} {}", told.err);

        // What is suggested can be written as it is.
        for (resource, says) in [
            ("{name: cluster-a, project: Project}", "3 to remove"),
            ("{name: cluster-a, project: \"Physics: theory\"}", "2 to create"),
        ] {
            assert!(accepts(&binding(resource)));
            bench.write("grants.yaml", &binding(resource));
            let planned = bench.run("plan -f grants.yaml --max-removals 9 --max-removal-percent 100").await;
            assert_eq!(planned.code, Some(0), "{waldur} {resource}: {planned:?}");
            assert!(planned.out.contains(says), "{waldur} {resource}: {}", planned.out);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn are_exported_by_project_where_nothing_shorter_says_which() {
    for waldur in Waldur::ALL {
        let bench = Bench::new(world(waldur)).await;
        let exported = bench.run("export").await.out;
        assert!(exported.contains("resource: {name: cluster-a, project: Project}\n"), "{waldur} {exported}");
        assert!(exported.contains("resource: archive-2019\n"), "{waldur} {exported}");
        bench.write("grants.yaml", &exported);
        let planned = bench.run("plan -f grants.yaml --detailed-exitcode").await;
        assert_eq!(
            (planned.code, &*planned.out),
            (Some(0), "Plan: 0 to create, 0 to remove · 10 in sync\n"),
            "{waldur}"
        );

        // A view keeps them, too.
        assert_eq!(bench.run("snapshot -o view.json").await.code, Some(0));
        let planned = bench.run_offline("plan -f grants.yaml --live view.json --detailed-exitcode").await;
        assert_eq!(planned.code, Some(0), "{waldur} {planned:?}");
    }
}

#[test]
fn have_the_shortest_form_suggested_that_tells_them_apart() {
    expect![[r#"
        grants.yaml:2: 2 resources are called `cluster-a` (write one of `{name: cluster-a, project: Chemistry}` (of `University`), `{name: cluster-a, project: Physics}` (of `University`))
        grants.yaml:2: 2 resources are called `lab` (write one of `{uuid: 41567d71f135976d1f7e3f0bb19bdf47}` (project `Default` of `North`), `{uuid: dad110427aff6a53dc223df9be12138d}` (project `Default` of `South`))
        grants.yaml:2: 3 resources are called `gate` (write one of `{name: gate, offering: HPC, project: Chemistry}` (of `University`), `{name: gate, offering: Storage, project: Chemistry}` (of `University`), `{name: gate, offering: Storage, project: Physics}` (of `University`))
        grants.yaml:2: 2 resources are called `gate` (write one of `{name: gate, offering: HPC, project: Chemistry}` (of `University`), `{name: gate, offering: Storage, project: Chemistry}` (of `University`))
    "#]]
    .assert_eq(&["cluster-a", "lab", "gate", "{name: gate, project: Chemistry}"].map(of).concat());
}

#[test]
fn of_the_wrong_project_are_not_meant() {
    let cases = [
        "{name: cluster-a, project: Physics}",
        "{name: cluster-a, project: Biology}",
        "{name: cluster-a, project: Chemistri}",
        "{name: lab, project: Physics}",
        "{name: gate, offering: HPC, project: Physics}",
    ];
    expect![[r#"
        HPC cluster-a [Physics]: admin alice
        grants.yaml:2: no project with a resource is called `Biology`
        grants.yaml:2: no project with a resource is called `Chemistri` (did you mean `Chemistry`?)
        grants.yaml:2: no resource is called `lab` in that project
        grants.yaml:2: no resource is called `gate` in that offering and project
    "#]]
    .assert_eq(&cases.map(of).concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn are_meant_on_the_command_line_in_the_words_of_a_file() {
    let bench = Bench::new(world(Waldur::default())).await;
    bench.write("grants.yaml", "scope: all\nbindings: []\n");
    let words = |verb: &str, flag: &str, value: &str| {
        let mut words: Vec<String> = verb.split(' ').map(str::to_owned).collect();
        words.extend([flag.to_owned(), value.to_owned()]);
        words
    };
    let form = "{name: cluster-a, project: Project}";
    let links = bench.run_words(&words("links", "--resource", form)).await;
    assert!(links.err.contains("5 links"), "{links:?}");
    let explained = bench.run_words(&words("explain -f grants.yaml", "--resource", form)).await;
    assert!(explained.out.contains("break-glass"), "{explained:?}");
    let planned = bench.run_words(&words("plan -f grants.yaml", "--only", &format!("resource={form}"))).await;
    assert_eq!(planned.code, Some(0), "{planned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_looks_like_a_uuid_is_given_behind_name() {
    let mut world = World::example();
    let like_a_uuid = "0123456789abcdef0123456789abcdef";
    let hpc = world.offerings.iter().find(|it| it.name == "HPC").unwrap().id;
    world.user(like_a_uuid);
    world.resource(hpc, like_a_uuid);
    let bench = Bench::new(world).await;
    bench.write("grants.yaml", "scope: all\nbindings: []\n");
    for (command, code) in [
        (format!("links --user {like_a_uuid}"), 1),
        (format!("links --user name:{like_a_uuid}"), 0),
        (format!("links --resource name:{like_a_uuid}"), 0),
        (format!("explain -f grants.yaml --user name:{like_a_uuid}"), 0),
        (format!("explain -f grants.yaml --resource name:{like_a_uuid}"), 0),
        (format!("plan -f grants.yaml --only user=name:{like_a_uuid} --only resource=name:{like_a_uuid}"), 0),
        (format!("plan -f grants.yaml --only user={like_a_uuid}"), 1),
        ("plan -f grants.yaml --only user=name:".to_owned(), 64),
    ] {
        let ended = bench.run(&command).await;
        assert_eq!(ended.code, Some(code), "{command}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_shown_of_all_resources_that_match_a_pattern() {
    let bench = Bench::new(World::example()).await;
    let names = |out: &str| {
        let mut names: Vec<_> =
            out.lines().skip(1).filter_map(|it| it.split_whitespace().nth(1)).map(str::to_owned).collect();
        names.dedup();
        names
    };
    let told = bench.run("links --resource cluster-* --resource vm-lab").await;
    assert_eq!(names(&told.out), ["vm-lab", "cluster-a", "cluster-b"], "{told:?}");
    let told = bench.run("links --resource cluster-* --user alice --role admin").await;
    assert_eq!(names(&told.out), ["cluster-a", "cluster-b"], "{told:?}");
    let told = bench.run("links --resource nothing-*").await;
    assert_eq!((told.code, &*told.err), (Some(1), "error: no resource matches `nothing-*`\n"), "{told:?}");

    // So many are not asked for one by one.
    bench.change(|world| {
        let hpc = world.offerings.iter().find(|it| it.name == "HPC").unwrap().id;
        for n in 0..40 {
            world.resource(hpc, &format!("cluster-{n:02}"));
        }
    });
    let before = bench.sandbox.world().requests.len();
    let told = bench.run("links --resource cluster-*").await;
    assert_eq!(names(&told.out), ["cluster-a", "cluster-b"], "{told:?}");
    let requests = bench.sandbox.world().requests.len() - before;
    assert!(requests < 20, "{requests} requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn are_shown_with_their_project() {
    let mut world = world(Waldur::default());
    let [other, role, user] = {
        let other = world.resources.iter().rfind(|it| it.name == "cluster-a").unwrap();
        let role = world.roles.iter().find(|it| it.name == "admin" && it.offering == other.offering).unwrap().id;
        [other.id, role, world.users.iter().find(|it| it.username == "bob").unwrap().id]
    };
    world.link(other, role, user);
    let bench = Bench::new(world).await;
    bench.write("grants.yaml", "scope: all\nlimits: {removals: 99, removal_percent: 100}\nbindings: []\n");
    let planned = bench.run("plan -f grants.yaml").await.out;
    let links = bench.run("links").await.out;
    for name in ["cluster-a [Project]", "cluster-a [Physics: theory]"] {
        assert!(planned.contains(name), "{name}: {planned}");
        assert!(links.contains(name), "{name}: {links}");
    }
}

#[test]
fn are_in_and_out_of_scope_by_their_project() {
    let file = |scope: &str| format!("scope: {scope}\nlimits: {{removal_percent: 100}}\nbindings: []\n");
    let world = Values::read(WORLD);
    for (scope, left) in [
        ("{resources: [{name: cluster-a, project: Physics}]}", "bob"),
        ("{exclude: {resources: [{name: cluster-a, project: Physics}]}}", "alice"),
        // In `exclude` a name means all of that name.
        ("{exclude: {resources: [cluster-a]}}", ""),
    ] {
        let plan = world.plan(&file(scope), NOW);
        let removed: Vec<_> = plan.removals.iter().map(|it| it.link.binding.user).collect();
        let expected: Vec<_> = Some(left).filter(|it| !it.is_empty()).into_iter().map(user).collect();
        assert_eq!(removed, expected, "{scope}");
    }
}

#[test]
fn of_another_project_than_the_scope_names_are_told_without_a_server() {
    let file = |project: &str| {
        let scope = "scope: {resources: [{name: cluster-a, project: Physics}]}";
        format!("{scope}\nbindings:\n  - {{resource: {{name: cluster-a{project}}}, role: admin, user: alice}}\n")
    };
    let outside = |text: String| {
        let source = Source { name: "grants.yaml".into(), text };
        desired::parse(&[source]).err().is_some_and(|it| it.iter().any(|it| it.code == codes::OUTSIDE_SCOPE))
    };
    assert!(outside(file(", project: Chemistry")));
    // Perhaps it is that one.
    assert!(!outside(file("")) && !outside(file(", offering: HPC")) && !outside(file(", project: Physics")));
}
