//! A misspelt name: one thing to fix, however often it is used, with what may be meant.

use grantsync::sandbox::World;

use crate::verbs::Bench;
use crate::world::resolved;

const FILE: &str = "scope: {resources: [cluster-a, cluster-b]}
bindings:
  - {resource: cluster-a, role: admin, user: dvae}
  - {resource: cluster-a, role: member, user: dvae}
  - {resource: cluster-a, role: viewer, user: dvae}
  - {resource: {name: cluster-b, offering: HPC}, role: admin, user: dvae}
  - {resource: {name: cluster-b, offering: HPC}, role: member, users: [carol, dvae]}
  - {resource: {name: cluster-b, offering: HPC}, role: viewer, user: dvae}
";

#[tokio::test(flavor = "multi_thread")]
async fn is_one_problem_in_every_format() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    let text = bench.run("plan -f grants.yaml").await;
    assert_eq!(text.code, Some(4));
    assert_eq!(text.err.matches("no user has the username").count(), 1, "{}", text.err);
    let uses = "used on 6 lines: grants.yaml:3, grants.yaml:4, grants.yaml:5, grants.yaml:6, grants.yaml:7 and 1 more";
    assert!(text.err.contains(&format!("= note: {uses}")), "{}", text.err);

    let json = bench.run("plan -f grants.yaml --format json").await;
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["problems"].as_array().unwrap().len(), 1);
    assert_eq!(json["problems"][0]["also"].as_array().unwrap().len(), 5);
    assert_eq!(json["counts"]["unresolved"], 6, "bindings, as ever");

    for format in ["markdown", "github", "gitlab", "sarif"] {
        let told = bench.run(&format!("plan -f grants.yaml --format {format}")).await.out;
        let plain = told.replace(['`', '\\'], "");
        assert_eq!(plain.matches("no user has the username dvae").count(), 1, "{format}: {told}");
        assert!(plain.contains("used on 6 lines") && plain.contains("grants.yaml:7 and 1 more"), "{format}: {told}");
    }
}

#[test]
fn has_up_to_three_suggestions_the_nearest_ones() {
    let world = "HPC lab-1: admin alice\nHPC lab-2:\nHPC lab-3:\nHPC lab-4:\nHPC clubs:\n";
    for (name, help) in [
        ("lab-9", "did you mean `lab-1`, `lab-2` or `lab-3`?"),
        ("lab-44", "did you mean `lab-4`?"),
        ("club", "did you mean `clubs`?"),
    ] {
        let told = resolved(&format!("bindings:\n  - {{resource: {name}, role: admin, user: alice}}\n"), world);
        assert!(told.contains(help), "{told}");
    }
}
