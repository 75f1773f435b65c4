//! What stories about `run` share: the real binary, looked at through its own status.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use grantsync::sandbox::{Act, Fault, Sandbox, Waldur, tokens};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::cli_support::{Call, Ran, Running};
use crate::http;
use crate::reconcile_support::{Asked, in_words, wanting};

/// Longer than anything here takes, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// A daemon of its own, its folder, and the sandbox it keeps.
pub(crate) struct Agent {
    pub(crate) folder: TempDir,
    pub(crate) url: String,
    running: Running,
    ended: Option<JoinHandle<Ran>>,
}

/// Starts one over a path in a new folder, against a sandbox. `prepare` lays out the files; `token` is in a file of
/// the folder.
pub(crate) async fn start(sandbox: &Sandbox, path: &str, arguments: &str, prepare: impl FnOnce(&Path)) -> Agent {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("token"), tokens::STAFF).unwrap();
    prepare(folder.path());
    let timeout = if arguments.contains("--timeout") { "" } else { "--timeout 1s" };
    let quiet = if arguments.contains("--quiet-period") { "" } else { "--quiet-period 1s" };
    let line = format!("run -f {path} --listen 127.0.0.1:0 {timeout} {quiet} {arguments}");
    let call = Call::new(&line).at(folder.path()).env("WALDUR_API_URL", &sandbox.url());
    let (mut running, ended) = call.env("WALDUR_ACCESS_TOKEN_FILE", "token").start();
    let line = running.line("the status page is at ");
    let url = line.split_once("is at ").unwrap().1.trim_end_matches('/').to_owned();
    Agent { folder, url, running, ended: Some(ended) }
}

impl Agent {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file that wants these bindings.
    pub(crate) fn want(&self, name: &str, bindings: &[&str]) {
        std::fs::write(self.path(name), wanting(bindings)).unwrap();
    }

    /// Its status of now; nothing while it can't be asked.
    async fn status(&self) -> Option<Value> {
        let answer = http::get(format!("{}/status", self.url)).await.ok()?;
        serde_json::from_slice(&answer.bytes().await.ok()?).ok()
    }

    /// Waits until its status fits.
    pub(crate) async fn until(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        let mut last = None;
        while Instant::now() < end {
            last = self.status().await.or(last);
            if let Some(status) = last.as_ref().filter(|it| fits(it)) {
                return status.clone();
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("never {what}: {last:#?}");
    }

    /// Waits for the end of a pass that came to this.
    pub(crate) async fn result(&self, result: &str) -> Value {
        self.until(result, |it| it["last"]["result"] == result || result == "in_sync" && is_in_sync(it)).await
    }

    /// Waits until limits hold something: steps that wait for the files to be quiet are held before that.
    pub(crate) async fn limited(&self) -> Value {
        self.until("held by limits", |it| !it["access"]["held_by_limits"].is_null()).await
    }

    /// Whether it says that it is ready.
    pub(crate) async fn ready(&self) -> bool {
        http::get(format!("{}/readyz", self.url)).await.unwrap().status().is_success()
    }

    /// Waits until it has said something.
    pub(crate) fn said(&mut self, text: &str) {
        self.running.wait_for(text);
    }

    pub(crate) fn signal(&self, name: &str) {
        self.running.signal(name);
    }

    /// Asks it to leave, and waits until it has.
    pub(crate) async fn stop(self) -> Ran {
        self.signal("TERM");
        self.end().await
    }

    /// Waits until it has left.
    pub(crate) async fn end(mut self) -> Ran {
        self.ended.take().unwrap().await.unwrap()
    }
}

/// Whether the last pass found all in sync, or no change since one that did: which of them is seen is a matter of time.
pub(crate) fn is_in_sync(status: &Value) -> bool {
    ["in_sync", "no_change"].iter().any(|it| status["last"]["result"] == *it)
}

/// A story that fails must not wait for an agent that nobody stops any more.
impl Drop for Agent {
    fn drop(&mut self) {
        if self.ended.is_some() {
            self.running.signal("KILL");
        }
    }
}

/// The version of Waldur that the stories are about: that of `GRANTSYNC_WALDUR`, or the first.
pub(crate) static WALDUR: LazyLock<Waldur> = LazyLock::new(|| {
    std::env::var("GRANTSYNC_WALDUR").map_or_else(|_| Waldur::default(), |name| name.parse().unwrap())
});

/// Trouble with requests of a sort, whatever the version.
pub(crate) fn trouble(asked: Asked, act: Act) -> Fault {
    let (method, target) = asked.on(*WALDUR);
    Fault::on(method, target, act)
}

/// A sandbox with two resources and some people, of the version that the stories are about.
pub(crate) async fn world() -> Sandbox {
    world_on(*WALDUR).await
}

/// The same of this version, for stories that are about no other.
pub(crate) async fn world_on(waldur: Waldur) -> Sandbox {
    let world = in_words("HPC cluster-a: admin alice\nHPC cluster-b: member bob\nusers: carol, dave, erin, frank");
    let world = world.on(waldur);
    Sandbox::start(world).await.unwrap()
}

/// Waits until exactly these triples are live.
pub(crate) async fn live(sandbox: &Sandbox, expected: &[&str]) {
    let end = Instant::now() + PATIENCE;
    let mut expected: Vec<_> = expected.iter().map(|it| (*it).to_owned()).collect();
    expected.sort();
    while sandbox.world().triples() != expected {
        assert!(Instant::now() < end, "live is {:?}, and never became {expected:?}", sandbox.world().triples());
        sleep(Duration::from_millis(20)).await;
    }
}
