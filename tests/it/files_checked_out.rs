//! Which commit is checked out, where there is no git to ask.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use grantsync::reconcile::files::checked_out;
use tempfile::TempDir;

fn git(dir: &Path, arguments: &str) -> String {
    let mut git = Command::new("git");
    git.current_dir(dir).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    git.args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]).args(arguments.split(' '));
    let output = git.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository with a commit.
fn repository() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), "init -q -b main");
    commit(dir.path(), "bindings: []\n");
    dir
}

fn commit(dir: &Path, text: &str) {
    fs::create_dir_all(dir.join("access")).unwrap();
    fs::write(dir.join("access/grants.yaml"), text).unwrap();
    git(dir, "add .");
    git(dir, "commit -q -m change");
}

/// What is found for a path, and what git says.
fn found(dir: &Path, path: &str) -> (Option<String>, Option<String>) {
    (checked_out(&[dir.join(path)]), Some(git(&dir.join(path), "rev-parse HEAD")))
}

#[test]
fn a_branch_a_packed_one_and_a_commit_by_itself() {
    let repository = repository();
    let dir = repository.path();
    let (branch, expected) = found(dir, "access");
    assert_eq!(branch, expected);
    git(dir, "pack-refs --all");
    let (packed, expected) = found(dir, "access");
    assert_eq!(packed, expected);
    commit(dir, "bindings: [] # again\n");
    let (newer, expected) = found(dir, "access");
    assert_eq!(newer, expected, "what is loose is newer than what is packed");
    assert_ne!(newer, packed);
    git(dir, "checkout -q --detach HEAD^");
    assert_eq!(found(dir, "access").0, packed);
    assert_eq!(checked_out(&[dir.join("access/grants.yaml")]), packed, "of a file, too");
}

#[test]
fn a_work_tree_as_git_sync_lays_it_out() {
    let repository = repository();
    let dir = repository.path();
    let id = git(dir, "rev-parse HEAD");
    git(dir, &format!("worktree add -q --detach .worktrees/{id}"));
    symlink(format!(".worktrees/{id}"), dir.join("current")).unwrap();
    commit(dir, "bindings: [] # later\n");
    assert_eq!(checked_out(&[dir.join("current/access")]), Some(id));
    git(dir, "worktree add -q branch -b other");
    let (branch, expected) = found(dir, "branch/access");
    assert_eq!(branch, expected, "its branch is kept in the repository");
}

#[test]
fn nothing_is_made_up() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(checked_out(&[dir.path().to_owned()]), None, "no repository");
    git(dir.path(), "init -q");
    assert_eq!(checked_out(&[dir.path().to_owned()]), None, "no commit");
    fs::write(dir.path().join(".git/HEAD"), "something else\n").unwrap();
    assert_eq!(checked_out(&[dir.path().to_owned()]), None);
    assert_eq!(checked_out(&[dir.path().join("gone")]), None);
}
