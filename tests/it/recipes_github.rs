//! The workflows of GitHub, step by step.

use std::fs;

use serde_json::{Value, json};

use crate::programs::program;
use crate::recipes_kit::{APPLY, FILE, Machine, PLAN, recipe};
use crate::verbs::Grant as _;

impl Machine {
    /// What GitHub answers: pages of a list.
    fn pages(&self, list: &str, pages: &[Value]) {
        for (at, page) in pages.iter().enumerate() {
            self.bench.write(&format!("github/{list}.{at}.json"), &page.to_string());
        }
    }

    /// Moves a file from the work tree to the artifacts of a run.
    fn upload(&self, file: &str, run: u32, name: &str) {
        let path = format!("work/{file}");
        self.bench.write(&format!("github/artifacts/{run}/{name}/{file}"), &self.bench.text(&path));
        fs::remove_file(self.bench.path(&path)).unwrap();
    }

    /// Lets the workflow on `main` look, and keeps what it saw as the artifact of a run. There are others.
    async fn look(&self) {
        let ended = self.step(APPLY, "Look what is live", &[]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        self.upload("live.json", 41, "grants-live");
        let made = |run: u32, branch: &str, from: u32, expired: bool| {
            let run = json!({"id": run, "repository_id": 1, "head_repository_id": from, "head_branch": branch});
            json!({"name": "grants-live", "expired": expired, "workflow_run": run})
        };
        let a_fork_calls_its_branch_main = made(57, "main", 2, false);
        let newer = [a_fork_calls_its_branch_main, made(56, "topic", 1, false), made(55, "main", 1, true)];
        let older = [made(9, "main", 1, false), made(41, "main", 1, false)];
        self.pages("artifacts", &[json!({"artifacts": newer}), json!({"artifacts": older})]);
    }

    /// Plans what is proposed: the exit code, and what would be commented.
    async fn plan(&self, more: &[(&str, &str)]) -> (Option<i32>, String) {
        let ended = self.step(PLAN, "Plan", more).await;
        assert!(ended.out.lines().all(|it| it.starts_with("::")), "{ended:?}");
        (ended.code, self.bench.text("work/plan.md"))
    }

    /// Comments what was planned; says what was written to GitHub.
    async fn comment(&self, plan: &str, there: &[Value]) -> String {
        assert!(self.bench.text("work/plan.md") == plan);
        self.upload("plan.md", 100, "grants-plan");
        let (first, second) = there.split_at(there.len() / 2);
        self.pages("comments", &[json!(first), json!(second)]);
        self.bench.write("github/writes", "");
        let ended = self.step(PLAN, "Comment, or update the comment that is there", &[]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(self.bench.text("github/comment.md"), plan);
        self.bench.text("github/writes")
    }
}

fn comment(id: u32, who: &str, text: &str) -> Value {
    json!({"id": id, "user": {"login": who}, "body": text})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_has_one_comment_that_is_kept_up_to_date() {
    let Some(_) = program("jq") else { return };
    let machine = Machine::new().await;
    machine.look().await;
    let requests = machine.requests();
    machine.change("dave", "grace").await;
    assert_eq!(machine.step(PLAN, "Fetch what was seen of the server", &[]).await.code, Some(0));
    let (code, plan) = machine.plan(&[]).await;
    assert_eq!(code, Some(0), "{plan}");
    assert!(plan.starts_with("<!-- grantsync:plan ") && plan.contains("`grace`"), "{plan}");
    assert_eq!(machine.bench.text("summary").matches("### Plan").count(), 1);
    assert_eq!(machine.requests(), requests, "nothing is asked of the server");

    let bot = "github-actions[bot]";
    let others = [comment(1, "mallory", &plan), comment(2, bot, "Coverage: 80 %"), comment(3, "ann", "Why?")];
    assert_eq!(machine.comment(&plan, &others).await, "POST repos/team/access/issues/7/comments\n");

    machine.change("dave", "frank").await;
    machine.look().await;
    assert_eq!(machine.step(PLAN, "Fetch what was seen of the server", &[]).await.code, Some(0));
    let (_, newer) = machine.plan(&[]).await;
    assert_ne!(newer, plan);
    let [a, b, c] = others;
    let there = [a, b, c, comment(4, bot, &plan)];
    assert_eq!(machine.comment(&newer, &there).await, "PATCH repos/team/access/issues/comments/4\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn however_a_plan_ends_it_is_told() {
    let Some(_) = program("jq") else { return };
    let machine = Machine::new().await;
    machine.look().await;
    for (from, to, more, code, told) in [
        ("dave", "dave", &[][..], 0, " to remove"),
        ("dave", "davy", &[], 4, "1 unresolved"),
        ("users:", "user:", &[], 6, "### No plan"),
        ("dave", "dave", &[("GRANTSYNC_MAX_AGE", "1ns")], 5, "### No plan"),
    ] {
        machine.change(from, to).await;
        assert_eq!(machine.step(PLAN, "Fetch what was seen of the server", &[]).await.code, Some(0));
        let (ended, plan) = machine.plan(more).await;
        assert_eq!(ended, Some(code), "{plan}");
        assert!(plan.starts_with("<!-- grantsync:plan") && plan.contains(told), "{plan}");
        let there = [comment(1, "github-actions[bot]", &plan)];
        assert_eq!(machine.comment(&plan, &there).await, "PATCH repos/team/access/issues/comments/1\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_files_have_a_plan_and_so_have_those_that_mend_broken_ones() {
    let Some(_) = program("jq") else { return };
    let machine = Machine::new().await;
    for none in [true, false] {
        if none {
            machine.git("rm --quiet -r access").await;
            machine.git("commit --quiet --message none").await;
        } else {
            machine.declare("bindings: [").await;
        }
        machine.look().await;
        machine.change("dave", "grace").await;
        assert_eq!(machine.step(PLAN, "Fetch what was seen of the server", &[]).await.code, Some(0));
        let (code, plan) = machine.plan(&[]).await;
        assert!(code == Some(0) && plan.contains("`grace`"), "{plan}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_was_seen_yet_it_is_said_what_to_do() {
    let Some(_) = program("jq") else { return };
    let machine = Machine::new().await;
    machine.pages("artifacts", &[json!({"artifacts": []})]);
    let ended = machine.step(PLAN, "Fetch what was seen of the server", &[]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.starts_with("::error::Nothing was seen"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_merged_is_applied_and_drift_is_reverted() {
    let machine = Machine::new().await;
    let applied = machine.step(APPLY, "Apply", &[]).await;
    assert_eq!(applied.code, Some(0), "{applied:?}");
    // At night.
    machine.bench.change(|world| world.grant("cluster-b", "admin", "bob"));
    assert!(recipe(APPLY)["jobs"]["apply"]["steps"][2]["if"].as_str().unwrap().contains("'23 3 * * *'"));
    let applied = machine.step(APPLY, "Apply", &[]).await;
    assert_eq!(applied.code, Some(0), "{applied:?}");
    assert!(machine.bench.text("summary").contains("**−** `admin`: `bob` · not declared"), "{applied:?}");

    machine.bench.change(|world| world.grant("cluster-b", "admin", "bob"));
    machine.declare(&FILE.replace("removal_percent: 100", "removals: 0")).await;
    let held = machine.step(APPLY, "Apply", &[]).await;
    assert_eq!(held.code, Some(3), "{held:?}");
    assert!(held.out.contains("--approve ") && held.err.is_empty(), "{held:?}");
    let summary = machine.bench.text("summary");
    assert!(summary.contains("1 removal") && summary.contains("- {held: "), "{held:?}");
}

/// The job that comments is called after it, and that is what a pull request shows without a click.
#[tokio::test(flavor = "multi_thread")]
async fn removals_that_are_held_are_in_the_title_of_a_check() {
    let Some(_) = program("jq") else { return };
    let machine = Machine::new().await;
    machine.step(APPLY, "Apply", &[]).await;
    machine.look().await;
    machine
        .declare(&FILE.replace("removal_percent: 100", "removals: 0").replace("alice, bob, ", "alice, grace, "))
        .await;
    machine.step(PLAN, "Fetch what was seen of the server", &[]).await;
    assert_eq!(machine.plan(&[]).await.0, Some(0));
    assert_eq!(machine.step(PLAN, "Say what it comes to", &[]).await.code, Some(0));
    let title = machine.bench.text("output");
    assert!(title.starts_with("title=Plan: 1 to create, 1 held in this change"), "{title}");
    assert_eq!(title.lines().count(), 1);
    let job = &recipe(PLAN)["jobs"]["comment"];
    assert!(job["name"].as_str().unwrap().contains("needs.plan.outputs.title"), "{job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn places_lead_to_the_head_of_the_pull_request_and_what_is_deleted_to_its_base() {
    let Some(_) = program("jq") else { return };
    let machine = Machine::new().await;
    machine.step(APPLY, "Apply", &[]).await;
    machine.look().await;
    machine.declare(&FILE.replace("[carol, dave]", "[carol]").replace("alice, bob", "alice, bob, grace")).await;
    machine.step(PLAN, "Fetch what was seen of the server", &[]).await;
    let base = machine.git("rev-parse HEAD^1").await;
    machine.bench.write("event.json", &json!({"pull_request": {"head": {"sha": "feed1234"}}}).to_string());
    let [event, root] = ["event.json", "work"].map(|it| machine.bench.path(it).display().to_string());
    let server = ("GITHUB_SERVER_URL", "https://github.com");
    let of_job = [("GITHUB_REPOSITORY", "team/access"), ("GITHUB_SHA", "a-merge"), ("GITHUB_EVENT_PATH", &*event)];
    let (code, plan) = machine.plan(&[&of_job[..], &[server, ("GITHUB_WORKSPACE", &root)]].concat()).await;
    assert_eq!(code, Some(0), "{plan}");
    let at = "https://github.com/team/access/blob";
    for link in [
        format!("`grace` · [`access/grants.yaml:5`]({at}/feed1234/access/grants.yaml#L5)"),
        format!("`dave` · deleted from [`access/grants.yaml:6`]({at}/{base}/access/grants.yaml#L6)"),
    ] {
        assert!(plan.contains(&link), "{link}\n{plan}");
    }
}
