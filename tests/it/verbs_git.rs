//! Files of a commit, and of before a change.

use grantsync::sandbox::{Waldur, World};

use crate::verbs::{Bench, Grant as _};

const HEAD: &str = "scope: {offerings: [HPC]}\nlimits: {removal_percent: 100}\nprotect: [break-glass]\nbindings:\n";
const ALICE: &str = "  - {resource: cluster-a, role: admin, user: alice}\n";
const GRACE: &str = "  - {resource: cluster-a, role: viewer, user: grace}\n";

/// A repository with two commits: alice, then alice and grace. `old` is a branch at the first one.
async fn repository(name: &str) -> Bench {
    let bench = Bench::new(World::example()).await;
    bench.git("init -q");
    bench.write(name, &format!("{HEAD}{ALICE}"));
    bench.git("add .");
    bench.git("commit -q -m one");
    bench.git("branch old");
    bench.write(name, &format!("{HEAD}{ALICE}{GRACE}"));
    bench.git("commit -q -a -m two");
    bench
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_read_and_not_what_is_checked_out() {
    let bench = repository("grants.yaml").await;
    bench.write("grants.yaml", "this is no YAML: [");
    for (rev, bindings) in [("HEAD", "2 bindings"), ("old", "1 binding"), ("HEAD~1", "1 binding")] {
        let ended = bench.run_offline(&format!("validate -f grants.yaml --git {rev}")).await;
        assert!(ended.out.starts_with(&format!("valid: {bindings} ")), "{rev}: {ended:?}");
    }
    std::fs::remove_file(bench.path("grants.yaml")).unwrap();
    assert_eq!(bench.run_offline("validate -f grants.yaml --git HEAD").await.code, Some(0));
    let ended = bench.run("plan -f grants.yaml --git HEAD").await;
    assert!(ended.out.contains("viewer  grace  grants.yaml:6"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_of_a_commit_is_read_by_the_same_rules() {
    let bench = repository("access/grants.yaml").await;
    bench.write("access/team/more.yml", &format!("bindings:\n{GRACE}").replace("viewer", "member"));
    bench.write("access/.hidden.yaml", "no");
    bench.write("access/.github/ci.yaml", "no");
    bench.write("access/notes.txt", "no");
    bench.git("add -f .");
    bench.git("commit -q -m three");
    for paths in [
        "-f access",
        "-f .",
        "-f . -f access",
        "-f access/grants.yaml -f access",
        "-f access/grants.yaml -f access/team/more.yml",
    ] {
        let disk = bench.run_offline(&format!("validate {paths}")).await;
        let commit = bench.run_offline(&format!("validate {paths} --git HEAD")).await;
        assert_eq!((disk.code, disk.out), (commit.code, commit.out), "{paths}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_commit_does_not_have_is_an_error() {
    let bench = repository("grants.yaml").await;
    bench.write("other.yaml", "bindings: []");
    for (arguments, says) in [
        ("-f other.yaml --git HEAD", "in `HEAD`: `other.yaml`"),
        ("-f grants.yaml --git nowhere", "there is no commit `nowhere`"),
        ("-f grants.yaml --git=--output=/tmp/x", "there is no commit `--output=/tmp/x`"),
    ] {
        let ended = bench.run_offline(&format!("validate {arguments}")).await;
        assert_eq!(ended.code, Some(6), "{ended:?}");
        assert!(ended.err.contains(says), "{ended:?}");
    }
    assert_eq!(bench.run_offline("validate -f - --git HEAD").await.code, Some(64));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_symlink_in_a_commit_is_not_passed_over() {
    let bench = repository("access/grants.yaml").await;
    std::os::unix::fs::symlink("../elsewhere.yaml", bench.path("access/more.yaml")).unwrap();
    bench.git("add .");
    bench.git("commit -q -m three");
    let ended = bench.run_offline("validate -f access --git HEAD").await;
    assert_eq!(ended.code, Some(6), "{ended:?}");
    assert!(ended.err.contains("a symlink, which is not followed in a commit: `access/more.yaml`"), "{ended:?}");
    // What it stands for may be a directory of files, unless it is known to be a file.
    std::fs::remove_file(bench.path("access/more.yaml")).unwrap();
    std::fs::create_dir(bench.path("elsewhere")).unwrap();
    bench.write("elsewhere/notes.txt", "");
    for (name, target, code) in
        [("notes.md", "../elsewhere/notes.txt", 0), ("team.d", "../elsewhere", 6), ("team", "/nowhere", 6)]
    {
        let link = bench.path(&format!("access/{name}"));
        std::os::unix::fs::symlink(target, &link).unwrap();
        bench.git("add -A .");
        bench.git("commit -q -m again");
        let ended = bench.run_offline("validate -f access --git HEAD").await;
        assert_eq!(ended.code, Some(code), "{name}: {ended:?}");
        std::fs::remove_file(link).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_behind_its_upstream_is_refused_unless_it_is_meant() {
    let bench = repository("grants.yaml").await;
    bench.git("branch -q --set-upstream-to=main old");
    let ended = bench.run_offline("validate -f grants.yaml --git old").await;
    assert_eq!(ended.code, Some(6), "{ended:?}");
    assert!(ended.err.contains("`old` is 1 commit behind its upstream"), "{ended:?}");
    assert_eq!(bench.run_offline("validate -f grants.yaml --git old --allow-stale").await.code, Some(0));
    assert_eq!(bench.run_offline("validate -f grants.yaml --git main").await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_tells_the_change_from_the_drift() {
    let bench = repository("grants.yaml").await;
    bench.change(|world| world.grant("cluster-a", "viewer", "frank"));
    let ended = bench.run("plan -f grants.yaml --base old").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (change, drift) = ended.out.split_once("── already different before it ──").unwrap();
    assert!(change.contains("grace") && !change.contains("frank"), "{ended:?}");
    assert!(drift.contains("frank") && !drift.contains("grace"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_only_the_files_before_use_are_looked_up_too() {
    let bench = repository("grants.yaml").await;
    bench.write("grants.yaml", &format!("{HEAD}{ALICE}"));
    let ended = bench.run("plan -f grants.yaml --base HEAD").await;
    assert!(ended.out.contains("viewer  grace  would be created without it"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_new_or_were_broken_before_are_no_reason_to_fail() {
    let bench = repository("grants.yaml").await;
    bench.write("new.yaml", &format!("{HEAD}{ALICE}{GRACE}"));
    let ended = bench.run("plan -f new.yaml --base HEAD -o plan.json").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let warned = "nothing could be done with the files of `HEAD`";
    assert!(ended.err.contains(&format!("warning[base-unusable]: {warned}")), "{ended:?}");
    for format in ["json", "markdown", "github", "gitlab", "sarif"] {
        for call in ["plan -f new.yaml --base HEAD", "show plan.json"] {
            let ended = bench.run(&format!("{call} --format {format}")).await;
            assert!(ended.out.contains(warned), "{call} {format}: {ended:?}");
        }
    }
    assert!(!ended.out.contains("already different"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_who_grants_to_themself_is_told_once_it_is_their_change() {
    let bench = repository("grants.yaml").await;
    let told = async |arguments: &str| bench.run(&format!("plan -f grants.yaml {arguments}")).await.out;
    let risk = "author-grants-to-themself";
    assert!(told("--author grace").await.contains(risk));
    assert!(told("--author grace --base old").await.contains(risk));
    assert!(!told("--author grace --base HEAD").await.contains(risk), "it was there before");
    assert!(!told("--author alice").await.contains(risk));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_shown_with_what_was_told_of_the_change() {
    let bench = repository("grants.yaml").await;
    bench.write("soon.yaml", "bindings:\n  - {resource: cluster-a, role: member, user: bob, until: 2099-01-01}\n");
    bench.change(|world| world.grant("cluster-a", "viewer", "frank"));
    let told = "--base old --author grace --expiring-within 40000d";
    let planned = bench.run(&format!("plan -f grants.yaml -f soon.yaml {told} -o plan.json")).await;
    assert_eq!(planned.code, Some(0), "{planned:?}");
    for says in ["── in this change ──", "── already different before it ──", "author-grants-to-themself"]
    {
        assert!(planned.out.contains(says), "{says}: {planned:?}");
    }
    bench.git("checkout -q old");
    let shown = bench.run_offline("show plan.json").await;
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.out.ends_with(&planned.out), "{shown:?}\n{planned:?}");
    assert!(planned.err.contains("ends-soon") && shown.err == planned.err, "{shown:?}\n{planned:?}");
    let markdown = bench.run_offline("show plan.json --format markdown").await;
    assert!(markdown.out.contains("in this change"), "{markdown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_told_which_commit_and_line_remove_a_link() {
    const ENDED: &str = "  - {resource: cluster-a, role: viewer, user: eve, until: 2026-01-31, reason: OPS-7}\n";
    for (way, modified) in [("-f grants.yaml", true), ("-f grants.yaml --git HEAD", false), ("plan.json", false)] {
        let bench = Bench::new(World::example().on(Waldur::V8_1)).await;
        bench.git("init -q");
        bench.write(
            "grants.yaml",
            &format!("{}{ALICE}{ENDED}", HEAD.replace("offerings: [HPC]", "resources: [cluster-a]")),
        );
        bench.git("add .");
        bench.git("commit -q -m one");
        if way == "plan.json" {
            assert_eq!(bench.run("plan -f grants.yaml -o plan.json").await.code, Some(0));
        }
        bench.write("other.yaml", "bindings: []\n");
        let more = if modified { "-f other.yaml " } else { "" };
        let ended = bench.run(&format!("apply {more}{way} --auto-approve")).await;
        assert_eq!(ended.code, Some(0), "{way}: {ended:?}");
        let id = bench.git("rev-parse HEAD");
        let commit = format!("commit {}{}", &id[..12], if modified { ", modified" } else { "" });
        let world = bench.sandbox.world();
        let reasons = world.second.grants.iter().filter_map(|it| it.revoked.as_ref()).map(|it| it.reason.as_str());
        let reasons: std::collections::BTreeSet<_> = reasons.collect();
        let expected = [
            format!("grantsync: ended · {commit} · grants.yaml:6 (OPS-7)"),
            format!("grantsync: not declared · {commit}"),
        ];
        assert_eq!(reasons, expected.iter().map(String::as_str).collect(), "{way}");
    }
}
