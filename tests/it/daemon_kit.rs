//! A daemon over a scripted pass, on a clock that jumps to whatever comes next.

use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::time::Duration;

use grantsync::binding::Binding;
use grantsync::daemon::{
    About, Action, Asker, By, End, Finished, HeldSet, Left, LoopOptions, Memory, OpenStep, PassStep, PassSummary,
    Release, Schedule, Status, StepResult, Stop, channel, run,
};
use grantsync::policy::Deferred;
use grantsync::report::Failure;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

/// The controls of a daemon that runs beside the story.
pub(super) struct Controls {
    pub(super) asker: Asker,
    pub(super) stop: watch::Sender<Stop>,
    pub(super) status: watch::Receiver<Status>,
}

impl Controls {
    /// Waits until the status fits, and returns it.
    pub(super) async fn until(&mut self, fits: impl FnMut(&Status) -> bool) -> Status {
        self.status.wait_for(fits).await.unwrap().clone()
    }

    /// Waits until so many passes are over.
    pub(super) async fn passes(&mut self, count: u64) -> Status {
        self.until(|it| it.totals.finished() >= count).await
    }
}

/// A wall clock that begins at noon on New Year's Day and goes as fast as tokio's.
pub(super) fn clock() -> impl Fn() -> Timestamp + Clone {
    let began = Instant::now();
    move || noon() + began.elapsed()
}

pub(super) fn noon() -> Timestamp {
    at("2027-01-01T12:00:00Z")
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

pub(super) fn every_five_minutes() -> LoopOptions {
    LoopOptions {
        schedule: Schedule::every(Duration::from_secs(300)).unwrap(),
        shutdown_timeout: Duration::from_secs(30),
    }
}

/// Runs a daemon and a story beside each other, until the daemon has left. A story that ends first wants it to leave.
pub(super) async fn daemon(
    settings: LoopOptions,
    pass: impl AsyncFnMut(&mut Memory) -> PassSummary,
    story: impl AsyncFnOnce(&mut Controls),
) -> (Left, Status) {
    daemon_at(clock(), settings, pass, story).await
}

/// The same, by another clock.
pub(super) async fn daemon_at(
    clock: impl Fn() -> Timestamp,
    settings: LoopOptions,
    pass: impl AsyncFnMut(&mut Memory) -> PassSummary,
    story: impl AsyncFnOnce(&mut Controls),
) -> (Left, Status) {
    let (asker, input) = channel();
    let (stop, stopped) = watch::channel(Stop::No);
    let (tell, status) = watch::channel(Status::new(About::default(), clock()));
    let mut controls = Controls { asker, stop, status };
    let told = async {
        story(&mut controls).await;
        controls.stop.send_if_modified(|it| {
            *it = if it.wanted() { *it } else { Stop::Soon(By::Terminate) };
            true
        });
    };
    let (left, ()) = tokio::join!(run(settings, input, stopped, &tell, clock, pass), told);
    let status = tell.borrow().clone();
    (left, status)
}

/// A pass that found everything as declared.
pub(super) fn in_sync() -> PassSummary {
    finished(Finished::default())
}

/// A pass that went all the way.
pub(super) fn finished(finished: Finished) -> PassSummary {
    PassSummary::new(End::Finished(Box::new(Finished { converged: true, ..finished })))
}

/// A pass that could not read the server.
pub(super) fn unreachable() -> PassSummary {
    PassSummary::new(End::Unreachable(failure("GET /api/marketplace-resource-users/: connection refused")))
}

/// A pass whose token was turned away.
pub(super) fn unauthorized() -> PassSummary {
    PassSummary::new(End::Unauthorized(failure("GET /api/users/me/: 401 Unauthorized")))
}

/// A pass that found broken files.
pub(super) fn broken() -> PassSummary {
    PassSummary::new(End::Broken(vec!["grants.yaml:3:5: unknown key: `usr`".to_owned()]))
}

pub(super) fn failure(message: &str) -> Failure {
    Failure { message: message.to_owned(), help: Some("look at it".to_owned()) }
}

/// A step that was done.
pub(super) fn done(action: Action, what: &str) -> PassStep {
    PassStep { action, became: StepResult::Done, what: what.into(), why: "grants.yaml:12".to_owned() }
}

/// A step for somebody, with the same role on the same resource for everybody.
pub(super) fn step(action: Action, user: &impl Hash) -> Deferred {
    let mut hasher = DefaultHasher::new();
    user.hash(&mut hasher);
    let id = |it: u64| Uuid::from_u64_pair(0, it);
    let binding = Binding { resource: id(1).into(), role: id(2).into(), user: id(hasher.finish()).into() };
    match action {
        Action::Create => Deferred::Creation(binding),
        Action::Remove => Deferred::Removal(binding),
        Action::SetEnd => Deferred::End(binding),
    }
}

/// A step that was tried, by its words.
pub(super) fn wanted(what: &str, done: bool) -> OpenStep {
    OpenStep { step: step(Action::Create, &what), undoes: None, what: what.into(), done }
}

/// How that is released.
pub(super) fn release(file: &str, digest: &str) -> Release {
    Release {
        lines: format!("approvals:\n  - {{held: \"{digest}\"}}"),
        command: format!("grantsync apply -f {file} --approve {digest}"),
        exactly: true,
    }
}

/// What limits hold, by its digest.
pub(super) fn limited(digest: &str) -> HeldSet {
    HeldSet {
        digest: digest.to_owned(),
        exceeded: vec!["30 bindings would go, more than the 25 that `limits.removals` allows".to_owned()],
        links: 30,
        release: release("grants.yaml", digest),
        room_for: None,
    }
}
