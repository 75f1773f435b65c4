//! What the status says after passes of each kind.

use grantsync::daemon::{
    About, Action, Activity, CurrentWait, End, Finished, HeldRemoval, Listed, Memory, NotReady, PassSummary, Requests,
    SoFar, Status, StepResult, TokenState, Trigger, Verdict,
};
use grantsync::report::Stop;
use jiff::SignedDuration;

use super::daemon_kit::{
    at, broken, daemon, done, every_five_minutes, failure, finished, in_sync, limited, minutes, noon, unauthorized,
    unreachable, wanted,
};

/// The status after each of these passes, which are half an hour apart so that nothing is shared.
pub(super) async fn after_each(passes: Vec<PassSummary>) -> Vec<Status> {
    let count = u64::try_from(passes.len()).unwrap();
    let mut passes = passes.into_iter();
    let pass = async move |_: &mut Memory| passes.next().unwrap_or_else(in_sync);
    let mut seen = Vec::new();
    daemon(every_five_minutes(), pass, async |it| {
        for pass in 1..=count {
            seen.push(it.passes(pass).await);
            it.asker.ask(Trigger::Request);
        }
    })
    .await;
    seen
}

#[test]
fn the_gravest_word_wins() {
    let held = || vec![HeldRemoval { what: "bob".into(), why: "over the limit".to_owned() }];
    let unresolved = || vec!["grants.yaml:3: no user `bop`".to_owned()];
    let became = |became| vec![grantsync::daemon::PassStep { became, ..done(Action::Create, "alice") }];
    let all =
        Finished { held: held(), unresolved: unresolved(), changes: became(StepResult::Done), ..Finished::default() };
    let cases = [
        (Finished::default(), Verdict::InSync),
        (Finished { changes: became(StepResult::Done), ..Finished::default() }, Verdict::Changed),
        (Finished { held: held(), changes: became(StepResult::Done), ..Finished::default() }, Verdict::Held),
        (Finished { withheld: vec!["2 creations, by mode".to_owned()], ..Finished::default() }, Verdict::Held),
        (Finished { changes: became(StepResult::Held), ..Finished::default() }, Verdict::Held),
        (all.clone(), Verdict::Unresolved),
        (Finished { changes: became(StepResult::Failed), ..all.clone() }, Verdict::Incomplete),
        (Finished { changes: became(StepResult::Unknown), ..all.clone() }, Verdict::Incomplete),
        (Finished { changes: became(StepResult::Unsent), ..all.clone() }, Verdict::Incomplete),
        (Finished { stopped: Some(Stop::Interrupted), ..all.clone() }, Verdict::Incomplete),
        (Finished { stopped: Some(Stop::Blind(failure("blind"))), ..all.clone() }, Verdict::Refused),
        (Finished { stopped: Some(Stop::Unauthorized(failure("401"))), ..all }, Verdict::Unauthorized),
    ];
    for (end, verdict) in cases {
        assert_eq!(Verdict::of(&finished(end.clone()).end), verdict, "{end:?}");
    }
    assert_eq!(Verdict::of(&End::Finished(Box::default())), Verdict::Incomplete, "not converged");
}

