//! Each way in which files change, on a real file system.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use futures_util::FutureExt as _;
use grantsync::daemon::{FileWatcher, Trigger, TriggerQueue, WatchTiming, WatchedNames, channel, watched_dirs};
use tokio::time::timeout;

/// Longer than any of this takes, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(30);
/// With events only: the poll never comes.
const EVENTS: WatchTiming = WatchTiming {
    quiet: Duration::from_millis(20),
    longest: Duration::from_millis(500),
    poll: Duration::from_secs(3600),
};

/// Watched files, and who is asked when they change.
struct Watch {
    input: TriggerQueue,
    looks: Arc<AtomicUsize>,
}

impl Watch {
    async fn over(roots: &[PathBuf], patience: WatchTiming) -> Self {
        let looks = Arc::new(AtomicUsize::new(0));
        let (counted, read) = (Arc::clone(&looks), roots.to_vec());
        let take = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            read.iter().map(|it| content(it)).collect::<Vec<_>>()
        };
        let files = FileWatcher::watch(roots.to_vec(), patience, take).await;
        let (asker, input) = channel();
        tokio::spawn(files.ask_on_change(asker, Trigger::FileChange));
        Self { input, looks }
    }

    async fn is_asked(&mut self, after: &str) {
        let asked = timeout(PATIENCE, self.input.next()).await;
        assert!(asked.is_ok(), "nobody noticed: {after}");
    }

    /// Waits until the files were looked at once more from begin to end.
    async fn looked(&self) {
        let before = self.looks.load(Ordering::SeqCst);
        while self.looks.load(Ordering::SeqCst) < before + 2 {
            tokio::task::yield_now().await;
        }
    }
}

/// Everything under a path, as far as it can be read.
fn content(path: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let Ok(entries) = fs::read_dir(path) else { return vec![(path.to_owned(), fs::read(path).ok())] };
    let mut entries: Vec<_> = entries.flatten().map(|it| it.path()).collect();
    entries.retain(|it| !it.file_name().unwrap().as_encoded_bytes().starts_with(b"."));
    entries.sort();
    entries.iter().flat_map(|it| content(it)).collect()
}

