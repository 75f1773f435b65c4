//! Files that are written: never anything but a regular file is replaced, never an input, and nothing is sent if one of
//! them can't be written.

use std::fs::{self, File};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use grantsync::sandbox::World;

use crate::cli_support::Desk;
use crate::reconcile_support::wanting;
use crate::verbs::Bench;

const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: carol";
const WANTED: &str = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}\n";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Every way to write a file, with `OUT` for its path.
const OUTPUTS: [&str; 5] = [
    "snapshot -o OUT",
    "plan -f grants.yaml -o OUT",
    "plan -f grants.yaml --report json=OUT",
    "export --force -o OUT",
    "apply -f grants.yaml --no-removals --auto-approve --report text=OUT",
];

#[tokio::test(flavor = "multi_thread")]
async fn only_a_regular_file_is_replaced_and_links_are_followed() {
    for call in OUTPUTS {
        let bench = Bench::new(World::example()).await;
        bench.write("grants.yaml", WANTED);
        let run = async |path: &str| bench.run(&call.replace("OUT", path)).await;
        let ok = |ended: &crate::verbs::Ended| assert!(matches!(ended.code, Some(0)), "{call}: {ended:?}");

        ok(&run("new").await);
        let text = bench.text("new");
        assert!(!text.is_empty(), "{call}");
        assert_eq!(mode(&bench.path("new")), 0o600, "{call}");
        // An old file, at the end of two links, one of which leads nowhere yet.
        for target in ["target", "nowhere"] {
            if target == "target" {
                bench.write("target", "old");
            }
            symlink(target, bench.path(&format!("{target}-link"))).unwrap();
            ok(&run(&format!("{target}-link")).await);
            assert!(bench.path(&format!("{target}-link")).is_symlink(), "{call}");
            assert!(bench.text(target).len() > 10, "{call}");
        }
        // A name beside it is not touched.
        bench.write("precious", "precious");
        symlink("precious", bench.path("new.new")).unwrap();
        ok(&run("new").await);
        assert_eq!(bench.text("precious"), "precious", "{call}");

        let pipe = bench.path("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = tokio::task::spawn_blocking({
            let pipe = pipe.clone();
            move || fs::read_to_string(pipe).unwrap()
        });
        ok(&run("pipe").await);
        assert!(reader.await.unwrap().len() > 10, "{call}");
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo(), "{call}");
        ok(&run("/dev/fd/1").await);
        let left = fs::read_dir(bench.dir.path()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
        assert_eq!(left.filter(|it| it.starts_with('.')).collect::<Vec<_>>(), Vec::<String>::new(), "{call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dash_is_standard_output() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", WANTED);
    for call in OUTPUTS {
        let ended = bench.run(&call.replace("OUT", "-")).await;
        assert_eq!(ended.code, Some(0), "{call}: {ended:?}");
        assert!(!bench.path("-").exists(), "{call}");
        if call.contains("json") || call.contains("-o OUT") && !call.contains("export") {
            let read = serde_json::from_str::<serde_json::Value>(&ended.out);
            assert!(read.is_ok(), "it is alone there: {call}: {ended:?}");
        }
    }
    for call in [
        "plan -f grants.yaml --format json -o -",
        "plan -f grants.yaml --format json --report markdown=-",
        "plan -f grants.yaml -o - --report json=-",
        "export --split-by offering -o -",
    ] {
        let ended = bench.run(call).await;
        assert_eq!((ended.code, &*ended.out), (Some(64), ""), "{call}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_is_not_overwritten() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", WANTED);
    bench.write("access/grants.yaml", WANTED);
    bench.write("broken.yaml", "bindings: 7\n");
    bench.write("token", grantsync::sandbox::tokens::STAFF);
    symlink("grants.yaml", bench.path("link")).unwrap();
    symlink("../broken.yaml", bench.path("access/linked.yaml")).unwrap();
    assert_eq!(bench.run("plan -f grants.yaml -o plan.json").await.code, Some(0));
    assert_eq!(bench.run("snapshot -o live.json").await.code, Some(0));
    let texts = || {
        ["grants.yaml", "access/grants.yaml", "broken.yaml", "token", "plan.json", "live.json"].map(|it| bench.text(it))
    };
    let before = texts();
    let requests = bench.sandbox.world().requests.len();
    for call in [
        "plan -f grants.yaml -o grants.yaml",
        "plan -f grants.yaml -o link",
        "plan -f link -o grants.yaml",
        "plan -f broken.yaml --report json=./broken.yaml",
        "plan -f access -o access/plan.yaml",
        "plan -f access --report json=broken.yaml",
        "plan -f grants.yaml --live live.json -o live.json",
        "plan -f grants.yaml --report json=a.json --report text=access/../a.json",
        "apply plan.json --report json=plan.json",
        "apply -f grants.yaml --auto-approve --report json=grants.yaml",
        "show plan.json --report text=plan.json",
        "snapshot -f grants.yaml -o grants.yaml",
        "snapshot --token-file token -o token",
        "export --token-file token --force -o token",
    ] {
        let ended = bench.run(call).await;
        assert_eq!((ended.code, &*ended.out), (Some(64), ""), "{call}: {ended:?}");
        assert_eq!(texts(), before, "{call}");
    }
    assert_eq!(bench.sandbox.world().requests.len(), requests, "nothing is sent");
    // What is not read there may stand there.
    assert_eq!(bench.run("plan -f grants.yaml -o access/plan.json").await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_if_an_output_cannot_be_written() {
    let bench = Bench::new(World::example()).await;
    bench.write("grants.yaml", WANTED);
    fs::create_dir(bench.path("directory")).unwrap();
    for call in OUTPUTS {
        for path in ["nowhere/out", "directory", "grants.yaml/out"] {
            let ended = bench.run(&call.replace("OUT", path)).await;
            assert_eq!(ended.code, Some(1), "{call} {path}: {ended:?}");
            assert!(ended.err.contains(&format!("could not write `{path}`")), "{call} {path}: {ended:?}");
        }
    }
    assert_eq!(bench.sandbox.world().requests.len(), 0);
}

#[tokio::test]
async fn nothing_is_sent_if_standard_output_or_the_job_summary_cannot_be_written() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice", "cluster-a member carol"])).await;
    for format in ["text", "json", "markdown"] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let call = desk.call(&format!("apply -f grants.yaml --auto-approve --format {format}"));
        let ran = call.stdout(full).finish().await;
        assert_eq!(ran.code, Some(1), "{format}: {}", ran.stderr);
        assert!(ran.stderr.contains("could not write to standard output"), "{format}: {}", ran.stderr);
    }
    let call = desk.call("apply -f grants.yaml --auto-approve --format github");
    let ran = call.env("GITHUB_STEP_SUMMARY", "nowhere/summary.md").run().await;
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("could not write the job summary"), "{}", ran.stderr);
    assert_eq!(desk.sandbox.world().requests.len(), 0);
}
