//! What stands under `deploy/ci` to be copied.

use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::programs::program;
use crate::recipes_kit::{APPLY, GITLAB, PLAN, recipe};
use crate::shell::scripts;

const VALID: &str = "bindings:\n  - {resource: cluster-a, role: admin, user: alice}\n";

/// A repository with the hook in it, and a directory where the program is found.
fn repository() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let bin = dir.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    symlink(env!("CARGO_BIN_EXE_grantsync"), bin.join("grantsync")).unwrap();
    let work = dir.path().join("work");
    std::fs::create_dir_all(work.join("access")).unwrap();
    assert!(git(&work, &bin, &["init", "-q"]).status.success());
    let hook = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/ci/pre-commit");
    std::fs::create_dir_all(work.join(".git/hooks")).unwrap();
    symlink(hook, work.join(".git/hooks/pre-commit")).unwrap();
    (dir, bin)
}

fn git(work: &Path, bin: &Path, arguments: &[&str]) -> Output {
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut git = Command::new("git");
    git.current_dir(work).env("PATH", path).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    git.args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]).args(arguments).output().unwrap()
}

/// Commits this text as `access/grants.yaml`, while another one lies in the work tree.
fn commit(work: &Path, bin: &Path, staged: &str, left: &str) -> Output {
    let file = work.join("access/grants.yaml");
    std::fs::write(&file, staged).unwrap();
    assert!(git(work, bin, &["add", "."]).status.success());
    std::fs::write(&file, left).unwrap();
    git(work, bin, &["commit", "-q", "-m", "change"])
}

#[test]
fn the_hook_lets_valid_files_pass_and_refuses_others() {
    let (dir, bin) = repository();
    let work = dir.path().join("work");
    let broken = VALID.replace("role", "rolle");
    let refused = commit(&work, &bin, &broken, VALID);
    assert!(!refused.status.success(), "what is staged counts: {refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("unknown key `rolle`") && said.contains("access/grants.yaml:2"), "{said}");
    let passed = commit(&work, &bin, VALID, &broken);
    assert!(passed.status.success(), "{passed:?}");
}

#[test]
fn the_hook_does_not_mind_what_is_no_access_file() {
    let (dir, bin) = repository();
    let work = dir.path().join("work");
    std::fs::write(work.join("notes.yaml"), "this is: [no").unwrap();
    assert!(git(&work, &bin, &["add", "notes.yaml"]).status.success());
    let passed = git(&work, &bin, &["commit", "-q", "-m", "notes"]);
    assert!(passed.status.success(), "{passed:?}");
}

#[test]
fn shellcheck_is_content_with_every_script() {
    for (name, shell) in [(PLAN, "bash"), (APPLY, "bash"), (GITLAB, "sh")] {
        let scripts = scripts(&recipe(name));
        assert!(scripts.len() >= 3, "{name}");
        for (step, script) in scripts {
            let Some(mut shellcheck) = program("shellcheck") else { return };
            shellcheck.args(["--shell", shell, "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = shellcheck.spawn().unwrap();
            child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
            let Output { status, stdout, .. } = child.wait_with_output().unwrap();
            assert!(status.success(), "{name}: {step}: {}", String::from_utf8_lossy(&stdout));
        }
    }
}
