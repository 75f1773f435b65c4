//! The same commands on every version of Waldur: whatever API a server speaks, people see the same and get the same.

use grantsync::sandbox::{Waldur, World};

use crate::verbs::{Bench, Ended, Grant as _};

const FILE: &str = "
scope: {offerings: [HPC]}
limits: {removals: 1, removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, users: [alice, bob, break-glass]}
  - {resource: cluster-a, role: member, user: carol}
  - {resource: {name: cluster-b, offering: HPC}, role: admin, user: alice}
  - {resource: {name: cluster-b, offering: HPC}, role: member, users: [carol, dave, grace]}
  - {resource: archive-2019, role: viewer, user: eve}
";

async fn bench(waldur: Waldur) -> Bench {
    let bench = Bench::new(World::example().on(waldur)).await;
    bench.write("grants.yaml", FILE);
    bench
}

/// What must not differ. Ids are those of the server, or derived where it has none; a digest covers them.
fn without_ids(text: &str) -> String {
    let id = |word: &&str| {
        let of_the_server = word.len() >= 12 && word.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-');
        !of_the_server && !word.starts_with("held-")
    };
    text.lines().map(|line| line.split(' ').filter(id).collect::<Vec<_>>().join(" ") + "\n").collect()
}

/// Asserts that all versions say the same.
fn alike(said: &[(Waldur, String)]) {
    for (waldur, text) in said {
        assert_eq!(text, &said[0].1, "{waldur}");
    }
}

fn done(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planned_applied_and_planned_again_is_the_same() {
    let mut said = Vec::new();
    for waldur in Waldur::ALL {
        let bench = bench(waldur).await;
        let planned = bench.run("plan -f grants.yaml").await;
        let held = bench.run("apply -f grants.yaml --auto-approve --write-parallelism 1").await;
        assert_eq!(held.code, Some(3), "{waldur}: {held:?}");
        let told = format!("{}{}", held.out, held.err);
        let digest = told.split_once("--approve ").map(|(_, rest)| rest.split_whitespace().next().unwrap()).unwrap();
        let digest = digest.trim_end_matches(['`', ',']);
        let wrong = bench.run("apply -f grants.yaml --auto-approve --approve held-aaaaaaaaaaaaaaaaaaaaaaaaaa").await;
        assert_eq!(wrong.code, Some(5), "{waldur}: {wrong:?}");
        let raised =
            bench.run(&format!("apply -f grants.yaml --auto-approve --write-parallelism 1 --approve {digest}")).await;
        done(&raised);
        let last = bench.run("apply -f grants.yaml --auto-approve").await;
        done(&last);
        let live = bench.sandbox.world().triples().join("\n");
        said.push((waldur, without_ids(&[planned.out, raised.out, last.out, live].join("\n"))));
    }
    alike(&said);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_view_and_a_saved_plan_are_good_there_too() {
    for waldur in Waldur::ALL {
        let bench = bench(waldur).await;
        done(&bench.run("snapshot -o live.json --all-users").await);
        let with = bench.run("plan -f grants.yaml --max-removals 9 -o plan.json").await;
        done(&with);
        let without = bench.run_offline("plan -f grants.yaml --max-removals 9 --live live.json").await;
        assert!(without.out.ends_with(&with.out), "{waldur}: {without:?}\n{with:?}");
        let shown = bench.run_offline("show plan.json").await;
        assert!(shown.out.ends_with(&with.out), "{waldur}: {shown:?}");
        done(&bench.run("apply plan.json").await);
        let again = bench.run("plan -f grants.yaml --detailed-exitcode").await;
        done(&again);
        // What it was made for has changed: it is not applied a second time.
        bench.change(|world| world.grant("cluster-a", "viewer", "frank"));
        let stale = bench.run("apply plan.json").await;
        assert_eq!(stale.code, Some(5), "{waldur}: {stale:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_in_sync_there_too() {
    for waldur in Waldur::ALL {
        let bench = bench(waldur).await;
        for arguments in ["export", "export --pin"] {
            let exported = bench.run(arguments).await;
            assert_eq!((exported.code, exported.err.as_str()), (Some(0), ""), "{waldur}: {exported:?}");
            bench.write("all.yaml", &exported.out);
            let planned = bench.run("plan -f all.yaml --detailed-exitcode").await;
            done(&planned);
            assert_eq!(planned.out, "Plan: 0 to create, 0 to remove · 10 in sync\n", "{waldur}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_explanations_are_the_same() {
    let mut said = Vec::new();
    for waldur in Waldur::ALL {
        let bench = bench(waldur).await;
        let mut text = String::new();
        for arguments in [
            "links",
            "links --resource cluster-a --role admin",
            "links --user alice",
            "links --role viewer",
            "explain --user carol -f grants.yaml",
            "explain --resource cluster-a -f grants.yaml",
        ] {
            let ended = bench.run(arguments).await;
            done(&ended);
            text += &without_ids(&ended.out);
        }
        // Full names are shown by rows of both APIs, usernames not by those of 8.0.
        said.push((waldur, text));
    }
    let of = |waldur: Waldur| said.iter().find(|(it, _)| *it == waldur).unwrap().1.clone();
    assert_eq!(of(Waldur::V7_0), of(Waldur::V8_1));
    let words = |text: &str| text.lines().filter(|it| it.contains("admin")).count();
    assert_eq!(words(&of(Waldur::V7_0)), words(&of(Waldur::V8_0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_s_main_command_works_on_each() {
    for version in ["7.0", "8.0", "8.1"] {
        let bench = Bench::new(World::example()).await;
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/desired-state.yaml");
        bench.write("desired-state.yaml", &std::fs::read_to_string(example).unwrap());
        let command = format!("apply --sandbox={version} -f desired-state.yaml --auto-approve");
        let ended = bench.run_offline(&command).await;
        done(&ended);
        assert!(ended.out.contains("Second pass: in sync."), "{version}: {ended:?}");
    }
}
