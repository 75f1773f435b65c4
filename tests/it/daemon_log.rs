//! What a daemon says to its log: what is new, once.

use std::io;
use std::sync::{Arc, Mutex};

use grantsync::daemon::{Action, End, Finished, Memory, PassSummary, Trigger};
use tracing_subscriber::fmt::MakeWriter;

use super::daemon_kit::{broken, daemon, done, every_five_minutes, finished, in_sync, limited, unreachable, wanted};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What is said during these passes, without times.
async fn said(passes: Vec<PassSummary>) -> Vec<String> {
    let lines = Lines::default();
    let subscriber =
        tracing_subscriber::fmt().with_writer(lines.clone()).with_ansi(false).with_target(false).without_time();
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let count = u64::try_from(passes.len()).unwrap();
    let mut passes = passes.into_iter();
    daemon(
        every_five_minutes(),
        async move |_: &mut Memory| passes.next().unwrap(),
        async |it| {
            for pass in 1..=count {
                it.passes(pass).await;
                it.asker.ask(Trigger::Request);
                tokio::task::yield_now().await;
            }
            it.stop.send_replace(grantsync::daemon::Stop::Now(grantsync::daemon::By::Interrupt));
        },
    )
    .await;
    let lines = lines.0.lock().unwrap();
    String::from_utf8_lossy(&lines).lines().map(|it| it.trim().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_said_while_nothing_happens() {
    let lines = said((0..50).map(|_| in_sync()).collect()).await;
    assert_eq!(lines, ["INFO pass finished verdict=in sync asked=start took=0ns steps=0"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_said_once_and_again_when_it_is_something_else() {
    let changed =
        finished(Finished { changes: vec![done(Action::Create, "alice: admin on cluster-a")], ..Finished::default() });
    let other = PassSummary::new(End::Broken(vec!["grants.yaml:9:1: no `bindings`".to_owned()]));
    let lines = said(vec![broken(), broken(), other, unreachable(), unreachable(), changed]).await;
    let expected = [
        "INFO pass finished verdict=broken files asked=start took=0ns steps=0",
        "ERROR the files are broken: grants.yaml:3:5: unknown key: `usr`",
        "ERROR the files are broken: grants.yaml:9:1: no `bindings`",
        "INFO pass finished verdict=server unreachable asked=request took=0ns steps=0",
        "ERROR GET /api/marketplace-resource-users/: connection refused help=\"look at it\"",
        "INFO pass finished verdict=changed, now in sync asked=request took=0ns steps=1",
        "INFO alice: admin on cluster-a (grants.yaml:12) action=create result=done",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test(start_paused = true)]
async fn what_is_unresolved_is_said_once_for_as_long_as_it_is() {
    let lacks = |lines: &[&str]| {
        let unresolved = lines.iter().map(|it| (*it).to_owned()).collect();
        finished(Finished { unresolved, ..Finished::default() })
    };
    let (bop, alcie) = ("grants.yaml:3: no user `bop`", "grants.yaml:9: no user `alcie`");
    let lines =
        said(vec![lacks(&[bop]), unreachable(), lacks(&[bop]), lacks(&[bop, alcie]), in_sync(), lacks(&[bop])]).await;
    let unresolved: Vec<_> = lines.iter().filter_map(|it| it.strip_prefix("WARN unresolved: ")).collect();
    assert_eq!(unresolved, [bop, alcie, bop]);
}

#[tokio::test(start_paused = true)]
async fn what_is_held_says_how_to_release_it() {
    let holds =
        || finished(Finished { limited: Some(limited("held-aaaaaaaaaaaaaaaaaaaaaaaaaa")), ..Finished::default() });
    let lines = said(vec![holds(), holds()]).await;
    assert_eq!(
        lines[1..],
        [
            "WARN removals held: 30 bindings would go, more than the 25 that `limits.removals` allows \
          digest=held-aaaaaaaaaaaaaaaaaaaaaaaaaa links=30 \
          release=# in one of the files, or below `approvals:` if it is there, reviewed like every change:",
            "approvals:",
            "- {held: \"held-aaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
            "",
            "# or by hand:",
            "grantsync apply -f grants.yaml --approve held-aaaaaaaaaaaaaaaaaaaaaaaaaa"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_is_said_once() {
    let wants = || {
        let wanted = vec![wanted("+ alice: admin on cluster-a", true)];
        finished(Finished { wanted, converged: false, ..Finished::default() })
    };
    // Who asks in between would make it forget, so these come by themselves.
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().with_writer(lines.clone()).with_ansi(false).without_time();
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    daemon(every_five_minutes(), async |_: &mut Memory| wants(), async |it| drop(it.passes(8).await)).await;
    let lines = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert_eq!(lines.matches("comes back again and again: + alice: admin on cluster-a").count(), 1, "{lines}");
}
