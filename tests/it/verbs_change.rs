//! What a reviewer is told of a change: that it lets go what was held before, or that a limit holds what it takes.

use grantsync::sandbox::World;
use jiff::{SignedDuration, Timestamp};

use crate::verbs::{Bench, Grant as _};

const FILE: &str = "scope: {offerings: [HPC]}\nprotect: [break-glass]\nbindings:\n";
const ALICE: &str = "  - {resource: cluster-a, role: admin, user: alice}\n";
const TWO: &str = "  - {resource: cluster-a, role: admin, users: [alice, bob]}\n";

/// A file with settings and one grant, in a commit called `old`.
async fn repository(settings: &str) -> Bench {
    let bench = Bench::new(World::example()).await;
    bench.git("init -q");
    write(&bench, settings);
    bench.git("add .");
    bench.git("commit -q -m one");
    bench.git("branch old");
    bench
}

fn write(bench: &Bench, settings: &str) {
    bench.write("grants.yaml", &format!("{settings}\n{FILE}{ALICE}"));
}

/// The heading of the change, which is the same when it is shown again.
async fn heading(bench: &Bench) -> String {
    let planned = bench.run("plan -f grants.yaml --base old -o plan.json --report markdown=plan.md").await;
    assert_eq!(planned.code, Some(0), "{planned:?}");
    let shown = bench.run_offline("show plan.json --report markdown=shown.md").await;
    assert!(shown.out.ends_with(&planned.out), "{shown:?}\n{planned:?}");
    assert_eq!(bench.text("plan.md"), bench.text("shown.md"));
    bench.text("plan.md").lines().nth(1).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_the_cause_of_what_it_lets_go() {
    let bench = repository("mode: enforce").await;
    let json = bench.run("plan -f grants.yaml --format json").await.out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let digest = json["limited"]["digest"].as_str().unwrap();
    let until = (Timestamp::now() + SignedDuration::from_hours(7 * 24)).strftime("%Y-%m-%d");
    write(&bench, &format!("approvals: [{{held: {digest}, until: {until}, reason: moved}}]"));
    let heading = heading(&bench).await;
    assert!(heading.contains(" to remove in this change · "), "{heading}");
    assert!(heading.contains(" risks"), "{heading}");
    assert!(bench.text("plan.md").contains("not declared · held before this change\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn raised_limits_and_another_mode_are_causes_too() {
    let limits = "limits: {removals: 100, removal_percent: 100}";
    for (base, head, before) in [
        ("mode: enforce".to_owned(), limits.to_owned(), "held"),
        (format!("mode: observe\n{limits}"), limits.to_owned(), "withheld"),
    ] {
        let bench = repository(&base).await;
        write(&bench, &head);
        let heading = heading(&bench).await;
        assert!(heading.contains(" to remove") && heading.contains(" in this change · "), "{heading}");
        assert!(bench.text("plan.md").contains(&format!(" · {before} before this change\n")), "{before}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn removals_that_a_change_causes_and_a_limit_holds_are_in_the_first_line() {
    let bench = repository("limits: {removals: 0}").await;
    bench.write("grants.yaml", &format!("limits: {{removals: 0}}\n{FILE}{TWO}"));
    bench.change(|world| world.grant("cluster-a", "admin", "bob"));
    bench.git("commit -q -a -m two");
    bench.git("branch -f old");
    write(&bench, "limits: {removals: 0}");
    let heading = heading(&bench).await;
    assert!(heading.starts_with("### Plan: 1 held in this change · 2 risks"), "{heading}");
    let told = bench.text("plan.md");
    assert!(told.contains("over the limit · deleted from `grants.yaml:5`"), "{told}");
    let github = bench.run("plan -f grants.yaml --base old --format github").await.out;
    assert!(github.contains(" · 1 held in this change"), "{github}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_whom_nobody_knows_is_told() {
    let bench = repository("mode: enforce").await;
    let told = async |call: &str| bench.run(&format!("{call} --format json")).await.out;
    for (author, warned) in [("octocat", true), ("alice", false), ("grace", false)] {
        for live in ["", "--live live.json"] {
            bench.run("snapshot --all-users -o live.json").await;
            let call = format!("plan -f grants.yaml --author {author} {live} -o plan.json");
            let warning = format!("no user is called `{author}`");
            assert_eq!(told(&call).await.contains(&warning), warned, "{call}");
            assert_eq!(told("show plan.json").await.contains(&warning), warned, "show {author}");
        }
    }
    // A view may show only some of those whom the server knows.
    bench.run("snapshot -o live.json").await;
    let told = told("plan -f grants.yaml --author grace --live live.json").await;
    assert!(told.contains("nobody in that view is called `grace`"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_without_a_step_today_is_not_nothing() {
    let bench = repository("limits: {removals: 100, removal_percent: 100}").await;
    let ends = "  - {resource: cluster-b, role: admin, user: alice, until: 2096-01-31}\n";
    bench.write("grants.yaml", &format!("limits: {{removals: 100}}\n{FILE}{ALICE}{ends}"));
    bench.git("commit -q -a -m two");
    bench.git("branch -f old");
    let head = format!("limits: {{removals: 500}}\n{FILE}{ALICE}{}", ends.replace("2096", "2098"));
    let later = "  - {resource: cluster-b, role: admin, user: dave, from: 2097-01-01}\n";
    bench.write("grants.yaml", &format!("{head}{later}"));
    let heading = heading(&bench).await;
    assert!(heading.starts_with("### Plan: this change needs no steps now"), "{heading}");
    for part in ["1 setting changed", "1 end changed", "1 change scheduled"] {
        assert!(bench.text("plan.md").lines().nth(3).unwrap().contains(part), "{part}");
    }
    let told = bench.text("plan.md");
    assert!(told.contains(" · until 2096-01-31 → until 2098-01-31 · `grants.yaml:6`\n"), "{told}");
    let json = bench.run("plan -f grants.yaml --base old --format json").await.out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["review"]["settings"][0]["weakens"], true);
    assert_eq!(json["review"]["scheduled"][0]["user"]["username"], "dave");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_risk_that_must_not_be_there_exits_with_4() {
    let limits = "limits: {removals: 100, removal_percent: 100}";
    let bench = repository(limits).await;
    write(&bench, &format!("mode: add-only\n{limits}"));
    let plan = |flags: &str| format!("plan -f grants.yaml --base old {flags}");
    assert_eq!(bench.run(&plan("")).await.code, Some(0));
    assert_eq!(bench.run(&plan("--fail-on leaves-management,end-extended")).await.code, Some(0));
    assert_eq!(bench.run(&plan("--fail-on end-extended,enforcement-weakened")).await.code, Some(4));
    assert_eq!(bench.run(&plan("--fail-on whatever")).await.code, Some(64));
    // What the change itself accepts counts all the same.
    let accept = "accept: [{risk: enforcement-weakened, reason: a quiet week}]";
    write(&bench, &format!("mode: add-only\n{limits}\n{accept}"));
    assert_eq!(bench.run(&plan("--fail-on enforcement-weakened")).await.code, Some(4));
    write(&bench, &format!("{limits}\n{accept}"));
    bench.git("commit -q -a -m two");
    bench.git("branch -f old");
    write(&bench, &format!("mode: add-only\n{limits}\n{accept}"));
    assert_eq!(bench.run(&plan("--fail-on enforcement-weakened")).await.code, Some(0));
}
