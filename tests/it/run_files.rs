//! The real agent and its files: each kind of edit, broken ones, and files that vanish.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use futures_util::future::join_all;
use grantsync::sandbox::{Waldur, tokens};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::cli_support::Call;
use crate::http;
use crate::reconcile_support::wanting;
use crate::run_kit::{live, start, world, world_on};

const BOTH: [&str; 2] = ["cluster-a admin alice", "cluster-b member bob"];

fn write(path: impl AsRef<Path>, text: &str) {
    fs::create_dir_all(path.as_ref().parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Puts a symlink in the place of another, as one step.
fn swap(link: &Path, target: &str) {
    let new = link.with_file_name(".swap");
    symlink(target, &new).unwrap();
    fs::rename(new, link).unwrap();
}

/// A way to bring a text to a path that leads through a folder: what is watched, and how it is written.
type Edit = (&'static str, &'static str, fn(&Path, usize, &str));

const EDITS: [Edit; 5] = [
    ("written in place", "grants.yaml", |folder, _, text| write(folder.join("grants.yaml"), text)),
    ("renamed over", "grants.yaml", |folder, _, text| {
        write(folder.join("new"), text);
        fs::rename(folder.join("new"), folder.join("grants.yaml")).unwrap();
    }),
    ("a ConfigMap", "mount/grants.yaml", |folder, round, text| {
        let mount = folder.join("mount");
        write(mount.join(format!("..{round}/grants.yaml")), text);
        swap(&mount.join("..data"), &format!("..{round}"));
        if round == 0 {
            symlink("..data/grants.yaml", mount.join("grants.yaml")).unwrap();
        }
    }),
    ("git-sync", "git/current/grants.yaml", |folder, round, text| {
        write(folder.join(format!("git/.worktrees/{round}/grants.yaml")), text);
        swap(&folder.join("git/current"), &format!(".worktrees/{round}"));
    }),
    ("a directory", "access", |folder, _, text| write(folder.join("access/teams/gpu.yaml"), text)),
];

#[tokio::test]
async fn each_kind_of_edit_is_applied() {
    join_all(EDITS.map(is_applied)).await;
}

async fn is_applied((name, path, edit): Edit) {
    let sandbox = world().await;
    let agent = start(&sandbox, path, "", |folder| edit(folder, 0, &wanting(&BOTH))).await;
    agent.result("in_sync").await;
    for (round, user) in [(1, "carol"), (2, "dave")] {
        let wanted = [BOTH[0], BOTH[1], &format!("cluster-a viewer {user}")];
        edit(agent.folder.path(), round, &wanting(&wanted));
        live(&sandbox, &wanted).await;
        let status = agent.until(name, |it| it["changes"][0]["what"] == format!("{user}: viewer on cluster-a")).await;
        assert_eq!(status["last"]["result"], "changed", "{name}");
        assert!(status["last"]["asked_by"].as_array().unwrap().contains(&Value::from("file_change")), "{name}");
    }
    assert_eq!(agent.stop().await.code, Some(0), "{name}");
}

#[tokio::test]
async fn a_broken_edit_changes_nothing_and_heals_when_it_is_mended() {
    let sandbox = world().await;
    let agent = start(&sandbox, "grants.yaml", "", |folder| write(folder.join("grants.yaml"), &wanting(&BOTH))).await;
    agent.result("in_sync").await;
    let requests = sandbox.world().requests.len();

    write(agent.path("grants.yaml"), "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, usr: alice}\n");
    let status = agent.result("broken_files").await;
    let finding = status["broken"]["first"][0].as_str().unwrap();
    assert!(finding.contains("grants.yaml:3") && finding.contains("usr"), "{finding}");
    assert!(!agent.ready().await);
    fs::remove_file(agent.path("grants.yaml")).unwrap();
    agent.until("missing", |it| it["broken"]["first"][0].as_str().is_some_and(|it| it.contains("no such file"))).await;
    assert_eq!(sandbox.world().requests.len(), requests, "nothing is asked for broken files");

    let wanted = [BOTH[0], "cluster-b member carol"];
    agent.want("grants.yaml", &wanted);
    live(&sandbox, &wanted).await;
    agent.until("ready", |it| it["ready"] == true && it["broken"]["count"] == 0).await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn a_half_written_file_removes_nothing_and_loosens_nothing() {
    let sandbox = world().await;
    let whole = format!("protect: [dave]\n{}", wanting(&BOTH));
    let arguments = "--quiet-period 1h --interval 1h";
    let agent = start(&sandbox, "grants.yaml", arguments, |folder| write(folder.join("grants.yaml"), &whole)).await;
    agent.result("in_sync").await;
    write(agent.path("grants.yaml"), &wanting(&BOTH[..1]));
    let status = agent.result("held").await;
    let said = "1 step waits until the files have not changed for a while";
    assert_eq!(status["access"]["withheld"]["first"][0], said);
    write(agent.path("grants.yaml"), &whole);
    agent.result("in_sync").await;
    assert_eq!(sandbox.world().triples(), BOTH);
    assert!(sandbox.world().requests.iter().all(|it| it.method == "GET" || it.method == "HEAD"), "nothing was written");
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn a_pass_follows_when_the_quiet_period_ends() {
    let sandbox = world().await;
    let prepare = |folder: &Path| write(folder.join("grants.yaml"), &wanting(&BOTH));
    let agent = start(&sandbox, "grants.yaml", "--interval 1h --quiet-period 2s", prepare).await;
    agent.result("in_sync").await;
    agent.want("grants.yaml", &BOTH[..1]);
    agent.result("held").await;
    live(&sandbox, &BOTH[..1]).await;
    let status = agent.result("changed").await;
    assert_eq!(status["last"]["asked_by"][0], "file_change");
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn a_file_that_vanishes_takes_nothing_with_it_before_it_is_missed_twice() {
    let sandbox = world().await;
    let prepare = |folder: &Path| {
        write(folder.join("access/a.yaml"), &wanting(&BOTH[..1]));
        write(folder.join("access/b.yaml"), "bindings: [{resource: cluster-b, role: member, user: bob}]\n");
    };
    let agent = start(&sandbox, "access", "--interval 2s", prepare).await;
    agent.result("in_sync").await;
    fs::remove_file(agent.path("access/b.yaml")).unwrap();
    let status = agent.until("missed", |it| it["vanished"].is_object()).await;
    assert_eq!(status["vanished"]["files"][0], "access/b.yaml");
    let held = serde_json::json!({"what": "bob: member on cluster-b", "why": "files have vanished · not declared"});
    assert_eq!(status["access"]["held"], serde_json::json!({"count": 1, "first": [held]}));
    assert_eq!(status["access"]["withheld"]["count"], 0);
    assert_eq!(status["access"]["at_once"], "grantsync apply -f access", "if it is meant");
    assert_eq!(sandbox.world().triples(), BOTH, "it may be back in a moment");
    live(&sandbox, &BOTH[..1]).await;
    agent.until("accepted", |it| it["vanished"].is_null() && it["last"]["result"] != "held").await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn while_files_have_vanished_no_release_is_told_that_would_not_help() {
    let sandbox = world().await;
    let prepare = |folder: &Path| {
        write(folder.join("access/a.yaml"), &wanting(&BOTH[..1]).replace("removals: 1000", "removals: 0"));
        write(folder.join("access/b.yaml"), "bindings: [{resource: cluster-b, role: member, user: bob}]\n");
    };
    let agent = start(&sandbox, "access", "--interval 1h", prepare).await;
    agent.result("in_sync").await;
    fs::remove_file(agent.path("access/b.yaml")).unwrap();
    let status = agent.until("missed", |it| it["vanished"].is_object()).await;
    let access = &status["access"];
    assert_eq!((access["held"]["count"].as_u64(), &access["held_by_limits"]), (Some(1), &Value::Null));
    let command = access["at_once"].as_str().unwrap();
    assert!(command.starts_with("grantsync apply -f access --approve "), "{command}");
    let page = http::get(&agent.url).await.unwrap().text().await.unwrap();
    let blocks: Vec<_> = page.split("<pre class=\"release\">").skip(1).map(|it| it.split("</pre>").next()).collect();
    assert_eq!(blocks, [Some(command)], "{page}");
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_says_how_to_release_it_and_is_released_by_the_files() {
    let sandbox = world().await;
    let limited =
        |bindings: &[&str]| wanting(bindings).replace("{removals: 1000, removal_percent: 100}", "{removals: 0}");
    let mut agent =
        start(&sandbox, "grants.yaml", "", |folder| write(folder.join("grants.yaml"), &limited(&BOTH))).await;
    agent.result("in_sync").await;
    let until = (Timestamp::now() + SignedDuration::from_hours(7 * 24)).strftime("%Y-%m-%d");
    let other = format!("approvals: [{{held: held-aaaaaaaaaaaaaaaaaaaaaaaaaa, until: {until}, reason: OPS-11}}]");
    write(agent.path("grants.yaml"), &format!("{other}\n{}", limited(&BOTH[..1])));
    let status = agent.limited().await;
    let note = &status["access"]["approvals"]["first"][0];
    let said = "grants.yaml:1: the approval `held-aaaaaaaaaaaaaaaaaaaaaaaaaa` is for nothing that limits hold now; \
                remove it once what it was for is done";
    assert_eq!((note["code"].as_str(), note["text"].as_str()), (Some("approval-without-match"), Some(said)));
    let page = http::get(&agent.url).await.unwrap().text().await.unwrap();
    assert!(page.contains("is for nothing that limits hold now"), "{page}");
    tokio::task::block_in_place(|| agent.said(said));
    let held = &status["access"]["held_by_limits"];
    assert_eq!(
        (held["links"].as_u64(), status["access"]["held"]["first"][0]["what"].as_str()),
        (Some(1), Some("bob: member on cluster-b"))
    );
    assert!(agent.ready().await, "a person has to look, and nothing is wrong with the agent");

    // The lines to paste are pasted.
    let lines = held["release_lines"].as_str().unwrap();
    assert!(held["release"].as_str().unwrap().contains(lines) && held["release_command_is_exact"] == true, "{held}");
    write(agent.path("grants.yaml"), &format!("{lines}\n{}", limited(&BOTH[..1])));
    live(&sandbox, &BOTH[..1]).await;
    let why = format!("not declared · approved by `{}` at grants.yaml:2, …", held["digest"].as_str().unwrap());
    let status = agent.until("released", |it| it["changes"][0]["why"] == why).await;
    assert_eq!((&status["access"]["held_by_limits"], &status["access"]["held"]["count"]), (&Value::Null, &0.into()));
    tokio::task::block_in_place(|| agent.said(&format!("bob: member on cluster-b ({why})")));
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn what_only_the_count_of_a_day_holds_is_released_by_the_command_that_is_told() {
    let sandbox = world().await;
    let crowd = [BOTH[0], BOTH[1], "cluster-a viewer carol", "cluster-a viewer dave"];
    let limited = |bindings: &[&str]| wanting(bindings).replace("removals: 1000", "removals: 1");
    let file = "grants&more.yaml";
    let agent = start(&sandbox, file, "", |folder| write(folder.join(file), &limited(&crowd))).await;
    live(&sandbox, &crowd).await;
    write(agent.path(file), &limited(&crowd[..3]));
    live(&sandbox, &crowd[..3]).await;
    write(agent.path(file), &limited(&crowd[..2]));
    let status = agent.limited().await;
    let held = &status["access"]["held_by_limits"];
    assert!(held["exceeded"][0].as_str().unwrap().contains("after 1 in the last 24 hours"), "{held}");
    let command = held["release_command"].as_str().unwrap();
    assert_eq!(held["release_command_is_exact"], false, "it does all that is due");
    let hours = held["room_at"].as_str().unwrap().parse::<Timestamp>().unwrap() - Timestamp::now();
    assert!((23.9..24.1).contains(&hours.total(jiff::Unit::Hour).unwrap()), "{hours:#}");
    assert_eq!(command, "grantsync apply -f 'grants&more.yaml'", "what is allowed by itself needs no approval");

    let command = command.replace("grantsync ", "").replace('\'', "");
    let call = Call::new(&format!("{command} --auto-approve")).at(&agent.folder);
    let ran = call.env("WALDUR_API_URL", &sandbox.url()).env("WALDUR_ACCESS_TOKEN", tokens::STAFF).run().await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    live(&sandbox, &crowd[..2]).await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_file_can_be_watched_that_is_said_and_it_goes_on() {
    let sandbox = world().await;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("grants.yaml"), &wanting(&BOTH[..1]));
    let call = Call::new("run -f grants.yaml --listen none --interval 1s").at(&folder);
    let call = call.env("WALDUR_API_URL", &sandbox.url()).env("WALDUR_ACCESS_TOKEN", tokens::STAFF);
    let Some(call) = call.unwatched() else {
        println!("left out: the system lets nobody have limits of their own");
        return;
    };
    let (mut running, ended) = call.start();
    tokio::task::block_in_place(|| running.wait_for("some changes of grants.yaml are noticed late, by looking"));
    live(&sandbox, &BOTH[..1]).await;
    write(folder.path().join("grants.yaml"), &wanting(&BOTH));
    live(&sandbox, &BOTH).await;
    running.signal("TERM");
    assert_eq!(ended.await.unwrap().code, Some(0));
}

#[tokio::test]
async fn a_date_changed_to_the_past_is_held_and_released_by_the_files() {
    let sandbox = world_on(Waldur::V7_0).await;
    let dated = |until: &str| {
        format!(
            "scope: all\nlimits: {{removals: 0}}\nbindings:\n  - {{resource: cluster-a, role: admin, user: alice}}\n  \
             - {{resource: cluster-b, role: member, user: bob, until: {until}}}\n"
        )
    };
    let prepare = |folder: &Path| write(folder.join("grants.yaml"), &dated("2099-12-31"));
    let agent = start(&sandbox, "grants.yaml", "", prepare).await;
    agent.result("in_sync").await;
    // It was seen live and wanted long after that: nothing ended, somebody typed a wrong year.
    write(agent.path("grants.yaml"), &dated("2025-12-31"));
    let status = agent.until("held", |it| it["access"]["held_by_limits"].is_object()).await;
    let lines = status["access"]["held_by_limits"]["release_lines"].as_str().unwrap().to_owned();
    assert!(
        status["access"]["held"]["first"][0]["why"].as_str().unwrap().starts_with("over the limit, and ended long ago")
    );
    live(&sandbox, &BOTH).await;
    write(agent.path("grants.yaml"), &format!("{}{lines}\n", dated("2025-12-31")));
    live(&sandbox, &BOTH[..1]).await;
    assert_eq!(agent.stop().await.code, Some(0));
}