#[tokio::test(start_paused = true)]
async fn ready_means_that_access_is_kept_as_declared() {
    let held = finished(Finished { limited: Some(limited("held-aaaaaaaaaaaaaaaaaaaaaaaaaa")), ..Finished::default() });
    let seen = after_each(vec![in_sync(), held, unreachable(), broken(), unauthorized(), in_sync()]).await;
    let ready: Vec<_> = seen.iter().map(|it| it.ready(noon())).collect();
    let failed = |verdict| Err(NotReady::Failed(verdict));
    assert_eq!(
        ready,
        [Ok(()), Ok(()), failed(Verdict::Unreachable), failed(Verdict::Broken), failed(Verdict::Unauthorized), Ok(())]
    );
    let last = seen.last().unwrap();
    assert_eq!(last.ready(noon() + minutes(16)), Ok(()), "three intervals and a half minute each");
    assert_eq!(last.ready(noon() + minutes(17)), Err(NotReady::Stale));
    assert_eq!(Status::new(About::default(), noon()).ready(noon()), Err(NotReady::First));
    let stopping = Status { activity: Activity::Stopping, ..last.clone() };
    assert_eq!(stopping.ready(noon()).unwrap_err().to_string(), "stopping");
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_fails_leaves_what_was_seen_before() {
    let saw = Finished { in_sync: 41, unresolved: vec!["no user `bop`".to_owned()], ..Finished::default() };
    let seen = after_each(vec![finished(saw), unreachable(), unauthorized(), in_sync()]).await;
    for status in &seen[..3] {
        assert_eq!(status.view.as_ref().unwrap().in_sync, 41);
    }
    assert_eq!(seen[1].failure.as_ref().unwrap().help.as_deref(), Some("look at it"));
    let tokens: Vec<_> = seen.iter().map(|it| it.token).collect();
    assert_eq!(tokens, [TokenState::Accepted, TokenState::Accepted, TokenState::Rejected, TokenState::Accepted]);
    assert_eq!(seen[3].failure, None);
    assert_eq!(seen[3].view.as_ref().unwrap().unresolved.count, 0);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_good_enough_is_one_that_was_looked_at() {
    let seen = after_each(vec![unreachable(), PassSummary::new(End::Refused(failure("not a staff token")))]).await;
    let tokens: Vec<_> = seen.iter().map(|it| it.token).collect();
    assert_eq!(tokens, [TokenState::Untried, TokenState::Accepted]);
}

#[tokio::test(start_paused = true)]
async fn what_is_held_says_since_when_it_is_just_this() {
    let holds = |digest: &str| finished(Finished { limited: Some(limited(digest)), ..Finished::default() });
    let passes = [holds("aaaa"), holds("aaaa"), unreachable(), holds("aaaa"), holds("bbbb"), in_sync()];
    let mut passes = passes.into_iter();
    let pass = async move |_: &mut Memory| {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        passes.next().unwrap()
    };
    let mut since = Vec::new();
    daemon(every_five_minutes(), pass, async |it| {
        for pass in 1..=6 {
            let status = it.passes(pass).await;
            since.push(status.limited().map(|(it, at)| (it.digest.clone(), at.duration_since(noon()).as_secs() / 60)));
            it.asker.ask(Trigger::Request);
        }
    })
    .await;
    let aaaa = || Some(("aaaa".to_owned(), 1));
    assert_eq!(since, [aaaa(), aaaa(), aaaa(), aaaa(), Some(("bbbb".to_owned(), 5)), None]);
}

#[tokio::test(start_paused = true)]
async fn everything_is_counted_and_the_last_changes_are_kept() {
    let many = |prefix: &str| (0..70).map(|it| done(Action::Create, &format!("{prefix}{it}"))).collect();
    let requests = || {
        vec![Requests { method: "GET", code: Some(200), count: 34 }, Requests { method: "POST", code: None, count: 1 }]
    };
    let pass = |prefix| PassSummary {
        requests: requests(),
        retries: 2,
        revision: Some(format!("{prefix}0ffee")),
        ..finished(Finished { changes: many(prefix), ..Finished::default() })
    };
    let seen = after_each(vec![pass("a"), pass("b")]).await;
    let Status { totals, changes, revision, .. } = seen.last().unwrap();
    assert_eq!(totals.passes.get(&Verdict::Changed), Some(&2));
    assert_eq!(totals.steps.get(&(Action::Create, StepResult::Done)), Some(&140));
    assert_eq!(totals.requests.get(&("GET", Some(200))), Some(&68));
    assert_eq!((totals.requests.get(&("POST", None)), totals.retries), (Some(&2), 4));
    assert_eq!(totals.durations.buckets.iter().sum::<u64>(), 2);
    assert_eq!(revision.as_deref(), Some("b0ffee"));
    let kept: Vec<_> = changes.iter().flat_map(|(_, it)| &it.first).map(|it| it.what.plain.as_str()).collect();
    assert_eq!((kept.len(), kept[0], kept[69], kept[70], kept[99]), (100, "b0", "b69", "a0", "a29"));
    let counts: Vec<_> = changes.iter().map(|(_, it)| it.count).collect();
    assert_eq!(counts, [70, 70], "what is not kept is counted");
}

#[tokio::test(start_paused = true)]
async fn a_long_list_is_cut_and_still_counted() {
    let finding = |it: u32| format!("finding {it}");
    let seen = after_each(vec![PassSummary::new(End::Broken((0..5000).map(finding).collect()))]).await;
    let Listed { first, count } = &seen[0].broken;
    assert_eq!((first.len(), *count), (200, 5000));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_between_two_passes_is_noticed() {
    let lives = |minutes: u64| {
        let token_lifetime = Some(std::time::Duration::from_secs(60 * minutes));
        finished(Finished { token_lifetime, ..Finished::default() })
    };
    let seen = after_each(vec![lives(60), lives(5), in_sync()]).await;
    let short: Vec<_> = seen.iter().map(Status::token_too_short).collect();
    assert_eq!(short, [false, true, false]);
}

#[tokio::test(start_paused = true)]
async fn steps_that_come_back_and_files_that_vanish_are_in_it() {
    let step = || wanted("+ alice: admin on cluster-a", true);
    let pass = async |memory: &mut Memory| {
        let files = if memory.now() < noon() + minutes(9) { vec!["a.yaml", "b.yaml"] } else { vec!["a.yaml"] };
        let files = files.into_iter().map(str::to_owned).collect();
        let content = grantsync::daemon::ContentId::of(&0);
        memory.files_read(grantsync::daemon::FileReading { files, content });
        finished(Finished { wanted: vec![step()], ..Finished::default() })
    };
    let (_, status) = daemon(every_five_minutes(), pass, async |it| drop(it.passes(3).await)).await;
    assert_eq!(status.flaps.first[0].what.plain, "+ alice: admin on cluster-a");
    let vanished = status.vanished.unwrap();
    assert_eq!(vanished.files.into_iter().collect::<Vec<_>>(), ["b.yaml"]);
    assert!(vanished.until > at("2027-01-01T12:14:00Z"));
}

#[test]
fn one_line_says_it_all() {
    let status = Status::new(About::default(), noon());
    assert_eq!(status.to_string(), "first pass; the next pass is due by 2027-01-01 12:00:00 UTC");
}

#[tokio::test(start_paused = true)]
async fn one_line_says_how_it_went() {
    let seen = after_each(vec![unreachable()]).await;
    let line = seen[0].to_string();
    assert!(line.starts_with("server unreachable; the next pass is due by 2027-01-01 12:00:0"), "{line}");
    let later = SignedDuration::from_secs(1);
    let running = Activity::Running {
        asked: [Trigger::Retry].into(),
        since: noon() + later,
        waits: None,
        so_far: SoFar::default(),
    };
    let mut running = Status { activity: running, ..seen[0].clone() };
    let line = "server unreachable; a pass runs since 2027-01-01 12:00:01 UTC";
    assert_eq!(running.to_string(), line);
    let waits = CurrentWait { since: noon() + later, why: "GET /api/users/me/: no answer yet".to_owned() };
    assert!(running.note(Some(waits.clone()), SoFar::default()));
    assert_eq!(running.to_string(), format!("{line} and waits: GET /api/users/me/: no answer yet"));
    assert!(!running.note(Some(waits), SoFar::default()), "it was said already");
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_waits_for_too_long_is_told_before_it_fails() {
    let mut status = after_each(vec![in_sync()]).await.remove(0);
    let waits = || Some(CurrentWait { since: noon(), why: "GET /api/users/me/: no answer yet".to_owned() });
    assert!(!status.note(waits(), SoFar::default()), "no pass is under way");
    for mut status in [status.clone(), Status::new(About::default(), noon())] {
        status.activity = Activity::Running {
            asked: [Trigger::Schedule].into(),
            since: noon(),
            waits: None,
            so_far: SoFar::default(),
        };
        let before = status.ready(noon() + minutes(1));
        assert!(status.note(waits(), SoFar::default()));
        assert_eq!(status.ready(noon() + SignedDuration::from_secs(30)), before, "it may come any moment");
        assert_eq!(status.ready(noon() + SignedDuration::from_secs(31)), Err(NotReady::NoAnswer));
        assert!(status.note(None, SoFar::default()));
        assert_eq!(status.ready(noon() + minutes(1)), before);
    }
}
