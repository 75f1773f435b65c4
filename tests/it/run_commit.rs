//! The commit that the agent names is the one whose files it applied.

use std::fs;
use std::path::Path;
use std::process::Command;

use grantsync::sandbox::{Act, Fault};

use crate::http;
use crate::reconcile_support::wanting;
use crate::run_kit::{Agent, start, world};

const BOTH: [&str; 2] = ["cluster-a admin alice", "cluster-b member bob"];

fn git(folder: &Path, arguments: &str) -> String {
    let mut git = Command::new("git");
    git.current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    git.args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]);
    let output = git.args(arguments.split(' ')).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A folder with files that are committed.
fn committed(folder: &Path) {
    fs::create_dir(folder.join("access")).unwrap();
    fs::write(folder.join("access/grants.yaml"), wanting(&BOTH)).unwrap();
    git(folder, "init -q");
    git(folder, "add access");
    git(folder, "commit -q -m change");
}

async fn page(agent: &Agent) -> String {
    http::get(&agent.url).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn the_commit_is_told_and_that_the_files_are_not_as_it_has_them() {
    let sandbox = world().await;
    let agent = start(&sandbox, "access", "", committed).await;
    let status = agent.result("in_sync").await;
    let head = git(agent.folder.path(), "rev-parse HEAD");
    assert_eq!(status["revision"], head);
    assert!(page(&agent).await.contains(&head[..10]));

    // Ignored by git, and read all the same.
    fs::write(agent.path("access/.gitignore"), "more.yaml\n").unwrap();
    fs::write(agent.path("access/more.yaml"), "bindings: []\n").unwrap();
    agent.until("modified", |it| it["revision"] == format!("{head}, modified")).await;
    assert!(page(&agent).await.contains("</code>, modified"));
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn a_commit_that_is_made_during_a_pass_is_not_taken_for_the_one_applied() {
    let sandbox = world().await;
    let folder = std::sync::Arc::new(std::sync::OnceLock::<std::path::PathBuf>::new());
    let at = std::sync::Arc::clone(&folder);
    let commit = move |_: &mut _, _: &_| {
        git(at.get().unwrap(), "commit -q --allow-empty -m later");
    };
    sandbox.world().faults.push(Fault::on("GET", "/api/users/me/", Act::before(commit)).nth(1));
    let agent = start(&sandbox, "access", "--interval 1h", |path| {
        committed(path);
        folder.set(path.to_owned()).unwrap();
    });
    let agent = agent.await;
    let status = agent.result("in_sync").await;
    assert_eq!(status["revision"], git(agent.folder.path(), "rev-parse HEAD^"));
    assert_eq!(agent.stop().await.code, Some(0));
}
