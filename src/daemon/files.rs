//! File changes: events where there are any, and a slow poll for where there are none.
//!
//! When a `ConfigMap` or git-sync swaps a directory, no event ever names the file: events count that name anything on the
//! way to it. They only say when to look. The content is compared, by a fingerprint that the caller takes.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::trigger::{Asker, Trigger};
use super::watched_dirs::{WatchedDirs, watched_dirs};

/// How quickly a change is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchTiming {
    /// Without an event for so long, a change is taken to be complete.
    pub quiet: Duration,
    /// Even if events go on, the files are looked at this often.
    pub longest: Duration,
    /// Without any event, the files are looked at this often: network file systems and bind mounts send none.
    pub poll: Duration,
}

impl Default for WatchTiming {
    fn default() -> Self {
        Self { quiet: Duration::from_millis(250), longest: Duration::from_secs(2), poll: Duration::from_secs(30) }
    }
}

/// Files that are watched.
#[derive(Debug)]
pub struct FileWatcher<Take, Print> {
    roots: Vec<PathBuf>,
    patience: WatchTiming,
    take: Arc<Take>,
    last: Print,
    armed: Armed,
    events: mpsc::Receiver<()>,
    event: mpsc::Sender<()>,
}

/// The directories that are watched, each with the device and number of its inode: a name that leads to another
/// directory than before has to be watched anew.
#[derive(Debug, Default)]
struct Armed {
    directories: BTreeMap<PathBuf, (u64, u64)>,
    watched_dirs: WatchedDirs,
    watcher: Option<RecommendedWatcher>,
    /// Why some changes make no event; then the poll has to do.
    deaf: Option<String>,
}

impl<Take, Print> FileWatcher<Take, Print>
where
    Take: Fn() -> Print + Send + Sync + 'static,
    Print: PartialEq + Send + 'static,
{
    /// Watches from now on: a change after this returns is noticed. `take` reads the files that the roots lead to now
    /// and returns something that differs if any byte of them does; it may block, and never fails, since a file that
    /// can't be read is just another content.
    pub async fn watch(roots: Vec<PathBuf>, patience: WatchTiming, take: Take) -> Self {
        let (event, events) = mpsc::channel(1);
        let take = Arc::new(take);
        let armed = Armed::default().again(&roots, &event).await;
        let last = print(&take).await;
        Self { roots, patience, take, last, armed, events, event }
    }

    /// Asks for a pass whenever the content has changed, for as long as it runs.
    pub async fn ask_on_change(mut self, asker: Asker, trigger: Trigger) {
        loop {
            // An elapsed poll is as good as an event. We hold a sender ourselves, so there is always one to come.
            if timeout(self.patience.poll, self.events.recv()).await.is_ok() {
                self.settle().await;
            }
            // First the watches, then the look: what changes in between is either seen now or makes an event.
            self.armed = self.armed.again(&self.roots, &self.event).await;
            let now = print(&self.take).await;
            if now != self.last {
                self.last = now;
                asker.ask(trigger);
            }
        }
    }

    /// Waits until it is quiet.
    async fn settle(&mut self) {
        let end = Instant::now() + self.patience.longest;
        loop {
            tokio::select! {
                _ = self.events.recv() => {}
                () = sleep(self.patience.quiet) => return,
                () = sleep_until(end) => return,
            }
        }
    }
}

/// Takes a fingerprint where blocking is no harm.
async fn print<Print: Send + 'static>(take: &Arc<impl Fn() -> Print + Send + Sync + 'static>) -> Print {
    let take = Arc::clone(take);
    match spawn_blocking(move || take()).await {
        Ok(print) => print,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

impl Armed {
    /// The same, unless the names lead elsewhere now.
    async fn again(self, roots: &[PathBuf], event: &mpsc::Sender<()>) -> Self {
        let (roots, event) = (roots.to_vec(), event.clone());
        let armed = spawn_blocking(move || {
            let inode = |path: &PathBuf| fs::metadata(path).ok().map(|it| (it.dev(), it.ino()));
            let watched_dirs = watched_dirs(&roots);
            let found = watched_dirs.directories().map(|(it, _)| it.to_owned());
            let directories: BTreeMap<_, _> = found.filter_map(|it| inode(&it).map(|inode| (it, inode))).collect();
            if directories == self.directories
                && watched_dirs == self.watched_dirs
                && self.watcher.is_some()
                && self.deaf.is_none()
            {
                return self;
            }
            let armed = Self::over(directories, watched_dirs, event);
            if armed.deaf != self.deaf {
                armed.say(&roots);
            }
            armed
        });
        armed.await.unwrap_or_default()
    }

    fn over(directories: BTreeMap<PathBuf, (u64, u64)>, watched_dirs: WatchedDirs, event: mpsc::Sender<()>) -> Self {
        let concerned = watched_dirs.clone();
        let on_event = move |told: notify::Result<notify::Event>| {
            // Reading the files makes access events itself. An error means that something was missed: look.
            let ours = told.map_or(true, |it| {
                let named = it.paths.is_empty() || it.paths.iter().any(|it| concerned.concern(it));
                !it.kind.is_access() && (named || it.need_rescan())
            });
            if ours {
                // Full means that one is waiting already.
                let _ = event.try_send(());
            }
        };
        let mut watcher = match notify::recommended_watcher(on_event) {
            Ok(watcher) => watcher,
            Err(why) => return Self { directories, watched_dirs, watcher: None, deaf: in_words(&why) },
        };
        let watched = directories.keys().map(|it| watcher.watch(it, RecursiveMode::NonRecursive));
        // All of them are tried: those that can be watched are.
        let deaf = watched.filter_map(Result::err).fold(None, |first, why| first.or_else(|| in_words(&why)));
        Self { directories, watched_dirs, watcher: Some(watcher), deaf }
    }

    /// A thing is said once, and so is its end.
    fn say(&self, roots: &[PathBuf]) {
        let paths = roots.iter().map(|it| it.display().to_string()).collect::<Vec<_>>().join(", ");
        if let Some(why) = &self.deaf {
            tracing::warn!("some changes of {paths} are noticed late, by looking from time to time: {why}");
        } else {
            tracing::info!("changes of {paths} are noticed at once again");
        }
    }
}

/// Without the path, since which one meets a limit first says nothing. A directory that has just gone is missed by nobody:
/// the one in which it lay is watched.
fn in_words(why: &notify::Error) -> Option<String> {
    match &why.kind {
        ErrorKind::PathNotFound => None,
        ErrorKind::Io(why) if why.kind() == io::ErrorKind::NotFound => None,
        ErrorKind::MaxFilesWatch => {
            Some("the system watches no more (`sysctl fs.inotify.max_user_watches`)".to_owned())
        }
        ErrorKind::Io(why) => Some(why.to_string()),
        _ => Some(why.to_string()),
    }
}
