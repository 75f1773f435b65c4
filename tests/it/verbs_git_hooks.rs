//! Git asked from within a hook: what the environment says of repositories does not decide which files are read.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use grantsync::sandbox::World;

use crate::verbs::Bench;

const ALICE: &str = "scope: all\nbindings:\n  - {resource: cluster-a, role: admin, user: alice}\n";
const GRACE: &str = "bindings:\n  - {resource: cluster-a, role: viewer, user: grace}\n";
const ONE: &str = "valid: 1 binding ";

/// A repository with one binding in `access` and another one beside it.
async fn repository() -> Bench {
    let bench = Bench::new(World::example()).await;
    bench.git("init -q");
    bench.write("access/grants.yaml", ALICE);
    bench.write("beside.yaml", GRACE);
    bench.git("add .");
    bench.git("commit -q -m one");
    bench
}

/// Puts a hook there that runs the program with these arguments and keeps what it says.
fn hook(bench: &Bench, path: &str, arguments: &str) {
    let said = bench.path("said");
    let program = env!("CARGO_BIN_EXE_grantsync");
    bench.write(path, &format!("#!/bin/sh\nread -r _ new _\n{program} {arguments} >{} 2>&1\n", said.display()));
    std::fs::set_permissions(bench.path(path), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_variable_that_locates_a_repository_changes_which_files_are_read() {
    let bench = repository().await;
    let root = bench.dir.path().canonicalize().unwrap();
    let at = |path: &str| root.join(path).display().to_string();
    let mut cases = vec![
        vec![("GIT_DIR", at(".git"))],
        vec![("GIT_DIR", ".git".to_owned())],
        vec![("GIT_DIR", at(".git")), ("GIT_WORK_TREE", at(""))],
        vec![("GIT_DIR", ".git".to_owned()), ("GIT_WORK_TREE", ".".to_owned())],
        vec![("GIT_DIR", at(".git")), ("GIT_PREFIX", String::new())],
        vec![("GIT_GLOB_PATHSPECS", "1".to_owned())],
    ];
    // Those of other versions of git, too. Configuration is no place.
    let listed = Command::new("git").args(["rev-parse", "--local-env-vars"]).output().unwrap().stdout;
    let listed = String::from_utf8(listed).unwrap();
    let all = listed.lines().filter(|it| !["GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"].contains(it));
    cases.extend(all.map(|it| vec![(it, at("nowhere"))]));
    for variables in cases {
        let ended = bench.run_in(&variables, "validate -f access --git HEAD").await;
        assert!(ended.out.starts_with(ONE), "{variables:?}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_files_before_nor_the_author_of_a_line_are_taken_from_elsewhere() {
    let bench = repository().await;
    let token = grantsync::sandbox::tokens::STAFF.to_owned();
    let git_dir = bench.path(".git").display().to_string();
    let server = [("WALDUR_API_URL", bench.sandbox.url()), ("WALDUR_ACCESS_TOKEN", token), ("GIT_DIR", git_dir)];
    let ended = bench.run_in(&server, "plan -f access --base HEAD").await;
    assert!(!ended.out.contains("grace"), "only the files outside give her access: {ended:?}");
    let ended = bench.run_in(&server, "explain --user alice -f access").await;
    assert!(ended.out.contains("by Ann"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_bare_repository_paths_begin_at_its_directory() {
    let bench = repository().await;
    bench.git("clone -q --bare . bare.git");
    let ended = bench.run_offline("validate -f bare.git/access --git HEAD").await;
    assert!(ended.out.starts_with(ONE), "{ended:?}");
    for (path, code) in [("bare.git/hooks", 6), ("bare.git/refs/heads", 6), (".git", 6), (".git/refs", 6), (".", 0)] {
        let ended = bench.run_offline(&format!("validate -f {path} --git HEAD")).await;
        assert_eq!(ended.code, Some(code), "{path}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_push_is_accepted_its_commits_can_be_checked() {
    let bench = repository().await;
    for remote in ["bare.git", "tree"] {
        let (hooks, path) = if remote == "tree" { ("tree/.git", "../access") } else { ("bare.git", "access") };
        let bare = if remote == "tree" { "" } else { "--bare " };
        bench.git(&format!("clone -q {bare}. {remote}"));
        hook(&bench, &format!("{hooks}/hooks/pre-receive"), &format!("validate -f {path} --git $new"));
        bench.write("access/more.yaml", &format!("# {remote}\n{GRACE}"));
        bench.git("add access");
        bench.git(&format!("commit -q -m {remote}"));
        bench.git(&format!("push -q {remote} HEAD:refs/heads/{remote}"));
        assert!(bench.text("said").starts_with("valid: 2 bindings "), "{remote}: {}", bench.text("said"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_of_another_repository_are_not_read() {
    let bench = repository().await;
    bench.git("init -q other");
    bench.write("access/more.yaml", GRACE);
    bench.git("add access");
    bench.git("commit -q -m two");
    let objects = |path: &str| bench.path(path).display().to_string();
    let head = Command::new("git").current_dir(bench.dir.path()).args(["rev-parse", "HEAD"]).output().unwrap();
    let head = String::from_utf8(head.stdout).unwrap();
    let variables = [("GIT_DIR", objects(".git")), ("GIT_OBJECT_DIRECTORY", objects(".git/objects"))];
    let validate = format!("validate -f other/access --git {}", head.trim());
    let ended = bench.run_in(&variables, &validate).await;
    assert!(ended.err.contains("there is no commit"), "{ended:?}");
    let relative = [("GIT_DIR", ".git".to_owned()), ("GIT_OBJECT_DIRECTORY", ".git/objects".to_owned())];
    let ended = bench.run_in(&relative, "validate -f access --git HEAD").await;
    assert!(ended.out.starts_with("valid: 2 bindings "), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_of_a_commit_does_not_wait_for_the_lock_of_that_commit() {
    let bench = repository().await;
    hook(&bench, ".git/hooks/pre-commit", "validate -f access");
    let commit = |arguments: &str| {
        bench.write("access/grants.yaml", &format!("{ALICE}# {arguments}\n"));
        bench.git(&format!("commit -q -m more {arguments}"));
        assert!(bench.text("said").starts_with(ONE), "{arguments}: {}", bench.text("said"));
        std::fs::remove_file(bench.path("said")).unwrap();
    };
    commit("-a");
    commit("access/grants.yaml");
    bench.git("worktree add -q linked");
    bench.write("linked/access/grants.yaml", ALICE);
    bench.git("-C linked commit -q -a -m linked");
    assert!(bench.text("said").starts_with(ONE), "the hook of a linked work tree ran, too");
}