fn write(path: impl AsRef<Path>, text: &str) {
    let path = path.as_ref();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Puts a symlink in the place of another, as one step.
fn swap(link: &Path, target: &str) {
    let new = link.with_file_name(".swap");
    symlink(target, &new).unwrap();
    fs::rename(new, link).unwrap();
}

/// A `ConfigMap` as the kubelet lays it out: the file leads through `..data` to a directory that is replaced as a whole.
fn config_map(dir: &Path, version: &str) {
    write(dir.join(format!("..{version}/grants.yaml")), version);
    swap(&dir.join("..data"), &format!("..{version}"));
    if !dir.join("grants.yaml").exists() {
        symlink("..data/grants.yaml", dir.join("grants.yaml")).unwrap();
    }
}

/// What git-sync does: a work tree for each commit, and a symlink to the current one.
fn git_sync(dir: &Path, commit: &str) {
    write(dir.join(format!(".worktrees/{commit}/grants.yaml")), commit);
    swap(&dir.join("current"), &format!(".worktrees/{commit}"));
}

/// A swap, and then an edit in place of what the swap brought, which the directory of before knows nothing of.
fn swapped_then_edited(dir: &Path, text: &str) {
    if text == "2" {
        fs::write(dir.join("current/grants.yaml"), text).unwrap();
    } else {
        git_sync(dir, text);
    }
}

/// A way to change files: how they are laid out, what is watched, and each edit.
type Edit = (&'static str, &'static str, fn(&Path, &str));

const EDITS: &[Edit] = &[
    ("written in place", "grants.yaml", |dir, text| write(dir.join("grants.yaml"), text)),
    ("saved by an editor that renames over it", "grants.yaml", |dir, text| {
        write(dir.join(".grants.yaml.swp"), text);
        fs::rename(dir.join(".grants.yaml.swp"), dir.join("grants.yaml")).unwrap();
    }),
    ("saved by an editor that keeps a backup", "grants.yaml", |dir, text| {
        if dir.join("grants.yaml").exists() {
            fs::rename(dir.join("grants.yaml"), dir.join("grants.yaml~")).unwrap();
        }
        write(dir.join("grants.yaml"), text);
    }),
    ("deleted and made again", "grants.yaml", |dir, text| {
        let _ = fs::remove_file(dir.join("grants.yaml"));
        write(dir.join("grants.yaml"), text);
    }),
    ("a ConfigMap, the file", "grants.yaml", config_map),
    ("a ConfigMap, the directory", ".", config_map),
    ("git-sync, the file", "current/grants.yaml", git_sync),
    ("git-sync, the directory", "current", git_sync),
    ("an edit in place after a swap", "current/grants.yaml", swapped_then_edited),
    ("a new file in a directory", "team", |dir, text| write(dir.join("team").join(format!("{text}.yaml")), text)),
    ("a file in a directory below", "team", |dir, text| write(dir.join("team/gpu/cluster/a.yaml"), text)),
    ("the whole directory moved away and made again", "team", |dir, text| {
        let _ = fs::remove_dir_all(dir.join("old"));
        let _ = fs::rename(dir.join("team"), dir.join("old"));
        write(dir.join("team/a.yaml"), text);
    }),
    ("through symlinks from elsewhere", "link/grants.yaml", |dir, text| {
        write(dir.join(format!("far/{text}/grants.yaml")), text);
        swap(&dir.join("far/now"), text);
        if !dir.join("link").exists() {
            symlink("far/now", dir.join("link")).unwrap();
        }
    }),
];

#[tokio::test]
async fn each_kind_of_edit_is_noticed_again_and_again() {
    for (name, root, edit) in EDITS {
        let dir = tempfile::tempdir().unwrap();
        edit(dir.path(), "0");
        let mut watch = Watch::over(&[dir.path().join(root)], EVENTS).await;
        // Watching the wrong thing notices the first change and goes deaf.
        for round in 1..=3 {
            edit(dir.path(), &round.to_string());
            watch.is_asked(&format!("{name}, {round}")).await;
        }
    }
}

#[tokio::test]
async fn a_file_that_does_not_exist_yet_is_noticed_when_it_comes() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("not/yet/grants.yaml");
    let mut watch = Watch::over(std::slice::from_ref(&root), EVENTS).await;
    write(&root, "1");
    watch.is_asked("created with its directories").await;
    fs::remove_dir_all(dir.path().join("not")).unwrap();
    watch.is_asked("deleted with its directories").await;
    write(&root, "2");
    watch.is_asked("created again").await;
}

#[tokio::test]
async fn what_changes_nothing_asks_for_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("grants.yaml");
    write(&root, "same");
    let mut watch =
        Watch::over(std::slice::from_ref(&root), WatchTiming { poll: Duration::from_millis(20), ..EVENTS }).await;
    write(&root, "same");
    write(dir.path().join("neighbour.txt"), "another");
    watch.looked().await;
    assert_eq!(watch.input.next().now_or_never(), None);
    write(&root, "other");
    watch.is_asked("another content").await;
}

#[tokio::test]
async fn a_slow_write_is_looked_at_in_between() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("grants.yaml");
    write(&root, "0");
    let mut watch =
        Watch::over(std::slice::from_ref(&root), WatchTiming { quiet: Duration::from_secs(3600), ..EVENTS }).await;
    write(&root, "1");
    watch.is_asked("it was never quiet").await;
}

/// Reading makes events, too, and we read ourselves: who took them for changes would never find it quiet.
#[tokio::test]
async fn whoever_only_reads_is_not_listened_to() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("grants.yaml");
    write(&root, "0");
    let longest = Duration::from_secs(3600);
    let patience = WatchTiming { quiet: Duration::from_millis(200), longest, ..EVENTS };
    let mut watch = Watch::over(std::slice::from_ref(&root), patience).await;
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let reads = std::thread::spawn({
        let root = root.clone();
        move || {
            while stopped.recv_timeout(Duration::from_millis(1)) == Err(RecvTimeoutError::Timeout) {
                fs::read(&root).unwrap();
            }
        }
    });
    write(&root, "1");
    watch.is_asked("a change among reads").await;
    drop(stop);
    reads.join().unwrap();
}

