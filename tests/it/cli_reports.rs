//! Reports that can't be written: what is told elsewhere stays true.

use grantsync::sandbox::{Act, Fault};
use serde_json::Value;

use crate::cli_support::Desk;
use crate::reconcile_support::wanting;

const WORLD: &str = "HPC cluster-a: admin alice, viewer bob\nusers: carol";

#[tokio::test]
async fn a_report_that_cannot_be_written_spoils_no_other() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice", "cluster-a member carol"])).await;
    let folder = desk.folder.path().join("gone");
    std::fs::create_dir(&folder).unwrap();
    // It can be written when that is looked at, and not any more when it is over.
    let remove = move |_: &mut _, _: &_| std::fs::remove_dir(&folder).unwrap();
    desk.sandbox.world().faults.push(Fault::on("POST", "", Act::before(remove)).nth(1));
    let reports = "--format json --report markdown=gone/a.md --report json=b.json";
    let ran = desk.run(&format!("apply -f grants.yaml --auto-approve {reports}")).await;
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("could not write the report gone/a.md"), "{}", ran.stderr);
    assert_eq!(desk.writes(), ["POST 201", "DELETE 204"]);
    let file = std::fs::read_to_string(desk.folder.path().join("b.json")).unwrap();
    for text in [&ran.stdout, &file] {
        // One document, and it tells what was done.
        let told: Value = serde_json::from_str(text).unwrap();
        assert_eq!((told["kind"].as_str(), told["converged"].as_bool()), (Some("report"), Some(true)), "{text}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_files_is_said_even_where_no_report_can_be_written() {
    let desk = Desk::new(WORLD, "bindings:\n  - {resource: cluster-a, role: admin}\n").await;
    let ran = desk.run("plan -f grants.yaml --report json=nowhere/a.json").await;
    assert_eq!(ran.code, Some(6), "{}", ran.stderr);
    for said in ["grants.yaml:2:", "could not write the report nowhere/a.json"] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
}

#[tokio::test]
async fn two_reports_to_one_file_are_refused() {
    let desk = Desk::new(WORLD, &wanting(&["cluster-a admin alice"])).await;
    for call in [
        "plan -f grants.yaml --report markdown=a.md --report json=./a.md",
        "apply -f grants.yaml --auto-approve --report markdown=a.md --report text=a.md",
        "plan -f grants.yaml --report json=a.json -o a.json",
    ] {
        let ran = desk.run(call).await;
        assert_eq!(ran.code, Some(64), "{call}: {}", ran.stderr);
        assert!(ran.stderr.contains("would be written twice"), "{call}: {}", ran.stderr);
    }
    let ran = desk.run("plan -f grants.yaml --report json=/dev/null --report text=/dev/null").await;
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}
