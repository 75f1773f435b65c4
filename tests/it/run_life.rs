//! The real agent through bad times: a server that is down, a token that is not good, signals, and somebody who undoes
//! what it does.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use grantsync::sandbox::{Act, Fault, Reply, Sandbox, Waldur, tokens};
use reqwest::StatusCode;

use crate::cli_support::Call;
use crate::http;
use crate::reconcile_support::{Asked, all_rows, wanting};
use crate::run_kit::{Agent, live, start, trouble, world, world_on};

const BOTH: [&str; 2] = ["cluster-a admin alice", "cluster-b member bob"];
const THREE: [&str; 3] = [BOTH[0], BOTH[1], "cluster-a viewer carol"];

/// Keeps the world as it is, with these arguments.
async fn keep(sandbox: &Sandbox, arguments: &str) -> Agent {
    let write = |folder: &Path| fs::write(folder.join("grants.yaml"), wanting(&BOTH)).unwrap();
    let agent = start(sandbox, "grants.yaml", arguments, write).await;
    agent.result("in_sync").await;
    agent
}

#[tokio::test]
async fn drift_is_healed_on_schedule() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "--interval 1s").await;
    let (link, _) = all_rows(&sandbox.world()).next().unwrap();
    assert!(sandbox.world().unlink(link));
    live(&sandbox, &BOTH).await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn a_server_that_goes_down_is_waited_for() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "").await;
    let address = sandbox.address;
    let kept = sandbox.stop().await;
    agent.want("grants.yaml", &THREE);
    let status = agent.result("unreachable").await;
    let message = status["failure"]["message"].as_str().unwrap();
    assert!(message.contains("could not connect") && message.contains("refused"), "{message}");
    assert_eq!(status["next"]["backing_off"], true);
    assert!(!agent.ready().await);
    let sandbox = Sandbox::listen(address, kept).await.unwrap();
    live(&sandbox, &THREE).await;
    agent.until("ready", |it| it["ready"] == true).await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn a_server_that_is_down_is_told_of_long_before_it_is_given_up() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "--timeout 1h").await;
    let address = sandbox.address;
    let kept = sandbox.stop().await;
    agent.want("grants.yaml", &THREE);
    let status = agent.until("waiting", |it| it["running"]["waiting"].is_object()).await;
    let why = status["running"]["waiting"]["why"].as_str().unwrap();
    let said = format!("GET /api/users/me/: could not connect to `{address}`: ");
    assert!(why.starts_with(&said) && why.contains("refused") && why.contains("tried "), "{why}");
    assert_eq!(status["last"]["result"], "in_sync", "the pass goes on");
    let sandbox = Sandbox::listen(address, kept).await.unwrap();
    live(&sandbox, &THREE).await;
    agent.until("no longer waiting", |it| it["running"].is_null() && it["last"]["result"] == "changed").await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn a_token_that_is_rejected_is_replaced_without_a_restart() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "").await;
    fs::write(agent.path("token"), tokens::EXPIRED).unwrap();
    let status = agent.result("unauthorized").await;
    assert_eq!((status["token"].as_str(), status["next"]["backing_off"].as_bool()), (Some("rejected"), Some(true)));
    assert!(!agent.ready().await);
    agent.want("grants.yaml", &THREE);
    fs::write(agent.path("new"), tokens::STAFF).unwrap();
    fs::rename(agent.path("new"), agent.path("token")).unwrap();
    live(&sandbox, &THREE).await;
    agent.until("accepted", |it| it["token"] == "accepted" && it["ready"] == true).await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_that_cannot_be_used_is_told_of_while_the_last_one_is_good() {
    let sandbox = world().await;
    let mut agent = keep(&sandbox, "").await;
    fs::write(agent.path("token"), "").unwrap();
    agent.want("grants.yaml", &THREE);
    live(&sandbox, &THREE).await;
    tokio::task::block_in_place(|| agent.said("the last token stays in use: token file `token`: empty"));
    let status = agent.until("told", |it| it["token_problem"] == "token file `token`: empty").await;
    assert_eq!((&status["token"], &status["ready"]), (&"accepted".into(), &true.into()));
    let page = http::get(&agent.url).await.unwrap().text().await.unwrap();
    assert!(page.contains("accepted<small><strong>the last one stays in use</strong>: <bdi>token file"), "{page}");
    fs::remove_file(agent.path("token")).unwrap();
    tokio::task::block_in_place(|| agent.said("stays in use: token file `token`: cannot be read: No such file"));
    fs::write(agent.path("token"), tokens::STAFF).unwrap();
    agent.until("mended", |it| it["token_problem"].is_null()).await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn what_the_token_lacks_is_told_even_while_there_is_nothing_to_write() {
    let sandbox = world_on(Waldur::V7_0).await;
    let write = |folder: &Path| {
        fs::write(folder.join("grants.yaml"), wanting(&BOTH)).unwrap();
        fs::write(folder.join("token"), tokens::SUPPORT).unwrap();
    };
    let agent = start(&sandbox, "grants.yaml", "", write).await;
    let status = agent.result("refused").await;
    assert!(status["failure"]["help"].as_str().unwrap().contains("--partial-view"), "{status:#}");
    assert_eq!(status["ready"], false, "whether all is in sync is not for this token to say");
    assert_eq!(agent.stop().await.code, Some(0));

    let agent = start(&sandbox, "grants.yaml", "--partial-view", write).await;
    let status = agent.result("in_sync").await;
    assert_eq!(status["access"]["token_lacks"], "is shown everything, but cannot remove anything");
    let page = http::get(&agent.url).await.unwrap().text().await.unwrap();
    assert!(page.contains("<h2>The token is not a staff token</h2>"), "{page}");
    fs::write(agent.path("token"), tokens::STAFF).unwrap();
    agent.until("staff", |it| it["access"]["token_lacks"].is_null()).await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn somebody_may_ask_by_signal_and_on_the_port() {
    let sandbox = world().await;
    let write = |folder: &Path| {
        fs::write(folder.join("grants.yaml"), wanting(&BOTH)).unwrap();
        fs::write(folder.join("secret"), "open sesame\n").unwrap();
    };
    let arguments = "--sync-token-file secret --allowed-host grants.example.org";
    let agent = start(&sandbox, "grants.yaml", arguments, write).await;
    agent.result("in_sync").await;
    agent.signal("HUP");
    agent.until("asked by signal", |it| it["last"]["asked_by"][0] == "signal").await;
    let ask = async |token: &str| {
        let ask = http::client().post(format!("{}/sync", agent.url)).bearer_auth(token);
        ask.send().await.unwrap().status()
    };
    let by_name = async |name: &str| {
        let page = http::client().get(&agent.url).header("Host", name);
        page.send().await.unwrap().status()
    };
    assert_eq!(by_name("grants.example.org").await, StatusCode::OK);
    assert_eq!(by_name("evil.example.org").await, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(ask("close sesame").await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask("open sesame").await, StatusCode::ACCEPTED);
    agent.until("asked on the port", |it| it["last"]["asked_by"][0] == "request").await;
    assert_eq!(agent.stop().await.code, Some(0));
}

/// An agent that has just sent the first of two creations, whose answer takes this long.
async fn in_mid_pass(sandbox: &Sandbox, arguments: &str, delay: Duration) -> Agent {
    let agent = keep(sandbox, &format!("--write-parallelism 1 {arguments}")).await;
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = Mutex::new(Some(tell));
    let hook = move |_: &mut _, _: &_| {
        if let Some(tell) = tell.lock().unwrap().take() {
            let _ = tell.send(());
        }
    };
    sandbox.world().faults.push(trouble(Asked::Create, Act::before(hook)));
    sandbox.world().faults.push(trouble(Asked::Create, Act::DelayAnswer(delay)));
    agent.want("grants.yaml", &[THREE[0], THREE[1], THREE[2], "cluster-b viewer dave"]);
    told.await.unwrap();
    agent
}

#[tokio::test]
async fn what_is_in_flight_is_finished_and_the_rest_is_left() {
    let sandbox = world().await;
    let agent = in_mid_pass(&sandbox, "", Duration::from_millis(300)).await;
    let ran = agent.stop().await;
    assert_eq!(ran.code, Some(0));
    assert_eq!(sandbox.world().triples().len(), 3, "one of two was sent: {:?}", sandbox.world().triples());
}

#[tokio::test]
async fn whoever_is_killed_leaves_nothing_that_the_next_start_does_not_finish() {
    let sandbox = world().await;
    let killed = in_mid_pass(&sandbox, "", Duration::from_secs(3600)).await;
    live(&sandbox, &THREE).await;
    killed.signal("KILL");
    assert_eq!(killed.end().await.code, None);
    sandbox.world().faults.clear();
    let wanted = [THREE[0], THREE[1], THREE[2], "cluster-b viewer dave"];
    let write = |folder: &Path| fs::write(folder.join("grants.yaml"), wanting(&wanted)).unwrap();
    let next = start(&sandbox, "grants.yaml", "", write).await;
    let status = next.result("changed").await;
    assert_eq!(status["changes"].as_array().unwrap().len(), 1, "the other one was made: {status:#}");
    // Exactly these, each once: a duplicate would be there twice.
    live(&sandbox, &wanted).await;
    assert_eq!(next.stop().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_out_of_time_says_what_is_not_known() {
    let sandbox = world().await;
    let mut agent = in_mid_pass(&sandbox, "--shutdown-timeout 300ms", Duration::from_secs(3600)).await;
    agent.signal("TERM");
    let said = "leaving after the 300ms of `--shutdown-timeout`, in mid-pass: whether what was in flight has arrived is not \
                known; the next start looks";
    tokio::task::block_in_place(|| agent.said(said));
    assert_eq!(agent.end().await.code, Some(143));
}

#[tokio::test]
async fn whoever_asks_twice_does_not_wait() {
    let sandbox = world().await;
    let agent = in_mid_pass(&sandbox, "", Duration::from_secs(3600)).await;
    agent.signal("TERM");
    agent.signal("INT");
    // Which of two signals sent at once comes last is the system's to choose; the one that does is in the exit code.
    let code = agent.end().await.code;
    assert!(matches!(code, Some(130 | 143)), "{code:?}");
}

#[tokio::test]
async fn whoever_is_only_reading_leaves_at_once() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "").await;
    sandbox.world().faults.push(trouble(Asked::List, Act::Delay(Duration::from_secs(3600))));
    agent.want("grants.yaml", &THREE);
    agent.until("reading", |it| it["running"].is_object()).await;
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn what_somebody_undoes_again_and_again_is_tried_less_and_less_often() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "--interval 1s").await;
    let undone = Arc::new(Mutex::new(0));
    let count = Arc::clone(&undone);
    // After the look back, so that every pass thinks that all is well.
    let undo = move |world: &mut grantsync::sandbox::World, _: &_| {
        let carol = world.users.iter().find(|it| it.username == "carol").unwrap().id;
        let made = all_rows(world).find(|(_, [_, _, user])| *user == carol);
        if let Some((link, _)) = made {
            world.unlink(link);
            *count.lock().unwrap() += 1;
        }
    };
    sandbox.world().faults.push(Fault::on("GET", "/api/users/me/", Act::before(undo)));
    agent.want("grants.yaml", &THREE);
    let status = agent.until("flapping", |it| it["flapping"]["count"] == 1 && it["last"]["result"] == "held").await;
    assert!(status["flapping"]["first"][0]["what"].as_str().unwrap().contains("carol: viewer on cluster-a"));
    assert_eq!(status["access"]["withheld"]["first"][0], "1 step is set aside because it comes back again and again");
    assert!(*undone.lock().unwrap() >= 1);
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn what_a_server_that_goes_down_leaves_to_the_next_pass_is_no_comeback() {
    let sandbox = world().await;
    let agent = keep(&sandbox, "--interval 1h --write-parallelism 1").await;
    // It answers until the first write, which it certainly does not carry out, and then no more.
    let trouble = || {
        let down = |world: &mut grantsync::sandbox::World, _: &_| {
            world.faults.push(Fault::on("GET", "", Act::Answer(Reply::html(503))));
        };
        let busy = trouble(Asked::Create, Act::Answer(Reply::html(429).header("retry-after", "60")));
        vec![trouble(Asked::Create, Act::before(down)), busy]
    };
    let mut last = serde_json::Value::Null;
    sandbox.world().faults.extend(trouble());
    agent.want("grants.yaml", &[BOTH[0], BOTH[1], THREE[2], "cluster-a viewer dave", "cluster-b viewer dave"]);
    for round in 1..=3 {
        let over = |it: &serde_json::Value| it["last"]["result"] == "incomplete" && it["running"].is_null();
        let status = agent.until("a pass that was cut short", |it| it["last"]["began"] != last && over(it)).await;
        last = status["last"]["began"].clone();
        let mut world = sandbox.world();
        world.faults.clear();
        world.faults.extend(if round < 3 { trouble() } else { Vec::new() });
    }
    let status = agent.until("over", |it| it["last"]["result"] == "held").await;
    assert_eq!(status["flapping"]["count"], 1, "only what was tried in vain: {status:#}");
    assert_eq!(sandbox.world().triples().len(), 4, "the others are there");
    assert_eq!(agent.stop().await.code, Some(0));
}

#[tokio::test]
async fn a_service_manager_is_told_from_the_first_to_the_last() {
    let sandbox = world().await;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("grants.yaml"), wanting(&BOTH)).unwrap();
    let path = folder.path().join("notify");
    let socket = tokio::net::UnixDatagram::bind(&path).unwrap();
    let call = Call::new("run -f grants.yaml --listen none").at(folder.path());
    let call = call.env("WALDUR_API_URL", &sandbox.url()).env("WALDUR_ACCESS_TOKEN", tokens::STAFF);
    let (running, ended) = call.env("NOTIFY_SOCKET", path.to_str().unwrap()).env("WATCHDOG_USEC", "60000000").start();
    let hear = async |text: &str| {
        let mut heard = Vec::new();
        let heard_it = async {
            loop {
                let mut bytes = [0; 1024];
                let length = socket.recv(&mut bytes).await.unwrap();
                heard.push(String::from_utf8_lossy(&bytes[..length]).into_owned());
                if heard.last().unwrap().contains(text) {
                    return;
                }
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(60), heard_it).await.is_ok();
        assert!(in_time, "never said {text}: {heard:?}");
    };
    hear("READY=1").await;
    hear("STATUS=in sync; the next pass is due by ").await;
    running.signal("TERM");
    hear("STOPPING=1").await;
    assert_eq!(ended.await.unwrap().code, Some(0));
}

#[tokio::test]
async fn a_command_line_that_makes_no_sense_does_not_start() {
    for (arguments, said) in [
        ("run -f -", "standard input can be read only once"),
        ("run -f x --cron soon", "`soon` is not a cron pattern of five fields"),
        ("run -f x --approve held-aaaaaaaaaaaaaaaaaaaaaaaaaa", "an approval is for one pass"),
        ("run -f x --listen everywhere", "write an address like `127.0.0.1:9090`, or `none`"),
        ("run", "--file <PATH>"),
        ("run -f x --report markdown=x.md", "`--report` does nothing without `--once`"),
        ("run -f x --format json", "`--format` does nothing without `--once`"),
        ("run -f x --timezone Europe/Tallinn", "`--timezone` does nothing without `--cron`"),
        ("run -f x --listen none --sync-token-file x", "`--sync-token-file` does nothing with `--listen none`"),
        ("run -f x --listen none --allowed-host x", "`--allowed-host` does nothing with `--listen none`"),
        ("run -f x --once --cron @daily", "`--cron` does nothing with `--once`"),
        ("run -f x --once --interval 5m", "`--interval` does nothing with `--once`"),
        ("run -f x --once --shutdown-timeout 5m", "`--shutdown-timeout` does nothing with `--once`"),
    ] {
        let ran = Call::new(arguments).run().await;
        assert_eq!(ran.code, Some(64), "{arguments}");
        assert!(ran.stderr.contains(said), "{arguments}: {}", ran.stderr);
        assert!(!Path::new("x.md").exists());
    }
}

#[tokio::test]
async fn what_the_environment_says_for_other_calls_is_no_contradiction() {
    let sandbox = world().await;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("grants.yaml"), wanting(&THREE)).unwrap();
    let call = Call::new("run --once -f grants.yaml").at(folder.path()).env("GRANTSYNC_INTERVAL", "5m");
    let call = call.env("GRANTSYNC_LISTEN", "none").env("GRANTSYNC_ALLOWED_HOST", "grants.example.org");
    let ran = call.env("WALDUR_API_URL", &sandbox.url()).env("WALDUR_ACCESS_TOKEN", tokens::STAFF).run().await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty"), "\n").unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for (arguments, said) in [
        (
            format!("--listen {address}"),
            format!(
                "error: could not listen on {address}\n  because: Address already in use (os error 98)\n  help: choose \
                 another address with `--listen`, or `--listen none`; does another grantsync run here?\n"
            ),
        ),
        (
            "--sync-token-file empty".to_owned(),
            "error: could not read the sync token in `empty`\n  because: the file is empty\n  help: put a secret of \
             your own there, on one line; or leave `--sync-token-file` out\n"
                .to_owned(),
        ),
    ] {
        let call = Call::new(&format!("run -f grants.yaml {arguments}")).at(folder.path());
        let call = call.env("WALDUR_API_URL", "http://127.0.0.1:1").env("WALDUR_ACCESS_TOKEN", tokens::STAFF);
        let ran = call.run().await;
        assert_eq!((ran.code, ran.stderr), (Some(1), said));
    }
}

#[tokio::test]
async fn once_is_apply() {
    let sandbox = world().await;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("grants.yaml"), wanting(&THREE)).unwrap();
    let call = Call::new("run --once -f grants.yaml").at(folder.path());
    let ran = call.env("WALDUR_API_URL", &sandbox.url()).env("WALDUR_ACCESS_TOKEN", tokens::STAFF).run().await;
    assert_eq!((ran.code, sandbox.world().triples().len()), (Some(0), 3), "{}", ran.stderr);
}