#[tokio::test]
async fn where_there_are_no_events_the_poll_notices() {
    let told = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&told);
    let patience = WatchTiming { poll: Duration::from_millis(20), ..EVENTS };
    let files = FileWatcher::watch(Vec::new(), patience, move || seen.load(Ordering::SeqCst)).await;
    let (asker, mut input) = channel();
    tokio::spawn(files.ask_on_change(asker, Trigger::TokenChange));
    told.store(1, Ordering::SeqCst);
    let asked = timeout(PATIENCE, input.next()).await.unwrap();
    assert_eq!(asked.into_iter().collect::<Vec<_>>(), [Trigger::TokenChange]);
}

#[test]
fn every_hop_has_its_directory_watched_and_hidden_ones_and_loops_are_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().canonicalize().unwrap();
    write(dir.join("tree/a.yaml"), "a");
    write(dir.join("tree/below/b.yaml"), "b");
    write(dir.join("tree/.git/config"), "c");
    write(dir.join("far/away/d.yaml"), "d");
    symlink("..", dir.join("tree/below/loop")).unwrap();
    symlink("nowhere/at/all", dir.join("tree/broken")).unwrap();
    symlink("itself", dir.join("tree/itself")).unwrap();
    symlink(dir.join("far/away/d.yaml"), dir.join("tree/d.yaml")).unwrap();
    let names = |root: &str| {
        let watched_dirs = watched_dirs(&[dir.join(root)]);
        let shown = watched_dirs.directories().map(|(it, names)| {
            let it = it.strip_prefix(&dir).unwrap().display();
            match names {
                WatchedNames::All => format!("{it}/*"),
                WatchedNames::These(names) => {
                    let names: Vec<_> = names.iter().map(|it| it.to_str().unwrap()).collect();
                    format!("{it}/{}", names.join("|"))
                }
            }
        });
        shown.collect::<Vec<_>>()
    };
    assert_eq!(names("tree"), ["/tree", "far/away/d.yaml", "tree/*", "tree/below/*"]);
    assert_eq!(names("tree/d.yaml"), ["far/away/d.yaml", "tree/d.yaml"]);
    assert_eq!(names("tree/../tree/a.yaml"), ["tree/a.yaml"]);
    assert_eq!(names("gone/a.yaml"), ["/gone"]);
}

#[test]
fn only_what_may_lead_to_another_content_concerns_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().canonicalize().unwrap();
    write(dir.join("access/team/a.yaml"), "a");
    config_map(&dir.join("mount"), "1");
    let roots = [dir.join("access"), dir.join("mount/grants.yaml"), dir.join("link/grants.yaml")];
    symlink("access/team", dir.join("link")).unwrap();
    let watched_dirs = watched_dirs(&roots);
    for (path, concerns) in [
        ("access", true),
        ("access/new.yaml", true),
        ("access/team/a.yaml", true),
        ("link", true),
        ("neighbour", false),
        ("neighbour.yaml", false),
        ("mount/grants.yaml", true),
        ("mount/..data", true),
        ("mount/other.yaml", false),
        ("mount/..1/grants.yaml", true),
        ("mount/..1/other.yaml", false),
        // Nobody asked to watch there: whoever tells of it may know another name of a place.
        ("elsewhere/a.yaml", true),
    ] {
        assert_eq!(watched_dirs.concern(&dir.join(path)), concerns, "{path}");
    }
}

/// A directory is watched from the one in which it lies, since it may be replaced; that may be a busy one, like `/tmp`.
#[tokio::test]
async fn whoever_writes_beside_the_files_is_not_listened_to() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("access");
    write(root.join("grants.yaml"), "0");
    let longest = Duration::from_secs(3600);
    let patience = WatchTiming { quiet: Duration::from_millis(200), longest, ..EVENTS };
    let mut watch = Watch::over(std::slice::from_ref(&root), patience).await;
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let writes = std::thread::spawn({
        let beside = dir.path().join("beside");
        move || {
            while stopped.recv_timeout(Duration::from_millis(1)) == Err(RecvTimeoutError::Timeout) {
                fs::write(&beside, "busy").unwrap();
            }
        }
    });
    write(root.join("grants.yaml"), "1");
    watch.is_asked("a change among writes beside it").await;
    drop(stop);
    writes.join().unwrap();
}
