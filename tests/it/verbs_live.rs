//! A plan where no token is: one job looks, another one plans.

use grantsync::sandbox::World;

use crate::verbs::Bench;

const FILE: &str = "
scope: {offerings: [HPC]}
limits: {removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, users: [alice, bob, carol, break-glass]}
  - {resource: {name: cluster-b, offering: HPC}, role: member, users: [carol, dave]}
";

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_without_a_server_is_the_plan_with_it() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    assert_eq!(bench.run("snapshot -o live.json").await.code, Some(0));
    let with = bench.run("plan -f grants.yaml").await;
    let without = bench.run_offline("plan -f grants.yaml --live live.json").await;
    assert_eq!(without.code, Some(0), "{without:?}");
    assert!(without.out.starts_with("As seen at "), "{without:?}");
    assert!(without.out.ends_with(&with.out), "{without:?}\n{with:?}");
    let requests = bench.sandbox.world().requests.len();
    bench.run("plan -f grants.yaml --live live.json").await;
    assert_eq!(bench.sandbox.world().requests.len(), requests, "nothing is sent, even if it could be");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_made_without_a_server_is_applied_where_one_is() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    bench.run("snapshot -o live.json").await;
    let planned =
        bench.run_offline("plan -f grants.yaml --live live.json -o plan.json --report markdown=plan.md").await;
    assert_eq!(planned.code, Some(0), "{planned:?}");
    let markdown = std::fs::read_to_string(bench.path("plan.md")).unwrap();
    assert!(markdown.contains(" · as seen at 2"), "{markdown}");
    let shown = bench.run_offline("show plan.json").await;
    assert!(shown.out.contains("\n\nAs seen at ") && shown.out.ends_with(&planned.out), "{shown:?}");
    let ended = bench.run("apply plan.json").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_no_link_is_known_if_asked_for() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", &FILE.replace("alice, bob", "alice, bob, grace"));
    let plan = "plan -f grants.yaml --live live.json";
    let told = bench.run("snapshot -o live.json").await.err;
    assert!(
        told.contains("those who hold a link; a plan will know nobody else, unless you add `--all-users`"),
        "{told}"
    );
    let ended = bench.run_offline(plan).await;
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.err.contains("grace"), "{ended:?}");
    for more in ["-f grants.yaml", "--all-users"] {
        bench.run(&format!("snapshot -o live.json {more}")).await;
        let ended = bench.run_offline(&format!("{plan} --report markdown=plan.md")).await;
        assert_eq!(ended.code, Some(0), "{more}: {ended:?}");
        for told in [&ended.out, &bench.text("plan.md")] {
            assert_eq!(told.contains("Users who are not in that view"), more != "--all-users", "{more}: {told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_active_is_known_without_a_server() {
    let bench = Bench::new(World::example()).await;
    bench.change(|world| world.change_user("bob", |it| it.is_active = false));
    bench.write("grants.yaml", FILE);
    bench.run("snapshot -o live.json").await;
    let ended = bench.run_offline("plan -f grants.yaml --live live.json").await;
    assert!(ended.out.contains("not created: the user is not active"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_too_long_ago_is_refused() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    bench.run("snapshot -o live.json").await;
    let ended = bench.run_offline("plan -f grants.yaml --live live.json --max-age 1ns").await;
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.err.contains("the job `grants:live` on GitLab), or `grantsync snapshot`"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_view_is_refused() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    bench.write("live.json", "{}");
    let ended = bench.run_offline("plan -f grants.yaml --live live.json").await;
    assert_eq!(ended.code, Some(6), "{ended:?}");
    assert!(ended.err.contains("this is not a saved view of a server"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_of_a_token_that_is_not_of_the_staff_is_told_by_its_fingerprint() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", FILE);
    let support = [
        ("WALDUR_API_URL", bench.sandbox.url()),
        ("WALDUR_ACCESS_TOKEN", grantsync::sandbox::tokens::SUPPORT.to_owned()),
    ];
    assert_eq!(bench.run_in(&support, "snapshot -o live.json").await.code, Some(0));
    let ended = bench.run_offline("plan -f grants.yaml --live live.json").await;
    assert!(ended.err.contains("Not a staff token: the token with the fingerprint `"), "{ended:?}");
}
