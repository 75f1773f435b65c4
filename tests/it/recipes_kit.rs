//! What the stories of the recipes for CI share: a machine that runs their steps one by one.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use grantsync::sandbox::{World, tokens};
use serde_json::Value;

use crate::shell::texts;
use crate::verbs::{Bench, Ended};

pub(crate) const PLAN: &str = "github/grants-plan.yml";
pub(crate) const APPLY: &str = "github/grants-apply.yml";
pub(crate) const GITLAB: &str = "gitlab/grants.gitlab-ci.yml";

/// What is declared at first.
pub(crate) const FILE: &str = "
scope: {offerings: [HPC]}
limits: {removal_percent: 100}
bindings:
  - {resource: cluster-a, role: admin, users: [alice, bob, carol, break-glass]}
  - {resource: {name: cluster-b, offering: HPC}, role: member, users: [carol, dave]}
";

pub(crate) fn recipe(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/ci").join(name);
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A machine of a CI service, with a repository checked out: `main`, and on it what a change would make of it.
pub(crate) struct Machine {
    pub(crate) bench: Bench,
}

impl Machine {
    pub(crate) async fn new() -> Self {
        let bench = Bench::new(World::example()).await;
        fs::create_dir_all(bench.path("bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_grantsync"), bench.path("bin/grantsync")).unwrap();
        symlink(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/recipes/gh"), bench.path("bin/gh")).unwrap();
        let machine = Self { bench };
        fs::create_dir_all(machine.bench.path("work")).unwrap();
        machine.git("init --quiet --initial-branch main").await;
        machine.declare(FILE).await;
        machine
    }

    pub(crate) async fn git(&self, arguments: &str) -> String {
        let mut git = self.command("git");
        git.args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]).args(arguments.split(' '));
        let Ended { code, out, err } = ended(git).await;
        assert_eq!(code, Some(0), "{err}");
        out.trim().to_owned()
    }

    /// Commits another file.
    pub(crate) async fn declare(&self, text: &str) {
        self.bench.write("work/access/grants.yaml", text);
        self.git("add access").await;
        self.git("commit --quiet --allow-empty --message change").await;
    }

    /// Commits the first file with one thing changed.
    pub(crate) async fn change(&self, from: &str, to: &str) {
        assert!(FILE.contains(from));
        self.declare(&FILE.replace(from, to)).await;
    }

    /// A program in the work tree, in an environment with nothing but what every step gets.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = format!("{}:{}", self.bench.path("bin").display(), std::env::var("PATH").unwrap());
        command.current_dir(self.bench.path("work")).env_clear().env("PATH", path).env("HOME", self.bench.dir.path());
        command.env("GITHUB_STEP_SUMMARY", self.bench.path("summary")).env("GITHUB", self.bench.path("github"));
        command.env("GITHUB_OUTPUT", self.bench.path("output"));
        command
    }

    /// What stands in `${{ … }}`. A plan is made without anything that is secret.
    fn expression(&self, workflow: &str, expression: &str) -> String {
        match (expression, workflow) {
            ("github.token", PLAN) => "the-token-of-the-job".to_owned(),
            ("github.repository", PLAN) => "team/access".to_owned(),
            ("github.run_id", PLAN) => "100".to_owned(),
            ("github.event.pull_request.number", PLAN) => "7".to_owned(),
            ("github.event.pull_request.user.login", PLAN) => "alice".to_owned(),
            ("vars.WALDUR_API_URL", APPLY) => self.bench.sandbox.url(),
            ("secrets.WALDUR_ACCESS_TOKEN", APPLY) => tokens::STAFF.to_owned(),
            _ => panic!("{workflow} may not ask for {expression}"),
        }
    }

    /// Runs a step of a workflow, as GitHub does.
    pub(crate) async fn step(&self, workflow: &str, name: &str, more: &[(&str, &str)]) -> Ended {
        let recipe = recipe(workflow);
        let jobs = recipe["jobs"].as_object().unwrap().values();
        let mut steps = jobs.flat_map(|it| it["steps"].as_array().unwrap());
        let step = steps.find(|it| it["name"] == name).unwrap_or_else(|| panic!("{workflow} has no step `{name}`"));
        let mut bash = self.command("bash");
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            let value = value.as_str().unwrap();
            let inner = value.strip_prefix("${{ ").and_then(|it| it.strip_suffix(" }}"));
            bash.env(name, inner.map_or(value.to_owned(), |it| self.expression(workflow, it)));
        }
        bash.envs(more.iter().copied()).arg("-e");
        self.script(bash, step["run"].as_str().unwrap()).await
    }

    /// Runs the script of a job, as GitLab does where there is no better shell.
    pub(crate) async fn job(&self, name: &str, variables: &[(&str, &str)]) -> Ended {
        let mut sh = self.command("sh");
        sh.envs(variables.iter().copied()).arg("-e");
        self.script(sh, &texts(&recipe(GITLAB)[name]["script"]).join("\n")).await
    }

    /// The variables of GitLab's protected branch.
    pub(crate) async fn protected_job(&self, name: &str) -> Ended {
        let url = self.bench.sandbox.url();
        self.job(name, &[("WALDUR_API_URL", &url), ("WALDUR_ACCESS_TOKEN", tokens::STAFF)]).await
    }

    pub(crate) fn remove(&self, files: &[&str]) {
        for file in files {
            fs::remove_file(self.bench.path("work").join(file)).unwrap();
        }
    }

    async fn script(&self, mut shell: Command, script: &str) -> Ended {
        self.bench.write("step.sh", script);
        shell.arg(self.bench.path("step.sh"));
        ended(shell).await
    }

    pub(crate) fn requests(&self) -> usize {
        self.bench.sandbox.world().requests.len()
    }
}

/// Runs it to its end while the sandbox goes on.
async fn ended(mut command: Command) -> Ended {
    let run = move || command.stdin(Stdio::null()).output().unwrap();
    let Output { status, stdout, stderr } = tokio::task::spawn_blocking(run).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: status.code(), out: text(stdout), err: text(stderr) }
}
